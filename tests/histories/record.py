"""Play every life and keep what is new: `python -m tests.histories.record`, or `… record -k a_year` for one.

The timeline is written anew: read what changed in it before you commit. A recording is only added, and only where the
timeline of the newest one is another: histories like the older ones may be alive, and `test_replay.py` replays them
all. Delete one once no history like it can be alive. Recordings hold no host name, no path and nobody's data: the
server and the worker are both called `perennial`.
"""

import sys

import pytest
from temporalio.workflow import NondeterminismError

from tests.histories.cast import LIVES
from tests.histories.patience import all_patience
from tests.histories.playing import OPTIONS, Live, kept, lines_of, play, read, record, recorded_of, timeline_of
from tests.scenarios.theatre import Theatre


def test_keep_options() -> None:
    OPTIONS.parent.mkdir(exist_ok=True)
    OPTIONS.write_text(all_patience(), encoding="utf-8")


@pytest.mark.parametrize("live", LIVES, ids=lambda live: live.__name__)
async def test_keep(theatre: Theatre, live: Live) -> None:
    text, runs = await play(theatre, live)
    kept(live.__name__).write_text(text, encoding="utf-8")
    if await _newest(live.__name__) != lines_of(text):
        record(live.__name__, runs)


async def _newest(name: str) -> str | None:
    """The timeline of the newest recording; None where there is none that still replays."""
    recordings = recorded_of(name)
    try:
        return await timeline_of(read(recordings[-1])) if recordings else None
    except NondeterminismError:
        return None


if __name__ == "__main__":
    sys.exit(pytest.main(["-q", "-n0", "-p", "no:cacheprovider", __file__, *sys.argv[1:]]))
