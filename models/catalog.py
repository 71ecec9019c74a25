"""What is sold, for how much, and by which rules: prices, policies and legal rules in versions, never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import amount, instant, json, key, one_of
from renewals.facts import OfferingKind, OfferingStatus, Term
from renewals.legal import Anchor, Audience, Certainty, Unit
from renewals.payments import DeclineClass


class OfferingRow(SQLModel, table=True):
    """A product, whichever term it is sold for."""

    __tablename__ = "offerings"
    __table_args__ = (one_of("kind", OfferingKind),)

    sku: str = Field(primary_key=True)
    name: str
    kind: str


class PriceRow(SQLModel, table=True):
    """List and renewal price per seat for one whole term, in minor units.

    Of the versions in effect the one of the latest `effective_at` is in force; of equal ones that of greater `version`.
    """

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint("sku", "term", "currency", "version"),
        one_of("term", Term),
        one_of("status", OfferingStatus),
        CheckConstraint("list_price >= 0 AND renewal_price >= 0", name="not_negative"),
    )

    id: UUID = key()
    sku: str = Field(foreign_key="offerings.sku")
    term: str
    currency: str
    version: int
    status: str
    list_price: int = amount()
    renewal_price: int = amount()
    effective_at: datetime = instant()
    set_by: str | None = None
    reason: str | None = None


class PolicyRow(SQLModel, table=True):
    """Values of `renewals.facts.Policy` that differ from the defaults, for an offering, a country and a channel.

    NULL stands for every one; of several that apply the most specific wins (offering, then country, then channel),
    and of its versions the last one in effect.
    """

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("sku", "country", "channel", "version", postgresql_nulls_not_distinct=True),)

    id: UUID = key()
    sku: str | None = Field(default=None, foreign_key="offerings.sku")
    country: str | None = None
    channel: str | None = None
    version: int
    effective_on: date
    values: dict[str, Any] = json()
    set_by: str
    reason: str
    set_at: datetime = instant()


class RulebookRow(SQLModel, table=True):
    """One row: its revision is new after each transaction that adds a price, a policy or a legal rule (by triggers)."""

    __tablename__ = "rulebook"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, sa_column=Column(Integer, primary_key=True, autoincrement=False))
    revision: UUID


class LegalRuleRow(SQLModel, table=True):
    """A version of a `renewals.legal.LegalRule`; of those in effect the last one is in force, unless `withdrawn`.

    `audience` NULL: everybody. `earliest` NULL: any time before. `effective_on` NULL: since ever.
    """

    __tablename__ = "legal_rules"
    __table_args__ = (
        one_of("audience", Audience, optional=True),
        one_of("anchor", Anchor),
        one_of("unit", Unit),
        one_of("certainty", Certainty),
        CheckConstraint("shortest_term >= 1", name="shortest_term"),
        CheckConstraint("latest >= 1 AND earliest >= latest", name="days_run_forward"),
        CheckConstraint("jsonb_typeof(content) = 'array'", name="content_is_a_list"),
        CheckConstraint("jurisdiction ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|card|sepa)$'", name="jurisdiction_code"),
    )

    rule: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    jurisdiction: str
    audience: str | None = None
    shortest_term: int
    anchor: str
    earliest: int | None = None
    latest: int
    unit: str
    content: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    effective_on: date | None = None
    source: str
    certainty: str
    verified_on: date
    withdrawn: bool = False
    set_by: str
    reason: str
    set_at: datetime = instant()


class DeclineCodeRow(SQLModel, table=True):
    """The class of a gateway's decline code; a code without a row is soft."""

    __tablename__ = "decline_codes"
    __table_args__ = (one_of("decline_class", DeclineClass),)

    code: str = Field(primary_key=True)
    decline_class: str
