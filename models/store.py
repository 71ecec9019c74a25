"""Rows to facts and back: `load` a subscription with all that bears on it, `write` what a pure function made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, lambda_stmt, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import OfferingRow
from models.columns import among
from models.journal import SYSTEM, record
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.pauses import Pausable
from models.reading import (
    ATTEMPTS,
    HOLD_IS_SEEN_TO_HERE,
    HOLDS_IT,
    IS_WATCHED,
    LEGAL_ALARM,
    NOTICES,
    OWES_BACK,
    attempts,
    hold_of,
    owed_back_of,
    paid_ahead,
    term_notices,
    watched_attempts_of,
)
from models.rules import PAUSED, REVISION, Rulebook, rulebook_at
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow, TermRow
from renewals.calendar import local_date
from renewals.facts import Announcement, Channel, OfferingKind, PaidAhead, Phase, Subscription, Term
from renewals.legal import Audience, Network
from renewals.payments import Attempt, AttemptState, MethodKind, OwedBack, PaymentMethod, Way
from renewals.renewing import just_before
from renewals.windows import access_until


@dataclass(slots=True)
class Stored:
    """A subscription as stored, with its facts at `now`, the subscription's own time.

    `rules` names what else a plan of it depends on (`Rulebook.in_effect`). `legal_alarm` is what the open alarm of a
    missing legal notice says.
    """

    row: SubscriptionRow
    customer: CustomerRow
    offering: OfferingRow
    buyer: ContactRow
    method: PaymentMethodRow | None
    renewal: RenewalRow | None
    facts: Subscription
    now: datetime
    rules: str
    legal_alarm: str | None
    rulebook: Rulebook

    def priced_at(self, sub: Subscription, at: datetime) -> Subscription:
        """The facts with the prices that were in force at an earlier instant."""
        pending, currency = sub.pending_term, self.customer.currency
        status, prices = self.rulebook.prices_of(sub.sku, currency, sub.term, pending, at)
        return replace(sub, prices=prices, offering_status=status)

    @property
    def locale(self) -> str:
        """The buyer's language, in which letters are written: the person's own, else the customer's."""
        return self.buyer.locale or self.customer.locale

    @property
    def as_found(self) -> Subscription:
        """The facts as a command finds them that comes now: what is shown, decided on and charged is the same."""
        return just_before(self.facts, self.now)

    @property
    def access_until(self) -> datetime:
        """When the product must lock if nothing more happens; once lapsed, when it did."""
        return self.row.access_until if self.facts.phase is Phase.LAPSED else access_until(self.facts, self.now)


async def load(session: AsyncSession, number: str, wall_now: datetime, *, lock: bool = False) -> Stored | None:
    """Read a subscription and all that bears on its next term; None when there is none of that number.

    `wall_now` is the world's time; the subscription's own runs ahead by its shift. `lock` holds the row until the
    transaction ends, so that whoever decides about it decides alone.
    """
    found = await load_all(session, [number], wall_now, lock=lock)
    return found[0] if found else None


_NUMBER = col(SubscriptionRow.number)
_NEXT_RENEWAL = and_(
    col(RenewalRow.subscription) == _NUMBER, col(RenewalRow.term_starts_on) == col(SubscriptionRow.renews_on)
)
_JOINED = (
    select(
        SubscriptionRow,
        CustomerRow,
        OfferingRow,
        ContactRow,
        PaymentMethodRow,
        RenewalRow,
        ClaimRow,
        HOLD_IS_SEEN_TO_HERE,
        NOTICES,
        ATTEMPTS,
        LEGAL_ALARM,
        IS_WATCHED,
        OWES_BACK,
        REVISION,
        PAUSED,
    )
    .join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
    .join(OfferingRow, col(OfferingRow.sku) == col(SubscriptionRow.sku))
    .join(ContactRow, col(ContactRow.id) == col(SubscriptionRow.buyer_id))
    .outerjoin(PaymentMethodRow, col(PaymentMethodRow.id) == col(SubscriptionRow.method_id))
    .outerjoin(RenewalRow, _NEXT_RENEWAL)
    .outerjoin(ClaimRow, HOLDS_IT)
    .execution_options(populate_existing=True)
)
_LOCKED = select(_NUMBER).with_for_update()

_ONE = col(SubscriptionRow.number) == bindparam("number")
"""One subscription, by statements of its own: PostgreSQL then plans them once, as one row is what it expects."""

_MANY = among(_NUMBER, "numbers")

