"""The tables of reference.md."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from typer.main import get_command

from cli.main import app
from docs.cures import CURES
from docs.explained import ALARMS, CLASSES, EVENTS, LETTERS, PHASES, POLICY, REFUSALS
from docs.source import alarms_in_code, events_in_code, refusals_in_code
from docs.tables import check_words, table
from portfolio.files import CATALOG, CUSTOMERS, SUBSCRIPTIONS
from portfolio.usage_file import USAGE
from renewals.commands import Name
from renewals.declines import DEFAULT_CLASSES
from renewals.facts import Phase, Policy
from renewals.letters import Kind
from renewals.payments import DeclineClass
from renewals.permission import BOTH_MAY, BUYER_MAY
from renewals.published import every_published
from settings import PREFIX, Settings
from workflows import contract


def _settings() -> str:
    rows = []
    for name, setting in Settings.model_fields.items():
        kind = _type(setting.annotation)
        default = str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
        default = "none" if setting.default is None else f"`{default}`"
        rows.append((f"`{PREFIX}{name.upper()}`", kind, default, setting.description))
    return table(("setting", "type", "default", "meaning"), rows)


def _type(annotation: object) -> str:
    text = str(annotation)
    choices = re.findall(r"'([a-z]+)'", text) if "Literal" in text else []
    if choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in choices)
    for part, word in (("SecretStr", "secret"), ("Path", "path"), ("bool", "true or false"), ("int", "number")):
        if part in text:
            return word
    return "text"


def _may(name: str) -> str:
    if name not in set(Name):
        return ""
    command = Name(name)
    return "buyer, operator" if command in BOTH_MAY else "buyer" if command in BUYER_MAY else "operator"


def every_command() -> dict[str, Any]:
    """Each command by its name; one of a group by both, such as `api-key create`."""
    found: dict[str, Any] = {}
    for name, command in getattr(get_command(app), "commands", {}).items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {each}": of_group for each, of_group in inner.items()} if inner else {name: command}
    return found


def _commands() -> str:
    """One section per command: what it does, who may give it, arguments and options."""
    sections = []
    for name, command in every_command().items():
        context = command.make_context(name, [], resilient_parsing=True)
        may = f" Given by: {_may(name)}." if _may(name) else ""
        helps = [record for each in command.params if (record := each.get_help_record(context))]
        section = f"### perennial {name}\n\n{' '.join((command.help or '').split())}{may}"
        rows = [(f"`{call}`", said) for call, said in helps]
        sections.append(section + ("\n\n" + table(("argument or option", "meaning"), rows) if rows else ""))
    return "\n\n".join(sections)


def _events() -> str:
    check_words(EVENTS, events_in_code(), "event")
    rows = ((f"`{name}`", *EVENTS[name]) for name in EVENTS if name in events_in_code())
    return table(("event", "fields of its own", "what happened"), rows)


def _published() -> str:
    rows = (
        (f"`{type_}`", ", ".join(f"`{field}`" for field in each.fields), each.says)
        for type_, (_, each) in every_published().items()
    )
    return table(("type", "fields of `data`, beside `by`", "what happened"), rows)


def _alarms() -> str:
    check_words(ALARMS, alarms_in_code(), "alarm")
    rows = (
        (f"[`{name}`](operations.md#{name.replace('_', '-')})", *ALARMS[name])
        for name in ALARMS
        if name in alarms_in_code()
    )
    return table(("alarm", "what it means", "look at it", "ended by"), rows)


def _refusals() -> str:
    found = refusals_in_code()
    check_words(REFUSALS, found, "refusal code")
    rows = (
        (f"`{code}`", "<br>".join([*found[code], *_NAMES_IT.get(code, ())]), to_do, CURES[code])
        for code, to_do in REFUSALS.items()
        if code in found
    )
    return table(("code", "sentence", "what the operator can do", "does time cure it"), rows)


_NAMES_IT = {"bad_arguments": ("(one sentence that names what is wrong)",)}
"""Refusals whose sentence is made where the fault is found."""


def _phases() -> str:
    return table(("phase", "meaning"), ((f"`{phase}`", PHASES[phase]) for phase in Phase))


def _letters() -> str:
    check_words(LETTERS, Kind, "letter")
    return table(("letter", "sent when"), ((f"`{kind}`", LETTERS[kind]) for kind in Kind))


def _declines() -> str:
    rows = []
    for each in DeclineClass:
        codes = ", ".join(f"`{code}`" for code, found in DEFAULT_CLASSES.items() if found is each)
        rows.append((f"`{each}`", codes, CLASSES[each]))
    return table(("class", "codes of a new installation", "what follows"), rows)


def _policy() -> str:
    check_words(POLICY, (each.name for each in fields(Policy)), "policy value")
    rows = []
    for each in fields(Policy):
        default = each.default_factory() if each.default_factory is not MISSING else each.default
        rows.append((f"`{each.name}`", f"`{_value(default)}`", POLICY[each.name]))
    return table(("value", "default", "meaning"), rows)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value).lower()


def _import_columns() -> str:
    parts = []
    for file in (CATALOG, CUSTOMERS, SUBSCRIPTIONS, USAGE):
        columns = [f"`{column}`" for column in file.columns]
        further = "".join(f", and where wanted `{column}`" for column in file.optional)
        parts.append((f"`{file.file}`", ", ".join(columns) + further, ", ".join(f"`{each}`" for each in file.key)))
    return table(("file", "columns", "one line per"), parts)


def _temporal() -> str:
    rows = [
        ("workflow type", f"`{contract.SUBSCRIPTION_WORKFLOW}`", "one per subscription"),
        ("its id", f"`{contract.workflow_id('NUMBER')}`", "one run per term"),
        ("workflow type", f"`{contract.WATCHDOG_WORKFLOW}`", "one look over all subscriptions"),
        ("workflow type", f"`{contract.QUOTE_WORKFLOW}`", "one per quote, from when it is asked for to its end"),
        ("its id", f"`{contract.quote_workflow_id('REFERENCE')}`", "by the quote's reference"),
        ("workflow type", f"`{contract.FORESIGHT_WORKFLOW}`", "one per forecast or what-if, while it is walked"),
        ("schedule", f"`{contract.WATCHDOG_SCHEDULE}`", "starts the watchdog; a worker creates it when it starts"),
        ("task queue", f"`{contract.TASK_QUEUE}`", "workflows and activities"),
        ("signal", f"`{contract.CANCEL_SIGNAL}`", "as `perennial cancel-auto-renew`"),
        ("signal", f"`{contract.RESUME_SIGNAL}`", "as `perennial resume-auto-renew`"),
        ("signal", f"`{contract.WAKE_SIGNAL}`", "the facts may have changed: plan again, or take the plan given"),
        ("update", f"`{contract.APPLY_UPDATE}`", "applies a stored command, by its id"),
        ("update", f"`{contract.CATCH_UP_UPDATE}`", "answers when nothing is due"),
        ("query", f"`{contract.STATUS_QUERY}`", "where it stood when it was last planned"),
        ("query", f"`{contract.FORECAST_QUERY}`", "the steps that remain"),
    ]
    for each in contract.SEARCH_ATTRIBUTES:
        rows.append(("search attribute", f"`{each.name}`", each.indexed_value_type.name.capitalize()))
    return table(("what", "name", "meaning"), rows)


BLOCKS: Mapping[str, Callable[[], str]] = {
    "settings": _settings,
    "commands": _commands,
    "phases": _phases,
    "refusals": _refusals,
    "events": _events,
    "published": _published,
    "letters": _letters,
    "alarms": _alarms,
    "declines": _declines,
    "policy": _policy,
    "import": _import_columns,
    "temporal": _temporal,
}
