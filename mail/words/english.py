"""The labels and phrases of an English letter."""

from collections.abc import Mapping
from types import MappingProxyType

from renewals.facts import MethodKind, Term

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "product": "Product",
        "number": "Subscription",
        "customer": "Customer",
        "seats": "Seats",
        "term": "Term",
        "period": "Next term",
        "lost_period": "Unpaid term",
        "renews_on": "Renewal date",
        "expires_on": "Expiry date",
        "expired_on": "Expired on",
        "price": "Renewal price",
        "list_price": "List price",
        "charge": "Amount to be charged",
        "charge_on": "Charge on",
        "method": "Payment method",
        "retry_on": "Next attempt",
        "access_ends_on": "Access ends",
        "late_until": "Late renewal until",
        "paid": "Amount paid",
        "paid_with": "Paid with",
        "paid_period": "Paid term",
        "reference": "Reference",
        "next_charge": "Next charge",
        "next_charge_on": "Next charge on",
        "at_checkout": "chosen at checkout",
        "if_nothing": "If you do nothing",
        "questions": "Questions",
        "link": "Or use this link:",
        "why": "You receive this message because you are the buyer of this subscription.",
        "1_seat": "1 seat",
        "seats_many": "{count} seats",
        Term.MONTH: "1 month",
        Term.YEAR: "1 year",
        Term.THREE_YEARS: "3 years",
        MethodKind.CARD: "card",
        MethodKind.PAYPAL: "PayPal account",
        MethodKind.DIRECT_DEBIT: "direct debit",
        MethodKind.KONBINI: "Konbini",
        MethodKind.BANK_TRANSFER: "bank transfer",
        "valid_through": "{method}, valid through {day}",
        "by_hand": "{method}, by hand at each renewal",
        "not_automatic": "{method}, not charged automatically",
        "from": "{now}; {later} from {day}",
        "span": "{first} to {last}",
        "midnight": "{day} at 00:00",
    }
)
