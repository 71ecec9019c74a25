"""The account in English: renewing several subscriptions together."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "choose": "Choose {product} {number}",
        "refused.not_carried_out": "An error of ours stopped it; nothing was charged. Try again later.",
        "choose_every": "Choose all on this page that can be renewed",
        "choose_more": "Choose more on the next page",
        "chosen_elsewhere": "Chosen on other pages: {count}",
        "renew_together": "Renew what is chosen together",
        "not_together": "Not now: {why}",
        "cart": "Renew together",
        "cart.empty": "Nothing is chosen. Go back to your subscriptions and tick those that you want to renew.",
        "cart.left": "Left out",
        "cart.channel.direct_online": "Bought online; paid at once as one order.",
        "cart.channel.direct_sales": "Bought from our sales team; paid at once as one order.",
        "cart.channel.partner": "Bought from a partner.",
        "cart.channel.legacy": "From an older system.",
        "cart.pay_with": "Pay for {customer} ({csn}) with",
        "cart.method_once": "The method pays this order only. Each subscription keeps its own for automatic renewal.",
        "cart.binding": "With the button you order and agree to pay. The renewal dates stay: each new term follows "
        "the one before.",
        "cart.confirm": "Renew for {amount}",
        "result": "Renewed together",
        "result.going_on": "This is under way. The page looks again by itself.",
        "result.done": "Done: {renewed} of {all} renewed. A mail confirms each order.",
        "result.refused": "{renewed} of {all} renewed. The rest is named below with its reason.",
        "result.waiting": "{renewed} of {all} renewed so far. A payment is still open.",
        "result.failed": "The payment of {amount} did not go through. Nothing was bought with it.",
        "result.in_doubt": "The payment of {amount} has no answer yet. We keep asking and tell you by mail; nothing is "
        "charged twice.",
        "result.again": "Look at these again, and choose how to pay",
        "result.outcome": "Outcome",
        "outcome.waiting": "waiting",
        "outcome.pending": "payment under way",
        "outcome.awaiting_payment": "to be paid by you",
        "outcome.renewed": "renewed",
        "outcome.refused": "left out",
        "outcome.payment_failed": "payment failed",
        "cart.over_100": "At most 100 subscriptions are renewed together, these are {count}. Choose fewer.",
        "command.bulk-renew": "renewing together with others",
        "order.way.bulk": "renewal together with others",
    }
)
