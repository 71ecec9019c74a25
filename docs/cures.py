"""Does time alone cure a refusal, and when: in words, for every code. Those with a day are `renewals.curing`'s."""

_BUYER = "no: its buyer does"
_OPERATOR = "no: an operator does"
_ASKED = "no: whoever is asked instead"
_OTHERWISE = "no: given otherwise it goes through at once"

CURES = {
    "bad_arguments": _OTHERWISE,
    "unknown_subscription": _OTHERWISE,
    "not_buyer": "no: somebody else may",
    "not_operator": "no: somebody else may",
    "lapsed": "no: it is final",
    "not_lapsed": "no: until it lapses, extending does the same",
    "parked": _OPERATOR,
    "sold_by_partner": _ASKED,
    "legacy_order": _ASKED,
    "sold_by_sales": _ASKED,
    "maintenance_plan": _ASKED,
    "product_retired": _ASKED,
    "country_not_served": _ASKED,
    "payment_in_doubt": "no day is known: when the provider answers, or an operator resolves it",
    "hold_open": "**yes**: the first whole day after the order, quote or code that holds the term has ended; none where"
    " its end is not known, its money may move, a charge that waited for it may pay the term first, or the command is"
    " too late by then; a quote that is to be paid by a code holds the term again after the code, until its own end",
    "already_renewed": "**yes**: the day on which the early window of the term after the paid one opens; for"
    " `record-renewal` and `extend-late-window` the first day of the paid term; none for a quote or code of that term",
    "window_not_open": "**yes**: the day on which the early window opens; none for a term that is not sold",
    "term_not_paid": "**yes**, if the first term has not begun: its first day. Else no: somebody pays",
    "too_late": "no: it does not come again before the term is renewed; seats of a term that is over are ordered anew",
    "day_out_of_range": _OTHERWISE,
    "auto_renew_off": _BUYER,
    "method_cannot_auto_charge": _OTHERWISE,
    "term_not_offered": "no: a price has to be imported",
    "method_not_accepted": _OTHERWISE,
    "not_a_reduction": _OTHERWISE,
    "below_one_seat": _OTHERWISE,
    "bulk_over_100": _OTHERWISE,
    "preview_stale": "no: it is looked at anew",
    "quote_expired": "no: a quote that is over never binds again; a new one can be asked for",
    "quote_not_open": "no: it has to be issued, or asked for anew",
    "payment_declined": _BUYER,
    "nothing_in_doubt": "no: there is nothing to do",
    "nothing_to_refund": "no: there is nothing to do",
    "more_than_paid": _OTHERWISE,
    "second_person_needed": "no: a second person confirms it",
    "not_carried_out": _OPERATOR,
}
"""In the order of precedence."""
