"""What the routes stand on: the room they are in, the words in their addresses, and for whom a caller acts.

What the framework hands to a route is found by coroutines: a plain function would cost a thread each.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import Client

from console.api.problems import Problem, no_such_subscription, scope_missing
from models.api_keys import Caller, Scope
from models.engine import Sessions
from models.store import Stored, load
from renewals.actors import Actor, Operator, Partner, parse_actor
from renewals.commands import BadArguments
from settings import Settings


@dataclass(frozen=True, slots=True)
class Room:
    """What an installation lends to its API. A command's answer is waited for so long, then it is promised."""

    settings: Settings
    sessions: Sessions
    client: Client
    patience_seconds: float


async def _room(request: Request) -> Room:
    room: Room = request.app.state.room
    return room


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


InRoom = Annotated[Room, Depends(_room)]


async def _reading(room: InRoom) -> AsyncIterator[AsyncSession]:
    """A transaction that only reads, and sees one state of things however many queries it takes."""
    async with room.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


Reading = Annotated[AsyncSession, Depends(_reading)]
Calling = Annotated[Caller, Depends(_caller)]

ADDRESS = r"^[^\x00-\x20\x7f]{1,320}$"
NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Number = Annotated[str, Path(pattern=NUMBER, description="Number of a subscription.", examples=["S-1001"])]
Csn = Annotated[str, Path(pattern=NUMBER, description="Number of a customer.", examples=["5100000001"])]

_BY = r"^(operator:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9.-]{1,100})$"


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """For whom a caller acts: as written, and as read."""

    by: str
    actor: Actor


async def _on_behalf(
    caller: Calling,
    by: Annotated[
        str,
        Header(
            alias="Perennial-Actor",
            description="For whom the caller acts: the mail address of a person, or `operator:NAME`.",
            examples=["ada@northwind.example"],
            json_schema_extra={"pattern": _BY},
        ),
    ],
) -> OnBehalf:
    """Raises `Problem`: a key acts for buyers with one scope, and as an operator with another."""
    try:
        actor = parse_actor(by)
        if isinstance(actor, Partner):  # whoever that is has a key of its own
            raise BadArguments(by)
    except BadArguments:
        raise Problem(400, "bad_actor", "The header Perennial-Actor must be operator:NAME or a mail address.") from None
    needed = Scope.OPERATE if isinstance(actor, Operator) else Scope.WRITE
    if needed not in caller.scopes:
        raise scope_missing(needed)
    return OnBehalf(by, actor)


Acting = Annotated[OnBehalf, Depends(_on_behalf)]


def wall_now() -> datetime:
    return datetime.now(UTC)


async def found(session: AsyncSession, number: str, *, lock: bool = False) -> Stored:
    """The subscription with its facts of now, on its own clock. Raises `Problem` when there is none."""
    stored = await load(session, number, wall_now(), lock=lock)
    if stored is None:
        raise no_such_subscription(number)
    return stored
