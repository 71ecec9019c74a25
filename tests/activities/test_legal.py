"""Legal notices: an operator is warned of what nothing meets, and a rule that was added is kept."""

import re
from datetime import date
from pathlib import Path
from typing import cast

import psycopg
import pytest
from temporalio.client import Client

from activities.watch import Watch
from cli.legal import duties_of
from cli.stack_postgres import run_sql
from mail.sink import Sink
from models.engine import Sessions
from models.rules import rulebook_now
from models.store import load
from renewals.legal import DEFAULT_RULES, Certainty
from tests.activities.desk import PARIS, Desk
from tests.activities.test_watchdog import Doorbell
from tests.scenarios.diary import instant

PAGE = Path(__file__).parents[2] / "docs" / "legal-notices.md"

FRENCH_DETAIL = (
    "No charge notice meets fr-l215-1 (2026-12-31 to 2027-02-28). Write to the buyer yourself and keep the proof, or "
    "cancel auto-renew so that the term from 2027-03-31 is not charged."
)


async def new_rule(
    desk: Desk,
    earliest: int,
    latest: int,
    *,
    rule: str = "fr-ours",
    version: int = 1,
    effective_on: str | None = None,
    withdrawn: bool = False,
) -> None:
    """An operator adds a rule for everybody in France."""
    await desk.change(
        "INSERT INTO legal_rules (rule, version, jurisdiction, audience, shortest_term, anchor, earliest, latest, "
        "unit, content, effective_on, source, certainty, verified_on, withdrawn, set_by, reason, set_at) VALUES "
        "(:rule, :version, 'FR', NULL, 1, 'renewal', :earliest, :latest, 'day', '[\"amount\"]', "
        "CAST(:effective_on AS date), 'our counsel', 'secondary', '2027-01-02', :withdrawn, 'operator:ana', "
        "'counsel says so', '2027-01-02Z')",
        rule=rule,
        version=version,
        earliest=earliest,
        latest=latest,
        effective_on=date.fromisoformat(effective_on) if effective_on else None,
        withdrawn=withdrawn,
    )


async def alarms(desk: Desk, *, still_open: bool = True) -> list[str]:
    """The details of the alarm, oldest first."""
    rows = await desk.rows(
        "SELECT detail FROM alarms WHERE kind = 'legal_notice_missing' AND (cleared_at IS NULL OR NOT :open) "
        "ORDER BY raised_at",
        open=still_open,
    )
    return [row["detail"] for row in rows]


async def told(desk: Desk, since: str = "") -> list[str]:
    return [words for _, words in await desk.diary(since) if "charge_notice" in words or "legal" in words]


async def planned_notices(desk: Desk, at: str) -> list[str]:
    return [step.notices[0].occasion for step in (await desk.plan(at)).steps if step.do == "send_notice"]


# --- the alarm --------------------------------------------------------------------------------------------------------


async def test_a_notice_that_fails_raises_the_alarm_at_once_and_the_next_term_clears_it(desk: Desk, sink: Sink) -> None:
    await desk.open(audience="consumer")
    await desk.walk("2027-02-21 08:59")
    assert await alarms(desk) == []
    sink.respond = lambda command, _: "550 no such mailbox" if command == "RCPT" else None
    await desk.walk("2027-02-21 09:00")
    sink.respond = None
    assert await alarms(desk) == [FRENCH_DETAIL]
    await desk.walk("2027-03-03 09:00")
    await desk.walk("2027-03-24 09:00")
    assert await told(desk, "2027-02-21") == [
        "failed advance_charge_notice 38",
        "alarm legal_notice_missing",
        "sent advance_charge_notice 28",
        "sent advance_charge_notice 7",
    ]
    await desk.walk("2027-03-31 06:00")
    assert (await desk.row())["starts_on"] == date(2027, 3, 31)
    assert (await alarms(desk), len(await alarms(desk, still_open=False))) == ([], 1)


async def test_what_is_tried_again_in_time_raises_none(desk: Desk, sink: Sink) -> None:
    await desk.open(audience="consumer")
    sink.respond = lambda command, _: "450 busy" if command == "RCPT" else None
    await desk.walk("2027-02-21 09:00")
    sink.respond = None
    await desk.walk("2027-02-21 09:01")
    assert (await desk.diary())[-1][1] == "sent advance_charge_notice 38"
    assert await alarms(desk, still_open=False) == []


