"""The alarms in English. `alarm.means` stands in the reference as well."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "room.alarms": "Alarms",
        "rooms.none": "Nothing matches.",
        "gravity.1": "at once",
        "gravity.2": "today",
        "gravity.3": "when there is time",
        "alarms.all": "All alarms",
        "alarms.open": "{count} open",
        "alarms.open_one": "1 open",
        "alarms.kinds": "Open alarms by kind",
        "alarms.of_them_new": "{count} new",
        "alarms.filter": "Filter",
        "alarms.kind": "Kind",
        "alarms.state.open": "open",
        "alarms.state.new": "open, not acknowledged",
        "alarms.state.acknowledged": "open, acknowledged",
        "alarms.state.ended": "ended",
        "alarms.shown.open": "Open alarms, the gravest first, then the oldest",
        "alarms.shown.new": "Open alarms that nobody has acknowledged",
        "alarms.shown.acknowledged": "Open alarms that were acknowledged",
        "alarms.shown.ended": "Alarms that have ended, the newest first",
        "alarms.owner": "Who sees to it",
        "alarms.nobody": "nobody yet",
        "alarms.owned_by": "{who} sees to it.",
        "alarms.owned_by_nobody": "Nobody sees to it yet.",
        "alarms.acknowledged_by": "Acknowledged by {who}, {when}",
        "alarms.from_to": "from {since} to {until}",
        "alarms.ended_by": "Ended by {who}: {why}",
        "alarms.ended_itself": "Ended by itself: its cause was gone.",
        "alarms.take": "Take it",
        "alarms.take_one": "Take it: {what}, {number}",
        "alarms.give": "Give it",
        "alarms.give_to": "Give it to",
        "alarms.give_up": "Give it up",
        "alarms.what": "What happened",
        "alarms.todo": "What to do now",
        "alarms.to_subscription": "Open {number}",
        "alarms.runbook": "The handbook on this",
        "alarms.acknowledge": "Acknowledge",
        "alarms.acknowledge_text": "Tells everybody that it was seen. It stays here until its cause is gone. Whoever "
        "acknowledges it sees to it, unless somebody does already.",
        "alarms.note": "What is being done",
        "alarms.note_help": "Shown beside the alarm. It stays on record.",
        "alarms.end": "End it",
        "alarms.end_text": "Only when what it asks for was done: nothing reminds you of it afterwards.",
        "alarms.sure": "It was done.",
        "alarms.ends.itself": "It ends by itself when its cause is gone.",
        "alarms.ends.release": "It ends when the subscription is released.",
        "alarms.ends.resume": "It ends when charges go on.",
        "alarms.ends.replay": "It ends when what failed is sent again.",
        "alarms.ends.hand": "Then end it below.",
        "alarms.history": "Those that have ended",
        "alarms.over": "It has ended",
        "alarms.over_text": "Nothing was done: the alarm has ended meanwhile.",
        "alarms.taken_meanwhile": "Somebody was faster",
        "alarms.taken_meanwhile_text": "Nothing was done: another one sees to it since you opened the page. Look at it "
        "again.",
        "alarms.ends_itself": "It ends by itself",
        "alarms.ends_itself_text": "Nothing was done: this alarm ends when its cause is gone. Acknowledge it "
        "meanwhile.",
        "wrong.not_sure": "Please say that it was done",
        "wrong.not_sure_text": "Nothing was ended: see to its cause, go back and set the tick.",
        # what each kind means and asks for
        "alarm.means.renewal_may_be_missed": "The renewal date passed and nothing is planned, or a step is an hour "
        "late.",
        "alarm.means.charges_stopped": "All charges were paused by themselves: too many were declined, or made.",
        "alarm.means.webhook_given_up": "An endpoint did not take an event for three days.",
        "alarm.means.parked": "The late window closed, and nobody had tried to charge or told the buyer.",
        "alarm.means.quote_asked": "A buyer asks for a quote: issue or withdraw it.",
        "alarm.means.mail_rejected": "The mail server refused a letter for good; the buyer was not told.",
        "alarm.means.step_failed": "A step or command met an error that trying again at once does not cure.",
        "alarm.means.cancelled_after_payment": "A cancel named a renewal that had just been paid: offer a refund.",
        "alarm.means.paid_after_all": "The gateway took money for an attempt that counts as declined or abandoned, or "
        "a "
        "refund was not taken.",
        "alarm.means.refund_refused": "The payment provider refused to send money back; the buyer was not told.",
        "alarm.means.voucher_in_doubt": "The gateway has not said for an hour whether a voucher was paid that ran out, "
        "or for days only that its payment is under way.",
        "alarm.means.gateway_fails": "The payment gateway fails oddly when it is asked what became of a payment; it is "
        "asked again.",
        "alarm.means.seats_paid_late": "Seats were paid for a term that was over by then: offer a refund.",
        "alarm.means.legal_notice_missing": "Nothing that was sent or is planned meets a legal notice rule of the "
        "charge.",
        "alarm.todo.renewal_may_be_missed": "Run perennial doctor: is there a worker, does the database answer? Look "
        "at "
        "the subscription’s workflow in Temporal for its last error.",
        "alarm.todo.charges_stopped": "Look at the payment provider’s status and at the codes of the last declines. "
        "When it is over, let charges go on under Pauses.",
        "alarm.todo.webhook_given_up": "Ask whoever runs that system. When it takes events again, replay those that "
        "failed.",
        "alarm.todo.parked": "Ask the customer. If they renew, record the renewal, then release; else leave it parked.",
        "alarm.todo.quote_asked": "Open the subscription, and issue or withdraw the quote.",
        "alarm.todo.mail_rejected": "Read the mail server’s reply. Tell the buyer another way, and have the address "
        "corrected where it comes from.",
        "alarm.todo.step_failed": "The worker’s log says where. Correct the facts if they are odd, else report the "
        "fault "
        "with that log.",
        "alarm.todo.cancelled_after_payment": "Offer the buyer a refund; the page of the subscription gives it.",
        "alarm.todo.paid_after_all": "Look at the orders first: did another attempt pay the same term? Refund this one "
        "on the page of the subscription. It ends by itself once all of that money has gone back from here.",
        "alarm.todo.paid_after_all.refund": "Look in the provider’s book whether it has gone. If not, refund it there: "
        "from here it is not sent a second time.",
        "alarm.todo.refund_refused": "Look in the provider’s book: has it gone back already, or why not? Then send it "
        "back another way or, what an operator had refunded, once more on the page of the subscription; tell the "
        "buyer.",
        "alarm.todo.voucher_in_doubt": "Look in the provider’s book or the bank’s statement, and resolve the payment: "
        "paid or declined.",
        "alarm.todo.gateway_fails": "The worker’s log has the error. What became of the payment stands in the "
        "provider’s book: resolve it if it cannot wait, and report the error to whoever keeps the gateway’s adapter.",
        "alarm.todo.seats_paid_late": "Offer the buyer a refund, or add the seats to the running term by an order of "
        "its "
        "own.",
        "alarm.todo.legal_notice_missing": "Park the subscription before the charge if counsel says that it may not be "
        "made. Its legal notices say until when a mail would still be in time.",
        # what only shows when many rows are held beside each other
        "alarm.paid_twice": "paid twice",
        "alarm.locked_though_paid": "locked though paid",
        "alarm.price_leaps": "price leaps",
        "alarm.many_declines": "many declines of one kind",
        "alarm.many_refunds": "many refunds by one operator",
        "alarm.cancelled_together": "many cancelled together",
        "alarm.many_cancelled": "many customers cancel one product",
        "alarm.many_lapse": "many subscriptions lapse",
        "alarm.many_locked": "many are locked by a policy",
        "alarm.many_rejected": "one domain takes no mail",
        "alarm.policy_date_odd": "policy with an odd date",
        "alarm.not_compared": "not compared",
        "alarm.watchdog_silent": "watchdog silent",
        "alarms.elsewhere": "See what it is about",
        "alarm.means.paid_twice": "Two orders, or two attempts, have paid the same term.",
        "alarm.means.locked_though_paid": "A paid term runs, and access has ended or is suspended all the same.",
        "alarm.means.price_leaps": "Renewals are about to be charged at twice their last price or more, or at half "
        "of it or less.",
        "alarm.means.many_declines": "One code declines far more first charges of a day than is usual for it, or not "
        "one of a week was paid.",
        "alarm.means.many_refunds": "An operator gave at least 20 refunds within an hour.",
        "alarm.means.cancelled_together": "At least 10 subscriptions of one customer were cancelled within a day.",
        "alarm.means.many_cancelled": "Far more customers cancelled one product in a day than is usual for it.",
        "alarm.means.many_lapse": "Far more subscriptions than usual have lapsed within a day, or are about to.",
        "alarm.means.many_locked": "Far more subscriptions that are past due were locked in a day than in the week "
        "before, since a policy changed their access.",
        "alarm.means.many_rejected": "At least half of a day’s mails to one domain, 10 or more, were refused or came "
        "back.",
        "alarm.means.policy_date_odd": "A new version of a policy began before it was made, or begins only in more "
        "than a year.",
        "alarm.means.not_compared": "A comparison of the watchdog fails, or takes too long: what it would tell is not "
        "known.",
        "alarm.means.watchdog_silent": "The watchdog came through no look for long: what does not run is not started, "
        "and nobody is told of it.",
        "alarm.todo.watchdog_silent": "Run perennial doctor: does Temporal answer, and does the watchdog look? The "
        "worker’s log, or its workflow in Temporal, has the last error.",
        "alarm.todo.not_compared": "The worker’s log says which error and when. Where the database is slow, see to "
        "that; else report the error.",
        "alarm.todo.paid_twice": "Look at its orders, and refund one of them, unless two terms were meant.",
        "alarm.todo.locked_though_paid": "Plan it again on its page.",
        "alarm.todo.price_leaps": "Look at the offering’s versions. If the price is wrong, pause charges, and make "
        "the next version.",
        "alarm.todo.price_leaps.coming": "Look at the offering’s versions. If the price is wrong, make the next "
        "version for the same day, or an earlier one: nothing is charged by this one before its day.",
        "alarm.todo.many_declines": "Look at the payment provider’s status. If it is a fault there, pause charges: "
        "retries would be used up.",
        "alarm.todo.many_refunds": "Ask whoever gave them, by telephone. If it was not them, disable the account: "
        "that ends its sessions.",
        "alarm.todo.cancelled_together": "Call the customer, at a number that you had before. Access stays until the "
        "renewal dates.",
        "alarm.todo.many_cancelled": "Ask what happened to the product, and look at its newest price and mails: a slip "
        "there can still be mended before the renewal dates.",
        "alarm.todo.many_lapse": "If a policy was changed by mistake: make its next version today, extend the late "
        "window of those that have expired, and reinstate what has lapsed.",
        "alarm.todo.many_locked": "If the policy was changed by mistake, make its next version today. A payment gives "
        "access back at once.",
        "alarm.todo.many_rejected": "Read the mail server’s reply in one of them. If it blocks the sender, ask that "
        "domain’s postmaster; what is due by law, tell the buyers another way.",
        "alarm.todo.policy_date_odd": "Ask whoever made it. A version is never changed: make the next one with the "
        "right day.",
    }
)
