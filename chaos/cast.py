"""The subscriptions that live while plugs are pulled: ordinary, declined, in doubt, by hand, monthly and yearly."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from renewals.calendar import days_after, midnight

BUYER = "ada@northwind.example"
LAST_DAY_OF_EVERY_MONTH = 28

_CATALOG = (
    ("sku", "name", "kind", "status", "term", "currency", "list_price", "renewal_price"),
    ("DRAFT-STD", "Draft Standard", "subscription", "active", "month", "EUR", "70.00", "68.00"),
    ("DRAFT-STD", "Draft Standard", "subscription", "active", "year", "EUR", "540.00", "486.00"),
    ("DRAFT-STD", "Draft Standard", "subscription", "active", "3-years", "EUR", "1620.00", "1458.00"),
)
_CUSTOMER = ("csn", "name", "country", "region", "currency", "locale", "time_zone", "audience")
_SUBSCRIPTION = (
    *("number", "csn", "sku", "term", "seats", "starts_on", "renews_on", "auto_renew", "channel", "buyer_name"),
    *("buyer_email", "admin_email", "method_kind", "method_token", "method_expires"),
)


@dataclass(frozen=True, slots=True)
class Role:
    """One subscription. It lives, by its own clock, from `lives_from` until `lives_until`.

    `commands` are given at days counted from the renewal date, at noon local.
    """

    number: str
    starts_on: date
    renews_on: date
    term: str = "month"
    token: str = "ok"
    auto_renew: bool = True
    seats: int = 2
    time_zone: str = "Europe/Paris"
    country: str = "FR"
    locale: str = "en-GB"
    days_before: int = 8
    days_after: int = 3
    commands: Sequence[tuple[int, str, Mapping[str, Any]]] = field(default=())

    @property
    def lives_from(self) -> datetime:
        return midnight(days_after(self.renews_on, -self.days_before), self.time_zone)

    @property
    def lives_until(self) -> datetime:
        return midnight(days_after(self.renews_on, self.days_after), self.time_zone)


def small_cast(today: date) -> tuple[Role, ...]:
    """Eight subscriptions that renew within a month of `today`, whose current terms have begun."""
    month = _month_around(today)
    year = month[0].replace(year=month[1].year - 1, month=month[1].month), month[1]
    return (
        Role("S-9001", *month),
        Role("S-9002", *month, time_zone="America/New_York", country="US", locale="en-US"),
        Role("S-9003", *month, time_zone="Asia/Tokyo", country="JP", locale="ja-JP"),
        Role("S-9004", *month, token="insufficient_funds*1"),
        Role("S-9005", *month, token="timeout-then-paid"),
        Role("S-9006", *month, token="down*2"),
        Role("S-9007", *month, auto_renew=False),
        Role("S-9008", *year, term="year", locale="fr-FR"),
    )


def large_cast() -> tuple[Role, ...]:
    """Every kind of life in every kind of place, in early 2027. Their dates never change."""
    return tuple(_one_of_many(index) for index in range(len(_PLACES) * len(_LIVES)))


def _one_of_many(index: int) -> Role:
    zone, country, locale = _PLACES[index % len(_PLACES)]
    life, day = _LIVES[index // len(_PLACES) % len(_LIVES)], 1 + index % 28
    renews_on = date(2027, 3 + index % 3, day)
    yearly = life.get("term") == "year"
    starts_on = renews_on.replace(year=2026) if yearly else renews_on.replace(month=renews_on.month - 1)
    place = {"time_zone": zone, "country": country, "locale": locale}
    return Role(f"S-{7001 + index}", starts_on, renews_on, days_after=12, **place | life)


_PLACES = (
    ("Europe/Paris", "FR", "fr-FR"),
    ("America/New_York", "US", "en-US"),
    ("Asia/Tokyo", "JP", "ja-JP"),
    ("Australia/Lord_Howe", "AU", "en-GB"),
    ("Pacific/Auckland", "NZ", "en-GB"),
)
_LIVES: tuple[dict[str, Any], ...] = (
    {},
    {"seats": 7},
    {"token": "insufficient_funds*1"},
    {"token": "timeout-then-paid"},
    {"token": "down*3"},
    {"token": "insufficient_funds*2"},
    {"auto_renew": False},
    {"term": "year"},
    {"commands": ((-3, "cancel-auto-renew", {}),)},
    {"token": "lost_card"},
    {"commands": ((-3, "renew", {}),)},
    {"auto_renew": False, "token": "timeout-then-paid", "commands": ((2, "renew", {}),)},
    {"country": "FR", "commands": ((-3, "add-seats", {"seats": 1}), (-2, "add-seats", {"seats": 1}))},
)
"""Kinds of life: each is lived in every place."""


def _month_around(today: date) -> tuple[date, date]:
    """A month that has begun and ends at least two weeks from now, on a day that every month has."""
    renews_on = today + timedelta(days=14)
    while renews_on.day > LAST_DAY_OF_EVERY_MONTH:
        renews_on += timedelta(days=1)
    last = renews_on.replace(day=1) - timedelta(days=1)
    return last.replace(day=renews_on.day), renews_on


def write_portfolio(folder: Path, cast: Sequence[Role]) -> None:
    """The cast as the three files of a portfolio; each subscription has a customer of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    customers = [
        (f"C-{role.number}", "Northwind", role.country, "", "EUR", role.locale, role.time_zone, "business")
        for role in cast
    ]
    _write(folder / "catalog.csv", _CATALOG)
    _write(folder / "customers.csv", (_CUSTOMER, *customers))
    _write(folder / "subscriptions.csv", (_SUBSCRIPTION, *map(_line, cast)))


def _line(role: Role) -> tuple[str, ...]:
    return (
        *(role.number, f"C-{role.number}", "DRAFT-STD", role.term, str(role.seats)),
        *(role.starts_on.isoformat(), role.renews_on.isoformat(), "yes" if role.auto_renew else "no"),
        *("direct_online", "Ada Quill", BUYER, "", "card", role.token, "2032-08"),
    )


def _write(path: Path, lines: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
