"""The local stack's database: created on the first start, migrated on every one."""

import psycopg

from cli.stack_postgres import database_named, plain_address, run_sql
from cli.stack_process import StackFailed
from models import schema

_NAME = "perennial"


async def migrated_database(server: str) -> tuple[str, str]:
    """Its address on the server of this address, and what was done. Raises StackFailed when it cannot be used."""
    url = database_named(server, _NAME)
    async with await psycopg.AsyncConnection.connect(plain_address(server)) as connection:
        found = await connection.execute("SELECT FROM pg_database WHERE datname = %s", [_NAME])
        exists = await found.fetchone() is not None
    if not exists:
        await run_sql(server, f"CREATE DATABASE {_NAME}")
    before = await schema.state(url)
    try:
        await schema.upgrade(url)
    except schema.UnfitDatabase as error:
        raise StackFailed(str(error)) from None
    return url, {"empty": "created", "older": "brought up to this version"}.get(before, "found as it was left")
