"""What `perennial doctor` finds of one part: how it is, what was seen, what to do; and how a part is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from temporalio.service import RPCError

from cli.desk import cure_of

PATIENCE_SECONDS = 10.0


class Health(StrEnum):
    """How a part is. `warn` works, but somebody should know."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, how it is, what was seen, and what to do about it (empty when nothing is to be done)."""

    part: str
    health: Health
    seen: str
    cure: str = ""


class Unwell(Exception):
    """A part is not well; its arguments are what was seen and what to do."""


async def look(part: str, ask: Callable[[], Awaitable[Finding | str]], cure: str) -> Finding:
    """Ask one part, for ten seconds at most; `cure` is what to do when it does not answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            seen = await ask()
    except Unwell as unwell:
        return Finding(part, Health.WRONG, *unwell.args)
    except TimeoutError:
        return Finding(part, Health.WRONG, f"no answer within {PATIENCE_SECONDS:.0f} s", cure)
    except DBAPIError as error:
        return Finding(part, Health.WRONG, str(error.orig).strip().partition("\n")[0], cure_of(error, cure))
    except RPCError as error:
        return Finding(part, Health.WRONG, error.message, cure)
    except RuntimeError:
        return Finding(part, Health.WRONG, "nobody answers", cure)
    return seen if isinstance(seen, Finding) else Finding(part, Health.OK, seen)
