"""Why a mail was sent, in the reader's language: from the facts that it was queued with."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from console.speech import Speech
from renewals.causes import CALENDAR, SENTENCES


def cause_in_words(why: str, cause: Mapping[str, Any] | None, t: Speech) -> str | None:
    """`cause` is as it was kept, `why` its English sentence; None where only that one is known."""
    if why == CALENDAR:
        return t("mail_cause.calendar")
    if cause is None or cause.get("name") not in SENTENCES:
        return None
    return t(f"mail_cause.{cause['name']}", **dict(_parts(cause, t)))


def _parts(cause: Mapping[str, Any], t: Speech) -> Iterator[tuple[str, str]]:
    for name, fact in cause.items():
        match name, fact:
            case "on", str():
                yield name, t.w.day(date.fromisoformat(fact))
            case "way" | "phase" | "command", str():
                yield name, t.first(f"{name}.{fact}")
            case "seats", int():
                yield name, t.w.seats(fact)
            case _, int():
                yield name, t.number(fact)
            case _, str():
                yield name, fact
