"""Which letters there are, and which wait to be sent; what they say is the mail room's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """Every letter that can be sent; what triggers which one stands in plan.py and the commands."""

    WINDOW_OPEN = "window_open"
    REMINDER = "reminder"
    ADVANCE_CHARGE_NOTICE = "advance_charge_notice"
    CARD_EXPIRING = "card_expiring"
    RENEWED = "renewed"
    PAYMENT_FAILED = "payment_failed"
    ACTION_REQUIRED = "action_required"
    AUTO_RENEW_CANCELLED = "auto_renew_cancelled"
    AUTO_RENEW_RESUMED = "auto_renew_resumed"
    SEATS_REDUCTION_SCHEDULED = "seats_reduction_scheduled"
    TERM_CHANGE_SCHEDULED = "term_change_scheduled"
    CHANGE_WITHDRAWN = "change_withdrawn"
    METHOD_CHANGED = "method_changed"
    EXPIRED = "expired"
    LATE_WINDOW_CLOSING = "late_window_closing"
    LAPSED = "lapsed"
    VOUCHER_ISSUED = "voucher_issued"
    VOUCHER_PART_RECEIVED = "voucher_part_received"
    VOUCHER_EXPIRED = "voucher_expired"
    SEATS_ADDED = "seats_added"
    ORDER_CONFIRMATION = "order_confirmation"
    REFUND = "refund"
    QUOTE_ISSUED = "quote_issued"
    QUOTE_EXPIRING = "quote_expiring"


@dataclass(frozen=True, slots=True)
class QueuedNotice:
    """A mail that an attempt or a command caused, or a dated one whose sending has begun; `next_at` is its next try."""

    id: str
    kind: Kind
    occasion: str
    next_at: datetime
    dated: bool
