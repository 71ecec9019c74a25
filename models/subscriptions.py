"""Subscriptions, their terms, and what is open on the next one."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Interval,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlmodel import Field, SQLModel

from models.columns import amount, instant, key, one_of
from renewals.facts import Channel, Phase, Term

NEXT_STEP_AT = "coalesce(next_step_at, '9999-06-01 00:00:00+00'::timestamptz)"
"""What lists sort by: the next step; what has none comes last. The index is on this very expression."""


PAID_PHASES = "phase IN ('active', 'renewable', 'renewed')"
"""The phases of a paid term, for the indexes by which access that ended too early is found."""


class ImportRow(SQLModel, table=True):
    """One import of a portfolio: when, from which files (digest of their content), by whom, how many subscriptions."""

    __tablename__ = "imports"

    id: UUID = key()
    imported_at: datetime = instant()
    digest: str
    imported_by: str
    subscriptions: int = 0


class SubscriptionRow(SQLModel, table=True):
    """A subscription as it stands. The current term is also the last row of its chain in `terms`.

    `unit_price` is what a seat of the current term cost (minor units), NULL for an imported term. `late_until` is the
    last day of the late window of the next renewal, where an operator has named one. `shift` is how far
    its own clock runs ahead. `partner` sold it, and issues its quotes. `next_step_at` (in the world's time),
    `next_step` (in words) and `planned_under` (the policy and zone data of its plan) are written by planning, which
    counts in `plans`; an instant of None means: to be planned, as does one that has passed, without words.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        one_of("term", Term),
        one_of("channel", Channel),
        one_of("phase", Phase),
        one_of("pending_term", Term, optional=True),
        one_of("announced_term", Term, optional=True),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("pending_seats >= 1", name="pending_seats"),
        CheckConstraint("anchor_day BETWEEN 1 AND 31", name="anchor_day"),
        CheckConstraint("starts_on < renews_on", name="term_runs_forward"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("announced_unit_price >= 0", name="announced_unit_price"),
        CheckConstraint("parked_at IS NULL OR parked_because IS NOT NULL", name="parked_because"),
        CheckConstraint("partner IS NULL OR channel = 'partner'", name="partner"),
        Index("ix_subscriptions_partner", "partner", "number", postgresql_where=text("partner IS NOT NULL")),
        Index("ix_subscriptions_next_step", "next_step_at", "number", postgresql_where=text("phase <> 'lapsed'")),
        Index(
            "ix_subscriptions_due_on", text("((renews_on - shift)::date)"), postgresql_where=text("phase <> 'lapsed'")
        ),
        Index("ix_subscriptions_past_due", "number", postgresql_where=text("phase = 'past_due'")),
        Index(
            "ix_subscriptions_not_live",
            "import_id",
            "renews_on",
            "number",
            postgresql_include=["phase"],
            postgresql_where=text("live_at IS NULL"),
        ),
        Index("ix_subscriptions_parked", "number", postgresql_where=text("parked_at IS NOT NULL")),
        Index("ix_subscriptions_access", "access_until", postgresql_where=text(PAID_PHASES)),
        Index(
            "ix_subscriptions_suspended",
            "number",
            postgresql_where=text(f"{PAID_PHASES} AND suspended_at IS NOT NULL"),
        ),
        Index(
            "ix_subscriptions_beginning",
            literal_column("lower(number)"),
            postgresql_ops={"lower(number)": "text_pattern_ops"},
        ),
        Index("ix_subscriptions_renews_on", "renews_on", "number"),
        Index("ix_subscriptions_by_step", text(NEXT_STEP_AT), "number"),
        Index("ix_subscriptions_phase", "phase", "number"),
        Index("ix_subscriptions_phase_renews_on", "phase", "renews_on", "number"),
        Index("ix_subscriptions_sku", "sku", "number"),
        Index("ix_subscriptions_channel", "channel", "number"),
    )

    number: str = Field(primary_key=True)
    csn: str = Field(foreign_key="customers.csn", index=True)
    sku: str = Field(foreign_key="offerings.sku")
    term: str
    seats: int
    unit_price: int | None = amount(nullable=True)
    starts_on: date
    renews_on: date
    anchor_day: int
    auto_renew: bool
    channel: str
    partner: str | None = Field(default=None, foreign_key="partners.code")
    buyer_id: UUID = Field(foreign_key="contacts.id", index=True)
    primary_admin_id: UUID = Field(foreign_key="contacts.id", index=True)
    method_id: UUID | None = Field(default=None, foreign_key="payment_methods.id")
    method_set_at: datetime | None = instant(nullable=True)
    pending_seats: int | None = None
    pending_term: str | None = None
    late_until: date | None = None
    phase: str
    phase_since: datetime = instant()
    access_until: datetime = instant()
    suspended_at: datetime | None = instant(nullable=True)
    parked_at: datetime | None = instant(nullable=True)
    parked_because: str | None = None
    live_at: datetime | None = instant(nullable=True)
    late_start_at: datetime | None = instant(nullable=True)
    owes_from: datetime | None = instant(nullable=True)
    announced_term: str | None = None
    announced_unit_price: int | None = amount(nullable=True)
    shift: timedelta = Field(default=timedelta(0), sa_type=Interval, nullable=False)
    next_step_at: datetime | None = instant(nullable=True)
    next_step: str | None = None
    planned_under: str | None = None
    plans: int = 0
    import_id: UUID | None = Field(default=None, foreign_key="imports.id")

    @property
    def awaits_its_plan(self) -> bool:
        """Was it never planned, or has something changed since? What has a plan without steps has `NEVER` instead."""
        at = self.next_step_at
        return at is None or (self.next_step is None and at.year < date.max.year)


class TermRow(SQLModel, table=True):
    """A term that began. Each follows the one before without gap or overlap: `follows` is that one's end."""

    __tablename__ = "terms"
    __table_args__ = (
        UniqueConstraint("subscription", "renews_on"),
        ForeignKeyConstraint(
            ["subscription", "follows"], ["terms.subscription", "terms.renews_on"], name="fk_terms_tile"
        ),
        CheckConstraint("starts_on < renews_on", name="runs_forward"),
        CheckConstraint("follows = starts_on", name="no_gap"),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        one_of("term", Term),
        Index("uq_terms_first", "subscription", unique=True, postgresql_where=text("follows IS NULL")),
        Index("uq_terms_follows", "subscription", "follows", unique=True),
        Index("ix_terms_renews_on", "renews_on"),
    )

    subscription: str = Field(foreign_key="subscriptions.number", primary_key=True)
    starts_on: date = Field(primary_key=True)
    renews_on: date
    follows: date | None = None
    term: str
    seats: int
    unit_price: int | None = amount(nullable=True)
    began_at: datetime = instant()


class RenewalRow(SQLModel, table=True):
    """The right to the term that starts on `term_starts_on`: one record, unpaid or settled, whatever pays it."""

    __tablename__ = "renewals"
    __table_args__ = (
        UniqueConstraint("subscription", "term_starts_on"),
        Index("ix_renewals_settled", "term_starts_on", postgresql_where=text("settled_at IS NOT NULL")),
        CheckConstraint("(settled_at IS NULL) = (order_id IS NULL)", name="settled_by_an_order"),
    )

    id: UUID = key()
    subscription: str = Field(foreign_key="subscriptions.number")
    term_starts_on: date
    settled_at: datetime | None = instant(nullable=True)
    order_id: UUID | None = Field(default=None, foreign_key="orders.id")


class ClaimRow(SQLModel, table=True):
    """Who is about to pay a renewal. At most one open claim stands on each, whoever holds it.

    `again_until`: a code that pays a quote holds it; once that is over the quote itself does, until then.
    """

    __tablename__ = "claims"
    __table_args__ = (
        one_of("holder", ("automatic", "order", "quote", "voucher")),
        CheckConstraint("(holder = 'quote') = (quote_id IS NOT NULL)", name="of_a_quote"),
        Index("uq_claims_open", "renewal_id", unique=True, postgresql_where=text("released_at IS NULL")),
        Index("ix_claims_ending", "ends_at", postgresql_where=text("released_at IS NULL AND ends_at IS NOT NULL")),
    )

    id: UUID = key()
    renewal_id: UUID = Field(foreign_key="renewals.id")
    holder: str
    order_id: UUID | None = Field(default=None, foreign_key="orders.id")
    quote_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="quotes.id", index=True)
    opened_at: datetime = instant()
    ends_at: datetime | None = instant(nullable=True)
    again_until: datetime | None = instant(nullable=True)
    released_at: datetime | None = instant(nullable=True)
