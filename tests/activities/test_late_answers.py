"""Results are compare-and-set: what is final never changes, and a zombie that reports late changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from activities.answers import record_answer
from gateways.port import Answer, Declined, NoAnswer, NotReceived, Paid, Pending, Unreachable
from tests.activities.desk import DUE, PARIS, Desk
from tests.scenarios.diary import instant
from tests.scenarios.fake_gateway import Say

SOFT = Declined("insufficient_funds", "late")

LEARNED_NOTHING = (NoAnswer("timeout"), Unreachable("refused"))
ANYTHING = (Paid("late"), SOFT, Pending("late"), *LEARNED_NOTHING)


async def everything(desk: Desk) -> list[Any]:
    """All that a charge can change; left out is that money moved against what is final, and the alarm of that."""
    tables = ("subscriptions", "terms", "renewals", "claims", "orders", "order_lines", "attempts", "notices")
    events = await desk.rows("SELECT * FROM events WHERE event <> 'alarm' ORDER BY id")
    rest = [await desk.table(name) for name in tables]
    for row in rest[tables.index("attempts")]:
        del row["taken"]
    return [events, *rest]


async def late_reports_that_count(
    desk: Desk, first: Say, late: Sequence[Say], meanwhile: Callable[[], Awaitable[object]]
) -> list[Say]:
    """Several workers make the same call; the first has its answer recorded, then the zombies report, one by one."""
    all_called, turns = asyncio.Barrier(1 + len(late)), [asyncio.Event() for _ in late]

    async def living() -> Answer:
        await all_called.wait()
        return _say(first)

    def zombie(said: Say, turn: asyncio.Event) -> Callable[[], Awaitable[Answer]]:
        async def report() -> Answer:
            await all_called.wait()
            await turn.wait()
            return _say(said)

        return report

    desk.gateway.answers.extend([living, *(zombie(said, turn) for said, turn in zip(late, turns, strict=True))])
    working = {asyncio.create_task(desk.charge()) for _ in range(1 + len(late))}
    _, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
    await meanwhile()
    counted = []
    for said, turn in zip(late, turns, strict=True):
        before = await everything(desk)
        turn.set()
        done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        assert [task.exception() for task in done] == [None]
        if await everything(desk) != before:
            counted.append(said)
    return counted


def _say(said: Say) -> Answer:
    if isinstance(said, BaseException):
        raise said
    assert not callable(said)
    return said


async def nothing() -> None:
    """Nothing happens before the late report."""


@pytest.mark.parametrize("first", [pytest.param(Paid("first"), id="paid"), pytest.param(SOFT, id="declined")])
async def test_what_is_final_never_changes(desk: Desk, first: Say) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    assert await late_reports_that_count(desk, first, ANYTHING, nothing) == []
    refunds = [row["kind"] for row in await desk.rows("SELECT kind FROM alarms WHERE kind LIKE 'paid%'")]
    assert refunds == ([] if isinstance(first, Paid) else ["paid_after_all"])
    (attempt,) = await desk.table("attempts")
    assert attempt["taken"] == (0 if isinstance(first, Paid) else attempt["amount"])


@pytest.mark.parametrize(
    "first", [pytest.param(NoAnswer("timeout"), id="unknown"), pytest.param(Pending("first"), id="pending")]
)
async def test_a_zombie_that_learned_nothing_changes_nothing(desk: Desk, first: Say) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    assert await late_reports_that_count(desk, first, LEARNED_NOTHING, nothing) == []


async def test_an_attempt_given_up_by_a_cancellation_stays_given_up(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()

    async def cancel() -> None:
        assert await desk.give("2027-03-31 06:00:05", "cancel-auto-renew") == "done"

    assert await late_reports_that_count(desk, Unreachable("refused"), ANYTHING, cancel) == []
    assert [state for _, state, _ in await desk.attempts()] == ["abandoned"]


@pytest.mark.parametrize(
    ("truth", "state"),
    [
        pytest.param(Paid("truth"), "paid", id="paid"),
        pytest.param(SOFT, "declined", id="declined"),
        pytest.param(Pending("truth"), "pending", id="pending"),
    ],
)
async def test_an_unknown_attempt_becomes_what_the_gateway_says(desk: Desk, truth: Answer, state: str) -> None:
    await desk.open()
    desk.gateway.answers.append(NoAnswer("timeout"))
    desk.gateway.truths.append(truth)
    await desk.charge()
    await desk.ask("2027-03-31 06:05")
    assert [(n, found) for n, found, _ in await desk.attempts()] == [(1, state)]


@pytest.mark.parametrize(
    ("truth", "state"),
    [
        pytest.param(Paid("truth"), "paid", id="paid"),
        pytest.param(SOFT, "declined", id="declined"),
        pytest.param(NoAnswer("timeout"), "pending", id="no answer"),
        pytest.param(Unreachable("gone"), "pending", id="unreachable"),
    ],
)
async def test_a_pending_attempt_waits_for_the_truth(desk: Desk, truth: Answer | NoAnswer, state: str) -> None:
    await desk.open()
    desk.gateway.answers.append(Pending("first"))
    desk.gateway.truths.append(truth)
    await desk.charge()
    await desk.ask("2027-03-31 06:05")
    assert [(n, found) for n, found, _ in await desk.attempts()] == [(1, state)]


async def test_two_answers_recorded_at_the_same_time_count_once(desk: Desk) -> None:
    await desk.open()
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.charge()
    (key,) = [call.key for call in desk.gateway.charges]
    at = instant(DUE, PARIS)
    await asyncio.gather(
        *(record_answer(desk.sessions, desk.number, key, Paid(f"truth-{each}"), at) for each in range(2))
    )
    assert await desk.attempts() == [(1, "paid", None)]
    assert len(await desk.rows("SELECT 1 FROM terms WHERE follows IS NOT NULL")) == 1
    assert len(await desk.rows("SELECT 1 FROM notices WHERE kind = 'renewed'")) == 1
    assert [words for _, words in await desk.diary() if words.endswith(" paid")] == ["payment 1 of EUR 583200 paid"]


async def test_a_charge_that_was_never_seen_is_called_again_until_somebody_is_there(desk: Desk) -> None:
    await desk.open()
    await desk.wait_for_renewal_date()
    desk.gateway.answers.extend([NoAnswer("timeout"), Unreachable("refused")])
    desk.gateway.truths.append(NotReceived())
    await desk.charge()
    plan = await desk.ask("2027-03-31 06:05")
    assert (plan.steps[0].do, plan.steps[0].at) == ("charge", instant("2027-03-31 06:05:10", PARIS))
    await desk.charge("2027-03-31 06:05:10")
    assert len({call.key for call in desk.gateway.charges}) == 1
    assert await desk.attempts() == [(1, "paid", None)]
