"""Timeouts and retry policies, by name: what may take how long, and how patiently it is tried again."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

HOPELESS = (
    "ValueError TypeError LookupError KeyError IndexError AttributeError AssertionError "  # ours, or odd facts
    "DataError IntegrityError ProgrammingError StatementError "  # what the database refuses once it refuses again
    "UndefinedError TemplateSyntaxError NotPriced AlreadySettled"
).split()
"""Errors that trying again does not cure: a step that meets one is reported, and leaves the turn to others."""

PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(minutes=1),
    non_retryable_error_types=HOPELESS,
)
"""Tried again until it works: a database that is away comes back. Declines and refusals are answers, not failures."""

AFTER_A_FAILURE = timedelta(minutes=10)
"""How long a step that failed for good waits; whatever wakes the workflow before lets it try sooner."""

PLANNING_LOCALLY: dict[str, Any] = {
    "schedule_to_close_timeout": timedelta(seconds=3),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""Quick or not at all: a local activity that retries would stall every command."""

DATABASE: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30), "retry_policy": PATIENT}
"""One transaction or two, no outside call."""

GATEWAY: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=170), "retry_policy": PATIENT}
"""A question to the payment gateway and a call (its client gives up within 80 s each), between two transactions."""

COMMAND: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=4), "retry_policy": PATIENT}
"""A command: most need the database alone, one that pays calls the gateway between two transactions, then plans."""

MAIL: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=3), "retry_policy": PATIENT}
"""A mail: the sender gives the mail server 100 s for the body (`worker.DATA_SECONDS`), and more for the rest."""

WAKING: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=2),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3),
}
"""A signal to each line of an order; what is not woken in a few tries the watchdog wakes."""

LOOKING_AHEAD: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=2),
    "retry_policy": RetryPolicy(maximum_attempts=2, non_retryable_error_types=HOPELESS),
}
"""Asking for forecasts and starting them; what does not work now the next look does."""

FORESEEING: dict[str, Any] = {
    "start_to_close_timeout": timedelta(hours=12),
    "heartbeat_timeout": timedelta(minutes=2),
    "retry_policy": PATIENT,
}
"""Walking a million plans takes an hour; each slice of a second is noted, and heard of."""

WATCHING: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=30),
    "heartbeat_timeout": timedelta(minutes=2),
    "retry_policy": PATIENT,
}
"""One look over all subscriptions; a worker that dies in it is noticed by its silence."""
