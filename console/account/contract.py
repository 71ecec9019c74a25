"""The page of one contract: its subscriptions with what its manager may do, and what was ordered for it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.cart import why_not_together
from console.account.contracting import Contract, some
from console.account.doing import Ask, decisions, whom_to_ask
from console.account.finding import PAGE, Found, NotYours
from console.account.orders import Order, order_told, what_was_bought
from console.account.speech import Speech
from console.account.standing import Listed, listed, pending
from models.keyset import Beside, Keyset, page_of
from models.parties import ContactRow, has_address
from models.payments import OrderLineRow, OrderRow
from models.store import Stored, load_all
from models.subscriptions import SubscriptionRow
from renewals.characters import control_character
from renewals.commands import Name
from renewals.decisions import Eligible
from renewals.facts import Channel
from settings import Settings

_BY_DATE = Keyset((col(OrderRow.ordered_at), col(OrderRow.id)), falling=True)
_SELLERS = {Channel.PARTNER: "sold_by_partner", Channel.LEGACY: "legacy_order", Channel.DIRECT_SALES: "sold_by_sales"}
"""Why something of it cannot be changed here; whom to ask follows from it."""


@dataclass(frozen=True, slots=True)
class Contracted:
    """One subscription of a contract; `can` names the commands that whoever looks may give now."""

    line: Listed
    running: str
    planned: tuple[str, ...]
    can: Set[str]


@dataclass(frozen=True, slots=True)
class Contents:
    """A page of a contract's subscriptions; `together` are those of them that can be renewed at once."""

    lines: tuple[Contracted, ...]
    together: tuple[str, ...]
    is_manager: bool
    ask: Ask | None
    next_after: str | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A page of a contract's orders, newest first; `older` is the one after which the next page begins."""

    orders: tuple[Order, ...]
    older: str | None


def facts_of(contract: Contract, t: Speech) -> list[tuple[str, str]]:
    """What is true of the contract as a whole, as labels and values."""
    return [
        (t("contract.csn"), contract.customer.csn),
        (t("contract.mode"), t(f"contract.mode.{contract.channel}")),
        (t("contract.currency"), contract.customer.currency),
        (t("contract.manager"), some(contract.managers)),
        (t("subscriptions"), t.number(contract.count)),
        (t("seats"), t.number(contract.seats)),
    ]


async def contents_of(
    session: AsyncSession, contract: Contract, email: str, after: str, wall_now: datetime, t: Speech, settings: Settings
) -> Contents:
    """Fifty subscriptions with numbers beyond `after`. Raises `NotYours` for what no number can be."""
    if control_character(after):
        raise NotYours
    query = contract.numbers.where(col(SubscriptionRow.number) > after).order_by(col(SubscriptionRow.number))
    numbers = (await session.execute(query.limit(PAGE + 1))).scalars().all()
    shown = await load_all(session, numbers[:PAGE], wall_now) if numbers else []
    admins = await _admins(session, shown)
    found = [Found(each, admins[each.row.primary_admin_id], is_buyer=_buys(each, email)) for each in shown]
    seller = _SELLERS.get(contract.channel)
    return Contents(
        lines=tuple(_contracted(each, t) for each in found),
        together=tuple(each.row.number for each in shown if why_not_together(each, email, t) is None),
        is_manager=await _buys_some(session, contract, email),
        ask=whom_to_ask(seller, Name.RENEW, found[0], t, settings) if seller and found else None,
        next_after=numbers[PAGE - 1] if len(numbers) > PAGE else None,
    )


async def _admins(session: AsyncSession, shown: Sequence[Stored]) -> dict[UUID, ContactRow]:
    ids = {each.row.primary_admin_id for each in shown}
    rows = (await session.execute(select(ContactRow).where(col(ContactRow.id).in_(ids)))).scalars()
    return {row.id: row for row in rows}


async def _buys_some(session: AsyncSession, contract: Contract, email: str) -> bool:
    """Do they buy any of it, on whichever page? Each command asks anew of its own subscription."""
    query = (
        select(col(SubscriptionRow.number))
        .join(ContactRow, col(ContactRow.id) == col(SubscriptionRow.buyer_id))
        .where(col(SubscriptionRow.number).in_(contract.numbers), has_address(email))
    )
    return (await session.execute(query.limit(1))).first() is not None


def _buys(stored: Stored, email: str) -> bool:
    return stored.buyer.email.lower() == email.lower()


def _contracted(found: Found, t: Speech) -> Contracted:
    sub = found.stored.facts
    return Contracted(
        line=listed(found.stored, t),
        running=t.w.span(sub.starts_on, sub.renews_on),
        planned=tuple(words for _, words in pending(sub, t)),
        can={name.value for name, answer in decisions(found).items() if isinstance(answer, Eligible)},
    )


async def ordered_for(session: AsyncSession, contract: Contract, email: str, before: str, t: Speech) -> Ordered:
    """Fifty orders that are older than the one named; of each only what concerns what the person may see.

    Raises `NotYours` for an order that is none of the contract's.
    """
    concern = col(OrderLineRow.subscription).in_(contract.numbers)
    query = select(OrderRow).where(
        col(OrderRow.csn) == contract.customer.csn,
        col(OrderRow.id).in_(select(col(OrderLineRow.order_id)).where(concern)),
    )
    beside = Beside()
    if before:
        last = await _order(session, before, contract.customer.csn)
        beside = Beside(after=(last.ordered_at, last.id))
    page = await page_of(session, query, _BY_DATE, PAGE, beside)
    rows = [row for (row,) in page.rows]
    bought = await what_was_bought(session, rows, concern, email)
    zone_name = contract.customer.time_zone
    orders = tuple(order_told(row, bought, zone_name, t, named=True) for row in rows)
    return Ordered(orders, str(rows[-1].id) if page.later else None)


async def _order(session: AsyncSession, order_id: str, csn: str) -> OrderRow:
    try:
        order = await session.get(OrderRow, UUID(order_id))
    except ValueError:
        raise NotYours from None
    if order is None or order.csn != csn:
        raise NotYours
    return order
