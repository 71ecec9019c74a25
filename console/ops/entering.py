"""Signing in and out: the sessions of operators, the links that begin one, the tries that are counted. Rows, no pages.

Each sign-in begins a session of its own under a new token, and ends the one that the browser had before.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.ops.browsers import kind_of
from console.ops.staff import Staff
from models.audit import audit
from models.operators import OperatorLinkRow, OperatorRow, OperatorSessionRow, OperatorTryRow
from models.tokens import digest, form_token, new_token
from renewals.roles import Role
from settings import Settings

COUNTED = timedelta(minutes=15)
"""How far back tries that failed count."""
MOST_PER_NAME = 10
MOST_PER_CLIENT = 30
"""Failed tries in that time for one name, and from one network address."""

SEEN_AGAIN_AFTER = timedelta(minutes=1)
"""That somebody is still there is written down this often at most; where silence ends a session sooner, oftener."""

_LOCK = 0x5065726F7073696E
"""Advisory lock key: tries are counted and added one after the other, so that no burst slips through."""


class TooMany(Exception):
    """Too many tries failed: nothing is looked at."""


async def signed_in(session: AsyncSession, token: str, now: datetime, settings: Settings) -> Staff | None:
    """Who has that session; None if it is unknown or over, or the person disabled."""
    row = OperatorSessionRow
    query = (
        select(row, OperatorRow)
        .join(OperatorRow, col(OperatorRow.name) == col(row.operator))
        .where(col(row.token_hash) == digest(token), *_goes_on(now, settings))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    its, operator = found
    if its.seen_at < now - min(SEEN_AGAIN_AFTER, timedelta(minutes=settings.operator_idle_minutes) / 2):
        await session.execute(update(row).where(col(row.id) == its.id).values(seen_at=now))
    return Staff(
        name=operator.name,
        email=operator.email,
        role=Role(operator.role),
        language=operator.language,
        session_token=token,
        form_token=form_token(token),
        set_up=operator.is_set_up,
    )


def _goes_on(now: datetime, settings: Settings) -> tuple[ColumnElement[bool], ...]:
    """Is the session neither ended nor over, its person there and let in? Over a join to the operators."""
    row, silence = OperatorSessionRow, timedelta(minutes=settings.operator_idle_minutes)
    return (
        col(row.ended_at).is_(None),
        col(row.expires_at) > now,
        col(row.seen_at) > now - silence,
        col(OperatorRow.disabled_at).is_(None),
    )


async def open_sessions(
    session: AsyncSession, token_hashes: Collection[str], now: datetime, settings: Settings
) -> frozenset[str]:
    """Which of these sessions go on. Asking is no sign that anybody is still there."""
    row = OperatorSessionRow
    query = (
        select(col(row.token_hash))
        .join(OperatorRow, col(OperatorRow.name) == col(row.operator))
        .where(col(row.token_hash).in_(sorted(token_hashes)), *_goes_on(now, settings))
    )
    return frozenset((await session.scalars(query)).all())


async def begin(
    session: AsyncSession,
    operator: str,
    way: str,
    now: datetime,
    settings: Settings,
    *,
    before: str = "",
    agent: str | None = None,
) -> str:
    """A new session; the token for its cookie. `before` is the token that the browser had, whose session ends.

    Of the `agent`, what the browser says of itself, only its kind is kept.
    """
    if before:
        await end(session, before, now)
    token, (browser, system) = new_token(), kind_of(agent) if agent else (None, None)
    session.add(
        OperatorSessionRow(
            token_hash=digest(token),
            operator=operator,
            way=way,
            browser=browser,
            system=system,
            started_at=now,
            seen_at=now,
            expires_at=now + timedelta(hours=settings.operator_session_hours),
        )
    )
    audit(session, now, f"operator:{operator}", "sign_in", operator, data={"way": way})
    return token


async def end(session: AsyncSession, token: str, now: datetime) -> None:
    """End the session for good."""
    row = OperatorSessionRow
    ended = update(row).where(col(row.token_hash) == digest(token), col(row.ended_at).is_(None)).values(ended_at=now)
    await session.execute(ended)


async def sessions_of(
    session: AsyncSession, operator: str, now: datetime, settings: Settings, *, this: str
) -> list[tuple[OperatorSessionRow, bool]]:
    """The sessions of an operator that go on, the one of the token `this` first; and whether it is that one."""
    row = OperatorSessionRow
    query = (
        select(row)
        .join(OperatorRow, col(OperatorRow.name) == col(row.operator))
        .where(col(row.operator) == operator, *_goes_on(now, settings))
        .order_by(col(row.token_hash) != digest(this), col(row.seen_at).desc(), col(row.id))
    )
    return [(each, each.token_hash == digest(this)) for each in await session.scalars(query)]


async def end_one(session: AsyncSession, operator: str, id_: UUID, now: datetime) -> bool:
    """End that session if it is the operator's own and open; audited."""
    row = OperatorSessionRow
    own = (col(row.id) == id_, col(row.operator) == operator, col(row.ended_at).is_(None))
    ended = await session.scalar(update(row).where(*own).values(ended_at=now).returning(col(row.id)))
    if ended:
        audit(session, now, f"operator:{operator}", "session.end", operator, data={"which": str(id_)})
    return ended is not None


