"""Mails that an attempt or a command caused go out only while what they say is so (domain.md 10)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from renewals.facts import Phase, Subscription
from renewals.letters import Kind


def is_still_true(sub: Subscription, kind: Kind, told: Mapping[str, Any], term_starts_on: date) -> bool:
    """Is a mail of that term true by now? Not once the term is paid or lost, or a later command undid what it confirms.

    `told` are the facts that were kept with its cause.
    """
    match kind:
        case Kind.PAYMENT_FAILED | Kind.ACTION_REQUIRED:
            if "own_order" in told:
                return told["what"] == "seats" or (term_starts_on == sub.starts_on and not sub.paid_ahead)
            return sub.last_decline is not None
        case Kind.VOUCHER_ISSUED | Kind.VOUCHER_PART_RECEIVED:
            return sub.voucher is not None and sub.voucher.id == told.get("attempt")
        case Kind.VOUCHER_EXPIRED:
            return term_starts_on == sub.starts_on and not sub.paid_ahead
        case Kind.EXPIRED:
            return sub.phase is Phase.EXPIRED
        case Kind.AUTO_RENEW_CANCELLED:
            return not sub.auto_renew
        case Kind.AUTO_RENEW_RESUMED:
            return sub.auto_renew
        case Kind.SEATS_REDUCTION_SCHEDULED:
            return sub.pending_seats == told.get("to")
        case Kind.TERM_CHANGE_SCHEDULED:
            return sub.pending_term == told.get("term")
        case Kind.METHOD_CHANGED:
            return sub.method is not None and sub.method.id == told.get("method")
        case Kind.QUOTE_ISSUED | Kind.QUOTE_EXPIRING:
            return sub.hold is not None and sub.hold.quote == told["quote"]
        case Kind.CHANGE_WITHDRAWN:
            return (sub.pending_seats if told["what"] == "seats" else sub.pending_term) is None
    return True
