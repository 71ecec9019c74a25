"""The watchdog: started by a schedule, it starts what does not run and says what was missed."""

from datetime import timedelta

from temporalio import workflow

from workflows import contract
from workflows.options import PATIENT

with workflow.unsafe.imports_passed_through():
    from activities.watch import Watch, Watched


@workflow.defn(name=contract.WATCHDOG_WORKFLOW)
class WatchdogWorkflow:
    @workflow.run
    async def run(self) -> Watched:
        """Wake what is overdue, deliver commands that got no answer, raise alarms; one look over all subscriptions."""
        return await workflow.execute_activity_method(
            Watch.look,
            start_to_close_timeout=timedelta(minutes=30),
            heartbeat_timeout=timedelta(minutes=2),
            retry_policy=PATIENT,
            summary="start what does not run, alarm what was missed",
        )
