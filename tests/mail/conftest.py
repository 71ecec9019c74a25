"""A letter to vary, whom to ask, keys made for the occasion, and a real mail server."""

import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mail.letter import Contacts, Letter, Paid
from mail.sender import Mailer
from mail.sink import Sink
from renewals.facts import Channel, Kind, MethodKind, Term
from renewals.money import Money

RECEIPT = Paid(
    amount=Money(606000, "USD"),
    starts_on=date(2026, 3, 31),
    renews_on=date(2027, 3, 31),
    seats=12,
    term=Term.YEAR,
    reference="O-2026-77",
    method=MethodKind.CARD,
)
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
        receipt = {"paid": RECEIPT} if kind is Kind.RENEWED else {}
        return Letter(kind=kind, **{**YEARLY, **receipt, **changes})

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
