"""Facts for tests: one ordinary subscription, and small ways to change it. Dates are literal."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from renewals.facts import Channel, OfferingKind, OfferingStatus, PaidAhead, Phase, Policy, Price, Subscription, Term
from renewals.payments import Attempt, AttemptState, DeclineClass, Hold, MethodKind, PaymentMethod

PARIS = "Europe/Paris"
"""2027: UTC+1 until 28 March 02:00 local, UTC+2 from then until 31 October."""

IMPORTED_AT = datetime(2026, 4, 1, tzinfo=UTC)

PRICES = {
    Term.MONTH: Price(list_price=7000, renewal_price=6800, version="month-1"),
    Term.YEAR: Price(list_price=54000, renewal_price=48600, version="year-1"),
    Term.THREE_YEARS: Price(list_price=162000, renewal_price=145800, version="three-1"),
}


def utc(text: str) -> datetime:
    """`2027-03-31T04:00` or `2027-03-31T04:00:05` as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def card(
    method_id: str = "card-1", set_at: str = "2026-03-31T00:00", valid_through: date | None = None
) -> PaymentMethod:
    return PaymentMethod(method_id, MethodKind.CARD, utc(set_at), valid_through)


def method(kind: MethodKind, method_id: str = "method-1") -> PaymentMethod:
    return PaymentMethod(method_id, kind, utc("2026-03-31T00:00"))


def _number_with_offset(wanted: int) -> str:
    """A number whose own charge offset is that many seconds, so that charge times in tests can be literal."""
    for candidate in range(200_000):
        number = f"N-{candidate}"
        if int.from_bytes(hashlib.sha256(number.encode()).digest()[:4], "big") % 7200 == wanted:
            return number
    raise AssertionError("no number with that offset")


PUNCTUAL = _number_with_offset(0)


def subscription(**changes: Any) -> Subscription:
    """A live yearly one in Paris that renews automatically on 2027-03-31 by card, charged at 06:00:00 local."""
    facts = Subscription(
        number=PUNCTUAL,
        time_zone=PARIS,
        country="FR",
        currency="EUR",
        channel=Channel.DIRECT_ONLINE,
        sku="DRAFT-STD",
        offering_kind=OfferingKind.SUBSCRIPTION,
        offering_status=OfferingStatus.ACTIVE,
        term=Term.YEAR,
        seats=12,
        starts_on=date(2026, 3, 31),
        renews_on=date(2027, 3, 31),
        anchor_day=31,
        auto_renew=True,
        phase=Phase.ACTIVE,
        phase_since=IMPORTED_AT,
        prices=PRICES,
        policy=Policy(),
        method=card(valid_through=date(2029, 8, 31)),
        live_at=IMPORTED_AT,
        late_start_at=IMPORTED_AT,
    )
    return replace(facts, **changes)


def manual(**changes: Any) -> Subscription:
    """The same with auto-renew off."""
    return subscription(**{"auto_renew": False, **changes})


def monthly(**changes: Any) -> Subscription:
    """A monthly one from 2027-03-15 to 2027-04-15."""
    return subscription(
        **{
            "term": Term.MONTH,
            "starts_on": date(2027, 3, 15),
            "renews_on": date(2027, 4, 15),
            "anchor_day": 15,
            "phase": Phase.RENEWABLE,
            "phase_since": utc("2027-03-14T23:00"),
            **changes,
        }
    )


def declined(
    at: str,
    kind: DeclineClass = DeclineClass.SOFT,
    n: int = 1,
    method_id: str = "card-1",
    answered_at: str | None = None,
) -> Attempt:
    called = utc(at)
    return Attempt(
        f"attempt-{n}",
        n,
        AttemptState.DECLINED,
        method_id,
        called,
        answered_at=utc(answered_at) if answered_at else called + timedelta(seconds=1),
        decline_class=kind,
    )


def in_doubt(at: str, state: AttemptState = AttemptState.UNKNOWN, n: int = 1, next_at: str | None = None) -> Attempt:
    """An attempt whose answer is missing (unknown) or still to come (pending)."""
    asked = utc(next_at) if next_at else utc(at) + timedelta(minutes=5)
    return Attempt(f"attempt-{n}", n, state, "card-1", utc(at), next_at=asked)


def out_of_reach(at: str, next_at: str, n: int = 1) -> Attempt:
    """An attempt that found nobody at the gateway and will call again."""
    return Attempt(f"attempt-{n}", n, AttemptState.OPEN, "card-1", utc(at), next_at=utc(next_at))


def hold(ends_at: str | None) -> Hold:
    return Hold("hold-1", utc(ends_at) if ends_at else None)


def paid_ahead(term: Term = Term.YEAR, seats: int = 12, unit_price: int = 48600) -> PaidAhead:
    return PaidAhead(term, seats, unit_price)


def policy(**changes: Any) -> Policy:
    return replace(Policy(), **changes)