# The cache of statements knows a lambda by its place in the code; all parts of such a statement take long to compare.
_JOINED_ONE = lambda_stmt(lambda: _JOINED.where(_ONE))
_LOCKED_ONE = lambda_stmt(lambda: _LOCKED.where(_ONE))
_JOINED_MANY = lambda_stmt(lambda: _JOINED.where(_MANY).order_by(_NUMBER))
_LOCKED_MANY = lambda_stmt(lambda: _LOCKED.where(_MANY).order_by(_NUMBER))


class _Joined(NamedTuple):
    """A row of that."""

    row: SubscriptionRow
    customer: CustomerRow
    offering: OfferingRow
    buyer: ContactRow
    method: PaymentMethodRow | None
    renewal: RenewalRow | None
    claim: ClaimRow | None
    hold_is_seen_to_here: bool
    notices: list[list[Any]] | None
    attempts: list[list[Any]] | None
    legal_alarm: str | None
    is_watched: bool
    owes_back: bool
    revision: UUID
    paused: list[str] | None


async def load_all(
    session: AsyncSession, numbers: Sequence[str], wall_now: datetime, *, lock: bool = False
) -> list[Stored]:
    """Read those of the subscriptions that exist, in order of their numbers, by a few queries for all; see `load`.

    Rows are locked before they are read: what is joined to a row that was waited for is then as the other left it.
    """
    if lock:
        await lock_all(session, numbers)
    joined = _JOINED_ONE if len(numbers) == 1 else _JOINED_MANY
    found = [_Joined(*row) for row in await session.execute(joined, _named(numbers))]
    if not found:
        return []
    rulebook = await rulebook_at(session, found[0].revision)
    rare = await _read_what_is_rare(session, found)
    return [_stored(joined, rare, rulebook, wall_now) for joined in found]


async def lock_all(session: AsyncSession, numbers: Sequence[str]) -> None:
    """Hold the rows until the transaction ends; taken in the order of numbers, so that no two wait for each other."""
    await session.execute(_LOCKED_ONE if len(numbers) == 1 else _LOCKED_MANY, _named(numbers))


def _named(numbers: Sequence[str]) -> dict[str, Any]:
    """What those statements are given."""
    return {"number": numbers[0]} if len(numbers) == 1 else {"numbers": numbers}


@dataclass(frozen=True, slots=True)
class _Rare:
    """What hardly any subscription has: by number, or by renewal."""

    watched: dict[str, list[Attempt]]
    owed_back: dict[str, tuple[OwedBack, ...]]
    paid_ahead: dict[UUID, PaidAhead]


async def _read_what_is_rare(session: AsyncSession, found: Sequence[_Joined]) -> _Rare:
    watching = [each.row.number for each in found if each.is_watched]
    owing = [each.row.number for each in found if each.owes_back]
    settled = [each.renewal.id for each in found if each.renewal and each.renewal.order_id]
    return _Rare(
        await watched_attempts_of(session, watching) if watching else {},
        await owed_back_of(session, owing) if owing else {},
        await paid_ahead(session, settled) if settled else {},
    )


def _stored(joined: _Joined, rare: _Rare, rulebook: Rulebook, wall_now: datetime) -> Stored:
    now = wall_now + joined.row.shift
    return Stored(
        row=joined.row,
        customer=joined.customer,
        offering=joined.offering,
        buyer=joined.buyer,
        method=joined.method,
        renewal=joined.renewal,
        facts=_facts(joined, rare, rulebook, now),
        now=now,
        rules=rulebook.in_effect(wall_now),
        legal_alarm=joined.legal_alarm,
        rulebook=rulebook,
    )


