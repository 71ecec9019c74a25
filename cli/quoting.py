"""Commands about quotes: asked for and accepted by buyers, issued by operators; and those that look."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from activities.papers import quote_paper
from cli import desk
from cli.buying import Expires, Kind, Stored, Token, paid_with
from cli.giving import By, Json, Key, Reason, give
from cli.output import fail, how_many, print_json, print_table, say
from cli.whole_numbers import whole_number
from documents.pdf import pdf_of
from mail.letter import VENDOR
from models.quote_reading import ShownQuote, find_quotes, show_quote
from models.quotes import find_quote
from portfolio.cells import shown
from renewals.commands import Name
from renewals.facts import Term
from renewals.money import Money, parse_amount
from renewals.quoting import QuoteState

Reference = Annotated[str, typer.Argument(help="Reference of a quote, such as Q-1001.")]
Numbers = Annotated[list[str], typer.Argument(help="Numbers of subscriptions, of one customer and purchase mode.")]


def ask_for_quote(
    numbers: Numbers,
    by: By,
    seats: Annotated[list[str] | None, typer.Option(help="Other seats, as S-1001=9; or 9 for all of them.")] = None,
    term: Annotated[list[str] | None, typer.Option(help="Another term, as S-1001=year; or year for all.")] = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Ask for one quote for the next terms of up to 100 subscriptions."""
    every = list(dict.fromkeys(numbers))
    wanted_seats = {number: _whole(text) for number, text in _by_number("--seats", seats, every).items()}
    terms = _by_number("--term", term, every)
    for each in terms.values():
        if each not in list(Term):
            _usage(f"--term: {each!r} is no term; it is one of {', '.join(Term)}.")
    lines = [_without_none(subscription=n, seats=wanted_seats.get(n), term=terms.get(n)) for n in every]
    give(Name.ASK_FOR_QUOTE, min(every), by, {"lines": lines, "reason": reason}, key=key, as_json=as_json)


