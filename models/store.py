"""Rows to facts and back: `load` a subscription with all that bears on it, `write` what a pure function made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import lambda_stmt, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.catalog import OfferingRow
from models.joined import MANY, NUMBER, ONE, Joined, Rare, facts_of, joined_of, named, rare_of
from models.journal import SYSTEM, record
from models.parties import ContactRow, CustomerRow, PaymentMethodRow
from models.rules import Rulebook, rulebook_at
from models.subscriptions import RenewalRow, SubscriptionRow, TermRow
from renewals.facts import Phase, Subscription
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


async def load_all(
    session: AsyncSession, numbers: Sequence[str], wall_now: datetime, *, lock: bool = False
) -> list[Stored]:
    """Read those of the subscriptions that exist, in order of their numbers, by a few queries for all; see `load`.

    Rows are locked before they are read: what is joined to a row that was waited for is then as the other left it.
    """
    if lock:
        await lock_all(session, numbers)
    found = await joined_of(session, numbers)
    if not found:
        return []
    rulebook = await rulebook_at(session, found[0].revision)
    rare = await rare_of(session, found)
    return [_stored(joined, rare, rulebook, wall_now) for joined in found]


_LOCKED = select(NUMBER).with_for_update()
_LOCKED_ONE = lambda_stmt(lambda: _LOCKED.where(ONE))
_LOCKED_MANY = lambda_stmt(lambda: _LOCKED.where(MANY).order_by(NUMBER))


async def lock_all(session: AsyncSession, numbers: Sequence[str]) -> None:
    """Hold the rows until the transaction ends; taken in the order of numbers, so that no two wait for each other."""
    await session.execute(_LOCKED_ONE if len(numbers) == 1 else _LOCKED_MANY, named(numbers))


def _stored(joined: Joined, rare: Rare, rulebook: Rulebook, wall_now: datetime) -> Stored:
    now = wall_now + joined.row.shift
    return Stored(
        row=joined.row,
        customer=joined.customer,
        offering=joined.offering,
        buyer=joined.buyer,
        method=joined.method,
        renewal=joined.renewal,
        facts=facts_of(joined, rare, rulebook, now),
        now=now,
        rules=rulebook.in_effect(wall_now),
        legal_alarm=joined.legal_alarm,
        rulebook=rulebook,
    )


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
