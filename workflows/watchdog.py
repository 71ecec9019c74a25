"""The watchdog: started by a schedule, it starts what does not run and says what was missed."""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import contract
from workflows.options import LOOKING_AHEAD, WATCHING

with workflow.unsafe.imports_passed_through():
    from activities.foreseeing import Foreseeing
    from activities.watch import Watch, Watched


@workflow.defn(name=contract.WATCHDOG_WORKFLOW)
class WatchdogWorkflow:
    @workflow.run
    async def run(self) -> Watched:
        """Wake what is overdue, deliver commands that got no answer, raise alarms; one look over all subscriptions.

        Then look ahead: what fails there keeps no renewal from being seen to, and is tried again with the next look.
        """
        watched: Watched = await workflow.execute_activity_method(
            Watch.look,
            summary="start what does not run, alarm what was missed",
            **WATCHING,
        )
        if workflow.patched(contract.LOOKS_AHEAD):
            with suppress(ActivityError):
                await workflow.execute_activity_method(
                    Foreseeing.look_ahead, summary="keep a forecast of the coming day", **LOOKING_AHEAD
                )
        return watched
