"""A command is a row: stored first, under its sender's key, before anybody is told of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.records import CommandRow
from models.subscriptions import SubscriptionRow
from renewals.cards import may_be_card_number

LONGEST = 500
"""Characters of one text of a command that are kept. What is cut is longer still by its ellipsis, and so is refused."""

_LONGEST_LIST = 20_000
"""Characters of a list that are kept: a hundred subscriptions, each with what is wanted of it."""

_LISTS = ("lines", "prices")

_MOST_ARGUMENTS = 20  # no command has as many: one that gives more is refused by those that are kept

_CARD_NUMBER = "0" * 13
"""Kept instead of what may be a card number, and refused like one."""


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
) -> UUID:
    """As `store_once`, whether or not it was stored before."""
    stored = await store_once(
        session, client_key=client_key, subscription=subscription, name=name, args=args, by=by, wall_now=wall_now
    )
    return stored.id


@dataclass(frozen=True, slots=True)
class Kept:
    """A command that is stored; `is_new`: by this very call."""

    id: UUID
    is_new: bool


async def store_once(
    session: AsyncSession,
    *,
    client_key: str,
    subscription: str,
    name: str,
    args: Mapping[str, Any],
    by: str,
    wall_now: datetime,
) -> Kept:
    """Store a command as received now, in the subscription's own time; a known `client_key` gives the row it has.

    Rubbish is kept up to a bound only. Raises `KeyReused` when that row asks for something else.
    """
    subscription, name, by, args = _cut(subscription), _cut(name), _cut(by), _bounded(args)
    stands = select(col(SubscriptionRow.shift), col(SubscriptionRow.renews_on))
    known = (await session.execute(stands.where(col(SubscriptionRow.number) == subscription))).one_or_none()
    reason = args.get("reason")
    new = await session.execute(
        insert(CommandRow)
        .values(
            id=uuid4(),
            client_key=client_key,
            subscription=subscription,
            name=name,
            args=args,
            given_by=by,
            reason=reason if isinstance(reason, str) else None,
            received_at=wall_now + known.shift if known else wall_now,
            stored_at=wall_now,
            renews_on=known.renews_on if known else None,
        )
        .on_conflict_do_nothing(index_elements=["client_key"])
        .returning(col(CommandRow.id))
    )
    if (command_id := new.scalar_one_or_none()) is not None:
        return Kept(command_id, is_new=True)
    same_args = col(CommandRow.args) == literal(args, JSONB)  # Python reads 1e30 back as another number
    query = select(CommandRow, same_args).where(col(CommandRow.client_key) == client_key)
    stored, is_same = (await session.execute(query)).one()
    if not is_same or (stored.subscription, stored.name, stored.given_by) != (subscription, name, by):
        raise KeyReused(f"The key {client_key!r} was used for {stored.name} of {stored.subscription}: use another.")
    return Kept(stored.id, is_new=False)


def _bounded(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, of which those that no command could mean are cut."""
    return {_cut(key): _bounded_value(key, args[key]) for key in list(args)[:_MOST_ARGUMENTS]}


def _bounded_value(key: str, value: object) -> object:
    if key == "token" and isinstance(value, str) and may_be_card_number(value):
        return _CARD_NUMBER
    text = value if isinstance(value, str) else json.dumps(value)
    longest = _LONGEST_LIST if key in _LISTS and not isinstance(value, str) else LONGEST
    return value if len(text) <= longest else _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
