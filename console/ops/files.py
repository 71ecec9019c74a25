"""A list as a file for a spreadsheet: written in batches as it is read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from console.files import Cells
from console.ops.desk import Desk
from models.keyset import Beside, Found
from renewals.money import Money

PER_BATCH = 1000
"""How many rows are read at a time."""


def plain_money(amount: int | None, currency: str | None) -> str:
    """Minor units as a number with a point, its currency beside it; empty where nothing is to be paid.

    >>> plain_money(583200, "EUR"), plain_money(772200, "JPY"), plain_money(None, "EUR")
    ('5832.00', '772200', '')
    """
    return "" if amount is None or currency is None else str(Money(amount, currency).decimal())


async def every_row(
    desk: Desk, page_of: Callable[[AsyncSession, int, Beside], Awaitable[Found]], cells: Callable[[Any], Cells]
) -> AsyncIterator[list[Cells]]:
    """All pages of a list, one after the other, as they stood when the first was read."""
    async with desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        beside, more = Beside(), True
        while more:
            page = await page_of(session, PER_BATCH, beside)
            yield [cells(row) for row in page.rows]
            beside, more = Beside(after=page.last), page.later