@pytest.mark.parametrize(
    ("live", "audience", "expected"),
    [
        pytest.param("2027-02-28 12:00", "consumer", [], id="on the last day: sent at once"),
        pytest.param("2027-03-01 12:00", "consumer", [FRENCH_DETAIL], id="a day too late"),
        pytest.param("2027-03-01 12:00", "business", [], id="too late for consumers only"),
    ],
)
async def test_a_term_that_goes_live_too_late_is_alarmed_once(
    desk: Desk, live: str, audience: str, expected: list[str]
) -> None:
    await desk.open(live=live, audience=audience)
    for at in (live, "2027-03-03 09:00", "2027-03-24 09:00"):
        await desk.walk(at)
    assert await alarms(desk) == await alarms(desk, still_open=False) == expected


async def test_cancelling_clears_the_alarm_and_resuming_raises_it_again(desk: Desk) -> None:
    await desk.open(live="2027-03-01", audience="consumer")
    await desk.walk("2027-03-01")
    assert await desk.give("2027-03-02", "cancel-auto-renew") == "done"
    assert await alarms(desk) == []
    assert await desk.give("2027-03-03", "resume-auto-renew") == "done"
    assert (await alarms(desk), len(await alarms(desk, still_open=False))) == ([FRENCH_DETAIL], 2)


async def test_before_go_live_and_while_parked_nobody_is_alarmed(desk: Desk) -> None:
    await desk.open(live=None, audience="consumer")
    await desk.plan("2027-03-01")
    assert await alarms(desk) == []


async def test_parking_leaves_the_alarm_as_it_is(desk: Desk) -> None:
    await desk.open(live="2027-03-01", audience="consumer")
    await desk.walk("2027-03-01")
    assert await desk.give("2027-03-02", "park", by="operator:ana", reason="dispute") == "done"
    assert await alarms(desk) == [FRENCH_DETAIL]


async def test_another_duty_that_nothing_meets_is_told_too(desk: Desk) -> None:
    await desk.open(live="2027-03-01", audience="consumer")
    await desk.walk("2027-03-01")
    await new_rule(desk, earliest=45, latest=32)
    await desk.walk("2027-03-02")
    (detail,) = await alarms(desk)
    assert "fr-ours (2027-02-14 to 2027-02-27); fr-l215-1 (2026-12-31 to 2027-02-28)" in detail
    assert len(await alarms(desk, still_open=False)) == 2


# --- rules that an operator adds --------------------------------------------------------------------------------------


async def test_a_rule_that_was_added_is_planned_at_the_next_look_and_its_notice_is_sent(desk: Desk, sink: Sink) -> None:
    await desk.open(live="2027-02-10")
    await desk.walk("2027-02-10 12:00")
    look = Watch(desk.sessions, cast("Client", Doorbell())).look
    assert (await desk.at("2027-02-10 12:00", look)).woken == 0
    await new_rule(desk, earliest=25, latest=18)
    assert (await desk.at("2027-02-10 12:01", look)).woken == 1
    assert await planned_notices(desk, "2027-02-10 12:01") == ["38", "28", "25", "7"]
    assert (await desk.at("2027-02-10 12:02", look)).woken == 0
    await desk.walk("2027-03-03 09:00")
    await desk.walk("2027-03-06 09:00")
    assert (await desk.diary("2027-03-04")) == [("2027-03-06 09:00", "sent advance_charge_notice 25")]
    assert await alarms(desk, still_open=False) == []


async def test_a_rule_that_was_added_in_its_window_is_met_at_once(desk: Desk) -> None:
    await desk.open()
    await desk.walk("2027-03-03 09:00")
    await new_rule(desk, earliest=25, latest=18)
    await desk.walk("2027-03-10 12:00")
    assert await told(desk, "2027-03-10") == ["sent advance_charge_notice 25"]
    assert await alarms(desk, still_open=False) == []


async def test_a_rule_takes_effect_on_its_day(desk: Desk) -> None:
    await desk.open(live="2027-02-10")
    await desk.walk("2027-02-10 12:00")
    await new_rule(desk, earliest=25, latest=18, effective_on="2027-02-15")
    look = Watch(desk.sessions, cast("Client", Doorbell())).look
    assert (await desk.at("2027-02-14 12:00", look)).woken == 0
    assert await planned_notices(desk, "2027-02-14 12:00") == ["38", "28", "7"]
    assert (await desk.at("2027-02-15 12:00", look)).woken == 1
    assert await planned_notices(desk, "2027-02-15 12:00") == ["38", "28", "25", "7"]


