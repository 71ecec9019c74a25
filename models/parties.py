"""Who buys, how they pay and who sold it: customers, their people, their payment methods, channel partners."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, UniqueConstraint, func, literal_column, text
from sqlmodel import Field, SQLModel, col

from models.columns import instant, key, one_of
from renewals.payments import MethodKind

CODE = r"[a-z0-9][a-z0-9-]{0,31}"
"""How a partner's code is written."""


class CustomerRow(SQLModel, table=True):
    """An organisation. `csn` is its customer number."""

    __tablename__ = "customers"
    __table_args__ = (
        one_of("audience", ("business", "consumer")),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_code"),
        Index(
            "ix_customers_beginning", literal_column("lower(csn)"), postgresql_ops={"lower(csn)": "text_pattern_ops"}
        ),
        Index(
            "ix_customers_parts",
            literal_column("lower(name)"),
            postgresql_ops={"lower(name)": "gin_trgm_ops"},
            postgresql_using="gin",
        ),
        Index("ix_customers_currency", "currency", "csn"),
        Index("ix_customers_country", "country", "csn"),
    )

    csn: str = Field(primary_key=True)
    name: str
    country: str
    region: str | None = None
    currency: str
    locale: str
    time_zone: str
    audience: str


class ContactRow(SQLModel, table=True):
    """A person of a customer; which role they have stands on the subscription. `locale` is None for the customer's."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("csn", "email"),
        Index("ix_contacts_address", text("lower(email)")),
        Index(
            "ix_contacts_parts",
            literal_column("lower(email)"),
            postgresql_ops={"lower(email)": "gin_trgm_ops"},
            postgresql_using="gin",
        ),
    )

    id: UUID = key()
    csn: str = Field(foreign_key="customers.csn")
    name: str
    email: str
    locale: str | None = None


class PartnerRow(SQLModel, table=True):
    """A partner, who acts as `partner:CODE`. It stays for audit; without a key nobody acts for it."""

    __tablename__ = "partners"
    __table_args__ = (
        CheckConstraint(f"code ~ '^{CODE}$'", name="code"),
        CheckConstraint("created_because <> ''", name="created_because"),
    )

    code: str = Field(primary_key=True)
    name: str
    created_at: datetime = instant()
    created_by: str
    created_because: str


def has_address(email: str) -> ColumnElement[bool]:
    """Is it the contact of that mail address, whichever letters of it are capitals?"""
    return func.lower(col(ContactRow.email)) == email.lower()


class PaymentMethodRow(SQLModel, table=True):
    """A stored method: a reference to the provider's token, never a card number. A method set anew is a new row.

    `label` is the name that a buyer gave it. One that was removed has no token any more: it can never be charged again,
    and its row stays for what was paid by it.
    """

    __tablename__ = "payment_methods"
    __table_args__ = (
        one_of("kind", MethodKind),
        CheckConstraint("token !~ '^[0-9 -]{13,}$'", name="no_card_number"),
        CheckConstraint("(removed_at IS NULL) = (token <> '')", name="removed_without_token"),
    )

    id: UUID = key()
    csn: str = Field(foreign_key="customers.csn", index=True)
    kind: str
    token: str
    valid_through: date | None = None
    created_at: datetime = instant()
    label: str | None = None
    removed_at: datetime | None = instant(nullable=True)
