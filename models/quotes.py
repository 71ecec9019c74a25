"""Quotes and their lines, and how they are found."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import amount, instant, json, one_of
from models.subscriptions import SubscriptionRow
from renewals.facts import Channel, Term
from renewals.money import Money
from renewals.quoting import QuoteState, QuoteTerms

STATES_OF_OPEN = (QuoteState.ASKED, QuoteState.ISSUED)


class QuoteRow(SQLModel, table=True):
    """A quote, from when it is asked for. It is of one customer, currency and channel.

    `subscription` is the one that its commands and mails go through. It can be issued, then accepted, until the end of
    `expires_on`, which is `expires_at`; on `invoice` if a purchase order will do. `order_id` is the last order that was
    placed for it. `partner` is who is asked for it, and then who issued it; None: operators. `next_step_at` (in the
    world's time) is when its workflow acts next; None: it is to be looked at.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        one_of("state", QuoteState),
        one_of("channel", Channel),
        CheckConstraint("(state IN ('asked', 'issued')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("state NOT IN ('issued', 'accepted') OR issued_at IS NOT NULL", name="issued"),
        CheckConstraint("state <> 'accepted' OR order_id IS NOT NULL", name="accepted_by_an_order"),
        CheckConstraint("issued_at IS NULL OR issued_because IS NOT NULL", name="issued_because"),
        Index("ix_quotes_next_step", "next_step_at"),
        Index("ix_quotes_partner", "partner", "id", postgresql_where=text("partner IS NOT NULL")),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True, start=1001), primary_key=True)
    )
    csn: str = Field(foreign_key="customers.csn", index=True)
    currency: str
    channel: str
    subscription: str = Field(foreign_key="subscriptions.number")
    partner: str | None = Field(default=None, foreign_key="partners.code")
    state: str = QuoteState.ASKED.value
    asked_in: UUID = Field(foreign_key="commands.id", unique=True)
    asked_by: str
    asked_at: datetime = instant()
    issued_by: str | None = None
    issued_at: datetime | None = instant(nullable=True)
    issued_because: str | None = None
    invoice: bool = True
    expires_on: date
    expires_at: datetime = instant()
    reminded_at: datetime | None = instant(nullable=True)
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", index=True)
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str | None = None
    next_step_at: datetime | None = instant(nullable=True)

    @property
    def reference(self) -> str:
        """What people and other systems call it, such as `Q-1001`."""
        return reference_of(self.id)


class QuoteLineRow(SQLModel, table=True):
    """One subscription in a quote: what was asked for, and once it is issued, what is offered.

    `receipt` holds every input from which `amount` (minor units) can be computed again.
    """

    __tablename__ = "quote_lines"
    __table_args__ = (
        one_of("asked_term", Term, optional=True),
        one_of("term", Term, optional=True),
        CheckConstraint("asked_seats >= 1", name="asked_seats"),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("amount = unit_price * seats", name="amount"),
        CheckConstraint("num_nulls(renewal_id, term, seats, unit_price, amount) IN (0, 5)", name="offered_as_a_whole"),
    )

    quote_id: int = Field(sa_type=BigInteger, foreign_key="quotes.id", primary_key=True)
    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True, index=True)
    term_starts_on: date
    asked_seats: int | None = None
    asked_term: str | None = None
    renewal_id: UUID | None = Field(default=None, foreign_key="renewals.id")
    term: str | None = None
    seats: int | None = None
    unit_price: int | None = amount(nullable=True)
    amount: int | None = amount(nullable=True)
    receipt: dict[str, Any] = json()


def reference_of(quote_id: int | None) -> str:
    return f"Q-{quote_id}"


async def find_quote(session: AsyncSession, reference: str, *, lock: bool = False) -> QuoteRow | None:
    """The quote of that reference. Whoever locks it has locked the subscriptions that he is about before."""
    prefix, _, digits = reference.partition("-")
    if prefix != "Q" or not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        return None
    return await session.get(QuoteRow, int(digits), with_for_update=lock or None, populate_existing=lock)


_MOST_DIGITS = 18


async def quote_asked_in(session: AsyncSession, command_id: UUID) -> QuoteRow | None:
    """The quote that a command asked for."""
    query = select(QuoteRow).where(col(QuoteRow.asked_in) == command_id)
    return (await session.execute(query)).scalar_one_or_none()


async def open_quotes_for(session: AsyncSession, number: str) -> Sequence[QuoteRow]:
    """The quotes for a subscription that are asked for or issued, oldest first."""
    query = (
        select(QuoteRow)
        .join(QuoteLineRow, col(QuoteLineRow.quote_id) == col(QuoteRow.id))
        .where(col(QuoteLineRow.subscription) == number, col(QuoteRow.state).in_(STATES_OF_OPEN))
        .order_by(col(QuoteRow.id))
    )
    return (await session.execute(query)).scalars().all()


async def quote_lines(session: AsyncSession, quote: QuoteRow) -> Sequence[QuoteLineRow]:
    """The lines, in the order of their numbers."""
    query = select(QuoteLineRow).where(col(QuoteLineRow.quote_id) == quote.id).order_by(col(QuoteLineRow.subscription))
    return (await session.execute(query)).scalars().all()


async def numbers_of(session: AsyncSession, quote: QuoteRow) -> Sequence[str]:
    return [line.subscription for line in await quote_lines(session, quote)]


async def clock_ahead(session: AsyncSession, quote: QuoteRow) -> timedelta:
    """How far the quote's own time runs ahead of the world's: as far as that of any of its subscriptions."""
    query = (
        select(func.max(col(SubscriptionRow.shift)))
        .join(QuoteLineRow, col(QuoteLineRow.subscription) == col(SubscriptionRow.number))
        .where(col(QuoteLineRow.quote_id) == quote.id)
    )
    return (await session.execute(query)).scalar_one() or timedelta(0)


def terms_of(quote: QuoteRow, line: QuoteLineRow, lines: Iterable[QuoteLineRow]) -> QuoteTerms:
    """The quote as the core knows it, for one of its subscriptions; `lines` are all of them."""
    amounts = [each.amount for each in lines]
    known = None if None in amounts else Money(sum(amount or 0 for amount in amounts), quote.currency)
    return QuoteTerms(
        quote.reference,
        QuoteState(quote.state),
        line.term_starts_on,
        quote.expires_at,
        invoice=quote.invoice,
        total=known,
    )
