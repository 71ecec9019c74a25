"""What every command does with an argument, an output, a Ctrl-C or an outside world that is not as it should be."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from sqlalchemy.exc import DBAPIError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode
from typer.testing import CliRunner

from cli import desk
from cli.main import app
from tests.stack.conftest import ROOT

PERENNIAL = f"{sys.executable} -c 'from cli.entry import main; main()'"


def shell(line: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PERENNIAL_DATA_DIR": str(tmp_path)}
    return subprocess.run(  # noqa: S602 - the redirections are what is tested
        line, shell=True, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("words", [("show", "S-\udcff"), ("sh\udcffow",), ("park", "S-1", "--by", "\udce9")])
def test_an_argument_that_is_no_text_is_bad_usage(words: tuple[str, ...]) -> None:
    said = CliRunner().invoke(app, words)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "is no text in UTF-8" in said.stderr
    assert "\\udc" in said.stderr


def test_a_complaint_about_usage_shows_what_was_typed() -> None:
    said = CliRunner().invoke(app, ("show", "S-1", "--x\x1b[31m"))
    assert (said.exit_code, "--x\\x1b[31m" in said.stderr, "\x1b" in said.stderr) == (2, True, False)


@pytest.mark.parametrize("words", ["legal --help", "--help"])
def test_a_full_disk_is_one_sentence(words: str, tmp_path: Path) -> None:
    said = shell(f"{PERENNIAL} {words} >/dev/full", tmp_path)
    assert (said.returncode, said.stderr) == (1, "The answer cannot be written: No space left on device.\n")


@pytest.mark.parametrize("printing", ["print_json(rows)", "print_table('', ('a',), rows, empty='')", "say(str(rows))"])
def test_a_disk_that_fills_up_in_the_midst_of_a_long_answer_is_one_sentence(printing: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from cli.main import app\nfrom cli.output import print_json, print_table, say\n"
        f"rows = [['x' * 99]] * 999\napp.command('long')(lambda: {printing})\napp(['long'])\n"
    )
    said = shell(f"{sys.executable} {program} >/dev/full", tmp_path)
    assert (said.returncode, said.stderr) == (1, "The answer cannot be written: No space left on device.\n")


def test_a_closed_output_is_one_sentence(tmp_path: Path) -> None:
    said = shell(f"{PERENNIAL} list >&-", tmp_path)
    assert said.returncode == 1
    assert said.stderr == "There is no standard output to answer on; open it, or send it to a file.\n"


def test_a_reader_that_has_seen_enough_is_no_trouble(tmp_path: Path) -> None:
    assert shell(f"{PERENNIAL} --help | true", tmp_path).stderr == ""


@pytest.mark.parametrize("printing", ["print_json(rows)", "print_table('', ('a',), rows, empty='')", "say(rows[0][0])"])
def test_a_terminal_without_the_letters_gets_their_codes(printing: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from cli.main import app\nfrom cli.output import print_json, print_table, say\n"
        f"rows = [['\u6e2f \u2192 x']]\napp.command('long')(lambda: {printing})\napp(['long'])\n"
    )
    said = shell(f"PYTHONIOENCODING=latin-1 {sys.executable} {program}", tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert r"\u6e2f \u2192 x" in said.stdout


def test_the_zone_of_the_host_decides_nothing(tmp_path: Path) -> None:
    said = shell(f"TZ=/etc/passwd {PERENNIAL} --help", tmp_path)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("typed", ["1_0", "1e3", "٣", "3.0", "+3", " 3", "", "x\n"])  # Python reads most of them
@pytest.mark.parametrize("words", [("add-seats", "--seats"), ("reduce-seats", "--to"), ("record-renewal", "--seats")])
def test_a_number_is_written_in_plain_digits(words: tuple[str, str], typed: str) -> None:
    command, option = words
    said = CliRunner().invoke(app, (command, "S-1", "--by", "ada@northwind.example", option, typed))
    assert (said.exit_code, said.stdout) == (2, "")
    assert f"Invalid value for '{option}': the number is" in said.stderr
    assert "it must be a whole number such as 12." in said.stderr


def test_what_was_done_does_not_end_as_an_abort_of_python(tmp_path: Path) -> None:
    """A thread of Temporal's client may call into Python while that clears up, and the process aborts (status 134)."""
    aborts = "import atexit, os; atexit.register(os.abort); from cli.entry import main; main()"
    said = shell(f'{sys.executable} -c "{aborts}" --help', tmp_path)
    assert (said.returncode, said.stdout.startswith("Usage: "), said.stderr) == (0, True, "")


def test_each_bad_setting_has_a_line_of_its_own(tmp_path: Path) -> None:
    said = shell(f"PERENNIAL_SMTP_PORT=0 PERENNIAL_BREAKER=maybe {PERENNIAL} list", tmp_path)
    first, second = said.stderr.splitlines()
    assert (said.returncode, said.stdout) == (1, "")
    assert first.startswith("PERENNIAL_SMTP_PORT must be a whole number")
    assert second.startswith("PERENNIAL_BREAKER must be true or false")


def test_ctrl_c_before_anything_is_loaded_is_one_line() -> None:
    pressed = "if name == 'cli.main': os.kill(os.getpid(), signal.SIGINT)"
    slow = f"import os, signal, sys\nclass Slow:\n  def find_spec(self, name, *rest):\n    {pressed}\n"
    slow += "sys.meta_path.insert(0, Slow())\nfrom cli.entry import main\nmain()"
    said = subprocess.run([sys.executable, "-c", slow], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout, said.stderr) == (130, "", "Interrupted; nothing was done or written.\n")


def refused() -> RPCError:
    return RPCError("tcp connect error", RPCStatusCode.UNAVAILABLE, b"")


