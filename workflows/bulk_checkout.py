"""A bulk checkout: each of its orders is reserved, paid, settled, and then the workflow of each line is woken.

    group what was asked for → per order: reserve → pay, which settles → wake each line's workflow → close

Its facts are in the database, and each activity finds how far a former try came: it goes on after a crash at any line,
and may be started anew by the watchdog. What has no answer yet is left to the plans of the subscriptions. What
cannot even be grouped is refused line by line, so that its buyer need not wait for nothing.
"""

from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from renewals.basket import Group
from workflows import contract
from workflows.failures import error_class
from workflows.options import DATABASE, GATEWAY, WAKING

with workflow.unsafe.imports_passed_through():
    from activities.baskets import Baskets


@workflow.defn(name=contract.BULK_CHECKOUT_WORKFLOW)
class BulkCheckoutWorkflow:
    @workflow.run
    async def run(self, basket_id: str) -> None:
        """Check out one basket. Each order stands alone: one that fails for good keeps no other from being paid."""
        self._basket_id = basket_id
        try:
            groups: list[Group] = await self._do(Baskets.open_basket, basket_id, summary="group it", **DATABASE)
        except ActivityError as failure:
            await self._do(
                Baskets.give_up_basket, basket_id, error_class(failure), summary="tell its buyer; alarm", **DATABASE
            )
            told = "It could not be taken apart into orders; its buyer and the operators have been told."
            raise ApplicationError(told, type=contract.ORDER_FAILED) from None
        failed = [group for group in groups if not await self._check_out(group)]
        if failed:
            told = "Some orders could not be placed or paid; the operators have been told."
            raise ApplicationError(told, type=contract.ORDER_FAILED)
        await self._do(Baskets.close_basket, basket_id, summary="close it", **DATABASE)

    async def _check_out(self, group: Group) -> bool:
        """Carry out the order of a group; whether it is as far as the gateway has brought it."""
        what = "reserving an order"
        try:
            attempt: str | None = await self._do(
                Baskets.reserve_order, self._basket_id, group, summary="reserve an order", **DATABASE
            )
            if attempt is None:
                return True
            what = "paying an order"
            numbers: list[str] = await self._do(Baskets.pay_order, attempt, summary="pay it", **GATEWAY)
        except ActivityError as failure:
            await self._do(
                Baskets.report_order, self._basket_id, group, what, error_class(failure), summary="alarm", **DATABASE
            )
            return False
        with suppress(ActivityError):  # who is not woken plans anew at the next look of the watchdog
            await self._do(Baskets.wake_lines, numbers, summary=f"wake {len(numbers)} subscriptions", **WAKING)
        return True

    async def _do(self, activity: Any, *args: Any, **options: Any) -> Any:
        return await workflow.execute_activity_method(activity, args=args, **options)
