"""What happened to subscriptions in a span of time, and what befell them: what a forecast is compared with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models.columns import among
from models.forecasts import ForecastLineRow, ForecastRow
from models.pauses import Pausable, PauseRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.records import EventRow, NoticeRow
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow
from renewals.commands import Name
from renewals.foreseen import Happened, Since
from renewals.payments import AttemptState, Way

Span = tuple[datetime, datetime | None]

_CHARGED = (
    select(
        col(AttemptRow.id),
        col(OrderLineRow.subscription),
        col(AttemptRow.called_at),
        col(OrderRow.way),
        col(AttemptRow.state),
        func.sum(col(OrderLineRow.amount)),
        col(AttemptRow.currency),
    )
    .join(OrderRow, col(OrderRow.id) == col(AttemptRow.order_id))
    .join(OrderLineRow, col(OrderLineRow.order_id) == col(AttemptRow.order_id))
    .where(col(AttemptRow.state) != AttemptState.ABANDONED.value)
    .group_by(col(AttemptRow.id), col(OrderLineRow.subscription), col(OrderRow.way))
)
_MAIL_AT = func.coalesce(col(NoticeRow.sent_at), col(NoticeRow.planned_for))
_MAILED = select(
    col(NoticeRow.id),
    col(NoticeRow.subscription),
    _MAIL_AT,
    col(NoticeRow.kind),
    col(NoticeRow.outcome),
    col(NoticeRow.dated),
).where(col(NoticeRow.outcome).is_not(None))


@dataclass(frozen=True, slots=True)
class Of:
    """A charge or a mail, with whom it was for."""

    number: str
    happened: Happened
    currency: str | None = None


async def happened_to(session: AsyncSession, numbers: Sequence[str], since: datetime, until: datetime) -> list[Of]:
    """The charges and mails of these subscriptions in that time, what went wrong with a mail too."""
    charged = _CHARGED.where(among(col(OrderLineRow.subscription), "numbers"))
    charged = charged.where(col(AttemptRow.called_at) >= since, col(AttemptRow.called_at) < until)
    mailed = _MAILED.where(among(col(NoticeRow.subscription), "numbers")).where(since <= _MAIL_AT, until > _MAIL_AT)
    return await _read(session, charged, mailed, list(numbers))


async def unforeseen_in(session: AsyncSession, forecast: ForecastRow, since: datetime, until: datetime) -> list[Of]:
    """The charges and mails of that time that no line of the forecast has been found to be, by number."""
    charged = _CHARGED.where(col(AttemptRow.called_at) >= since, col(AttemptRow.called_at) < until)
    charged = charged.where(~_has_a_line(forecast, col(AttemptRow.id), col(OrderLineRow.subscription)))
    mailed = _MAILED.where(col(NoticeRow.sent_at) >= since, col(NoticeRow.sent_at) < until)
    mailed = mailed.where(~_has_a_line(forecast, col(NoticeRow.id), col(NoticeRow.subscription)))
    return sorted(await _read(session, charged, mailed, []), key=lambda each: each.number)


def _has_a_line(forecast: ForecastRow, id_: Mapped[UUID], number: Mapped[str]) -> ColumnElement[bool]:
    line = ForecastLineRow
    return exists().where(
        col(line.forecast_id) == forecast.id,
        col(line.foreseen).is_(True),
        col(line.subscription) == number,
        col(line.happened_as) == id_,
    )


async def _read(
    session: AsyncSession, charged: Select[*tuple[Any, ...]], mailed: Select[*tuple[Any, ...]], numbers: list[str]
) -> list[Of]:
    given = {"numbers": numbers} if numbers else {}
    found = []
    for id_, number, at, way, state, amount, currency in await session.execute(charged, given):
        by_itself = way == Way.AUTOMATIC
        charge = Happened(str(id_), at, "charge", way, state, int(amount), by_itself)
        found.append(Of(number, charge, currency))
    for id_, number, at, kind, outcome, dated in await session.execute(mailed, given):
        found.append(Of(number, Happened(str(id_), at, "notice", kind, outcome, by_itself=dated)))
    return found


@dataclass(slots=True)
class _Befell:
    parked: list[Span] = field(default_factory=list)
    paid: list[datetime] = field(default_factory=list)
    cancelled: list[datetime] = field(default_factory=list)
    commands: list[datetime] = field(default_factory=list)
    in_doubt: list[Span] = field(default_factory=list)
    held: list[Span] = field(default_factory=list)
    declined: list[datetime] = field(default_factory=list)


async def since_of(
    session: AsyncSession, numbers: Sequence[str], asked_at: datetime, *, other_rules: bool
) -> dict[str, Since]:
    """What befell each of these subscriptions from then on."""
    befell: defaultdict[str, _Befell] = defaultdict(_Befell)
    given = {"numbers": list(numbers)}
    for event in await session.scalars(_events(asked_at), given):
        _note(befell[event.subscription or ""], event)
    for number, state, called_at, answered_at in await session.execute(_attempts(asked_at), given):
        befell[number].in_doubt.append((called_at, answered_at))
        if state == AttemptState.DECLINED and answered_at:
            befell[number].declined.append(answered_at)
    for number, settled_at in await session.execute(_settled(asked_at), given):
        if settled_at is not None:
            befell[number].paid.append(settled_at)
    for number, opened_at, released_at in await session.execute(_claims(asked_at), given):
        befell[number].held.append((opened_at, released_at))
    pauses = await _pauses(session, asked_at)
    return {number: _frozen(befell[number], pauses, other_rules=other_rules) for number in numbers}


async def clocks_of(session: AsyncSession, numbers: Sequence[str], now: datetime) -> dict[str, datetime]:
    """What time it is for each of these subscriptions."""
    query = select(col(SubscriptionRow.number), col(SubscriptionRow.shift)).where(
        among(col(SubscriptionRow.number), "numbers")
    )
    return {number: now + shift for number, shift in await session.execute(query, {"numbers": list(numbers)})}


def _events(asked_at: datetime) -> Select[EventRow]:
    row = EventRow
    return (
        select(row)
        .where(among(col(row.subscription), "numbers"), col(row.at) >= asked_at)
        .where(col(row.event).in_(["parked", "released", "command"]))
        .order_by(col(row.at), col(row.id))
    )


def _note(befell: _Befell, event: EventRow) -> None:
    if event.event == "parked":
        befell.parked.append((event.at, None))
    elif event.event == "released":
        if befell.parked:
            befell.parked[-1] = befell.parked[-1][0], event.at
    elif event.data.get("outcome") == "done" and not event.data.get("repeat"):
        befell.commands.append(event.at)
        if event.data.get("name") == Name.CANCEL_AUTO_RENEW:
            befell.cancelled.append(event.at)


def _attempts(asked_at: datetime) -> Select[str, str, datetime, datetime | None]:
    row = AttemptRow
    moves = [AttemptState.ABANDONED.value, AttemptState.ISSUED.value, AttemptState.EXPIRED.value]
    return (
        select(col(OrderLineRow.subscription), col(row.state), col(row.called_at), col(row.answered_at))
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(row.order_id))
        .where(among(col(OrderLineRow.subscription), "numbers"), col(row.state).not_in(moves))
        .where(or_(col(row.answered_at).is_(None), col(row.answered_at) >= asked_at))
    )


def _settled(asked_at: datetime) -> Select[str, datetime | None]:
    row = RenewalRow
    return select(col(row.subscription), col(row.settled_at)).where(
        among(col(row.subscription), "numbers"), col(row.settled_at) >= asked_at
    )


def _claims(asked_at: datetime) -> Select[str, datetime, datetime | None]:
    row = ClaimRow
    return (
        select(col(RenewalRow.subscription), col(row.opened_at), col(row.released_at))
        .join(RenewalRow, col(RenewalRow.id) == col(row.renewal_id))
        .where(among(col(RenewalRow.subscription), "numbers"), col(row.holder) != "automatic")
        .where(or_(col(row.released_at).is_(None), col(row.released_at) >= asked_at))
    )


async def _pauses(session: AsyncSession, asked_at: datetime) -> dict[str, list[Span]]:
    row = PauseRow
    query = select(row).where(or_(col(row.ended_at).is_(None), col(row.ended_at) >= asked_at))
    found: dict[str, list[Span]] = {what.value: [] for what in Pausable}
    for each in await session.scalars(query):
        found[each.what].append((each.began_at, each.ended_at))
    return found


def _frozen(befell: _Befell, pauses: Mapping[str, Iterable[Span]], *, other_rules: bool) -> Since:
    return Since(
        parked=tuple(befell.parked),
        charges_paused=tuple(pauses[Pausable.CHARGES]),
        mails_paused=tuple(pauses[Pausable.MAILS]),
        paid=tuple(befell.paid),
        cancelled=tuple(befell.cancelled),
        commands=tuple(befell.commands),
        in_doubt=tuple(befell.in_doubt),
        held=tuple(befell.held),
        declined=tuple(befell.declined),
        other_rules=other_rules,
    )
