"""What bears on the next charge is decided where it arrives, unless that would not tell the truth."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities import arriving, deciding, delivery
from activities.delivery import deliver
from gateways.port import NoAnswer, NotReceived, Paid
from mail.sender import Accepted
from models.records import CommandRow
from tests.activities.desk import PARIS, Desk
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import PUNCTUAL
from workflows.contract import ReceivedSignal

NOON, SOON = "2027-02-10 12:00", "2027-02-10 12:02"


@dataclass
class Exchange:
    """Stands for Temporal: what was sent to which workflow. `fault` answers a signal."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    fault: RPCStatusCode | None = None

    def get_workflow_handle(self, id: str) -> "Handle":  # the client's own name
        return Handle(self, id)

    async def start_workflow(self, *_: object, id: str, **__: object) -> None:  # the client's own name
        self.sent.append((id, "start"))

    async def execute_update_with_start_workflow(self, update: str, **_: object) -> None:
        self.sent.append(("", update))


@dataclass
class Handle:
    exchange: Exchange
    id: str

    async def signal(self, name: str, **_: object) -> None:
        if self.exchange.fault is not None:
            raise RPCError("away", self.exchange.fault, b"")
        self.exchange.sent.append((self.id, name))


async def arrive(desk: Desk, exchange: Exchange, command_id: UUID, at: str = NOON) -> CommandRow:
    return await deliver(cast("Client", exchange), desk.sessions, command_id, instant(at, PARIS))


async def at_rest(desk: Desk) -> None:
    await desk.open()
    await desk.walk(NOON)


WOKEN = [(f"subscription-{PUNCTUAL}", "wake")]
STARTED = [(f"subscription-{PUNCTUAL}", "start")]
TOLD = [("", "apply")]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("cancel-auto-renew", {}),
        ("reduce-seats", {"to": 9}),
        ("change-term", {"term": "3-years"}),
        ("set-payment-method", {"kind": "card", "token": "ok", "expires": "2033-05"}),
        ("renew", {"when": "on-renewal-date", "kind": "card", "token": "ok", "expires": "2033-05"}),
        ("park", {"by": "operator:ana", "reason": "trouble"}),
    ],
)
async def test_it_is_decided_and_its_workflow_woken(desk: Desk, name: str, args: dict[str, Any]) -> None:
    await at_rest(desk)
    exchange = Exchange()
    row = await arrive(desk, exchange, await desk.store(NOON, name, **args))
    assert (row.outcome, exchange.sent) == ("done", WOKEN)
    after = await desk.row()
    assert after["next_step_at"] < instant(NOON, PARIS), "the watchdog knows of it, should nobody hear"
    assert after["next_step"] is None, "what was planned is not shown any more"


@pytest.mark.parametrize("fault", [RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED])
async def test_temporal_need_not_be_there(desk: Desk, fault: RPCStatusCode) -> None:
    await at_rest(desk)
    row = await arrive(desk, Exchange(fault=fault), await desk.store(NOON, "cancel-auto-renew"))
    assert (row.outcome, (await desk.row())["auto_renew"]) == ("done", False)
    assert (await desk.row())["next_step_at"] < instant(NOON, PARIS)


async def test_a_temporal_that_says_nothing_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await at_rest(desk)
    monkeypatch.setattr(delivery, "_WAKING_SECONDS", 0.01)
    monkeypatch.setattr(Handle, "signal", Hangs())
    row = await arrive(desk, Exchange(), await desk.store(NOON, "cancel-auto-renew"))
    assert row.outcome == "done"


async def test_a_workflow_that_should_run_and_does_not_is_started(desk: Desk) -> None:
    await at_rest(desk)
    exchange = Exchange(fault=RPCStatusCode.NOT_FOUND)
    await arrive(desk, exchange, await desk.store(NOON, "cancel-auto-renew"))
    assert exchange.sent == STARTED


async def test_what_is_refused_wakes_nobody(desk: Desk) -> None:
    await at_rest(desk)
    before, exchange = await desk.row(), Exchange()
    row = await arrive(desk, exchange, await desk.store(NOON, "reduce-seats", to=99))
    assert (row.outcome, row.code, exchange.sent) == ("refused", "not_a_reduction", [])
    assert await desk.row() == before


@pytest.mark.parametrize("name", ["add-seats", "renew", "release-hold", "ask-for-quote"])
async def test_what_may_need_a_gateway_is_for_the_workflow(desk: Desk, name: str) -> None:
    await at_rest(desk)
    exchange = Exchange()
    row = await arrive(desk, exchange, await desk.store(NOON, name, seats=1))
    assert (row.outcome, exchange.sent) == (None, TOLD)


async def test_what_binds_a_preview_is_for_the_workflow(desk: Desk) -> None:
    await at_rest(desk)
    exchange = Exchange()
    row = await arrive(desk, exchange, await desk.store(NOON, "change-term", term="3-years", preview="token"))
    assert (row.outcome, exchange.sent) == (None, TOLD)


async def test_while_a_charge_is_made_its_answer_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await at_rest(desk)
    await desk.wait_for_renewal_date()
    hangs = Hangs()
    monkeypatch.setattr(desk.gateway, "charge", hangs)
    charging = asyncio.create_task(desk.charge())
    await hangs.called.wait()
    exchange, at = Exchange(), "2027-03-31 08:01"
    row = await arrive(desk, exchange, await desk.store(at, "cancel-auto-renew"), at)
    assert (row.outcome, exchange.sent) == (None, TOLD)
    charging.cancel()
    with suppress(asyncio.CancelledError):
        await charging


class Hangs:
    """The world outside: it takes what it is given, and says what it says only when it is let go on."""

    def __init__(self, says: object = None) -> None:
        self.says, self.called, self.goes_on = says, asyncio.Event(), asyncio.Event()

    async def __call__(self, *_: object, **__: object) -> Any:
        self.called.set()
        await self.goes_on.wait()
        return self.says


