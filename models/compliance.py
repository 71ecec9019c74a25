"""Which notice met which legal duty: of coming charges, a page at a time by renewal date; of one, back too.

The duties of a page are computed for its subscriptions alone. A question that fits few looks at `MOST_LOOKED_AT` and
says where it stopped. What is missing has an alarm, and is found by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from models.columns import among
from models.keyset import Beside, Keyset, Place, page_of
from models.parties import CustomerRow, PaymentMethodRow
from models.payments import AttemptRow, OrderRow
from models.pipeline import CHARGEABLE, DIRECT
from models.reading import LEGAL_NOTICE_MISSING, fact_of_method
from models.records import AlarmRow, NoticeRow
from models.store import Stored, load_all
from models.subscriptions import RenewalRow, SubscriptionRow, TermRow
from renewals.calendar import local_date
from renewals.compliance import Standing, standings
from renewals.duties import duties
from renewals.facts import Phase, Term
from renewals.forecast import as_if_live
from renewals.legal import Audience, LegalRule, Network
from renewals.letters import Kind
from renewals.payments import MethodKind, Way
from renewals.pricing import NotPriced

PER_BATCH, MOST_LOOKED_AT, MOST_TERMS = 18, 198, 5

_S = SubscriptionRow
ORDER = Keyset((col(_S.renews_on), col(_S.number)))


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the coming charges; None: whichever. `since` and `until` are the first and last renewal date."""

    rule: LegalRule | None = None
    state: State | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """The charges that fit, how many subscriptions were looked at, and from where to look on, if there are more."""

    kept: Sequence[Kept]
    looked_at: int
    later: Place | None


async def missing_now(session: AsyncSession) -> int:
    """How many subscriptions have the alarm that a notice is missing."""
    of_it = col(AlarmRow.kind) == LEGAL_NOTICE_MISSING, col(AlarmRow.cleared_at).is_(None)
    return (await session.execute(select(func.count()).where(*of_it))).scalar_one()


async def coming_charges(
    session: AsyncSession, wanted: Wanted, limit: int, after: Place | None, now: datetime
) -> Looked:
    """Up to `limit` charges that laws bind, by renewal date, from a place on."""
    kept, looked_at = list[Kept](), 0
    while looked_at < MOST_LOOKED_AT:
        page = await page_of(session, _candidates(wanted), ORDER, PER_BATCH, Beside(after=after))
        keys = {number: (renews_on, number) for renews_on, number in page.rows}
        for each in await kept_by(session, list(keys), now):
            if _fits(each, wanted):
                kept.append(each)
                if len(kept) == limit:
                    here = keys[each.stored.row.number]
                    return Looked(kept, looked_at + len(keys), here if page.later or here != page.last else None)
        looked_at, after = looked_at + len(keys), page.last
        if not page.later:
            return Looked(kept, looked_at, None)
    return Looked(kept, looked_at, after)


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


def _fits(kept: Kept, wanted: Wanted) -> bool:
    proofs = [each for each in kept.proofs if wanted.rule is None or each.standing.duty.rule.id == wanted.rule.id]
    if not proofs and not (kept.trouble and wanted.rule is None):
        return False
    return wanted.state is None or kept.state is wanted.state or any(each.state is wanted.state for each in proofs)


def _candidates(wanted: Wanted) -> Select[Any]:
    """Whatever may renew automatically, by renewal date, narrowed down as far as SQL can tell."""
    columns: list[Any] = [col(_S.renews_on), col(_S.number)]
    query = (
        select(*columns)
        .select_from(_S)
        .join(CustomerRow, col(CustomerRow.csn) == col(_S.csn))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(_S.method_id))
        .where(col(_S.auto_renew), DIRECT, CHARGEABLE, col(_S.live_at).is_not(None), col(_S.parked_at).is_(None))
        .where(col(_S.phase).not_in([Phase.EXPIRED.value, Phase.LAPSED.value]))
    )
    if wanted.since is not None:
        query = query.where(col(_S.renews_on) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(_S.renews_on) <= wanted.until)
    if wanted.rule is not None:
        query = query.where(*_may_bind(wanted.rule))
    if wanted.state is State.MISSING:
        open_ones = col(AlarmRow.kind) == LEGAL_NOTICE_MISSING, col(AlarmRow.cleared_at).is_(None)
        query = query.where(col(_S.number).in_(select(col(AlarmRow.subscription)).where(*open_ones)))
    return query


def _may_bind(rule: LegalRule) -> list[ColumnElement[bool]]:
    """What `duties.binds` asks of customer and method, as a condition; the rest is asked of each."""
    found: list[ColumnElement[bool]] = []
    if rule.jurisdiction == Network.CARD:
        found.append(col(PaymentMethodRow.kind) == MethodKind.CARD.value)
    elif rule.jurisdiction == Network.SEPA:
        found += [col(PaymentMethodRow.kind) == MethodKind.DIRECT_DEBIT.value, col(CustomerRow.currency) == "EUR"]
    else:
        found.append(or_(col(CustomerRow.country) == rule.jurisdiction, col(CustomerRow.region) == rule.jurisdiction))
    if rule.audience is not None:
        found.append(col(CustomerRow.audience) == Audience(rule.audience).value)
    return found
