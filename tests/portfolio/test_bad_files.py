"""Files and lines that cannot be read at all are named as well, and nothing is written."""

import gzip
import io
import os
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from portfolio import records
from portfolio.files import CUSTOMERS as CUSTOMER_COLUMNS
from portfolio.problems import LISTED
from portfolio.reading import read_portfolio
from portfolio.records import LARGEST_FILE, CsvFile
from tests.portfolio.folders import Folder
from tests.portfolio.imports import CATALOG, CUSTOMERS, SUBSCRIPTIONS, refused

Spoil = Callable[[Folder], object]


def _pipe(folder: Folder) -> None:
    (folder.path / CUSTOMERS).unlink()
    os.mkfifo(folder.path / CUSTOMERS)


BAD_FILES: list[Any] = [
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "audience\n", "audience,\n"),
        CUSTOMERS, 1, None, "column 9 has no name", id="column-without-name",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "audience\n", "audience,\u200b\n"),
        CUSTOMERS, 1, None, "column 9 has no name", id="column-with-an-invisible-name",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "audience\n", f"audience{',' * 100_000}\n"),
        CUSTOMERS, 1, None, "too many columns", id="hundred-thousand-columns-without-name",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "audience\n", f"audience{',column' * 100_000}\n"),
        CUSTOMERS, 1, None, "too many columns", id="hundred-thousand-columns",
    ),
    pytest.param(lambda f: (f.path / CATALOG).unlink(), CATALOG, None, None, "no such file", id="missing-file"),
    pytest.param(
        lambda f: ((f.path / CUSTOMERS).unlink(), (f.path / CUSTOMERS).mkdir()),
        CUSTOMERS, None, None, "is not a file", id="directory",
    ),
    pytest.param(
        _pipe, CUSTOMERS, None, None, "is not a file", id="pipe",
    ),
    pytest.param(
        lambda f: ((f.path / CUSTOMERS).unlink(), (f.path / CUSTOMERS).symlink_to("/dev/zero")),
        CUSTOMERS, None, None, "is not a file", id="device-without-end",
    ),
    pytest.param(
        lambda f: ((f.path / CUSTOMERS).unlink(), (f.path / CUSTOMERS).symlink_to(CUSTOMERS)),
        CUSTOMERS, None, None, "cannot be read (Too many levels of symbolic links)", id="link-to-itself",
    ),
    pytest.param(
        lambda f: f.write(CATALOG, gzip.compress(f.text(CATALOG).encode())),
        CATALOG, 1, None, "not valid UTF-8 but compressed; unpack it", id="compressed",
    ),
    pytest.param(
        lambda f: f.write(CATALOG, "<!DOCTYPE html>\n<title>502 Bad Gateway</title>\n"),
        CATALOG, 1, None, "is no header, but the first line must be sku,name", id="page-of-an-error",
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, f.text(CUSTOMERS) * 2), CUSTOMERS, 8, "country", "ISO 3166", id="header-again"
    ),
    pytest.param(
        lambda f: f.write(SUBSCRIPTIONS, f.text(SUBSCRIPTIONS)[:-40]),
        SUBSCRIPTIONS, 13, None, "fields where the header has 15", id="cut-off",
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, f.text(CUSTOMERS) + "\x1a"),
        CUSTOMERS, 8, None, "has 1 fields where the header has 8", id="end-of-file-of-dos",
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
        lambda f: f.write(CATALOG, f.text(CATALOG).encode("utf-16")), CATALOG, 1, None, "but UTF-16", id="utf-16"
    ),
    pytest.param(
        lambda f: f.write(CATALOG, f.text(CATALOG).encode("utf-16-le")), CATALOG, 1, None, "NUL byte", id="utf-16-bare"
    ),
    pytest.param(
        lambda f: f.write(CATALOG, _zipped(f.text(CATALOG))),
        CATALOG, 1, None, "a ZIP archive or a workbook; export it as CSV", id="zip-archive",
    ),
    pytest.param(
        lambda f: f.write(CATALOG, f.text(CATALOG).replace(",", "|")),
        CATALOG, 1, None, "not separated by commas", id="bars",
    ),
    pytest.param(
        lambda f: f.write(CATALOG, "sep=,\r\n" + f.text(CATALOG)), CATALOG, 1, None, "is no header", id="note-to-excel"
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, '[{"csn": "5100000001"}]'), CUSTOMERS, 1, None, "is no header", id="json"
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, "\n" * 100_000), CUSTOMERS, 1, None, "is no header", id="blank-lines-alone"
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "country", "c\u043euntry"),
        CUSTOMERS, 1, "country", "missing", id="column-with-a-letter-that-looks-alike",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, "audience\n", '"audi\nence"\n'),
        CUSTOMERS, 1, None, "quotation marks", id="line-break-in-the-header",
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, "\ufeff\ufeff" + f.text(CUSTOMERS)),
        CUSTOMERS, 1, "csn", "missing", id="byte-order-mark-twice",
    ),
    pytest.param(
        lambda f: f.replace(CUSTOMERS, b"Northwind", b"North\xed\xa0\xbd\xed\xb8\x80wind"),
        CUSTOMERS, 2, "name", "not valid UTF-8", id="surrogates",
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, f.text(CUSTOMERS) + ",,,,,,,\n"), CUSTOMERS, 8, "csn", "blank", id="commas-alone"
    ),
    pytest.param(
        lambda f: f.write(CUSTOMERS, f.text(CUSTOMERS).replace("\n", ",,\n")),
        CUSTOMERS, 1, None, "column 9 has no name", id="commas-behind-every-line",
    ),
    pytest.param(
        lambda f: (
            [(f.path / file).unlink() for file in (CUSTOMERS, SUBSCRIPTIONS)],
            (f.path / CUSTOMERS).symlink_to(SUBSCRIPTIONS),
            (f.path / SUBSCRIPTIONS).symlink_to(CUSTOMERS),
        ),
        CUSTOMERS, None, None, "Too many levels of symbolic links", id="links-to-each-other",
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


def _zipped(text: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("sheet", text)
    return archive.getvalue()


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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("\x1b[2Jnote", r"\x1b[2Jnote", id="escape"),
        pytest.param("no\u202ete", r"no\u202ete", id="direction-override"),
        pytest.param("no\x85te", r"no\x85te", id="next-line"),
        pytest.param("no\u2028te", r"no\u2028te", id="line-separator"),
    ],
)
async def test_the_name_of_an_unknown_column_cannot_steer_the_screen(
    connection: AsyncConnection, folder: Folder, name: str, shown: str
) -> None:
    folder.replace(CUSTOMERS, "audience\n", f"audience,{name}\n")
    (problem,) = (await refused(connection, folder)).problems
    assert problem.column == shown
    assert str(problem).isprintable()


