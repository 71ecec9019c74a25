"""The parts of a subscription's facts, each read by one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer
from sqlmodel import col

from models.catalog import LegalRuleRow, PolicyRow, PriceRow
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.records import NoticeRow
from models.subscriptions import ClaimRow, RenewalRow
from renewals.facts import (
    Attempt,
    AttemptState,
    Channel,
    DeclineClass,
    Hold,
    Kind,
    OfferingStatus,
    PaidAhead,
    Policy,
    Price,
    QueuedNotice,
    Term,
)
from renewals.legal import Anchor, Audience, Certainty, LegalRule, Unit
from renewals.notices import TELLS_OF_THE_END
from renewals.policy import PolicyVersion, policy_for


async def next_renewal(session: AsyncSession, number: str, term_starts_on: date) -> RenewalRow | None:
    """The record of the right to the term that starts on that date, if one was written yet."""
    query = select(RenewalRow).where(
        col(RenewalRow.subscription) == number, col(RenewalRow.term_starts_on) == term_starts_on
    )
    return (await session.execute(query)).scalar_one_or_none()


async def prices_of(
    session: AsyncSession, sku: str, currency: str, running: Term, pending: Term | None, now: datetime
) -> tuple[OfferingStatus, dict[Term, Price]]:
    """The status of the offering at its running term, and the prices in force of every term it can be renewed for.

    A retired offering goes on at its own term, and at one that was chosen before it was retired.
    """
    query = (
        select(PriceRow)
        .ext(distinct_on(col(PriceRow.term)))
        .where(col(PriceRow.sku) == sku, col(PriceRow.currency) == currency, col(PriceRow.effective_at) <= now)
        .order_by(col(PriceRow.term), col(PriceRow.version).desc())
    )
    rows = {Term(row.term): row for row in (await session.execute(query)).scalars()}
    status = OfferingStatus(rows[running].status) if running in rows else OfferingStatus.RETIRED
    prices = {
        term: Price(row.list_price, row.renewal_price, f"{sku}/{term}/{currency}/{row.version}")
        for term, row in rows.items()
        if term in (running, pending) or row.status == OfferingStatus.ACTIVE
    }
    return status, prices


async def policy_of(session: AsyncSession, sku: str, country: str, channel: Channel, on: date) -> Policy:
    """The policy in force for an offering, country and channel on a local date."""
    rows = (await session.execute(select(PolicyRow).where(col(PolicyRow.effective_on) <= on))).scalars()
    versions = [
        PolicyVersion(
            row.sku,
            row.country,
            Channel(row.channel) if row.channel else None,
            row.version,
            row.effective_on,
            row.values,
        )
        for row in rows
    ]
    return policy_for(versions, sku, country, channel, on) if versions else Policy()


async def legal_rules_of(session: AsyncSession, on: date, places: Iterable[str] | None = None) -> tuple[LegalRule, ...]:
    """The legal rules in force on a local date in those jurisdictions (None: in all), in order of their ids."""
    row = LegalRuleRow
    in_effect = (
        select(row)
        .ext(distinct_on(col(row.rule)))
        .where(col(row.effective_on).is_(None) | (col(row.effective_on) <= on))
        .order_by(col(row.rule), col(row.version).desc())
        .subquery()
    )
    last = aliased(row, in_effect)
    query = select(last).where(col(last.withdrawn).is_(False)).order_by(col(last.rule))
    if places is not None:
        query = query.where(col(last.jurisdiction).in_(list(places)))
    return tuple(_legal_rule(found) for found in (await session.execute(query)).scalars())


def _legal_rule(row: LegalRuleRow) -> LegalRule:
    return LegalRule(
        id=row.rule,
        jurisdiction=row.jurisdiction,
        audience=Audience(row.audience) if row.audience else None,
        shortest_term=row.shortest_term,
        anchor=Anchor(row.anchor),
        earliest=row.earliest,
        latest=row.latest,
        unit=Unit(row.unit),
        content=tuple(row.content),
        effective_on=row.effective_on,
        source=row.source,
        certainty=Certainty(row.certainty),
        verified_on=row.verified_on,
    )


@dataclass(frozen=True, slots=True)
class TermNotices:
    """The notices of a term as its facts hold them; `queued` are of any term, `advance_sent_at` in UTC."""

    recorded: frozenset[tuple[Kind, str]]
    queued: tuple[QueuedNotice, ...]
    noticed: bool
    advance_sent_at: tuple[datetime, ...]


async def notices_of(session: AsyncSession, number: str, term_starts_on: date) -> TermNotices:
    """What became of the notices of the term, and what is still to be sent.

    What is to be sent at the same instant goes in one order, an end after what caused it.
    """
    query = (
        select(NoticeRow)
        .options(defer(NoticeRow.raw))  # type: ignore[arg-type]
        .where(col(NoticeRow.subscription) == number)
        .where((col(NoticeRow.term_starts_on) == term_starts_on) | col(NoticeRow.outcome).is_(None))
        .order_by(col(NoticeRow.planned_for), col(NoticeRow.kind) == Kind.EXPIRED, col(NoticeRow.kind))
        .order_by(col(NoticeRow.occasion))
    )
    rows = (await session.execute(query)).scalars().all()
    return TermNotices(
        recorded=frozenset((Kind(row.kind), row.occasion) for row in rows if row.outcome is not None),
        queued=tuple(
            QueuedNotice(str(row.id), Kind(row.kind), row.occasion, row.next_at or row.planned_for, row.dated)
            for row in rows
            if row.outcome is None and (row.term_starts_on == term_starts_on or not row.dated)
        ),
        noticed=any(row.outcome == "sent" and row.kind in TELLS_OF_THE_END for row in rows),
        advance_sent_at=tuple(row.sent_at for row in rows if row.sent_at and row.kind == Kind.ADVANCE_CHARGE_NOTICE),
    )


async def attempts_of(session: AsyncSession, renewal: RenewalRow | None) -> tuple[Attempt, ...]:
    """Every attempt to pay the renewal automatically, by n."""
    if renewal is None:
        return ()
    query = (
        select(AttemptRow)
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(AttemptRow.order_id))
        .where(col(OrderLineRow.renewal_id) == renewal.id)
        .order_by(col(AttemptRow.n))
    )
    return tuple(attempt_of(row) for row in (await session.execute(query)).scalars())


def attempt_of(row: AttemptRow) -> Attempt:
    return Attempt(
        id=str(row.id),
        n=row.n,
        state=AttemptState(row.state),
        method_id=str(row.method_id),
        called_at=row.called_at,
        next_at=row.next_at,
        answered_at=row.answered_at,
        decline_class=DeclineClass(row.decline_class) if row.decline_class else None,
    )


async def hold_on(session: AsyncSession, renewal: RenewalRow | None) -> Hold | None:
    """The open claim on the renewal by anything but the automatic charge."""
    if renewal is None:
        return None
    query = select(ClaimRow).where(
        col(ClaimRow.renewal_id) == renewal.id,
        col(ClaimRow.released_at).is_(None),
        col(ClaimRow.holder) != "automatic",
    )
    claim = (await session.execute(query)).scalar_one_or_none()
    return Hold(str(claim.id), claim.ends_at) if claim else None


async def paid_ahead(session: AsyncSession, renewal: RenewalRow | None) -> PaidAhead | None:
    """The next term, if its renewal is settled."""
    if renewal is None or renewal.order_id is None:
        return None
    line = await line_of(session, renewal.order_id, renewal.id)
    return PaidAhead(Term(line.term), line.seats, line.unit_price)


async def line_of(session: AsyncSession, order_id: UUID, renewal_id: UUID) -> OrderLineRow:
    query = select(OrderLineRow).where(
        col(OrderLineRow.order_id) == order_id, col(OrderLineRow.renewal_id) == renewal_id
    )
    return (await session.execute(query)).scalar_one()


async def automatic_order(session: AsyncSession, renewal_id: UUID) -> OrderRow | None:
    """The open automatic order on a renewal, between its attempts too."""
    query = (
        select(OrderRow)
        .join(OrderLineRow, col(OrderLineRow.order_id) == col(OrderRow.id))
        .where(col(OrderLineRow.renewal_id) == renewal_id)
        .where(col(OrderRow.way) == "automatic", col(OrderRow.state) == "open")
    )
    return (await session.execute(query)).scalar_one_or_none()
