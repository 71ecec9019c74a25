"""The handbook's table of what to look for leaves nothing out, and calls it what the overview calls it."""

import re

import pytest

from console.ops.words import WORDS
from docs.source import ROOT
from models.troubles import Trouble
from renewals.alarms import GRAVE

HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TABLE = HANDBOOK.partition("\n## What to look for, and where it stands\n")[2].partition("\n## ")[0]
OF_THE_PROGRAM = {"step_failed"}
"""An error that no portfolio brings about."""


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_of_the_overview_is_in_the_table(trouble: Trouble) -> None:
    assert f"*{WORDS['en'][f'trouble.{trouble}']}*" in TABLE


@pytest.mark.parametrize("kind", sorted(GRAVE - OF_THE_PROGRAM))
def test_every_grave_alarm_is_in_the_table(kind: str) -> None:
    assert f"[`{kind}`](#{kind.replace('_', '-')})" in TABLE


def test_every_line_says_how_far_away_its_cure_is() -> None:
    lines = [line.split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][1:]
    assert len(lines) >= 20
    assert all(len(line) == 4 and re.fullmatch("[012]", line[2]) for line in lines), lines
