"""What every command has in common: arguments that are text, an output that can be written, Ctrl-C."""

import contextlib
import errno
import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from cli.output import spell_out_what_stdout_lacks, visible, warn


class ToldToStop(SystemExit):
    """A signal came while a command worked: what it left open is closed on the way, then the process ends at once."""

    code: int

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


class Commands(TyperGroup):
    """The commands of `perennial`. Whatever the shell hands them, what is wrong is a sentence and a status."""

    def main(self, *args: Any, **options: Any) -> Any:
        if sys.stdout is None:
            warn("There is no standard output to answer on; open it, or send it to a file.")
            sys.exit(1)
        spell_out_what_stdout_lacks()
        try:
            try:
                return super().main(*args, **options)
            finally:
                sys.stdout.flush()
        except OSError as error:
            _unless_output_failed(error)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        for place, each in enumerate(args, 1):
            if not _is_text(each):
                raise typer.BadParameter(f"argument {place}, {visible(each)}, is no text in UTF-8; write it so.")
        return super().make_context(info_name, args, *rest, **extra)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.TyperException as bad:
            bad.message = visible(bad.message)
            raise
        except KeyboardInterrupt:
            warn("Interrupted.")
            raise typer.Exit(130) from None
        except ToldToStop as told:
            end_at_once(told.code)


def end_at_once(status: int) -> NoReturn:
    """End without Python's clearing up, in which a thread of Temporal's client now and then aborts or waits for ever.

    https://github.com/temporalio/sdk-python/issues/300: what was done would come out as status 134. What is left to
    print and cannot be, into a pipe that nobody reads or a full disk, keeps nobody from ending.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()
    os._exit(status)


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unless_output_failed(error: OSError) -> NoReturn:
    """End with status 1 if it was stdout that failed; else raise. What failed once fails again for one more line."""
    try:
        print(flush=True)
    except OSError as still:
        with contextlib.suppress(OSError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # Python writes the rest at its end, and would fail again
        if still.errno != errno.EPIPE:
            warn(f"The answer cannot be written: {still.strerror}.")
        sys.exit(1)
    raise error
