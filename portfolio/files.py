"""The three files of a portfolio: their columns, what each line becomes, and what its fields must say together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from portfolio import fields
from portfolio.cells import one_of, optional, required
from portfolio.usage_line import UsageLine
from renewals.calendar import add_months, anchor_of_import
from renewals.facts import Channel, OfferingKind, OfferingStatus, Term
from renewals.legal import Audience
from renewals.payments import MethodKind

LONGEST_TERM_YEARS = 10
"""A first term may have an odd length, but a longer one is a slip of the year: its renewal would come for nobody."""


@dataclass(frozen=True, slots=True)
class CatalogLine:
    """The price of an offering at a term and in a currency, per seat in minor units."""

    line: int
    sku: str
    name: str
    kind: OfferingKind
    status: OfferingStatus
    term: Term
    currency: str
    list_price: int
    renewal_price: int

    @property
    def key(self) -> tuple[str, str, str]:
        return self.sku, self.term, self.currency


@dataclass(frozen=True, slots=True)
class CustomerLine:
    line: int
    csn: str
    name: str
    country: str
    region: str | None
    currency: str
    locale: str
    time_zone: str
    audience: Audience

    @property
    def key(self) -> str:
        return self.csn


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """A subscription in its current term. `method_expires` is the last day of that month.

    `anchor_day` is the one given, or else the one that follows from the dates; `anchor_given` tells which.
    """

    line: int
    number: str
    csn: str
    sku: str
    term: Term
    seats: int
    starts_on: date
    renews_on: date
    auto_renew: bool
    channel: Channel
    buyer_name: str
    buyer_email: str
    admin_email: str
    method_kind: MethodKind | None
    method_token: str | None
    method_expires: date | None
    anchor_day: int
    anchor_given: bool

    @property
    def key(self) -> str:
        return self.number

    @property
    def method(self) -> tuple[MethodKind, str, date | None] | None:
        """Kind, token and last day of the stored method."""
        if self.method_kind is None or self.method_token is None:
            return None
        return self.method_kind, self.method_token, self.method_expires


def person(csn: str, email: str) -> tuple[str, str]:
    """By what a contact of a customer is known: the mail address, whichever letters of it are capitals."""
    return csn, email.lower()


Complaint = tuple[str, str]
"""A column and what is wrong with it."""

Line = TypeVar("Line", CatalogLine, CustomerLine, SubscriptionLine, UsageLine)


@dataclass(frozen=True, slots=True)
class Table(Generic[Line]):
    """One of the files: `columns` and how each is read, `key` (what a line is about) and `settle`.

    `settle` completes the values of a line whose fields are good each by itself, and yields what they contradict.
    """

    file: str
    columns: Mapping[str, Callable[[str], Any]]
    key: tuple[str, ...]
    settle: Callable[[dict[str, Any]], Iterator[Complaint]]
    make: type[Line]
    optional: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)

    def read(self, line: int, texts: Mapping[str, str]) -> Line | list[Complaint]:
        """The line as a value, or everything that is wrong with it."""
        values: dict[str, Any] = {}
        complaints: list[Complaint] = []
        for column, reader in {**self.columns, **self.optional}.items():
            try:
                values[column] = reader(texts.get(column, ""))
            except ValueError as error:
                complaints.append((column, str(error)))
        complaints.extend(self.settle(values))
        return complaints or self.make(line=line, **values)


def _settle_prices(values: dict[str, Any]) -> Iterator[Complaint]:
    if "currency" not in values:
        return
    for column in ("list_price", "renewal_price"):
        if column in values:
            try:
                values[column] = fields.amount(values[column], values["currency"])
            except ValueError as error:
                yield column, str(error)


def _settle_region(values: dict[str, Any]) -> Iterator[Complaint]:
    region, country = values.get("region"), values.get("country")
    if region and country and not region.startswith(f"{country}-"):
        yield "region", f"is {region}, which is not in {country}; give a region of that country or leave it blank."


def _settle_term(values: dict[str, Any]) -> Iterator[Complaint]:
    values["admin_email"] = values.get("admin_email") or values.get("buyer_email")
    yield from _contradictions_of_method(values)
    starts_on, renews_on = values.get("starts_on"), values.get("renews_on")
    anchor = values.get("anchor_day")
    values["anchor_given"] = anchor is not None
    if not starts_on or not renews_on:
        return
    if starts_on >= renews_on:
        yield "renews_on", f"is {renews_on}, not after starts_on ({starts_on}); correct one of the two."
    elif renews_on > add_months(starts_on, LONGEST_TERM_YEARS * 12, starts_on.day):
        told = f"more than {LONGEST_TERM_YEARS} years after starts_on ({starts_on})"
        yield "renews_on", f"is {renews_on}, {told}; correct one of the two."
    values.setdefault("anchor_day", None)
    if anchor is None:
        values["anchor_day"] = anchor_of_import(starts_on, renews_on)
    elif add_months(renews_on, 0, anchor) != renews_on:
        expected = add_months(renews_on, 0, anchor)
        yield "anchor_day", f"is {anchor}, by which the term ends on {expected}, not {renews_on}; correct it."


def _contradictions_of_method(values: dict[str, Any]) -> Iterator[Complaint]:
    read = {"method_kind", "method_token", "method_expires"} <= values.keys()
    if not read:
        return
    kind, token = values["method_kind"], values["method_token"]
    if kind and not token:
        yield "method_token", f"is blank, but method_kind is {kind}; give the provider's token or blank both."
    if token and not kind:
        yield "method_kind", "is blank, but there is a method_token; name the kind or blank both."
    if values["method_expires"] and not kind and not token:
        yield "method_expires", "is given without a method; give method_kind and method_token too, or blank it."


CATALOG = Table(
    "catalog.csv",
    {
        "sku": required(fields.sku),
        "name": required(fields.name),
        "kind": required(one_of(OfferingKind)),
        "status": required(one_of(OfferingStatus)),
        "term": required(one_of(Term)),
        "currency": required(fields.currency),
        "list_price": required(fields.price),
        "renewal_price": required(fields.price),
    },
    ("sku", "term", "currency"),
    _settle_prices,
    CatalogLine,
)

CUSTOMERS = Table(
    "customers.csv",
    {
        "csn": required(fields.number),
        "name": required(fields.name),
        "country": required(fields.country),
        "region": optional(fields.region),
        "currency": required(fields.currency),
        "locale": required(fields.locale),
        "time_zone": required(fields.time_zone),
        "audience": required(one_of(Audience)),
    },
    ("csn",),
    _settle_region,
    CustomerLine,
)

SUBSCRIPTIONS = Table(
    "subscriptions.csv",
    {
        "number": required(fields.number),
        "csn": required(fields.number),
        "sku": required(fields.sku),
        "term": required(one_of(Term)),
        "seats": required(fields.seats),
        "starts_on": required(fields.day),
        "renews_on": required(fields.day),
        "auto_renew": required(fields.yes_or_no),
        "channel": required(one_of(Channel)),
        "buyer_name": required(fields.name),
        "buyer_email": required(fields.email),
        "admin_email": optional(fields.email),
        "method_kind": optional(one_of(MethodKind)),
        "method_token": optional(fields.token),
        "method_expires": optional(fields.expiry),
    },
    ("number",),
    _settle_term,
    SubscriptionLine,
    {"anchor_day": optional(fields.day_of_month)},
)
