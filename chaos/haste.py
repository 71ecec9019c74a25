"""An impatient Temporal: what a killed worker left unfinished is tried again after seconds instead of minutes.

The product's timeouts are right for earnest and would make this suite take hours. `make chaos FULL=1` keeps them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from activities import watch
from workflows import options

TRY_AGAIN = replace(
    options.PATIENT, initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=2)
)
DATABASE_SECONDS, GATEWAY_SECONDS, MAIL_SECONDS, SILENCE_SECONDS = 5, 8, 15, 5
"""A mail has longer than PostgreSQL is stopped for: what is sent is recorded when it comes back, as in earnest."""


@contextmanager
def haste(*, times: int = 1) -> Iterator[None]:
    """In this process only.

    `times` as long may what was handed out to a worker take: fifty lives in one process are slower than eight.
    """
    seconds = (options.DATABASE, DATABASE_SECONDS), (options.GATEWAY, GATEWAY_SECONDS), (options.MAIL, MAIL_SECONDS)
    earnest = [dict(of) for of, _ in seconds]
    watching = dict(options.WATCHING)
    for of, limit in seconds:
        of.update(retry_policy=TRY_AGAIN, start_to_close_timeout=timedelta(seconds=limit * times))
    options.WATCHING.update(heartbeat_timeout=timedelta(seconds=SILENCE_SECONDS * times), retry_policy=TRY_AGAIN)
    try:
        yield
    finally:
        for (of, _), before in zip(seconds, earnest, strict=True):
            of.update(before)
        options.WATCHING.update(watching)


def watch_closely() -> None:
    """The watchdog wakes what is overdue at once instead of after two minutes. Nobody else wakes anything here."""
    watch.OVERDUE_AFTER = timedelta(0)
