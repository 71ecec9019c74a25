"""One statement that reads a subscription with all that bears on it, and what hardly any has by a few more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, lambda_stmt, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.attempts import ATTEMPTS, IS_WATCHED, attempts, watched_attempts_of
from models.catalog import OfferingRow
from models.columns import among
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.pauses import Pausable
from models.reading import (
    HOLD_IS_SEEN_TO_HERE,
    HOLDS_IT,
    LEGAL_ALARM,
    OWES_BACK,
    fact_of_method,
    hold_of,
    owed_back_of,
    paid_ahead,
)
from models.rules import PAUSED, REVISION, Rulebook
from models.subscriptions import ClaimRow, RenewalRow, SubscriptionRow
from models.term_notices import NOTICES, term_notices
from renewals.calendar import local_date
from renewals.facts import Announcement, Channel, OfferingKind, PaidAhead, Phase, Subscription, Term
from renewals.legal import Audience, Network
from renewals.payments import ENDED_UNPAID, Attempt, OwedBack, Way

NUMBER = col(SubscriptionRow.number)
_NEXT_RENEWAL = and_(
    col(RenewalRow.subscription) == NUMBER, col(RenewalRow.term_starts_on) == col(SubscriptionRow.renews_on)
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

ONE = col(SubscriptionRow.number) == bindparam("number")
"""One subscription, by statements of its own: PostgreSQL then plans them once, as one row is what it expects."""

MANY = among(NUMBER, "numbers")

# The cache of statements knows a lambda by its place in the code; all parts of such a statement take long to compare.
_JOINED_ONE = lambda_stmt(lambda: _JOINED.where(ONE))
_JOINED_MANY = lambda_stmt(lambda: _JOINED.where(MANY).order_by(NUMBER))


class Joined(NamedTuple):
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


def named(numbers: Sequence[str]) -> dict[str, Any]:
    """What `ONE` or `MANY` is given: the one, if there is but one."""
    return {"number": numbers[0]} if len(numbers) == 1 else {"numbers": numbers}


async def joined_of(session: AsyncSession, numbers: Sequence[str]) -> list[Joined]:
    """Those of the subscriptions that exist, in order of their numbers."""
    statement = _JOINED_ONE if len(numbers) == 1 else _JOINED_MANY
    return [Joined(*row) for row in await session.execute(statement, named(numbers))]


@dataclass(frozen=True, slots=True)
class Rare:
    """What hardly any subscription has: by number, or by renewal."""

    watched: dict[str, list[Attempt]]
    owed_back: dict[str, tuple[OwedBack, ...]]
    paid_ahead: dict[UUID, PaidAhead]


async def rare_of(session: AsyncSession, found: Sequence[Joined]) -> Rare:
    """Read for those of which a column says that there is some."""
    watching = [each.row.number for each in found if each.is_watched]
    owing = [each.row.number for each in found if each.owes_back]
    settled = [each.renewal.id for each in found if each.renewal and each.renewal.order_id]
    return Rare(
        await watched_attempts_of(session, watching) if watching else {},
        await owed_back_of(session, owing) if owing else {},
        await paid_ahead(session, settled) if settled else {},
    )


def facts_of(joined: Joined, rare: Rare, rulebook: Rulebook, now: datetime) -> Subscription:
    """The facts at `now`, the subscription's own time."""
    row, customer, method, renewal, claim = joined.row, joined.customer, joined.method, joined.renewal, joined.claim
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
        method=fact_of_method(method, row.method_set_at or method.created_at) if method else None,
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
        late_vouchers=tuple(each for each in watched if each.state in ENDED_UNPAID),
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
        partner=row.partner,
    )
