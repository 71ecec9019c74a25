"""How amounts come about: the next renewal as it would be paid now, and the orders of the past with their factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.ops.timeline import attempt_details
from console.speech import Speech
from models.past import Ordered
from models.payments import OrderLineRow
from models.store import Stored
from renewals.facts import Phase
from renewals.money import Money
from renewals.payments import Purpose
from renewals.pricing import Line, NotPriced, next_line
from renewals.renewing import last_paid_term


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount: what it is for, its factors, the amount; `inputs` are all that it was computed from."""

    what: str
    computed: str
    amount: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An order: when, how and by whom it came about, how it stands, its amounts, and every try to pay it."""

    id: str
    when: str
    way: str
    by: str
    state: str
    state_words: str
    reference: str | None
    total: str
    lines: tuple[Amount, ...]
    tries: tuple[str, ...]
    has_paper: bool


def next_one(stored: Stored, t: Speech) -> Amount | None:
    """The next renewal that is not paid, at the price that would be paid for it now; None if it has none."""
    if stored.facts.phase is Phase.LAPSED:
        return None
    try:
        line = next_line(last_paid_term(stored.facts))
    except NotPriced:
        return None
    return of_line(line, t)


def of_line(line: Line, t: Speech) -> Amount:
    """A line that is not ordered yet."""
    return _amount(line.receipt(), line.currency, t)


def told(each: Ordered, stored: Stored, t: Speech) -> Told:
    """An order as far as it concerns the subscription."""
    row, zone = each.row, stored.facts.time_zone
    return Told(
        id=str(row.id),
        when=t.moment(row.ordered_at, zone),
        way=t(f"way.{row.way}"),
        by=row.ordered_by,
        state=row.state,
        state_words=t(f"order_state.{row.state}"),
        reference=row.reference,
        total=t.w.amount(Money(each.amount, row.currency)),
        lines=tuple(_ordered(line, row.currency, t) for line in each.lines),
        tries=tuple(
            t(
                "try",
                when=t.moment(tried.row.called_at, zone),
                outcome=t(f"outcome.{tried.row.state}"),
                code=f" ({tried.row.code})" if tried.row.code else "",
                details=", ".join(attempt_details(tried, t)),
            )
            for tried in each.tried
        ),
        has_paper=row.state == "paid",
    )


def _ordered(line: OrderLineRow, currency: str, t: Speech) -> Amount:
    own = {"seats": line.seats, "unit_price": line.unit_price, "amount": line.amount, "purpose": line.purpose}
    return _amount({**line.receipt, **own}, currency, t)


def _amount(receipt: Mapping[str, Any], currency: str, t: Speech) -> Amount:
    """From the inputs, which are stored beside the amount."""
    price, seats = Money(receipt["unit_price"], currency), receipt["seats"]
    span = t.w.span(*(date.fromisoformat(str(receipt[name])) for name in ("starts_on", "renews_on")))
    basis = t(f"basis.{receipt['basis']}")
    factors = f"{t.w.amount(price)} ×\u00a0{seats}"
    if receipt.get("days") is not None and receipt.get("term_days") is not None:
        factors = t.w.share(price, seats, receipt["days"], receipt["term_days"])
    return Amount(
        what=t(f"purpose.{Purpose(receipt.get('purpose', Purpose.RENEWAL))}", span=span),
        computed=f"{factors}, {basis}",
        amount=t.w.amount(Money(receipt["amount"], currency)),
        inputs=tuple((key, str(value)) for key, value in receipt.items()),
    )
