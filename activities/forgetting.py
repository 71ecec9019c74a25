"""Deleting what nobody needs any more: old sign-ins, calendar addresses that ended, days on which seats were used.

They are personal data, and no record of anything: what was done in a session stands in its commands, or on the audit.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, delete, exists, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.accounts import AccountSessionRow, CalendarFeedRow, SignInLinkRow
from models.operator_letters import OperatorLetterRow
from models.operators import OperatorLinkRow, OperatorSessionRow, OperatorTryRow
from models.records import AlarmRow
from models.seats import DayOfUseRow, DaysListedRow, SeatAssignmentRow
from models.webhooks import GIVEN_UP, DeliveryRow, DeliveryState, TryRow

_Over = AccountSessionRow | SignInLinkRow | CalendarFeedRow | OperatorSessionRow | OperatorLinkRow | OperatorTryRow

PER_LOOK = 5_000
"""Rows of each table that one look deletes at most; the next one goes on."""

_LAST_ZONE = timedelta(hours=12)
"""By so much the last zone to begin a day is behind UTC: what is over there is over everywhere."""


async def forget_sign_ins(session: AsyncSession, before: datetime) -> int:
    """Delete what was over by then; how many rows. A link goes after the session that it began."""
    began = select(col(AccountSessionRow.id)).where(col(AccountSessionRow.link_id) == col(SignInLinkRow.id)).exists()
    link_over = (col(SignInLinkRow.expires_at) < before) & ~began
    return (
        await _delete(session, AccountSessionRow, col(AccountSessionRow.expires_at) < before)
        + await _delete(session, SignInLinkRow, link_over)
        + await _delete(session, CalendarFeedRow, col(CalendarFeedRow.ended_at) < before)
        + await _delete(session, OperatorSessionRow, col(OperatorSessionRow.expires_at) < before)
        + await _delete(session, OperatorLinkRow, col(OperatorLinkRow.expires_at) < before)
        + await _delete(session, OperatorTryRow, col(OperatorTryRow.tried_at) < before)
    )


async def forget_days_of_use(session: AsyncSession, before: date, now: datetime) -> int:
    """Delete days of use that lie before that day; how many.

    The last one of a user who still has a seat, or will have one, stays: who has not used it for years is told with
    that day, not as if nobody knew.
    """
    row, later, held = DayOfUseRow, aliased(DayOfUseRow), SeatAssignmentRow
    today = (now - _LAST_ZONE).date()
    used_since = exists().where(
        col(later.subscription) == col(row.subscription),
        col(later.user) == col(row.user),
        col(later.used_on) > col(row.used_on),
    )
    has_seat = exists().where(
        col(held.subscription) == col(row.subscription),
        col(held.user) == col(row.user),
        col(held.unassigned_on).is_(None) | (col(held.unassigned_on) > today),
    )
    key = (col(row.subscription), col(row.user), col(row.used_on))
    over = select(*key).where(col(row.used_on) < before, used_since | ~has_seat).limit(PER_LOOK)
    gone = (await session.execute(delete(row).where(tuple_(*key).in_(over)).returning(*key))).all()
    await _know_less(session, {(number, user) for number, user, _ in gone}, before)
    return len(gone)


async def _know_less(session: AsyncSession, users: Collection[tuple[str, str]], before: date) -> None:
    """Of these users not every day of use before that day is known any more; of spans that are over, none."""
    listed = DaysListedRow
    its, since, until = (col(listed.subscription), col(listed.user)), col(listed.since), col(listed.until)
    over = select(*its).where(until < before).limit(PER_LOOK)
    await session.execute(delete(listed).where(tuple_(*its).in_(over)))
    if users:
        shorter = update(listed).where(tuple_(*its).in_(users), since < before, until >= before)
        await session.execute(shorter.values(since=before))


async def forget_deliveries(session: AsyncSession, before: datetime) -> int:
    """Delete what became of events that other systems took, or that were given up, by then; how many.

    What was given up stays as long as its alarm is open: what the alarm asks to replay must still be there.
    """
    row, tried = DeliveryRow, TryRow
    key, its = (col(row.endpoint_id), col(row.event_id)), (col(tried.endpoint_id), col(tried.event_id))
    alarms = select(col(AlarmRow.subject)).where(col(AlarmRow.kind) == GIVEN_UP, col(AlarmRow.cleared_at).is_(None))
    is_needed = (col(row.state) == DeliveryState.GIVEN_UP) & cast(col(row.endpoint_id), String).in_(alarms)
    over = (await session.execute(select(*key).where(col(row.done_at) < before, ~is_needed).limit(PER_LOOK))).all()
    if over:
        await session.execute(delete(tried).where(tuple_(*its).in_(over)))
        await session.execute(delete(row).where(tuple_(*key).in_(over)))
    letter = OperatorLetterRow
    some = select(col(letter.id)).where(col(letter.made_at) < before, col(letter.next_at).is_(None)).limit(PER_LOOK)
    gone = await session.execute(delete(letter).where(col(letter.id).in_(some)).returning(col(letter.id)))
    return len(over) + len(gone.all())


async def _delete(
    session: AsyncSession,
    table: type[_Over],
    over: ColumnElement[bool],
) -> int:
    some = select(col(table.id)).where(over).limit(PER_LOOK)
    gone = await session.execute(delete(table).where(col(table.id).in_(some)).returning(col(table.id)))
    return len(gone.all())
