"""One number is written in one way: what differs from another one by capitals alone is a slip, and is never merged.

Numbers are ASCII (`fields.number`), so that capitals are all that can differ between two that a reader takes for one.
"""

from sqlalchemy import ARRAY, Text, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow
from portfolio.files import CUSTOMERS, SUBSCRIPTIONS, Table
from portfolio.problems import Problem, Problems
from portfolio.reading import Lines, Numbered, Portfolio, other_spelling
from portfolio.stored import batches


async def refuse_other_spellings(connection: AsyncConnection, portfolio: Portfolio) -> None:
    """Leave out the customers and subscriptions whose number is stored with other capitals, and say so."""
    await _refuse(connection, portfolio.customers, CUSTOMERS, col(CustomerRow.csn), portfolio.problems)
    await _refuse(connection, portfolio.subscriptions, SUBSCRIPTIONS, col(SubscriptionRow.number), portfolio.problems)


async def _refuse(
    connection: AsyncConnection,
    lines: Lines[Numbered],
    table: Table[Numbered],
    column: Mapped[str],
    problems: Problems,
) -> None:
    others: dict[str, str] = {}
    for batch in batches(line.key for line in lines.good):
        others |= await _stored_otherwise(connection, column, batch)
    for line in lines.leave_out(others):
        reason = other_spelling(line.key, others[line.key], "is stored")
        problems.add(Problem(table.file, line.line, table.key[0], reason))


async def _stored_otherwise(connection: AsyncConnection, column: Mapped[str], numbers: list[str]) -> dict[str, str]:
    """Of these numbers, by number, those that are stored in another way only: that one."""
    wanted = {number.lower(): number for number in numbers}
    alike = select(column).where(func.lower(column) == any_(literal(list(wanted), ARRAY(Text))))
    stored = set((await connection.execute(alike)).scalars())
    return {wanted[other.lower()]: other for other in stored if wanted[other.lower()] not in stored}
