"""Do the lines of a portfolio fit together, and with what is stored? Customers known, prices there."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portfolio.files import SUBSCRIPTIONS, CatalogLine, Complaint, CustomerLine, SubscriptionLine
from portfolio.problems import Problem, Problems
from portfolio.reading import Portfolio
from portfolio.stored import Stored
from renewals.facts import OfferingKind, OfferingStatus


@dataclass(slots=True)
class Known:
    """What a new subscription can refer to: stored, or in a good line. What is stored comes first."""

    customers: dict[str, CustomerLine]
    kinds: dict[str, OfferingKind]
    statuses: dict[tuple[str, str, str], OfferingStatus]

    @classmethod
    def of(cls, portfolio: Portfolio, stored: Stored) -> "Known":
        good = portfolio.catalog.good
        return cls(
            {line.csn: line for line in portfolio.customers.good} | stored.customers,
            {line.sku: line.kind for line in good} | {sku: kind for sku, (_, kind) in stored.offerings.items()},
            {key: price.status for key, price in stored.prices.items()} | {line.key: line.status for line in good},
        )


@dataclass(slots=True)
class Checked:
    """The subscriptions whose references hold, and what is wrong with the others.

    `consequences` are lines that are good themselves but refer to a bad one: they are problems only where bad lines
    are skipped, since otherwise the bad line itself is what has to be corrected.
    """

    known: Known
    good: list[SubscriptionLine] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    consequences: Problems = field(default_factory=Problems)


def check_references(portfolio: Portfolio, stored: Stored) -> Checked:
    """Sort the subscriptions into those that can be written and those that cannot."""
    checked = Checked(Known.of(portfolio, stored))
    for line in portfolio.subscriptions.good:
        faults = list(_faults(line, checked.known, portfolio))
        for is_consequence, (column, reason) in faults:
            found = checked.consequences if is_consequence else checked.problems
            found.add(Problem(SUBSCRIPTIONS.file, line.line, column, reason))
        if not faults:
            checked.good.append(line)
    return checked


def _faults(line: SubscriptionLine, known: Known, portfolio: Portfolio) -> Iterator[tuple[bool, Complaint]]:
    customer = known.customers.get(line.csn)
    if customer is None:
        bad = portfolio.customers.may_have_said(line.csn)
        todo = "correct the bad lines there" if bad else "add the customer"
        yield bad, ("csn", f"is {line.csn}, which is no customer in customers.csv or stored; {todo}.")
    bad = portfolio.catalog.may_have_said(line.sku)
    todo = "correct the bad lines there" if bad else "add it there"
    if line.sku not in known.kinds:
        yield bad, ("sku", f"no price: {line.sku} is not in catalog.csv or stored; {todo}.")
    elif customer and (line.sku, line.term.value, customer.currency) not in known.statuses:
        found = f"{line.sku} has no {line.term} price in {customer.currency} in catalog.csv or stored"
        yield bad, ("term", f"no price: {found}; {todo}.")


def new_lines(lines: list[CatalogLine], stored: Stored) -> list[CatalogLine]:
    """The catalog lines that differ from the version of their price that is in force, or have none."""
    return [line for line in lines if _price(line) != _stored_price(line, stored)]


def _price(line: CatalogLine) -> tuple[OfferingStatus, int, int]:
    return line.status, line.list_price, line.renewal_price


def _stored_price(line: CatalogLine, stored: Stored) -> tuple[OfferingStatus, int, int] | None:
    price = stored.prices.get(line.key)
    return (price.status, price.list_price, price.renewal_price) if price else None
