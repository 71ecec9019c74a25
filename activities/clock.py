"""The world's time inside an activity; a subscription's own time is this plus its shift."""

from datetime import datetime

from temporalio import activity


def started_at() -> datetime:
    """When this try of the activity started, by the server's clock: under skipped time that is virtual."""
    return activity.info().started_time
