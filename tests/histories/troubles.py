"""Recorded lives in which something fails or is held up: pauses, holds, errors, a number that nobody has."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError

from activities import baskets, deciding, planning
from gateways.sandbox import SandboxGateway
from models.pauses import Pausable, pause, resume
from models.subscriptions import ClaimRow, RenewalRow
from renewals.facts import Term
from renewals.pricing import NotPriced
from tests.scenarios.bulk import BY_HAND, FIRST, SECOND, THIRD, carried_out, given
from tests.scenarios.diary import instant
from tests.scenarios.theatre import Life, Theatre
from workflows import contract

BY_ANA = {"by": "operator:ana", "reason": "seen by ana"}


@dataclass(frozen=True)
class Beside(Life):
    """A life of which another workflow than the subscription's is recorded."""

    workflow_id: str = ""

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(self.workflow_id)


async def charges_paused(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    await _pause(life, Pausable.CHARGES, "2027-03-30 12:00")
    await life.until("2027-04-03")
    await _go_on(life, Pausable.CHARGES, "2027-04-03 13:00")
    await life.until("2027-04-04")
    return life


async def mails_paused(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-20")
    await _pause(life, Pausable.MAILS, "2027-03-23 12:00")
    await life.until("2027-03-26")
    await _go_on(life, Pausable.MAILS, "2027-03-26 13:00")
    await life.until("2027-04-01")
    return life


async def held_by_an_order(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    await life.move_to("2027-03-30 12:00")
    opened_at, ends_at = instant("2027-03-30 12:00", life.zone), instant("2027-04-02 12:00", life.zone)
    renewal = RenewalRow(subscription=life.number, term_starts_on=date(2027, 3, 31))
    async with life.sessions.begin() as session:
        session.add(renewal)
        await session.flush()
        session.add(ClaimRow(renewal_id=renewal.id, holder="order", opened_at=opened_at, ends_at=ends_at))
    await life.catch_up()
    await life.until("2027-04-03")
    return life


async def a_charge_breaks(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    with breaking(SandboxGateway, "charge", ValueError("odd"), times=1):
        await life.until("2027-04-01")
    return life


async def a_command_breaks(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    with breaking(deciding, "decide", ValueError("odd"), times=4):
        with pytest.raises(WorkflowUpdateFailedError):
            await life.command("2027-03-26 12:00", "reduce-seats", to=9)
        await life.catch_up()
        await life.signal_at("2027-03-26 12:05", contract.CANCEL_SIGNAL)
    await life.command("2027-03-26 12:10", "reduce-seats", to=8)
    return life


async def planning_falls_back(theatre: Theatre) -> Life:
    """The database is away for a moment: what cannot be planned in the workflow's own task is planned patiently."""
    life = await theatre.subscription(live="2027-03-25")
    with breaking(planning, "plan", ConnectionError("away"), times=1):
        await life.until("2027-04-01")
    return life


async def planning_breaks(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-25")
    with breaking(planning, "plan", NotPriced("DRAFT-3D", Term.YEAR, "USD"), times=2):
        await life.catch_up()
    await life.catch_up()
    await life.until("2027-04-01")
    return life


async def nobodys_number(theatre: Theatre) -> Life:
    life = await theatre.subscription(live=None)
    nobody = Beside(**vars(life), workflow_id=contract.workflow_id("S-0000"))
    start = contract.Start("S-0000")
    with pytest.raises(WorkflowFailureError):
        await life.client.execute_workflow(
            contract.SUBSCRIPTION_WORKFLOW, start, id=nobody.workflow_id, task_queue=contract.TASK_QUEUE
        )
    return nobody


async def the_watchdog_looks(theatre: Theatre) -> Life:
    life = await theatre.subscription(live=None)
    return await _look(life)


async def bought_together(theatre: Theatre) -> Life:
    """A bulk checkout of two orders; what is left out of it, and a number that nobody has, are in none."""
    lives = [await theatre.subscription(number, live="2027-02-01", **BY_HAND) for number in (FIRST, SECOND)]
    lives.append(await theatre.subscription(THIRD, live="2027-02-01", **BY_HAND | {"csn": "C-2"}))
    basket_id = await given(lives, "2027-02-01 12:00", numbers=[FIRST, SECOND, THIRD, "S-0000"])
    await carried_out(lives, basket_id)
    return Beside(**vars(lives[0]), workflow_id=contract.bulk_checkout_id(basket_id))


async def bought_together_breaks(theatre: Theatre) -> Life:
    """The first order meets an error of ours, which keeps the second from nothing."""
    lives = [await theatre.subscription(FIRST, live="2027-02-01", **BY_HAND)]
    lives.append(await theatre.subscription(SECOND, live="2027-02-01", **BY_HAND | {"csn": "C-2"}))
    basket_id = await given(lives, "2027-02-01 12:00")
    with breaking(baskets, "place", ValueError("odd"), times=1), pytest.raises(WorkflowFailureError):
        await carried_out(lives, basket_id)
    return Beside(**vars(lives[0]), workflow_id=contract.bulk_checkout_id(basket_id))


LIVES = (
    charges_paused,
    mails_paused,
    held_by_an_order,
    a_charge_breaks,
    a_command_breaks,
    planning_falls_back,
    planning_breaks,
    nobodys_number,
    the_watchdog_looks,
    bought_together,
    bought_together_breaks,
)


async def _pause(life: Life, what: Pausable, at: str) -> None:
    await life.move_to(at)
    async with life.sessions.begin() as session:
        assert await pause(session, what, by=BY_ANA["by"], reason=BY_ANA["reason"], now=datetime.now(UTC))
    await life.catch_up()


async def _go_on(life: Life, what: Pausable, at: str) -> None:
    """The pause ends, and the watchdog wakes whoever has to be planned anew."""
    await life.move_to(at)
    async with life.sessions.begin() as session:
        assert await resume(session, what, by=BY_ANA["by"], reason=BY_ANA["reason"], now=datetime.now(UTC))
    await _look(life)
    await life.catch_up()


async def _look(life: Life) -> Beside:
    watchdog = Beside(**vars(life), workflow_id="watchdog")
    await life.client.execute_workflow(
        contract.WATCHDOG_WORKFLOW, id=watchdog.workflow_id, task_queue=contract.TASK_QUEUE
    )
    return watchdog


@contextmanager
def breaking(owner: type | ModuleType, name: str, error: Exception, *, times: int) -> Iterator[None]:
    """Let a function fail so many times before it works again."""
    works: Callable[..., Any] = getattr(owner, name)
    left = times

    def breaks(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            raise error
        return works(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, breaks)
        yield
