"""The stage on which the recorded lives are played."""

from tests.sandbox import workflow_runner
from tests.scenarios.theatre import gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre", "workflow_runner"]
