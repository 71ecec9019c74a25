"""Writes the tables of reference.md and api.md anew from the code: `python -m docs.generate`.

A table stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; the text around it is written by hand. What a name
means is said here, because the code has no place for it; a name of the code without words here is an error.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from typer.main import get_command

from cli.main import app
from console.api.app import create_api
from portfolio.files import CATALOG, CUSTOMERS, SUBSCRIPTIONS
from renewals.commands import BOTH_MAY, BUYER_MAY, Name
from renewals.declines import DEFAULT_CLASSES
from renewals.facts import DeclineClass, Kind, Phase, Policy
from settings import PREFIX, Settings
from workflows import contract

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference.md"
API = ROOT / "docs" / "api.md"
ROOMS = ("activities", "cli", "models", "portfolio", "renewals", "workflows")

PHASES = {
    Phase.ACTIVE: "In a paid term; the early window is not open.",
    Phase.RENEWABLE: "The early window is open and the next term is unpaid.",
    Phase.RENEWED: "The next term is paid; it begins on the renewal date.",
    Phase.PAST_DUE: "The renewal date has passed, the subscription renews automatically, and the term is unpaid.",
    Phase.EXPIRED: "Not renewed, no access; the late window is open.",
    Phase.LAPSED: "The late window has closed. Final: buying again is a new subscription.",
}

REFUSALS = {
    "bad_arguments": "Correct what the sentence names and send the command again.",
    "unknown_subscription": "Check the number with `perennial list`.",
    "not_buyer": "Give the command as the buyer: `perennial show` names the buyer's address.",
    "not_operator": "Give it as `operator:NAME`.",
    "lapsed": "Nothing can be done to it; a new subscription has to be bought.",
    "parked": "An operator decides first: `perennial release`, or the command as `operator:NAME`.",
    "sold_by_partner": "The partner orders; record what was ordered with `perennial record-renewal`.",
    "legacy_order": "Support changes it in the older system; record it with `perennial record-renewal`.",
    "sold_by_sales": "Ask support; `sales_self_service` of the policy decides what such buyers may do.",
    "maintenance_plan": "Ask support.",
    "product_retired": "It goes on renewing at its own term; only cancelling and paying otherwise are left.",
    "country_not_served": "Ask support.",
    "payment_in_doubt": "Wait for the answer, or resolve it: [charge in doubt](operations.md#charge-in-doubt).",
    "hold_open": "Release what holds the renewal, or wait until it ends.",
    "already_renewed": "Nothing; the next term is paid. The one after it can be recorded once that term has begun.",
    "window_not_open": "Come back on the day that the answer names.",
    "term_not_paid": "`perennial renew` first; seats are added to a term that is paid.",
    "too_late": "Renew inside the late window: `perennial record-renewal`.",
    "auto_renew_off": "`perennial resume-auto-renew` first.",
    "method_cannot_auto_charge": "`perennial set-payment-method` with a card, PayPal or a direct debit first.",
    "method_not_accepted": "Name another method: `methods` of the policy says which; stores take 120 to 300,000 yen.",
    "term_not_offered": "Name a term that the catalogue has in the customer's currency, or import one.",
    "not_a_reduction": "Name fewer seats than there are.",
    "below_one_seat": "Keep one seat, or cancel auto-renew.",
    "preview_stale": "Look at the new preview and confirm that; one binds for 15 minutes.",
    "payment_declined": "Try again later, or name another method; nothing was bought.",
    "nothing_in_doubt": "Nothing; every payment has its answer.",
}
"""In order of precedence: the first that applies is the answer."""

EVENTS = {
    "phase": ("`from`, `to`", "It entered a phase. `from` is null for the first one, at the import."),
    "term": (
        "`starts_on`, `renews_on`, `term`, `seats`, `unit_price`, `currency`",
        "A paid term began. The imported term has none.",
    ),
    "payment": (
        "`purpose`, `amount`, `currency`, `outcome`, `code`, `attempt`",
        "A charge has an answer, or ended without one. `outcome`: `paid`, `declined`, `unknown` or `pending`.",
    ),
    "voucher": (
        "`outcome`, `amount`, `currency`, `expires_at`",
        "A store code or transfer reference was `issued`, ran out (`expired`), or was `given_up` by its buyer.",
    ),
    "seats": ("`added`, `seats`, `amount`, `currency`", "Paid seats were added to the running term."),
    "refund": (
        "`amount`, `currency`, `reference`, `because`",
        "Money went back. `because`: `paid_late`, a voucher was paid after it had run out.",
    ),
    "admin": ("`contact`", "Another contact of the organisation became the primary admin."),
    "notice": (
        "`kind`, `to`, `locale`, `outcome`, `occasion`, `why`",
        "A mail has an outcome: `sent`, `missed` or `failed`.",
    ),
    "command": ("`name`, `outcome`, `code`, `repeat`", "A command was decided. `repeat`: it asked for what was so."),
    "go_live": ("", "From now on it is charged and mailed."),
    "parked": ("`because`", "Notices and charges stop until release."),
    "released": ("", "They go on."),
    "access_suspended": ("`phase`", "Access was taken away while past due."),
    "hold_ended": ("`claim`", "A hold is over, by its time or by its buyer; the charge that waited for it goes on."),
    "alarm": ("`kind`, `detail`", "Something an operator must look at."),
}

ALARMS = {
    "renewal_may_be_missed": (
        "The renewal date passed and nothing is planned, or a step is an hour late.",
        "itself",
    ),
    "parked": ("The late window closed, and nobody had tried to charge or told the buyer.", "a release"),
    "mail_rejected": ("The mail server refused a letter for good; the buyer was not told.", "hand"),
    "step_failed": ("A step or command met an error that trying again at once does not cure.", "hand"),
    "cancelled_after_payment": ("A cancel named a renewal that had just been paid: offer a refund.", "hand"),
    "paid_after_all": (
        "The gateway took money for an attempt that counts as declined or abandoned, or a refund was not taken.",
        "hand",
    ),
    "voucher_in_doubt": ("The gateway has not said for an hour whether a voucher was paid that ran out.", "itself"),
    "seats_paid_late": ("Seats were paid for a term that was over by then: offer a refund.", "hand"),
    "legal_notice_missing": ("Nothing that was sent or is planned meets a legal notice rule of the charge.", "itself"),
}

CLASSES = {
    DeclineClass.SOFT: "tried again on the retry dates; mail `payment_failed`",
    DeclineClass.CUSTOMER_ACTS: "not tried again with that method; mail `action_required` says what to do",
    DeclineClass.HARD: "not tried again with that method; mail `action_required` names no reason",
}

LETTERS = {
    Kind.WINDOW_OPEN: "the early window opens",
    Kind.REMINDER: "before the renewal date, if it does not renew automatically",
    Kind.ADVANCE_CHARGE_NOTICE: "before an automatic charge: date, amount, method, how to cancel",
    Kind.CARD_EXPIRING: "the stored card ends before the renewal date",
    Kind.RENEWED: "a term was paid or recorded: the receipt",
    Kind.ORDER_CONFIRMATION: "one order paid for several subscriptions: one confirmation of them all",
    Kind.PAYMENT_FAILED: "a charge was declined, and will be tried again",
    Kind.ACTION_REQUIRED: "a charge was declined, and the buyer has to act",
    Kind.VOUCHER_ISSUED: "the buyer pays by Konbini or bank transfer: what, where and until when",
    Kind.VOUCHER_EXPIRED: "a store code or transfer reference ran out unpaid",
    Kind.AUTO_RENEW_CANCELLED: "auto-renew was switched off",
    Kind.AUTO_RENEW_RESUMED: "auto-renew was switched on again",
    Kind.SEATS_ADDED: "seats were added and paid: the receipt, and how its amount was computed",
    Kind.SEATS_REDUCTION_SCHEDULED: "fewer seats from the next term on",
    Kind.TERM_CHANGE_SCHEDULED: "another term from the next renewal on",
    Kind.CHANGE_WITHDRAWN: "a pending change was withdrawn",
    Kind.METHOD_CHANGED: "another payment method was stored",
    Kind.EXPIRED: "it expired",
    Kind.LATE_WINDOW_CLOSING: "the late window closes soon",
    Kind.LAPSED: "the late window has closed",
    Kind.QUOTE_ISSUED: "a quote was issued: what it covers and until when it can be accepted",
    Kind.QUOTE_EXPIRING: "an open quote can soon no longer be accepted",
    Kind.REFUND: "money was sent back to the buyer",
}

_METHOD = "`method` (the id of a stored one), or `kind`, `token`, `expires`; else the subscription's own"

ARGUMENTS = {
    Name.CANCEL_AUTO_RENEW: "`renewal`: the date that is meant, if any",
    Name.RESUME_AUTO_RENEW: "`renewal`",
    Name.REDUCE_SEATS: "`to`",
    Name.CHANGE_TERM: "`term`: `month`, `year` or `3-years`",
    Name.WITHDRAW_PENDING: "`what`: `seats` or `term`",
    Name.SET_PAYMENT_METHOD: "`method` (the id of a stored one), or `kind`, `token`, `expires` (as `2029-08`)",
    Name.ADD_SEATS: f"`seats`; {_METHOD}; `preview`",
    Name.RENEW: f"`when`: `now` or `on-renewal-date`; {_METHOD}; `preview`",
    Name.RELEASE_HOLD: "none",
    Name.HAND_OVER_ADMIN: "`to`: a contact's mail address",
    Name.RECORD_RENEWAL: "`reference`, `reason`; `seats`, `term` where the order differs",
    Name.PARK: "`reason`",
    Name.RELEASE: "`reason`",
    Name.GO_LIVE: "`reason`",
    Name.RESOLVE_PAYMENT: "`outcome`: `paid` or `declined`; `reason`",
}

POLICY = {
    "early_window_days": "The early window opens so many days before the renewal date.",
    "late_window_days": "The late window is still open so many days after it, by the length of the term.",
    "charge_time": "Local time of charges, before the spread.",
    "charge_spread_seconds": "Charges are spread over so many seconds, by the subscription's number.",
    "notice_time": "Local time of dated notices.",
    "past_due_access_days": "Access is suspended so many days after the renewal date.",
    "retry_days": "A soft decline is tried again so many days after the renewal date.",
    "window_open_days": "`window_open`, days before.",
    "reminder_days": "`reminder`, days before.",
    "monthly_reminder_days": "The same for monthly terms.",
    "advance_notice_days": "`advance_charge_notice`, days before.",
    "monthly_advance_notice_days": "The same for monthly terms.",
    "monthly_debit_notice_days": "The same for monthly terms by direct debit.",
    "card_expiring_days": "`card_expiring`, days before.",
    "late_window_closing_days": "`late_window_closing`, days before the late window's last day.",
    "sales_self_service": "May buyers from sales help themselves?",
    "methods": "The kinds of payment method that buyers may choose.",
    "voucher_days": "A voucher can be paid until the end of so many days later, by the method; 1 to 60.",
}


class NoWords(Exception):
    """The code has a name that is not explained here; the text says which and where."""


def _words(words: Mapping[Any, object], names: Iterable[str], what: str) -> None:
    missing = sorted(set(names) - set(words))
    if missing:
        raise NoWords(f"{what} {', '.join(missing)}: say what it means in docs/generate.py.")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; `|` and line ends in a cell are made harmless."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(str(cell)) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _calls(function: str) -> Iterator[tuple[ast.Call, ast.Module]]:
    """Every call of a function of that name, with the module it stands in."""
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("*.py")):
            module = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(module):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    if name == function:
                        yield node, module


def _texts(node: ast.expr, module: ast.Module) -> set[str]:
    """The texts that an argument can be: a literal, a choice of two, or a constant of its module or one it imports."""
    match node:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _texts(one, module) | _texts(other, module)
        case ast.Name(id=name):
            for each in module.body:
                if isinstance(each, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in each.targets):
                    return _texts(each.value, module)
                if isinstance(each, ast.ImportFrom) and each.module and name in {alias.name for alias in each.names}:
                    return _texts(node, ast.parse((ROOT / f"{each.module.replace('.', '/')}.py").read_text()))
    return set()


def events_in_code() -> set[str]:
    """Every event name that is passed to `record`."""
    return {text for call, module in _calls("record") if len(call.args) > 3 for text in _texts(call.args[3], module)}


def alarms_in_code() -> set[str]:
    """Every kind of alarm that is passed to `raise_alarm`."""
    return {text for call, module in _calls("raise_alarm") for text in _texts(call.args[2], module)}


def refusals_in_code() -> dict[str, list[str]]:
    """Every refusal code with the sentences it comes with, as they are written."""
    found: dict[str, list[str]] = {}
    for call, _ in _calls("Refused"):
        if len(call.args) == 2 and isinstance(call.args[0], ast.Constant):
            sentences = found.setdefault(str(call.args[0].value), [])
            sentence = _sentence(call.args[1])
            if sentence and sentence not in sentences:
                sentences.append(sentence)
    return found


def _sentence(node: ast.expr) -> str:
    """A sentence as written; what is filled in later stands as its last name in capitals."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_sentence(part) for part in parts)
        case ast.FormattedValue(value=value):
            return re.split(r"\W+", ast.unparse(value).strip("()"))[-1].upper().replace("_", " ")
    return ""


