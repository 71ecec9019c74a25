"""Alarms: the gravest and oldest first, who sees to each, and none goes before its cause is gone."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from console.ops import alarms as pages
from console.ops.alarm_words import alarm_in_words, doing_in_words
from console.ops.runbooks import runbooks
from console.ops.words import WORDS
from console.speech import Speech
from docs.source import alarms_in_code
from mail.wording import Wording, letter_locale
from models.alarms import NOBODY, State, Wanted, alarms_page
from models.engine import Sessions
from models.journal import clear_alarm, raise_alarm
from models.keyset import Beside
from models.operators import OperatorRow
from models.records import AlarmRow
from models.staff import disable, free_alarms, set_role
from portfolio.importing import import_portfolio
from renewals.alarms import KINDS, EndedBy
from renewals.facts import Phase
from renewals.letters import Kind
from renewals.plan import Do, NoticeRef, Step, in_words, step_in
from renewals.roles import Role
from tests.console.ops.plans import assert_by_index, assert_in_order, heard
from tests.console.ops.staff import People, Person, acts, form, now, words

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio"
ALARMS, PARIS = "/ops/alarms", "Europe/Paris"
SINCE = datetime(2027, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=SINCE, imported_by="operator:ana")


async def alarm(
    sessions: Sessions,
    number: str,
    kind: str = "mail_rejected",
    *,
    days: int = 0,
    subject: str = "",
    detail: str = "Look.",
) -> UUID:
    """An open alarm, raised so many days after the first; its id."""
    async with sessions.begin() as session:
        await raise_alarm(session, number, kind, detail, SINCE + timedelta(days=days), subject=subject)
        query = select(col(AlarmRow.id)).where(col(AlarmRow.subscription) == number, col(AlarmRow.subject) == subject)
        return (await session.scalars(query.where(col(AlarmRow.kind) == kind))).one()


def listed(page: str) -> list[str]:
    """What the page lists, number and kind."""
    return [words(each).strip() for each in re.findall(r"<article>\s*<h3>(.*?) <span", page, re.S)]


def test_every_kind_has_its_gravity_its_words_and_its_runbook() -> None:
    assert alarms_in_code() == set(KINDS) == set(runbooks()) & set(KINDS)
    for kind in KINDS:
        assert {f"alarm.{kind}", f"alarm.means.{kind}", f"alarm.todo.{kind}"} <= WORDS["en"].keys()
    assert {f"alarms.ends.{each}" for each in EndedBy} <= WORDS["en"].keys()


SAID: dict[str, dict[str, Any]] = {
    "renewal_may_be_missed": {"phase": "active", "renews_on": "2027-01-31", "next_step_at": None},
    "webhook_given_up": {"host": "crm.example", "said": "status 500"},
    "parked": {"why": "untried"},
    "quote_asked": {"quote": "Q-1001"},
    "mail_rejected": {"kind": "reminder", "reply": "550 no"},
    "step_failed": {"what": "planning", "error": "ValueError"},
    "cancelled_after_payment": {"renewal": "2027-01-31"},
    "paid_after_all": {
        "n": 2,
        "order": "7",
        "state": "declined",
        "attempt": "8",
        "amount": 123450,
        "currency": "EUR",
    },
    "refund_refused": {"attempt": "8", "amount": 123450, "currency": "EUR", "says": "already refunded"},
    "voucher_in_doubt": {"attempt": "8"},
    "watchdog_silent": {"minutes": 40},
    "gateway_fails": {"attempt": "8", "error": "HTTPStatusError"},
    "seats_paid_late": {"order": "7", "amount": 123450, "currency": "EUR", "seats": 3},
    "legal_notice_missing": {
        "duties": [["mastercard-renewal", "2027-01-24", "2027-01-30"]],
        "renews_on": "2027-01-31",
    },
    "charges_stopped": {
        "rule": "volume",
        "since": "2027-01-31T05:00:00+00:00",
        "tries": 1200,
        "expected": 400,
        "limit": 800,
    },
    "paid_twice": {"starts_on": "2027-01-31"},
    "locked_though_paid": {"phase": "active", "renews_on": "2027-01-31", "since": "2027-01-30"},
    "price_leaps": {
        "sku": "DRAFT 3D",
        "term": "year",
        "price": 123450,
        "currency": "EUR",
        "count": 1200,
        "days": 14,
        "first": "2027-01-31",
    },
    "many_declines": {"code": "lost_card", "count": 20, "answered": 1200, "before": 1, "usually": 1400},
    "many_refunds": {"by": "operator:tom", "count": 20},
    "cancelled_together": {"csn": "C-1", "count": 12},
    "many_cancelled": {"sku": "DRAFT-STD", "count": 45, "before": 3},
    "many_lapse": {"count": 45, "days": 2, "before": 3},
    "many_locked": {"count": 45, "before": 3, "version": 2, "for": ["FR"], "effective_on": "2027-01-31"},
    "many_rejected": {"domain": "studio.example", "count": 40, "mailed": 41},
    "policy_date_odd": {"version": 9, "for": [], "effective_on": "2026-01-31", "made_on": "2027-01-31"},
    "not_compared": {"kind": "paid_twice", "error": "QueryCanceled"},
}
"""The facts that each kind is raised with."""
FURTHER: Sequence[tuple[str, dict[str, Any]]] = (
    ("renewal_may_be_missed", SAID["renewal_may_be_missed"] | {"next_step_at": "2027-01-31T05:00:00+00:00"}),
    ("paid_after_all", {"attempt": "8", "amount": 123450, "currency": "EUR", "because": "paid_late"}),
    ("refund_refused", SAID["refund_refused"] | {"unheard": 1}),
    ("voucher_in_doubt", {"attempt": "8", "days": 5}),
    ("many_declines", {"code": "lost_card", "count": 4, "answered": 5, "days": 7}),
    ("quote_asked", {"quote": "Q-1001", "partner": "north-tools"}),
    ("step_failed", {"quote": "Q-1001", "error": "ValueError"}),
    ("step_failed", {"what": "paying", "basket": "7", "error": "ValueError"}),
    ("step_failed", {"basket": "7", "refused": 100, "error": "ValueError"}),
    (
        "price_leaps",
        {
            "sku": "DRAFT 3D",
            "term": "year",
            "price": 1234500,
            "before_price": 123450,
            "currency": "EUR",
            "effective_on": "2027-03-01",
        },
    ),
    ("many_lapse", SAID["many_lapse"] | {"version": 2, "for": ["FR"], "effective_on": "2027-01-31"}),
    ("policy_date_odd", SAID["policy_date_odd"] | {"for": ["FR"], "effective_on": "2062-01-31"}),
)


@pytest.mark.parametrize(("kind", "facts"), [*SAID.items(), *FURTHER])
def test_each_is_said_in_the_readers_language_from_its_facts(kind: str, facts: Mapping[str, Any]) -> None:
    row = AlarmRow(kind=kind, gravity=1, detail="in English", raised_at=SINCE, facts=dict(facts))
    said = {lang: alarm_in_words(row, Speech(Wording(letter_locale(lang)), WORDS), PARIS) or "" for lang in WORDS}
    assert said["en"] != said["fr"]
    for words_, january, sum_ in ((said["en"], "January", "EUR 1,234.50"), (said["fr"], "janvier", "1 234,50 EUR")):
        assert "{" not in words_
        assert january in words_ or "2027-01" not in str(facts)
        assert sum_ in words_.replace("\u202f", " ").replace("\xa0", " ") or "currency" not in facts
    row.facts = {}
    assert alarm_in_words(row, Speech(Wording(letter_locale("fr")), WORDS), PARIS) is None


@pytest.mark.parametrize(
    ("what", "english", "french"),
    [
        pytest.param("planning", "Planning the term", "La planification de la période", id="planning"),
        pytest.param("reserving an order", "Reserving an order", "La réservation d’une commande", id="reserving"),
        pytest.param("paying an order", "Paying an order", "Le paiement d’une commande", id="paying"),
        pytest.param(
            "charge EUR 1,234.50", "Charge of EUR\xa01,234.50", "Prélèvement de 1\u202f234,50\xa0EUR", id="charge"
        ),
        pytest.param(
            "mail advance charge notice",
            "Mail: notice of the coming charge",
            "Courriel\xa0: annonce du prélèvement",
            id="a mail",
        ),
        pytest.param("become past due", "Becomes past due", "Devient en retard", id="a phase"),
        pytest.param("signal cancel-auto-renew", "The command", "L’ordre", id="a signal"),
        pytest.param("something new", "something new", "something new", id="no words for it"),
    ],
)
def test_what_failed_is_said_in_the_readers_language(what: str, english: str, french: str) -> None:
    said = {lang: doing_in_words(what, Speech(Wording(letter_locale(lang)), WORDS)) for lang in WORDS}
    assert said["en"].startswith(english)
    assert said["fr"].startswith(french)


def test_every_step_that_fails_is_known_by_its_words() -> None:
    for do in Do:
        step = Step(SINCE, do, phase=Phase.PAST_DUE if do is Do.ENTER_PHASE else None)
        found = step_in(in_words(step))
        assert found
        assert found[:2] == (Do.SEND_QUEUED if do is Do.SEND_NOTICE else do, step.phase)
    two = (NoticeRef(Kind.EXPIRED, "0"), NoticeRef(Kind.VOUCHER_EXPIRED, "1"))
    found = step_in(in_words(Step(SINCE, Do.MISS_NOTICES, notices=two)))
    assert found
    assert set(found[2]) == {Kind.EXPIRED, Kind.VOUCHER_EXPIRED}


def test_no_kind_is_left_out() -> None:
    assert set(SAID) == set(KINDS)


@pytest.mark.usefixtures("_example")
async def test_pages_say_an_alarm_in_french_and_mark_what_is_english(mira: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        facts = SAID["paid_twice"]
        await raise_alarm(session, "S-1001", "paid_twice", "The term from 2027-01-31", SINCE, subject="1", facts=facts)
    one = await alarm(sessions, "S-1002", "step_failed", detail="Only English.")
    for path in (f"{ALARMS}?lang=fr", "/ops/?lang=fr"):
        page = await mira.page(path)
        assert "La période à partir du 31 janvier 2027 a été payée plus d’une fois." in unescape(page).replace(
            "\xa0", " "
        )
        assert '<span lang="en">Only English.</span>' in page
    assert '<span lang="en">Only English.</span>' in await mira.page(f"{ALARMS}/{one}")


async def test_without_alarms_the_page_says_so(mira: Person) -> None:
    page = words(await mira.page(ALARMS))
    assert "0 open" in page
    assert "No alarm is open." in page


@pytest.mark.usefixtures("_example")
async def test_the_gravest_come_first_then_the_oldest(mira: Person, sessions: Sessions) -> None:
    await alarm(sessions, "S-1001", "quote_asked", days=-9)
    await alarm(sessions, "S-1002", "mail_rejected", days=1)
    await alarm(sessions, "S-1003", "paid_after_all", days=3)
    await alarm(sessions, "S-1004", "parked", days=0, detail="Never <tried>.")
    page = await mira.page(ALARMS)
    assert [each.partition(" ")[0] for each in listed(page)] == ["S-1003", "S-1004", "S-1002", "S-1001"]
    assert "Never &lt;tried&gt;." in page
    assert 'href="/ops/subscriptions/S-1003"' in page
    assert "<title>(4) Alarms" in page
    assert "Ask the customer. If they renew, record the renewal" in words(page)


@pytest.mark.usefixtures("_example")
async def test_each_filter_shows_what_it_says(mira: Person, sessions: Sessions) -> None:
    one, two = await alarm(sessions, "S-1001"), await alarm(sessions, "S-1002", "seats_paid_late", days=1)
    await alarm(sessions, "S-1003", "parked", days=2)
    await alarm(sessions, "S-1004", "parked", days=3)
    await mira.send(await mira.page(f"{ALARMS}/{one}"), "/acknowledge", reason="asked Ada")
    await mira.send(await mira.page(f"{ALARMS}/{two}"), "/take")
    async with sessions.begin() as session:
        await clear_alarm(session, "S-1003", "parked", SINCE + timedelta(days=2))

    async def shown(query: str) -> list[str]:
        return [each.partition(" ")[0] for each in listed(await mira.page(f"{ALARMS}?{query}"))]

    assert await shown("") == ["S-1001", "S-1002", "S-1004"]
    assert await shown("kind=parked") == ["S-1004"]
    assert await shown("state=new") == ["S-1002", "S-1004"]
    assert await shown("state=acknowledged") == ["S-1001"]
    assert await shown("state=ended") == ["S-1003"]
    assert await shown("owner=operator:mira") == ["S-1001", "S-1002"]
    assert await shown(f"owner={NOBODY}") == ["S-1004"]
    assert "Nothing matches." in words(await mira.page(f"{ALARMS}?kind=quote_asked"))
    assert (await mira.get(f"{ALARMS}?state=gone")).status_code == 422
    assert (await mira.get(f"{ALARMS}?after=1,2,3")).status_code == 422


@pytest.mark.usefixtures("_example")
async def test_pages_are_walked_both_ways(mira: Person, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PER_PAGE", 3)
    for n in range(1, 9):
        await alarm(sessions, f"S-10{n:02}", days=n % 2)
    page, seen = await mira.page(ALARMS), list[list[str]]()
    seen.append(listed(page))
    while later := re.search(r'href="([^"]+)" rel="next"', page):
        page = await mira.page(later[1].replace("&amp;", "&"))
        seen.append(listed(page))
    assert [len(each) for each in seen] == [3, 3, 2]
    assert len({each for some in seen for each in some}) == 8
    earlier = re.search(r'href="([^"]+)" rel="prev"', page)
    assert earlier
    assert listed(await mira.page(earlier[1].replace("&amp;", "&"))) == seen[1]


@pytest.mark.usefixtures("_example")
async def test_one_takes_it_gives_it_to_another_and_it_is_given_up(
    mira: Person, people: People, sessions: Sessions
) -> None:
    await people.add("nils", Role.FINANCE)
    await people.add("vera", Role.VIEWER)
    one = await alarm(sessions, "S-1001")
    page = await mira.page(f"{ALARMS}/{one}")
    assert "Nobody sees to it yet." in page
    await mira.send(page, "/take")
    page = await mira.page(f"{ALARMS}/{one}")
    assert "operator:mira sees to it." in page
    assert "operator:vera" not in page
    await mira.send(page, "/give", to="operator:nils")
    page = await mira.page(f"{ALARMS}/{one}")
    assert "operator:nils sees to it." in page
    assert (await mira.send(page, "/give", to="operator:vera")).status_code == 422
    await mira.send(page, "/give-up")
    assert "Nobody sees to it yet." in await mira.page(f"{ALARMS}/{one}")
    assert [(act, about) for _, act, about, _ in await acts(sessions) if act != "sign_in"] == [
        ("alarm.take", "S-1001"),
        ("alarm.give", "S-1001"),
        ("alarm.give_up", "S-1001"),
    ]


@pytest.mark.usefixtures("_example")
async def test_the_watchdog_frees_the_alarms_of_who_may_not_see_to_them_and_of_nobody_else(
    mira: Person, people: People, sessions: Sessions
) -> None:
    await people.signed_in("ana", Role.ADMIN)
    owners = {"S-1001": "operator:mira", "S-1002": "operator:ana", "S-1003": "operator:without-account"}
    for number, owner in owners.items():
        its = await alarm(sessions, number, "parked")
        async with sessions.begin() as session:
            await session.execute(update(AlarmRow).where(col(AlarmRow.id) == its).values(owner=owner))
            await session.execute(
                update(OperatorRow)
                .where(col(OperatorRow.name) == "mira")
                .values(disabled_at=SINCE, disabled_by="operator:ana", disabled_because="left")
            )
    for _ in range(2):
        async with sessions.begin() as session:
            await free_alarms(session, now())
    async with sessions() as session:
        found = await session.execute(select(col(AlarmRow.subscription), col(AlarmRow.owner)))
        assert {row.subscription: row.owner for row in found} == owners | {"S-1001": None}
    given_up = [(by, about) for by, act, about, _ in await acts(sessions) if act == "alarm.give_up"]
    assert given_up == [("system", "S-1001")]


async def test_a_price_to_come_needs_no_pause_of_charges(mira: Person, sessions: Sessions) -> None:
    facts: dict[str, Any] = {"sku": "DRAFT", "term": "year", "price": 9, "currency": "USD"}
    cases = {
        "in force": facts | {"count": 2, "days": 14, "first": "2027-04-01"},
        "to come": facts | {"before_price": 90, "effective_on": "2027-05-01"},
    }
    for subject, its in cases.items():
        async with sessions.begin() as session:
            await raise_alarm(session, None, "price_leaps", "odd", SINCE, subject=subject, facts=its)
            query = select(col(AlarmRow.id)).where(col(AlarmRow.subject) == subject)
            id_ = (await session.scalars(query)).one()
        said = words(await mira.page(f"{ALARMS}/{id_}"))
        assert ("pause charges" in said) is (subject == "in force")
        assert ("nothing is charged by this one before its day" in said) is (subject == "to come")
    assert "pause charges" in words(await mira.page(ALARMS))
    assert "nothing is charged by this one" in words(await mira.page(ALARMS))


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.FINANCE], ids=["disabled", "viewer", "finance"])
async def test_whoever_may_not_see_to_alarms_any_more_has_none(
    mira: Person, people: People, sessions: Sessions, role: Role | None
) -> None:
    await people.signed_in("ana", Role.ADMIN)
    await alarm(sessions, "S-1001")
    await alarm(sessions, "S-1002", "parked")
    await alarm(sessions, "S-1003", "parked")
    async with sessions.begin() as session:
        await session.execute(update(AlarmRow).values(owner="operator:mira"))
        await clear_alarm(session, "S-1003", "parked", SINCE)
    why: dict[str, Any] = {"by": "operator:ana", "reason": "left", "now": now()}
    async with sessions.begin() as session:
        await (disable(session, "mira", **why) if role is None else set_role(session, "mira", role, **why))
        owners = (await session.scalars(select(col(AlarmRow.owner)).order_by(col(AlarmRow.subscription)))).all()
    keeps = role is Role.FINANCE
    assert list(owners) == (["operator:mira"] * 3 if keeps else [None, None, "operator:mira"])
    given_up = [(by, about, reason) for by, act, about, reason in await acts(sessions) if act == "alarm.give_up"]
    assert sorted(given_up) == [("operator:ana", each, "left") for each in ("S-1001", "S-1002") if not keeps]


@pytest.mark.usefixtures("_example")
async def test_of_two_who_take_it_at_once_the_second_is_told(mira: Person, people: People, sessions: Sessions) -> None:
    nils = await people.signed_in("nils", Role.FINANCE)
    one = await alarm(sessions, "S-1001")
    theirs = await nils.page(f"{ALARMS}/{one}")
    await mira.send(await mira.page(f"{ALARMS}/{one}"), "/take")
    answer = await nils.send(theirs, "/take")
    assert (answer.status_code, "Somebody was faster" in answer.text) == (409, True)
    assert "operator:mira sees to it." in await nils.page(f"{ALARMS}/{one}")


@pytest.mark.usefixtures("_example")
async def test_acknowledged_it_stays_and_says_who_has_it_until_its_cause_is_gone(
    mira: Person, sessions: Sessions
) -> None:
    one = await alarm(sessions, "S-1001", "parked")
    page = await mira.page(f"{ALARMS}/{one}")
    assert (await mira.send(page, "/acknowledge", reason=" ")).status_code == 422
    await mira.send(page, "/acknowledge", reason="asked <Ada>")
    for where in (ALARMS, "/ops/", "/ops/subscriptions/S-1001"):
        page = await mira.page(where)
        assert "Acknowledged by operator:mira" in page
        assert "asked &lt;Ada&gt;" in page
        assert "operator:mira sees to it." in page
    async with sessions.begin() as session:
        await clear_alarm(session, "S-1001", "parked", SINCE + timedelta(days=1))
    assert "No alarm is open." in await mira.page(ALARMS)
    page = await mira.page(f"{ALARMS}?state=ended")
    assert "Ended by itself: its cause was gone." in page
    assert "asked &lt;Ada&gt;" in page
    page = await mira.page(f"{ALARMS}/{one}")
    assert "/acknowledge" not in page
    assert ("operator:mira", "alarm.acknowledge", "S-1001", "asked <Ada>") in await acts(sessions)


@pytest.mark.usefixtures("_example")
async def test_only_what_a_person_must_end_is_ended_by_hand_and_asked_twice(mira: Person, sessions: Sessions) -> None:
    one, two = await alarm(sessions, "S-1001"), await alarm(sessions, "S-1002", "renewal_may_be_missed")
    page = await mira.page(f"{ALARMS}/{one}")
    its = form(page, "/end")
    assert (await mira.send(page, "/end", reason="told by phone", sure="")).status_code == 422
    assert (await mira.send(page, "/end", reason="", sure="yes")).status_code == 422
    await mira.send(page, "/end", reason="told by phone", sure="yes")
    assert "Ended by operator:mira: told by phone" in await mira.page(f"{ALARMS}/{one}")
    again = await mira.client.post(its.action, data=its.fields | {"reason": "x", "sure": "yes"})
    assert (again.status_code, "It has ended" in again.text) == (409, True)
    assert "/end" not in await mira.page(f"{ALARMS}/{two}")
    forced = await mira.client.post(f"{ALARMS}/{two}/end", data=its.fields | {"reason": "x", "sure": "yes"})
    assert (forced.status_code, "It ends by itself" in forced.text) == (409, True)
    assert [act for _, act, *_ in await acts(sessions) if act != "sign_in"] == ["alarm.end"]


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize("role", list(Role))
async def test_a_viewer_sees_and_all_others_act(people: People, sessions: Sessions, role: Role) -> None:
    person, one = await people.signed_in("nils", role), await alarm(sessions, "S-1001")
    page = await person.page(f"{ALARMS}/{one}")
    may = role is not Role.VIEWER
    assert ("/acknowledge" in page) is may
    assert ("/take" in await person.page(ALARMS)) is may
    csrf = form(await person.page("/ops/subscriptions"), "/ops/views").fields["csrf"]
    answer = await person.client.post(f"{ALARMS}/{one}/take", data={"csrf": csrf})
    assert answer.status_code == (303 if may else 403)


@pytest.mark.usefixtures("_example")
async def test_the_handbook_is_at_hand(mira: Person, sessions: Sessions) -> None:
    one = await alarm(sessions, "S-1001", "parked")
    assert 'href="/ops/runbooks/parked"' in await mira.page(f"{ALARMS}/{one}")
    page = await mira.page("/ops/runbooks/parked")
    assert 'href="/ops/runbooks/parked_subscriptions"' in page
    assert "<code" in await mira.page("/ops/runbooks/parked_subscriptions")
    assert (await mira.get("/ops/runbooks/nothing")).status_code == 404
    assert (await mira.get(f"{ALARMS}/{UUID(int=1)}")).status_code == 404


@pytest.mark.usefixtures("_example")
async def test_the_overview_counts_each_kind_and_leads_there(mira: Person, sessions: Sessions) -> None:
    await alarm(sessions, "S-1001")
    one = await alarm(sessions, "S-1002", "paid_after_all")
    page = await mira.page("/ops/")
    assert 'href="/ops/alarms?kind=paid_after_all"' in page
    assert f'href="/ops/alarms/{one}"' in page
    assert page.index("S-1002") < page.index("S-1001")


@pytest.mark.usefixtures("_example")
async def test_it_speaks_french(mira: Person, sessions: Sessions) -> None:
    await alarm(sessions, "S-1001", "parked")
    page = words((await mira.client.get(ALARMS, headers={"accept-language": "fr-FR"})).text)
    assert "Je m’en occupe" in page
    assert "1 ouverte" in page


@pytest.mark.usefixtures("_example")
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        pytest.param(Wanted(), "ix_alarms_open ", id="open"),
        pytest.param(Wanted(kind="parked"), "ix_alarms_open_kind", id="of a kind"),
        pytest.param(Wanted(owner="operator:mira"), "ix_alarms_open", id="of an owner"),
        pytest.param(Wanted(owner=NOBODY), "ix_alarms_open ", id="of nobody"),
        pytest.param(Wanted(state=State.ENDED), "ix_alarms_ended ", id="ended"),
        pytest.param(Wanted(state=State.ENDED, kind="parked"), "ix_alarms_ended_kind", id="ended of a kind"),
    ],
)
async def test_each_page_is_read_in_the_order_of_an_index(
    sessions: Sessions, engine: AsyncEngine, wanted: Wanted, index: str
) -> None:
    many = [await alarm(sessions, f"S-10{n:02}", "parked", subject=str(m)) for n in range(1, 12) for m in range(20)]
    async with sessions.begin() as session:
        ended = update(AlarmRow).where(col(AlarmRow.id).in_(many[::2])).values(cleared_at=SINCE, owner="operator:mira")
        await session.execute(ended)
        await session.execute(update(AlarmRow).where(col(AlarmRow.id).in_(many[1:9])).values(owner="operator:mira"))
    async with sessions() as session:
        first = await alarms_page(session, wanted, 3, Beside())
        async with heard(engine) as asked:
            await alarms_page(session, wanted, 3, Beside(after=first.last))
    await assert_by_index(engine, asked, ["alarms"])
    await assert_in_order(engine, asked, "alarms", index)


@pytest.mark.parametrize(
    ("kind", "subject", "address"),
    [
        ("cancelled_together", "5100000001 2027-02-10", "/ops/subscriptions?q=5100000001&amp;auto_renew=no"),
        ("many_cancelled", "DRAFT 3D 2027-02-10", "/ops/subscriptions?sku=DRAFT%203D&amp;auto_renew=no"),
        (
            "many_rejected",
            "studio.example 2027-02-10",
            "/ops/subscriptions?q=%40studio.example&amp;cause=mail_failed",
        ),
        ("many_lapse", "all 2027-02-10", "/ops/subscriptions?phase=expired&amp;sort=next_step"),
        ("many_refunds", "operator:tom 2027-02-10", "/ops/audit?by=operator%3Atom&amp;deed=refund"),
        ("many_declines", "processing_error 2027-02-10", "/ops/subscriptions?trouble=declined_lately"),
        ("price_leaps", "DRAFT 3D/year/USD/5050", "/ops/offerings/DRAFT%203D"),
        ("policy_date_odd", "00000000-0000-4000-8000-000000000001", "/ops/policies"),
        (
            "webhook_given_up",
            "00000000-0000-4000-8000-000000000001",
            "/ops/webhooks/00000000-0000-4000-8000-000000000001",
        ),
    ],
    ids=lambda value: value if "_" in value else "",
)
async def test_an_alarm_of_no_subscription_leads_to_what_it_is_about(
    mira: Person, sessions: Sessions, kind: str, subject: str, address: str
) -> None:
    async with sessions.begin() as session:
        await raise_alarm(session, None, kind, "Look.", SINCE, subject=subject)
    link = f'<a href="{address}">See what it is about</a>'
    listed = await mira.page(ALARMS)
    one = re.search(rf"{ALARMS}/[0-9a-f-]{{36}}", listed)
    assert one is not None
    assert all(link in page for page in (listed, await mira.page(one[0]), await mira.page("/ops/")))


@pytest.mark.usefixtures("_example")
async def test_as_a_file_they_say_what_happened_and_taking_it_stands_on_record(
    mira: Person, sessions: Sessions
) -> None:
    await alarm(sessions, "S-1001", "parked")
    await alarm(sessions, "S-1002", days=1)
    answer = await mira.get(f"{ALARMS}.csv?kind=parked")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(line["subscription"], line["kind"], line["ended_at"]) for line in lines] == [("S-1001", "parked", "")]
    assert lines[0]["what"]
    assert f'href="{ALARMS}.csv?kind=parked"' in await mira.page(f"{ALARMS}?kind=parked")
    assert ("operator:mira", "alarms.export", None, None) in await acts(sessions)
