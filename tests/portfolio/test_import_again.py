"""What a further import changes, what it leaves alone, and what it says about it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from models.rules import rulebook_now
from portfolio.differences import UNSAID
from portfolio.importing import ImportReport, Tally
from renewals.facts import Term
from tests.portfolio.folders import Folder
from tests.portfolio.imports import CATALOG, CUSTOMERS, LATER, NOW, SUBSCRIPTIONS, content, one, rows, run


async def test_the_same_files_again_change_nothing(connection: AsyncConnection, folder: Folder) -> None:
    await run(connection, folder)
    before = await content(connection)
    report = await run(connection, folder, LATER)
    assert await content(connection) == before
    assert (report.written, report.import_id, report.differences) == (False, None, ())
    assert (report.offerings, report.prices, report.new_versions) == (Tally(0, 4), Tally(0, 11), 0)
    assert (report.customers, report.subscriptions) == (Tally(0, 6), Tally(0, 12))


async def test_a_dry_run_reports_and_writes_nothing(connection: AsyncConnection, folder: Folder) -> None:
    before = await content(connection)
    report = await run(connection, folder, dry_run=True)
    assert await content(connection) == before
    assert (report.written, report.import_id, report.subscriptions) == (False, None, Tally(12))


@pytest.mark.parametrize(
    ("change", "version_2"),
    [
        pytest.param({"renewal_price": "520.00"}, ("active", 56000, 52000), id="price"),
        pytest.param({"list_price": "500.00"}, ("active", 50000, 50500), id="renewal-price-above-list-price"),
        pytest.param({"status": "retired"}, ("retired", 56000, 50500), id="status"),
    ],
)
async def test_a_changed_price_is_a_new_version(
    connection: AsyncConnection, folder: Folder, change: dict[str, str], version_2: tuple[str, int, int]
) -> None:
    await run(connection, folder)
    folder.set(CATALOG, 3, **change)
    report = await run(connection, folder, LATER)
    assert (report.written, report.prices, report.new_versions) == (True, Tally(0, 10), 1)
    old, new = await rows(
        connection, "prices", "sku = 'DRAFT-STD' AND term = 'year' AND currency = 'USD' ORDER BY version"
    )
    assert (old["version"], old["effective_at"], old["list_price"]) == (1, NOW, 56000)
    assert (new["version"], new["effective_at"]) == (2, LATER)
    assert (new["status"], new["list_price"], new["renewal_price"]) == version_2
    assert (await run(connection, folder, LATER)).written is False


async def test_a_price_that_is_to_come_is_neither_forestalled_nor_undone(
    connection: AsyncConnection, folder: Folder
) -> None:
    """An operator has made version 2 for a later day. The same files change nothing, others take effect until then."""
    await run(connection, folder)
    coming = LATER + timedelta(days=30)
    made = (
        "INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)"
        " SELECT gen_random_uuid(), sku, term, currency, 2, status, list_price, 60000, :at FROM prices"
        " WHERE sku = 'DRAFT-STD' AND term = 'year' AND currency = 'USD'"
    )
    await connection.execute(text(made), {"at": coming})
    assert (await run(connection, folder, LATER)).written is False
    folder.set(CATALOG, 3, renewal_price="520.00")
    assert (await run(connection, folder, LATER)).new_versions == 1
    found = await rows(
        connection, "prices", "sku = 'DRAFT-STD' AND term = 'year' AND currency = 'USD' ORDER BY version"
    )
    assert [(row["version"], row["renewal_price"], row["effective_at"]) for row in found] == [
        (1, 50500, NOW), (2, 60000, coming), (3, 52000, LATER),
    ]  # fmt: skip
    async with AsyncSession(connection) as session:
        rulebook = await rulebook_now(session)
    in_force = [
        rulebook.prices_of("DRAFT-STD", "USD", Term.YEAR, None, at)[1][Term.YEAR].renewal_price
        for at in (NOW, LATER, coming)
    ]
    assert in_force == [50500, 52000, 60000]


async def test_what_exists_is_never_changed_and_its_differences_are_listed(
    connection: AsyncConnection, folder: Folder
) -> None:
    await run(connection, folder)
    before = await rows(connection, "subscriptions", "true ORDER BY number")
    folder.set(CATALOG, 12, name="Plant Care")
    folder.set(CUSTOMERS, 6, currency="EUR", region="AU-NSW")
    folder.set(SUBSCRIPTIONS, 2, seats="13", renews_on="2027-04-30", auto_renew="no", method_token="lost_card")
    folder.set(SUBSCRIPTIONS, 7, method_kind="card", method_token="ok", method_expires="2030-01")
    folder.set(SUBSCRIPTIONS, 13, buyer_name="Jo Castell-Reyes")
    report = await run(connection, folder, LATER)
    assert [(each.number, each.column, each.stored, each.file) for each in report.differences] == [
        ("PLANT-MP", "name", "Plant Maintenance", "Plant Care"),
        ("5100000005", "region", "", "AU-NSW"),
        ("5100000005", "currency", "USD", "EUR"),
        ("S-1001", "seats", "12", "13"),
        ("S-1001", "renews_on", "2027-03-31", "2027-04-30"),
        ("S-1001", "auto_renew", "yes", "no"),
        ("S-1001", "method_token", UNSAID, UNSAID),
        ("S-1006", "method_kind", "", "card"),
        ("S-1006", "method_token", "", UNSAID),
        ("S-1006", "method_expires", "", "2030-01"),
        ("S-1012", "buyer_name", "Jo Castell", "Jo Castell-Reyes"),
    ]
    told = [str(each) for each in report.differences if each.column == "method_token"]
    assert told == [
        "S-1001: method_token differs and is not shown",
        "S-1006: method_token is blank, the file says a token that is not shown",
    ]
    assert await rows(connection, "subscriptions", "true ORDER BY number") == before
    assert report.written is False


async def test_a_new_subscription_follows_the_stored_customer_catalog_and_contact(
    connection: AsyncConnection, folder: Folder
) -> None:
    await run(connection, folder)
    header, *_, last = folder.text(SUBSCRIPTIONS).splitlines()
    folder.write(SUBSCRIPTIONS, f"{header}\n{last}\n")
    folder.set(SUBSCRIPTIONS, 2, number="S-2001", buyer_name="Josephine Castell")
    for file in (CATALOG, CUSTOMERS):
        folder.write(file, folder.text(file).splitlines()[0] + "\n")
    report = await run(connection, folder, LATER)
    assert (report.written, report.subscriptions, report.problems) == (True, Tally(1), ())
    assert [str(each) for each in report.differences] == [
        "S-2001: buyer_name is Jo Castell, the file says Josephine Castell"
    ]
    old = await one(connection, "subscriptions", "number = 'S-1012'")
    new = await one(connection, "subscriptions", "number = 'S-2001'")
    assert (new["buyer_id"], new["method_id"]) == (old["buyer_id"], old["method_id"])


async def test_a_contact_is_known_by_its_address_whichever_letters_are_capitals(
    connection: AsyncConnection, folder: Folder
) -> None:
    await run(connection, folder)
    header, *_, last = folder.text(SUBSCRIPTIONS).splitlines()
    folder.write(SUBSCRIPTIONS, f"{header}\n{last}\n")
    folder.set(SUBSCRIPTIONS, 2, number="S-2001", buyer_email="JO@castell.example")
    assert (await run(connection, folder, LATER)).subscriptions == Tally(1)
    old, new = await rows(connection, "subscriptions", "number IN ('S-1012', 'S-2001') ORDER BY number")
    assert (new["buyer_id"], new["primary_admin_id"]) == (old["buyer_id"], old["buyer_id"])


async def test_two_imports_at_once_queue_up_and_the_second_finds_nothing_to_do(
    engine: AsyncEngine, folder: Folder
) -> None:
    async def import_alone() -> ImportReport:
        async with engine.begin() as connection:
            return await run(connection, folder)

    reports = await asyncio.gather(import_alone(), import_alone())
    assert sorted(report.written for report in reports) == [False, True]
    assert {report.problem_count for report in reports} == {0}


async def test_a_number_in_other_capitals_than_stored_is_refused_and_never_taken_for_that_one(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.add(CUSTOMERS, 2, csn="nw-1")
    await run(connection, folder)
    before = await content(connection)
    folder.set(SUBSCRIPTIONS, 2, number="s-1001")
    folder.set(CUSTOMERS, 8, csn="NW-1")
    folder.add(SUBSCRIPTIONS, 2, number="S-2001", csn="NW-1")
    report = await run(connection, folder, LATER)
    assert [str(problem) for problem in report.problems] == [
        "customers.csv:8: csn: is NW-1, but nw-1 is stored: they differ in capitals only; write one number in one way.",
        "subscriptions.csv:2: number: is s-1001, but S-1001 is stored: they differ in capitals only; "
        "write one number in one way.",
    ]
    skipping = await run(connection, folder, LATER, skip_bad=True)
    assert (skipping.skipped, skipping.written, await content(connection)) == (3, False, before)


async def test_two_customers_of_a_file_whose_numbers_differ_in_capitals_are_refused(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.add(CUSTOMERS, 2, csn="nw-1")
    folder.add(CUSTOMERS, 2, csn="NW-1")
    (problem,) = (await run(connection, folder)).problems
    assert (problem.line, problem.column) == (9, "csn")
    assert problem.reason.startswith("is NW-1, but nw-1 stands in line 8: ")
