"""The operators' pages say the same in each language."""

import ast
from itertools import chain
from pathlib import Path as File
from string import Formatter

import pytest

from console.ops.asking import Column
from console.ops.deeds import DEEDS
from console.ops.results import STACKS
from console.ops.rooms import ROOMS, Group
from console.ops.subscriptions import TOGETHER
from console.ops.what_if import THINGS
from console.ops.words import WORDS
from models.api_keys import Scope
from models.at_risk import Cause
from models.audit import MAIL_READ, PORTFOLIO_IMPORT, USAGE_IMPORT
from models.bulk_actions import Outcome
from models.going_live import Oddity
from models.listing import Sort
from models.pauses import Pausable
from models.payments import ORDER_STATES
from models.pipeline import Path
from models.staff import StaffRefused
from models.webhooks import EndpointState
from models.what_ifs import What
from renewals.commands import Name
from renewals.decisions import PRECEDENCE
from renewals.facts import Channel, OfferingKind, OfferingStatus, Phase
from renewals.foreseen import Cause as Why
from renewals.foreseen import Verdict
from renewals.letters import Kind
from renewals.payments import AttemptState, DeclineClass, Purpose, Way
from renewals.permission import OPERATOR_MAY
from renewals.plan import Do
from renewals.policy_text import NAMES, Shape
from renewals.quoting import QuoteState
from renewals.reasons import Rule
from renewals.roles import ASKED_TWICE, May, Role
from renewals.what_if import Change

ROOT = File(__file__).parents[3]
PACKAGES = ("activities", "cli", "console", "models", "portfolio", "workflows")
COMPOSED = ("action", "MAIL_READ", "f'webhook.{state}'", "f'{row.what}.version'")
"""Names of acts that are not written out where they are added."""


def test_every_language_has_the_same_words_with_the_same_parts() -> None:
    english = WORDS["en"]
    for language, said in WORDS.items():
        assert said.keys() == english.keys(), language
        for key in english:
            parts = [{part[1] for part in Formatter().parse(words[key]) if part[1]} for words in (english, said)]
            assert parts[0] == parts[1], (language, key)


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("room", [room.key for room in ROOMS]),
        ("group", list(Group)),
        ("role", list(Role)),
        ("scope", list(Scope)),
        ("cause", list(Cause)),
        ("cause.todo", list(Cause)),
        ("golive.odd", list(Oddity)),
        ("path", list(Path)),
        ("results.by", list(STACKS)),
        ("phase", list(Phase)),
        ("outcome", list(AttemptState)),
        ("pause", list(Pausable)),
        ("deed", list(DEEDS)),
        ("col", ["number", *Column]),
        ("sort", list(Sort)),
        ("list.channel", list(Channel)),
        ("bulk", list(TOGETHER)),
        ("bulk.state", list(Outcome)),
        ("bulk.would", [each for each in Outcome if each is not Outcome.WAITING]),
        ("because", list(Rule)),
        ("step", list(Do)),
        ("kind", list(Kind)),
        ("command", list(Name)),
        ("do", list(Name)),
        ("channel", list(Channel)),
        ("way", list(Way)),
        ("purpose", list(Purpose)),
        ("order_state", list(ORDER_STATES)),
        ("decline_class", list(DeclineClass)),
        ("quote_state", list(QuoteState)),
        ("why_not", PRECEDENCE),
        ("already_so", sorted(OPERATOR_MAY)),
        ("sure", sorted(ASKED_TWICE)),
        ("verdict", list(Verdict)),
        ("foreseen_cause", list(Why)),
        ("change", list(Change)),
        ("what_if.thing", list(THINGS)),
        ("policy", list(NAMES)),
        ("rules.wrong", list(Shape)),
        ("rules.status", list(OfferingStatus)),
        ("rules.kind", list(OfferingKind)),
        ("needs_right", [May.STEER, May.MONEY]),
    ],
)
def test_every_name_has_words(prefix: str, names: list[str]) -> None:
    assert {f"{prefix}.{name}" for name in names} <= WORDS["en"].keys()


def audited_as() -> set[str]:
    """What every act is called on the audit: the words after who, in each call that adds one."""
    found = {*(f"webhook.{state}" for state in EndpointState), *(f"{what}.version" for what in What), MAIL_READ}
    found |= {PORTFOLIO_IMPORT, USAGE_IMPORT, "partner.sells", "partner.sells_no_more"}
    for file in chain.from_iterable(ROOT.glob(f"{package}/**/*.py") for package in PACKAGES):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("audit", "_audit"):
                said = node.args[3 if node.func.id == "audit" else 2]
                if isinstance(said, ast.Constant):
                    found.add(str(said.value))
                else:
                    assert ast.unparse(said) in COMPOSED, f"{file}:{node.lineno}: add its values above"
    return found


def test_every_act_on_the_audit_has_words() -> None:
    acts = audited_as()
    assert {"api_key.revoke", "webhook.test", "forecast.ask", "pause"} <= acts
    assert {f"act.{name}" for name in acts} <= WORDS["en"].keys()


def test_every_refusal_has_a_page() -> None:
    assert issubclass(StaffRefused, Exception)
    for code in ("unknown", "name_in_use", "provider", "last_admin"):
        assert {f"refused.{code}", f"refused.{code}_text"} <= WORDS["en"].keys()


def test_every_command_of_an_operator_says_what_it_does_and_what_it_would_do() -> None:
    for name in OPERATOR_MAY - {Name.RESOLVE_PAYMENT}:
        assert {f"do.{name}_text", f"will.{name}"} <= WORDS["en"].keys(), name
    assert {f"will.resolve-payment.{outcome}" for outcome in ("paid", "declined")} <= WORDS["en"].keys()
