"""The reference is what the code says, and leaves nothing out."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

import pytest

from docs import generate
from docs.cures import CURES
from docs.eligibility_page import _COUNTRIES, _SELLERS, _STATES, answer
from docs.explained import ARGUMENTS, EVENTS
from docs.reference_page import every_command
from docs.source import ROOT, alarms_in_code, events_in_code, refusals_in_code
from docs.tables import NoWords, check_words
from renewals.actors import Operator
from renewals.arguments import parse_command
from renewals.commands import BadArguments, Name
from renewals.curing import CURED_BY_TIME
from renewals.decisions import PRECEDENCE
from renewals.facts import Phase
from renewals.letters import Kind
from settings import PREFIX, Settings

PAGE = generate.REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "blocks"), generate.PAGES, ids=["reference.md", "api.md", "eligibility.md"])
def test_the_tables_are_those_of_the_code(page: Path, blocks: Mapping[str, Callable[[], str]]) -> None:
    text = page.read_text(encoding="utf-8")
    assert generate.generated(text, blocks) == text, "run `python -m docs.generate`"


@pytest.mark.parametrize("name", list(Name))
def test_the_arguments_of_a_command_are_those_that_it_reads(name: Name) -> None:
    """Each that the page names is refused for its value; one that there is not would be refused for its name."""
    named = set(re.findall(r"`([a-z]+)`", ARGUMENTS[name])) - {"month", "year", "now", "paid", "declined"}
    good: dict[str, object] = {"seats": 1, "term": "year", "reference": "R-1", "reason": "why", "quote": "Q-1"}
    good |= {"order": str(UUID(int=1)), "email": "it@northwind.example", "contact": "ada@northwind.example"}
    for argument in named - ({"seats", "term"} if name is Name.WITHDRAW_PENDING else set()):
        method = {"kind": "card", "token": "tok"} if "expires" in named and argument != "method" else {}
        beside = {each: value for each, value in good.items() if each in named} | method
        with pytest.raises(BadArguments, match=f'"{argument}" must be'):
            parse_command(name, beside | {argument: 1.5}, Operator("ana"))


@pytest.mark.parametrize("command", sorted(every_command()))
def test_every_command_is_there(command: str) -> None:
    assert f"### perennial {command}\n" in PAGE


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_there(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in PAGE


@pytest.mark.parametrize("event", sorted(events_in_code()))
def test_every_event_is_there(event: str) -> None:
    assert f"| `{event}` |" in PAGE


@pytest.mark.parametrize("alarm", sorted(alarms_in_code()))
def test_every_alarm_is_there_and_in_the_handbook(alarm: str) -> None:
    handbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"[`{alarm}`]" in PAGE
    assert f"### {alarm.replace('_', ' ').capitalize()}\n" in handbook


@pytest.mark.parametrize("code", sorted(refusals_in_code()))
def test_every_refusal_code_is_there(code: str) -> None:
    assert f"| `{code}` |" in PAGE


def test_of_every_refusal_it_is_said_whether_time_cures_it() -> None:
    """domain.md 7. What is said to have a day is what the core may give one."""
    assert list(CURES) == PRECEDENCE
    assert {code for code, words in CURES.items() if words.startswith("**yes**")} == CURED_BY_TIME


@pytest.mark.parametrize("name", [*Phase, *Kind])
def test_every_phase_and_letter_is_there(name: str) -> None:
    assert f"| `{name}` |" in PAGE


def test_what_the_code_is_searched_for_is_found() -> None:
    """Names are read from the source; a search that finds nothing would prove nothing."""
    assert {"phase", "payment", "parked", "released"} <= events_in_code()
    assert {"renewal_may_be_missed", "parked", "mail_rejected"} <= alarms_in_code()
    assert {"bad_arguments", "not_buyer", "too_late"} <= set(refusals_in_code())


def test_a_name_without_words_is_an_error() -> None:
    with pytest.raises(NoWords, match="brand_new"):
        check_words(EVENTS, {"brand_new"}, "event")


@pytest.mark.parametrize(
    ("situation", "name", "said"),
    [
        pytest.param(_SELLERS["by a partner"], Name.RENEW, "`sold_by_partner`", id="a partner's"),
        pytest.param(_SELLERS["by our sales team"], Name.CHANGE_TERM, "allowed", id="sales may change the term"),
        pytest.param(_SELLERS["by our sales team"], Name.REDUCE_SEATS, "`sold_by_sales`", id="but never seats"),
        pytest.param(_COUNTRIES["AU"], Name.CHANGE_TERM, "allowed", id="Australia: term"),
        pytest.param(_COUNTRIES["AU"], Name.ADD_SEATS, "`country_not_served`", id="Australia: no seats"),
        pytest.param(_STATES["window not open"], Name.RENEW, "`window_not_open` (2026-12-31)", id="too early"),
        pytest.param(_STATES["next term paid"], Name.RENEW, "`already_renewed` (2028-01-01)", id="paid"),
        pytest.param(_STATES["payment open"], Name.RENEW, "`hold_open` (2027-02-09)", id="a payment is open"),
        pytest.param(_STATES["payment open"], Name.CHANGE_TERM, "`hold_open` (2027-02-09)", id="as for its price"),
        pytest.param(_STATES["auto-renew off"], Name.REDUCE_SEATS, "`auto_renew_off`", id="needs auto-renew"),
        pytest.param(_STATES["past due"], Name.RENEW, "allowed", id="overdue"),
        pytest.param(_STATES["expired"], Name.CHANGE_TERM, "`too_late`", id="expired"),
        pytest.param(_STATES["lapsed"], Name.SET_PAYMENT_METHOD, "`lapsed`", id="lapsed"),
    ],
)
def test_the_eligibility_tables_say_what_the_rules_say(situation: object, name: Name, said: str) -> None:
    """Domain rules, by hand: a table whose subscriptions were built wrongly would be true of nothing."""
    assert answer(situation, name) == said  # type: ignore[arg-type]
