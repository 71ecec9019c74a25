"""What the local stack says on the terminal while it starts, and where it sends the reader afterwards."""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from settings import Settings


@dataclass
class Step:
    """A part that is being started; `note` is what there is to say about it besides the time it took."""

    note: str = ""


def say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[Step]:
    """Say a part's line once it is ready: its name, how long it took, its note."""
    began = time.monotonic()
    done = Step()
    yield done
    say(f"  {name:<12} {time.monotonic() - began:4.1f} s  {done.note}".rstrip())


def where_to_look(settings: Settings, link: str) -> str:
    """The addresses and the first command, once everything runs; `link` signs the admin in, once."""
    console = f"http://localhost:{settings.http_port}"
    lines = (
        ("Console", link),
        ("Account", f"{console}/account"),
        ("Mails", f"{settings.ops_url}/mails"),
        ("Temporal UI", f"http://localhost:{settings.temporal_ui_port}"),
        ("Terminal", f"{_program()} show S-1001"),
    )
    return "\nPerennial runs.\n" + "\n".join(f"  {name:<12} {place}" for name, place in lines)


def _program() -> str:
    """How to call this program from the directory it was started in."""
    called = Path(sys.argv[0])
    found = shutil.which("perennial")
    if called.name != "perennial" or (found is not None and Path(found) == called.absolute()):
        return "perennial"
    return os.path.relpath(called)
