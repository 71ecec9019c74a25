"""Play a life, and write it down: the histories of its runs, and the timeline that is kept beside them."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from benchmarks.year import runs_of
from tests.histories.attention import attentive
from tests.histories.overheard import turns_of
from tests.histories.timeline import timeline
from tests.scenarios.theatre import Life, Theatre

RECORDED, TIMELINES = Path(__file__).parent / "recorded", Path(__file__).parent / "timelines"
OPTIONS = TIMELINES / "options.txt"

Live = Callable[[Theatre], Awaitable[Life]]

GIVEN = "commands: "

_COMMANDS = "SELECT name, outcome, code FROM commands WHERE subscription = :number ORDER BY stored_at"


async def play(theatre: Theatre, live: Live) -> tuple[str, Sequence[WorkflowHistory]]:
    """What is written of a life, and the history of each of its runs."""
    theatre.client = attentive(theatre.client)
    life = await live(theatre)
    runs = await runs_of(life.client, life.handle.id)
    given = [" ".join(filter(None, (row["name"], row["outcome"], row["code"]))) for row in await life.rows(_COMMANDS)]
    return f"{GIVEN}{', '.join(given) or 'none'}\n\n{await timeline_of(runs)}", runs


def commands_of(text: str) -> list[str]:
    """The names of the commands of a life, which histories know by id only."""
    return [given.partition(" ")[0] for given in text.partition("\n")[0].removeprefix(GIVEN).split(", ")]


def lines_of(text: str) -> str:
    """What a kept timeline says beside the commands' names."""
    return text.partition("\n\n")[2]


async def timeline_of(runs: Sequence[WorkflowHistory]) -> str:
    """What the present workflow commands in these runs."""
    return timeline([await turns_of(run) for run in runs])


def kept(name: str) -> Path:
    """Where the timeline of a life is kept."""
    return TIMELINES / f"{name}.txt"


def recorded_of(name: str) -> list[list[Path]]:
    """The files of every recording of a life, oldest first: `NAME-1.json …`, then `NAME.2-1.json …`."""
    recordings = list[list[Path]]()
    while files := sorted(RECORDED.glob(f"{_nth(name, len(recordings) + 1)}-*.json")):
        recordings.append(files)
    return recordings


def record(name: str, runs: Sequence[WorkflowHistory]) -> None:
    """Add a recording; those that are there stay, because histories like them may be alive."""
    RECORDED.mkdir(exist_ok=True)
    recording = _nth(name, len(recorded_of(name)) + 1)
    for n, run in enumerate(runs, start=1):
        text = json.dumps(_without_traces(json.loads(run.to_json())), indent=2)
        (RECORDED / f"{recording}-{n}.json").write_text(text + "\n", encoding="utf-8")


def read(files: Sequence[Path]) -> list[WorkflowHistory]:
    """The runs of a recording."""
    return [WorkflowHistory.from_json("recorded", file.read_text(encoding="utf-8")) for file in files]


def _without_traces(value: Any) -> Any:
    """Without stack traces: they name the folders of the machine that recorded."""
    if isinstance(value, dict):
        return {key: _without_traces(inner) for key, inner in value.items() if key != "stackTrace"}
    return [_without_traces(inner) for inner in value] if isinstance(value, list) else value


def _nth(name: str, n: int) -> str:
    return name if n == 1 else f"{name}.{n}"