@pytest.mark.parametrize("name", ["cancel-auto-renew", "park"])
async def test_what_was_done_while_the_gateway_was_asked_keeps_it_from_charging(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.charge()
    never_came = Hangs(NotReceived())
    monkeypatch.setattr(desk.gateway, "look_up", never_came)
    asking = asyncio.create_task(desk.ask("2027-03-31 06:05"))
    await never_came.called.wait()
    command_id = await desk.store("2027-03-31 06:06", name, by="operator:ana", reason="he calls")
    assert (await arrive(desk, Exchange(), command_id, "2027-03-31 06:06")).outcome == "done"
    never_came.goes_on.set()
    await asking
    assert len(desk.gateway.charges) == 1, "only that which never came"


async def test_while_what_never_came_is_charged_again_its_answer_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(NoAnswer("timeout"))
    desk.gateway.truths.append(NotReceived())
    await desk.charge()
    pays = Hangs(Paid("fake"))
    monkeypatch.setattr(desk.gateway, "charge", pays)
    asking = asyncio.create_task(desk.ask("2027-03-31 06:05"))
    await pays.called.wait()
    exchange, at = Exchange(), "2027-03-31 06:06"
    row = await arrive(desk, exchange, await desk.store(at, "cancel-auto-renew"), at)
    pays.goes_on.set()
    await asking
    assert (row.outcome, exchange.sent) == (None, TOLD)


async def test_a_mail_is_under_way_though_the_clock_of_its_sender_is_ahead(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at_rest(desk)
    await desk.give("2027-02-10 12:05", "cancel-auto-renew")
    (mail,) = await desk.rows("SELECT id FROM notices WHERE kind = 'auto_renew_cancelled'")
    taken = Hangs(Accepted("250 OK"))
    monkeypatch.setattr(desk.mailer, "send", taken)
    sending = asyncio.create_task(desk.at("2027-02-10 12:05", desk.notices.send_queued, desk.number, str(mail["id"])))
    await taken.called.wait()
    exchange, at = Exchange(), "2027-02-10 12:04:59"
    row = await arrive(desk, exchange, await desk.store(at, "resume-auto-renew"), at)
    taken.goes_on.set()
    await sending
    assert (row.outcome, exchange.sent) == (None, TOLD)


async def test_fewer_seats_do_not_overtake_more_that_wait(desk: Desk) -> None:
    """What is added raises the number that was planned before: overtaken, it would raise one that was meant to last."""
    await at_rest(desk)
    await desk.store(NOON, "add-seats", seats=3)
    exchange, at = Exchange(), "2027-02-10 12:01"
    row = await arrive(desk, exchange, await desk.store(at, "reduce-seats", to=5), at)
    assert (row.outcome, exchange.sent) == (None, TOLD)


async def test_a_resumption_by_signal_that_waited_undoes_no_later_cancellation(desk: Desk) -> None:
    await at_rest(desk)
    received = instant(NOON, PARIS)
    signal = ReceivedSignal("signal:1", desk.number, "resume-auto-renew", request=None, received_at=received)
    cancelled = await arrive(desk, Exchange(), await desk.store("2027-02-10 12:01", "cancel-auto-renew"), SOON)
    applied = await desk.at(SOON, desk.commands.take_signal, signal)
    assert (cancelled.outcome, applied.answer.outcome, (await desk.row())["auto_renew"]) == ("done", "done", False)
    assert await desk.rows("SELECT 1 FROM notices WHERE kind = 'auto_renew_resumed'") == []


async def test_a_later_word_does_not_overtake_an_earlier_one(desk: Desk) -> None:
    await at_rest(desk)
    earlier = await desk.store(NOON, "cancel-auto-renew")
    later = await desk.store("2027-02-10 12:01", "resume-auto-renew")
    exchange = Exchange()
    assert (await arrive(desk, exchange, later, "2027-02-10 12:01")).outcome is None
    assert (await arrive(desk, exchange, earlier, "2027-02-10 12:02")).outcome == "done"
    assert (await arrive(desk, exchange, later, "2027-02-10 12:02")).outcome == "done"
    assert (await desk.row())["auto_renew"] is True


async def test_twice_is_once(desk: Desk) -> None:
    await at_rest(desk)
    exchange, command = Exchange(), await desk.store(NOON, "cancel-auto-renew")
    both = await asyncio.gather(arrive(desk, exchange, command), arrive(desk, exchange, command))
    assert [row.outcome for row in both] == ["done", "done"]
    assert len(await desk.rows("SELECT 1 FROM events WHERE event = 'command'")) == 1
    assert len(await desk.rows("SELECT 1 FROM notices WHERE kind = 'auto_renew_cancelled'")) == 1


async def test_one_that_cannot_be_decided_is_left_to_the_workflow_which_tells(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at_rest(desk)
    before, decide = await desk.row(), deciding.decide_locked

    async def decide_and_fail(*args: Any) -> None:
        await decide(*args)
        raise ZeroDivisionError

    monkeypatch.setattr(arriving, "decide_locked", decide_and_fail)
    exchange = Exchange()
    row = await arrive(desk, exchange, await desk.store(NOON, "cancel-auto-renew"))
    assert (row.outcome, exchange.sent, await desk.row()) == (None, TOLD, before)


async def test_a_database_that_fails_is_said_to_fail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await at_rest(desk)

    async def fail(*_: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(arriving, "decide_locked", fail)
    exchange = Exchange()
    with pytest.raises(OperationalError):
        await arrive(desk, exchange, await desk.store(NOON, "cancel-auto-renew"))
    assert exchange.sent == []