async def plainly() -> None:
    raise refused()


async def among_others() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(plainly())
        group.create_task(asyncio.sleep(60))


async def while_it_is_read() -> None:
    async def instants() -> AsyncIterator[int]:
        yield 1
        raise refused()

    async for _ in instants():
        pass


async def of_a_start_that_nobody_awaits() -> None:
    future = asyncio.get_running_loop().create_future()
    future.set_exception(refused())
    raise refused()


async def in_time() -> None:
    raise WorkflowUpdateRPCTimeoutOrCancelledError


async def to_connect() -> None:
    raise RuntimeError("Failed client connect: `get_system_info` call error")


@pytest.mark.parametrize(
    "work", [plainly, among_others, while_it_is_read, of_a_start_that_nobody_awaits, in_time, to_connect]
)
def test_a_temporal_that_goes_away_is_one_sentence(work: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        desk.run(work())
    assert ended.value.exit_code == 1
    said = capsys.readouterr().err
    assert said.startswith("Temporal ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("refused", "cure"),
    [
        pytest.param(psycopg.errors.DiskFull("could not extend file"), "Make room on its disk", id="disk full"),
        pytest.param(
            psycopg.OperationalError("FATAL:  the database system is in recovery mode"), "Try again", id="recovering"
        ),
        pytest.param(psycopg.errors.InsufficientPrivilege("permission denied"), "Grant its role", id="not granted"),
        pytest.param(psycopg.errors.UndefinedTable("no such table"), "Check PERENNIAL_DATABASE_URL", id="another"),
    ],
)
def test_what_the_database_refuses_is_one_sentence_with_its_own_cure(
    refused: psycopg.Error, cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def asked() -> None:
        raise DBAPIError("SELECT 1", None, refused)

    with pytest.raises(typer.Exit):
        desk.run(asked())
    said = capsys.readouterr().err
    assert (said.startswith("The database answered: "), f". {cure}" in said, said.count("\n")) == (True, True, 1)


def test_what_a_command_left_open_is_closed_on_ctrl_c(tmp_path: Path) -> None:
    """A file that is half written, a bar of progress that hides the cursor."""
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio, os, signal\nfrom cli import desk\nfrom cli.main import app\n"
        "async def work():\n  os.kill(os.getpid(), signal.SIGINT)\n  await asyncio.sleep(60)\n"
        "def long():\n  try:\n    desk.run(work())\n  finally:\n    print('closed')\n"
        "app.command('long')(long)\napp(['long'])\n"
    )
    said = shell(f"{sys.executable} {program}", tmp_path)
    assert (said.returncode, said.stdout, said.stderr) == (130, "closed\n", "Interrupted.\n")


@pytest.mark.parametrize("elsewhere", [">/dev/full", "| true"], ids=["a full disk", "a reader that has gone"])
def test_what_cannot_be_printed_keeps_no_command_from_ending_on_a_signal(elsewhere: str, tmp_path: Path) -> None:
    """Ends at once, not by Python's clearing up, which may wait for ever."""
    program, status = tmp_path / "program.py", tmp_path / "status"
    program.write_text(
        "import asyncio, atexit, os, signal, sys, time\nfrom cli import desk\nfrom cli.main import app\n"
        "atexit.register(lambda: print('cleared up', file=sys.stderr))\n"
        "async def work():\n  sys.stdout.write('x' * 99)\n  time.sleep(1)\n  os.kill(os.getpid(), signal.SIGTERM)\n"
        "  await asyncio.sleep(60)\n"
        "app.command('long')(lambda: desk.run(work()))\napp(['long'])\n"
    )
    said = shell(f"({sys.executable} {program}; echo $? >{status}) {elsewhere}", tmp_path)
    assert (status.read_text(), said.stderr) == ("143\n", "")


def test_an_error_of_our_own_is_not_hidden() -> None:
    async def broken() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        desk.run(broken())


@pytest.mark.parametrize(
    ("known", "said"), [(True, "Interrupted; nothing was written.\n"), (False, "Interrupted.\n")], ids=["known", "not"]
)
def test_ctrl_c_is_one_line_and_says_what_is_known_of_the_work(
    known: bool, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "_exit", sys.exit)

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise (desk.Interrupted("nothing was written") if known else asyncio.CancelledError) from None

    with pytest.raises(SystemExit) as ended:
        desk.run(work())
    assert (ended.value.code, capsys.readouterr().err) == (130, said)


FAR_DAYS = [
    pytest.param("9999-12-31", "its year must lie between 1990 and 2199", id="the last of all"),
    pytest.param("0001-01-01", "its year must lie between 1990 and 2199", id="the first of all"),
    pytest.param("2027-02-30", "it must be a date such as 2027-03-31", id="not in the calendar"),
    pytest.param("soon", "it must be a date such as 2027-03-31", id="no date"),
]


@pytest.mark.parametrize(("day", "said"), FAR_DAYS)
@pytest.mark.parametrize(
    "words",
    [
        ("advance", "S-1001", "--to"),
        ("forecast", "--until"),
        ("rehearse", "examples/portfolio", "--until"),
        ("rehearse", "examples/portfolio", "--until", "2027-01-01", "--from"),
    ],
    ids=["advance", "forecast", "rehearse until", "rehearse from"],
)
def test_a_day_that_no_import_takes_is_bad_usage(words: tuple[str, ...], day: str, said: str) -> None:
    refused = CliRunner().invoke(app, (*words, day))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("forecast", "--until", "2199-12-31"),
        ("rehearse", "examples/portfolio", "--from", "2027-03-01", "--until", "2057-03-02"),
    ],
    ids=["forecast", "rehearse"],
)
def test_a_day_beyond_every_plan_is_bad_usage(words: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(app, words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "lies more than 30 years after" in refused.stderr