def _settings() -> str:
    rows = []
    for name, setting in Settings.model_fields.items():
        kind = _type(setting.annotation)
        default = "none" if setting.default is None else f"`{str(setting.default).lower()}`"
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
    _words(EVENTS, events_in_code(), "event")
    rows = ((f"`{name}`", *EVENTS[name]) for name in EVENTS if name in events_in_code())
    return table(("event", "fields of its own", "what happened"), rows)


def _alarms() -> str:
    _words(ALARMS, alarms_in_code(), "alarm")
    rows = (
        (f"[`{name}`](operations.md#{name.replace('_', '-')})", *ALARMS[name])
        for name in ALARMS
        if name in alarms_in_code()
    )
    return table(("alarm", "what it means", "cleared by"), rows)


def _refusals() -> str:
    found = refusals_in_code()
    _words(REFUSALS, found, "refusal code")
    rows = (
        (f"`{code}`", "<br>".join(found[code]) or "(one sentence that names what is wrong)", to_do)
        for code, to_do in REFUSALS.items()
        if code in found
    )
    return table(("code", "sentence", "what the operator can do"), rows)


def _phases() -> str:
    return table(("phase", "meaning"), ((f"`{phase}`", PHASES[phase]) for phase in Phase))


def _letters() -> str:
    _words(LETTERS, Kind, "letter")
    return table(("letter", "sent when"), ((f"`{kind}`", LETTERS[kind]) for kind in Kind))