def _facts(joined: _Joined, rare: _Rare, rulebook: Rulebook, now: datetime) -> Subscription:
    row, customer, renewal, claim = joined.row, joined.customer, joined.renewal, joined.claim
    term, channel = Term(row.term), Channel(row.channel)
    pending_term = Term(row.pending_term) if row.pending_term else None
    status, prices = rulebook.prices_of(row.sku, customer.currency, term, pending_term, now)
    on, paused = local_date(now, customer.time_zone), joined.paused or ()
    notices, watched = term_notices(joined.notices), rare.watched.get(row.number, [])
    announced = None
    if row.announced_term is not None and row.announced_unit_price is not None:
        announced = Announcement(Term(row.announced_term), row.announced_unit_price)
    return Subscription(
        number=row.number,
        time_zone=customer.time_zone,
        country=customer.country,
        currency=customer.currency,
        channel=channel,
        sku=row.sku,
        offering_kind=OfferingKind(joined.offering.kind),
        offering_status=status,
        term=term,
        seats=row.seats,
        unit_price=row.unit_price,
        starts_on=row.starts_on,
        renews_on=row.renews_on,
        anchor_day=row.anchor_day,
        auto_renew=row.auto_renew,
        phase=Phase(row.phase),
        phase_since=row.phase_since,
        prices=prices,
        policy=rulebook.policy_of(row.sku, customer.country, channel, on),
        method=_method(row, joined.method),
        pending_seats=row.pending_seats,
        pending_term=pending_term,
        late_until=row.late_until,
        announced=announced,
        parked=row.parked_at is not None,
        live_at=row.live_at,
        late_start_at=row.late_start_at,
        owes_from=row.owes_from,
        paid_ahead=rare.paid_ahead.get(renewal.id) if renewal else None,
        attempts=attempts(joined.attempts),
        seats_attempt=next((each for each in watched if each.way is Way.SEATS), None),
        late_vouchers=tuple(each for each in watched if each.state is AttemptState.EXPIRED),
        owed_back=rare.owed_back.get(row.number, ()),
        hold=hold_of(claim, seen_to_here=joined.hold_is_seen_to_here) if claim else None,
        recorded=notices.recorded,
        queued=notices.queued,
        noticed=notices.noticed,
        suspended=row.suspended_at is not None,
        charges_paused=Pausable.CHARGES in paused,
        mails_paused=Pausable.MAILS in paused,
        region=customer.region,
        audience=Audience(customer.audience),
        legal_rules=rulebook.legal_rules_of(on, [customer.country, customer.region or "", *Network]),
        advance_noticed_on=tuple(local_date(at, customer.time_zone) for at in notices.advance_sent_at),
    )


def _method(row: SubscriptionRow, method: PaymentMethodRow | None) -> PaymentMethod | None:
    if method is None:
        return None
    return fact_of_method(method, row.method_set_at or method.created_at)


def fact_of_method(method: PaymentMethodRow, set_at: datetime) -> PaymentMethod:
    """The method as the core knows it, chosen at `set_at`; the token stays behind."""
    return PaymentMethod(str(method.id), MethodKind(method.kind), set_at, method.valid_through)


def write(
    session: AsyncSession, stored: Stored, after: Subscription, *, by: str = SYSTEM, reason: str | None = None
) -> None:
    """Store what a pure function made of the facts, and record a new phase or term. `stored.facts` becomes `after`.

    The payment method, parking and shift are columns of their own command; they are not written here.
    """
    row, before, now = stored.row, stored.facts, stored.now
    row.term, row.seats, row.starts_on, row.renews_on = after.term, after.seats, after.starts_on, after.renews_on
    row.unit_price, row.auto_renew = after.unit_price, after.auto_renew
    row.pending_seats, row.pending_term, row.late_until = after.pending_seats, after.pending_term, after.late_until
    row.phase, row.phase_since = after.phase, after.phase_since
    row.live_at, row.late_start_at, row.owes_from = after.live_at, after.late_start_at, after.owes_from
    row.announced_term = after.announced.term if after.announced else None
    row.announced_unit_price = after.announced.unit_price if after.announced else None
    row.suspended_at = (row.suspended_at or now) if after.suspended else None
    session.add(row)
    if after.starts_on != before.starts_on:
        _begin_term(session, stored, after, by)
    if after.phase is not before.phase:
        record(session, row.number, now, "phase", {"from": before.phase, "to": after.phase}, by=by, reason=reason)
    stored.facts = after
    row.access_until = stored.access_until


def _begin_term(session: AsyncSession, stored: Stored, after: Subscription, by: str) -> None:
    """Add the term that begins to the chain, and to the record."""
    before = stored.facts
    session.add(
        TermRow(
            subscription=after.number,
            starts_on=after.starts_on,
            renews_on=after.renews_on,
            follows=before.renews_on,
            term=after.term,
            seats=after.seats,
            unit_price=after.unit_price,
            began_at=stored.now,
        )
    )
    data = {
        "starts_on": after.starts_on.isoformat(),
        "renews_on": after.renews_on.isoformat(),
        "term": after.term,
        "seats": after.seats,
        "unit_price": after.unit_price,
        "currency": after.currency,
    }
    record(session, after.number, stored.now, "term", data, by=by)
