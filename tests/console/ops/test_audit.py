"""The audit: who did or read what, when and why, found by each of them, and taken along as a file."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import auditing as pages
from console.ops import files
from console.ops.words import WORDS
from models.acts import Wanted, acts_page, known_deeds, subscriptions_among
from models.audit import audit
from models.engine import Sessions
from models.journal import record
from models.keyset import Beside
from models.pauses import Pausable, pause, resume
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, heard, plan_of
from tests.console.ops.staff import People, Person, acts, words

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
AUDIT = "/ops/audit"
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


@pytest.fixture
async def _deeds(sessions: Sessions) -> None:
    """Two days of work: of each kind of record, and what is nobody's doing."""
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOON - timedelta(days=30), imported_by="operator:ana")
        audit(session, NOON, "operator:ana", "pause", "charges", reason="odd <declines>")
        audit(session, NOON, "operator:nils", "mail.read", "S-1001", data={"notice": "n-1"})
        parked = {"name": "park", "outcome": "done", "code": None}
        record(session, "S-1002", NOON, "command", parked, by="operator:nils", reason="=ask counsel")
        record(session, "S-1002", NOON, "parked", {}, by="operator:nils", reason="=ask counsel")
        record(session, "S-1003", NOON, "command", {"name": "renew", "outcome": "done"}, by="ada@northwind.example")
        record(session, "S-1004", NOON + timedelta(days=1), "go_live", {}, by="operator:ana", reason="pilot")


