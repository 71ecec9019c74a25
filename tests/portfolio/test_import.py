"""What a first import writes."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from portfolio.importing import Tally, import_portfolio
from tests.portfolio.folders import Folder
from tests.portfolio.imports import CATALOG, CUSTOMERS, LATER, NOW, SUBSCRIPTIONS, content, one, rows, run


async def test_the_example_portfolio_is_imported(connection: AsyncConnection, folder: Folder) -> None:
    report = await run(connection, folder)
    assert (report.written, report.problems, report.differences, report.skipped) == (True, (), (), 0)
    assert (report.offerings, report.prices, report.new_versions) == (Tally(4), Tally(11), 0)
    assert (report.customers, report.subscriptions) == (Tally(6), Tally(12))
    written = await content(connection)
    expected = {"imports": 1, "offerings": 4, "prices": 11, "customers": 6, "subscriptions": 12, "terms": 12}
    assert expected.items() <= written.items()
    assert written["events"] == 12
    made = await one(connection, "imports", "true")
    assert (made["id"], made["imported_at"], made["imported_by"]) == (report.import_id, NOW, "operator:ana")
    files = b"".join((folder.path / file).read_bytes() for file in (CATALOG, CUSTOMERS, SUBSCRIPTIONS))
    assert made["digest"] == hashlib.sha256(files).hexdigest()


async def test_a_session_serves_as_well_as_a_connection(imports_engine: AsyncEngine, folder: Folder) -> None:
    async with AsyncSession(imports_engine) as session:
        report = await import_portfolio(session, folder.path, now=NOW, imported_by="operator:ana")
        assert report.written
        await session.rollback()


async def test_a_subscription_begins_not_live_unplanned_and_in_its_phase(
    connection: AsyncConnection, folder: Folder
) -> None:
    report = await run(connection, folder)
    row = await one(connection, "subscriptions", "number = 'S-1002'")
    expected = {
        "csn": "5100000001", "sku": "DRAFT-STD", "term": "month", "seats": 3, "auto_renew": True,
        "starts_on": date(2026, 10, 31), "renews_on": date(2026, 11, 30), "anchor_day": 31, "channel": "direct_online",
        "phase": "renewable", "phase_since": datetime(2026, 10, 31, 7, tzinfo=UTC), "method_set_at": NOW,
        "live_at": None, "next_step_at": None,
        "planned_under": None, "plans": 0, "shift": timedelta(0), "import_id": report.import_id,
        "access_until": datetime(2026, 12, 15, 8, tzinfo=UTC),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    term = await one(connection, "terms", "subscription = 'S-1002'")
    assert (term["starts_on"], term["renews_on"], term["seats"]) == (date(2026, 10, 31), date(2026, 11, 30), 3)
    assert (term["follows"], term["unit_price"], term["began_at"]) == (None, None, NOW)
    event = await one(connection, "events", "subscription = 'S-1002'")
    assert (event["event"], event["data"]) == ("phase", {"from": None, "to": "renewable"})
    assert (event["at"], event["caused_by"]) == (NOW, "operator:ana")


@pytest.mark.parametrize(
    ("now", "number", "phase", "access_until"),
    [
        pytest.param("2026-12-01T00:00+00:00", "S-1001", "active", "2027-04-15T07:00+00:00", id="active"),
        pytest.param("2027-01-01T00:00+00:00", "S-1001", "renewable", "2027-04-15T07:00+00:00", id="renewable"),
        pytest.param("2027-04-02T00:00+00:00", "S-1001", "past_due", "2027-04-15T07:00+00:00", id="past-due"),
        pytest.param("2027-05-03T00:00+00:00", "S-1004", "expired", "2027-05-01T04:00+00:00", id="expired"),
    ],
)
async def test_the_first_phase_is_that_of_the_import(
    connection: AsyncConnection, folder: Folder, now: str, number: str, phase: str, access_until: str
) -> None:
    await run(connection, folder, datetime.fromisoformat(now))
    row = await one(connection, "subscriptions", f"number = '{number}'")
    assert (row["phase"], row["access_until"]) == (phase, datetime.fromisoformat(access_until))


async def test_a_stored_policy_decides_the_first_phase(connection: AsyncConnection, folder: Folder) -> None:
    await connection.execute(
        text(
            "INSERT INTO policies (id, version, effective_on, values, set_by, reason, set_at) VALUES "
            """(gen_random_uuid(), 1, '2026-01-01', '{"early_window_days": 200}', 'operator:ana', 'test', now())"""
        )
    )
    await run(connection, folder)
    assert (await one(connection, "subscriptions", "number = 'S-1001'"))["phase"] == "renewable"


async def test_people_and_methods_of_a_customer_are_shared(connection: AsyncConnection, folder: Folder) -> None:
    folder.set(SUBSCRIPTIONS, 12, admin_email="it@northwind.example")
    await run(connection, folder)
    people = await rows(connection, "contacts", "csn = '5100000001' ORDER BY email")
    assert [(each["email"], each["name"]) for each in people] == [
        ("ada@northwind.example", "Ada Quill"),
        ("it@northwind.example", "it@northwind.example"),
    ]
    methods = await rows(connection, "payment_methods", "csn = '5100000001' ORDER BY token")
    assert [(each["kind"], each["token"], each["valid_through"]) for each in methods] == [
        ("card", "insufficient_funds*2", date(2029, 8, 31)),
        ("card", "ok", date(2029, 8, 31)),
    ]
    partner = await one(connection, "subscriptions", "number = 'S-1006'")
    assert (partner["method_id"], partner["method_set_at"]) == (None, None)
    assert partner["buyer_id"] == partner["primary_admin_id"]


async def test_an_admin_who_buys_elsewhere_has_the_buyers_name(connection: AsyncConnection, folder: Folder) -> None:
    folder.set(SUBSCRIPTIONS, 12, buyer_email="it@northwind.example", buyer_name="Ivo Tamm")
    await run(connection, folder)
    assert (await one(connection, "contacts", "email = 'it@northwind.example'"))["name"] == "Ivo Tamm"


async def test_skipping_bad_lines_writes_the_good_ones_whose_references_are_good(
    connection: AsyncConnection, folder: Folder
) -> None:
    folder.set(CUSTOMERS, 5, time_zone="Asia/Tokio")
    folder.set(CATALOG, 11, currency="usd")
    folder.set(SUBSCRIPTIONS, 13, seats="0")
    report = await run(connection, folder, skip_bad=True)
    assert [(each.file, each.line, each.column) for each in report.problems] == [
        (CATALOG, 11, "currency"),
        (CUSTOMERS, 5, "time_zone"),
        (SUBSCRIPTIONS, 8, "csn"),
        (SUBSCRIPTIONS, 9, "csn"),
        (SUBSCRIPTIONS, 11, "sku"),
        (SUBSCRIPTIONS, 13, "seats"),
    ]
    assert (report.written, report.skipped, report.problem_count) == (True, 6, 6)
    assert (report.customers, report.prices, report.subscriptions) == (Tally(5), Tally(10), Tally(8))
    numbers = {row["number"] for row in await rows(connection, "subscriptions")}
    assert numbers == {f"S-10{n:02}" for n in range(1, 12)} - {"S-1007", "S-1008", "S-1010"}


async def test_names_are_kept_as_they_are_in_any_script(connection: AsyncConnection, folder: Folder) -> None:
    folder.set(CUSTOMERS, 2, name="شركة النور للمساحة", locale="ar")
    folder.set(CUSTOMERS, 3, name="O'Brien & Söhne, \u200fבע״מ <b>{{ 7*7 }}</b>")
    folder.set(CUSTOMERS, 4, name="\u200dनेपाल क्\u200dष می\u200cخواهم 👩\u200d💻")
    folder.set(SUBSCRIPTIONS, 13, buyer_name="Renée “Jo” d'Été")
    assert (await run(connection, folder)).problems == ()
    names = [row["name"] for row in await rows(connection, "customers", "true ORDER BY csn")]
    assert names[:3] == [
        "شركة النور للمساحة",
        "O'Brien & Söhne, \u200fבע״מ <b>{{ 7*7 }}</b>",
        "\u200dनेपाल क्\u200dष می\u200cخواهم 👩\u200d💻",
    ]


async def test_a_byte_order_mark_crlf_and_columns_in_another_order_are_accepted(
    connection: AsyncConnection, folder: Folder
) -> None:
    for file in (CATALOG, CUSTOMERS, SUBSCRIPTIONS):
        folder.write(file, b"\xef\xbb\xbf" + folder.text(file).replace("\n", "\r\n").encode())
    lines = [line.split(",") for line in folder.text(CUSTOMERS).splitlines()]
    folder.write(
        CUSTOMERS, "".join(",".join(reversed([field.strip("\ufeff") for field in line])) + "\n" for line in lines)
    )
    assert (await run(connection, folder)).problems == ()


@pytest.mark.parametrize(
    ("starts_on", "renews_on", "given", "anchor"),
    [
        pytest.param("2026-03-31", "2027-03-31", "", 31, id="day-of-renewal"),
        pytest.param("2026-10-31", "2027-02-28", "", 31, id="month-end-after-a-longer-month"),
        pytest.param("2024-02-29", "2027-02-28", "", 29, id="leap-day"),
        pytest.param("2026-05-31", "2027-04-15", "", 15, id="odd-first-term"),
        pytest.param("2026-02-28", "2027-02-28", "", 28, id="end-of-february"),
        pytest.param("2026-02-28", "2027-02-28", "30", 30, id="given-beyond-february"),
        pytest.param("2026-10-31", "2026-11-30", "30", 30, id="given-instead-of-the-31st"),
    ],
)
async def test_the_anchor_day_is_the_one_given_or_follows_from_the_dates(
    connection: AsyncConnection, folder: Folder, starts_on: str, renews_on: str, given: str, anchor: int
) -> None:
    lines = folder.text(SUBSCRIPTIONS).splitlines()
    folder.write(SUBSCRIPTIONS, "\n".join([f"{lines[0]},anchor_day", *(f"{line}," for line in lines[1:])]) + "\n")
    folder.set(SUBSCRIPTIONS, 2, starts_on=starts_on, renews_on=renews_on, anchor_day=given)
    assert (await run(connection, folder)).problems == ()
    assert (await one(connection, "subscriptions", "number = 'S-1001'"))["anchor_day"] == anchor


async def test_progress_is_told_of_every_new_subscription(connection: AsyncConnection, folder: Folder) -> None:
    told: list[tuple[int, int]] = []
    await run(connection, folder, progress=lambda done, total: told.append((done, total)))
    assert told == [(12, 12)]


async def test_thousands_of_subscriptions_are_imported_in_batches(connection: AsyncConnection, folder: Folder) -> None:
    header, line, *_ = folder.text(SUBSCRIPTIONS).splitlines()
    lines = [line.replace("S-1001", f"S-{number}") for number in range(20_000, 26_000)]
    folder.write(SUBSCRIPTIONS, "\n".join([header, *lines]))
    told: list[tuple[int, int]] = []
    report = await run(connection, folder, progress=lambda done, total: told.append((done, total)))
    assert (report.subscriptions, told) == (Tally(6_000), [(5_000, 6_000), (6_000, 6_000)])
    assert (await run(connection, folder, LATER)).subscriptions == Tally(0, 6_000)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param("the pilot", "the pilot", id="said"),
        pytest.param(None, "import of catalog.csv, customers.csv and subscriptions.csv of the folder ", id="not said"),
    ],
)
async def test_who_imported_what_and_why_stands_on_the_audit_once(
    connection: AsyncConnection, folder: Folder, said: str | None, why: str
) -> None:
    await run(connection, folder, dry_run=True, reason=said)
    assert await rows(connection, "audit") == []
    report = await run(connection, folder, reason=said)
    again = await run(connection, folder, LATER, reason=said)
    assert not again.written
    (act,) = await rows(connection, "audit")
    assert (act["done_by"], act["action"], act["about"]) == ("operator:ana", "portfolio.import", str(report.import_id))
    assert act["reason"] == (why if said else why + folder.path.name)
    assert (act["at"], act["data"]["subscriptions"]) == (NOW, report.subscriptions.added)