def _declines() -> str:
    rows = []
    for each in DeclineClass:
        codes = ", ".join(f"`{code}`" for code, found in DEFAULT_CLASSES.items() if found is each)
        rows.append((f"`{each}`", codes, CLASSES[each]))
    return table(("class", "codes of a new installation", "what follows"), rows)


def _policy() -> str:
    _words(POLICY, (each.name for each in fields(Policy)), "policy value")
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
    for file in (CATALOG, CUSTOMERS, SUBSCRIPTIONS):
        columns = [f"`{column}`" for column in file.columns]
        further = "".join(f", and where wanted `{column}`" for column in file.optional)
        parts.append((f"`{file.file}`", ", ".join(columns) + further, ", ".join(f"`{each}`" for each in file.key)))
    return table(("file", "columns", "one line per"), parts)


def _temporal() -> str:
    rows = [
        ("workflow type", f"`{contract.SUBSCRIPTION_WORKFLOW}`", "one per subscription"),
        ("its id", f"`{contract.workflow_id('NUMBER')}`", "one run per term"),
        ("workflow type", f"`{contract.WATCHDOG_WORKFLOW}`", "one look over all subscriptions"),
        ("schedule", f"`{contract.WATCHDOG_SCHEDULE}`", "starts the watchdog; a worker creates it when it starts"),
        ("task queue", f"`{contract.TASK_QUEUE}`", "workflows and activities"),
        ("signal", f"`{contract.CANCEL_SIGNAL}`", "as `perennial cancel-auto-renew`"),
        ("signal", f"`{contract.RESUME_SIGNAL}`", "as `perennial resume-auto-renew`"),
        ("signal", f"`{contract.WAKE_SIGNAL}`", "the facts may have changed: plan again"),
        ("update", f"`{contract.APPLY_UPDATE}`", "applies a stored command, by its id"),
        ("update", f"`{contract.CATCH_UP_UPDATE}`", "answers when nothing is due"),
        ("query", f"`{contract.STATUS_QUERY}`", "where it stood when it was last planned"),
        ("query", f"`{contract.FORECAST_QUERY}`", "the steps that remain"),
    ]
    for each in contract.SEARCH_ATTRIBUTES:
        rows.append(("search attribute", f"`{each.name}`", each.indexed_value_type.name.capitalize()))
    return table(("what", "name", "meaning"), rows)


