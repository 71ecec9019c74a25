"""The database's schema: what state it is in, and bringing it up to this version.

Migrations only go forward: an older version of Perennial does not know the facts that a newer one wrote, so the way
back is a backup.
"""

from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import migrations
from models.engine import create_engine

State = Literal["empty", "older", "current", "newer", "foreign"]

_LOCK = 0x50657265
"""Advisory lock key: of two processes that migrate at once, one waits and then finds nothing to do."""


ENCODING = "UTF8"
"""The only one that holds every name; PostgreSQL never changes that of a database."""


class UnfitDatabase(Exception):
    """Nothing may be written to the database; its text is one sentence."""


class NewerSchema(UnfitDatabase):
    """It was written by a later version of Perennial."""


class ForeignTables(UnfitDatabase):
    """It holds tables, and no record of a version of Perennial."""


class OtherEncoding(UnfitDatabase):
    """It would lose letters of names."""


async def state(url: str) -> State:
    """Which version the database at `postgresql+psycopg://…` has; `newer` is one that this version does not know.

    `foreign` are tables without a record of a version: of another program, or of a backup that is not whole.
    """
    engine = create_engine(url, connections=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_state)
    finally:
        await engine.dispose()


async def upgrade(url: str) -> None:
    """Bring the database up to this version, in one transaction. Raises UnfitDatabase, and changes nothing then."""
    engine = create_engine(url, connections=1)
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])).replace("%", "%%"))
    return config


_TABLES = """
    SELECT count(*) FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND relname <> 'alembic_version'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype = 'e')
"""
"""Those of extensions do not count."""


def _state(connection: sa.Connection) -> State:
    recorded = sa.inspect(connection).has_table("alembic_version")
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version")) if recorded else None
    if revision is None:
        return "foreign" if connection.scalar(sa.text(_TABLES)) else "empty"
    scripts = ScriptDirectory.from_config(_config())
    if revision == scripts.get_current_head():
        return "current"
    return "older" if revision in {script.revision for script in scripts.walk_revisions()} else "newer"


def _upgrade(connection: sa.Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != ENCODING:
        raise OtherEncoding(
            f"The database keeps texts in {encoding}, which lacks letters of names: create one by CREATE DATABASE … "
            f"ENCODING '{ENCODING}' TEMPLATE template0."
        )
    before = _state(connection)
    if before == "foreign":
        raise ForeignTables(
            "The database holds tables, and no record of a version of Perennial: name an empty one in "
            "PERENNIAL_DATABASE_URL, or restore the backup whole."
        )
    if before == "newer":
        raise NewerSchema(
            "The database was written by a newer version of Perennial: run that one, or restore a backup of this one's."
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
