"""What an alarm says, in the reader's language: from the facts that it was raised with.

One without facts has its English sentence alone.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from console.ops.pausing import stopped_in_words
from console.speech import Speech
from models.records import AlarmRow
from renewals.alarms import KINDS
from renewals.facts import Term
from renewals.money import Money
from renewals.plan import step_in

_DAYS = frozenset("starts_on renews_on effective_on made_on first since renewal".split())
_AMOUNTS = frozenset(("amount", "price", "before_price"))


def alarm_in_words(alarm: AlarmRow, t: Speech, zone: str) -> str | None:
    """What happened, in one sentence; None where only the English one is known. `zone` is that of the operators."""
    facts = alarm.facts
    if not facts or alarm.kind not in KINDS:
        return None
    if alarm.kind == "charges_stopped":
        return stopped_in_words(facts, t, zone)
    return t(f"alarm.said.{_variant(alarm.kind, facts)}", **dict(_parts(facts, t, zone)))


def todo_in_words(alarm: AlarmRow, t: Speech) -> str:
    """What to do first about it; where a kind has several cases, what fits this one."""
    kind, facts = alarm.kind, alarm.facts
    its = _variant(kind, facts) if facts and kind in KINDS else kind
    return t.first(f"alarm.todo.{its}", f"alarm.todo.{kind}")


def _variant(kind: str, facts: Mapping[str, Any]) -> str:
    """Which sentence, where a kind has several."""
    match kind:
        case "renewal_may_be_missed" if facts["next_step_at"] is None:
            return f"{kind}.unplanned"
        case "quote_asked" if "partner" in facts:
            return f"{kind}.partner"
        case "paid_after_all" if "because" in facts:
            return f"{kind}.refund"
        case "refund_refused" if "unheard" in facts:
            return f"{kind}.unheard"
        case "voucher_in_doubt" if "days" in facts:
            return f"{kind}.days"
        case "step_failed" if "quote" in facts:
            return f"{kind}.quote"
        case "step_failed" if "basket" in facts:
            return f"{kind}.ungrouped" if "refused" in facts else f"{kind}.basket"
        case "many_declines" if "days" in facts:
            return f"{kind}.week"
        case "many_lapse" if "version" in facts:
            return f"{kind}.policy"
        case "price_leaps" if "effective_on" in facts:
            return f"{kind}.coming"
        case "policy_date_odd":
            return f"{kind}.before" if facts["effective_on"] < facts["made_on"] else f"{kind}.later"
    return kind


def _parts(facts: Mapping[str, Any], t: Speech, zone: str) -> Iterator[tuple[str, str]]:
    for name, fact in facts.items():
        match name, fact:
            case "term", str():
                yield name, t.w.term(Term(fact))
            case "phase", str():
                yield name, t(f"phase.{fact}")
            case "what", str():
                yield name, doing_in_words(fact, t)
            case "state", str():
                yield name, t.first(f"outcome.{fact}")
            case "kind", str():
                yield name, t.first(f"kind.{fact}", f"alarm.{fact}")
            case "for", list():
                yield "for_whom", ", ".join(fact) or t("alarm.said.policy_date_odd.all")
            case "duties", list():
                yield name, "; ".join(f"{rule} ({_day(first, t)} – {_day(last, t)})" for rule, first, last in fact)
            case _, str() if name.endswith("_at"):
                yield name, t.moment(datetime.fromisoformat(fact), zone)
            case _, str() if name in _DAYS:
                yield name, _day(fact, t)
            case _, int() if name in _AMOUNTS:
                yield name, t.w.amount(Money(fact, facts["currency"]))
            case _, int():
                yield name, t.number(fact)
            case _, str():
                yield name, fact


def doing_in_words(what: str, t: Speech) -> str:
    """What failed, as the workflow called it; what it has no words for is said as it called it."""
    if step := step_in(what):
        do, phase, kinds, money = step
        kinds_ = t.listed(*(t.first(f"kind.{kind}") for kind in kinds))
        return t(
            f"step.{do}",
            phase=t(f"phase.{phase}") if phase else "",
            kinds=kinds_,
            amount=t.w.amount(money) if money else "",
        )
    first, _, rest = what.partition(" ")
    match first:
        case "planning" | "reserving" | "paying":
            return t(f"doing.{first}")
        case "command" | "signal":
            return t(f"doing.{first}", name=t.first(f"command.{rest}", rest))
    return what


def _day(iso: str, t: Speech) -> str:
    return t.w.day(date.fromisoformat(iso))