def _routes() -> str:
    """Every operation of the API: what it takes beside its address, and what it is for."""
    nobody: Any = None
    rows = []
    for path, operations in create_api(Settings(), nobody, nobody).openapi()["paths"].items():
        for method, operation in operations.items():
            takes = [each["name"] for each in operation.get("parameters", ()) if each["in"] != "path"]
            named = ", ".join(f"`{name}`" for name in takes)
            rows.append((f"`{method.upper()} {path}`", named, operation["description"]))
    return table(("route", "parameters and headers", "what for"), rows)


def _arguments() -> str:
    """Every command that the API takes; its arguments are what the one reader of them reads."""
    _words(ARGUMENTS, Name, "command")
    return table(("command", "arguments"), ((f"`{name}`", ARGUMENTS[name]) for name in Name))


BLOCKS: Mapping[str, Callable[[], str]] = {
    "settings": _settings,
    "commands": _commands,
    "phases": _phases,
    "refusals": _refusals,
    "events": _events,
    "letters": _letters,
    "alarms": _alarms,
    "declines": _declines,
    "policy": _policy,
    "import": _import_columns,
    "temporal": _temporal,
}


API_BLOCKS: Mapping[str, Callable[[], str]] = {"routes": _routes, "arguments": _arguments}
PAGES = ((REFERENCE, BLOCKS), (API, API_BLOCKS))


def generated(text: str, blocks: Mapping[str, Callable[[], str]] = BLOCKS) -> str:
    """The page with every marked block written anew. Raises `NoWords`, and ValueError for a block that is missing."""
    for name, write in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the page needs {begin} and {end} once each.")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{write()}\n\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    for page, blocks in PAGES:
        page.write_text(generated(page.read_text(encoding="utf-8"), blocks), encoding="utf-8")


if __name__ == "__main__":
    main()
