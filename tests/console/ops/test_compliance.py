"""Legal notices: which mail met which rule, what is missing and until when; and the paper that proves it."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from console.ops import compliance as pages
from console.ops import patience
from console.ops.words import WORDS
from models import coming_charges as models
from models.coming_charges import Looked, Wanted, coming_charges, missing_now
from models.compliance import Kept, State, past_charges
from models.engine import Sessions
from models.journal import raise_alarm
from models.keyset import Place
from models.reading import LEGAL_NOTICE_MISSING
from models.rules import rulebook_now
from models.store import load
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.legal import DEFAULT_RULES, Anchor, Audience, Certainty, Unit
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, heard, plan_of
from tests.console.ops.staff import People, Person, acts, words
from tests.console.ops.test_figures import SETTLED, run
from tests.console.ops.test_letters import notice

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
COMPLIANCE = "/ops/compliance"
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TOO_LATE = datetime(2027, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
async def mira(people: People) -> Person:
    return await people.signed_in("mira", Role.VIEWER)


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        early = datetime(2026, 11, 20, 12, tzinfo=UTC)
        await import_portfolio(session, EXAMPLE, now=early, imported_by="operator:ana")
        await go_live(session, wall_now=early, by="operator:ana", reason="a test")


async def sent(sessions: Sessions, number: str, at: datetime, n: int = 1) -> None:
    """A notice of the coming charge that went out then."""
    async with sessions.begin() as session:
        row = notice(n, number, "ada@northwind.example", kind="advance_charge_notice", planned_for=at, sent_at=at)
        row.reply, row.message_id, row.content_hash = "250 OK queued as 7", "<proof@vendor.example>", "ab" * 32
        row.term_starts_on = (
            await session.execute(sa.text("SELECT starts_on FROM subscriptions WHERE number = :n"), {"n": number})
        ).scalar_one()
        session.add(row)


async def looked(sessions: Sessions, wanted: Wanted, now: datetime, after: Place | None = None) -> Looked:
    async with sessions() as session:
        return await coming_charges(session, wanted, 50, after, now)


def told(found: Sequence[Kept]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Number, and each rule with how it stands."""
    return [
        (each.stored.row.number, [(proof.standing.duty.rule.id, proof.state.value) for proof in each.proofs])
        for each in found
    ]


@pytest.mark.usefixtures("_example")
async def test_a_rule_is_met_by_what_was_sent_else_coming_by_what_is_planned_else_missing(sessions: Sessions) -> None:
    march = Wanted(since=date(2027, 3, 31), until=date(2027, 3, 31))
    both = ("mastercard-renewal", "visa-renewal")
    (coming,) = told((await looked(sessions, march, NOW)).kept)
    assert (coming[0], sorted(coming[1])) == ("S-1001", [(rule, "coming") for rule in both])
    (missing,) = (await looked(sessions, march, TOO_LATE)).kept
    assert missing.state is State.MISSING
    assert sorted(told([missing])[0][1]) == [(rule, "missing") for rule in both]
    await sent(sessions, "S-1001", datetime(2027, 3, 3, 17, tzinfo=UTC))
    (met,) = (await looked(sessions, march, TOO_LATE)).kept
    assert met.state is State.MET
    assert {proof.notice.message_id for proof in met.proofs if proof.notice} == {"<proof@vendor.example>"}


@pytest.mark.usefixtures("_example")
async def test_one_notice_may_meet_one_rule_and_miss_another(sessions: Sessions) -> None:
    await sent(sessions, "S-1001", datetime(2026, 12, 1, 17, tzinfo=UTC))
    (found,) = (await looked(sessions, Wanted(since=date(2027, 3, 31), until=date(2027, 3, 31)), TOO_LATE)).kept
    assert sorted(told([found])[0][1]) == [("mastercard-renewal", "missing"), ("visa-renewal", "met")]
    assert found.state is State.MISSING


