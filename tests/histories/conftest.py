"""The stage on which the recorded lives are played."""

from tests.scenarios.theatre import gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]
