"""How many automatic charges are made and declined, for whoever decides whether that is usual: counts by index.

Times are those of the attempts, each on the clock of its subscription.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import fixed
from models.pauses import Pausable, PauseRow
from models.payments import AttemptRow, OrderRow
from models.pipeline import DAYS_AFTER, DUE_ON, LIVES
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals.breaker import Accepted, Seen, Usual
from renewals.facts import Phase
from renewals.payments import AttemptState, Way

HOUR = timedelta(hours=1)
USUAL_DAYS = 28
"""Four weeks: each weekday four times, and one end of a month."""

_A = AttemptRow
_MADE = col(_A.state) != fixed(AttemptState.ABANDONED.value)
_DECLINED = col(_A.state) == fixed(AttemptState.DECLINED.value)
_FIRST_ANSWERED = and_(col(_A.n) == 1, col(_A.state).in_([AttemptState.PAID.value, AttemptState.DECLINED.value]))


_NOTHING_WRONG = ~exists().where(
    col(PauseRow.what) == Pausable.CHARGES,
    col(PauseRow.figures).is_not(None),
    col(PauseRow.usual_until).is_(None),
    col(_A.called_at).between(col(PauseRow.began_at) - HOUR, col(PauseRow.began_at)),
)
"""Not of an hour that stopped charges: what was wrong then is not usual from then on, unless operators call it so."""


def _automatic(columns: Any, since: datetime, until: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(_A)
        .join(OrderRow, col(OrderRow.id) == col(_A.order_id))
        .where(col(_A.called_at) > since, col(_A.called_at) <= until, col(OrderRow.way) == Way.AUTOMATIC.value)
    )


def _count(*such: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*such)


async def looked_since(session: AsyncSession, now: datetime) -> datetime:
    """An hour ago, or when charges were last resumed: what was before that an operator has seen."""
    query = select(func.max(col(PauseRow.ended_at))).where(col(PauseRow.what) == Pausable.CHARGES)
    resumed = await session.scalar(query)
    return max(now - HOUR, resumed) if resumed else now - HOUR


async def charges_since(session: AsyncSession, since: datetime, now: datetime) -> Seen:
    """What was charged in that time."""
    columns = (_count(_MADE), _count(_FIRST_ANSWERED), _count(_FIRST_ANSWERED, _DECLINED))
    return Seen(*(await session.execute(_automatic(columns, since, now))).one())


async def accepted_declines(session: AsyncSession, now: datetime) -> Accepted | None:
    """The share of declines that operators have called usual, and that still counts."""
    row = PauseRow
    query = (
        select(col(row.figures))
        .where(col(row.what) == Pausable.CHARGES, col(row.usual_until) > now)
        .order_by(col(row.ended_at).desc())
        .limit(1)
    )
    figures = await session.scalar(query)
    return Accepted(figures["answered"], figures["declined"]) if figures else None


async def usual_charges(session: AsyncSession, since: datetime, now: datetime) -> Usual:
    """What the last four weeks were like until then, and what may be charged now."""
    began = since - timedelta(days=USUAL_DAYS)
    first = (_count(_FIRST_ANSWERED), _count(_FIRST_ANSWERED, _DECLINED))
    answered, declined = (await session.execute(_automatic(first, began, since).where(_NOTHING_WRONG))).one()
    return Usual(answered, declined, await _busiest_hour(session, began, since, now), await _due(session, since, now))


async def _busiest_hour(session: AsyncSession, began: datetime, since: datetime, now: datetime) -> int:
    """The most tries of one hour on the same weekday (in UTC) of the weeks before."""
    hour = func.date_trunc(text("'hour'"), col(_A.called_at))
    by_hour = _automatic((_count(_MADE).label("tries"),), began, since)
    by_hour = (
        by_hour.where(_NOTHING_WRONG)
        .where(func.extract("isodow", col(_A.called_at)) == now.isoweekday())
        .group_by(hour)
    )
    return int(await session.scalar(select(func.coalesce(func.max(by_hour.subquery().c.tries), 0))) or 0)


async def _due(session: AsyncSession, since: datetime, now: datetime) -> int:
    """How many renewals may be charged by their dates, unpaid or paid since then; a day more, for zones ahead."""
    row, renewal = SubscriptionRow, RenewalRow
    first, last = now.date() - timedelta(days=DAYS_AFTER), now.date() + timedelta(days=1)
    unpaid = select(func.count()).where(
        DUE_ON.between(first, last),
        LIVES,
        col(row.auto_renew),
        col(row.phase).in_([Phase.ACTIVE.value, Phase.RENEWABLE.value, Phase.PAST_DUE.value]),
    )
    paid = select(func.count()).where(col(renewal.term_starts_on).between(first, last), col(renewal.settled_at) > since)
    return int(await session.scalar(unpaid) or 0) + int(await session.scalar(paid) or 0)
