"""Who is asked for a quote: the partner who sells all of its subscriptions, else operators; an alarm names whom.

What is asked for goes along with what it is for. What is issued is an offer of whoever issued it, and stays with him.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.columns import among
from models.journal import clear_alarm, raise_alarm
from models.quotes import QuoteLineRow, QuoteRow
from models.subscriptions import SubscriptionRow
from renewals.quoting import QuoteState

ASKED = "quote_asked"
"""The alarm by which operators hear that a quote is asked for."""


async def ask_seller(session: AsyncSession, quote: QuoteRow, partner: str | None, at: datetime) -> None:
    """Ask that partner for the quote, or operators alone, and nobody who was asked before."""
    quote.partner = partner
    whom = f" partner {partner}" if partner else ""
    detail = f"The buyer asks{whom} for quote {quote.reference}; issue or withdraw it."
    facts, about = {"quote": quote.reference} | ({"partner": partner} if partner else {}), quote.reference
    await clear_alarm(session, quote.subscription, ASKED, at, subject=about)
    await raise_alarm(session, quote.subscription, ASKED, detail, at, subject=about, facts=facts)


_ASKED_FOR_THEM = (
    select(col(QuoteRow.id))
    .join(QuoteLineRow, col(QuoteLineRow.quote_id) == col(QuoteRow.id))
    .where(col(QuoteRow.state) == QuoteState.ASKED, among(col(QuoteLineRow.subscription), "numbers"))
)


async def asked_together(session: AsyncSession, numbers: Sequence[str]) -> Sequence[str]:
    """The subscriptions of the quotes that are asked for these: they are locked with them, before the quotes."""
    query = select(col(QuoteLineRow.subscription)).distinct().where(col(QuoteLineRow.quote_id).in_(_ASKED_FOR_THEM))
    return (await session.scalars(query, {"numbers": list(numbers)})).all()


async def ask_new_sellers(session: AsyncSession, numbers: Sequence[str], now: datetime) -> None:
    """Ask whoever sells these subscriptions by now for the quotes that nobody has issued yet.

    The caller has locked them, with those that are `asked_together`. `now` is the world's.
    """
    asked = select(QuoteRow).where(col(QuoteRow.id).in_(_ASKED_FOR_THEM)).order_by(col(QuoteRow.id))
    locked = asked.with_for_update().execution_options(populate_existing=True)
    for quote in (await session.scalars(locked, {"numbers": list(numbers)})).all():
        partner = await _seller_of_all(session, quote)
        if partner != quote.partner:
            home = select(col(SubscriptionRow.shift)).where(col(SubscriptionRow.number) == quote.subscription)
            await ask_seller(session, quote, partner, now + (await session.execute(home)).scalar_one())


async def _seller_of_all(session: AsyncSession, quote: QuoteRow) -> str | None:
    """The partner who sells every subscription of the quote, if there is one."""
    sellers = (
        select(col(SubscriptionRow.partner))
        .distinct()
        .join(QuoteLineRow, col(QuoteLineRow.subscription) == col(SubscriptionRow.number))
        .where(col(QuoteLineRow.quote_id) == quote.id)
    )
    found = (await session.scalars(sellers)).all()
    return found[0] if len(found) == 1 else None
