"""Orders, their lines, and the attempts to pay them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, or_, text
from sqlmodel import Field, SQLModel, col

from models.columns import amount, instant, json, key, one_of
from renewals.payments import AttemptState, DeclineClass, Purpose, Way

ORDER_STATES = ("open", "paid", "void")

UNANSWERED = (AttemptState.OPEN, AttemptState.UNKNOWN, AttemptState.PENDING, AttemptState.ISSUED)
"""The states in which the money of an attempt may be moving, or its code can still be paid."""


class OrderRow(SQLModel, table=True):
    """One transaction of one customer in one currency. `reference` is that of an order placed elsewhere."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("way", Way),
        one_of("state", ORDER_STATES),
        CheckConstraint("way <> 'recorded' OR reference IS NOT NULL", name="recorded_reference"),
        Index("ix_orders_of_customer", "csn", "ordered_at"),
    )

    id: UUID = key()
    csn: str = Field(foreign_key="customers.csn")
    currency: str
    way: str
    state: str
    reference: str | None = None
    ordered_by: str
    ordered_at: datetime = instant()


class OrderLineRow(SQLModel, table=True):
    """What an order buys of one subscription in one term: the renewal, or more seats.

    `receipt` holds every input from which `amount` (minor units) can be computed again; seats for the rest of a term
    are paid for `days` of `term_days`, rounded half up.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        one_of("purpose", Purpose),
        CheckConstraint("(purpose = 'renewal') = (renewal_id IS NOT NULL)", name="renewal"),
        CheckConstraint("(purpose = 'seats') = (days IS NOT NULL)", name="days"),
        CheckConstraint("(purpose = 'seats') = (term_days IS NOT NULL)", name="term_days"),
        CheckConstraint("days >= 1 AND term_days >= 1", name="days_count"),
        CheckConstraint(
            "CASE WHEN days IS NULL THEN amount = unit_price * seats"
            " ELSE amount = (2 * unit_price * seats * days + term_days) / (2 * term_days) END",
            name="amount",
        ),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("seats >= 1", name="seats"),
    )

    order_id: UUID = Field(foreign_key="orders.id", primary_key=True)
    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True, index=True)
    term_starts_on: date = Field(primary_key=True)
    renewal_id: UUID | None = Field(default=None, foreign_key="renewals.id", index=True)
    purpose: str = Purpose.RENEWAL.value
    term: str
    seats: int
    unit_price: int = amount()
    amount: int = amount()
    days: int | None = None
    term_days: int | None = None
    receipt: dict[str, Any] = json()


LATE = "'24:00:00'::interval"
"""So long after the call the money of few attempts comes: of debits that were under way, of vouchers."""
_PAID_LATE = f"state = 'paid' AND answered_at - called_at > {LATE}"


class AttemptRow(SQLModel, table=True):
    """One try to pay an order; its id is the gateway's idempotency key, so it is written before the gateway is called.

    `calls` counts the calls that found nobody; `questions`, how often the gateway was asked what became of it. A
    voucher has the code that its buyer pays with, until `expires_at`, and `received`, what has come of it in all.
    `called_off_at`: the buyer cancelled meanwhile. `taken` is what the gateway took, as was heard once the attempt had
    ended unpaid: an operator sends it back. `unwanted`: its provider has not said yet that it gave up a code which came
    when nobody wanted it; `calls` are then those that told it.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("order_id", "n"),
        one_of("state", AttemptState),
        one_of("decline_class", DeclineClass, optional=True),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("received >= 0", name="received"),
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("n >= 1", name="n"),
        CheckConstraint("(state IN ('paid', 'declined', 'expired')) = (answered_at IS NOT NULL)", name="answered"),
        CheckConstraint("state NOT IN ('issued', 'expired') OR voucher_code IS NOT NULL", name="voucher_code"),
        Index("ix_attempts_called_at", "called_at", "id"),
        Index("ix_attempts_by_state", "state", "called_at", "id"),
        Index("ix_attempts_paid_late", "answered_at", postgresql_where=text(_PAID_LATE)),
        Index(
            "uq_attempts_unanswered",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'unknown', 'pending', 'issued')"),
        ),
    )

    id: UUID = key()
    order_id: UUID = Field(foreign_key="orders.id")
    n: int
    method_id: UUID = Field(foreign_key="payment_methods.id")
    amount: int = amount()
    currency: str
    state: str = AttemptState.OPEN.value
    called_at: datetime = instant()
    next_at: datetime | None = instant(nullable=True)
    calls: int = 0
    questions: int = 0
    answered_at: datetime | None = instant(nullable=True)
    code: str | None = None
    decline_class: str | None = None
    gateway_reference: str | None = None
    called_off_at: datetime | None = instant(nullable=True)
    voucher_code: str | None = None
    expires_at: datetime | None = instant(nullable=True)
    received: int = Field(default=0, sa_type=BigInteger, nullable=False)
    taken: int = Field(default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": "0"})
    unwanted: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class PartRow(SQLModel, table=True):
    """A part of a voucher's money that came: `total` with it, `amount` by it. No part is counted twice by its key.

    A voucher that is paid in time, at once and to the cent has none.
    """

    __tablename__ = "parts"
    __table_args__ = (CheckConstraint("amount > 0 AND amount <= total", name="amount"),)

    attempt_id: UUID = Field(foreign_key="attempts.id", primary_key=True)
    total: int = Field(sa_type=BigInteger, primary_key=True)
    amount: int = amount()
    came_at: datetime = instant()


BY_OPERATOR = "operator"
"""The cause of a refund that an operator gave."""
BOUGHT_NOTHING = ("paid_late", "paid_in_part")
"""The causes of a refund of money for which nothing was bought."""
TOO_MUCH = "paid_too_much"
"""The cause of a refund of what came beyond the price."""
REFUND_CAUSES = (*BOUGHT_NOTHING, TOO_MUCH, BY_OPERATOR)


class RefundRow(SQLModel, table=True):
    """Money that goes back, as it bought nothing or an operator wants it: written before the gateway is called.

    Its id is the gateway's key, and that of the operator's command.

    `calls` counts those without an answer, one under way too. `next_at` is when it is sent; none once it is (`sent_at`,
    `reference`), once the provider refused it (`refused_at`, `refusal` in its words), or when an operator is to look.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        one_of("because", REFUND_CAUSES),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(sent_at IS NULL) = (reference IS NULL)", name="sent"),
        CheckConstraint("sent_at IS NULL OR next_at IS NULL", name="sent_once"),
        CheckConstraint("(refused_at IS NULL) = (refusal IS NULL)", name="refused"),
        CheckConstraint("refused_at IS NULL OR (sent_at IS NULL AND next_at IS NULL)", name="refused_for_good"),
        Index("ix_refunds_waiting", "subscription", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_refunds_not_sent", "owed_at", postgresql_where=text("sent_at IS NULL")),
    )

    id: UUID = key()
    attempt_id: UUID = Field(foreign_key="attempts.id", index=True)
    subscription: str = Field(foreign_key="subscriptions.number")
    amount: int = amount()
    currency: str
    because: str
    owed_at: datetime = instant()
    next_at: datetime | None = instant(nullable=True)
    calls: int = 0
    sent_at: datetime | None = instant(nullable=True)
    reference: str | None = None
    refused_at: datetime | None = instant(nullable=True)
    refusal: str | None = None


COUNTS_AS_GONE = or_(
    col(RefundRow.refused_at).is_(None), col(RefundRow.calls) > 0, col(RefundRow.because) != BY_OPERATOR
)
"""The refunds of which no second one may be owed: all but an operator's that was refused at the first call, as that
moved nothing. What had no answer before may have gone; what goes back by itself is owed once, whatever became of it."""
