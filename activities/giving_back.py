"""An operator's refund: what he asks is checked against the order, then owed; `refunds.py` sends it.

The refund has the id of its command: given once more under the same key, it is the same refund at the gateway too.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ordered import locked, to_be_planned
from models.payments import BY_OPERATOR, RefundRow
from models.records import CommandRow
from models.refundable import PaidOrder, has_order, is_large, numbers_ordered, paid_order
from models.second_person import given_by_two
from models.store import Stored
from renewals import commands as c
from renewals.refunding import TakesTwo


async def numbers_to_lock(session: AsyncSession, row: CommandRow) -> Sequence[str]:
    """The subscription of a refund, with all that its order is about: they are locked together, in order."""
    numbers = {row.subscription}
    with suppress(ValueError):  # a malformed id is refused when it is read
        numbers |= {*await numbers_ordered(session, UUID(str(row.args.get("order"))))}
    return sorted(numbers)


async def order_to_refund(session: AsyncSession, stored: Stored, command: c.Refund) -> PaidOrder | None:
    """The order that is meant; None if it was not paid here. Raises `BadArguments` for one of somebody else."""
    if not await has_order(session, stored.row.number, command.order):
        raise c.BadArguments('refund: "order" must be the id of an order of this subscription, as the ledger has it.')
    return await paid_order(session, stored.row.number, command.order, command.attempt)


async def lacks_second(
    session: AsyncSession, order: PaidOrder, command: c.Refund, row: CommandRow, takes_two: TakesTwo
) -> bool:
    """Does it take two people, and did but one give it? What was stored before it, and waited, counts by now.

    The caller holds the locks of all that the order is about.
    """
    large = await is_large(session, order, command.amount, takes_two)
    return large and not await given_by_two(session, row.client_key, row.name)


async def owe_refund(
    session: AsyncSession, stored: Stored, command: c.Refund, row: CommandRow, wall_now: datetime
) -> None:
    """Let that much go back; whoever sees to the order sends it at once, and tells its buyer."""
    order = await paid_order(session, stored.row.number, command.order, command.attempt)
    if order is None:
        raise ValueError(f"{stored.row.number}: the order was not paid here")
    ordered = await locked(session, stored.row.number, str(order.attempt_id), wall_now)
    session.add(
        RefundRow(
            id=row.id,
            attempt_id=order.attempt_id,
            subscription=ordered.first.row.number,
            amount=command.amount or order.refundable.left,
            currency=order.refundable.currency,
            because=BY_OPERATOR,
            owed_at=ordered.now,
            next_at=ordered.first.now,
        )
    )
    if ordered.first.row.number != stored.row.number:
        to_be_planned(ordered.first.row, wall_now)
