"""Where a rehearsal writes its events: whole or not at all, and never in the place of a device."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import portfolios
from cli.main import app
from cli.rehearse import BadInput

EVENTS = [{"event": "phase", "to": "renewed"}, {"event": "notice"}]
LINES = '{"event": "phase", "to": "renewed"}\n{"event": "notice"}\n'


def rehearse(out: object) -> Result:
    return CliRunner().invoke(
        app, ("rehearse", "x", "--from", "2027-01-01", "--until", "2027-01-02", "--json", str(out))
    )


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A play that is over at once, and a list that tells whether it began."""
    began: list[str] = []

    async def play(*_: Any) -> AsyncIterator[dict[str, Any]]:
        began.append("played")
        for event in EVENTS:
            yield event

    monkeypatch.setattr(portfolios, "rehearse", play)
    return began


@pytest.mark.usefixtures("played")
def test_the_file_is_written_and_named(tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    out.write_text("older")
    said = rehearse(out)
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.stdout == f"2 events from 2027-01-01 to 2027-01-02 in {out}.\n"
    assert (out.read_text(), list(tmp_path.iterdir())) == (LINES, [out])


@pytest.mark.usefixtures("played")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    out = tmp_path / "pipe"
    os.mkfifo(out)
    reader = os.open(out, os.O_RDONLY | os.O_NONBLOCK)
    try:
        said = rehearse(out)
        assert (said.exit_code, said.stdout, os.read(reader, 4096).decode()) == (0, "", LINES)
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(out.stat().st_mode)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("played")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    assert rehearse(link).exit_code == 0
    assert (link.is_symlink(), target.read_text()) == (True, LINES)


@pytest.mark.usefixtures("played")
def test_a_full_device_is_one_sentence_and_stays_a_device(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    said = rehearse(full)
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == f"The events cannot be written to {full}: No space left on device.\n"
    assert stat.S_ISCHR(full.stat().st_mode)


@pytest.mark.parametrize("name", ["", ".", "missing/events", "file/events", "x" * 300])
def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_played(
    name: str, played: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    said = rehearse(name)
    assert (said.exit_code, said.stdout, said.stderr.count("\n"), played) == (1, "", 1, [])
    assert said.stderr.startswith("The events cannot be written to ")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


async def refused(*_: Any) -> AsyncIterator[dict[str, Any]]:
    yield EVENTS[0]
    raise BadInput((), 0)


async def interrupted(*_: Any) -> AsyncIterator[dict[str, Any]]:
    yield EVENTS[0]
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(60)


@pytest.mark.parametrize(("play", "status"), [(refused, 1), (interrupted, 130)], ids=["refused", "interrupted"])
def test_what_was_not_played_to_its_end_leaves_nothing_and_keeps_what_was_there(
    play: Any, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolios, "rehearse", play)
    monkeypatch.setattr(os, "_exit", sys.exit)
    out = tmp_path / "events.jsonl"
    out.write_text("older")
    assert rehearse(out).exit_code == status
    assert (out.read_text(), list(tmp_path.iterdir())) == ("older", [out])
