"""A letter to vary, whom to ask, keys made for the occasion, and a real mail server."""

import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mail.dealings import Order, OrderLine, Paid, Quote, Refund, SeatsAdded, Voucher
from mail.letter import Contacts, Letter
from mail.sender import Mailer
from mail.sink import Sink
from renewals.facts import Channel, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind

RECEIPT = Paid(
    amount=Money(606000, "USD"),
    starts_on=date(2026, 3, 31),
    renews_on=date(2027, 3, 31),
    seats=12,
    term=Term.YEAR,
    reference="O-2026-77",
    method=MethodKind.CARD,
)
LINE = OrderLine(
    number="S-1001",
    product="Draft Standard",
    seats=12,
    term=Term.YEAR,
    starts_on=date(2027, 3, 31),
    renews_on=date(2028, 3, 31),
    amount=Money(606000, "USD"),
)
LINES = (
    LINE,
    replace(LINE, number="S-1002", seats=1, term=Term.THREE_YEARS, renews_on=date(2030, 3, 31)),
    replace(LINE, number="S-1003", amount=Money(50500, "USD")),
)
VOUCHER = Voucher(
    kind=MethodKind.KONBINI,
    code="4821-0932",
    amount=Money(606000, "USD"),
    expires_on=date(2027, 3, 4),
    starts_on=date(2027, 3, 31),
    renews_on=date(2028, 3, 31),
    seats=12,
    term=Term.YEAR,
)
SEATS_ADDED = SeatsAdded(
    count=3,
    seats=15,
    amount=Money(13808, "USD"),
    list_price=Money(56000, "USD"),
    days=30,
    term_days=365,
    method=MethodKind.CARD,
    next_amount=Money(757500, "USD"),
    reference="O-2027-31",
)
ORDER = Order(reference="O-2027-32", total=Money(1262500, "USD"), method=MethodKind.CARD, lines=LINES)
QUOTE = Quote(
    reference="Q-2027-7",
    total=Money(1262500, "USD"),
    expires_on=date(2027, 3, 20),
    lines=LINES,
    document=True,
)
REFUND = Refund(
    amount=Money(606000, "USD"),
    method=MethodKind.BANK_TRANSFER,
    reference="O-2027-33",
    because="paid_late",
    price=Money(606000, "USD"),
    renewable=True,
)
ABOUT: dict[Kind, dict[str, Any]] = {
    Kind.RENEWED: {"paid": RECEIPT},
    Kind.VOUCHER_ISSUED: {"voucher": VOUCHER},
    Kind.VOUCHER_PART_RECEIVED: {"voucher": replace(VOUCHER, received=Money(406000, "USD"), part=Money(106000, "USD"))},
    Kind.VOUCHER_EXPIRED: {"voucher": VOUCHER},
    Kind.SEATS_ADDED: {"seats_added": SEATS_ADDED, "seats": 15, "next_seats": 15},
    Kind.ORDER_CONFIRMATION: {"order": ORDER},
    Kind.QUOTE_ISSUED: {"quote": QUOTE},
    Kind.QUOTE_EXPIRING: {"quote": QUOTE},
    Kind.REFUND: {"refund": REFUND},
}
YEARLY: dict[str, Any] = {
    "locale": "en-US",
    "number": "S-1001",
    "product": "Draft Standard",
    "customer": "Northwind Surveying LLC",
    "buyer_name": "Ada Quill",
    "channel": Channel.DIRECT_ONLINE,
    "automatic": True,
    "seats": 12,
    "term": Term.YEAR,
    "starts_on": date(2026, 3, 31),
    "renews_on": date(2027, 3, 31),
    "next_seats": 12,
    "next_term": Term.YEAR,
    "next_starts_on": date(2027, 3, 31),
    "next_renews_on": date(2028, 3, 31),
    "today": date(2027, 3, 1),
    "charge_on": date(2027, 3, 31),
    "price": Money(606000, "USD"),
    "unit_price": Money(50500, "USD"),
    "list_amount": Money(672000, "USD"),
    "method": MethodKind.CARD,
    "method_valid_through": date(2029, 8, 31),
    "late_window_last_day": date(2027, 5, 15),
}

MakeLetter = Callable[..., Letter]


@pytest.fixture(scope="session")
def letter() -> MakeLetter:
    """A letter about a yearly subscription that renews automatically by card, but for what is given."""

    def make(kind: Kind, **changes: Any) -> Letter:
        return Letter(kind=kind, **{**YEARLY, **ABOUT.get(kind, {}), **changes})

    return make


@pytest.fixture(scope="session")
def contacts() -> Contacts:
    return Contacts(
        account_url="https://account.vendor.example/",
        support="support@vendor.example",
        sales="https://vendor.example/sales",
        partner="partners@vendor.example",
        vendor="Vendor",
    )


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh RSA key (`key.pem`, `public.pem`) and its certificate for 127.0.0.1 (`cert.pem`)."""
    folder = tmp_path_factory.mktemp("keys")
    for command in (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
        " -keyout key.pem -out cert.pem",
        "openssl rsa -in key.pem -pubout -out public.pem",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def server_tls(keys: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
    return context


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    async with Sink(tmp_path / "mails") as running:
        yield running


MakeMailer = Callable[..., Mailer]


@pytest.fixture
async def mailer(sink: Sink) -> AsyncIterator[MakeMailer]:
    """Makes mailers that speak to the sink, and closes them."""
    made: list[Mailer] = []

    def make(**settings: Any) -> Mailer:
        plain = {"tls": "none", "connections": 1, "timeout": 20, "data_timeout": 20, "local_hostname": "test.localhost"}
        made.append(Mailer("127.0.0.1", settings.pop("port", sink.port), **{**plain, **settings}))
        return made[-1]

    yield make
    for each in made:
        await each.close()
