"""The admin of the local stack: a link that signs in once, at each start."""

from datetime import UTC, datetime

from models.engine import Sessions
from models.staff import local_admin
from settings import Settings

NAME = "admin"
_BY = "operator:perennial-up"
_REASON = "the stack was started"


async def link_for_admin(sessions: Sessions, settings: Settings) -> str:
    """The address to open. The account is made at the first start."""
    async with sessions.begin() as session:
        token = await local_admin(session, NAME, by=_BY, reason=_REASON, now=datetime.now(UTC))
    return f"{settings.ops_url}/enter/{token}"
