"""What is dangerous takes two: one person asks, another one with the right confirms or rejects, before it expires.

`what` names the deed and `args` what it is done with; what confirming does is no concern of this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import SQLModel, col

from models.audit import audit
from models.columns import instant, json, key, one_of
from models.journal import SYSTEM
from models.operators import OperatorLinkRow, OperatorRow

HOLDS_FOR = timedelta(hours=24)
"""How long a request waits for the second person."""
ONE_HAND = timedelta(hours=24)
"""For how long whoever made a link to an account may be the person behind it: time for others to see that link."""
_GIVEN_BY_TWO = "second:"


class Decision(StrEnum):
    """How a request ended."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RequestRow(SQLModel, table=True):
    """A request for a second person; open until it is decided. The same one is open only once.

    `shown` is what it would bring, as whoever asked has seen it; `numbers` the subscriptions that it is about, where
    they are many: these are read only by whoever does it.
    """

    __tablename__ = "second_person_requests"
    __table_args__ = (
        one_of("decision", Decision, optional=True),
        CheckConstraint("asked_because <> ''", name="asked_because"),
        CheckConstraint("num_nulls(decision, decided_at, decided_by) IN (0, 3)", name="decided"),
        CheckConstraint("decision NOT IN ('confirmed', 'rejected') OR decided_by <> asked_by", name="two_people"),
        CheckConstraint("decision <> 'withdrawn' OR decided_by = asked_by", name="withdrawn_by_the_first"),
        Index("uq_second_person_requests_open", "what", "args", unique=True, postgresql_where=text("decision IS NULL")),
    )

    id: UUID = key()
    what: str
    args: dict[str, Any] = json()
    shown: dict[str, Any] = json()
    numbers: list[str] = json()
    asked_by: str
    asked_because: str
    asked_at: datetime = instant()
    expires_at: datetime = instant()
    decision: str | None = None
    decided_by: str | None = None
    decided_because: str | None = None
    decided_at: datetime | None = instant(nullable=True)


async def ask_second_person(
    session: AsyncSession,
    what: str,
    args: Mapping[str, Any],
    *,
    by: str,
    reason: str,
    now: datetime,
    shown: Mapping[str, Any] | None = None,
    numbers: Sequence[str] = (),
) -> bool:
    """Store the request; False when the same one is open already."""
    await expire_requests(session, now)
    told = {"shown": dict(shown or {}), "numbers": list(numbers)}
    statement = (
        insert(RequestRow)
        .values(what=what, args=dict(args), asked_by=by, asked_because=reason, asked_at=now, expires_at=now + HOLDS_FOR)
        .values(**told)
        .on_conflict_do_nothing(index_elements=["what", "args"], index_where=col(RequestRow.decision).is_(None))
        .returning(col(RequestRow.id))
    )
    new = (await session.execute(statement)).scalar_one_or_none()
    if new:
        data = {"what": what, "args": dict(args)} | ({"shown": dict(shown)} if shown else {})
        audit(session, now, by, "second_person.ask", str(new), reason=reason, data=data)
    return new is not None


async def open_requests(session: AsyncSession, now: datetime) -> Sequence[RequestRow]:
    """What waits for a second person, oldest first, without the numbers."""
    query = (
        select(RequestRow)
        .options(defer(RequestRow.numbers, raiseload=True))  # type: ignore[arg-type]
        .where(col(RequestRow.decision).is_(None), col(RequestRow.expires_at) > now)
        .order_by(col(RequestRow.asked_at))
    )
    return (await session.execute(query)).scalars().all()


def key_of(request_id: UUID) -> str:
    """The client key of the command that is given once a request is confirmed."""
    return f"{_GIVEN_BY_TWO}{request_id}"


