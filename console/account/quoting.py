"""Quotes in a person's words: which they may see, the list, one quote, and what one can be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.finding import Found, NotYours, find, numbers_of
from console.account.orders import code_in_words, voucher_in_words
from console.account.preview import Choice, method_choices
from console.account.speech import Speech
from console.account.standing import listed
from models.payments import OrderLineRow, OrderRow
from models.quote_reading import ShownLine, ShownQuote, show_quote
from models.quotes import QuoteLineRow, QuoteRow, find_quote
from models.store import Stored, load_all
from models.subscriptions import ClaimRow, SubscriptionRow
from renewals import commands as c
from renewals.actors import Person
from renewals.decisions import Eligible
from renewals.eligibility import decide
from renewals.facts import Channel, Term
from renewals.money import Money
from renewals.payments import MethodKind
from renewals.purchase import Purchase
from renewals.quoting import MOST_LINES, QuoteState
from renewals.request import Request

_MOST = 100


@dataclass(frozen=True, slots=True)
class ListedQuote:
    """One line of the list."""

    reference: str
    what: str
    state: str
    date: str
    amount: str


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One subscription in a quote: what, how its amount comes about, the amount."""

    number: str
    product: str
    what: str
    computed: str
    amount: str


@dataclass(frozen=True, slots=True)
class QuotePage:
    """All that the page of one quote says; `methods` are stored, `kinds` those of which a new one can pay it.

    `is_held` while it is accepted and that payment is open, `to_pay` says how to pay its code. `by_partner`: a
    partner sold it, issues it, and invoices it by a purchase order.
    """

    shown: ShownQuote
    state: str
    sentence: str
    lines: tuple[QuotedLine, ...]
    total: str
    methods: tuple[Choice, ...]
    kinds: tuple[MethodKind, ...]
    to_pay: str | None
    is_held: bool
    by_partner: bool


@dataclass(frozen=True, slots=True)
class Askable:
    """A subscription that a quote can be asked for now."""

    number: str
    product: str
    renews: str
    seats: int
    term: str
    terms: tuple[tuple[str, str], ...]
    chosen: bool


async def find_visible_quote(
    session: AsyncSession, email: str, reference: str, wall_now: datetime
) -> tuple[QuoteRow, Found]:
    """The quote, with the subscription that its commands go through. Raises `NotYours` unless all of it may be seen."""
    quote = await find_quote(session, reference)
    if quote is None:
        raise NotYours
    visible = select(col(QuoteRow.id)).where(col(QuoteRow.id) == quote.id, _all_visible(email))
    if (await session.execute(visible)).first() is None:
        raise NotYours
    return quote, await find(session, email, quote.subscription, wall_now)


def _all_visible(email: str) -> ColumnElement[bool]:
    hidden = exists().where(
        col(QuoteLineRow.quote_id) == col(QuoteRow.id), col(QuoteLineRow.subscription).not_in(numbers_of(email))
    )
    return ~hidden


async def visible_quotes(session: AsyncSession, email: str, t: Speech) -> list[ListedQuote]:
    """The newest quotes all of which the person may see."""
    mine = select(col(QuoteLineRow.quote_id)).where(col(QuoteLineRow.subscription).in_(numbers_of(email)))
    query = (
        select(QuoteRow)
        .where(col(QuoteRow.id).in_(mine), _all_visible(email))
        .order_by(col(QuoteRow.id).desc())
        .limit(_MOST)
    )
    rows = (await session.execute(query)).scalars().all()
    return [_listed(await show_quote(session, row), t) for row in rows]


def _listed(shown: ShownQuote, t: Speech) -> ListedQuote:
    return ListedQuote(
        reference=shown.quote,
        what=", ".join(f"{line.product} {line.subscription}" for line in shown.lines[:3])
        + (" …" if len(shown.lines) > 3 else ""),
        state=t(f"quote.state.{shown.state}"),
        date=t("quote.until", day=t.w.day(shown.expires_on)),
        amount=_amount(shown, t),
    )


def _amount(shown: ShownQuote, t: Speech) -> str:
    return "–" if shown.amount is None else t.w.amount(Money(shown.amount, shown.currency))


async def page_of_quote(
    session: AsyncSession, quote: QuoteRow, found: Found, wall_now: datetime, t: Speech
) -> QuotePage:
    shown = await show_quote(session, quote)
    held = shown.state is QuoteState.ISSUED and await _is_held_by_its_order(session, quote)
    by_partner = shown.channel == Channel.PARTNER
    open_to_pay = shown.state is QuoteState.ISSUED and found.is_buyer and not held and not by_partner
    purchase = await _purchase(session, shown, wall_now) if open_to_pay else None
    words = "held" if held else "asked_of_partner" if shown.state is QuoteState.ASKED and by_partner else shown.state
    return QuotePage(
        shown=shown,
        state=t(f"quote.state.{shown.state}"),
        sentence=t(f"quote.{words}_text", day=t.w.day(shown.expires_on)),
        lines=tuple(_line(line, shown.currency, t) for line in shown.lines),
        total=_amount(shown, t),
        methods=await method_choices(session, found.stored, purchase, t) if purchase else (),
        kinds=purchase.kinds if purchase else (),
        to_pay=_to_pay(shown, found, t),
        is_held=held,
        by_partner=by_partner,
    )


