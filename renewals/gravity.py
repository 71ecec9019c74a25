"""Which alarms are grave: those that operators are told of at once, by mail. The others wait for the morning."""

GRAVE: frozenset[str] = frozenset(
    {
        "renewal_may_be_missed",
        "step_failed",
        "paid_after_all",
        "voucher_in_doubt",
        "charges_stopped",
        "webhook_given_up",
    }
)
"""Money or renewals come to harm, or others go on without news, while nobody acts.

An alarm that asks for one decision within days, such as a quote that is asked for or a letter that was refused, is not.
"""
