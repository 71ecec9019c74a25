"""A command is a row: stored first, under its sender's key, before anybody is told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.records import CommandRow
from models.subscriptions import SubscriptionRow


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
    """Store a command as received now, in the subscription's own time; a known `client_key` gives the row it has.

    Raises `KeyReused` when that row asks for something else.
    """
    shift = select(col(SubscriptionRow.shift)).where(col(SubscriptionRow.number) == subscription)
    ahead = (await session.execute(shift)).scalar_one_or_none()
    reason = args.get("reason")
    await session.execute(
        insert(CommandRow)
        .values(
            id=uuid4(),
            client_key=client_key,
            subscription=subscription,
            name=name,
            args=dict(args),
            given_by=by,
            reason=reason if isinstance(reason, str) else None,
            received_at=wall_now + ahead if ahead else wall_now,
            stored_at=wall_now,
        )
        .on_conflict_do_nothing(index_elements=["client_key"])
    )
    query = select(CommandRow).where(col(CommandRow.client_key) == client_key)
    stored = (await session.execute(query)).scalar_one()
    if (stored.subscription, stored.name, stored.args, stored.given_by) != (subscription, name, dict(args), by):
        raise KeyReused(f"The key {client_key!r} was used for {stored.name} of {stored.subscription}: use another.")
    return stored.id
