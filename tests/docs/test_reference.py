"""The reference is what the code says, and leaves nothing out."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from docs import generate
from renewals.arguments import parse_command
from renewals.commands import BadArguments, Name, Operator
from renewals.facts import Kind, Phase
from settings import PREFIX, Settings

PAGE = generate.REFERENCE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "blocks"), generate.PAGES, ids=["reference.md", "api.md"])
def test_the_tables_are_those_of_the_code(page: Path, blocks: Mapping[str, Callable[[], str]]) -> None:
    text = page.read_text(encoding="utf-8")
    assert generate.generated(text, blocks) == text, "run `python -m docs.generate`"


@pytest.mark.parametrize("name", list(Name))
def test_the_arguments_of_a_command_are_those_that_it_reads(name: Name) -> None:
    """Each that the page names is refused for its value; one that there is not would be refused for its name."""
    named = set(re.findall(r"`([a-z]+)`", generate.ARGUMENTS[name])) - {"month", "year", "now", "paid", "declined"}
    good: dict[str, object] = {"seats": 1, "reference": "R-1", "reason": "why", "quote": "Q-1"}
    for argument in named - ({"seats", "term"} if name is Name.WITHDRAW_PENDING else set()):
        method = {"kind": "card", "token": "tok"} if "expires" in named and argument != "method" else {}
        beside = {each: value for each, value in good.items() if each in named} | method
        with pytest.raises(BadArguments, match=f'"{argument}" must be'):
            parse_command(name, beside | {argument: 1.5}, Operator("ana"))


@pytest.mark.parametrize("command", sorted(generate.every_command()))
def test_every_command_is_there(command: str) -> None:
    assert f"### perennial {command}\n" in PAGE


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_there(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in PAGE


@pytest.mark.parametrize("event", sorted(generate.events_in_code()))
def test_every_event_is_there(event: str) -> None:
    assert f"| `{event}` |" in PAGE


@pytest.mark.parametrize("alarm", sorted(generate.alarms_in_code()))
def test_every_alarm_is_there_and_in_the_handbook(alarm: str) -> None:
    handbook = (generate.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"[`{alarm}`]" in PAGE
    assert f"### {alarm.replace('_', ' ').capitalize()}\n" in handbook


@pytest.mark.parametrize("code", sorted(generate.refusals_in_code()))
def test_every_refusal_code_is_there(code: str) -> None:
    assert f"| `{code}` |" in PAGE


@pytest.mark.parametrize("name", [*Phase, *Kind])
def test_every_phase_and_letter_is_there(name: str) -> None:
    assert f"| `{name}` |" in PAGE


def test_what_the_code_is_searched_for_is_found() -> None:
    """Names are read from the source; a search that finds nothing would prove nothing."""
    assert {"phase", "payment", "parked", "released"} <= generate.events_in_code()
    assert {"renewal_may_be_missed", "parked", "mail_rejected"} <= generate.alarms_in_code()
    assert {"bad_arguments", "not_buyer", "too_late"} <= set(generate.refusals_in_code())


def test_a_name_without_words_is_an_error() -> None:
    with pytest.raises(generate.NoWords, match="brand_new"):
        generate._words(generate.EVENTS, {"brand_new"}, "event")
