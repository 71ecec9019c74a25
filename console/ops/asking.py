"""A view of the list as an address: filters, order and columns are read from it, and written to it.

The address says all that a view is, so that it can be bookmarked, sent and saved. An empty field asks for nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from console.ops import addresses
from console.ops.fields import Wrong
from models.at_risk import Cause
from models.listing import Asked, Place, Sort
from models.pipeline import Path
from models.troubles import Trouble
from renewals.characters import control_character
from renewals.facts import Channel, Phase

LIST = "/ops/subscriptions"

MOST_FIELDS = 80


class Column(StrEnum):
    """What may be shown of a subscription beside its number."""

    CUSTOMER = "customer"
    CSN = "csn"
    PRODUCT = "product"
    PHASE = "phase"
    RENEWS_ON = "renews_on"
    PATH = "path"
    AMOUNT = "amount"
    NEXT_STEP = "next_step"
    SEATS = "seats"
    TERM = "term"
    AUTO_RENEW = "auto_renew"
    METHOD = "method"
    CHANNEL = "channel"
    CURRENCY = "currency"
    COUNTRY = "country"
    PARKED = "parked"
    BUYER = "buyer"
    ADMIN = "admin"


USUAL = (
    Column.CUSTOMER,
    Column.PRODUCT,
    Column.PHASE,
    Column.RENEWS_ON,
    Column.PATH,
    Column.AMOUNT,
    Column.NEXT_STEP,
)
"""What a view shows that chooses no columns."""

OF_PEOPLE = (Column.BUYER, Column.ADMIN)
"""Columns that name people: who looks at them stands on the audit."""


@dataclass(frozen=True, slots=True)
class View:
    """What an address asks for."""

    asked: Asked
    columns: tuple[Column, ...] = USUAL

    def fields(self) -> list[tuple[str, str]]:
        """The parts of its address, those alone that say something."""
        asked = self.asked
        said = {
            "q": asked.text,
            "phase": asked.phase or "",
            "way": asked.path or "",
            "channel": asked.channel or "",
            "sku": asked.sku,
            "currency": asked.currency,
            "from": asked.since.isoformat() if asked.since else "",
            "to": asked.until.isoformat() if asked.until else "",
            "cause": asked.cause or "",
            "trouble": asked.trouble or "",
            "parked": _said(asked.parked),
            "held": _said(asked.held),
            "auto_renew": _said(asked.auto_renew),
            "sort": "" if (asked.sort, asked.descending) == (Sort.NUMBER, False) else self.sort,
        }
        columns = [] if self.columns == USUAL else [("col", column.value) for column in self.columns]
        return [(name, str(value)) for name, value in said.items() if value] + columns

    @property
    def query(self) -> str:
        """As the query of an address."""
        return urlencode(self.fields())

    @property
    def sort(self) -> str:
        return f"{'-' if self.asked.descending else ''}{self.asked.sort}"

    def address(self, **more: str) -> str:
        """Where it is shown."""
        query = urlencode([*self.fields(), *((name, value) for name, value in more.items() if value)])
        return f"{LIST}?{query}" if query else LIST

    def without(self, name: str) -> str:
        """Where the same is shown without one of its filters."""
        return _address([(each, value) for each, value in self.fields() if each != name])

    def sorted_by(self, sort: Sort) -> str:
        """Where the same is shown in that order; if it is already, the other way round."""
        turned = sort is self.asked.sort and not self.asked.descending
        return replace(self, asked=replace(self.asked, sort=sort, descending=turned)).address()

    @property
    def filters(self) -> list[tuple[str, str]]:
        """What narrows it down."""
        return [(name, value) for name, value in self.fields() if name not in ("sort", "col")]

    @property
    def shows_people(self) -> bool:
        return any(column in OF_PEOPLE for column in self.columns)


def view_of(fields: Iterable[tuple[str, str]]) -> View:
    """The view that the fields of an address ask for. Raises `Wrong`."""
    given = [(name, value.strip()) for name, value in fields]
    if any(control_character(value) for _, value in given):
        raise Wrong("view", "wrong.view")
    one = {name: value for name, value in given if value}
    sort = one.get("sort", Sort.NUMBER)
    asked = Asked(
        text=addresses.text(one, "q"),
        phase=addresses.known(Phase, one, "phase"),
        path=addresses.known(Path, one, "way"),
        channel=addresses.known(Channel, one, "channel"),
        sku=addresses.text(one, "sku"),
        currency=addresses.text(one, "currency"),
        since=addresses.day(one, "from"),
        until=addresses.day(one, "to"),
        cause=addresses.known(Cause, one, "cause"),
        trouble=addresses.known(Trouble, one, "trouble"),
        parked=addresses.yes_or_no(one, "parked"),
        held=addresses.yes_or_no(one, "held"),
        auto_renew=addresses.yes_or_no(one, "auto_renew"),
        sort=addresses.known(Sort, {"sort": sort.removeprefix("-")}, "sort") or Sort.NUMBER,
        descending=sort.startswith("-"),
    )
    chosen = {addresses.known(Column, {"col": value}, "col") for name, value in given if name == "col" and value}
    return View(asked, tuple(column for column in Column if column in chosen) or USUAL)


def view_in(query: str) -> View:
    """The view of a query as `View.query` writes it. Raises `Wrong`."""
    try:
        return view_of(parse_qsl(query, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Wrong("view", "wrong.view") from None


def place_of(view: View, text: str) -> Place | None:
    """The place in that order that an address names, None for none. Raises `Wrong`."""
    if not text:
        return None
    if control_character(text):
        raise Wrong("place", "wrong.view")
    if view.asked.sort is Sort.NUMBER:
        return (text,)
    key, _, number = text.partition(",")
    try:
        if view.asked.sort is Sort.RENEWS_ON:
            return date.fromisoformat(key), number
        at = datetime.fromisoformat(key)
    except ValueError:
        raise Wrong("place", "wrong.view") from None
    if at.tzinfo is None:
        raise Wrong("place", "wrong.view")
    return at, number


def _address(fields: Sequence[tuple[str, str]]) -> str:
    return f"{LIST}?{urlencode(fields)}" if fields else LIST


def _said(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
