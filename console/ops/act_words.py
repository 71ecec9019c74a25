"""What belongs to an act of the audit, in the reader's language; the file has it as it is stored.

Of what only machines read, such as the key of a form, nothing is said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from console.ops.pausing import stopped_in_words
from console.ops.rule_words import scope_said
from console.speech import Speech
from models.acts import Act
from renewals.facts import Term
from renewals.money import Money

MOST_NAMED = 10
_ROOMS = {
    "alarms": "/ops/alarms",
    "audit": "/ops/audit",
    "calendar": "/ops/calendar",
    "charges": "/ops/charges",
    "compliance": "/ops/compliance",
    "customers": "/ops/customers",
    "letters": "/ops/letters",
    "subscriptions": "/ops/subscriptions",
    "view": "/ops/subscriptions",
}
"""Where the view that an act was about can be seen, by how its name begins."""
_COUNTED = ("subscriptions", "customers", "prices", "new_versions", "assigned", "changed", "days", "skipped")


@dataclass(frozen=True, slots=True)
class Told:
    """In words, and where there is more of it."""

    text: str
    leads_to: str = ""


def told_of(act: Act, t: Speech, zone: str) -> Told:
    """Everything that is worth saying, in one line. `zone` is that of the operators."""
    said = [each for each in _told(act.deed, act.data, t, zone) if each]
    return Told("; ".join(said), _leads_to(act.deed, act.data))


def _leads_to(deed: str, data: Mapping[str, Any]) -> str:
    match deed, data:
        case (_, {"view": str(query)}) | ("view.save", {"query": str(query)}):
            room = _ROOMS.get(deed.partition(".")[0])
            return f"{room}{'?' * bool(query)}{query}" if room else ""
        case "go_live" | "forecast.ask", {"import": str(id_)}:
            return f"/ops/go-live/{id_}"
        case "mail.read", {"notice": str(id_)}:
            return f"/ops/letters/{id_}"
        case "second_person.ask" | "second_person.decide", {"args": {"what_if": str(id_)}}:
            return f"/ops/what-if/{id_}"
    return ""


def _told(deed: str, data: Mapping[str, Any], t: Speech, zone: str) -> Iterator[str]:
    match deed.partition(".")[0], data:
        case "alarm", {"kind": kind}:
            yield t.first(f"alarm.{kind}")
            yield _name("told.to", data.get("to"), t)
        case "operator" | "api_key" | "partner" | "sign_in", _:
            yield from _of_people(deed, data, t)
        case "policy" | "price" | "what_if", {"effective_on": str(on)}:
            yield from _of_version(data, t)
            yield t("rules.from", day=_day(on, t))
        case "resume", {"confirmed_by": str(second)}:
            yield _name("told.confirmed_by", second, t)
        case "pause", {"rule": _}:
            yield stopped_in_words(data, t, zone)
        case "breaker", {"declined": int(declined), "answered": int(answered), "until": str(until)}:
            until_ = t.moment(datetime.fromisoformat(until), zone)
            yield t("told.accepted", declined=t.number(declined), answered=t.number(answered), until=until_)
        case "second_person", {"what": what}:
            yield from _of_two(what, data, t)
        case "webhook", _:
            yield from _of_webhook(data, t)
        case "bulk_action", {"command": command, "lines": int(lines)}:
            yield t("ahead.two", one=t.first(f"command.{command}"), two=t.w.subscriptions(lines))
        case "subscription", {"command": command}:
            yield t.first(f"command.{command}")
        case "forecast", {"from": str(first), "to": str(last)}:
            yield t("told.span", first=_day(first, t), last=_day(last, t))
        case "forecast", {"import": str(), "days": int(days)}:
            yield t("told.quarter", days=t.number(days))
        case "mail", {"notice": _}:
            yield t("told.mail")
        case "receipt", {"order": str(order)}:
            yield t("told.order", order=order)
        case _, {"outcome": _}:
            yield t.first(f"why_not.{data['code']}") if data.get("code") else ""
            yield t("detail.repeat") if data.get("repeat") else ""
        case _, {"view": str(query)} | {"query": str(query)} | {"what": str(query)}:
            yield t("told.part" if query else "told.whole")
        case _:
            yield from _of_counts(deed, data, t)


def _of_people(deed: str, data: Mapping[str, Any], t: Speech) -> Iterator[str]:
    match data:
        case {"role": role}:
            yield t(f"role.{role}")
        case {"from": before, "to": after}:
            yield f"{t(f'role.{before}')} → {t(f'role.{after}')}"
        case {"alerts": alerts, "digest": digest}:
            for key, wanted in (("alerts", alerts), ("digest", digest)):
                yield t("told.is", what=t(f"letters_{key}"), value=t("list.yes" if wanted else "list.no"))
        case {"operators": int(operators), "webhooks": int(webhooks)}:
            yield t("told.resealed", operators=t.number(operators), webhooks=t.number(webhooks))
        case {"way": way}:
            yield t(f"told.way.{way}")
        case {"code": code}:
            yield t.first(f"told.refused.{code}", code)
        case {"numbers": list(numbers), "subscriptions": int(count)}:
            yield t.w.subscriptions(count)
            named = t.listed(*numbers[:MOST_NAMED])
            yield named if count <= MOST_NAMED else f"{named} …"
        case {"name": name}:
            yield str(name)
    yield t.listed(*(t(f"scope.{scope}") for scope in data.get("scopes") or ()))
    yield _name("told.partner", data.get("partner"), t)


def _of_version(data: Mapping[str, Any], t: Speech) -> Iterator[str]:
    if "values" in data:
        yield scope_said((data.get("sku"), data.get("country"), data.get("channel")), t)
        yield t.listed(*(t.first(f"policy.{name}") for name in data["values"]))
    else:
        yield t.listed(data["sku"], t.w.term(Term(data["term"])))
        for name in ("list_price", "renewal_price"):
            amount = t.w.amount(Money(data[name], data["currency"]))
            yield t("told.is", what=t(f"rules.{name}"), value=amount)
        yield t(f"rules.status.{data['status']}")
    if "version" in data:
        yield t("rules.version_n", n=str(data["version"]))


def _of_two(what: str, data: Mapping[str, Any], t: Speech) -> Iterator[str]:
    yield t.first(f"deed.{what}")
    if decision := data.get("decision"):
        yield t(f"told.decision.{decision}")
    yield _name("told.asked_by", data.get("asked_by"), t)
    if data.get("args", {}).get("usual"):
        yield t("told.usual")


def _of_webhook(data: Mapping[str, Any], t: Speech) -> Iterator[str]:
    yield data.get("host", "")
    match data:
        case {"types": types}:
            yield t("webhook_some", count=t.number(len(types))) if types else t("webhook_all")
        case {"from": first, "to": last, "events": int(events)}:
            yield t("told.events", first=str(first), last=str(last), count=t.number(events))
        case {"failed": int(failed)}:
            yield t("told.failed", count=t.number(failed))


def _of_counts(deed: str, data: Mapping[str, Any], t: Speech) -> Iterator[str]:
    """What was imported or went live: how many of what; nothing of what there was none of."""
    for name in _COUNTED:
        if isinstance(data.get(name), int) and data[name]:
            yield t(f"told.{name}", count=t.number(data[name]))
    if "told_on" in data:
        yield t("told.told_on", day=_day(data["told_on"], t))
    yield _name("told.customer", data.get("customer"), t)
    yield t("told.of_import") if data.get("import") else ""
    yield t("told.carried_on") if data.get("carried_on") else ""


def _name(key: str, who: str | None, t: Speech) -> str:
    return t(key, name=who.removeprefix("operator:")) if who else ""


def _day(iso: str, t: Speech) -> str:
    return t.w.day(date.fromisoformat(iso))
