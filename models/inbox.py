"""A command is a row: stored first, under its sender's key, before anybody is told of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Executable,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from models.quotes import STATES_OF_OPEN, QuoteLineRow, QuoteRow
from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.cards import NOT_KEPT, holds_card_number, kept, may_be_card_number
from renewals.commands import ABOUT_QUOTES, BEARS_ON_THE_CHARGE, Name, When

LONGEST = 500
"""Characters of one text of a command that are kept. What is cut is longer still by its ellipsis, and so is refused."""

_LONGEST_LIST = 20_000
"""Characters of a list that are kept: a hundred subscriptions, each with what is wanted of it."""

_LISTS = ("lines", "prices")

_MOST_ARGUMENTS = 20  # no command has as many: one that gives more is refused by those that are kept


_NEW = (
    insert(SQLModel.metadata.tables[CommandRow.__tablename__])
    .on_conflict_do_nothing(index_elements=["client_key"])
    .returning(col(CommandRow.id))
)


class UnknownNumber(Exception):
    """A command names a subscription that there is not."""


class KeyReused(Exception):
    """A client key names another command; its text is one sentence."""


async def store_command(
    session: AsyncSession,
    *,
    client_key: str,
    subscription: str,
    name: str,
    args: Mapping[str, Any],
    by: str,
    wall_now: datetime,
    new_id: UUID | None = None,
    known_only: bool = False,
) -> UUID:
    """Store a command as received now, in the subscription's own time; a known `client_key` gives the row it has.

    It is `new_id` only if it was stored by this very call. Rubbish is kept up to a bound only. Raises `KeyReused` when
    that row asks for something else, and `UnknownNumber` when only a `known_only` number is to be stored.
    """
    name, by, args = _cut(name), _cut(by), _bounded(args)
    stands = select(col(SubscriptionRow.shift), col(SubscriptionRow.renews_on))
    known = (await session.execute(stands.where(col(SubscriptionRow.number) == subscription))).one_or_none()
    if known is None and known_only:
        raise UnknownNumber(subscription)
    subscription = subscription if known else _cut(kept(subscription))
    reason = args.get("reason")
    new = await session.execute(
        _NEW,
        {
            "id": new_id or uuid4(),
            "client_key": client_key,
            "subscription": subscription,
            "name": name,
            "args": args,
            "given_by": by,
            "reason": reason if isinstance(reason, str) else None,
            "received_at": wall_now + known.shift if known else wall_now,
            "stored_at": wall_now,
            "renews_on": known.renews_on if known else None,
        },
    )
    command_id: UUID | None = new.scalar_one_or_none()
    if command_id is not None:
        return command_id
    same_args = col(CommandRow.args) == literal(args, JSONB)  # Python reads 1e30 back as another number
    query = select(CommandRow, same_args).where(col(CommandRow.client_key) == client_key)
    stored, is_same = (await session.execute(query)).one()
    if not is_same or (stored.subscription, stored.name, stored.given_by) != (subscription, name, by):
        raise KeyReused(f"The key {client_key!r} was used for {stored.name} of {stored.subscription}: use another.")
    return stored.id


async def waiting_for(session: AsyncSession, number: str) -> Sequence[UUID]:
    """The commands that wait and bear on the next charge of a subscription, in the order in which they came."""
    return await _found(session, _FOR, number=number)


async def waiting_before(session: AsyncSession, command_id: UUID) -> Sequence[UUID]:
    """Those of them that came before that command: if it is one itself, or meets the quotes that they are about."""
    return await _found(session, BEFORE, later=command_id)


async def waiting_about_quotes(
    session: AsyncSession, numbers: Sequence[str], before: datetime | None = None
) -> Sequence[UUID]:
    """The commands that wait about open quotes for any of these subscriptions, through whichever line they were given.

    `before` is in the world's time.
    """
    query = _ABOUT_QUOTES.where(col(_HELD.subscription).in_(numbers))
    return await _found(session, _in_order(query.where(col(CommandRow.stored_at) < before) if before else query))


async def _found(session: AsyncSession, query: Executable, **values: object) -> Sequence[UUID]:
    return [command_id for _, command_id in (await session.execute(query, values)).all()]


def bears_on_the_charge(command: type[CommandRow]) -> ColumnElement[bool]:
    """Does it say whether, for how much and with what the next term is charged, and charges nothing itself?"""
    planned = and_(
        col(command.name) == Name.RENEW.value, col(command.args)["when"].astext == When.ON_RENEWAL_DATE.value
    )
    return or_(col(command.name).in_([name.value for name in BEARS_ON_THE_CHARGE]), planned)


def _in_order(*queries: Select[datetime, UUID]) -> CompoundSelect[datetime, UUID]:
    return union(*queries).order_by("stored_at", "id")


_HELD, _LINE, _LATER = aliased(QuoteLineRow), aliased(QuoteLineRow), aliased(CommandRow)
_WAITING = select(col(CommandRow.stored_at), col(CommandRow.id)).where(col(CommandRow.outcome).is_(None))
_BEARING = _WAITING.where(bears_on_the_charge(CommandRow))
_ABOUT_QUOTES = (
    _WAITING.join(_LINE, col(_LINE.subscription) == col(CommandRow.subscription))
    .join(QuoteRow, col(QuoteRow.id) == col(_LINE.quote_id))
    .join(_HELD, col(_HELD.quote_id) == col(QuoteRow.id))
    .where(col(QuoteRow.state).in_(STATES_OF_OPEN), col(CommandRow.name).in_([name.value for name in ABOUT_QUOTES]))
    .where(
        col(CommandRow.order_id).is_(None), col(CommandRow.args)["quote"].astext == func.concat("Q-", col(QuoteRow.id))
    )
)
"""What waits about an open quote, with all its lines as `_HELD`.

Not what asks for one, as that names none, nor what has placed its order already.
"""

_FOR = _in_order(
    _BEARING.where(col(CommandRow.subscription) == bindparam("number")),
    _ABOUT_QUOTES.where(col(_HELD.subscription) == bindparam("number")),
)

_CAME_LATER = and_(col(_LATER.id) == bindparam("later"), col(_LATER.stored_at) > col(CommandRow.stored_at))
BEFORE = _in_order(
    _BEARING.join(_LATER, and_(_CAME_LATER, col(_LATER.subscription) == col(CommandRow.subscription))).where(
        bears_on_the_charge(_LATER)
    ),
    _ABOUT_QUOTES.join(_LATER, and_(_CAME_LATER, col(_LATER.subscription) == col(_HELD.subscription))).where(
        col(_LATER.name).in_([name.value for name in ABOUT_QUOTES | {Name.RENEW}])
    ),
)
"""What waits, and came before the command `later`, and is to be decided before it.

An open quote yields to a renewal, and is accepted or ended by what is about it: whichever came first counts.
"""


def _bounded(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, of which those that no command could mean are cut."""
    return {_cut(key): _bounded_value(key, args[key]) for key in list(args)[:_MOST_ARGUMENTS]}


def _bounded_value(key: str, value: object) -> object:
    text = value if isinstance(value, str) else json.dumps(value)
    if holds_card_number(text) or (key == "token" and may_be_card_number(text)):
        return NOT_KEPT
    longest = _LONGEST_LIST if key in _LISTS and not isinstance(value, str) else LONGEST
    return value if len(text) <= longest else _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
