"""Each promise to buyers is held by tests that there are, and its place is called what the account calls it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.account.words import WORDS
from docs.source import ROOT

PAGE = ROOT / "docs" / "promises.md"
ROWS = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| (?!promise )", line)]
_TEST = re.compile(r"\[([^\]]+)\]\((\.\./tests/[^)]+\.py)\)")


def _named() -> Iterator[tuple[str, Path]]:
    """Every test that the page names: its name as a sentence, and the file it links to."""
    for row in ROWS:
        for sentence, target in _TEST.findall(row):
            yield sentence, PAGE.parent / target


@pytest.mark.parametrize(("sentence", "file"), [pytest.param(*each, id=each[0]) for each in sorted(set(_named()))])
def test_a_test_that_is_named_exists(sentence: str, file: Path) -> None:
    assert f"def test_{sentence.replace(' ', '_')}(" in file.read_text(encoding="utf-8")


def test_every_promise_names_a_test() -> None:
    assert len(ROWS) >= 35
    assert [row for row in ROWS if not _TEST.search(row)] == []


def test_a_place_is_called_what_the_account_calls_it() -> None:
    said = {re.sub(r" \(\{.*", "", words) for words in WORDS["en"].values()}
    places = {name for row in ROWS for name in re.findall(r"\*([^*]+)\*", row)}
    assert len(places) >= 15
    assert places - said == set()
