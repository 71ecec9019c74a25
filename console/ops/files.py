"""A list as a file for a spreadsheet: written in batches as it is read, and nothing in it is calculated."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.desk import Desk
from models.keyset import Beside, Found
from renewals.money import Money

RUNS_AS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""A cell that begins so is calculated by spreadsheets, whoever wrote it."""

BYTE_ORDER_MARK = "\ufeff"
"""By it spreadsheets know UTF-8."""

PER_BATCH = 1000
"""How many rows are read at a time."""

Cells = Sequence[str]


def harmless(text: str) -> str:
    """A cell that no spreadsheet calculates.

    >>> harmless("=1+1"), harmless("Northwind"), harmless("-5")
    ("'=1+1", 'Northwind', "'-5")
    """
    return f"'{text}" if text.startswith(RUNS_AS_FORMULA) else text


def written(rows: Iterable[Cells]) -> str:
    """Lines of a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(each) for each in row] for row in rows)
    return out.getvalue()


def plain_money(amount: int | None, currency: str | None) -> str:
    """Minor units as a number with a point, its currency beside it; empty where nothing is to be paid.

    >>> plain_money(583200, "EUR"), plain_money(772200, "JPY"), plain_money(None, "EUR")
    ('5832.00', '772200', '')
    """
    return "" if amount is None or currency is None else str(Money(amount, currency).decimal())


def as_file(name: str, lines: AsyncIterator[str]) -> Response:
    """The lines as a download of that name."""
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def with_head(head: Cells, batches: AsyncIterator[Iterable[Cells]]) -> AsyncIterator[str]:
    """The file's text: its head, then each batch as it comes."""
    yield BYTE_ORDER_MARK + written([head])
    async for batch in batches:
        yield written(batch)


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
