"""One command for many subscriptions, given by an operator: stored as a whole, with what becomes of each line.

Every line is an ordinary command, stored in the transaction of the bulk action. Whoever delivers it may fall silent
half-way: the watchdog redelivers commands that have no answer, and nothing is lost or done twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from models.audit import audit
from models.columns import instant, key
from models.inbox import KeyReused, store_command
from models.parties import CustomerRow
from models.records import CommandRow, EventRow
from models.subscriptions import SubscriptionRow

MOST_LINES = 1000


class BulkActionRow(SQLModel, table=True):
    """A bulk action as given. `client_key` is that of its form: what is sent again is the same one.

    `confirmed_by` is the second person where it took two.
    """

    __tablename__ = "bulk_actions"
    __table_args__ = (
        UniqueConstraint("client_key"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_bulk_actions_given_at", "given_at"),
    )

    id: UUID = key()
    client_key: str
    command: str
    given_by: str
    confirmed_by: str | None = None
    reason: str
    given_at: datetime = instant()


class BulkActionLineRow(SQLModel, table=True):
    """One of its lines: `place` is its place in the list, from 1; the command has the outcome."""

    __tablename__ = "bulk_action_lines"
    __table_args__ = (
        UniqueConstraint("bulk_action_id", "command_id"),
        CheckConstraint(f"place BETWEEN 1 AND {MOST_LINES}", name="place"),
    )

    bulk_action_id: UUID = Field(foreign_key="bulk_actions.id", primary_key=True)
    place: int = Field(primary_key=True)
    command_id: UUID = Field(foreign_key="commands.id", index=True)


class Outcome(StrEnum):
    """What became of a line. `ALREADY`: it was so before, and nothing was done."""

    REFUSED = "refused"
    WAITING = "waiting"
    DONE = "done"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands; `code` and `hint` of a refusal say why. `decided_at` is in the subscription's own time."""

    number: str
    customer: str | None
    outcome: Outcome
    code: str | None
    hint: str | None
    decided_at: datetime | None = None


async def store_bulk_action(
    session: AsyncSession,
    *,
    client_key: str,
    command: str,
    numbers: Sequence[str],
    by: str,
    confirmed_by: str | None = None,
    reason: str,
    now: datetime,
) -> UUID:
    """Store a bulk action and each of its commands; a known `client_key` gives the one that it has.

    Raises `KeyReused` when that one is another command, or somebody else's.
    """
    id_ = uuid4()
    values = {"command": command, "given_by": by, "reason": reason, "given_at": now}
    new = insert(BulkActionRow).values(id=id_, client_key=client_key, confirmed_by=confirmed_by, **values)
    stored = await session.scalar(
        new.on_conflict_do_nothing(index_elements=["client_key"]).returning(col(BulkActionRow.id))
    )
    if stored is None:
        known = select(BulkActionRow).where(col(BulkActionRow.client_key) == client_key)
        row = (await session.execute(known)).scalar_one()
        if (row.command, row.given_by) != (command, by):
            raise KeyReused(f"The key {client_key!r} was used for {row.command}: use another.")
        return row.id
    lines: list[dict[str, Any]] = []
    for place, number in enumerate(numbers, start=1):
        command_id = await store_command(
            session,
            client_key=f"bulk:{id_}:{place}",
            subscription=number,
            name=command,
            args={"reason": reason},
            by=by,
            wall_now=now,
        )
        lines.append({"bulk_action_id": id_, "place": place, "command_id": command_id})
    await session.execute(insert(BulkActionLineRow), lines)
    data = {"command": command, "lines": len(lines)} | ({"confirmed_by": confirmed_by} if confirmed_by else {})
    audit(session, now, by, "bulk_action", str(id_), reason=reason, data=data)
    return id_


async def undecided(session: AsyncSession, id_: UUID) -> Sequence[UUID]:
    """The commands of a bulk action that have no outcome yet, in its order."""
    query = (
        select(col(CommandRow.id))
        .join(BulkActionLineRow, col(BulkActionLineRow.command_id) == col(CommandRow.id))
        .where(col(BulkActionLineRow.bulk_action_id) == id_, col(CommandRow.outcome).is_(None))
        .order_by(col(BulkActionLineRow.place))
    )
    return (await session.scalars(query)).all()


async def lines_of(session: AsyncSession, id_: UUID) -> list[Line]:
    """Every line as it stands, those first that somebody must look at, else in their order."""
    command, line, event = CommandRow, BulkActionLineRow, EventRow
    recorded = and_(
        col(event.subscription) == col(command.subscription),
        col(event.at) == col(command.received_at),
        col(event.event) == "command",
        col(event.data)["name"].astext == col(command.name),
        col(event.caused_by) == col(command.given_by),
    )
    repeat = select(func.bool_or(col(event.data)["repeat"].astext == "true")).where(recorded).correlate(command)
    query = (
        select(command, col(CustomerRow.name), repeat.scalar_subquery())
        .join(line, col(line.command_id) == col(command.id))
        .outerjoin(SubscriptionRow, col(SubscriptionRow.number) == col(command.subscription))
        .outerjoin(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .where(col(line.bulk_action_id) == id_)
        .order_by(col(line.place))
    )
    found = [
        Line(row.subscription, customer, _outcome(row.outcome, bool(repeated)), row.code, row.hint, row.decided_at)
        for row, customer, repeated in await session.execute(query)
    ]
    return sorted(found, key=lambda each: list(Outcome).index(each.outcome))


def _outcome(outcome: str | None, repeated: bool) -> Outcome:
    if outcome is None:
        return Outcome.WAITING
    return Outcome.ALREADY if outcome == "done" and repeated else Outcome(outcome)


@dataclass(frozen=True, slots=True)
class Told:
    """A bulk action in a line: how many lines it has, how many of them wait for an answer, and were refused."""

    row: BulkActionRow
    lines: int
    waiting: int
    refused: int


async def last_bulk_actions(session: AsyncSession, most: int) -> list[Told]:
    """The newest ones."""
    newest = select(col(BulkActionRow.id)).order_by(col(BulkActionRow.given_at).desc()).limit(most)
    line, outcome = BulkActionLineRow, col(CommandRow.outcome)
    waiting, refused = (func.count().filter(such) for such in (outcome.is_(None), outcome == Outcome.REFUSED.value))
    query = (
        select(BulkActionRow, func.count(), waiting, refused)
        .join(line, col(line.bulk_action_id) == col(BulkActionRow.id))
        .join(CommandRow, col(CommandRow.id) == col(line.command_id))
        .where(col(BulkActionRow.id).in_(newest))
        .group_by(col(BulkActionRow.id))
        .order_by(col(BulkActionRow.given_at).desc())
    )
    return [Told(*row) for row in await session.execute(query)]