@pytest.mark.usefixtures("_example")
async def test_each_filter_finds_what_it_says(sessions: Sessions) -> None:
    async with sessions() as session:
        rules = {rule.id: rule for rule in (await rulebook_now(session)).legal_rules_of(NOW.date())}

    async def numbers(wanted: Wanted, now: datetime = NOW) -> list[str]:
        return [number for number, _ in told((await looked(sessions, wanted, now)).kept)]

    cards = await numbers(Wanted(rule=rules["visa-renewal"]))
    assert "S-1001" in cards
    assert "S-1005" not in cards
    assert await numbers(Wanted(rule=rules["sepa-core"])) == ["S-1005"]
    assert await numbers(Wanted(rule=rules["us-ca-17602"])) == []
    assert "S-1001" not in await numbers(Wanted(until=date(2027, 3, 30)))
    assert await numbers(Wanted(state=State.MISSING)) == []
    async with sessions.begin() as session:
        await raise_alarm(session, "S-1001", LEGAL_NOTICE_MISSING, "No charge notice meets visa-renewal.", TOO_LATE)
    assert await numbers(Wanted(state=State.MISSING), TOO_LATE) == ["S-1001"]
    assert "S-1001" not in await numbers(Wanted(state=State.COMING), TOO_LATE)
    async with sessions() as session:
        assert await missing_now(session) == 1


