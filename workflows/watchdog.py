"""The watchdog: started by a schedule, it starts what does not run and says what was missed."""

from temporalio import workflow

from workflows import contract
from workflows.options import WATCHING

with workflow.unsafe.imports_passed_through():
    from activities.watch import Watch, Watched


@workflow.defn(name=contract.WATCHDOG_WORKFLOW)
class WatchdogWorkflow:
    @workflow.run
    async def run(self) -> Watched:
        """Wake what is overdue, deliver commands that got no answer, raise alarms; one look over all subscriptions."""
        return await workflow.execute_activity_method(
            Watch.look,
            summary="start what does not run, alarm what was missed",
            **WATCHING,
        )
