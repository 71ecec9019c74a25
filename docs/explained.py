"""What each name of the code means, in words: the code has no place for that. A name without words is an error."""

from console.ops.words.english_alarms import WORDS as MEANS
from renewals.alarms import KINDS, Gravity
from renewals.commands import Name
from renewals.facts import Phase
from renewals.letters import Kind
from renewals.payments import DeclineClass

GRAVITIES = {Gravity.GRAVE: "at once", Gravity.SERIOUS: "today", Gravity.SLIGHT: "when there is time"}

PHASES = {
    Phase.ACTIVE: "In a paid term; the early window is not open.",
    Phase.RENEWABLE: "The early window is open and the next term is unpaid.",
    Phase.RENEWED: "The next term is paid; it begins on the renewal date.",
    Phase.PAST_DUE: "The renewal date has passed, the subscription renews automatically, and the term is unpaid.",
    Phase.EXPIRED: "Not renewed, no access; the late window is open.",
    Phase.LAPSED: "The late window has closed. Buying again is a new subscription; a mistake is undone by `reinstate`.",
}

REFUSALS = {
    "bad_arguments": "Correct what the sentence names and send the command again.",
    "unknown_subscription": "Check the number with `perennial list`.",
    "not_buyer": "Give the command as the buyer: `perennial show` names the buyer's address.",
    "not_operator": "Give it as `operator:NAME`; a partner says what it sold by `perennial partner sells`.",
    "lapsed": "A new subscription has to be bought; if it lapsed wrongly: `perennial reinstate`.",
    "not_lapsed": "`perennial extend-late-window`.",
    "parked": "An operator decides first: `perennial release`, or the command as `operator:NAME`.",
    "sold_by_partner": "The partner orders; record what was ordered with `perennial record-renewal`. It can issue"
    " quotes once `perennial partner sells` says whose it is.",
    "legacy_order": "Support changes it in the older system; record it with `perennial record-renewal`.",
    "sold_by_sales": "Ask support; `sales_self_service` of the policy decides what such buyers may do.",
    "maintenance_plan": "Ask support.",
    "product_retired": "It goes on renewing at its own term; only cancelling and paying otherwise are left.",
    "country_not_served": "Ask support.",
    "payment_in_doubt": "Wait for the answer, or resolve it: [charge in doubt](operations.md#charge-in-doubt).",
    "hold_open": "Release what holds the renewal, or wait until it ends.",
    "already_renewed": "Nothing; the next term is paid. The one after it can be recorded once that term has begun.",
    "window_not_open": "Come back on the day that the answer names.",
    "term_not_paid": "`perennial renew` first; seats are added to a term that is paid.",
    "too_late": "Renew inside the late window: `perennial record-renewal`. Seats are ordered for the term that runs.",
    "day_out_of_range": "Name a day inside the span that the answer names.",
    "auto_renew_off": "`perennial resume-auto-renew` first.",
    "method_cannot_auto_charge": "`perennial set-payment-method` with a card, PayPal or a direct debit first.",
    "term_not_offered": "Name a term that the catalogue has in the customer's currency, or import one.",
    "method_not_accepted": "Name another method: `methods` of the policy says which; stores take 120 to 300,000 yen.",
    "not_a_reduction": "Name fewer seats than there are.",
    "below_one_seat": "Keep one seat, or cancel auto-renew.",
    "bulk_over_100": "Renew them in parts of a hundred.",
    "preview_stale": "Look at the new preview (one binds for 15 minutes), at the order or at what holds the term again,"
    " and confirm that.",
    "quote_expired": "The buyer asks anew; issue that.",
    "quote_not_open": "Look at the quote: `perennial show-quote` says where it stands.",
    "payment_declined": "Try again later, or name another method; nothing was bought.",
    "nothing_in_doubt": "Nothing; every payment has its answer.",
    "nothing_to_refund": "Look at the ledger: what was paid elsewhere, or is on its way back, cannot go back here.",
    "more_than_paid": "Name no more than is left of what was paid.",
    "second_person_needed": "Ask for it again, on the page or by `perennial refund`: it is done once another operator"
    " has confirmed it.",
    "not_carried_out": "Look at the alarm `step_failed`, mend what it names, and let the buyer try again.",
}
"""In order of precedence: the first that applies is the answer."""

