"""Lines as a file for a spreadsheet: nothing in it is calculated."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from fastapi import Response
from fastapi.responses import StreamingResponse

from renewals.characters import RUNS_AS_FORMULA

BYTE_ORDER_MARK = "\ufeff"
"""By it spreadsheets know UTF-8."""

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
