"""What a file says otherwise than what is stored, of things that an import never changes."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from portfolio.files import SUBSCRIPTIONS, CatalogLine, CustomerLine, SubscriptionLine, person
from portfolio.stored import People, Stored, text_of

UNSAID = "a token that is not shown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that differs. `number` is that of the subscription, or the customer's (CSN), or the offering's (SKU).

    Payment tokens are never quoted: `UNSAID` stands for one.
    """

    number: str
    column: str
    stored: str
    file: str

    def __str__(self) -> str:
        if self.stored == self.file == UNSAID:
            return f"{self.number}: {self.column} differs and is not shown"
        return f"{self.number}: {self.column} is {self.stored or 'blank'}, the file says {self.file or 'blank'}"


def of_offerings(lines: list[CatalogLine], stored: Stored) -> Iterator[Difference]:
    """Names and kinds that differ, once per sku. (A price that differs is a new version instead.)"""
    for line in {line.sku: line for line in lines}.values():
        if line.sku in stored.offerings:
            name, kind = stored.offerings[line.sku]
            if name != line.name:
                yield Difference(line.sku, "name", name, line.name)
            if kind is not line.kind:
                yield Difference(line.sku, "kind", kind, line.kind)


def of_customers(lines: list[CustomerLine], stored: Stored) -> Iterator[Difference]:
    columns = [each.name for each in fields(CustomerLine) if each.name != "line"]
    for line in lines:
        there = stored.customers.get(line.csn)
        for column in columns if there else ():
            old, new = getattr(there, column), getattr(line, column)
            if old != new:
                yield Difference(line.csn, column, old or "", new or "")


def of_subscription(line: SubscriptionLine, stored: dict[str, str]) -> Iterator[Difference]:
    """Compare with the texts of `stored.texts_of_subscriptions`. An anchor day that was not given is not compared."""
    for column in (*SUBSCRIPTIONS.columns, "anchor_day"):
        given = text_of(column, getattr(line, column))
        if given == stored[column] or (column == "anchor_day" and not line.anchor_given):
            continue
        if column == "method_token":
            yield Difference(line.number, column, _unsaid(stored[column]), _unsaid(given))
        else:
            yield Difference(line.number, column, stored[column], given)


def of_new_buyers(lines: list[SubscriptionLine], people: People) -> Iterator[Difference]:
    """New subscriptions of a contact that is stored under another name: the stored one stays."""
    for line in lines:
        there = people.contacts.get(person(line.csn, line.buyer_email))
        if there and there[1] != line.buyer_name:
            yield Difference(line.number, "buyer_name", there[1], line.buyer_name)


def _unsaid(token: str) -> str:
    return UNSAID if token else ""
