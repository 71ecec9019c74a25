"""What a workflow may say of an activity that failed for good."""

from temporalio.exceptions import ActivityError, ApplicationError


def error_class(failure: ActivityError) -> str:
    """The class of what went wrong: messages may be personal."""
    return (failure.cause.type if isinstance(failure.cause, ApplicationError) else None) or "unknown"