def rows(page: str) -> list[str]:
    """The lines of the table without their time."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [words(each.partition("</th>")[2]).strip() for each in re.findall(r"<tr>.*?</tr>", body, re.S)]


@pytest.mark.usefixtures("_deeds")
async def test_acts_and_commands_stand_in_one_list_and_nothing_else(mira: Person) -> None:
    page = await mira.page(f"{AUDIT}?from=2027-02-01")
    assert rows(page) == [
        "ana go-live S-1004 pilot –",
        "nils parked done S-1002 =ask counsel Data name: park, outcome: done",
        "nils mail read S-1001 – the mail Data notice: n-1",
        "ana paused charges odd &lt;declines&gt; –",
    ]
    assert 'href="/ops/subscriptions/S-1001"' in page
    assert 'href="/ops/subscriptions/charges"' not in page


@pytest.mark.usefixtures("_deeds")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("by=nils", ["S-1002", "S-1001"], id="who"),
        pytest.param("by=operator:ana", ["S-1004", "charges"], id="who in full"),
        pytest.param("deed=park", ["S-1002"], id="a command"),
        pytest.param("deed=go-live", ["S-1004"], id="go-live"),
        pytest.param("deed=mail.read", ["S-1001"], id="an act"),
        pytest.param("about=S-1002", ["S-1002"], id="about a subscription"),
        pytest.param("about=charges", ["charges"], id="about something else"),
        pytest.param("why=COUNSEL", ["S-1002"], id="a part of the reason"),
        pytest.param("from=2027-02-02", ["S-1004"], id="from a day on"),
        pytest.param("from=2027-01-01&to=2027-02-01", ["S-1002", "S-1001", "charges"], id="until a day"),
        pytest.param("by=nils&deed=park&why=ask&from=2027-02-01&to=2027-02-01", ["S-1002"], id="all together"),
        pytest.param("by=nobody", [], id="nobody"),
    ],
)
async def test_each_filter_finds_what_it_says(mira: Person, query: str, found: list[str]) -> None:
    page = await mira.page(f"{AUDIT}?{query}")
    about = [re.search(r"\b(S-\d+|charges)\b", row) for row in rows(page)]
    assert [each[1] for each in about if each] == found
    assert ("Nothing matches." in page) == (not found)


@pytest.mark.parametrize(
    "query", ["from=soon", "after=2027-02-01T12:00,audit,1", "after=x", "by=%00", f"why={200 * 'xy'}"]
)
async def test_an_address_that_means_nothing_is_refused(mira: Person, query: str) -> None:
    assert (await mira.get(f"{AUDIT}?{query}")).status_code == 422


@pytest.mark.usefixtures("_deeds")
async def test_pages_tile_over_both_records_at_the_same_instant(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for n in range(7):
            audit(session, NOON, "operator:ana", "sign_in", str(n))
            record(session, "S-1005", NOON, "command", {"name": "park", "outcome": "done"}, by="operator:ana")
    async with sessions() as session:
        wanted = Wanted(since=NOON)
        whole = (await acts_page(session, wanted, 100, Beside())).rows
        assert len(whole) == 18
        page = await acts_page(session, wanted, 4, Beside())
        seen = [page.rows]
        while page.later:
            page = await acts_page(session, wanted, 4, Beside(after=page.last))
            seen.append(page.rows)
        assert [act for some in seen for act in some] == whole
        back = [seen[-1]]
        while page.earlier:
            page = await acts_page(session, wanted, 4, Beside(before=page.first))
            back.append(page.rows)
        assert [act for some in back[::-1] for act in some] == whole


@pytest.mark.usefixtures("_deeds")
async def test_pages_are_walked_by_their_links(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 3)
    page = await mira.page(f"{AUDIT}?from=2027-02-01")
    later = re.search(r'href="([^"]+)" rel="next"', page)
    assert later
    rest = await mira.page(later[1].replace("&amp;", "&"))
    assert (len(rows(page)), len(rows(rest))) == (3, 1)
    earlier = re.search(r'href="([^"]+)" rel="prev"', rest)
    assert earlier
    assert rows(await mira.page(earlier[1].replace("&amp;", "&"))) == rows(page)


@pytest.mark.usefixtures("_deeds")
async def test_as_a_file_nothing_is_calculated_and_taking_it_stands_on_record(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PER_BATCH", 2)
    answer = await mira.get(f"{AUDIT}.csv?from=2027-02-01&to=2027-02-01")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="audit-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"])
    found = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line["about"] for line in found] == ["S-1002", "S-1001", "charges"]
    assert found[0] == {
        "at": "2027-02-01T12:00:00.000Z",
        "by": "operator:nils",
        "deed": "park",
        "about": "S-1002",
        "why": "'=ask counsel",
        "data": "name: park, outcome: done",
        "source": "record",
    }
    assert ("operator:mira", "audit.export", None, None) in await acts(sessions)


@pytest.mark.usefixtures("_deeds")
async def test_what_can_be_asked_for_has_words(sessions: Sessions) -> None:
    async with sessions() as session:
        deeds = await known_deeds(session)
    assert deeds[:2] == ["mail.read", "pause"]
    for deed in deeds:
        assert {f"act.{deed}", f"command.{deed}"} & WORDS["en"].keys(), deed


async def test_a_pause_stands_there_wherever_it_was_given(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for why in ("odd", "odd again"):
            await pause(session, Pausable.MAILS, by="operator:ana", reason=why, now=NOON)
        for why in ("it is over", "it is over again"):
            await resume(session, Pausable.MAILS, by="operator:nils", reason=why, now=NOON)
    assert await acts(sessions) == [
        ("operator:ana", "pause", "mails", "odd"),
        ("operator:nils", "resume", "mails", "it is over"),
    ]


@pytest.mark.usefixtures("_deeds")
async def test_it_speaks_french(mira: Person) -> None:
    page = words((await mira.client.get(AUDIT, headers={"accept-language": "fr-FR"})).text)
    assert "Journal d’audit" in page
    assert "courriel lu" in page


INDEXES = [
    pytest.param(Wanted(), "ix_audit_at", "ix_events_deeds ", id="all"),
    pytest.param(Wanted(by="operator:a7"), "ix_audit_done_by", "ix_events_deeds_by", id="who"),
    pytest.param(Wanted(deed="park"), "ix_audit_action", "ix_events_deeds_what", id="what"),
    pytest.param(Wanted(about="S-1001"), "ix_audit_about", "ix_events_subscription_at", id="about"),
]


@pytest.fixture
async def _many(sessions: Sessions, engine: AsyncEngine, _deeds: None) -> None:
    """Enough of both records that PostgreSQL has a choice."""
    async with sessions.begin() as session:
        for n in range(400):
            at, by, rare = NOON + timedelta(minutes=n), f"operator:a{n % 40}", n % 50 == 0
            audit(session, at, by, "park" if rare else "look", "S-1001" if rare else str(n), reason=f"because of {n}")
            data, number = {"name": "park" if rare else "release", "outcome": "done"}, f"S-10{n % 9 + 2:02}"
            record(session, "S-1001" if rare else number, at, "command", data, by=by, reason=f"because of {n}")
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO events (subscription, at, event, data, caused_by, reason)"
            " SELECT 'S-10' || 2 + mod(n, 8) || '1', timestamptz '2027-01-01Z' + n * interval '1 minute', 'command',"
            " '{\"name\": \"release\"}', 'operator:b' || mod(n, 40), 'for reason ' || n"
            " FROM generate_series(1, 8000) AS n"
        )
        await connection.exec_driver_sql("ANALYZE audit")
        await connection.exec_driver_sql("ANALYZE events")
        await connection.exec_driver_sql("SELECT gin_clean_pending_list('ix_events_deeds_reason')")


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize(("wanted", "of_audit", "of_record"), INDEXES)
async def test_each_question_is_read_in_the_order_of_two_indexes(
    sessions: Sessions, engine: AsyncEngine, wanted: Wanted, of_audit: str, of_record: str
) -> None:
    async with sessions() as session, heard(engine) as asked:
        first = await acts_page(session, wanted, 3, Beside())
        await acts_page(session, wanted, 3, Beside(after=first.last))
        await known_deeds(session)
        await subscriptions_among(session, ["S-1001"])
    await assert_by_index(engine, asked, ["audit", "events", "subscriptions"])
    statement, parameters = asked[0]
    plan = "\n".join(await plan_of(engine, statement, parameters, "seqscan", "bitmapscan", "sort"))
    assert f"using {of_audit.strip()} on audit" in plan, plan
    assert f"using {of_record.strip()} on events" in plan, plan


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("index", ["ix_audit_reason", "ix_events_deeds_reason"])
async def test_a_part_of_a_reason_has_its_index(sessions: Sessions, engine: AsyncEngine, index: str) -> None:
    async with sessions() as session, heard(engine) as asked:
        await acts_page(session, Wanted(why="of 377"), 3, Beside())
    plan = await plan_of(engine, *asked[0], "seqscan", "indexscan", "indexonlyscan")
    assert any(index in line for line in plan), plan