async def given_by_two(session: AsyncSession, client_key: str, what: str) -> bool:
    """Was the command of that key given because a second person has confirmed such a deed?"""
    try:
        id_ = UUID(client_key.removeprefix(_GIVEN_BY_TWO))
    except ValueError:
        return False
    confirmed = select(col(RequestRow.id)).where(
        col(RequestRow.id) == id_,
        col(RequestRow.what) == what,
        col(RequestRow.decision) == Decision.CONFIRMED.value,
    )
    return client_key == key_of(id_) and await session.scalar(confirmed) is not None


async def open_request(session: AsyncSession, id_: UUID, now: datetime) -> RequestRow | None:
    """One that can still be decided, its row locked until the transaction ends."""
    query = (
        select(RequestRow)
        .where(col(RequestRow.id) == id_, col(RequestRow.decision).is_(None), col(RequestRow.expires_at) > now)
        .with_for_update()
    )
    return (await session.execute(query)).scalar_one_or_none()


def decide(
    session: AsyncSession, row: RequestRow, decision: Decision, *, by: str, reason: str | None, now: datetime
) -> None:
    """End an open request. That two people are two is asked before; the table holds it as well."""
    row.decision, row.decided_by, row.decided_because, row.decided_at = decision.value, by, reason, now
    session.add(row)
    _audit_decision(session, row.id, row.what, row.args, row.asked_by, decision, by=by, reason=reason, now=now)


def _audit_decision(
    session: AsyncSession,
    id_: UUID,
    what: str,
    args: Mapping[str, Any],
    asked_by: str,
    decision: Decision,
    *,
    by: str,
    reason: str | None,
    now: datetime,
) -> None:
    data = {"what": what, "args": dict(args), "asked_by": asked_by, "decision": decision.value}
    audit(session, now, by, "second_person.decide", str(id_), reason=reason, data=data)


@dataclass(frozen=True, slots=True)
class OneHand:
    """Why two operators may be one person: until then for a link, or as long as both have one mail address (None)."""

    until: datetime | None


async def one_hand(session: AsyncSession, one: str, other: str, now: datetime) -> OneHand | None:
    """Whether two operators may be one person; None where they are two.

    Accounts with one mail address are one person's, such as a local one beside that of the identity provider. So may
    be those of which, by links of the last day, either comes from the other or both come from the same account, over
    however many between. Who makes links without an account holds the database, and is bound by nothing here.
    """
    operators = await session.execute(select(col(OperatorRow.name), func.lower(func.trim(col(OperatorRow.email)))))
    person = {f"operator:{name}": mail or f"operator:{name}" for name, mail in operators}
    one, other = person.get(one, one), person.get(other, other)
    if one == other:
        return OneHand(None)
    row = OperatorLinkRow
    query = (
        select(col(row.made_at), col(row.operator), col(row.made_by))
        .where(col(row.made_at) > now - ONE_HAND)
        .order_by(col(row.made_at))
    )
    links = [(at, person[f"operator:{of}"], person[by]) for at, of, by in await session.execute(query) if by in person]
    until = None
    while _behind(one, links) & _behind(other, links):
        until = links.pop(0)[0] + ONE_HAND
    return OneHand(until) if until else None


def _behind(person: str, links: Sequence[tuple[datetime, str, str]]) -> set[str]:
    """Who may act as that person, themselves included."""
    found, look_at = {person}, [person]
    while look_at:
        name = look_at.pop()
        makers = {by for _, of, by in links if of == name} - found
        found |= makers
        look_at += makers
    return found


async def expire_requests(session: AsyncSession, now: datetime) -> None:
    """Close what nobody decided in time; that it ran out is an act of the system."""
    row = RequestRow
    late = (
        update(RequestRow)
        .where(col(RequestRow.decision).is_(None), col(RequestRow.expires_at) <= now)
        .values(decision=Decision.EXPIRED.value, decided_by=SYSTEM, decided_at=now)
        .returning(col(row.id), col(row.what), col(row.args), col(row.asked_by))
    )
    for id_, what, args, asked_by in await session.execute(late):
        _audit_decision(session, id_, what, args, asked_by, Decision.EXPIRED, by=SYSTEM, reason=None, now=now)
