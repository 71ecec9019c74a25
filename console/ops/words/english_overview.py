"""The overview in English, with the words for phases, ways, outcomes and events that other rooms share."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "as_of": "as of {when}",
        "refresh": "Refresh",
        "subscriptions_in_all": "{count} subscriptions",
        "not_live": "{count} not live yet: watched, never charged or mailed.",
        "parked_ones": "{count} parked for an operator.",
        "unplanned_ones": "{count} waiting to be planned.",
        "no_subscriptions": "There are no subscriptions yet. perennial import FOLDER brings a portfolio in, perennial "
        "go-live sets it going.",
        # alarms
        "alarms": "Alarms",
        "no_alarms": "No alarm is open.",
        "alarms_more": "and {count} more",
        "since": "since {when}",
        "waits_for_second": "{count} waiting for a second person",
        # pipeline
        "find": "Find by number, CSN, name or mail address",
        "pipeline": "Renewal pipeline",
        "pipeline_text": "By renewal date, from 45 days ago to 90 days ahead: how many renewals, and for how much.",
        "pipeline_empty": "No renewal date lies between 45 days ago and 90 days ahead.",
        "chart_text": "Stacked columns of renewals by renewal date, counted as {of} per {per}. The tables below have "
        "the "
        "same figures.",
        "show_of": "Count",
        "of_count": "renewals",
        "show_per": "Per",
        "per.day": "day",
        "per.week": "week",
        "chart_as_table": "The chart as a table",
        "begins_on": "From",
        "renewals": "Renewals",
        "total": "Total",
        "stack.paid": "paid",
        "stack.automatic": "comes automatically",
        "stack.by_hand": "by hand",
        "stack.past_due": "past due",
        "stack.expired": "expired",
        "stage.paid": "Paid",
        "stage.active": "Not open yet",
        "stage.renewable": "Open",
        "stage.past_due": "Past due",
        "stage.expired": "Expired",
        "path.automatic": "automatic",
        "path.by_hand": "by hand",
        "path.partner": "with a partner",
        "path.legacy": "older system",
        # at risk
        "at_risk": "Revenue at risk",
        "at_risk_text": "Renewals of the pipeline that are unpaid, by what stands in their way. One may stand under "
        "several "
        "causes.",
        "cause": "Cause",
        "cause.declined": "Payment declined",
        "cause.authentication": "Buyer must confirm the payment",
        "cause.no_method": "Automatic, without a usable method",
        "cause.card_ends": "Card ends before the date",
        "cause.hold_ends": "Quote or voucher about to end",
        "cause.auto_renew_off": "Auto-renew is off",
        "cause.parked": "Parked for an operator",
        "cause.mail_failed": "A mail failed",
        "cause.legal_notice": "Legal notice missing",
        "cause.expired": "Expired, and can still be renewed",
        "cause.todo.declined": "Each page has the code of its decline, and when it is tried again. Where it is not, "
        "ask the buyer for another method: that one is tried at once.",
        "cause.todo.authentication": "A mail has asked the buyer to confirm the payment in the account. See on its "
        "page that it went out, and call where much is at stake.",
        "cause.todo.no_method": "It is not charged by itself, whatever the switch says. Ask the buyer to store a "
        "method that can be, or to renew by checkout.",
        "cause.todo.card_ends": "The buyer is told 30 days before, and the card is tried all the same, as issuers "
        "renew many. Where much is at stake, ask for another one.",
        "cause.todo.hold_ends": "Ask whether it will be accepted or paid. When it ends unpaid, an automatic charge "
        "goes on if its time has come.",
        "cause.todo.auto_renew_off": "Its reminders tell the buyer how to renew by checkout. Ask why where much is at "
        "stake, and resume it only if the buyer wants it.",
        "cause.todo.parked": "Each says why it was parked. Release it when that is gone.",
        "cause.todo.mail_failed": "The mail server’s reply stands with the letter. Tell the buyer another way, and "
        "correct the contact on its page.",
        "cause.todo.legal_notice": "Its alarm names the rule, and its legal notices until when it can be met. Park it "
        "before the charge if counsel says that it may not be made.",
        "cause.todo.expired": "Two mails ask the buyer before the late window closes. Where much is at stake, call the "
        "buyer, or the partner that sold it; its page can give them longer.",
        "largest": "The largest of them",
        "largest_text": "In each currency, the renewals that would cost most to lose; of equal ones, one.",
        "largest_more": "and {count} more of the same",
        # today
        "today": "Today",
        "charges": "Charges",
        "no_charges": "Nothing has been charged today.",
        "mails": "Mails",
        "mails_sent": "sent",
        "mails_failed": "failed",
        "mails_waiting": "waiting",
        # what comes and what was
        "next_steps": "What comes next",
        "no_steps": "Nothing is planned.",
        "subscription": "Subscription",
        "customer": "Customer",
        "step": "Next step",
        "due": "Due",
        "its_clock": "its clock runs {days} days ahead",
        "last_events": "Last events",
        "no_events": "Nothing has happened yet.",
        # phases, outcomes, events
        "phase.active": "active",
        "phase.renewable": "renewable",
        "phase.renewed": "renewed",
        "phase.past_due": "past due",
        "phase.expired": "expired",
        "phase.lapsed": "lapsed",
        "outcome.open": "open",
        "outcome.unknown": "no answer",
        "outcome.pending": "under way",
        "outcome.issued": "voucher open",
        "outcome.paid": "paid",
        "outcome.declined": "declined",
        "outcome.expired": "run out",
        "outcome.abandoned": "not sent",
        "outcome.given_up": "given up",
        "outcome.sent": "sent",
        "outcome.missed": "missed",
        "outcome.failed": "failed",
        "outcome.bounced": "bounced",
        "outcome.done": "done",
        "outcome.refused": "refused",
        "event.begins": "begins as {phase}",
        "event.notice": "mail {kind}: {outcome}",
        "event.payment": "charge of {amount}",
        "event.voucher": "voucher of {amount}",
        "event.refund": "refund of {amount}",
        "event.refund_refused": "refund of {amount}, refused by the provider",
        "event.term": "new term {span}",
        "event.alarm": "alarm: {kind}",
        "alarm.parked": "parked",
        "alarm.legal_notice_missing": "legal notice missing",
        "alarm.mail_rejected": "mail rejected",
        "alarm.step_failed": "step failed",
        "alarm.paid_after_all": "paid after all",
        "alarm.refund_refused": "refund refused",
        "alarm.quote_asked": "quote asked for",
        "alarm.renewal_may_be_missed": "renewal may be missed",
    }
)
