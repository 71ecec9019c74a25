"""Files and lines that cannot be read at all are named as well, and nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.portfolio.folders import Folder
from tests.portfolio.imports import CATALOG, CUSTOMERS, SUBSCRIPTIONS, refused

Spoil = Callable[[Folder], object]

BAD_FILES: list[Any] = [
    pytest.param(lambda f: (f.path / CATALOG).unlink(), CATALOG, None, None, "no such file", id="missing-file"),
    pytest.param(
        lambda f: ((f.path / CUSTOMERS).unlink(), (f.path / CUSTOMERS).mkdir()),
        CUSTOMERS, None, None, "is not a file", id="directory",
    ),
    pytest.param(lambda f: f.write(SUBSCRIPTIONS, ""), SUBSCRIPTIONS, None, None, "is empty", id="empty-file"),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "audience", "kind"), CUSTOMERS, 1, "audience", "missing", id="missing-column"
    ),
    pytest.param(
        lambda f: f.replace(CATALOG, "sku,name", "sku,sku"), CATALOG, 1, "name", "missing", id="column-twice"
    ),
    pytest.param(
        lambda f: f.write(CATALOG, f.text(CATALOG).replace(",", ";")),
        CATALOG, 1, None, "not separated by commas", id="semicolons",
    ),
    pytest.param(
        lambda f: f.write(CATALOG, f.text(CATALOG).encode("utf-16")), CATALOG, 1, None, "not valid UTF-8", id="utf-16"
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "Lumière".encode(), "Lumière".encode("latin-1")),
        CUSTOMERS, 4, "name", "not valid UTF-8", id="latin-1",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "Northwind Surveying LLC", '"Northwind'),
        CUSTOMERS, 2, None, "quotation marks", id="unclosed-quote",
    ),
    pytest.param(
        lambda f: f.replace(SUBSCRIPTIONS, "jo@castell.example,", '"jo@castell.example,'),
        SUBSCRIPTIONS, 13, None, "quotation marks", id="unclosed-quote-in-the-last-line",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "Northwind Surveying LLC", '"Northwind" Surveying'),
        CUSTOMERS, 2, None, "quotation marks", id="text-after-a-quote",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "business\n", "business,\n"),
        CUSTOMERS, 2, None, "has 9 fields where the header has 8", id="field-too-many",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "Northwind Surveying LLC,", ""),
        CUSTOMERS, 2, None, "has 7 fields where the header has 8", id="field-too-few",
    ),
    pytest.param(
        lambda f: f.write(CATALOG, f.text(CATALOG).replace("\n", "\r")),
        CATALOG, 1, None, "carriage return", id="lone-carriage-returns",
    ),
    pytest.param(
        lambda f: f.replace(SUBSCRIPTIONS, "ada@northwind.example,,card", "ada@northwind.example\r,,card"),
        SUBSCRIPTIONS, 2, None, "carriage return", id="carriage-return-in-a-line",
    ),
    pytest.param(
        lambda f: f.add(CATALOG, 2, list_price="71.00"),
        CATALOG, 13, "sku", "stands in line 2 already", id="price-twice",
    ),
    pytest.param(
        lambda f: f.add(CUSTOMERS, 2, name="Northwind"), CUSTOMERS, 8, "csn", "stands in line 2 already", id="csn-twice"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "file", "line", "column", "reason"), BAD_FILES)
async def test_a_bad_file_is_named_and_nothing_is_written(
    connection: AsyncConnection, folder: Folder, spoil: Spoil, file: str, line: int | None, column: str, reason: str
) -> None:
    spoil(folder)
    first = (await refused(connection, folder)).problems[0]
    assert (first.file, first.line, first.column) == (file, line, column)
    assert reason in first.reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("32", "from 1 to 31", id="no-day"),
        pytest.param("x", "from 1 to 31", id="no-number"),
        pytest.param("30", "ends on 2027-03-30, not 2027-03-31", id="against-the-renewal-date"),
    ],
)
async def test_a_bad_anchor_day_is_named(connection: AsyncConnection, folder: Folder, value: str, reason: str) -> None:
    lines = folder.text(SUBSCRIPTIONS).splitlines()
    folder.write(SUBSCRIPTIONS, "\n".join([f"{lines[0]},anchor_day", *(f"{line}," for line in lines[1:])]) + "\n")
    folder.set(SUBSCRIPTIONS, 2, anchor_day=value)
    (problem,) = (await refused(connection, folder)).problems
    assert (problem.file, problem.line, problem.column) == (SUBSCRIPTIONS, 2, "anchor_day")
    assert reason in problem.reason


async def test_a_missing_folder_is_three_missing_files(connection: AsyncConnection, folder: Folder) -> None:
    folder.path = folder.path / "nowhere"
    report = await refused(connection, folder)
    assert [str(each) for each in report.problems] == [
        f"{file}: there is no such file in {folder.path}."
        for file in ("catalog.csv", "customers.csv", "subscriptions.csv")
    ]
