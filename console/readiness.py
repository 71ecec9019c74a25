"""Can the console do its work? Each part it needs is asked, for two seconds at most."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client
from temporalio.service import RPCError

from models.engine import Sessions

_PATIENCE_SECONDS = 2.0


async def not_ready(sessions: Sessions, client: Client) -> list[str]:
    """Which parts do not answer, by name; none of them is good news."""
    answers = await asyncio.gather(_database_answers(sessions), _temporal_answers(client))
    return [name for name, answered in zip(("database", "temporal"), answers, strict=True) if not answered]


async def _database_answers(sessions: Sessions) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), sessions() as session:
            await session.execute(sa.text("SELECT 1"))
    except (DBAPIError, OSError, TimeoutError):
        return False
    return True


async def _temporal_answers(client: Client) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await client.service_client.check_health()
    except (RPCError, RuntimeError, TimeoutError):
        return False
