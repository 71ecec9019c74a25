"""A small portfolio as CSV files, from keyword arguments: what a test does not name is ordinary."""

import csv
from datetime import datetime
from pathlib import Path

from models.engine import Sessions
from portfolio.importing import import_portfolio

PUNCTUAL, SECOND, THIRD = "S-23561", "S-37330", "S-39368"
"""Numbers whose own charge offset is 0 seconds: they are charged at 06:00:00 local."""

BUYER = "ada@northwind.example"
BUYER_NAME = "Ada Quill"

_CATALOG = ("sku", "name", "kind", "status", "term", "currency", "list_price", "renewal_price")
_PRICES = (
    ("EUR", "month", "70.00", "68.00"),
    ("EUR", "year", "540.00", "486.00"),
    ("EUR", "3-years", "1620.00", "1458.00"),
    ("JPY", "month", "8800", "8800"),
    ("JPY", "year", "71500", "64350"),
    ("JPY", "3-years", "214500", "193050"),
    ("USD", "month", "70.00", "70.00"),
    ("USD", "year", "560.00", "505.00"),
    ("USD", "3-years", "1680.00", "1515.00"),
)
_OFFERINGS = (
    ("DRAFT-STD", "Draft Standard", "subscription", "active"),
    ("DRAFT-LT", "Draft Light", "subscription", "retired"),
    ("PLANT-MP", "Plant Maintenance", "maintenance_plan", "active"),
)

CUSTOMER = {
    "csn": "",
    "name": "Northwind Surveying LLC",
    "country": "FR",
    "region": "",
    "currency": "EUR",
    "locale": "en-GB",
    "time_zone": "Europe/Paris",
    "audience": "business",
}
SUBSCRIPTION = {
    "number": PUNCTUAL,
    "csn": "",
    "sku": "DRAFT-STD",
    "term": "year",
    "seats": "12",
    "starts_on": "2026-03-31",
    "renews_on": "2027-03-31",
    "auto_renew": "yes",
    "channel": "direct_online",
    "buyer_name": BUYER_NAME,
    "buyer_email": BUYER,
    "admin_email": "",
    "method_kind": "card",
    "method_token": "ok",
    "method_expires": "2029-08",
}
"""12 seats for a year from 2026-03-31 at 486.00 EUR each, by a card that pays."""


async def import_one(
    sessions: Sessions, folder: Path, number: str, at: datetime, prices: dict[str, str], **columns: str
) -> None:
    """Import one subscription, as it stands in files of its own."""
    write_portfolio(folder, number, prices, **columns)
    async with sessions.begin() as session:
        report = await import_portfolio(session, folder, now=at, imported_by="operator:ana")
    assert report.problem_count == 0, report.problems


def write_portfolio(folder: Path, number: str, prices: dict[str, str], **columns: str) -> None:
    """Write the three files for one subscription of one customer.

    Each subscription has a customer of its own unless `csn` is given. `prices` are renewal prices in EUR by term that
    differ from the catalog's.
    """
    known = CUSTOMER | SUBSCRIPTION
    assert columns.keys() <= known.keys(), columns.keys() - known.keys()
    values = known | {"number": number, "csn": f"C-{number}"} | columns
    if not values["method_kind"]:
        values |= {"method_token": "", "method_expires": ""}
    if values["method_kind"] not in ("", "card"):
        values["method_expires"] = ""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "catalog.csv", _CATALOG, _catalog(prices))
    _write(folder / "customers.csv", tuple(CUSTOMER), [tuple(values[name] for name in CUSTOMER)])
    _write(folder / "subscriptions.csv", tuple(SUBSCRIPTION), [tuple(values[name] for name in SUBSCRIPTION)])


def _catalog(prices: dict[str, str]) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = []
    for offering in _OFFERINGS:
        for currency, term, list_price, renewal_price in _PRICES:
            price = prices.get(term, renewal_price) if currency == "EUR" else renewal_price
            lines.append((*offering, term, currency, max(list_price, price, key=float), price))
    return lines


def _write(path: Path, header: tuple[str, ...], lines: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
