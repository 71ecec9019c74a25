"""Which commands may be decided by whoever brings them, without their workflow's turn (ADR 22)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, exists, lambda_stmt, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.inbox import BEFORE, bears_on_the_charge
from models.payments import UNANSWERED, AttemptRow, OrderLineRow
from models.records import CommandRow, NoticeRow
from models.subscriptions import SubscriptionRow


async def decidable_on_arrival(session: AsyncSession, command_id: UUID, wall_now: datetime) -> CommandRow | None:
    """The command, locked, if whoever brings it may decide it; to be asked once its subscription is locked.

    It bears on the next charge, charges nothing itself and binds no preview, whose token whoever brings it may not be
    able to read. Nothing waits that is to be decided before it, no call to a gateway is under way, whose answer it
    would rather be told after, and no mail, which it might make untrue.
    """
    found = await session.execute(_KNOWN, {"later": command_id, "wall_now": wall_now})
    return found.scalar_one_or_none()


_EARLIER = aliased(CommandRow)
_SOMETHING_WAITS_BEFORE_IT = or_(
    exists().where(
        col(_EARLIER.subscription) == col(CommandRow.subscription),
        col(_EARLIER.outcome).is_(None),
        col(_EARLIER.stored_at) < col(CommandRow.stored_at),
    ),
    exists(select(literal(1)).select_from(BEFORE.order_by(None).subquery())),
)
"""Whatever came earlier has its turn first, as seats that are added raise the number of a later reduction."""

_A_CALL_IS_UNDER_WAY = exists().where(
    col(OrderLineRow.subscription) == col(CommandRow.subscription),
    col(AttemptRow.order_id) == col(OrderLineRow.order_id),
    col(AttemptRow.state).in_([state.value for state in UNANSWERED]),
    col(AttemptRow.next_at).is_(None),
)
_UNDER_WAY_UNTIL = timedelta(seconds=30)
"""Of a mail's next try, ahead: half of what the first resend waits. It was sent at that instant by another's clock."""

_A_MAIL_IS_UNDER_WAY = exists().where(
    col(NoticeRow.subscription) == col(CommandRow.subscription),
    col(NoticeRow.outcome).is_(None),
    col(NoticeRow.raw).is_not(None),
    col(SubscriptionRow.number) == col(CommandRow.subscription),
    col(NoticeRow.next_at) <= bindparam("wall_now") + literal(_UNDER_WAY_UNTIL) + col(SubscriptionRow.shift),
)
_DECIDABLE = (
    select(CommandRow)
    .where(col(CommandRow.id) == bindparam("later"), bears_on_the_charge(CommandRow))
    .where(col(CommandRow.args)["preview"].astext.is_(None))
    .where(~_SOMETHING_WAITS_BEFORE_IT, ~_A_CALL_IS_UNDER_WAY, ~_A_MAIL_IS_UNDER_WAY)
    .with_for_update(of=CommandRow)
)
_KNOWN = lambda_stmt(lambda: _DECIDABLE)  # known by its place in the code: all its parts take long to compare