def issue_quote(
    quote: Reference,
    by: By,
    price: Annotated[list[str] | None, typer.Option(help="A price per seat agreed on, as S-1001=450.00.")] = None,
    expires_on: Annotated[str | None, typer.Option(help="Last day to accept it, as 2027-03-31.")] = None,
    invoice: Annotated[bool, typer.Option(help="May it be accepted by purchase order?")] = True,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Offer what a buyer asked for; it binds, and holds the next terms, until its last day is over."""
    shown = _shown(quote)
    every = [line.subscription for line in shown.lines]
    prices = {number: _minor(text, shown.currency) for number, text in _by_number("--price", price, every).items()}
    args = {"quote": quote, "prices": prices or None, "expires_on": expires_on, "invoice": invoice, "reason": reason}
    give(Name.ISSUE_QUOTE, shown.subscription, by, args, key=key, as_json=as_json)


def accept_quote(
    quote: Reference,
    by: By,
    purchase_order: Annotated[str | None, typer.Option(help="Number of a purchase order, to be invoiced.")] = None,
    method: Stored = None,
    kind: Kind = None,
    token: Token = None,
    expires: Expires = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Accept a quote: by purchase order, by paying it at once, or by a code that is paid later."""
    paid = paid_with(method, kind, token, expires)
    args = {"quote": quote, "purchase_order": purchase_order, **paid, "reason": reason}
    give(Name.ACCEPT_QUOTE, _shown(quote).subscription, by, args, key=key, as_json=as_json)


def decline_quote(quote: Reference, by: By, reason: Reason = None, key: Key = None, as_json: Json = False) -> None:
    """Give up a quote, asked for or issued, as its buyer."""
    args = {"quote": quote, "reason": reason}
    give(Name.DECLINE_QUOTE, _shown(quote).subscription, by, args, key=key, as_json=as_json)


def withdraw_quote(quote: Reference, by: By, reason: Reason = None, key: Key = None, as_json: Json = False) -> None:
    """Take a quote back, asked for or issued, as an operator."""
    args = {"quote": quote, "reason": reason}
    give(Name.WITHDRAW_QUOTE, _shown(quote).subscription, by, args, key=key, as_json=as_json)


def quotes(
    state: Annotated[QuoteState | None, typer.Option(help="Only those in this state.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only those of this customer number (CSN).")] = None,
    subscription: Annotated[str | None, typer.Option(help="Only those for this subscription.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: Json = False,
) -> None:
    """Quotes, the newest first; `--state asked` are those that wait for an operator."""
    found = desk.run(_list(state, customer, subscription, limit))
    if as_json:
        print_json([_told(each) for each in found])
        return
    columns = ("quote", "customer", "state", "subscriptions#", "amount#", "asked at", "until the end of")
    rows = (
        (
            each.quote,
            each.customer_name,
            each.state.value,
            len(each.lines),
            _amount(each),
            f"{each.asked_at:%Y-%m-%d %H:%M}",
            each.expires_on,
        )
        for each in found
    )
    print_table(how_many(len(found), "quote"), columns, rows, empty="No quote matches.")


def show_one_quote(
    quote: Reference,
    pdf: Annotated[Path | None, typer.Option(help="Write the quote as PDF to this file.", dir_okay=False)] = None,
    as_json: Json = False,
) -> None:
    """One quote: where it stands, its lines, and on demand its PDF."""
    if pdf is not None:
        pdf.write_bytes(desk.run(_pdf(quote)))
    shown = _shown(quote)
    if as_json:
        print_json(_told(shown))
        return
    facts = {
        "customer": f"{shown.customer} {shown.customer_name}",
        "buyer": shown.buyer,
        "state": shown.state.value,
        "until the end of": shown.expires_on,
        "amount": _amount(shown),
        "purchase order will do": "yes" if shown.invoice else "no",
        "order": shown.order,
        "purchase order": shown.purchase_order,
        "to be paid": _to_be_paid(shown),
    }
    print_table(shown.quote, ("", ""), facts.items(), empty="")
    say()
    columns = ("subscription", "product", "term from", "term", "seats#", "per seat#", "amount#")
    rows = (
        (
            line.subscription,
            line.product,
            line.term_starts_on,
            line.term or line.asked_term,
            line.seats or line.asked_seats,
            line.unit_price and Money(line.unit_price, shown.currency),
            line.amount and Money(line.amount, shown.currency),
        )
        for line in shown.lines
    )
    print_table("lines", columns, rows, empty="")


def _shown(reference: str) -> ShownQuote:
    return desk.run(_show(reference))


async def _show(reference: str) -> ShownQuote:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        quote = await find_quote(session, reference)
        if quote is None:
            _no_such_quote(reference)
        return await show_quote(session, quote)


async def _list(
    state: QuoteState | None, customer: str | None, subscription: str | None, limit: int
) -> list[ShownQuote]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        rows = await find_quotes(session, state=state, customer=customer, subscription=subscription, limit=limit)
        return [await show_quote(session, row) for row in rows]


async def _pdf(reference: str) -> bytes:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        quote = await find_quote(session, reference)
        if quote is None:
            _no_such_quote(reference)
        paper = await quote_paper(session, quote, VENDOR)
    if paper is None:
        fail(f"{reference} is not issued, so there is no PDF of it.")
    return await asyncio.to_thread(pdf_of, paper)


def _no_such_quote(reference: str) -> NoReturn:
    shown = reference if reference.strip() else repr(reference)
    fail(f"There is no quote {shown}; `perennial quotes` shows those that exist.")


def _told(shown: ShownQuote) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in ShownQuote.__slots__}


def _to_be_paid(shown: ShownQuote) -> str | None:
    voucher = shown.voucher
    if voucher is None:
        return None
    rest = Money(voucher.amount - voucher.received, shown.currency)
    until = f"{voucher.expires_at:%Y-%m-%d %H:%M} UTC"
    return f"{rest} by {voucher.kind.replace('_', ' ')}, code {voucher.code}, until {until}"


def _amount(shown: ShownQuote) -> str | None:
    return None if shown.amount is None else str(Money(shown.amount, shown.currency))


def _by_number(option: str, given: list[str] | None, numbers: list[str]) -> dict[str, str]:
    """What an option says of each subscription: `NUMBER=VALUE`, or one value for all."""
    said: dict[str, str] = {}
    for text in given or ():
        number, equals, value = text.rpartition("=")
        if equals and number not in numbers:
            _usage(f"{option}: {number!r} is not among the subscriptions; write it as NUMBER=VALUE.")
        said |= {number: value} if equals else dict.fromkeys(numbers, value)
    return said


def _whole(text: str) -> int:
    try:
        return whole_number(text)
    except typer.BadParameter:
        _usage(f"--seats: {shown(text)} is no whole number of seats.")


def _minor(text: str, currency: str) -> int:
    try:
        return parse_amount(text, currency).minor
    except ValueError as bad:
        _usage(f"--price: {bad}.")


def _usage(sentence: str) -> NoReturn:
    raise typer.BadParameter(sentence)


def _without_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


ALL = (ask_for_quote, issue_quote, accept_quote, decline_quote, withdraw_quote, quotes)
