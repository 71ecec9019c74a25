"""Contracts: what one customer bought in one purchase mode, as far as a person may see it.

A bulk checkout groups by the same: customer number, currency and purchase mode (domain.md 5); a customer has one
currency. A contract has no number or date of its own: what was agreed on stands with its subscriptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.finding import NotYours, numbers_of
from console.account.speech import Speech
from models.parties import ContactRow, CustomerRow
from models.payments import OrderLineRow
from models.reading import SETTLED_BY
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals.calendar import term_end
from renewals.characters import control_character
from renewals.facts import Channel, Phase, Term

HERE = "/account/contracts"

WITHOUT_ACCESS = (Phase.EXPIRED, Phase.LAPSED)
"""Their seats are not counted."""

STILL_TO_COME = (Phase.ACTIVE, Phase.RENEWABLE)
"""Phases whose renewal date has not passed, and is not paid ahead."""

_CSN, _CHANNEL, _NUMBER = col(SubscriptionRow.csn), col(SubscriptionRow.channel), col(SubscriptionRow.number)
_IN_FORCE = col(SubscriptionRow.phase).not_in(WITHOUT_ACCESS)
_SEATS = func.coalesce(func.sum(col(SubscriptionRow.seats)).filter(_IN_FORCE), 0)
_MANAGER = func.coalesce(func.nullif(col(ContactRow.name), ""), col(ContactRow.email))


@dataclass(frozen=True, slots=True)
class ListedContract:
    """One line of the list. `next_on` is the first renewal date that is still to come, after what is paid."""

    address: str
    customer: str
    csn: str
    mode: str
    managers: str
    seats: str
    states: str
    next_on: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that the person may see: `numbers` selects those of its subscriptions that are theirs to see."""

    customer: CustomerRow
    channel: Channel
    numbers: Select[str]
    managers: Sequence[str]
    count: int
    seats: int

    @property
    def address(self) -> str:
        return address_of(self.customer.csn, self.channel)


def address_of(csn: str, channel: str) -> str:
    """The address of a contract's page."""
    return f"{HERE}/{quote(csn, safe='')}/{channel}"


async def find_contract(session: AsyncSession, email: str, csn: str, channel: str) -> Contract:
    """The contract of that customer and purchase mode. Raises `NotYours` where nothing of it may be seen."""
    if control_character(csn) or channel not in list(Channel):
        raise NotYours
    numbers = numbers_of(email).where(col(SubscriptionRow.csn) == csn, col(SubscriptionRow.channel) == channel)
    counted = select(func.count(), _SEATS).select_from(SubscriptionRow).where(_NUMBER.in_(numbers))
    count, seats = (await session.execute(counted)).one()
    if not count:
        raise NotYours
    customer = await session.get_one(CustomerRow, csn)
    managers = await _managers(session, numbers)
    return Contract(customer, Channel(channel), numbers, managers[csn, channel], count, int(seats))


async def visible_contracts(session: AsyncSession, email: str, t: Speech) -> list[ListedContract]:
    """Each customer and purchase mode of which the person may see a subscription, by the customer's name."""
    mine = numbers_of(email)
    ahead = col(SubscriptionRow.phase).in_(STILL_TO_COME)
    first_on = func.min(col(SubscriptionRow.renews_on)).filter(ahead)
    query = (
        select(_CSN, col(CustomerRow.name), _CHANNEL, col(SubscriptionRow.phase), func.count(), _SEATS, first_on)
        .join(CustomerRow, col(CustomerRow.csn) == _CSN)
        .where(_NUMBER.in_(mine))
        .group_by(_CSN, col(CustomerRow.name), _CHANNEL, col(SubscriptionRow.phase))
    )
    parts: dict[_Key, list[_Part]] = {}
    for csn, name, channel, phase, count, seats, first in (await session.execute(query)).all():
        parts.setdefault((name, csn, channel), []).append(_Part(phase, count, int(seats), first))
    ahead_on = await _after_what_is_paid(session, mine)
    managers, order = await _managers(session, mine), list(Channel)
    in_order = sorted(parts, key=lambda key: (key[0], key[1], order.index(Channel(key[2]))))
    return [_listed(key, parts[key], ahead_on.get(key[1:], []), managers[key[1], key[2]], t) for key in in_order]


_Key = tuple[str, str, str]
"""Name and number of the customer, purchase mode."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The subscriptions of a contract that are in one phase."""

    phase: str
    count: int
    seats: int
    first_on: date | None


def _listed(
    key: _Key, parts: Sequence[_Part], ahead_on: Sequence[date], managers: Sequence[str], t: Speech
) -> ListedContract:
    name, csn, channel = key
    dates, order = [*ahead_on, *(part.first_on for part in parts if part.first_on)], list(Phase)
    in_order = sorted(parts, key=lambda part: order.index(Phase(part.phase)))
    states = (t("contract.in_state", count=t.number(each.count), state=t(f"phase.{each.phase}")) for each in in_order)
    return ListedContract(
        address=address_of(csn, channel),
        customer=name,
        csn=csn,
        mode=t(f"contract.mode.{channel}"),
        managers=some(managers),
        seats=t.number(sum(part.seats for part in parts)),
        states=t.listed(*states),
        next_on=t.w.day(min(dates)) if dates else "–",
    )


async def _after_what_is_paid(session: AsyncSession, numbers: Select[str]) -> dict[tuple[str, str], list[date]]:
    """By customer number and purchase mode: when what is paid ahead renews next."""
    renews_on, anchor_day, term = (
        col(SubscriptionRow.renews_on),
        col(SubscriptionRow.anchor_day),
        col(OrderLineRow.term),
    )
    query = (
        select(_CSN, _CHANNEL, renews_on, term, anchor_day)
        .join(RenewalRow, and_(col(RenewalRow.subscription) == _NUMBER, col(RenewalRow.term_starts_on) == renews_on))
        .join(OrderLineRow, SETTLED_BY)
        .where(_NUMBER.in_(numbers), col(SubscriptionRow.phase) == Phase.RENEWED)
        .distinct()
    )
    found: dict[tuple[str, str], list[date]] = {}
    for csn, channel, day, paid, anchor in (await session.execute(query)).all():
        found.setdefault((csn, channel), []).append(term_end(day, Term(paid), anchor))
    return found


async def _managers(session: AsyncSession, numbers: Select[str]) -> dict[tuple[str, str], list[str]]:
    """By customer number and purchase mode: the buyers, who are also called contract managers (domain.md 1)."""
    query = (
        select(_CSN, _CHANNEL, _MANAGER)
        .join(ContactRow, col(ContactRow.id) == col(SubscriptionRow.buyer_id))
        .where(_NUMBER.in_(numbers))
        .distinct()
        .order_by(_CSN, _CHANNEL, _MANAGER)
    )
    found: dict[tuple[str, str], list[str]] = {}
    for csn, channel, name in (await session.execute(query)).all():
        found.setdefault((csn, channel), []).append(name)
    return found


def some(names: Sequence[str]) -> str:
    """The first three names, and that there are more."""
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