EVENTS = {
    "phase": ("`from`, `to`", "It entered a phase. `from` is null for the first one, at the import."),
    "term": (
        "`starts_on`, `renews_on`, `term`, `seats`, `unit_price`, `currency`",
        "A paid term began. The imported term has none.",
    ),
    "payment": (
        "`purpose`, `amount`, `currency`, `outcome`, `code`, `attempt`",
        "A charge has an answer, or ended without one. `outcome`: `paid`, `declined`, `unknown` or `pending`.",
    ),
    "voucher": (
        "`outcome`, `amount`, `currency`, `expires_at`, `received`, `remaining`",
        "A store code or transfer reference was `issued`, ran out (`expired`), was `given_up` by its buyer, or a part"
        " of it came (`part_received`): `received` and `remaining` are those of the whole order.",
    ),
    "seats": ("`added`, `seats`, `amount`, `currency`", "Paid seats were added to the running term."),
    "partner": ("`partner`", "A partner who sold it issues its quotes from now on; null: none does."),
    "refund": (
        "`amount`, `currency`, `reference`, `because`",
        "Money went back. `because`: a voucher was paid after it had run out (`paid_late`), not in full in time"
        " (`paid_in_part`), or by more than its amount (`paid_too_much`); or an `operator` refunded an order.",
    ),
    "refund_refused": (
        "`amount`, `currency`, `because`",
        "The payment provider refused to send money back; its words stand in the alarm. `because` as in `refund`.",
    ),
    "assignments": ("`begun`, `changed`", "Users were told to have a seat, or to have given theirs up; how many."),
    "method_stored": (
        "`method`, `kind`, `valid_through`",
        "A payment method was stored for a customer, by the API or in the account; it names no subscription.",
    ),
    "method_named": (
        "`method`, `kind`, `has_name`",
        "A buyer gave a stored method a name, or took it away; the name itself is not on record.",
    ),
    "method_removed": ("`method`, `kind`", "A stored method that nothing used was removed, and its token forgotten."),
    "quote": (
        "`quote`, `state`, `expires_on`, `amount`, `currency`",
        "A quote for it is `asked` for, `issued`, or over: `accepted`, `declined`, `withdrawn`, `expired` or `void`.",
    ),
    "admin": ("`contact`", "Another contact of the organisation became the primary admin."),
    "buyer": ("`contact`", "Another contact of the organisation became the buyer."),
    "contact": (
        "`contact`",
        "The address, name or language of a contact was corrected: on the record of each of their subscriptions.",
    ),
    "notice": (
        "`kind`, `to`, `locale`, `outcome`, `occasion`, `why`",
        "A mail has an outcome: `sent`, `missed` or `failed`.",
    ),
    "command": ("`name`, `outcome`, `code`, `repeat`", "A command was decided. `repeat`: it asked for what was so."),
    "go_live": ("", "From now on it is charged and mailed."),
    "parked": ("`because`", "Notices and charges stop until release."),
    "released": ("", "They go on."),
    "access_suspended": ("`phase`", "Access was taken away while past due."),
    "late_window": ("`last_day`", "An operator named the last day on which it can be renewed late."),
    "hold_ended": (
        "`claim`",
        "A hold is over, by its time, its buyer or an operator; a charge that waited goes on.",
    ),
    "alarm": ("`kind`, `detail`", "Something an operator must look at."),
    "alert": ("`kinds`", "Grave alarms were told to operators, in one mail: how many of each kind. It has no number."),
}

ALARMS = {
    kind: (MEANS[f"alarm.means.{kind}"], GRAVITIES[gravity], ended_by.value)
    for kind, (gravity, ended_by) in KINDS.items()
}
"""As the console says it, in the order of their gravity."""

CLASSES = {
    DeclineClass.SOFT: "tried again on the retry dates; mail `payment_failed`",
    DeclineClass.CUSTOMER_ACTS: "not tried again with that method; mail `action_required` says what to do",
    DeclineClass.HARD: "not tried again with that method; mail `action_required` names no reason",
}

LETTERS = {
    Kind.WINDOW_OPEN: "the early window opens",
    Kind.REMINDER: "before the renewal date, if it does not renew automatically",
    Kind.ADVANCE_CHARGE_NOTICE: "before an automatic charge: date, amount, method, how to cancel",
    Kind.CARD_EXPIRING: "the stored card ends before the renewal date",
    Kind.RENEWED: "a term was paid or recorded: the receipt",
    Kind.ORDER_CONFIRMATION: "one order paid for several subscriptions: one confirmation of them all",
    Kind.PAYMENT_FAILED: "a charge was declined, and will be tried again",
    Kind.ACTION_REQUIRED: "a charge was declined, and the buyer has to act",
    Kind.VOUCHER_ISSUED: "the buyer pays by Konbini or bank transfer: what, where and until when",
    Kind.VOUCHER_PART_RECEIVED: "a part of a voucher was paid: what has come, what remains and until when",
    Kind.VOUCHER_EXPIRED: "a store code or transfer reference ran out unpaid",
    Kind.AUTO_RENEW_CANCELLED: "auto-renew was switched off",
    Kind.AUTO_RENEW_RESUMED: "auto-renew was switched on again",
    Kind.SEATS_ADDED: "seats were added and paid: the receipt, and how its amount was computed",
    Kind.SEATS_REDUCTION_SCHEDULED: "fewer seats from the next term on",
    Kind.TERM_CHANGE_SCHEDULED: "another term from the next renewal on",
    Kind.CHANGE_WITHDRAWN: "a pending change was withdrawn",
    Kind.METHOD_CHANGED: "another payment method was stored",
    Kind.EXPIRED: "it expired",
    Kind.LATE_WINDOW_CLOSING: "the late window closes soon",
    Kind.LAPSED: "the late window has closed",
    Kind.QUOTE_ISSUED: "a quote was issued: what it covers and until when it can be accepted",
    Kind.QUOTE_EXPIRING: "an open quote can soon no longer be accepted",
    Kind.REFUND: "money was sent back to the buyer",
}

