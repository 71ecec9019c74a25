"""The account in English: quotes."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quotes": "Quotes",
        "quote": "Quote",
        "no_quotes": "You have not asked for a quote yet. You can do so on the page of a subscription.",
        "quote.for": "For",
        "quote.until": "until {day}",
        "quote.open": "Open quote {quote}",
        "quote.lines": "What it offers",
        "quote.as_it_is": "the next term as it is planned",
        "quote.term": "{term}, {span}",
        "quote.pdf": "Quote (PDF)",
        "quote.include": "ask a quote for this one",
        "quote.ask_text": "Choose what the quote is for, with seats and term from the next term on. Our sales team "
        "issues it; a mail brings it, and its prices then hold until its last day. Asking costs nothing and stops "
        "nothing.",
        "quote.ask_partner_text": "Choose what the quote is for, with seats and term from the next term on. The "
        "partner who sold you this issues it; a mail brings it, and its prices then hold until its last day. Asking "
        "costs nothing and stops nothing.",
        "quote.asked_of_partner_text": "The partner who sold you this has your request. A mail brings the quote once "
        "it is issued.",
        "quote.partner_invoices": "The partner who sold you this sends the invoice.",
        "quote.nothing_to_ask": "There is no subscription that a quote can be asked for now.",
        "quote.on_invoice": "by purchase order, on invoice:",
        "quote.purchase_order": "Number of your purchase order",
        "quote.accept_button": "Accept for {amount}",
        "quote.state.asked": "asked for",
        "quote.state.issued": "open",
        "quote.state.accepted": "accepted",
        "quote.state.declined": "declined",
        "quote.state.withdrawn": "withdrawn",
        "quote.state.expired": "expired",
        "quote.state.void": "void",
        "quote.asked_text": "Our sales team has your request. A mail brings the quote once it is issued.",
        "quote.issued_text": "The prices hold until the end of {day}. Until then none of its subscriptions is charged "
        "automatically.",
        "quote.held_text": "You have accepted it, and its payment is open. Once the money has come, the terms are "
        "renewed; if it does not come in time, the quote is open again until the end of {day}.",
        "quote.release_text": "The code to pay with becomes void, and the quote is open again: you can then accept it "
        "another way.",
        "quote.accepted_text": "You have accepted it; the terms are renewed.",
        "quote.declined_text": "You gave it up. Its subscriptions go on as if there had been no quote.",
        "quote.withdrawn_text": "It was taken back. Its subscriptions go on as if there had been no quote.",
        "quote.expired_text": "It could be accepted until {day}. Its subscriptions go on as if there had been no "
        "quote.",
        "quote.void_text": "One of its subscriptions was renewed another way, so it is void.",
        "panel.quoted": "Quote {quote} is open for the next term, until {day}.",
        "panel.quote_yields": "Renewing here makes the quote void.",
        "do.ask-for-quote": "Ask for a quote",
        "do.ask-for-quote_text": "With other seats or another term if you like, for one or more subscriptions; "
        "payable by purchase order.",
        "do.ask-for-quote_button": "Ask for a quote",
        "do.accept-quote": "Accept the quote",
        "do.decline-quote": "Decline the quote",
        "do.decline-quote_text": "The quote ends at once, and its subscriptions go on as if there had been none.",
        "do.decline-quote_button": "Decline",
        "command.ask-for-quote": "asking for a quote",
        "command.accept-quote": "accepting the quote",
        "command.decline-quote": "declining the quote",
        "command.issue-quote": "issuing a quote",
        "command.withdraw-quote": "withdrawing a quote",
        "refused.bulk_over_100": "Choose at most 100 subscriptions.",
        "refused.quote_expired": "The quote has run out. Ask for a new one.",
        "refused.quote_not_open": "The quote is not open. Ask for a new one.",
        "refused.too_late.ask-for-quote": "It is too late for a quote. Renew here instead.",
        "refused.window_not_open.ask-for-quote": "It is too early for a quote.",
        "dated.window_not_open.ask-for-quote": "It is too early for a quote. Come back on {day}.",
        "refused.method_cannot_auto_charge.accept-quote": "Choose a payment method, or name a purchase order.",
        "refused.too_late.accept-quote": "The code to pay with would have run out before it was issued. Ask for a new "
        "quote.",
        "refused.method_not_accepted.accept-quote": "This is not possible for this quote. Choose another way to pay.",
        "wrong.no_line": "Choose at least one subscription.",
        "wrong.purchase_order": "Write the number of your purchase order.",
        "preview.basis.quoted_price": "at the price agreed on",
        "preview.basis.announced_price": "at the price announced",
        "coming.quote_ends": "The quote ends if nobody accepts it",
        "happened.quote.asked": "Quote {quote} asked for",
        "happened.quote.issued": "Quote {quote} issued",
        "happened.quote.accepted": "Quote {quote} accepted",
        "happened.quote.declined": "Quote {quote} declined",
        "happened.quote.withdrawn": "Quote {quote} withdrawn",
        "happened.quote.expired": "Quote {quote} has expired",
        "happened.quote.void": "Quote {quote} is void",
        "order.receipt": "Receipt (PDF)",
        "order.way.quote": "quote",
    }
)
