"""What to look into, in English: the names that letters have too, with what to do about each."""

from collections.abc import Mapping
from types import MappingProxyType

from mail.words import troubles

WORDS: Mapping[str, str] = MappingProxyType(
    {
        **troubles.ENGLISH,
        "troubles": "To look into",
        "troubles_none": "Nothing odd was found: no double payment, no lost access, nothing overdue.",
        "trouble": "What",
        "filter.trouble": "To look into",
        "trouble.todo": "What to do",
        "trouble.todo.paid_twice": "Its page shows both orders. Ask the customer which one they meant, and refund the "
        "other.",
        "trouble.todo.locked": "Plan it again on its page; that gives back the access that its term has.",
        "trouble.todo.overdue": "If there are many: is there a worker? perennial doctor. One alone: plan it again.",
        "trouble.todo.price_leaps": "Compare with the offering’s versions. If it is wrong: pause charges, then make "
        "the "
        "next version.",
        "trouble.todo.no_price": "Make a price for that term, or have the buyer withdraw the change.",
        "trouble.todo.refund_owed": "Look at the provider whether it went back. It is tried for most of a day, or "
        "until the provider refuses it, then left to you.",
        "trouble.todo.in_doubt": "Look for it in the provider’s book, and resolve the payment: paid or declined.",
        "trouble.todo.unanswered": "The watchdog delivers it within minutes. If it does not: is there a worker, is "
        "Temporal there? perennial doctor.",
        "trouble.todo.voucher_ends": "Tell the buyer what is still missing; what came goes back when it ends.",
        "trouble.todo.card_ended": "Issuers renew many cards, so it is tried. Ask the buyers for another method.",
        "trouble.todo.not_live": "Go live, or it renews by nobody’s hand.",
        "trouble.todo.letter_waits": "Each has the mail server’s last reply. They are sent by themselves once it takes "
        "mail.",
        "trouble.todo.other_zone": "Plan it again on its page: its dates then follow the customer’s zone.",
        "trouble.todo.same_buyer": "Ask the buyer whether both are wanted. If not: cancel auto-renew of one, before "
        "its date.",
        "trouble.todo.more_users": "Tell the buyer to add seats, or to unassign users, before it renews.",
        "trouble.todo.seats_fall": "Ask the buyer whether so few were meant. Only they can withdraw the change; park "
        "it if they do not answer before its date.",
        "trouble.todo.parked_long": "Each says why it was parked. Release it when that is gone.",
        "trouble.todo.declined_lately": "Each page has the code of its decline. One code on many is a fault at the "
        "provider.",
    }
)
