"""The public surface: ids, task queues, names and payloads of signals, updates and queries.

What is named here is relied on by operators and scripts; renaming is a breaking change.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from temporalio.common import SearchAttributeKey

from renewals.facts import Phase
from renewals.plan import Step

TASK_QUEUE = "renewals"
SUBSCRIPTION_WORKFLOW = "SubscriptionWorkflow"
BULK_CHECKOUT_WORKFLOW = "BulkCheckoutWorkflow"
WATCHDOG_WORKFLOW = "WatchdogWorkflow"
QUOTE_WORKFLOW = "QuoteWorkflow"
FORESIGHT_WORKFLOW = "ForesightWorkflow"
WATCHDOG_SCHEDULE = "watchdog"

CANCEL_SIGNAL = "cancel_auto_renew"
RESUME_SIGNAL = "resume_auto_renew"
WAKE_SIGNAL = "wake"
APPLY_UPDATE = "apply"
CATCH_UP_UPDATE = "catch_up"
STATUS_QUERY = "status"
FORECAST_QUERY = "forecast"

PHASE_ATTRIBUTE = SearchAttributeKey.for_keyword("PerennialPhase")
RENEWS_ON_ATTRIBUTE = SearchAttributeKey.for_datetime("PerennialRenewsOn")
CUSTOMER_ATTRIBUTE = SearchAttributeKey.for_keyword("PerennialCustomer")
AUTO_RENEW_ATTRIBUTE = SearchAttributeKey.for_bool("PerennialAutoRenew")
SEARCH_ATTRIBUTES = (PHASE_ATTRIBUTE, RENEWS_ON_ATTRIBUTE, CUSTOMER_ATTRIBUTE, AUTO_RENEW_ATTRIBUTE)


def search_attributes(
    phase: Phase, renews_at: datetime, customer: str, auto_renew: bool
) -> dict[SearchAttributeKey[Any], Any]:
    """By key, what Temporal's pages can filter runs by. `renews_at` is 00:00 local of the renewal date, in UTC."""
    return dict(zip(SEARCH_ATTRIBUTES, (phase.value, renews_at, customer, auto_renew), strict=True))


UNKNOWN_SUBSCRIPTION = "UnknownSubscription"
"""The type of the error that ends the workflow of a number that nobody has."""

UNKNOWN_QUOTE = "UnknownQuote"
"""The type of the error that ends the workflow of a quote that there is not."""
ORDER_FAILED = "OrderFailed"
"""The type of the error that ends a bulk checkout of which an order failed for good; the watchdog starts it again."""

PLANS_AFTER_A_FAILED_COMMAND = "plans-after-a-failed-command"
"""Marks runs that plan again when a command fails for good; runs of before do not, and replay as they were."""

LOOKS_AHEAD = "looks-ahead"
"""Marks looks of the watchdog that keep a forecast too; looks of before do not, and replay as they were."""

SIGNAL_SENDER = "operator:temporal"
"""Who gave a signal that names nobody."""


def workflow_id(number: str) -> str:
    return f"subscription-{number}"


def bulk_checkout_id(basket_id: UUID) -> str:
    return f"bulk-checkout-{basket_id}"


def foresight_id(what: str, id_: UUID) -> str:
    return f"{what}-{id_}"


def quote_workflow_id(reference: str) -> str:
    return f"quote-{reference}"


@dataclass(frozen=True, slots=True)
class QuoteLook:
    """Where a quote stands after a look at it; `next_at` is when to look again, `next` says in a word what is due then.

    None for both once the quote is over. The instant is in the quote's own time, which runs `clock_ahead_seconds` ahead
    of the world's.
    """

    state: str
    next_at: datetime | None = None
    next: str | None = None
    clock_ahead_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TermPlan:
    """The plan of a term as an activity hands it to the workflow: no names, no addresses, no tokens.

    `steps` are in the subscription's own time, which runs `clock_ahead_seconds` ahead of the world's. `n` counts the
    plans of a subscription: of two, the one with the greater number is made from the newer facts.
    """

    number: str
    customer: str
    phase: Phase
    starts_on: date
    renews_on: date
    renews_at: datetime
    auto_renew: bool
    clock_ahead_seconds: float
    steps: tuple[Step, ...]
    over: bool
    n: int = 0

    def replaces(self, other: "TermPlan | None") -> bool:
        return other is None or self.n >= other.n


@dataclass(frozen=True, slots=True)
class Start:
    """The argument of `SubscriptionWorkflow`.

    `term_starts_on` is this run's term (None: that of the first plan); `plan` is what the run before handed over.
    """

    number: str
    term_starts_on: date | None = None
    plan: TermPlan | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a command: `done`, or `refused` with a code and one sentence that says what to do instead.

    `possible_on` is the first local day on which a refusal of now will be none. What is `done` has a hint where
    something is still awaited: a payment that has no answer yet, a voucher to be paid.
    """

    outcome: str
    code: str | None = None
    hint: str | None = None
    possible_on: date | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A command's answer and the plan that follows; None for a subscription that does not exist."""

    answer: Answer
    plan: TermPlan | None


@dataclass(frozen=True, slots=True)
class ReceivedSignal:
    """A signal as it came. `request` is whatever its sender wrote; `key` makes it count once."""

    key: str
    number: str
    command: str
    request: Any
    received_at: datetime


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The answer of `catch_up`: is nothing due any more? If not (the run is ending), ask again."""

    resting: bool
