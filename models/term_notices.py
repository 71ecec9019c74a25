"""The notices of a term, and what is still to be sent, as a subscription's facts hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col

from models.records import NoticeRow
from models.subscriptions import SubscriptionRow
from renewals.letters import Kind, QueuedNotice
from renewals.notices import TELLS_OF_THE_END


@dataclass(frozen=True, slots=True)
class TermNotices:
    """The notices of a term as its facts hold them; `queued` are of any term, `advance_sent_at` in UTC."""

    recorded: frozenset[tuple[Kind, str]] = frozenset()
    queued: tuple[QueuedNotice, ...] = ()
    noticed: bool = False
    advance_sent_at: tuple[datetime, ...] = ()


_OF_THIS_TERM = col(NoticeRow.term_starts_on) == col(SubscriptionRow.starts_on)
_NOTICE = func.jsonb_build_array(
    col(NoticeRow.id),
    col(NoticeRow.kind),
    col(NoticeRow.occasion),
    func.coalesce(col(NoticeRow.next_at), col(NoticeRow.planned_for)),
    col(NoticeRow.dated),
    _OF_THIS_TERM,
    col(NoticeRow.outcome),
    col(NoticeRow.sent_at),
)
_IN_ORDER = (
    col(NoticeRow.planned_for),
    col(NoticeRow.kind) == Kind.EXPIRED,
    col(NoticeRow.kind),
    col(NoticeRow.occasion),
)
"""What is to be sent at the same instant goes in one order, an end after what caused it."""

NOTICES = (
    select(func.jsonb_agg(aggregate_order_by(_NOTICE, *_IN_ORDER)))
    .where(col(NoticeRow.subscription) == col(SubscriptionRow.number))
    .where(or_(_OF_THIS_TERM, col(NoticeRow.outcome).is_(None)))
    .correlate(SubscriptionRow)
    .scalar_subquery()
)
"""A column of subscriptions: what became of the notices of the running term, and what is still to be sent."""


def term_notices(told: Sequence[Sequence[Any]] | None) -> TermNotices:
    """What that column tells."""
    notices = [_Notice(*each) for each in told or ()]
    done = [each for each in notices if each.outcome is not None]
    return TermNotices(
        recorded=frozenset((Kind(each.kind), each.occasion) for each in done),
        queued=tuple(
            QueuedNotice(each.id, Kind(each.kind), each.occasion, datetime.fromisoformat(each.next_at), each.dated)
            for each in notices
            if each.outcome is None and (each.of_this_term or not each.dated)
        ),
        noticed=any(each.outcome == "sent" and each.kind in TELLS_OF_THE_END for each in done),
        advance_sent_at=tuple(
            datetime.fromisoformat(each.sent_at)
            for each in done
            if each.sent_at and each.kind == Kind.ADVANCE_CHARGE_NOTICE
        ),
    )


class _Notice(NamedTuple):
    """What is read of a notice; its instants in ISO 8601."""

    id: str
    kind: str
    occasion: str
    next_at: str
    dated: bool
    of_this_term: bool
    outcome: str | None
    sent_at: str | None
