"""Writing the record of what happened: every change has who and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.records import AlarmRow, EventRow
from renewals.alarms import gravity_of

SYSTEM = "system"

PAID_AFTER_ALL = "paid_after_all"
"""The alarm that a gateway took money for an attempt that had ended unpaid, or does not send back what is owed.

Its subject is the attempt, or the refund.
"""

REFUND_REFUSED = "refund_refused"
"""The alarm that a provider refuses to send money back."""

VOUCHER_IN_DOUBT = "voucher_in_doubt"
"""The alarm that a provider does not say whether a voucher was paid whose time is up."""

GATEWAY_FAILS = "gateway_fails"
"""The alarm that a gateway raises what its port does not name when it is asked about an attempt."""


def record(
    session: AsyncSession,
    subscription: str | None,
    at: datetime,
    event: str,
    data: Mapping[str, Any],
    *,
    by: str = SYSTEM,
    reason: str | None = None,
    notice_id: UUID | None = None,
) -> None:
    """Add one event to the record; without a subscription it is about the installation as a whole.

    `data` holds no personal data; a notice's recipient is read from its row.
    """
    session.add(
        EventRow(
            subscription=subscription,
            at=at,
            event=event,
            data=dict(data),
            notice_id=notice_id,
            caused_by=by,
            reason=reason,
        )
    )


def record_of_customer(
    session: AsyncSession, customer: str, at: datetime, event: str, data: Mapping[str, Any], *, by: str
) -> None:
    """Add one event that concerns a customer as a whole. `data` holds no personal data and no token."""
    session.add(EventRow(customer=customer, at=at, event=event, data=dict(data), caused_by=by))


async def raise_alarm(
    session: AsyncSession,
    subscription: str | None,
    kind: str,
    detail: str,
    at: datetime,
    *,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Raise an alarm unless the same one is open; says whether it is new.

    Without a subscription it is about the installation as a whole. `facts` are those that `detail` is made of.
    """
    known = dict(facts or {})
    statement = (
        insert(AlarmRow)
        .values(subscription=subscription, kind=kind, subject=subject, detail=detail, facts=known, raised_at=at)
        .values(gravity=gravity_of(kind))
        .on_conflict_do_nothing(
            index_elements=["subscription", "kind", "subject"], index_where=col(AlarmRow.cleared_at).is_(None)
        )
        .returning(col(AlarmRow.id))
    )
    new = (await session.execute(statement)).first() is not None
    if new:
        record(session, subscription, at, "alarm", {"kind": kind, "detail": detail})
    return new


async def clear_alarm(
    session: AsyncSession, subscription: str | None, kind: str, at: datetime, *, subject: str | None = None
) -> None:
    """Clear an open alarm whose cause is gone; of that subject, or of whichever."""
    statement = (
        update(AlarmRow)
        .where(col(AlarmRow.subscription) == subscription, col(AlarmRow.kind) == kind)
        .where(col(AlarmRow.cleared_at).is_(None))
        .values(cleared_at=at)
    )
    if subject is not None:
        statement = statement.where(col(AlarmRow.subject) == subject)
    await session.execute(statement)