_METHOD = "`method` (the id of a stored one), or `kind`, `token`, `expires`; else the subscription's own"

ARGUMENTS = {
    Name.CANCEL_AUTO_RENEW: "`renewal`: the date that is meant, if any",
    Name.RESUME_AUTO_RENEW: "`renewal`",
    Name.REDUCE_SEATS: "`to`",
    Name.CHANGE_TERM: "`term`: `month`, `year` or `3-years`; `preview`",
    Name.WITHDRAW_PENDING: "`what`: `seats` or `term`",
    Name.SET_PAYMENT_METHOD: "`method` (the id of a stored one), or `kind`, `token`, `expires` (as `2029-08`)",
    Name.ADD_SEATS: f"`seats`; {_METHOD}; `preview`",
    Name.RENEW: f"`when`: `now` or `on-renewal-date`; {_METHOD}; `preview`",
    Name.RELEASE_HOLD: "`hold`: the id of what was shown, refused as `preview_stale` if something else holds the next"
    " term by now. Without it only an order or a voucher is given up, and only one that stood when the command was"
    " received: a quote has to be named, and the refusal names it; `reason`, of an operator",
    Name.HAND_OVER_ADMIN: "`to`: a contact's mail address",
    Name.ASK_FOR_QUOTE: "`lines`: a list of objects, each with a subscription, and seats or term if they change",
    Name.ACCEPT_QUOTE: f"`quote`; `purchase_order`, or {_METHOD}",
    Name.DECLINE_QUOTE: "`quote`",
    Name.ISSUE_QUOTE: "`quote`, `reason`; `prices` (minor units by subscription), `expires_on`, `invoice`",
    Name.WITHDRAW_QUOTE: "`quote`, `reason`",
    Name.RECORD_RENEWAL: "`reference`, `reason`; `seats`, `term` where the order differs",
    Name.PARK: "`reason`",
    Name.RELEASE: "`reason`",
    Name.GO_LIVE: "`reason`",
    Name.RESOLVE_PAYMENT: "`outcome`: `paid` or `declined`; `reason`",
    Name.EXTEND_LATE_WINDOW: "`to`: the last day to renew late (the policy's own takes it back); `reason`",
    Name.REFUND: "`order`: its id, as the ledger has it; `amount` in minor units (else all that is left); `seen`: how"
    " much of it had gone back when you looked, refused as `preview_stale` if that has changed; `attempt`: the id of"
    " one that ended unpaid, and whose money was taken after all; `reason`",
    Name.REINSTATE: "`to`: the last day to renew it late from now on; `reason`",
    Name.CHANGE_BUYER: "`email`; `name` for somebody new; `reason`",
    Name.CHANGE_CONTACT: "`contact`: the present address; `email`, `name`, `language` (as `fr-CA`); `reason`",
    Name.RE_PLAN: "`reason`",
}

POLICY = {
    "early_window_days": "The early window opens so many days before the renewal date.",
    "late_window_days": "The late window is still open so many days after it, by the length of the term.",
    "charge_time": "Local time of charges, before the spread.",
    "charge_spread_seconds": "Charges are spread over so many seconds, by the subscription's number.",
    "notice_time": "Local time of dated notices.",
    "past_due_access_days": "Access is suspended so many days after the renewal date.",
    "retry_days": "A soft decline is tried again so many days after the renewal date.",
    "window_open_days": "`window_open`, days before.",
    "reminder_days": "`reminder`, days before.",
    "monthly_reminder_days": "The same for monthly terms.",
    "advance_notice_days": "`advance_charge_notice`, days before.",
    "monthly_advance_notice_days": "The same for monthly terms.",
    "monthly_debit_notice_days": "The same for monthly terms by direct debit.",
    "card_expiring_days": "`card_expiring`, days before.",
    "late_window_closing_days": "`late_window_closing`, days before the late window's last day.",
    "late_window_extension_days": "An operator may let one be renewed late so many days longer.",
    "sales_self_service": "May buyers from sales help themselves?",
    "usage_fresh_days": "Use of seats that was told longer ago is not spoken of in letters and previews.",
    "methods": "The kinds of payment method that buyers may choose.",
    "voucher_pending_days": "So many days after a voucher ran out its payment may be under way; then operators hear.",
    "voucher_days": "A voucher can be paid until the end of so many days later, by the method; 1 to 60.",
    "quote_days": "A quote can be accepted for so many days.",
    "quote_late_days": "A quote can be had and accepted until so many days after the renewal date.",
    "quote_expiring_days": "`quote_expiring`, days before a quote's last day.",
    "quote_lowest_percent": "A price agreed on is at least so many percent of the renewal price.",
}
