"""All charges or all mails paused: nothing of the kind happens meanwhile, and what is overdue is a late start."""

import pytest
from sqlalchemy.exc import IntegrityError

from gateways.port import Declined, NotReceived, Paid
from mail.sink import Sink
from models.pauses import Pausable, pause, resume
from models.troubles import Trouble, troubles
from tests.activities.desk import DUE, PARIS, Desk, PulledPlug
from tests.activities.test_watchdog import look
from tests.scenarios.diary import instant

CHARGES, MAILS = Pausable.CHARGES, Pausable.MAILS


async def paused(desk: Desk, what: Pausable, at: str) -> bool:
    async with desk.sessions.begin() as session:
        return await pause(session, what, by="operator:ana", reason="migration", now=instant(at, PARIS))


async def resumed(desk: Desk, what: Pausable, at: str) -> bool:
    async with desk.sessions.begin() as session:
        return await resume(session, what, by="operator:ben", reason="done", now=instant(at, PARIS))


async def test_nothing_is_charged_while_charges_are_paused_and_the_overdue_one_is_made_on_resuming(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    await paused(desk, CHARGES, "2027-03-30 12:00")
    await desk.walk(DUE)
    await desk.walk("2027-04-03 12:00")
    assert desk.gateway.charges == []
    assert (await desk.row())["phase"] == "past_due"
    await resumed(desk, CHARGES, "2027-04-03 13:00")
    await desk.walk("2027-04-03 13:00")
    assert await desk.attempts() == [(1, "paid", None)]
    assert (await desk.row())["starts_on"].isoformat() == "2027-03-31"


async def test_what_waits_for_its_plan_after_a_resume_is_no_alarm_unless_it_waits_for_long(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    await paused(desk, CHARGES, "2027-03-30 12:00")
    await desk.walk("2027-04-03 12:00")
    await resumed(desk, CHARGES, "2027-04-03 13:00")
    assert (await look(desk, "2027-04-03 13:01")).alarms == 0
    assert await overdue(desk, "2027-04-03 13:01") == []
    assert (await look(desk, "2027-04-03 14:01")).alarms == 1
    assert await overdue(desk, "2027-04-03 14:01") == [(Trouble.OVERDUE, 1)]


async def overdue(desk: Desk, at: str) -> list[tuple[Trouble, int | None]]:
    now = instant(at, PARIS)
    async with desk.sessions() as session:
        return [(each.trouble, each.count) for each in await troubles(session, now.date(), now, [Trouble.OVERDUE])]


async def test_a_retry_waits_for_the_end_of_the_pause(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(Declined("insufficient_funds", "reference-1"))
    await desk.charge()
    await paused(desk, CHARGES, "2027-03-31 12:00")
    await desk.walk("2027-04-02 12:00")
    assert await desk.attempts() == [(1, "declined", "insufficient_funds")]
    await resumed(desk, CHARGES, "2027-04-02 12:00")
    await desk.walk("2027-04-02 12:00")
    assert await desk.attempts() == [(1, "declined", "insufficient_funds"), (2, "paid", None)]


@pytest.mark.parametrize("money_moved", [True, False])
async def test_a_charge_cut_off_before_the_pause_is_asked_after_and_not_made_again(
    desk: Desk, money_moved: bool
) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(PulledPlug())
    with pytest.raises(PulledPlug):
        await desk.charge()
    desk.gateway.truths.append(Paid("reference-1") if money_moved else NotReceived())
    await paused(desk, CHARGES, "2027-03-31 06:01")
    await desk.charge("2027-03-31 06:02")
    await desk.walk("2027-03-31 06:02")
    assert len(desk.gateway.charges) == 1
    assert [state for _, state, _ in await desk.attempts()] == ["paid" if money_moved else "open"]
    await resumed(desk, CHARGES, "2027-03-31 12:00")
    await desk.walk("2027-03-31 12:00")
    assert [state for _, state, _ in await desk.attempts()] == ["paid"]
    assert len(desk.gateway.moved) == 1


async def test_of_the_mails_that_a_pause_held_back_only_the_latest_goes_out(desk: Desk, sink: Sink) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-01-30 09:00")
    before = len(list(sink.directory.iterdir()))
    await paused(desk, MAILS, "2027-02-20 12:00")
    await desk.walk("2027-03-17 12:00")
    assert len(list(sink.directory.iterdir())) == before
    await resumed(desk, MAILS, "2027-03-18 12:00")
    await desk.walk("2027-03-18 12:00")
    assert await desk.diary("2027-02-01") == [
        ("2027-03-18 12:00", "missed reminder 30"),
        ("2027-03-18 12:00", "sent reminder 14"),
    ]


async def test_what_lapsed_while_mails_were_paused_is_told_on_resuming(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk("2027-03-31 09:00")
    await paused(desk, MAILS, "2027-05-01 12:00")
    plan = await desk.walk("2027-05-20 12:00")
    assert (plan.phase, plan.over) == ("lapsed", False)
    await resumed(desk, MAILS, "2027-05-21 12:00")
    assert (await look(desk, "2027-05-21 12:00")).woken == 1
    assert (await desk.walk("2027-05-21 12:00")).over
    assert (await desk.diary("2027-05-21"))[-1] == ("2027-05-21 12:00", "sent lapsed 0")


async def test_a_pause_has_an_author_and_a_reason_and_is_there_once(desk: Desk) -> None:
    assert await paused(desk, CHARGES, "2027-03-30 12:00")
    assert not await paused(desk, CHARGES, "2027-03-30 12:01")
    assert await paused(desk, MAILS, "2027-03-30 12:02")
    assert await resumed(desk, CHARGES, "2027-03-30 12:03")
    assert not await resumed(desk, CHARGES, "2027-03-30 12:04")
    rows = await desk.rows("SELECT what, began_by, began_because, ended_by, ended_because FROM pauses ORDER BY what")
    assert [tuple(row.values()) for row in rows] == [
        ("charges", "operator:ana", "migration", "operator:ben", "done"),
        ("mails", "operator:ana", "migration", None, None),
    ]
    with pytest.raises(IntegrityError, match="uq_pauses_open"):
        await desk.change(
            "INSERT INTO pauses (id, what, began_at, began_by, began_because) "
            "VALUES (gen_random_uuid(), 'mails', now(), 'operator:eve', 'again')"
        )
