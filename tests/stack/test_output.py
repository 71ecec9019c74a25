"""What is printed is what is stored or was typed: nothing in it is obeyed, by Rich or by the terminal."""

import doctest
import json
from datetime import date
from typing import Any

import pytest
import typer

from cli import explaining, looking, output

HOSTILE = [
    pytest.param(r"x\[/b] [red]y", r"x\[/b] [red]y", id="markup after a backslash"),
    pytest.param("[bold]x[/bold]", "[bold]x[/bold]", id="markup"),
    pytest.param(":smile:", ":smile:", id="name of an emoji"),
    pytest.param("\x1b[31mred", r"\x1b[31mred", id="escape sequence"),
    pytest.param("\x9b2J", r"\x9b2J", id="C1 control"),
    pytest.param("a\u202eb", r"a\u202eb", id="override of the direction"),
    pytest.param("a\nb\tc\rd", r"a\nb\tc\rd", id="line ends and tabs"),
    pytest.param("a\udcff", r"a\udcff", id="half a character"),
    pytest.param("Zoë 山田 \u00a0x", "Zoë 山田 \u00a0x", id="every script as it is"),
]


@pytest.mark.parametrize(("given", "shown"), HOSTILE)
def test_a_table_shows_every_text_as_it_is_written(given: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(given, ("number", "name"), [("S-1", given)], empty="")
    title, _, row = capsys.readouterr().out.splitlines()
    assert title.rstrip() == shown
    assert row.rstrip() == f"S-1     {shown}"


@pytest.mark.parametrize(("given", "shown"), HOSTILE)
def test_a_sentence_shows_every_text_as_it_is_written(
    given: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output.say(given)
    with pytest.raises(typer.Exit):
        output.fail(given, given)
    assert capsys.readouterr() == (f"{shown}\n", f"{shown}\n{shown}\n")


def test_json_escapes_as_json_does(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"name": "a\x1b\n\u202e"})
    assert json.loads(capsys.readouterr().out) == {"name": "a\x1b\n\u202e"}


def test_a_refusal_names_the_day_that_cures_it_once() -> None:
    told: dict[str, Any] = {"answer": "refused", "code": "window_not_open", "possible_on": date(2027, 1, 15)}
    told |= {"hint": "It can be renewed from 2027-01-15 on; come back."}
    assert explaining._more(told) == ". It can be renewed from 2027-01-15 on; come back."
    assert explaining._more(told | {"hint": "Wait."}) == ". Wait. Possible from 2027-01-15 on."
    assert explaining._more(told | {"hint": "Wait.", "possible_on": None}) == ". Wait."


def test_the_examples_hold() -> None:
    assert doctest.testmod(output) == (0, 3)
    assert doctest.testmod(looking) == (0, 1)
