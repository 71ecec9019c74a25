"""What a contact has to do with: the subscriptions of which they are the buyer or the primary admin."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models.parties import ContactRow, has_address
from models.subscriptions import SubscriptionRow


def concerns(contact: Mapped[UUID] | UUID) -> ColumnElement[bool]:
    """Is that contact its buyer or its primary admin?"""
    return or_(col(SubscriptionRow.buyer_id) == contact, col(SubscriptionRow.primary_admin_id) == contact)


async def how_many_concern(session: AsyncSession, csn: str, email: str) -> int:
    """How many subscriptions a contact of that organisation has to do with."""
    its = col(ContactRow.csn) == csn, has_address(email)
    query = select(func.count()).select_from(SubscriptionRow).join(ContactRow, concerns(col(ContactRow.id))).where(*its)
    return int(await session.scalar(query) or 0)
