"""Channel partners who issue the quotes for what they sold: who they are, and which subscriptions are theirs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.asking import ask_new_sellers, asked_together
from models.audit import audit
from models.columns import among
from models.journal import record
from models.parties import PartnerRow
from models.quotes import QuoteLineRow, QuoteRow, reference_of
from models.store import lock_all
from models.subscriptions import SubscriptionRow
from renewals.facts import Channel

MOST_NAMED = 100
"""Subscriptions that the audit names of those entrusted at once; each has it in its own record."""


class NotSoldByPartners(Exception):
    """These subscriptions are not there, or of another channel; nothing was changed."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(", ".join(numbers))
        self.numbers = numbers


async def every_partner(session: AsyncSession) -> Sequence[PartnerRow]:
    """All of them, in the order of their codes."""
    return (await session.execute(select(PartnerRow).order_by(col(PartnerRow.code)))).scalars().all()


async def entrust(
    session: AsyncSession, numbers: Sequence[str], partner: str | None, *, by: str, reason: str, now: datetime
) -> int:
    """Let a partner issue the quotes of subscriptions, or nobody but operators; of how many that is new.

    Quotes that are asked for go along. It stands in the record of each, and once on the audit. `now` is the world's.
    Raises `NotSoldByPartners` where one is of another channel.
    """
    wanted = sorted(set(numbers))
    await lock_all(session, sorted({*wanted, *await asked_together(session, wanted)}))
    query = select(SubscriptionRow).where(among(col(SubscriptionRow.number), "numbers"))
    rows = await session.scalars(query, {"numbers": wanted})
    found = {row.number: row for row in rows if row.channel == Channel.PARTNER}
    others = [number for number in wanted if number not in found]
    if others:
        raise NotSoldByPartners(others)
    changed = [row for row in found.values() if row.partner != partner]
    for row in changed:
        row.partner = partner
        record(session, row.number, now + row.shift, "partner", {"partner": partner}, by=by, reason=reason)
    if changed:
        data = {"subscriptions": len(changed), "numbers": sorted(row.number for row in changed)[:MOST_NAMED]}
        action = "partner.sells" if partner else "partner.sells_no_more"
        audit(session, now, by, action, partner, reason=reason, data=data)
    await session.flush()
    await ask_new_sellers(session, [row.number for row in changed], now)
    return len(changed)


async def open_quotes_of(session: AsyncSession, numbers: Sequence[str]) -> Sequence[str]:
    """The quotes of these subscriptions that are asked for or issued, in order of their numbers."""
    query = (
        select(col(QuoteRow.id))
        .distinct()
        .join(QuoteLineRow, col(QuoteLineRow.quote_id) == col(QuoteRow.id))
        .where(among(col(QuoteLineRow.subscription), "numbers"), col(QuoteRow.ended_at).is_(None))
        .order_by(col(QuoteRow.id))
    )
    return [reference_of(id_) for id_ in await session.scalars(query, {"numbers": list(numbers)})]
