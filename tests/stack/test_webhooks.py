"""`perennial webhook`: an endpoint's life on the command line, before a real receiver."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.outside.receiver import Receiver, receiving

BY = ("--by", "operator:mira", "--reason", "a test")


class Terminal:
    def __init__(self, database_url: str, data: Path, **environment: str) -> None:
        ours = {"PERENNIAL_DATABASE_URL": database_url, "PERENNIAL_DATA_DIR": str(data)}
        self._environment = ours | environment

    def __call__(self, *words: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, ("webhook", *words), env=self._environment)
        assert done.exit_code == status, (done.exception, done.output)
        return done.output

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self(*words, "--json", status=status))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """In a thread of its own: each command runs a loop of its own."""
    ready, over = threading.Event(), asyncio.Event()
    found: list[Receiver] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with receiving() as receiver:
            found.append(receiver)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait()
    yield found[0]
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Terminal:
    return Terminal(database_url, tmp_path, PERENNIAL_LOCAL_STACK="true")


def test_an_endpoint_is_added_tried_out_switched_off_and_removed(terminal: Terminal, receiver: Receiver) -> None:
    assert "There are no endpoints yet" in terminal("list")
    added = terminal.json("add", receiver.url, "--type", "perennial.payment.paid", *BY)
    id_ = added["id"]
    assert added["secret"].startswith("whsec_")
    (row,) = terminal.json("list")
    assert (row["url"], row["types"], row["state"]) == (receiver.url, ["perennial.payment.paid"], "on")
    assert "secret" not in row
    assert terminal.json("test", id_, *BY)["status"] == 204
    receiver.answers.append(500)
    assert terminal.json("test", id_, *BY, status=1)["status"] == 500
    assert receiver.types == ["test", "test"]
    assert "is off." in terminal("off", id_, *BY)
    assert "was off already." in terminal("off", id_, *BY)
    assert "is on." in terminal("on", id_, *BY)
    assert terminal.json("replay", id_, "--failed", *BY)["events"] == 0
    assert terminal.json("replay", id_, "--from", "1", "--to", "10000", *BY)["events"] == 0
    assert "is removed." in terminal("remove", id_, *BY)
    assert "There is no endpoint" in terminal("on", id_, *BY, status=1)
    assert "There are no endpoints yet" in terminal("list")


@pytest.mark.parametrize(
    "words",
    [
        ("--event", "1", "--failed"),
        ("--from", "1"),
        (),
        ("--from", "1", "--to", "10001"),
        ("--from", "2", "--to", "1"),
    ],
)
def test_a_replay_names_one_event_or_a_range_or_all_that_failed(terminal: Terminal, words: tuple[str, ...]) -> None:
    terminal("replay", "00000000-0000-0000-0000-000000000000", *words, *BY, status=2)


def test_away_from_the_local_stack_it_is_https_and_not_inside(database_url: str, tmp_path: Path) -> None:
    keys = {"PERENNIAL_SEAL_KEYS": "0123456789abcdef0123456789abcdef"}
    terminal = Terminal(database_url, tmp_path, **keys)
    assert "It is not https" in terminal("add", "http://127.0.0.1:9/hook", *BY, status=1)
    assert "It leads into a private network" in terminal("add", "https://127.0.0.1:9/hook", *BY, status=1)
    inside = Terminal(database_url, tmp_path, PERENNIAL_WEBHOOK_PRIVATE_ADDRESSES="true", **keys)
    assert inside("add", "https://127.0.0.1:9/hook", *BY).startswith("whsec_")


def test_a_type_that_there_is_not_is_bad_usage(terminal: Terminal) -> None:
    assert "perennial.paid" in terminal("add", "https://example.com/", "--type", "perennial.paid", *BY, status=2)
