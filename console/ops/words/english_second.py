"""What takes a second person, in English: what whoever confirms is shown."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "deed.go-live": "Go live",
        "deed.bulk-action": "One command for many",
        "deed.refund": "Refund",
        "second_takes_two": "More than {count} at once take a second person: nothing happens before somebody else has "
        "confirmed it, within a day.",
        "second_ask": "Ask a second person",
        "second_terms_in": "Next terms in {currency}",
        "second_sum": "{count}: {amount}",
        "second_first": "The first of them:",
        "second_bound": "Confirming holds for exactly this: if a price, a seat, a payment method or anything else of "
        "these changes first, nothing is done.",
        "second_refund_takes_two": "So much of one order takes a second person: nothing goes back before somebody else "
        "has confirmed it, within a day.",
        "second_refund": "{amount} go back of the order of {when}, of which {paid} were paid and {gone} have gone back "
        "or are on their way.",
        "second_bound_refund": "To where the money came from; a mail tells the buyer. If anything else of this order "
        "goes back first, nothing is done.",
        "second_confirmed": "Confirmed by {who}.",
        "second_one_mailbox": "Somebody else must confirm this: the account that asked has your mail address.",
        "wrong.second_asker": "Whoever asked may not do this any more",
        "wrong.second_asker_text": "Nothing was done: the account that asked was disabled, or was given another role. "
        "Reject the request; somebody who may do it asks anew.",
        "wrong.second_stale": "This has changed since it was shown",
        "wrong.second_stale_text": "Nothing was done: of what it is about something is no longer as it was shown. Look "
        "at it again and ask anew; a request that is open is rejected or withdrawn.",
    }
)