async def test_a_column_of_other_letters_that_look_alike_is_told_by_the_letter(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.replace(CUSTOMERS, "country", "c\u043euntry")
    missing, unknown = (await refused(connection, folder)).problems
    assert str(missing) == f"{CUSTOMERS}:1: country: is missing in the header; add the column."
    assert unknown.reason.startswith("is no column of this file, as it has a U+043E; use csn, name,")


async def test_a_file_without_its_header_is_one_sentence_that_repeats_nothing_of_it(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.set(SUBSCRIPTIONS, 2, method_token="4242424242424242")
    folder.write(SUBSCRIPTIONS, folder.text(SUBSCRIPTIONS).partition("\n")[2])
    (problem,) = (await refused(connection, folder)).problems
    assert str(problem).startswith(f"{SUBSCRIPTIONS}:1: is no header, but the first line must be number,csn,sku,")


async def test_a_card_number_for_a_column_is_not_repeated(connection: AsyncConnection, folder: Folder) -> None:
    folder.replace(SUBSCRIPTIONS, "method_expires\n", "method_expires,4242 4242 4242 4242\n")
    (problem,) = (await refused(connection, folder)).problems
    assert str(problem).startswith(f"{SUBSCRIPTIONS}:1: column 16 is no column of this file; use number,")


def test_mixed_line_ends_are_read(folder: Folder) -> None:
    ends = ("\r\n", "\n")
    lines = folder.text(CUSTOMERS).splitlines()
    folder.write(CUSTOMERS, "".join(f"{line}{ends[place % 2]}" for place, line in enumerate(lines)))
    portfolio = read_portfolio(folder.path)
    assert (portfolio.problems.count, len(portfolio.customers.good)) == (0, len(lines) - 1)


@pytest.mark.parametrize("tail", ["5100000099,North", ""], ids=["grows", "shrinks"])
def test_a_file_that_changes_while_it_is_read_is_refused(folder: Folder, tail: str) -> None:
    file = CsvFile(folder.path / CUSTOMERS, CUSTOMER_COLUMNS.columns)
    records = file.records()
    next(records)
    folder.write(CUSTOMERS, folder.text(CUSTOMERS) + tail if tail else folder.text(CUSTOMERS).partition("\n")[0])
    list(records)
    told = f"{CUSTOMERS}: changed while it was read; let it be written to its end and try again."
    assert str(file.problems.listed[-1]) == told


@pytest.mark.parametrize("file", [CATALOG, CUSTOMERS, SUBSCRIPTIONS])
def test_a_file_that_no_import_could_hold_is_refused_at_once(folder: Folder, file: str) -> None:
    os.truncate(folder.path / file, 2_254_857_830)
    began = time.perf_counter()
    (problem,) = read_portfolio(folder.path).problems.listed
    assert time.perf_counter() - began < 1
    (folder.path / file).unlink()
    assert str(problem) == (
        f"{file}: is 2.1 GB, more than the 512 MB that one import takes; split the portfolio into several folders."
    )


def test_a_file_of_one_byte_too_many_is_told_in_megabytes(folder: Folder) -> None:
    os.truncate(folder.path / CATALOG, LARGEST_FILE + 1)
    (problem,) = read_portfolio(folder.path).problems.listed
    assert "is 513 MB, more than the 512 MB" in problem.reason
    (folder.path / CATALOG).unlink()


def test_more_records_than_one_import_takes_are_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_RECORDS", 12)
    assert read_portfolio(folder.path).problems.listed == []
    folder.add(SUBSCRIPTIONS, 13, number="S-1013")
    (problem,) = read_portfolio(folder.path).problems.listed
    assert "records, the most that one import takes; split the portfolio into several folders." in problem.reason


def test_blank_lines_without_end_are_refused_like_records_without_end(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MOST_RECORDS", 12)
    folder.write(CUSTOMERS, folder.text(CUSTOMERS) + "\n" * 12)
    assert read_portfolio(folder.path).problems.listed == []
    folder.write(CUSTOMERS, folder.text(CUSTOMERS) + "\n")
    (problem,) = read_portfolio(folder.path).problems.listed
    assert str(problem) == f"{CUSTOMERS}: has more than 12 blank lines; remove them."


def test_bad_lines_are_counted_but_not_kept(folder: Folder) -> None:
    """Each would be 36 kB in memory."""
    header = folder.text(CUSTOMERS).splitlines()[0]
    line = f"{'😀' * 9_000},{'😀' * 9_000},US,US-CA,USD,en-US,America/Los_Angeles,business\n"
    with (folder.path / CUSTOMERS).open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        file.writelines(f"{number}{line}" for number in range(500))
    tracemalloc.start()
    portfolio = read_portfolio(folder.path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (portfolio.customers.bad_count, len(portfolio.problems.listed)) == (500, LISTED)
    assert peak < 5_000_000


async def test_a_missing_folder_is_three_missing_files(connection: AsyncConnection, folder: Folder) -> None:
    folder.path = folder.path / "nowhere"
    report = await refused(connection, folder)
    assert [str(each) for each in report.problems] == [
        f"{file}: there is no such file in {folder.path}."
        for file in ("catalog.csv", "customers.csv", "subscriptions.csv")
    ]
