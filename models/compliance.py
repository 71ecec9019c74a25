"""Which notice met which legal duty: of the next charge, and of the automatic ones of the last terms.

The list of coming charges is in `coming_charges.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from models.columns import among
from models.parties import PaymentMethodRow
from models.payments import AttemptRow, OrderRow
from models.reading import fact_of_method
from models.records import NoticeRow
from models.store import Stored, load_all
from models.subscriptions import RenewalRow, TermRow
from renewals.calendar import local_date
from renewals.compliance import Standing, standings
from renewals.duties import duties
from renewals.facts import Term
from renewals.forecast import as_if_live
from renewals.legal import Network
from renewals.letters import Kind
from renewals.payments import Way
from renewals.pricing import NotPriced

MOST_TERMS = 5
"""How many past terms are told of."""


class State(StrEnum):
    """How the duties of one charge stand together: the worst of them."""

    MISSING = "missing"
    COMING = "coming"
    MET = "met"


@dataclass(frozen=True, slots=True)
class Proof:
    """A duty, and the mail that met it if one did."""

    standing: Standing
    notice: NoticeRow | None

    @property
    def state(self) -> State:
        if self.standing.is_missing:
            return State.MISSING
        return State.MET if self.standing.sent_on else State.COMING


@dataclass(frozen=True, slots=True)
class Kept:
    """A charge that laws bind: of which term, and how each duty is kept. `trouble`: it cannot be planned, and why."""

    stored: Stored
    starts_on: date
    renews_on: date
    proofs: tuple[Proof, ...]
    trouble: NotPriced | None = None

    @property
    def state(self) -> State:
        if self.trouble:
            return State.MISSING
        return next(state for state in State if any(proof.state is state for proof in self.proofs))


async def kept_by(session: AsyncSession, numbers: Sequence[str], now: datetime) -> list[Kept]:
    """How the duties of the next charge of each stand, in that order; those that no law binds are left out."""
    stored = {each.row.number: each for each in await load_all(session, numbers, now)} if numbers else {}
    sent = await _sent_for(session, [(each.row.number, each.facts.starts_on) for each in stored.values()])
    found = []
    for number in numbers:
        if each := stored.get(number):
            kept = _kept(each, sent)
            if kept.proofs or kept.trouble:
                found.append(kept)
    return found


async def kept_of(session: AsyncSession, stored: Stored) -> list[Kept]:
    """The same of one that is loaded: one, or none if no law binds its next charge. Raises `pricing.NotPriced`."""
    kept = _kept(stored, await _sent_for(session, [(stored.row.number, stored.facts.starts_on)]))
    if kept.trouble:
        raise kept.trouble
    return [kept] if kept.proofs else []


def _kept(stored: Stored, sent: Mapping[tuple[str, date], Sequence[NoticeRow]]) -> Kept:
    sub = as_if_live(stored.facts, stored.now)
    try:
        found, trouble = standings(sub, stored.now), None
    except NotPriced as unpriced:
        found, trouble = (), unpriced
    notices = sent.get((sub.number, sub.starts_on), ())
    return Kept(stored, sub.starts_on, sub.renews_on, _proofs(found, notices, sub.time_zone), trouble)


def _proofs(found: Sequence[Standing], notices: Sequence[NoticeRow], zone: str) -> tuple[Proof, ...]:
    by_day = {local_date(row.sent_at, zone): row for row in reversed(notices) if row.sent_at}
    return tuple(Proof(each, by_day.get(each.sent_on) if each.sent_on else None) for each in found)


async def past_charges(session: AsyncSession, stored: Stored) -> list[Kept]:
    """The automatic charges of the last terms, the latest first, with what the rules of their dates demanded."""
    sub, number = stored.facts, stored.row.number
    query = (
        select(TermRow, PaymentMethodRow)
        .join(RenewalRow, col(RenewalRow.subscription) == col(TermRow.subscription))
        .join(OrderRow, col(OrderRow.id) == col(RenewalRow.order_id))
        .join(AttemptRow, col(AttemptRow.order_id) == col(OrderRow.id))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(AttemptRow.method_id))
        .where(col(TermRow.subscription) == number, col(RenewalRow.term_starts_on) == col(TermRow.renews_on))
        .where(col(OrderRow.way) == Way.AUTOMATIC.value, col(AttemptRow.state) == "paid")
        .order_by(col(TermRow.starts_on).desc())
        .limit(MOST_TERMS)
    )
    rows = (await session.execute(query)).all()
    sent = await _sent_for(session, [(number, term.starts_on) for term, _ in rows])
    found = []
    for term, method in rows:
        notices = sent.get((number, term.starts_on), ())
        then = replace(
            sub,
            starts_on=term.starts_on,
            renews_on=term.renews_on,
            term=Term(term.term),
            auto_renew=True,
            method=fact_of_method(method, method.created_at),
            legal_rules=stored.rulebook.legal_rules_of(
                term.renews_on, [sub.country, sub.region or "", *(each.value for each in Network)]
            ),
        )
        days = sorted(local_date(row.sent_at, sub.time_zone) for row in notices if row.sent_at)
        owed = tuple(
            Standing(duty, next((day for day in days if duty.is_met_on(day)), None), None) for duty in duties(then)
        )
        if owed:
            found.append(Kept(stored, term.starts_on, term.renews_on, _proofs(owed, notices, sub.time_zone)))
    return found


_SENT = (
    select(NoticeRow)
    .options(defer(NoticeRow.raw))  # type: ignore[arg-type]
    .where(among(col(NoticeRow.subscription), "numbers"), among(col(NoticeRow.term_starts_on), "terms"))
    .where(col(NoticeRow.kind) == Kind.ADVANCE_CHARGE_NOTICE.value, col(NoticeRow.outcome) == "sent")
    .order_by(col(NoticeRow.sent_at))
)


async def _sent_for(
    session: AsyncSession, terms: Sequence[tuple[str, date]]
) -> dict[tuple[str, date], list[NoticeRow]]:
    """The notices of coming charges that went out, by number and term, in order of time."""
    asked = {"numbers": [number for number, _ in terms], "terms": [starts_on for _, starts_on in terms]}
    found: dict[tuple[str, date], list[NoticeRow]] = {}
    for row in await session.scalars(_SENT, asked) if terms else ():
        found.setdefault((row.subscription, row.term_starts_on), []).append(row)
    return found
