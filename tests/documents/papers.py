"""Papers for tests: a quote and receipts, and small ways to change them."""

from datetime import UTC, date, datetime
from typing import Any

from documents.paper import PaperLine, QuotePaper, ReceiptPaper
from renewals.facts import Term
from renewals.money import Money
from renewals.payments import MethodKind, Purpose, Way


def line(n: int = 1, *, currency: str = "EUR", seats: int = 12, price: int = 48600, **changes: Any) -> PaperLine:
    facts: dict[str, Any] = {
        "number": f"S-{1000 + n}",
        "product": "Draft Standard",
        "purpose": Purpose.RENEWAL,
        "term": Term.YEAR,
        "starts_on": date(2027, 3, 31),
        "renews_on": date(2028, 3, 31),
        "seats": seats,
        "unit_price": Money(price, currency),
        "amount": Money(price * seats, currency),
        "basis": "renewal_price",
    }
    return PaperLine(**(facts | changes))


def seats_line(**changes: Any) -> PaperLine:
    """Two seats for the last 58 of 365 days."""
    facts: dict[str, Any] = {
        "purpose": Purpose.SEATS,
        "seats": 2,
        "price": 54000,
        "amount": Money(17162, "EUR"),
        "basis": "list_price",
        "days": 58,
        "term_days": 365,
        "starts_on": date(2026, 3, 31),
        "renews_on": date(2027, 3, 31),
    }
    return line(**(facts | changes))


WHOLE: dict[str, Any] = {
    "locale": "en-US",
    "vendor": "Perennial",
    "customer": "Northwind Surveying LLC",
    "csn": "5100000001",
    "buyer": "Ada Quill",
    "made_at": datetime(2027, 2, 1, 10, 30, 5, tzinfo=UTC),
    "dated_on": date(2027, 2, 1),
    "lines": (line(1), line(2, seats=3)),
}


def quote(**changes: Any) -> QuotePaper:
    facts = {"reference": "Q-1001", "expires_on": date(2027, 3, 3), "invoice": True}
    return QuotePaper(**(WHOLE | facts | changes))


def receipt(**changes: Any) -> ReceiptPaper:
    facts: dict[str, Any] = {
        "reference": "3f2b7c10-6a0e-4a55-9d7f-0d7f1b9f0c11",
        "way": Way.CHECKOUT,
        "method": MethodKind.CARD,
    }
    return ReceiptPaper(**(WHOLE | facts | changes))
