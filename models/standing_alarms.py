"""Alarms that stand for a condition on a subscription: raised while it holds, over once it does not."""

from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, exists, literal, not_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.records import AlarmRow
from models.subscriptions import SubscriptionRow


def has_alarm(kind: str) -> ColumnElement[bool]:
    """Is an alarm of that kind open for the subscription?"""
    row = AlarmRow
    open_one = exists().where(col(row.subscription) == col(SubscriptionRow.number), col(row.kind) == kind)
    return open_one.where(col(row.cleared_at).is_(None)).correlate(SubscriptionRow)


async def clear_what_is_well(session: AsyncSession, kind: str, holds: ColumnElement[bool], now: datetime) -> None:
    """Clear each open alarm of that kind whose condition does not hold; one statement, however many they are."""
    row, sub = AlarmRow, SubscriptionRow
    await session.execute(
        update(row)
        .where(col(row.kind) == kind, col(row.cleared_at).is_(None))
        .where(col(row.subscription) == col(sub.number), not_(holds))
        .values(cleared_at=literal(now, DateTime(timezone=True)) + col(sub.shift))
        .execution_options(synchronize_session=False)
    )
