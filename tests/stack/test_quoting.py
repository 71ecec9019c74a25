"""How quotes are asked for and issued on the command line: what is read, and what is bad usage."""

from typing import Any

import pytest
from typer.testing import CliRunner

from cli import quoting
from cli.main import app
from models.quote_reading import ShownLine, ShownQuote
from renewals.commands import Name
from renewals.quoting import QuoteState
from tests.activities.desk import utc

BY = ["--by", "ada@northwind.example"]
ANA = ["--by", "operator:ana", "--reason", "agreed"]
Given = list[tuple[Name, str, dict[str, Any]]]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """The commands that are given, instead of giving them; there is one quote, for S-1 and S-2 in yen."""
    commands: Given = []

    def keep(name: Name, number: str, by: str, args: dict[str, Any], **_: Any) -> None:
        commands.append((name, number, {key: value for key, value in args.items() if value is not None}))

    monkeypatch.setattr(quoting, "give", keep)
    monkeypatch.setattr(quoting, "_shown", lambda reference: SHOWN)
    return commands


def line(number: str) -> ShownLine:
    starts_on = utc("2027-03-31T00:00").date()
    return ShownLine(number, "Draft Standard", starts_on, None, None, None, None, None, None, {})


SHOWN = ShownQuote(
    quote="Q-1001",
    customer="C-1",
    customer_name="Northwind",
    buyer="ada@northwind.example",
    currency="JPY",
    channel="direct_online",
    subscription="S-1",
    state=QuoteState.ASKED,
    asked_at=utc("2027-02-01T09:00"),
    issued_at=None,
    expires_on=utc("2027-04-30T00:00").date(),
    expires_at=utc("2027-04-30T22:00"),
    ended_at=None,
    invoice=True,
    order=None,
    purchase_order=None,
    voucher=None,
    amount=None,
    lines=(line("S-1"), line("S-2")),
)


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, args)
    return result.exit_code, result.output


def test_seats_and_terms_are_said_for_one_or_for_all(given: Given) -> None:
    options = ["--seats", "9", "--seats", "S-2=3", "--term", "S-1=3-years"]
    assert run("ask-for-quote", "S-2", "S-1", *BY, *options) == (0, "")
    lines = [{"subscription": "S-2", "seats": 3}, {"subscription": "S-1", "seats": 9, "term": "3-years"}]
    assert given == [(Name.ASK_FOR_QUOTE, "S-1", {"lines": lines})]


def test_prices_are_in_the_quotes_currency(given: Given) -> None:
    assert run("issue-quote", "Q-1001", *ANA, "--price", "S-1=45000", "--no-invoice") == (0, "")
    args = {"quote": "Q-1001", "prices": {"S-1": 45000}, "invoice": False, "reason": "agreed"}
    assert given == [(Name.ISSUE_QUOTE, "S-1", args)]


def test_it_is_accepted_by_purchase_order_declined_and_withdrawn(given: Given) -> None:
    run("accept-quote", "Q-1001", *BY, "--purchase-order", "PO-1")
    run("decline-quote", "Q-1001", *BY)
    run("withdraw-quote", "Q-1001", *ANA)
    assert [(name, number) for name, number, _ in given] == [
        (Name.ACCEPT_QUOTE, "S-1"),
        (Name.DECLINE_QUOTE, "S-1"),
        (Name.WITHDRAW_QUOTE, "S-1"),
    ]
    assert given[0][2] == {"quote": "Q-1001", "purchase_order": "PO-1"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["ask-for-quote", "S-1", *BY, "--term", "decade"], "is no term", id="a term"),
        pytest.param(["ask-for-quote", "S-1", *BY, "--seats", "nine"], "no whole number", id="seats"),
        pytest.param(["ask-for-quote", "S-1", *BY, "--seats", "9" * 5000], "no whole number", id="seats without end"),
        pytest.param(["ask-for-quote", "S-1", *BY, "--seats", "S-7=9"], "is not among", id="another subscription"),
        pytest.param(["issue-quote", "Q-1001", *ANA, "--price", "S-1=450.50"], "more decimals", id="decimals of yen"),
        pytest.param(["issue-quote", "Q-1001", *ANA, "--price", "S-9=450"], "is not among", id="another's price"),
    ],
)
def test_what_cannot_be_read_is_bad_usage(given: Given, args: list[str], said: str) -> None:
    status, output = run(*args)
    assert (status, said in " ".join(output.replace("│", " ").split())) == (2, True), output
    assert given == []


def test_a_quote_is_shown_with_its_lines(given: Given) -> None:
    status, output = run("show-quote", "Q-1001")
    assert status == 0
    assert all(words in output for words in ("asked", "2027-04-30", "S-1", "S-2", "Draft Standard"))
    status, output = run("show-quote", "Q-1001", "--json")
    assert (status, '"quote": "Q-1001"' in output, '"amount": null' in output) == (0, True, True)
