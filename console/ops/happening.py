"""One event of the record as a phrase for operators, who are told everything; what has no words is named as it is."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from console import words
from console.speech import Speech
from renewals.money import Money

_PLAIN = ("admin", "buyer", "contact", "parked", "released", "access_suspended", "hold_ended", "go_live")
"""Events of which there is no more to say than that they happened."""


def event_in_words(event: str, data: Mapping[str, Any], t: Speech) -> str:
    """What happened, with its code if it has one."""
    match event, data:
        case "phase", {"from": before, "to": after}:
            now = t(f"phase.{after}")
            return f"{t(f'phase.{before}')} → {now}" if before else t("event.begins", phase=now)
        case "notice", {"kind": kind, "outcome": outcome}:
            return t("event.notice", kind=t.first(f"kind.{kind}"), outcome=t.first(f"outcome.{outcome}"))
        case "payment" | "voucher" | "refund" | "refund_refused", {"amount": amount, "currency": currency}:
            said = t.first(f"outcome.{data['outcome']}") if data.get("outcome") else None
            code = f" ({words.plain(data['code'])})" if data.get("code") else ""
            what = t(f"event.{event}", amount=t.w.amount(Money(amount, currency)))
            return t("ahead.two", one=what, two=said + code) if said else what
        case "term", {"starts_on": starts, "renews_on": ends}:
            return t("event.term", span=t.w.span(date.fromisoformat(starts), date.fromisoformat(ends)))
        case "command", {"name": name, "outcome": outcome}:
            code = f" ({words.plain(data['code'])})" if data.get("code") else ""
            return t("ahead.two", one=t.first(f"command.{name}"), two=t.first(f"outcome.{outcome}") + code)
        case "alarm", {"kind": kind}:
            return t("event.alarm", kind=t.first(f"alarm.{kind}"))
        case "alert", {"kinds": kinds}:
            return t("event.alert", count=t.number(sum(kinds.values())))
        case "seats", {"added": added, "seats": seats, "amount": amount, "currency": currency}:
            more, now = t.w.seats(added), t.w.seats(seats)
            return t("event.seats", added=more, seats=now, amount=t.w.amount(Money(amount, currency)))
        case "quote", {"quote": quote, "state": state}:
            return t("event.quote", quote=quote, state=t.first(f"quote_state.{state}"))
        case "late_window", {"last_day": last}:
            return t("event.late_window", day=t.w.day(date.fromisoformat(last)))
        case ("admin" | "buyer" | "contact" | "partner", _):
            return t(f"event.{event}")
        case ("parked" | "released" | "access_suspended" | "hold_ended" | "go_live", _):
            return t(f"event.{event}")
    return words.event_in_words(event, data)
