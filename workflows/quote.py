"""One quote, one workflow: from when it is asked for until it is accepted, given up, overtaken or out of time.

    look → wait for the reminder, the end, or a wake-up → look → …

Each look reads the quote, does what is due and says when to look again, so that nothing is lost with the workflow: the
watchdog starts it anew, and the hold of a quote ends by the subscriptions' own plans. Histories carry the reference,
states and dates.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import contract
from workflows.contract import QuoteLook
from workflows.failures import error_class
from workflows.options import AFTER_A_FAILURE, DATABASE

with workflow.unsafe.imports_passed_through():
    from activities.quotes import Quotes


@workflow.defn(name=contract.QUOTE_WORKFLOW)
class QuoteWorkflow:
    @workflow.init
    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._woken = False
        self._looks = 0
        self._over = False

    @workflow.run
    async def run(self, reference: str) -> str:
        """Follow the quote to its end; answers with the state that it ended in."""
        look = await self._look()
        while look.next_at is not None:
            await self._rest_until_due_or_woken(look)
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(reference)
            look = await self._look()
        self._over = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        return look.state

    async def _rest_until_due_or_woken(self, look: QuoteLook) -> None:
        if look.next_at is None:
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._woken,
                timeout=max(look.next_at - self._own_time(look), timedelta(0)),
                timeout_summary=f"{look.next} on {look.next_at:%Y-%m-%d}",
            )

    def _own_time(self, look: QuoteLook) -> datetime:
        return workflow.now() + timedelta(seconds=look.clock_ahead_seconds)

    async def _look(self) -> QuoteLook:
        """Look at the quote; what fails for good is told, and tried again later."""
        self._woken = False
        try:
            look: QuoteLook = await workflow.execute_activity_method(
                Quotes.look_at_quote, self._reference, summary=f"look at {self._reference}", **DATABASE
            )
        except ActivityError as failure:
            error = error_class(failure)
            if error == contract.UNKNOWN_QUOTE:
                raise
            await workflow.execute_activity_method(
                Quotes.report_quote_failure, args=[self._reference, error], summary="alarm", **DATABASE
            )
            look = QuoteLook("unknown", workflow.now() + AFTER_A_FAILURE, "try again")
        self._looks += 1
        return look

    @workflow.signal(name=contract.WAKE_SIGNAL)
    def wake(self) -> None:
        """Something has happened to the quote: look at it."""
        self._woken = True

    @workflow.update(name=contract.CATCH_UP_UPDATE)
    async def catch_up(self) -> None:
        """Look at the quote now, and answer once that is done."""
        looks, self._woken = self._looks, True
        await workflow.wait_condition(lambda: self._looks > looks or self._over)
