"""A step or command that fails for good is reported and lets the others have their turn."""

from collections import deque

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError

from activities import deciding, planning
from renewals.facts import Term
from renewals.pricing import NotPriced
from tests.scenarios.diary import written
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.portfolios import SECOND
from tests.scenarios.theatre import Life, Theatre
from workflows import contract


@pytest.fixture
def gateway() -> FakeGateway:
    """It breaks at the first charge in a way that trying again does not cure."""
    return FakeGateway(answers=deque([ValueError("ada@northwind.example is odd")]))


async def alarms(life: Life) -> list[tuple[str, str]]:
    return [(row["kind"], row["detail"]) for row in await life.rows("SELECT kind, detail FROM alarms")]


async def test_a_charge_that_breaks_is_alarmed_blocks_nobody_and_is_asked_after(theatre: Theatre) -> None:
    life = await theatre.subscription(live="2027-02-01")
    await life.until("2027-03-31")
    await life.move_to("2027-03-31 06:00")
    await life.handle.signal(contract.WAKE_SIGNAL)
    assert await life.command("2027-03-31 06:01", "set-payment-method", kind="paypal", token="ok") == "done"
    ((kind, detail),) = await alarms(life)
    assert (kind, "ValueError" in detail, "ada@" in detail) == ("step_failed", True, False)
    await life.until("2027-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 unknown error", "payment 1 of EUR 583200 paid"]


async def test_a_command_that_breaks_is_alarmed_and_answered(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    life = await theatre.subscription(live="2027-02-01")

    def broken(*_: object) -> None:
        raise ValueError("odd")

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "decide", broken)
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await life.command("2027-02-10 12:00", "reduce-seats", to=9)
        assert "the operators have been told" in str(failed.value.cause)
    assert [kind for kind, _ in await alarms(life)] == ["step_failed"]
    assert await life.command("2027-02-10 12:05", "reduce-seats", to=8) == "done"


@pytest.mark.parametrize("odd", [{"renewal": float("inf")}, {"reason": "\0"}, ["cancel"], 7])
async def test_a_signal_that_no_database_can_keep_is_refused(theatre: Theatre, odd: object) -> None:
    life = await theatre.subscription(live="2027-02-01")
    await life.signal_at("2027-02-10 12:00", contract.CANCEL_SIGNAL, odd)
    assert await life.diary("2027-02-10") == written("2027-02-10 12:00 cancel-auto-renew refused bad_arguments")


async def test_a_command_that_breaks_delays_no_charge(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    life = await theatre.subscription(live="2027-02-01", number=SECOND)
    await life.move_to("2027-03-31 05:59")

    def broken(*_: object) -> None:
        raise ValueError("odd")

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "decide", broken)
        await life.signal_at("2027-03-31 05:59", contract.RESUME_SIGNAL)
    await life.until("2027-03-31 06:01")
    assert len(await life.rows("SELECT 1 FROM attempts")) == 1


async def test_facts_that_cannot_be_planned_are_alarmed_and_planned_once_they_are_mended(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = await theatre.subscription(live="2027-02-01")

    def broken(*_: object) -> None:
        raise NotPriced("DRAFT-3D", Term.YEAR, "USD")

    with monkeypatch.context() as patched:
        patched.setattr(planning, "plan", broken)
        await life.catch_up()
    assert [kind for kind, _ in await alarms(life)] == ["step_failed"]
    await life.catch_up()
    assert await life.command("2027-02-10 12:05", "reduce-seats", to=8) == "done"


async def test_the_workflow_of_a_number_that_nobody_has_fails(theatre: Theatre) -> None:
    handle = await theatre.client.start_workflow(
        contract.SUBSCRIPTION_WORKFLOW,
        contract.Start("S-0000"),
        id=contract.workflow_id("S-0000"),
        task_queue=contract.TASK_QUEUE,
    )
    with pytest.raises(WorkflowFailureError):
        await handle.result()
