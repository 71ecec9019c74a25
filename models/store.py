"""Rows to facts and back: `load` a subscription with all that bears on it, `write` what a pure function made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.catalog import OfferingRow
from models.columns import among
from models.journal import SYSTEM, record
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.pauses import Pausable
from models.reading import (
    HOLD_IS_SEEN_TO_HERE,
    HOLDS_IT,
    IS_WATCHED,
    LEGAL_ALARM,
    OWES_BACK,
    TermNotices,
    attempts_of,
    hold_of,
    notices_of,
    owed_back_of,
    paid_ahead,
    watched_attempts_of,
)
from models.rules import PAUSED, REVISION, Rulebook, rulebook_at
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow, TermRow
from renewals.calendar import local_date
from renewals.facts import (
    Announcement,
    Attempt,
    AttemptState,
    Channel,
    MethodKind,
    OfferingKind,
    OwedBack,
    PaidAhead,
    PaymentMethod,
    Phase,
    Subscription,
    Term,
    Way,
)
from renewals.legal import Audience, Network
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


_NUMBERS = among(col(SubscriptionRow.number), "numbers")
_LOCKED = select(col(SubscriptionRow.number)).where(_NUMBERS).order_by(col(SubscriptionRow.number)).with_for_update()
_NEXT_RENEWAL = and_(
    col(RenewalRow.subscription) == col(SubscriptionRow.number),
    col(RenewalRow.term_starts_on) == col(SubscriptionRow.renews_on),
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
    .where(_NUMBERS)
    .order_by(col(SubscriptionRow.number))
    .execution_options(populate_existing=True)
)
_Joined = tuple[
    SubscriptionRow,
    CustomerRow,
    OfferingRow,
    ContactRow,
    PaymentMethodRow | None,
    RenewalRow | None,
    ClaimRow | None,
    bool,
    str | None,
    bool,
    bool,
    UUID,
    list[str] | None,
]


async def load_all(
    session: AsyncSession, numbers: Sequence[str], wall_now: datetime, *, lock: bool = False
) -> list[Stored]:
    """Read those of the subscriptions that exist, in order of their numbers, by a few queries for all; see `load`.

    Rows are locked before they are read: what is joined to a row that was waited for is then as the other left it.
    """
    if lock:
        await lock_all(session, numbers)
    rows = (await session.execute(_JOINED, {"numbers": numbers})).all()
    if not rows:
        return []
    *_, revision, _paused = rows[0]
    rulebook = await rulebook_at(session, revision)
    watching = [row.number for row, *_, watched, _, _, _ in rows if watched]
    owing = [row.number for row, *_, owes, _, _ in rows if owes]
    records = await _read_records(session, numbers, watching, owing, [row[5] for row in rows if row[5]])
    return [_stored(row, records, rulebook, wall_now) for row in rows]


async def lock_all(session: AsyncSession, numbers: Sequence[str]) -> None:
    """Hold the rows until the transaction ends; taken in the order of numbers, so that no two wait for each other."""
    await session.execute(_LOCKED, {"numbers": numbers})


@dataclass(frozen=True, slots=True)
class _Records:
    """What is on record of several subscriptions: by number, or by renewal."""

    notices: dict[str, TermNotices]
    watched: dict[str, list[Attempt]]
    owed_back: dict[str, tuple[OwedBack, ...]]
    paid_ahead: dict[UUID, PaidAhead]
    attempts: dict[UUID, tuple[Attempt, ...]]


async def _read_records(
    session: AsyncSession,
    numbers: Sequence[str],
    watching: Sequence[str],
    owing: Sequence[str],
    renewals: Sequence[RenewalRow],
) -> _Records:
    notices = await notices_of(session, numbers)
    watched = await watched_attempts_of(session, watching) if watching else {}
    owed = await owed_back_of(session, owing) if owing else {}
    if not renewals:
        return _Records(notices, watched, owed, {}, {})
    begun, settled = [each.id for each in renewals], [each.id for each in renewals if each.order_id]
    return _Records(
        notices,
        watched,
        owed,
        await paid_ahead(session, settled) if settled else {},
        await attempts_of(session, begun),
    )


def _stored(joined: _Joined, records: _Records, rulebook: Rulebook, wall_now: datetime) -> Stored:
    row, customer, offering, buyer, method, renewal, _, _, legal_alarm, *_ = joined
    now = wall_now + row.shift
    facts = _facts(joined, records, rulebook, now)
    return Stored(
        row, customer, offering, buyer, method, renewal, facts, now, rulebook.in_effect(wall_now), legal_alarm, rulebook
    )


def _facts(joined: _Joined, records: _Records, rulebook: Rulebook, now: datetime) -> Subscription:
    row, customer, offering, _, method, renewal, claim, seen_to_here, *_, paused = joined
    term, channel = Term(row.term), Channel(row.channel)
    pending_term = Term(row.pending_term) if row.pending_term else None
    status, prices = rulebook.prices_of(row.sku, customer.currency, term, pending_term, now)
    on = local_date(now, customer.time_zone)
    notices = records.notices.get(row.number) or TermNotices()
    renewal_id, watched = renewal.id if renewal else _NO_RENEWAL, records.watched.get(row.number, [])
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
        offering_kind=OfferingKind(offering.kind),
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
        method=_method(row, method),
        pending_seats=row.pending_seats,
        pending_term=pending_term,
        late_until=row.late_until,
        announced=announced,
        parked=row.parked_at is not None,
        live_at=row.live_at,
        late_start_at=row.late_start_at,
        owes_from=row.owes_from,
        paid_ahead=records.paid_ahead.get(renewal_id),
        attempts=records.attempts.get(renewal_id, ()),
        seats_attempt=next((each for each in watched if each.way is Way.SEATS), None),
        late_vouchers=tuple(each for each in watched if each.state is AttemptState.EXPIRED),
        owed_back=records.owed_back.get(row.number, ()),
        hold=hold_of(claim, seen_to_here=seen_to_here) if claim else None,
        recorded=notices.recorded,
        queued=notices.queued,
        noticed=notices.noticed,
        suspended=row.suspended_at is not None,
        charges_paused=Pausable.CHARGES in (paused or ()),
        mails_paused=Pausable.MAILS in (paused or ()),
        region=customer.region,
        audience=Audience(customer.audience),
        legal_rules=rulebook.legal_rules_of(on, [customer.country, customer.region or "", *Network]),
        advance_noticed_on=tuple(local_date(at, customer.time_zone) for at in notices.advance_sent_at),
    )


_NO_RENEWAL = UUID(int=0)


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
