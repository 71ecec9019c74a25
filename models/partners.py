"""Channel partners who issue the quotes for what they sold: who they are, and which subscriptions are theirs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.columns import instant
from models.journal import record
from models.store import lock_all
from models.subscriptions import SubscriptionRow
from renewals.facts import Channel

CODE = r"[a-z0-9][a-z0-9-]{0,31}"
"""How a partner's code is written."""


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

    `now` is the world's. Raises `NotSoldByPartners` where one is of another channel.
    """
    wanted = sorted(set(numbers))
    await lock_all(session, wanted)
    rows = await session.scalars(select(SubscriptionRow).where(col(SubscriptionRow.number).in_(wanted)))
    found = {row.number: row for row in rows if row.channel == Channel.PARTNER}
    others = [number for number in wanted if number not in found]
    if others:
        raise NotSoldByPartners(others)
    changed = [row for row in found.values() if row.partner != partner]
    for row in changed:
        row.partner = partner
        record(session, row.number, now + row.shift, "partner", {"partner": partner}, by=by, reason=reason)
    await session.flush()
    return len(changed)
