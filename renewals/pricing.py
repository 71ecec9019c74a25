"""What the next term costs, and the receipt from which that can be computed again (domain.md 5)."""

from dataclasses import asdict, dataclass
from datetime import date

from renewals.calendar import term_end
from renewals.facts import Phase, Price, Subscription, Term
from renewals.money import Money


class NotPriced(ValueError):
    """The offering has no price for that term in the customer's currency."""


@dataclass(frozen=True, slots=True)
class Line:
    """One term of one subscription with its price.

    `amount` is `unit_price` × `seats`; `basis` names the rule the unit price comes from, `price_version` the price
    row. `starts_on` … `renews_on` is the half-open term that is bought. `list_price` is per seat, for comparison.
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

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)

    def receipt(self) -> dict[str, str | int]:
        """The inputs of the amount as plain values, for storage beside it."""
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(self).items()}


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


def _price(sub: Subscription, term: Term) -> Price:
    price = sub.prices.get(term)
    if price is None:
        raise NotPriced(f"{sub.sku} has no {term} price in {sub.currency}")
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
