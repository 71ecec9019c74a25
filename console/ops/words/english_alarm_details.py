"""What happened, of each kind of alarm, in English: from the facts that it was raised with."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "alarm.said.renewal_may_be_missed": "{phase}, renewal date {renews_on}, next step {next_step_at}.",
        "alarm.said.renewal_may_be_missed.unplanned": "{phase}, renewal date {renews_on}, and nothing is planned.",
        "alarm.said.webhook_given_up": "{host} took no event for three days (last: {said}).",
        "alarm.said.parked": "The late window closed although nobody had tried to charge or told the buyer.",
        "alarm.said.quote_asked": "The buyer asks for quote {quote}.",
        "alarm.said.quote_asked.partner": "The buyer asks partner {partner} for quote {quote}.",
        "alarm.said.mail_rejected": "{kind}: the mail server said “{reply}”.",
        "alarm.said.step_failed": "“{what}” failed ({error}). It is tried again later; the worker’s log says where.",
        "alarm.said.step_failed.quote": "Quote {quote} failed ({error}). It is tried again later; the worker’s log "
        "says where.",
        "alarm.said.step_failed.basket": "“{what}” of bulk checkout {basket} failed ({error}); the worker’s log says "
        "where.",
        "alarm.said.step_failed.ungrouped": "Bulk checkout {basket} could not be grouped ({error}); lines refused: "
        "{refused}.",
        "alarm.said.cancelled_after_payment": "Cancelled for {renewal}, which had just been paid.",
        "alarm.said.paid_after_all": "Attempt {n} of order {order} counts as {state}, but the gateway took {amount}: "
        "attempt {attempt}.",
        "alarm.said.paid_after_all.refund": "{amount} of attempt {attempt} could not be sent back: nobody answered, "
        "and it may have gone.",
        "alarm.said.refund_refused": "{amount} of attempt {attempt} were not sent back: the provider says “{says}”.",
        "alarm.said.refund_refused.unheard": "{amount} of attempt {attempt} may have gone back all the same, as a call "
        "got no answer: the provider says “{says}”.",
        "alarm.said.voucher_in_doubt": "The gateway does not say whether voucher {attempt} was paid; the renewal is "
        "held until it does.",
        "alarm.said.voucher_in_doubt.days": "The payment of voucher {attempt} has been under way for {days} days.",
        "alarm.said.gateway_fails": "The gateway fails when it is asked about attempt {attempt} ({error}). It is asked "
        "again; the worker’s log says where.",
        "alarm.said.watchdog_silent": "For {minutes} minutes no look of the watchdog has come to its end.",
        "alarm.said.seats_paid_late": "Order {order} paid {amount} for {seats} seats of a term that was over by then.",
        "alarm.said.legal_notice_missing": "No charge notice meets {duties}. The term from {renews_on} is about to be "
        "charged.",
        "alarm.said.paid_twice": "The term from {starts_on} was paid more than once.",
        "alarm.said.locked_though_paid": "{phase}, paid up to {renews_on}, and without access since {since}.",
        "alarm.said.price_leaps": "{sku}, {term}: {price} a seat, against what was paid last; {count} are charged by "
        "it within {days} days, the first on {first}.",
        "alarm.said.price_leaps.coming": "{sku}, {term}: {price} a seat from {effective_on}, against "
        "{before_price} now.",
        "alarm.said.many_declines": "{count} of {answered} first charges of a day were declined with {code}; in the "
        "four weeks before, {before} of {usually}.",
        "alarm.said.many_declines.week": "None of {answered} first charges of a week was paid; {count} were declined "
        "with {code}.",
        "alarm.said.many_refunds": "{by} gave {count} refunds within an hour.",
        "alarm.said.many_cancelled": "{count} customers cancelled {sku} within a day; in the four weeks before, "
        "{before} did.",
        "alarm.said.many_lapse": "{count} subscriptions have lapsed within a day, or lapse within {days} days; in the "
        "four weeks before, {before} did.",
        "alarm.said.many_lapse.policy": "{count} subscriptions have lapsed within a day, or lapse within {days} days; "
        "in the four weeks before, {before} did. Since {effective_on} version {version} of the policy for {for_whom} "
        "closes late windows otherwise.",
        "alarm.said.many_locked": "{count} subscriptions that are past due were locked within a day; in the week "
        "before, {before} were. Since {effective_on} version {version} of the policy for {for_whom} gives another "
        "access.",
        "alarm.said.many_rejected": "{count} of {mailed} mails of a day to {domain} did not arrive.",
        "alarm.said.cancelled_together": "{count} subscriptions of {csn} were cancelled within a day.",
        "alarm.said.policy_date_odd.before": "Version {version} of the policy for {for_whom} is dated {effective_on}, "
        "before the day it was made, {made_on}.",
        "alarm.said.policy_date_odd.later": "Version {version} of the policy for {for_whom} is dated {effective_on}, "
        "long after the day it was made, {made_on}.",
        "alarm.said.policy_date_odd.all": "all",
        "alarm.said.not_compared": "What would raise “{kind}” could not be compared ({error}); the worker’s log says "
        "when.",
        # what failed
        "doing.planning": "Planning the term",
        "doing.reserving": "Reserving an order",
        "doing.paying": "Paying an order",
        "doing.command": "The command {name}",
        "doing.signal": "The command {name}",
    }
)
