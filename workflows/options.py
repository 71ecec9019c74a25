"""Timeouts and retry policies, by name: what may take how long, and how patiently it is tried again."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
"""Tried again until it works: a database that is away comes back. Declines and refusals are answers, not failures."""

PLANNING_LOCALLY: dict[str, Any] = {"schedule_to_close_timeout": timedelta(seconds=3)}
"""Quick or not at all: a local activity that retries would stall every command."""

DATABASE: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30), "retry_policy": PATIENT}
"""One transaction or two, no outside call."""

GATEWAY: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=2), "retry_policy": PATIENT}
"""A call to the payment gateway (its client gives up within 80 s) between two transactions."""

MAIL: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=3), "retry_policy": PATIENT}
"""A mail: the sender gives the mail server 100 s for the body (`worker.DATA_SECONDS`), and more for the rest."""
