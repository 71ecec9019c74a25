"""The mails in English."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.letters": "Mails",
        "letters.text": "Every mail as it was sent or tried, whenever it was due, the newest first.",
        "letters.to": "To",
        "letters.to_help": "The whole address.",
        "letters.kind": "Mail",
        "letters.from": "Due from",
        "letters.due": "Due",
        "letters.sent_from": "Accepted from",
        "letters.reply": "The mail server said",
        "letters.tries": "{count} tries.",
        "letters.tried": "Tries",
        "letters.sent_at": "Accepted",
        "letters.next_at": "Next try",
        "letters.why": "Because of",
        "letters.as_sent": "The bytes below are those that were sent.",
        "letters.not_as_sent": "The bytes below are not those that were sent: report this.",
        "letters.not_written": "It was not written, so there is nothing to read.",
        "letters.state.sent": "sent",
        "letters.state.waiting": "waiting",
        "letters.state.missed": "missed",
        "letters.state.failed": "refused",
        "letters.state.bounced": "bounced",
        "letters.state.undelivered": "refused or bounced",
        "letters.todo.waiting": "It is tried again by itself. If the server stays away, look at perennial doctor and "
        "at the pauses.",
        "letters.todo.missed": "It was overdue when it could first be sent, so it was not sent. A later mail stands "
        "in for it.",
        "letters.todo.failed": "Tell the buyer another way, and have the address corrected where it comes from.",
        "letters.todo.bounced": "Tell the buyer another way, and have the address corrected where it comes from.",
        "act.letters.people": "list of mails looked at",
        "act.letters.export": "list of mails downloaded",
        # why a mail was sent
        "mail_cause.calendar": "the calendar of its term",
        "mail_cause.renewal": "{way}, the term from {on}",
        "mail_cause.renewal_of_many": "{way}, {count} subscriptions",
        "mail_cause.seats_added": "{seats} added to the term from {on}",
        "mail_cause.declined": "try no. {n} was declined",
        "mail_cause.expired": "from “{phase}” it came to its end",
        "mail_cause.command_of_buyer": "{command}, by the buyer",
        "mail_cause.command_of_operator": "{command}, by an operator",
        "mail_cause.voucher": "voucher for the term from {on}",
        "mail_cause.voucher_part": "a part of a voucher was paid",
        "mail_cause.voucher_unpaid": "the voucher for the term from {on} was not paid",
        "mail_cause.voucher_unpaid_in_full": "the voucher for the term from {on} was not paid in full",
        "mail_cause.quote_issued": "quote {quote} was issued",
        "mail_cause.quote_ends": "quote {quote} ends on {on}",
        "mail_cause.refund_paid_late": "a voucher was paid after it had expired",
        "mail_cause.refund_paid_in_part": "a voucher was paid in part only",
        "mail_cause.refund_paid_too_much": "a voucher was paid by more than its amount",
        "mail_cause.refund_operator": "an operator refunded it",
    }
)
