"""A command is a row: stored first, under its sender's key, before anybody is told of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, bindparam, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from models.payments import AttemptRow, OrderLineRow
from models.records import CommandRow, NoticeRow
from models.subscriptions import SubscriptionRow
from renewals.cards import NOT_KEPT, holds_card_number, kept, may_be_card_number
from renewals.commands import BEARS_ON_THE_CHARGE, Name, When
from renewals.payments import AttemptState

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
    """The commands of a subscription that wait and bear on its next charge, in the order in which they came."""
    return (await session.execute(_WAITING.where(col(CommandRow.subscription) == number))).scalars().all()


async def waiting_before(session: AsyncSession, command_id: UUID) -> Sequence[UUID]:
    """Those of them that came before that command, if it is one itself."""
    later = aliased(CommandRow)
    earlier = and_(
        col(later.subscription) == col(CommandRow.subscription), col(later.received_at) > col(CommandRow.received_at)
    )
    query = _WAITING.join(later, earlier).where(col(later.id) == command_id, _bears_on_the_charge(later))
    return (await session.execute(query)).scalars().all()


async def decidable_on_arrival(session: AsyncSession, command_id: UUID, wall_now: datetime) -> CommandRow | None:
    """The command, locked, if whoever brings it may decide it; to be asked once its subscription is locked.

    It bears on the next charge, charges nothing itself and binds no preview, whose token the worker alone can read. No
    earlier one of its kind waits, no call to a gateway is under way, whose answer it would rather be told after, and no
    mail, which it might make untrue.
    """
    return (await session.execute(_DECIDABLE, {"id": command_id, "wall_now": wall_now})).scalar_one_or_none()


def _bears_on_the_charge(command: type[CommandRow]) -> ColumnElement[bool]:
    planned = and_(
        col(command.name) == Name.RENEW.value, col(command.args)["when"].astext == When.ON_RENEWAL_DATE.value
    )
    return or_(col(command.name).in_([name.value for name in BEARS_ON_THE_CHARGE]), planned)


_WAITING = (
    select(col(CommandRow.id))
    .where(col(CommandRow.outcome).is_(None), _bears_on_the_charge(CommandRow))
    .order_by(col(CommandRow.received_at), col(CommandRow.id))
)


_EARLIER = aliased(CommandRow)
_AN_EARLIER_ONE_WAITS = exists().where(
    col(_EARLIER.subscription) == col(CommandRow.subscription),
    col(_EARLIER.outcome).is_(None),
    col(_EARLIER.received_at) < col(CommandRow.received_at),
    _bears_on_the_charge(_EARLIER),
)
_A_CALL_IS_UNDER_WAY = exists().where(
    col(OrderLineRow.subscription) == col(CommandRow.subscription),
    col(AttemptRow.order_id) == col(OrderLineRow.order_id),
    col(AttemptRow.state) == AttemptState.OPEN.value,
    col(AttemptRow.next_at).is_(None),
)
_A_MAIL_IS_UNDER_WAY = exists().where(
    col(NoticeRow.subscription) == col(CommandRow.subscription),
    col(NoticeRow.outcome).is_(None),
    col(NoticeRow.raw).is_not(None),
    col(SubscriptionRow.number) == col(CommandRow.subscription),
    col(NoticeRow.next_at) <= bindparam("wall_now") + col(SubscriptionRow.shift),
)
_DECIDABLE = (
    select(CommandRow)
    .where(col(CommandRow.id) == bindparam("id"), _bears_on_the_charge(CommandRow))
    .where(col(CommandRow.args)["preview"].astext.is_(None), ~_AN_EARLIER_ONE_WAITS)
    .where(~_A_CALL_IS_UNDER_WAY, ~_A_MAIL_IS_UNDER_WAY)
    .with_for_update(of=CommandRow)
)


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