async def _is_held_by_its_order(session: AsyncSession, quote: QuoteRow) -> bool:
    """Is it accepted, and an order open that is paid by a code, with or without one yet?"""
    held = select(col(ClaimRow.id)).where(col(ClaimRow.order_id) == quote.order_id, col(ClaimRow.released_at).is_(None))
    return quote.order_id is not None and (await session.execute(held.limit(1))).first() is not None


def _to_pay(shown: ShownQuote, found: Found, t: Speech) -> str | None:
    voucher = shown.voucher
    if voucher is None:
        return None
    amount, received = Money(voucher.amount, shown.currency), Money(voucher.received, shown.currency)
    until = t.moment(voucher.expires_at, found.stored.facts.time_zone)
    return voucher_in_words(amount, received, code_in_words(voucher.kind, voucher.code, t), until, t)


def _line(line: ShownLine, currency: str, t: Speech) -> QuotedLine:
    if line.amount is None or line.seats is None or line.term is None or line.unit_price is None:
        wishes = [t.w.seats(line.asked_seats)] if line.asked_seats else []
        wishes += [t.w.term(Term(line.asked_term))] if line.asked_term else []
        wanted = t.listed(*wishes) or t("quote.as_it_is")
        return QuotedLine(line.subscription, line.product, wanted, "–", "–")
    ends_on = datetime.fromisoformat(line.receipt["renews_on"]).date()
    span = t.w.span(line.term_starts_on, ends_on)
    price = t.w.amount(Money(line.unit_price, currency))
    basis = t(f"preview.basis.{line.receipt['basis']}")
    return QuotedLine(
        number=line.subscription,
        product=line.product,
        what=t("quote.term", term=t.w.term(Term(line.term)), span=span),
        computed=t.listed(f"{price} ×\u00a0{line.seats}", basis),
        amount=t.w.amount(Money(line.amount, currency)),
    )


async def _purchase(session: AsyncSession, shown: ShownQuote, wall_now: datetime) -> Purchase:
    """What is paid by whoever accepts it: all of its lines, and their sum."""
    numbers = [line.subscription for line in shown.lines]
    lines = [each.as_found for each in await load_all(session, numbers, wall_now)]
    return Purchase(tuple(lines), () if shown.amount is None else (Money(shown.amount, shown.currency),))


async def what_can_be_asked(
    session: AsyncSession, email: str, start: Found, wall_now: datetime, t: Speech
) -> list[Askable]:
    """The subscription that it began with, and those that can stand in the same quote; at most a hundred."""
    query = numbers_of(email).order_by(col(SubscriptionRow.number)).limit(10 * MOST_LINES)
    numbers = (await session.execute(query)).scalars().all()
    same = [each for each in await load_all(session, numbers, wall_now) if _goes_with(each, start.stored)]
    own = start.stored.row.number
    able = [each for each in same if _may_ask(each, email)]
    able.sort(key=lambda each: each.row.number != own)
    return [_askable(each, t, chosen=each.row.number == own) for each in able[:MOST_LINES]]


def _goes_with(stored: Stored, first: Stored) -> bool:
    one, other = ((each.customer.csn, each.facts.channel, each.facts.partner) for each in (stored, first))
    return one == other


def _may_ask(stored: Stored, email: str) -> bool:
    sub, number = stored.as_found, stored.row.number
    wish = c.Wish(number)
    request = Request(
        command=c.AskForQuote((wish,)),
        name=c.Name.ASK_FOR_QUOTE,
        actor=Person(email),
        is_buyer=stored.buyer.email.lower() == email.lower(),
        received_at=stored.now,
        wish=wish,
    )
    return isinstance(decide(sub, request), Eligible)


def _askable(stored: Stored, t: Speech, *, chosen: bool) -> Askable:
    sub = stored.facts
    return Askable(
        number=sub.number,
        product=stored.offering.name,
        renews=listed(stored, t).date,
        seats=sub.next_seats,
        term=sub.next_term,
        terms=tuple((term.value, t.w.term(term)) for term in Term if term in sub.prices),
        chosen=chosen,
    )


async def find_visible_order(session: AsyncSession, email: str, order_id: str) -> OrderRow:
    """The order. Raises `NotYours` unless all of its subscriptions may be seen."""
    try:
        order = await session.get(OrderRow, UUID(order_id))
    except ValueError:
        raise NotYours from None
    if order is None:
        raise NotYours
    query = select(col(OrderLineRow.subscription)).where(col(OrderLineRow.order_id) == order.id)
    lines: Sequence[str] = (await session.execute(query)).scalars().all()
    seen = numbers_of(email).where(col(SubscriptionRow.number).in_(lines))
    if not lines or not set(lines) <= set((await session.execute(seen)).scalars()):
        raise NotYours
    return order
