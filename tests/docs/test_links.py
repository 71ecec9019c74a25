"""What the pages point to exists: files, headings, commands and their options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.reference_page import every_command
from docs.source import ROOT

PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMANDS = every_command()
_PLACEHOLDERS = {
    "FOLDER": "folder",
    "NUMBER": "S-1",
    "DATE": "2027-01-01",
    "ID": "00000000-0000-0000-0000-000000000000",
}


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
            if "://" not in target and not target.startswith("mailto:"):
                yield page, target


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    ("page", "target"), [pytest.param(*each, id=f"{_name(each[0])}→{each[1]}") for each in _links()]
)
def test_every_link_leads_somewhere(page: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    found = page.parent / path if path else page
    assert found.exists()
    if anchor:
        assert anchor in _anchors(found)


def _shown(text: str) -> Iterator[tuple[str, bool]]:
    """Each command line that a page shows: whole, at the start of a line of a block, or named, between backquotes."""
    for block in _CODE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?perennial (.+)", line)
            if found:
                yield " ".join(found[1].partition("  #")[0].split()), True
    for quoted in re.findall(r"`(?:\.venv/bin/)?perennial ([^`]+)`", _CODE.sub("", text)):
        yield " ".join(quoted.split()), False


def _calls() -> Iterator[tuple[Path, str, bool]]:
    for page in PAGES:
        for call, whole in _shown(page.read_text(encoding="utf-8")):
            yield page, call, whole


@pytest.mark.parametrize(
    ("page", "call", "whole"), [pytest.param(*each, id=f"{_name(each[0])}: {each[1]}") for each in _calls()]
)
def test_every_command_that_is_shown_can_be_given(page: Path, call: str, whole: bool) -> None:
    """In a block it must parse as it stands; between backquotes a command may be named without its arguments."""
    name, *words = shlex.split(call)
    if name not in COMMANDS:
        name, *words = f"{name} {words[0]}", *words[1:]
    command = COMMANDS[name]
    given = [_PLACEHOLDERS.get(word, word) for word in words]
    if whole:
        command.make_context(name, given)
    assert {word.partition("=")[0] for word in given if word.startswith("--")} <= _options(command)


def _options(command: Any) -> set[str]:
    return {option for each in command.params for option in each.opts}


def test_the_pages_show_commands_and_links() -> None:
    assert len(list(_calls())) > 40
    assert len(list(_links())) > 20
