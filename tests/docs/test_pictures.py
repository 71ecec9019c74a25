"""Every picture that a page shows exists and says what it shows; and none lies about that no page shows."""

import re
from pathlib import Path

import pytest

from docs.pictures import CROPS, PICTURES, WIDTH
from docs.source import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
SHOWN = [(page, *found) for page in PAGES for found in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text("utf-8"))]
THERE = sorted(path.stem for path in PICTURES.iterdir())
TOGETHER = 1_500_000
"""Bytes that whoever clones the repository takes along."""


def test_the_pictures_there_are_those_that_are_taken() -> None:
    assert sorted(CROPS) == THERE


def test_every_picture_is_shown_on_some_page() -> None:
    assert {Path(target).stem for _, _, target in SHOWN} == set(THERE)


@pytest.mark.parametrize(
    ("page", "says", "target"), [pytest.param(*each, id=f"{each[0].name}: {each[2]}") for each in SHOWN]
)
def test_what_a_page_shows_exists_and_is_said_in_words(page: Path, says: str, target: str) -> None:
    assert (page.parent / target).is_file()
    assert len(says.split()) >= 5


@pytest.mark.parametrize("name", THERE)
def test_a_picture_is_as_wide_as_the_others(name: str) -> None:
    head = (PICTURES / f"{name}.png").read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert int.from_bytes(head[16:20], "big") == WIDTH


def test_the_pictures_are_small_together() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < TOGETHER
