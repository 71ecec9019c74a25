"""The cart: what was chosen in the list, in the orders that it would make, with prices; and why not, for the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from activities.filling import preview_basket
from console.account.doing import Ask, sentence, whom_to_ask
from console.account.finding import Found, methods_of
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
from renewals.payments import MethodKind, PaymentMethod
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
    """A customer whose orders are paid with one method; `place` is the end of its fields' names."""

    csn: str
    name: str
    place: int
    methods: tuple[Choice, ...]


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
    asked = Request(
        c.Renew(), c.Name.RENEW, actor, found.is_buyer, now, pays_with=_any_method(stored, now), alone=False
    )
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
    paying = sorted({order.group.customer for order in basket.orders})
    return Cart(
        groups=tuple(_group(order, by_number, t) for order in basket.orders),
        payers=tuple([await _payer(session, first[csn], place, t) for place, csn in enumerate(paying, start=1)]),
        left=tuple(_left(by_number[number], why, email, t, settings) for number, why in sorted(basket.refused.items())),
        totals=tuple(t.w.amount(order.total) for order in basket.orders),
        numbers=tuple(line.number for order in basket.orders for line in order.lines),
        token=_proof(basket, now, settings),
    )


def _proof(basket: Basket, now: datetime, settings: Settings) -> str:
    return token_of(basket, now, settings.signing) if settings.signing else ""


def _stand_ins(stored: Sequence[Stored]) -> Mapping[str, Any]:
    """By customer: a kind of method that is taken for its subscriptions."""
    return {
        each.customer.csn: {"kind": _any_method(each, each.now).kind.value, "token": "chosen later"} for each in stored
    }


def _any_method(stored: Stored, now: datetime) -> PaymentMethod:
    kinds = [kind for kind in stored.facts.policy.methods if kind.charges_automatically]
    return PaymentMethod("", next(iter([*kinds, *stored.facts.policy.methods]), MethodKind.CARD), now)


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


async def _payer(session: AsyncSession, stored: Stored, place: int, t: Speech) -> Payer:
    rows = await methods_of(session, stored)
    return Payer(stored.customer.csn, stored.customer.name, place, await method_choices(session, rows, stored, t))


def _left(stored: Stored, refused: Refused, email: str, t: Speech, settings: Settings) -> Left:
    found, name = _found(stored, email), c.Name.RENEW
    words = sentence(refused.code, refused.possible_on, name, found, t)
    ask = whom_to_ask(refused.code, name, found, t, settings)
    return Left(stored.row.number, stored.offering.name, words, ask)
