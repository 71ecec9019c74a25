"""Every mail that was sent or tried: found, read as it was sent, and each reading on record."""

import csv
import hashlib
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from console.ops import files
from console.ops import letters as pages
from console.ops.desk import speech_in
from console.ops.mail_words import cause_in_words
from console.ops.words import WORDS
from models.engine import Sessions
from models.keyset import Beside
from models.letters import State, Wanted, letters_page
from models.records import NoticeRow
from portfolio.importing import import_portfolio
from renewals.causes import CALENDAR, SENTENCES, Cause
from renewals.letters import Kind
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, assert_in_order, heard
from tests.console.ops.staff import People, Person, acts, words
from tests.console.ops.test_mails import LETTER

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
LETTERS = "/ops/letters"
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


def notice(n: int, number: str = "S-1001", to: str = "Ada@northwind.example", **more: Any) -> NoticeRow:
    """A mail, due so many hours after the first."""
    usual: dict[str, Any] = {
        "id": UUID(int=n),
        "subscription": number,
        "term_starts_on": date(2026, 3, 31),
        "kind": "reminder",
        "occasion": str(n),
        "recipient": to,
        "dated": True,
        "why": "calendar of the term",
        "planned_for": NOON + timedelta(hours=n),
        "outcome": "sent",
        "sent_at": NOON + timedelta(hours=n),
        "tries": 1,
    }
    return NoticeRow(**usual | more)


@pytest.fixture
async def _letters(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOON, imported_by="operator:ana")
        whole: dict[str, Any] = {
            "raw": LETTER,
            "content_hash": hashlib.sha256(LETTER).hexdigest(),
            "message_id": "<one@example.com>",
        }
        session.add(notice(1, reply="250 OK <queued>", **whole))
        session.add(notice(2, "S-1002", kind="advance_charge_notice", raw=LETTER, content_hash="0" * 64))
        waits: dict[str, Any] = {"outcome": None, "sent_at": None, "tries": 3, "next_at": NOON + timedelta(days=1)}
        session.add(notice(30, "S-1003", "jo@castell.example", reply="450 later", **waits))
        for n, outcome in ((40, "missed"), (41, "failed"), (42, "bounced")):
            session.add(notice(n, "S-1004", "jo@castell.example", outcome=outcome, sent_at=None))


def listed(page: str) -> list[str]:
    """The subscriptions of the mails that the page lists."""
    return re.findall(r'<a href="/ops/subscriptions/(S-\d+)">', page.partition('id="list"')[2])


async def test_without_mails_the_page_says_so(mira: Person, sessions: Sessions) -> None:
    assert "No mail has been sent yet." in await mira.page(LETTERS)
    assert "letters.people" not in [act for _, act, *_ in await acts(sessions)]


@pytest.mark.usefixtures("_letters")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "1004 1004 1004 1003 1002 1001", id="all, the newest first"),
        pytest.param("to=ADA@northwind.example", "1002 1001", id="recipient"),
        pytest.param("to=ada@northwind", "", id="not a part of an address"),
        pytest.param("subscription=S-1003", "1003", id="subscription"),
        pytest.param("kind=advance_charge_notice", "1002", id="kind"),
        pytest.param("state=sent", "1002 1001", id="sent"),
        pytest.param("state=waiting", "1003", id="waiting"),
        pytest.param("state=failed", "1004", id="refused"),
        pytest.param("state=undelivered", "1004 1004", id="refused or bounced"),
        pytest.param("sent_from=2027-02-01&sent_until=2027-02-01", "1002 1001", id="sent on a day"),
        pytest.param("sent_from=2027-02-02", "", id="sent since a day"),
        pytest.param("from=2027-02-02&until=2027-02-02", "1003", id="a day"),
        pytest.param("until=2027-02-01", "1002 1001", id="until a day"),
        pytest.param("to=jo@castell.example&state=missed&kind=reminder&from=2027-02-03", "1004", id="all together"),
    ],
)
async def test_each_filter_finds_what_it_says(mira: Person, query: str, found: str) -> None:
    page = await mira.page(f"{LETTERS}?{query}")
    assert listed(page) == [f"S-{each}" for each in found.split()]
    assert ("Nothing matches." in page) == (not found)


