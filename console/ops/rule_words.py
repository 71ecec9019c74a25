"""Policy values, scopes and versions as the operators' pages say them."""

from datetime import date, datetime, time

from babel.dates import format_time

from console.speech import Speech
from models.versions import Scope
from renewals.facts import Policy, Term
from renewals.payments import MethodKind
from renewals.policy_text import NAMES, Shape, as_text, shape_of


def value_said(name: str, value: object, t: Speech) -> str:
    """A value of a policy in the reader's language."""
    match shape_of(name), value:
        case Shape.TIME, time():
            return str(format_time(value, "short", locale=t.w.locale))
        case Shape.YES_NO, bool():
            return t("list.yes" if value else "list.no")
        case Shape.METHODS, tuple():
            return ", ".join(t.w.method_as_label(MethodKind(each)) for each in value)
        case Shape.PER_TERM, dict():
            return ", ".join(f"{t.w.term(Term(key))}: {days}" for key, days in value.items())
        case Shape.PER_METHOD, dict():
            return ", ".join(f"{t.w.method_as_label(MethodKind(key))}: {days}" for key, days in value.items())
        case Shape.DAYS, ():
            return t("rules.no_days")
    return as_text(value)


def differences(before: Policy, after: Policy, t: Speech) -> list[str]:
    """What is other in the one than in the other, a sentence each."""
    return [
        t(
            "rules.from_to",
            what=t(f"policy.{name}"),
            old=value_said(name, getattr(before, name), t),
            new=value_said(name, getattr(after, name), t),
        )
        for name in NAMES
        if getattr(before, name) != getattr(after, name)
    ]


def scope_said(scope: Scope, t: Speech) -> str:
    """Whom a policy is for."""
    sku, country, channel = scope
    said = [sku or "", country or "", t(f"channel.{channel}") if channel else ""]
    return ", ".join(each for each in said if each) or t("rules.everybody")


def state_said(begins: date | datetime, ends: date | datetime | None, now: date | datetime) -> str:
    """The key of the state of a version: to come, in force, over."""
    if begins > now:
        return "rules.state.to_come"
    return "rules.state.over" if ends is not None and ends <= now else "rules.state.in_force"
