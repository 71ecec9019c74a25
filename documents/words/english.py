"""The words of an English paper."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quote": "Quote",
        "receipt": "Receipt",
        "quote_for": "Quote {reference} for {customer}",
        "receipt_for": "Receipt {reference} for {customer}",
        "customer": "Customer",
        "csn": "Customer number",
        "buyer": "Buyer",
        "issued_on": "Issued on",
        "settled_on": "Settled on",
        "accept_until": "Can be accepted until",
        "ordered_as": "Order number",
        "purchase_order": "Purchase order",
        "on_invoice": "Payment",
        "by_invoice": "on invoice",
        "elsewhere": "ordered elsewhere",
        "paid_with": "Paid with",
        "code": "Payment code",
        "of_quote": "Quote",
        "refunded": "Refunded",
        "refunded_on": "{amount} on {day}",
        "what": "What",
        "computed": "Computed as",
        "amount": "Amount",
        "total": "Total",
        "renewal": "Renewal: {term}, {span}",
        "seats": "Seats added until {day}",
        "next_seats": "Seats added to the next term, {span}",
        "basis.renewal_price": "renewal price",
        "basis.announced_price": "price announced",
        "basis.list_price": "list price",
        "basis.quoted_price": "price agreed on",
        "days": "{days} of {all_days} days, day of purchase counted",
        "priced": "{factors} ({basis})",
        "priced_by_days": "{factors} ({basis}; {days})",
        "page": "Page {page} of {pages}",
        "binds": "The prices hold until the end of {day}. Until then none of these subscriptions is charged "
        "automatically.",
        "accept": "Accept it in your account, where you find it under its number: by paying it there.",
        "accept_or_order": "Accept it in your account, where you find it under its number: by paying it there, or by a "
        "purchase order, which is invoiced.",
        "order": "Accept it in your account, where you find it under its number, by a purchase order; the partner who "
        "sold you this sends the invoice.",
        "dates": "Renewal dates do not change: each new term follows the one before.",
        "adds_up": "Amounts are in {currency}. Taxes, where they are due, are on the invoice.",
    }
)
