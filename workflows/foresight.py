"""One forecast or what-if that somebody has asked for, carried on to its end.

Its facts, and how far it is, stand in the database: a run that is lost is started anew by the watchdog.
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import contract
from workflows.failures import error_class
from workflows.options import DATABASE, FORESEEING

with workflow.unsafe.imports_passed_through():
    from activities.foreseeing import Foreseeing


@workflow.defn(name=contract.FORESIGHT_WORKFLOW)
class ForesightWorkflow:
    @workflow.run
    async def run(self, what: str, id_: str) -> int:
        """Walk it; what fails for good is told on its page. How many slices it took."""
        try:
            slices: int = await workflow.execute_activity_method(
                Foreseeing.foresee, args=[what, id_], summary=f"walk the {what}", **FORESEEING
            )
        except ActivityError as failure:
            await workflow.execute_activity_method(
                Foreseeing.give_up, args=[what, id_, error_class(failure)], summary="say that it failed", **DATABASE
            )
            return 0
        return slices
