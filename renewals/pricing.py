"""What a term or a seat costs, and the receipt from which that can be computed again (domain.md 5 and 7)."""

from dataclasses import asdict, dataclass, replace
from datetime import date

from renewals.calendar import add_months, term_end
from renewals.facts import Phase, Price, Subscription, Term
from renewals.money import Money, prorated
from renewals.payments import Purpose


class NotPriced(ValueError):
    """The offering has no price for that term in the customer's currency."""

    def __init__(self, sku: str, term: Term, currency: str) -> None:
        super().__init__(f"{sku} has no {term} price in {currency}")
        self.sku, self.term, self.currency = sku, term, currency


@dataclass(frozen=True, slots=True)
class Line:
    """One term of one subscription, or seats in it, with its price.

    `amount` is `unit_price` × `seats`, for the rest of a running term × `days` ÷ `term_days`, rounded half up once;
    `basis` names the rule the unit price comes from, `price_version` the price row. `starts_on` … `renews_on` is the
    half-open term that is bought. `list_price` is per seat, for comparison.
    """

    number: str
    sku: str
    term: Term
    starts_on: date
    renews_on: date
    seats: int
    unit_price: int
    amount: int
    currency: str
    basis: str
    list_price: int
    price_version: str
    purpose: Purpose = Purpose.RENEWAL
    days: int | None = None
    term_days: int | None = None

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

    def receipt(self) -> dict[str, str | int]:
        """The inputs of the amount as plain values, for storage beside it."""
        known = {key: value for key, value in asdict(self).items() if value is not None}
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in known.items()}


def renewal_line(sub: Subscription, term: Term | None = None, seats: int | None = None) -> Line:
    """The next term at the renewal price now in force, pending changes applied.

    `term` and `seats` stand for what a recorded renewal names itself. Raises `NotPriced`.
    """
    chosen = term or sub.next_term
    return _line(sub, chosen, seats or sub.next_seats, _price(sub, chosen).renewal_price, "renewal_price")


def automatic_line(sub: Subscription) -> Line:
    """The next term as it is charged automatically: never above the amount last announced. Raises `NotPriced`."""
    line = renewal_line(sub)
    announced = sub.announced
    if announced is None or announced.term is not line.term or announced.unit_price >= line.unit_price:
        return line
    return _line(sub, line.term, line.seats, announced.unit_price, "announced_price")


def late_line(sub: Subscription) -> Line:
    """The next term at the list price, as it is once expired. Raises `NotPriced`."""
    return _line(sub, sub.next_term, sub.next_seats, _price(sub, sub.next_term).list_price, "list_price")


def next_line(sub: Subscription) -> Line:
    """The next term at the price the buyer would see now. Raises `NotPriced`."""
    if sub.phase is Phase.EXPIRED:
        return late_line(sub)
    return automatic_line(sub) if sub.renews_automatically else renewal_line(sub)


def checkout_line(sub: Subscription) -> Line:
    """The next term as its buyer pays for it now: at the renewal price, once expired at the list price.

    Raises `NotPriced`.
    """
    return late_line(sub) if sub.phase is Phase.EXPIRED else renewal_line(sub)


def quote_line(sub: Subscription, term: Term | None, seats: int | None, unit_price: int | None = None) -> Line:
    """The next term as a quote offers it: at the price that its buyer would pay now, or at one that was agreed on.

    `term` and `seats` stand for those of the next renewal, pending changes applied. Raises `NotPriced`.
    """
    chosen = term or sub.next_term
    price, expired = _price(sub, chosen), sub.phase is Phase.EXPIRED
    if unit_price is not None:
        return _line(sub, chosen, seats or sub.next_seats, unit_price, "quoted_price")
    now, basis = (price.list_price, "list_price") if expired else (price.renewal_price, "renewal_price")
    return _line(sub, chosen, seats or sub.next_seats, now, basis)


def seats_lines(sub: Subscription, count: int, on: date) -> tuple[Line, ...]:
    """What `count` more seats cost from the local date `on`: the rest of the running term, and the next one if paid.

    List price × seats × remaining days ÷ days of the regular term, `on` counted; the regular term is the one that ends
    on the renewal date, computed from the anchor. The next term's seats cost its renewal price. Raises `NotPriced`.
    """
    price = _price(sub, sub.term)
    regular_start = add_months(sub.renews_on, -sub.term.months, sub.anchor_day)
    days, term_days = (sub.renews_on - max(on, sub.starts_on)).days, (sub.renews_on - regular_start).days
    rest = Line(
        number=sub.number,
        sku=sub.sku,
        term=sub.term,
        starts_on=sub.starts_on,
        renews_on=sub.renews_on,
        seats=count,
        unit_price=price.list_price,
        amount=prorated(price.list_price * count, days, term_days),
        currency=sub.currency,
        basis="list_price",
        list_price=price.list_price,
        price_version=price.version,
        purpose=Purpose.SEATS,
        days=days,
        term_days=term_days,
    )
    if sub.paid_ahead is None:
        return (rest,)
    paid = sub.paid_ahead
    unit_price = _price(sub, paid.term).renewal_price
    return rest, replace(_line(sub, paid.term, count, unit_price, "renewal_price"), purpose=Purpose.NEXT_SEATS)


def _price(sub: Subscription, term: Term) -> Price:
    price = sub.prices.get(term)
    if price is None:
        raise NotPriced(sub.sku, term, sub.currency)
    return price


def _line(sub: Subscription, term: Term, seats: int, unit_price: int, basis: str) -> Line:
    price = _price(sub, term)
    return Line(
        number=sub.number,
        sku=sub.sku,
        term=term,
        starts_on=sub.renews_on,
        renews_on=term_end(sub.renews_on, term, sub.anchor_day),
        seats=seats,
        unit_price=unit_price,
        amount=unit_price * seats,
        currency=sub.currency,
        basis=basis,
        list_price=price.list_price,
        price_version=price.version,
    )
