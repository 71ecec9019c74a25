"""The stage of the scenarios, seen from Temporal's side."""

from tests.scenarios.theatre import gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]
