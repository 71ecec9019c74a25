"""The sandbox that keeps workflows deterministic, and the modules it need not load anew for each run.

`renewals` is pure, so passing it through is safe; its zone data is set up once per process.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

RUNNER = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("renewals"))
