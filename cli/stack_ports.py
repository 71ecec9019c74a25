"""What one local stack has for itself alone: its data directory and its ports."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from cli.stack_process import StackFailed
from settings import Settings


@contextlib.contextmanager
def claim_data_directory(data: Path) -> Iterator[None]:
    """Create the directory if need be and hold it. Raises StackFailed when another stack does."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "up.pid", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StackFailed(
            f"The data directory {data} cannot be used ({error.strerror}): set PERENNIAL_DATA_DIR to another."
        ) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.pread(lock, 20, 0).decode() or "unknown"
            raise StackFailed(
                f"Another `perennial up` (process {other}) runs in {data}: stop it, or set PERENNIAL_DATA_DIR to "
                "another directory and the ports to others."
            ) from None
        os.truncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def claim_ports(host: str, settings: Settings) -> Iterator[socket.socket]:
    """Find all ports free, and keep that of the console: its bound socket. Raises StackFailed naming one taken."""
    wanted = ("temporal_port", "Temporal"), ("temporal_ui_port", "Temporal's web page"), ("smtp_sink_port", "mail sink")
    for one, other in combinations(["http_port", *(setting for setting, _ in wanted)], 2):
        if getattr(settings, one) == getattr(settings, other):
            raise StackFailed(
                f"PERENNIAL_{one.upper()} and PERENNIAL_{other.upper()} are both {getattr(settings, one)}: set one of "
                "them to another port."
            )
    for setting, purpose in wanted:
        _bound(host, settings, setting, purpose).close()
    with contextlib.closing(_bound(host, settings, "http_port", "console")) as web:
        yield web


def free_port(host: str) -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def _bound(host: str, settings: Settings, setting: str, purpose: str) -> socket.socket:
    port: int = getattr(settings, setting)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StackFailed(
            f"Port {port} for the {purpose} cannot be used ({error.strerror}): stop what listens there, or set "
            f"PERENNIAL_{setting.upper()} to another port."
        ) from None
    return listener
