"""Queueing the mails that an attempt or a command causes, in the transaction of their cause."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.records import NoticeRow
from models.store import Stored
from renewals.causes import Cause
from renewals.letters import Kind


async def queue(
    session: AsyncSession, stored: Stored, kind: Kind, occasion: str, cause: Cause, *, at: datetime, **facts: Any
) -> None:
    """Queue a mail to the buyer, once per (subscription, term, kind, occasion, recipient).

    `facts` are what the letter must say of its cause and cannot be read later; no personal data. The
    `cause` is kept with them, for operators.
    """
    await session.execute(
        insert(NoticeRow)
        .values(
            subscription=stored.row.number,
            term_starts_on=stored.facts.starts_on,
            kind=kind,
            occasion=occasion,
            recipient=stored.buyer.email,
            dated=False,
            why=str(cause),
            facts=facts | {"cause": cause.facts},
            planned_for=at,
        )
        .on_conflict_do_nothing()
    )