@pytest.mark.parametrize("query", ["kind=poem", "state=lost", "from=x", "after=x", f"after={NOON:%Y-%m-%d},1"])
async def test_an_address_that_means_nothing_is_refused(mira: Person, query: str) -> None:
    assert (await mira.get(f"{LETTERS}?{query}")).status_code == 422


@pytest.mark.usefixtures("_letters")
async def test_a_mail_is_read_as_it_was_sent_and_the_reading_is_on_record(mira: Person, sessions: Sessions) -> None:
    one = f"{LETTERS}/{UUID(int=1)}"
    answer = await mira.get(one)
    said = words(answer.text)
    assert "Your subscription &lt;renews&gt;" in said
    assert "In plain words." in said
    assert "250 OK &lt;queued&gt;" in said
    assert "The bytes below are those that were sent." in said
    assert "Message-ID: &lt;one@example.com&gt;" in said
    assert "In colour." not in answer.text
    assert f'src="{one}/letter"' in answer.text
    assert " sandbox>" in answer.text
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    framed = await mira.get(f"{one}/letter")
    assert "In colour." in framed.text
    assert {"default-src 'none'", "sandbox"} <= set(framed.headers["content-security-policy"].split("; "))
    assert ("operator:mira", "mail.read", "S-1001", None) in await acts(sessions)


@pytest.mark.usefixtures("_letters")
async def test_the_letter_alone_is_a_reading_too_and_the_page_with_its_frame_is_one(
    mira: Person, sessions: Sessions
) -> None:
    async def readings() -> list[str | None]:
        return [about for _, act, about, _ in await acts(sessions) if act == "mail.read"]

    await mira.get(f"{LETTERS}/{UUID(int=1)}/letter")
    assert await readings() == ["S-1001"]
    await mira.get(f"/ops/subscriptions/S-1002/mails/{UUID(int=2)}/letter")
    assert await readings() == ["S-1001", "S-1002"]
    await mira.get(f"{LETTERS}/{UUID(int=1)}")
    await mira.get(f"{LETTERS}/{UUID(int=1)}/letter")
    assert await readings() == ["S-1001", "S-1002", "S-1001"]


@pytest.mark.usefixtures("_letters")
async def test_bytes_that_are_not_those_sent_are_told(mira: Person) -> None:
    assert "The bytes below are not those that were sent" in await mira.page(f"{LETTERS}/{UUID(int=2)}")


@pytest.mark.usefixtures("_letters")
@pytest.mark.parametrize("n", [30, 40, 41, 42], ids=["waiting", "missed", "failed", "bounced"])
async def test_what_was_not_sent_says_what_to_do(mira: Person, n: int) -> None:
    page = words(await mira.page(f"{LETTERS}/{UUID(int=n)}"))
    state = {30: "waiting", 40: "missed", 41: "failed", 42: "bounced"}[n]
    assert WORDS["en"][f"letters.todo.{state}"] in page
    assert "there is nothing to read" in page
    assert ("450 later" in page) is (n == 30)
    assert (await mira.get(f"{LETTERS}/{UUID(int=n)}/letter")).status_code == 404


async def test_an_unknown_mail_is_a_page_that_leads_back(mira: Person) -> None:
    for path in (f"{LETTERS}/{UUID(int=9)}", f"{LETTERS}/{UUID(int=9)}/letter"):
        assert (await mira.get(path)).status_code == 404


@pytest.mark.usefixtures("_letters")
async def test_pages_are_walked_by_their_links(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 4)
    page = await mira.page(LETTERS)
    later = re.search(r'href="([^"]+)" rel="next"', page)
    assert later
    rest = await mira.page(later[1].replace("&amp;", "&"))
    assert (listed(page), listed(rest)) == (["S-1004"] * 3 + ["S-1003"], ["S-1002", "S-1001"])
    earlier = re.search(r'href="([^"]+)" rel="prev"', rest)
    assert earlier
    assert listed(await mira.page(earlier[1].replace("&amp;", "&"))) == listed(page)