async def test_the_last_version_in_effect_is_in_force_and_a_withdrawn_rule_is_gone(desk: Desk) -> None:
    await desk.open()
    await new_rule(desk, earliest=25, latest=18)
    await new_rule(desk, earliest=24, latest=18, version=2)
    await new_rule(desk, earliest=23, latest=18, version=3, effective_on="2027-02-01")
    await new_rule(desk, earliest=23, latest=18, version=4, effective_on="2027-02-10", withdrawn=True)
    at = ("2027-01-31 12:00", "2027-02-01 12:00", "2027-02-10 12:00")
    found = [set(await planned_notices(desk, each)) - {"90", "38", "28", "7"} for each in at]
    assert found == [{"24"}, {"23"}, set()]


async def test_a_new_installation_knows_the_default_rules(sessions: Sessions) -> None:
    async with sessions() as session:
        rulebook = await rulebook_now(session)
    everywhere = rulebook.legal_rules_of(date(2027, 1, 1))
    before = rulebook.legal_rules_of(date(2026, 2, 15))
    here = rulebook.legal_rules_of(date(2027, 1, 1), ["FR", "card"])
    assert everywhere == tuple(sorted(DEFAULT_RULES, key=lambda rule: rule.id))
    assert {rule.id for rule in everywhere} - {rule.id for rule in before} == {"us-co-6-1-732"}
    assert [rule.id for rule in here] == ["fr-l215-1", "mastercard-renewal", "visa-renewal"]
    assert {rule.certainty for rule in everywhere} == set(Certainty)


async def test_the_example_of_the_page_adds_a_rule(desk: Desk) -> None:
    (statement,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    await desk.change(statement)
    async with desk.sessions() as session:
        rules = await rulebook_now(session)
    assert rules.legal_rules_of(date(2027, 6, 30), ["US-TX"]) == ()
    (added,) = rules.legal_rules_of(date(2027, 7, 1), ["US-TX"])
    assert (added.id, added.earliest, added.latest, added.content) == ("us-tx-example", 60, 30, ("how_to_cancel",))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("UPDATE legal_rules SET latest = 1", id="update"),
        pytest.param("DELETE FROM legal_rules", id="delete"),
        pytest.param("TRUNCATE legal_rules", id="truncate"),
    ],
)
async def test_a_rule_is_never_changed(database_url: str, change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="only ever added"):
        await run_sql(database_url, change)


@pytest.mark.parametrize(
    ("earliest", "latest"), [pytest.param(10, 20, id="backwards"), pytest.param(10, 0, id="on the day itself")]
)
async def test_a_rule_that_makes_no_window_cannot_be_added(desk: Desk, earliest: int, latest: int) -> None:
    with pytest.raises(Exception, match="days_run_forward"):
        await new_rule(desk, earliest, latest)


# --- what `perennial legal` shows -------------------------------------------------------------------------------------


async def test_each_duty_is_shown_with_the_notice_that_met_it(desk: Desk) -> None:
    await desk.open(audience="consumer")
    await desk.walk("2027-01-10")
    assert await shown(desk, "2027-01-10") == [
        ("fr-l215-1", "2026-12-31", "2027-02-28", None, "2027-02-21"),
        ("mastercard-renewal", "2027-03-01", "2027-03-24", None, "2027-03-03"),
        ("visa-renewal", "2026-03-31", "2027-03-24", None, "2027-02-21"),
    ]
    await desk.walk("2027-02-21 09:00")
    assert (await shown(desk, "2027-02-21 10:00"))[0] == (
        "fr-l215-1",
        "2026-12-31",
        "2027-02-28",
        "2027-02-21T08:00:00.000Z",
        None,
    )


async def test_a_duty_that_nothing_meets_is_shown_as_such(desk: Desk) -> None:
    await desk.open(live="2027-03-01", audience="consumer")
    await desk.walk("2027-03-01")
    assert (await shown(desk, "2027-03-01 10:00"))[0] == ("fr-l215-1", "2026-12-31", "2027-02-28", None, None)


async def shown(desk: Desk, at: str) -> list[tuple[object, ...]]:
    async with desk.sessions() as session:
        stored = await load(session, desk.number, instant(at, PARIS))
        assert stored is not None
        rows = await duties_of(session, stored)
    names = ("rule", "first_on", "last_on", "sent_at", "planned_on")
    return [tuple(row[name] for name in names) for row in rows]
