"""The stage on which the diaries are played."""

from tests.scenarios.theatre import gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]
