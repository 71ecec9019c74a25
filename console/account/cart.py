"""The cart: what was chosen in the list, in the orders that it would make, with prices; and why not, for the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from activities.filling import preview_basket
from console.account.doing import Ask, sentence, whom_to_ask
from console.account.finding import Found
from console.account.preview import Choice, PriceLine, method_choices, price_line, savings
from console.account.speech import Speech
from console.account.standing import pending
from models.store import Stored
from renewals import commands as c
from renewals.actors import Person
from renewals.basket import Basket, token_of
from renewals.basket import Order as OrderOf
from renewals.decisions import Refused
from renewals.eligibility import decide
from renewals.payments import MethodKind
from renewals.purchase import Purchase, renewal_of
from renewals.request import Request
from settings import Settings


@dataclass(frozen=True, slots=True)
class Line:
    """One subscription in the cart: its price, and what the buyer should know of it."""

    number: str
    product: str
    price: PriceLine
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One order, paid at once: what one customer renews in one currency and channel."""

    customer: str
    csn: str
    currency: str
    channel: str
    lines: tuple[Line, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer whose orders are paid with one method; `place` is the end of its fields' names.

    `methods` are stored, `kinds` those of which a new one can pay all of them.
    """

    csn: str
    name: str
    place: int
    methods: tuple[Choice, ...]
    kinds: tuple[MethodKind, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A subscription that is left out, and why."""

    number: str
    product: str
    why_not: str
    ask: Ask | None


@dataclass(frozen=True, slots=True)
class Cart:
    """All that a buyer sees before paying; `token` is the proof of the prices shown, if there is a key to sign with."""

    groups: tuple[Group, ...]
    payers: tuple[Payer, ...]
    left: tuple[Left, ...]
    totals: tuple[str, ...]
    numbers: tuple[str, ...]
    token: str


def why_not_together(stored: Stored, email: str, t: Speech) -> str | None:
    """Why the subscription cannot be chosen now, in one sentence; None if it can."""
    found = _found(stored, email)
    actor, now = Person(email), stored.now
    any_method = Purchase((stored.as_found,)).stand_in(now)
    asked = Request(c.Renew(), c.Name.RENEW, actor, found.is_buyer, now, pays_with=any_method, alone=False)
    answer = decide(stored.as_found, asked)
    return sentence(answer.code, answer.possible_on, c.Name.RENEW, found, t) if isinstance(answer, Refused) else None


async def cart_of(
    session: AsyncSession, stored: Sequence[Stored], email: str, now: datetime, t: Speech, settings: Settings
) -> Cart:
    """The cart of these subscriptions, all of which the person may see; at most a hundred.

    What it is paid with is chosen on the page: until then any method stands for it that is taken.
    """
    by_number = {each.row.number: each for each in stored}
    basket, _ = await preview_basket(session, list(by_number), by=email, methods=_stand_ins(stored), wall_now=now)
    first = {each.customer.csn: each for each in reversed(stored)}
    bought = {csn: [each for each in basket.orders if each.group.customer == csn] for csn in first}
    paying = sorted(csn for csn, orders in bought.items() if orders)
    return Cart(
        groups=tuple(_group(order, by_number, t) for order in basket.orders),
        payers=tuple(
            [
                await _payer(session, first[csn], _purchase(bought[csn], by_number), place, t)
                for place, csn in enumerate(paying, start=1)
            ]
        ),
        left=tuple(_left(by_number[number], why, email, t, settings) for number, why in sorted(basket.refused.items())),
        totals=tuple(t.w.amount(order.total) for order in basket.orders),
        numbers=tuple(line.number for order in basket.orders for line in order.lines),
        token=_proof(basket, now, settings),
    )


def _proof(basket: Basket, now: datetime, settings: Settings) -> str:
    return token_of(basket, now, settings.signing) if settings.signing else ""


def _stand_ins(stored: Sequence[Stored]) -> Mapping[str, Any]:
    """By customer: a kind of method that is taken for its subscriptions, or for the most of them."""
    theirs: dict[str, list[Stored]] = {}
    for each in stored:
        theirs.setdefault(each.customer.csn, []).append(each)
    return {
        csn: {"kind": renewal_of(each.as_found for each in own).stand_in(own[0].now).kind, "token": "chosen later"}
        for csn, own in theirs.items()
    }


def _purchase(orders: Sequence[OrderOf], by_number: Mapping[str, Stored]) -> Purchase:
    lines = [by_number[line.number].as_found for order in orders for line in order.lines]
    return Purchase(tuple(lines), tuple(order.total for order in orders))


def _found(stored: Stored, email: str) -> Found:
    return Found(stored, stored.buyer, is_buyer=stored.buyer.email.lower() == email.lower())


def _group(order: OrderOf, by_number: Mapping[str, Stored], t: Speech) -> Group:
    stored = by_number[order.lines[0].number]
    return Group(
        customer=stored.customer.name,
        csn=stored.customer.csn,
        currency=stored.customer.currency,
        channel=t(f"cart.channel.{order.group.channel}"),
        lines=tuple(
            Line(
                line.number,
                by_number[line.number].offering.name,
                price_line(line, t),
                _notes(by_number[line.number], t),
            )
            for line in order.lines
        ),
        total=t.w.amount(order.total),
    )


def _notes(stored: Stored, t: Speech) -> tuple[str, ...]:
    """The planned changes that apply, and what a longer term would save."""
    return (*(words for _, words in pending(stored.facts, t)), *savings(stored.facts, t))


async def _payer(session: AsyncSession, stored: Stored, purchase: Purchase, place: int, t: Speech) -> Payer:
    choices = await method_choices(session, stored, purchase, t)
    return Payer(stored.customer.csn, stored.customer.name, place, choices, purchase.kinds)


def _left(stored: Stored, refused: Refused, email: str, t: Speech, settings: Settings) -> Left:
    found, name = _found(stored, email), c.Name.RENEW
    words = sentence(refused.code, refused.possible_on, name, found, t)
    ask = whom_to_ask(refused.code, name, found, t, settings)
    return Left(stored.row.number, stored.offering.name, words, ask)
