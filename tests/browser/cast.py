"""Whoever goes through the account: a customer of each language, with what stands in its account on 1 February 2027."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.engine import Sessions
from tests.console.account.seat_use import tell
from tests.scenarios.portfolios import BUYER, BUYER_NAME, PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Life, Theatre

NOON = "2027-02-01 12:00"
QUOTED, OVERDUE, WITH_PARTNER = "S-40004", "S-40005", "S-40006"
ADMIN = "it@northwind.example"


@dataclass(frozen=True)
class Customer:
    """`columns` are those of the portfolio."""

    locale: str
    buyer: str
    columns: dict[str, str]
    dark: bool = False

    def __str__(self) -> str:
        return self.locale[:2]

    @property
    def tastes(self) -> dict[str, Any]:
        """How the person has set up the browser."""
        return {"locale": self.locale, "color_scheme": "dark" if self.dark else "light"}


CUSTOMERS = (
    Customer("en-GB", BUYER, {"name": "Northwind Surveying LLC", "buyer_name": BUYER_NAME}),
    Customer("fr-FR", "camille@bellerive.example", {"name": "Atelier Bellerive", "buyer_name": "Camille Durand"}),
    Customer(
        "ja-JP",
        "aoi@sokuryosha.example",
        {
            "name": "測量舎株式会社 パリ支店",  # in Japan itself no seats are added or reduced (domain.md 7)
            "buyer_name": "佐藤 葵",
            "currency": "JPY",
        },
        dark=True,
    ),
)


async def raise_curtain(theatre: Theatre, sessions: Sessions, folder: Path, customer: Customer) -> Sequence[Life]:
    """Six subscriptions, and who uses the first."""
    same: dict[str, Any] = {"csn": "7700", "locale": customer.locale, "buyer_email": customer.buyer, **customer.columns}
    by_hand = same | {"auto_renew": "no"}
    lives = [
        await theatre.subscription(PUNCTUAL, **same),
        await theatre.subscription(SECOND, **by_hand, admin_email=ADMIN),
        await theatre.subscription(THIRD, **by_hand),
        await theatre.subscription(QUOTED, **same, seats="3"),
        await theatre.subscription(OVERDUE, **same, renews_on="2027-01-20", method_token="lost_card"),
        await theatre.subscription(WITH_PARTNER, **by_hand, channel="partner", method_kind=""),
    ]
    await asyncio.gather(*(life.move_to(NOON) for life in lives))
    await tell(sessions, folder, seats=14, used=7, listed=True)
    return lives