@pytest.mark.usefixtures("_example")
async def test_what_is_parked_not_live_or_by_hand_owes_nothing(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE subscriptions SET live_at = NULL WHERE number = 'S-1001'"))
        parked = "UPDATE subscriptions SET parked_at = now(), parked_because = 'x' WHERE number = 'S-1005'"
        await session.execute(sa.text(parked))
    found = [number for number, _ in told((await looked(sessions, Wanted(), NOW)).kept)]
    assert not {"S-1001", "S-1005", "S-1004", "S-1006", "S-1011"} & set(found)


@pytest.mark.usefixtures("_example")
async def test_pages_tile_and_a_rare_question_stops_and_says_where(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [number for number, _ in told((await looked(sessions, Wanted(), NOW)).kept)]
    assert len(whole) == len(set(whole)) >= 5
    monkeypatch.setattr(models, "PER_BATCH", 3)
    found, place = list[str](), None
    while True:
        async with sessions() as session:
            page = await coming_charges(session, Wanted(), 2, place, NOW)
        found += [number for number, _ in told(page.kept)]
        assert len(page.kept) <= 2
        if page.later is None:
            break
        place = page.later
    assert found == whole
    monkeypatch.setattr(models, "MOST_LOOKED_AT", 3)
    rare = await looked(sessions, Wanted(since=date(2026, 1, 1), state=State.MET), NOW)
    assert (rare.kept, rare.looked_at, rare.later is not None) == ([], 3, True)


@pytest.mark.usefixtures("_example")
async def test_a_charge_that_was_made_is_proven_by_the_notices_of_its_own_term(sessions: Sessions) -> None:
    await sent(sessions, "S-1001", datetime(2027, 3, 3, 17, tzinfo=UTC))
    async with sessions.begin() as session:
        await session.execute(sa.text(SETTLED.replace("2027-01-20", "2027-03-31")))
        paid = (
            "INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, calls,"
            " questions, received) SELECT gen_random_uuid(), orders.id, 1, method_id, 101000, 'USD', 'paid',"
            " '2027-03-31T13:00Z', '2027-03-31T13:00Z', 0, 0, 0 FROM orders, subscriptions WHERE number = 'S-1001'"
        )
        await session.execute(sa.text(paid))
    async with sessions() as session:
        stored = await load(session, "S-1001", TOO_LATE)
        assert stored is not None
        found = await past_charges(session, stored)
    assert [(each.renews_on, each.state) for each in found] == [(date(2027, 3, 31), State.MET)]


async def test_without_subscriptions_the_page_says_so_and_lists_the_rules(mira: Person) -> None:
    page = words(await mira.page(COMPLIANCE))
    assert "No coming charge is bound by a rule." in page
    assert "This is help, not legal advice." in page
    assert "California BPC 17602" in page
    assert "45 to 15 days before the renewal date" in page


@pytest.mark.usefixtures("_example")
async def test_the_page_shows_each_rule_its_window_and_what_meets_it(mira: Person, sessions: Sessions) -> None:
    now = datetime.now(UTC)
    await sent(sessions, "S-1001", now - timedelta(hours=1), n=7)
    page = await mira.page(f"{COMPLIANCE}?from=2027-03-31&to=2027-03-31")
    said = words(page)
    assert f'href="/ops/letters/{UUID(int=7)}"' in page
    assert re.search(r"visa-renewal .*? met ", said)
    assert re.search(r"mastercard-renewal .*? coming ", said)
    assert (await mira.get(f"{COMPLIANCE}?rule=none")).status_code == 422
    assert (await mira.get(f"{COMPLIANCE}?state=none")).status_code == 422
    assert (await mira.get(f"{COMPLIANCE}?after=x")).status_code == 422


@pytest.mark.usefixtures("_example")
async def test_what_is_missing_stands_above_and_says_what_to_do(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await raise_alarm(session, "S-1001", LEGAL_NOTICE_MISSING, "No charge notice meets it.", NOW)
    page = words(await mira.page(COMPLIANCE))
    assert "Charges without a legal notice: 1" in page
    assert "Write to the buyer yourself and keep the proof" in page


@pytest.mark.usefixtures("_example")
async def test_one_subscription_is_proven_on_paper(mira: Person, sessions: Sessions) -> None:
    await sent(sessions, "S-1001", datetime.now(UTC) - timedelta(hours=1))
    page = words(await mira.page(f"{COMPLIANCE}/S-1001"))
    assert "Visa rules; checkout.com docs, paysafe" in page
    assert "250 OK queued as 7" in page
    answer = await mira.get(f"{COMPLIANCE}/S-1001/proof.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    paper = "".join(each.extract_text() for each in PdfReader(io.BytesIO(answer.content)).pages)
    for each in (
        "S-1001",
        "Northwind Surveying LLC",
        "visa-renewal",
        "Visa rules; checkout.com docs, paysafe",
        "<proof@vendor.example>",
        "250 OK queued as 7",
        "ada@northwind.example",
        "UTC",
        "This is help, not legal advice.",
    ):
        assert each in paper, each
    read = [("operator:mira", f"compliance.{what}", "S-1001", None) for what in ("read", "proof")]
    assert [act for act in await acts(sessions) if act[1].startswith("compliance.")] == read


@pytest.mark.usefixtures("_example")
async def test_a_subscription_that_no_rule_binds_says_so_and_an_unknown_one_leads_back(mira: Person) -> None:
    assert "No rule binds its next charge" in words(await mira.page(f"{COMPLIANCE}/S-1004"))
    assert (await mira.get(f"{COMPLIANCE}/S-9999")).status_code == 404
    assert (await mira.get(f"{COMPLIANCE}/%00")).status_code == 404


@pytest.mark.usefixtures("_example")
async def test_the_list_is_a_file_with_what_proves_each_and_taking_it_stands_on_record(
    mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 1)
    await sent(sessions, "S-1001", datetime.now(UTC) - timedelta(hours=1))
    answer = await mira.get(f"{COMPLIANCE}/file.csv?from=2027-03-01&to=2027-03-31")
    found = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {line["subscription"] for line in found} == {"S-1005", "S-1001"}
    (visa,) = [line for line in found if line["rule"] == "visa-renewal" and line["subscription"] == "S-1001"]
    assert (visa["state"], visa["message_id"], visa["reply"], visa["last_on"]) == (
        "met",
        "<proof@vendor.example>",
        "250 OK queued as 7",
        "2027-03-24",
    )
    assert ("operator:mira", "compliance.export", None, None) in await acts(sessions)


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize(
    ("bound", "value", "lines"),
    [
        pytest.param("MOST_IN_FILE", 1, 1, id="too many charges"),
        pytest.param("FILE_SECONDS", 0.0, 0, id="too long"),
    ],
)
async def test_a_file_that_stops_early_says_so_in_its_last_line(
    mira: Person, monkeypatch: pytest.MonkeyPatch, bound: str, value: float, lines: int
) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 1)
    monkeypatch.setattr(pages, bound, value)
    answer = await mira.get(f"{COMPLIANCE}/file.csv?from=2027-03-01&to=2027-03-31")
    *_, last = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert "the file stopped here" in last[0]
    assert "first renewal date of 2027-03-" in last[0]
    found = {row[0] for row in csv.reader(io.StringIO(answer.text)) if row[0].startswith("S-")}
    assert len(found) == lines


@pytest.mark.usefixtures("_example")
async def test_a_page_of_the_file_that_takes_too_long_ends_it_with_that_line(
    mira: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(session: AsyncSession, *_: object) -> None:
        await session.execute(sa.text("SELECT pg_sleep(5)"))

    monkeypatch.setattr(patience, "PATIENCE_MS", 20)
    monkeypatch.setattr(pages, "coming_charges", slow)
    answer = await mira.get(f"{COMPLIANCE}/file.csv")
    assert answer.status_code == 200
    assert "the file stopped here" in answer.text


def test_every_window_and_person_of_a_rule_has_words() -> None:
    for unit in Unit:
        assert {f"legal.window.{unit}", f"legal.window.{unit}.open"} <= WORDS["en"].keys()
    assert {f"legal.anchor.{each}" for each in Anchor} <= WORDS["en"].keys()
    assert {f"legal.audience.{each}" for each in (*Audience, "any")} <= WORDS["en"].keys()
    assert {f"legal.certainty.{each}" for each in Certainty} <= WORDS["en"].keys()
    assert {f"legal.source_of.{rule.id}" for rule in DEFAULT_RULES} <= WORDS["en"].keys()
    assert {f"legal.content.{each}" for rule in DEFAULT_RULES for each in rule.content} <= WORDS["en"].keys()


@pytest.mark.usefixtures("_example")
async def test_in_french_nothing_is_english_but_titles_of_laws_and_what_was_entered_so(
    mira: Person, sessions: Sessions
) -> None:
    await run(
        sessions,
        "UPDATE customers SET currency = 'CHF' WHERE csn = (SELECT csn FROM subscriptions WHERE number = 'S-1001')",
        "INSERT INTO legal_rules (rule, version, jurisdiction, audience, shortest_term, anchor, earliest, latest, unit,"
        " content, effective_on, source, certainty, verified_on, withdrawn, set_by, reason, set_at) SELECT rule, 2,"
        " jurisdiction, audience, shortest_term, anchor, earliest, latest, unit, content, effective_on,"
        " 'SEPA Core rulebook, our memo 12', certainty, verified_on, false, 'operator:ana', 'x', now()"
        " FROM legal_rules WHERE rule = 'sepa-core'",
    )
    for path in (COMPLIANCE, f"{COMPLIANCE}/S-1001"):
        page = (await mira.client.get(path, headers={"accept-language": "fr"})).text
        said = words(page)
        assert "n’a pas de prix pour" in said
        assert "has no" not in said
        assert "how to cancel" not in said
        assert "statute" not in said
    french = words((await mira.client.get(COMPLIANCE, headers={"accept-language": "fr"})).text).replace("\xa0", " ")
    english = words(await mira.page(COMPLIANCE))
    assert "comment résilier" in french
    assert "New York GOL 5-903, services ou entretien de biens" in french
    assert "Règles de Visa" in french
    assert "Visa rules; checkout.com docs" in english
    assert all("SEPA Core rulebook, our memo 12" in page for page in (french, english))


@pytest.mark.usefixtures("_example")
async def test_it_speaks_french(mira: Person) -> None:
    page = words((await mira.client.get(COMPLIANCE, headers={"accept-language": "fr-FR"})).text)
    assert "Avis légaux" in page
    assert "jours avant" in page


@pytest.mark.usefixtures("_example")
async def test_a_page_goes_by_the_index_of_renewal_dates(sessions: Sessions, engine: AsyncEngine) -> None:
    async with sessions() as session, heard(engine) as asked:
        await coming_charges(session, Wanted(since=NOW.date()), 50, (date(2027, 1, 1), "S-1"), NOW)
        await coming_charges(session, Wanted(state=State.MISSING), 50, None, NOW)
        await missing_now(session)
    await assert_by_index(engine, asked, ["subscriptions", "notices", "alarms", "customers", "payment_methods"])
    statement, parameters = asked[0]
    plan = await plan_of(engine, statement, parameters, "seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")
    assert any("ix_subscriptions_renews_on" in line for line in plan), plan
    assert not any("Sort" in line for line in plan), plan
