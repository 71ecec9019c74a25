"""What a person may see: subscriptions of customers where they are the buyer or the primary admin, and no others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, any_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.methods import IS_KEPT
from models.parties import ContactRow, CustomerRow, PaymentMethodRow, has_address
from models.store import Stored, load, load_all
from models.subscriptions import SubscriptionRow
from renewals.characters import control_character
from renewals.payments import MethodKind

PAGE = 50


class NotYours(Exception):
    """There is no such subscription, or the person is neither its buyer nor its primary admin. Nobody can tell."""


@dataclass(frozen=True, slots=True)
class Found:
    """A subscription that the person may see. `is_buyer`: and may change."""

    stored: Stored
    admin: ContactRow
    is_buyer: bool


def numbers_of(email: str) -> Select[str]:
    """The subscriptions of which a person is the buyer or the primary admin."""
    person = func.array(select(col(ContactRow.id)).where(has_address(email)).scalar_subquery())  # read once, and first
    return select(col(SubscriptionRow.number)).where(
        or_(col(SubscriptionRow.buyer_id) == any_(person), col(SubscriptionRow.primary_admin_id) == any_(person))
    )


async def find(session: AsyncSession, email: str, number: str, wall_now: datetime) -> Found:
    """The subscription of that number. Raises `NotYours`."""
    if control_character(number):  # no number has one, and a database takes no NUL
        raise NotYours
    may_see = await session.scalar(numbers_of(email).where(col(SubscriptionRow.number) == number))
    stored = await load(session, number, wall_now) if may_see else None
    if stored is None:
        raise NotYours
    admin = await session.get_one(ContactRow, stored.row.primary_admin_id)
    return Found(stored, admin, is_buyer=stored.buyer.email.lower() == email.lower())


async def find_all(session: AsyncSession, email: str, numbers: Sequence[str], wall_now: datetime) -> Sequence[Stored]:
    """The subscriptions of these numbers, in their order. Raises `NotYours` if a single one is none of the person's."""
    if any(map(control_character, numbers)):
        raise NotYours
    own = numbers_of(email).where(col(SubscriptionRow.number).in_(numbers))
    if set((await session.execute(own)).scalars()) != set(numbers):
        raise NotYours
    return await load_all(session, sorted(numbers), wall_now) if numbers else []


async def find_page(
    session: AsyncSession, email: str, after: str, wall_now: datetime
) -> tuple[Sequence[Stored], str | None]:
    """Up to fifty subscriptions with numbers beyond `after`, and where the next page begins if there is one.

    Raises `NotYours` for what no number can be.
    """
    if control_character(after):
        raise NotYours
    query = numbers_of(email).where(col(SubscriptionRow.number) > after)
    numbers = (await session.execute(query.order_by(col(SubscriptionRow.number)).limit(PAGE + 1))).scalars().all()
    page = numbers[:PAGE]
    found = await load_all(session, page, wall_now) if page else []
    return found, page[-1] if len(numbers) > PAGE else None


async def locale_of(session: AsyncSession, email: str) -> str:
    """How to speak to a person where no subscription says so: as to the first of their customers."""
    query = (
        select(col(CustomerRow.locale))
        .join(ContactRow, col(ContactRow.csn) == col(CustomerRow.csn))
        .where(has_address(email))
        .order_by(col(CustomerRow.csn))
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none() or "en"


async def contacts_of(session: AsyncSession, csn: str) -> Sequence[ContactRow]:
    """The people of an organisation, by name; at most two hundred."""
    query = select(ContactRow).where(col(ContactRow.csn) == csn).order_by(col(ContactRow.name)).limit(200)
    return (await session.execute(query)).scalars().all()


async def methods_of(session: AsyncSession, stored: Stored) -> list[PaymentMethodRow]:
    """The customer's stored methods, that of the subscription first, then the newest; each once."""
    query = (
        select(PaymentMethodRow)
        .where(col(PaymentMethodRow.csn) == stored.customer.csn, IS_KEPT)
        .order_by(col(PaymentMethodRow.id) != stored.row.method_id, col(PaymentMethodRow.created_at).desc())
    )
    rows = (await session.execute(query)).scalars().all()
    if stored.method is None:
        rows = sorted(rows, key=lambda row: row.created_at, reverse=True)
    once: dict[tuple[MethodKind, str, object], PaymentMethodRow] = {}
    for row in rows:
        once.setdefault((MethodKind(row.kind), row.token, row.valid_through), row)
    return list(once.values())