async def end_others(session: AsyncSession, operator: str, token: str, now: datetime) -> None:
    """End every session of the operator but the one of that token; audited if there was one."""
    row = OperatorSessionRow
    others = (col(row.operator) == operator, col(row.ended_at).is_(None), col(row.token_hash) != digest(token))
    ended = await session.scalars(update(row).where(*others).values(ended_at=now).returning(col(row.id)))
    if ended.all():
        audit(session, now, f"operator:{operator}", "session.end", operator, data={"which": "all others"})


def _opens(token: str, now: datetime) -> tuple[object, ...]:
    row = OperatorLinkRow
    return (col(row.token_hash) == digest(token), col(row.used_at).is_(None), col(row.expires_at) > now)


async def link_opens(session: AsyncSession, token: str, now: datetime) -> bool:
    """Would the link let somebody in? Asking does not use it up."""
    query = select(col(OperatorLinkRow.id)).where(*_opens(token, now))  # type: ignore[arg-type]
    return (await session.execute(query)).first() is not None


async def use_link(session: AsyncSession, token: str, now: datetime) -> str | None:
    """Use the link up: whose it is; None if it is unknown, used or over. Of two at once one gets it."""
    row = OperatorLinkRow
    used = update(row).where(*_opens(token, now)).values(used_at=now).returning(col(row.operator))  # type: ignore[arg-type]
    return (await session.execute(used)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Try:
    """A try to sign in that may be looked at: its row, and the operator's if the name is known and let in."""

    row: OperatorTryRow
    operator: OperatorRow | None


async def count_try(session: AsyncSession, name: str, client: str, now: datetime) -> Try:
    """Write the try down as failed, for now. Raises `TooMany`, whether or not the name is known."""
    row = OperatorTryRow(name_hash=digest(name), client_hash=digest(client), tried_at=now)
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    lately = (col(OperatorTryRow.tried_at) > now - COUNTED, col(OperatorTryRow.succeeded).is_(False))
    for column, value, most in (
        (col(OperatorTryRow.name_hash), row.name_hash, MOST_PER_NAME),
        (col(OperatorTryRow.client_hash), row.client_hash, MOST_PER_CLIENT),
    ):
        if (await session.scalar(select(func.count()).where(column == value, *lately)) or 0) >= most:
            raise TooMany
    session.add(row)
    operator = await session.get(OperatorRow, name)
    return Try(row, operator if operator and operator.disabled_at is None else None)


async def try_succeeded(session: AsyncSession, attempt: Try) -> None:
    """It does not count any more."""
    done = update(OperatorTryRow).where(col(OperatorTryRow.id) == attempt.row.id).values(succeeded=True)
    await session.execute(done)
