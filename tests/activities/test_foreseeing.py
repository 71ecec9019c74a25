"""Forecasts that are kept: walked in slices, compared with what happened, each difference with its cause."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col
from temporalio.client import Client

from activities import comparing, slices
from activities import foreseeing as forgetful
from activities.foreseeing import KEPT, Foreseeing
from gateways.port import Declined
from models.engine import Sessions
from models.forecasts import ForecastRow, ask_comparison, ask_forecast, has_steps_before
from models.import_forecasts import ask_of_import, cells_of, last_of_import
from models.kept_forecasts import Wanted, lines_of
from models.open_walks import MOST_OF_ONE, TooManyOpen, room_for_another
from models.pauses import Pausable, pause
from models.subscriptions import SubscriptionRow
from models.what_ifs import What, ask_what_if
from renewals.calendar import zone
from tests.activities.desk import PRICE, Desk
from tests.activities.test_watchdog import Doorbell
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import import_one

PARIS = "Europe/Paris"
EVE, AFTER = "2027-03-30 20:00", "2027-04-01 12:00"


def foreseeing(desk: Desk, bell: Doorbell | None = None) -> Foreseeing:
    return Foreseeing(desk.sessions, cast("Client", bell or Doorbell()), PARIS)


async def foresee(desk: Desk, at: str = EVE, day: str = "2027-03-31", until: str = "") -> UUID:
    """Have a day foreseen, or those until another one."""
    first_on, last_on = (instant(f"{each} 12:00", PARIS).date() for each in (day, until or day))
    async with desk.sessions.begin() as session:
        id_ = await ask_forecast(session, first_on, last_on, PARIS, by="operator:ana", now=instant(at, PARIS))
    assert id_ is not None
    await desk.at(at, foreseeing(desk).foresee, "forecast", str(id_))
    return id_


async def compared(desk: Desk, id_: UUID, at: str = AFTER) -> list[tuple[str, str, str | None, str | None]]:
    """Have it compared: what, its verdict, the cause, the outcome."""
    async with desk.sessions.begin() as session:
        assert await ask_comparison(session, id_, instant(at, PARIS))
    await desk.at(at, foreseeing(desk).foresee, "forecast", str(id_))
    rows = await desk.rows("SELECT what, detail, verdict, cause, outcome FROM forecast_lines ORDER BY at, id")
    return [(f"{row['what']} {row['detail']}", row["verdict"], row["cause"], row["outcome"]) for row in rows]


@pytest.fixture
async def renewing(desk: Desk) -> Desk:
    """It renews tomorrow, and its last notice has gone out."""
    await desk.open()
    await desk.walk(EVE)
    return desk


async def test_a_day_is_foreseen_from_the_live_plan_and_agrees_with_what_happens(renewing: Desk) -> None:
    id_ = await foresee(renewing)
    lines = await renewing.rows("SELECT * FROM forecast_lines ORDER BY at, id")
    assert [(row["subscription"], row["what"], row["detail"], row["amount"]) for row in lines] == [
        (renewing.number, "charge", "automatic", PRICE),
        (renewing.number, "notice", "renewed", None),
    ]
    (kept,) = await renewing.rows("SELECT chosen, walked, totals, walked_at IS NOT NULL AS done FROM forecasts")
    assert (kept["chosen"], kept["walked"], kept["done"]) == (1, 1, True)
    assert kept["totals"]["cells"] == [
        ["2027-03-31", "charge", "automatic", "EUR", 1, PRICE],
        ["2027-03-31", "notice", "renewed", None, 1, 0],
    ]
    await renewing.walk("2027-03-31 06:00")
    assert await compared(renewing, id_) == [
        ("charge automatic", "agreed", None, "paid"),
        ("notice renewed", "agreed", None, "sent"),
    ]
    (kept,) = await renewing.rows("SELECT verdicts FROM forecasts")
    assert kept["verdicts"]["money"] == [["EUR", PRICE, PRICE]]


async def test_what_was_declined_was_made_and_its_mails_are_told_apart(renewing: Desk) -> None:
    id_ = await foresee(renewing)
    renewing.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await renewing.walk("2027-03-31 06:00")
    assert await compared(renewing, id_) == [
        ("charge automatic", "agreed", None, "declined"),
        ("notice renewed", "not_happened", "declined", None),
        ("notice payment_failed", "unforeseen", "caused", "sent"),
    ]


@pytest.mark.parametrize(
    ("command", "args", "cause"),
    [
        pytest.param("cancel-auto-renew", {}, "cancelled", id="cancelled"),
        pytest.param("park", {"by": "operator:ana", "reason": "look"}, "parked", id="parked"),
    ],
)
async def test_a_command_in_between_is_the_cause(
    renewing: Desk, command: str, args: dict[str, Any], cause: str
) -> None:
    id_ = await foresee(renewing)
    assert await renewing.give("2027-03-30 22:00", command, **args) == "done"
    await renewing.walk("2027-03-31 12:00")
    told = await compared(renewing, id_)
    assert ("charge automatic", "not_happened", cause, None) in told
    assert ("notice renewed", "not_happened", cause, None) in told
    assert "unknown" not in [why for _, _, why, _ in told]


async def test_a_pause_is_the_cause(renewing: Desk) -> None:
    id_ = await foresee(renewing)
    async with renewing.sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="odd", now=instant("2027-03-30 22:00", PARIS))
    await renewing.walk("2027-03-31 12:00")
    assert [why for _, verdict, why, _ in await compared(renewing, id_) if verdict == "not_happened"] == ["paused"] * 2


async def test_a_buyer_who_pays_first_and_another_price(renewing: Desk) -> None:
    id_ = await foresee(renewing)
    await renewing.new_price("2027-03-30 21:00", 40000)
    await renewing.walk("2027-03-31 06:00")
    assert (await compared(renewing, id_))[0] == ("charge automatic", "differs", "amount", "paid")
    (line,) = await renewing.rows("SELECT amount, actual_amount FROM forecast_lines WHERE what = 'charge'")
    assert (line["amount"], line["actual_amount"]) == (PRICE, 12 * 40000)


async def test_what_nobody_did_and_nothing_explains_is_for_somebody_to_look_at(renewing: Desk) -> None:
    id_ = await foresee(renewing)
    assert ("charge automatic", "waits", None, None) in await compared(renewing, id_, "2027-03-31 06:10")
    told = await compared(renewing, id_)
    assert ("charge automatic", "not_happened", "unknown", None) in told


async def test_what_nobody_foresaw_is_found_on_each_of_its_days(renewing: Desk) -> None:
    id_ = await foresee(renewing, until="2028-03-29")
    renewing.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    for at in ("2027-03-31 06:00", "2027-04-01 09:00"):
        await renewing.walk(at)
    told = await compared(renewing, id_, "2027-04-02 12:00")
    assert [each for each in told if each[1] == "unforeseen"] == [
        ("notice payment_failed", "unforeseen", "caused", "sent"),
        ("charge automatic", "unforeseen", "declined", "paid"),
    ]
    assert ("notice advance_charge_notice", "waits", None, None) in told


async def test_comparing_again_begins_anew(renewing: Desk) -> None:
    id_ = await foresee(renewing)
    renewing.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await renewing.walk("2027-03-31 06:00")
    assert await compared(renewing, id_) == await compared(renewing, id_)


async def test_a_price_that_takes_effect_on_the_way_is_foreseen(renewing: Desk) -> None:
    await renewing.new_price("2027-03-31 00:00", 40000)
    await foresee(renewing)
    (line,) = await renewing.rows("SELECT amount FROM forecast_lines WHERE what = 'charge'")
    assert line["amount"] == 12 * 40000


async def test_what_is_not_live_is_not_foreseen(desk: Desk) -> None:
    await desk.open(live=None)
    await desk.plan(EVE)
    await foresee(desk)
    assert await desk.rows("SELECT 1 FROM forecast_lines") == []


async def test_a_walk_that_was_cut_off_goes_on_where_it_was_and_nothing_stands_twice(
    renewing: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "PER_SLICE", 1)
    monkeypatch.setattr(comparing, "PER_SLICE", 1)
    for number in ("S-1", "S-2"):
        await import_one(renewing.sessions, renewing.folder, number, instant("2027-03-30 12:00", PARIS), {})
    await renewing.change("UPDATE subscriptions SET live_at = '2027-03-30T10:00Z', late_start_at = '2027-03-30T10:00Z'")
    day = instant("2027-03-31 12:00", PARIS).date()
    async with renewing.sessions.begin() as session:
        id_ = await ask_forecast(session, day, day, PARIS, by="operator:ana", now=instant(EVE, PARIS))
    async with renewing.sessions() as session:
        row = await session.get(ForecastRow, id_)
    assert row is not None
    for _ in range(2):  # twice from the same place: the second finds it done
        await slices.foresee_slice(renewing.sessions, row, instant(EVE, PARIS))
    await renewing.at(EVE, foreseeing(renewing).foresee, "forecast", str(id_))
    lines = await renewing.rows("SELECT subscription, what, count(*) AS n FROM forecast_lines GROUP BY 1, 2")
    assert {(each["subscription"], each["what"]) for each in lines if each["n"] == 1} >= {
        (number, "charge") for number in ("S-1", "S-2", renewing.number)
    }
    assert [each["n"] for each in lines if each["what"] == "charge"] == [1, 1, 1]
    async with renewing.sessions() as session:
        found, place, pages = [], None, 0
        while True:
            page, place = await lines_of(session, id_, Wanted(what="charge"), after=place, limit=1)  # type: ignore[arg-type]
            found += [each.subscription for each in page]
            pages += 1
            if place is None:
                break
    assert (sorted(found), pages) == (["S-1", "S-2", renewing.number], 3)


async def test_the_watchdog_keeps_a_forecast_of_the_coming_day_and_compares_it_afterwards(renewing: Desk) -> None:
    bell = Doorbell()
    assert await renewing.at(EVE, foreseeing(renewing, bell).look_ahead) == 1
    assert await renewing.at("2027-03-30 23:00", foreseeing(renewing, bell).look_ahead) == 1  # it is not walked yet
    (row,) = await renewing.rows("SELECT id, first_on, last_on, asked_by FROM forecasts")
    assert (str(row["first_on"]), str(row["last_on"]), row["asked_by"]) == ("2027-03-31", "2027-03-31", "system")
    assert bell.rung == [f"forecast-{row['id']}"] * 2
    await renewing.at("2027-03-30 23:00", foreseeing(renewing).foresee, "forecast", str(row["id"]))
    await renewing.walk("2027-03-31 06:00")
    assert await renewing.at("2027-03-31 23:00", foreseeing(renewing, bell).look_ahead) == 1  # that of April 1
    await renewing.at("2027-04-01 02:00", foreseeing(renewing, bell).look_ahead)
    await renewing.at("2027-04-01 02:00", foreseeing(renewing).foresee, "forecast", str(row["id"]))
    told = await renewing.rows("SELECT verdict FROM forecast_lines WHERE forecast_id = :id", id=row["id"])
    assert {each["verdict"] for each in told} == {"agreed"}


async def test_what_is_old_is_forgotten_but_not_what_a_version_was_made_of(desk: Desk) -> None:
    await desk.open()
    await foresee(desk)
    args = {"sku": None, "country": None, "channel": None, "values": {"notice_time": "12:00"}}
    ids = []
    for _ in range(2):
        async with desk.sessions.begin() as session:
            now = instant(EVE, PARIS)
            ids.append(await ask_what_if(session, What.POLICY, args, now.date(), PARIS, by="operator:ana", now=now))
        await desk.at(EVE, foreseeing(desk).foresee, "what-if", str(ids[-1]))
    await desk.change("UPDATE what_ifs SET applied_at = now(), applied_by = 'operator:bo' WHERE id = :id", id=ids[0])
    await desk.at(f"{instant(EVE, PARIS) + KEPT + timedelta(days=2):%Y-%m-%d} 23:59", foreseeing(desk).look_ahead)
    assert [row["id"] for row in await desk.rows("SELECT id FROM what_ifs")] == [ids[0]]
    assert await desk.rows("SELECT 1 FROM forecasts WHERE asked_by <> 'system'") == []


async def test_days_that_somebody_asked_for_are_compared_by_themselves_once_they_are_over(renewing: Desk) -> None:
    id_ = await foresee(renewing, until="2027-04-02")
    await renewing.walk("2027-03-31 06:00")
    assert ("charge automatic", "agreed", None, "paid") in await compared(renewing, id_, "2027-03-31 12:00")
    state = "SELECT compare_asked_at, compared_at FROM forecasts WHERE asked_by <> 'system'"
    early = await renewing.rows(state)
    await renewing.at("2027-04-02 23:59", foreseeing(renewing).look_ahead)
    assert await renewing.rows(state) == early
    for _ in range(2):
        await renewing.at("2027-04-03 01:30", foreseeing(renewing).look_ahead)
        await renewing.at("2027-04-03 01:30", foreseeing(renewing).foresee, "forecast", str(id_))
        (late,) = await renewing.rows(state)
        assert late["compare_asked_at"] == late["compared_at"] == instant("2027-04-03 01:30", PARIS)


async def test_only_a_comparison_that_somebody_wants_early_counts_among_the_open_walks(renewing: Desk) -> None:
    ids = [await foresee(renewing, until="2027-04-02") for _ in range(MOST_OF_ONE)]

    async def has_room_at(at: str) -> bool:
        async with renewing.sessions.begin() as session:
            for id_ in ids:
                await ask_comparison(session, id_, instant(at, PARIS))
            try:
                await room_for_another(session, "operator:ana")
            except TooManyOpen:
                return False
        return True

    assert not await has_room_at("2027-04-01 12:00")
    await renewing.change("UPDATE forecasts SET compared_at = compare_asked_at")
    assert await has_room_at("2027-04-03 01:30")


async def test_a_forecast_is_kept_until_its_days_are_long_over_and_forgotten_a_part_at_a_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetful, "LINES_PER_LOOK", 4)
    await desk.open()
    await foresee(desk, until="2028-03-29")
    left = "SELECT f.id, count(l.id) AS n FROM forecasts f LEFT JOIN forecast_lines l ON l.forecast_id = f.id"
    left += " WHERE asked_by <> 'system' GROUP BY f.id"
    (row,) = await desk.rows(left)
    assert row["n"] > 4
    over = instant("2028-03-30 00:00", PARIS)
    await desk.at(f"{over + KEPT - timedelta(days=1):%Y-%m-%d} 12:00", foreseeing(desk).look_ahead)
    assert await desk.rows(left) == [row]
    found = [row]
    while found:
        await desk.at(f"{over + KEPT + timedelta(days=1):%Y-%m-%d} 12:00", foreseeing(desk).look_ahead)
        before, found = found, await desk.rows(left)
        assert not found or found[0]["n"] == before[0]["n"] - 4


async def test_a_forecast_that_failed_for_good_says_so_and_is_left_alone(renewing: Desk) -> None:
    day = instant("2027-03-31 12:00", PARIS).date()
    async with renewing.sessions.begin() as session:
        id_ = await ask_forecast(session, day, day, PARIS, by="operator:ana", now=instant(EVE, PARIS))
    await renewing.at(EVE, foreseeing(renewing).give_up, "forecast", str(id_), "LookupError")
    assert await renewing.at(EVE, foreseeing(renewing).foresee, "forecast", str(id_)) == 0
    assert await renewing.at(EVE, foreseeing(renewing).foresee, "forecast", "00000000-0000-0000-0000-000000000000") == 0


async def test_subscriptions_are_chosen_by_an_index(sessions: Sessions, engine: AsyncEngine) -> None:
    query = sa.select(sa.func.count()).select_from(SubscriptionRow).where(has_steps_before(instant(EVE, PARIS)))
    async with engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        explained = sa.text(f"EXPLAIN {query.compile(engine, compile_kwargs={'literal_binds': True})}")
        plan = [line for (line,) in await connection.execute(explained)]
    assert not [line for line in plan if "Seq Scan" in line], plan
    assert "ix_subscriptions_by_step" in "".join(plan)


async def what_if(
    desk: Desk, what: What, args: dict[str, Any], on: str
) -> list[tuple[str, str, str, str | None, str | None]]:
    """What would change: the thing, how, and its local dates before and after."""
    now = instant(EVE, PARIS)
    async with desk.sessions.begin() as session:
        effective_on = instant(f"{on} 12:00", PARIS).date()
        id_ = await ask_what_if(session, what, args, effective_on, PARIS, by="operator:ana", now=now)
    await desk.at(EVE, foreseeing(desk).foresee, "what-if", str(id_))
    found = await desk.rows("SELECT * FROM what_if_lines WHERE what_if_id = :id ORDER BY id", id=id_)

    def local(at: Any) -> str | None:
        return at.astimezone(zone(PARIS)).strftime("%Y-%m-%d %H:%M") if at else None

    return [(row["what"], row["detail"], row["change"], local(row["old_at"]), local(row["new_at"])) for row in found]


EVERYWHERE = {"sku": None, "country": None, "channel": None}


async def test_a_policy_that_takes_effect_later_moves_what_comes_after_that_day_alone(renewing: Desk) -> None:
    values = {"notice_time": "10:00", "advance_notice_days": [38, 28]}
    told = await what_if(renewing, What.POLICY, EVERYWHERE | {"values": values}, "2028-02-25")
    assert told == [
        ("notice", "advance_charge_notice", "later", "2028-03-03 09:00", "2028-03-03 10:00"),
        ("notice", "advance_charge_notice", "gone", "2028-03-24 09:00", None),
    ]


async def test_a_policy_for_others_changes_nothing_and_looks_at_nobody(renewing: Desk) -> None:
    for scope in ({"country": "JP"}, {"channel": "partner"}, {"sku": "DRAFT-LT"}):
        args = EVERYWHERE | scope | {"values": {"notice_time": "10:00"}}
        assert await what_if(renewing, What.POLICY, args, "2027-04-01") == []
    assert {row["chosen"] for row in await renewing.rows("SELECT chosen FROM what_ifs")} == {0}


async def test_a_more_specific_policy_hides_a_wider_one(renewing: Desk) -> None:
    await renewing.change(
        "INSERT INTO policies (id, country, version, effective_on, values, set_by, reason, set_at) VALUES "
        "(gen_random_uuid(), 'FR', 1, '2020-01-01', '{\"notice_time\": \"08:00\"}', 'operator:ana', 'x', now())"
    )
    args = EVERYWHERE | {"values": {"notice_time": "10:00"}}
    assert await what_if(renewing, What.POLICY, args, "2027-04-01") == []


async def test_the_figures_count_what_the_lines_no_longer_hold(renewing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MOST_LINES", 1)
    args = EVERYWHERE | {"values": {"notice_time": "10:00"}}
    assert len(await what_if(renewing, What.POLICY, args, "2027-04-01")) == 1
    (row,) = await renewing.rows("SELECT totals, lines, affected FROM what_ifs")
    assert (row["totals"], row["lines"], row["affected"]) == ({"notice|later|": 4}, 1, 1)


async def test_what_waits_of_an_import_is_foreseen_as_if_it_went_live_and_nowhere_else(desk: Desk) -> None:
    await desk.open()
    await desk.walk(EVE)
    async with desk.sessions.begin() as session:
        its = await session.scalar(
            sa.update(SubscriptionRow).values(live_at=None).returning(col(SubscriptionRow.import_id))
        )
        assert its
        id_ = await ask_of_import(session, its, PARIS, by="operator:ana", now=instant(EVE, PARIS))
    await desk.at(EVE, foreseeing(desk).foresee, "forecast", str(id_))
    async with desk.sessions.begin() as session:
        row = await last_of_import(session, its)
        assert row
        assert (row.chosen, row.walked, row.id) == (1, 1, id_)
        assert ["2027-03-31", "charge", "automatic", "EUR", 1, PRICE] in row.totals["cells"]
        assert await cells_of(session, row, [desk.number]) == row.totals["cells"]
        assert await cells_of(session, row, ["S-0"]) == []
        assert not await ask_comparison(session, row.id, instant(AFTER, PARIS))
    other = await foresee(desk)
    assert await desk.rows("SELECT 1 FROM forecast_lines WHERE forecast_id = :other", other=other) == []
