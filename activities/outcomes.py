"""The outcome of a command: written to its row, and to the record, once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.baskets import BasketLineRow, BasketRow
from models.journal import record
from models.payments import OrderRow
from models.records import CommandRow
from renewals.basket import NAME
from renewals.decisions import AlreadyTrue, Decision, Eligible, Refused
from renewals.payments import Way
from workflows.contract import Answer


def conclude(
    session: AsyncSession, row: CommandRow, decision: Decision, now: datetime, hint: str | None = None
) -> Answer:
    """Write what was decided; `hint` says what is still awaited of something that is done."""
    refused = decision if isinstance(decision, Refused) else None
    row.outcome = "refused" if refused else "done"
    row.code, row.hint = (refused.code, refused.hint) if refused else (None, hint)
    row.possible_on = refused.possible_on if refused else None
    row.decided_at = now
    data = {
        "name": row.name,
        "by": row.given_by,
        "outcome": row.outcome,
        "code": row.code,
        "repeat": isinstance(decision, AlreadyTrue),
    }
    record(session, row.subscription, row.received_at, "command", data, by=row.given_by, reason=row.reason)
    return answer_of(row)


async def conclude_order(
    session: AsyncSession, order: OrderRow, now: datetime, *, refused: Refused | None = None, hint: str | None = None
) -> bool:
    """Write the outcome of the command that placed an order, unless it has one; says whether it had none."""
    if order.way == Way.BULK:
        return await _tell_lines(session, order, now, refused)
    if order.way not in (Way.CHECKOUT, Way.SEATS, Way.QUOTE):
        return False
    query = select(CommandRow).where(col(CommandRow.order_id) == order.id, col(CommandRow.outcome).is_(None))
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        return False
    conclude(session, row, refused or Eligible(), now, hint)
    return True


async def _tell_lines(session: AsyncSession, order: OrderRow, now: datetime, refused: Refused | None) -> bool:
    """The same for the lines of a bulk checkout; what they are told follows from the order itself."""
    query = (
        select(BasketLineRow, col(BasketRow.reason))
        .join(BasketRow, col(BasketRow.id) == col(BasketLineRow.basket_id))
        .where(col(BasketLineRow.order_id) == order.id, col(BasketLineRow.told_at).is_(None))
        .order_by(col(BasketLineRow.subscription))
    )
    lines = (await session.execute(query)).all()
    for line, reason in lines:
        line.told_at = now
        tell_line(session, line, order.ordered_by, order.ordered_at, refused, reason)
    return bool(lines)


def tell_line(
    session: AsyncSession,
    line: BasketLineRow,
    by: str,
    at: datetime,
    refused: Refused | None,
    reason: str | None = None,
) -> None:
    """Record the first outcome of a line of a bulk checkout, as that of a command that was given at `at`."""
    outcome, code = ("refused", refused.code) if refused else ("done", None)
    data = {"name": NAME, "by": by, "outcome": outcome, "code": code, "repeat": False}
    record(session, line.subscription, at, "command", data, by=by, reason=reason)


def answer_of(row: CommandRow) -> Answer:
    """The outcome that stands in the row. Raises `ValueError` where there is none yet."""
    if row.outcome is None:
        raise ValueError(f"command {row.id} has no outcome yet")
    return Answer(row.outcome, row.code, row.hint, row.possible_on)