@pytest.mark.usefixtures("_letters")
async def test_the_list_is_a_file_and_looking_and_taking_stand_on_record(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PER_BATCH", 2)
    await mira.page(f"{LETTERS}?state=sent")
    answer = await mira.get(f"{LETTERS}.csv?state=sent")
    found = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [line["subscription"] for line in found] == ["S-1002", "S-1001"]
    assert (found[1]["to"], found[1]["reply"], found[1]["message_id"]) == (
        "Ada@northwind.example",
        "250 OK <queued>",
        "<one@example.com>",
    )
    assert [act for _, act, *_ in await acts(sessions) if act.startswith("letters")] == [
        "letters.people",
        "letters.export",
    ]


@pytest.mark.usefixtures("_letters")
async def test_it_speaks_french(mira: Person) -> None:
    page = words((await mira.client.get(LETTERS, headers={"accept-language": "fr-FR"})).text)
    assert "en attente" in page
    assert "Le serveur a répondu" in page


@pytest.mark.usefixtures("_letters")
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        pytest.param(Wanted(), "ix_notices_by_time", id="all"),
        pytest.param(Wanted(since=NOON, until=NOON + timedelta(days=90)), "ix_notices_by_time", id="days"),
        pytest.param(Wanted(kind=Kind.REMINDER), "ix_notices_by_kind", id="kind"),
        pytest.param(Wanted(recipient="jo@castell.example"), "ix_notices_by_recipient", id="recipient"),
        pytest.param(Wanted(states=(State.FAILED,)), "ix_notices_not_sent", id="refused"),
        pytest.param(Wanted(sent_since=NOON, sent_until=NOON + timedelta(days=1)), "ix_notices_sent_at", id="sent"),
        pytest.param(Wanted(states=(State.WAITING,)), "ix_notices_queue", id="waiting"),
    ],
)
async def test_each_page_is_read_in_the_order_of_an_index(
    sessions: Sessions, engine: AsyncEngine, wanted: Wanted, index: str
) -> None:
    async with sessions.begin() as session:
        for n in range(100, 500):
            outcome = "failed" if n % 50 == 3 else None if n % 50 == 4 else "sent"
            kind = "reminder" if n % 10 == 0 else "window_open"
            to = "jo@castell.example" if n % 10 == 1 else f"{n}@castell.example"
            sent_at = NOON if outcome == "sent" else None
            session.add(notice(n, f"S-10{n % 12 + 1:02}", to, kind=kind, outcome=outcome, sent_at=sent_at))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE notices")
    async with sessions() as session:
        first = await letters_page(session, wanted, 3, Beside())
        async with heard(engine) as asked:
            await letters_page(session, wanted, 3, Beside(after=first.last))
    await assert_by_index(engine, asked, ["notices"])
    await assert_in_order(engine, asked, "notices", index)


@pytest.mark.usefixtures("_letters")
async def test_those_of_a_subscription_go_by_its_index(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions() as session, heard(engine) as asked:
        await letters_page(session, Wanted(subscription="S-1001"), 3, Beside())
    await assert_by_index(engine, asked, ["notices"])


@pytest.mark.parametrize("name", SENTENCES)
def test_why_a_mail_was_sent_is_said_in_the_readers_language(name: str) -> None:
    parts: dict[str, str | int] = {"way": "automatic", "on": "2027-01-31", "count": 3, "seats": 2, "n": 4}
    parts |= {"phase": "past_due", "command": "renew", "quote": "Q-1001"}
    named = {field for _, field, _, _ in Formatter().parse(SENTENCES[name]) if field}
    cause = Cause(name, {part: parts[part] for part in named})
    said = {lang: cause_in_words(str(cause), cause.facts, speech_in(lang)) or "" for lang in WORDS}
    assert said["en"] != said["fr"]
    assert not any("{" in each or "2027-01" in each or "_" in each for each in said.values())


def test_a_cause_that_has_no_words_is_not_guessed() -> None:
    assert cause_in_words("an older sentence", None, speech_in("fr")) is None
    assert cause_in_words(CALENDAR, None, speech_in("fr")) == "le calendrier de sa période"


@pytest.mark.usefixtures("_letters")
async def test_the_page_of_a_mail_says_why_in_french(mira: Person, sessions: Sessions) -> None:
    cause = Cause("renewal", {"way": "automatic", "on": "2027-01-31"})
    async with sessions.begin() as session:
        session.add(notice(50, why=str(cause), facts={"cause": cause.facts}, kind="renewed"))
    for n, why in ((1, "le calendrier de sa période"), (50, "période à partir du 31 janvier 2027")):
        page = words((await mira.client.get(f"{LETTERS}/{UUID(int=n)}", headers={"accept-language": "fr"})).text)
        assert why in page
