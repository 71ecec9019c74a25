"""Temporal's sandbox: it loads a workflow's module anew for each run, and refuses it clocks, random numbers and I/O.

Every recorded life is played in it, and every workflow runs and is replayed in it, so that earnest, where each run
would pay for that in time and memory, can do without (docs/adr/0012-the-sandbox-guards-the-tests.md). Folders and
modules whose workflows run in it import `workflow_runner`.
"""

import pytest
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

SANDBOXED = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("renewals", "workflows.contract")
)
"""`renewals` is pure; its zone data is set up once per process. `workflows.contract` is names and payloads: loaded
anew, each run would build the payloads' schemas anew, which took a busy machine longer than a run may keep silent."""


@pytest.fixture
def workflow_runner() -> WorkflowRunner:
    return SANDBOXED
