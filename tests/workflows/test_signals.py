"""The two signals, as an operator sends them with Temporal's own command line."""

import json

import pytest

from tests.scenarios.diary import written
from tests.scenarios.theatre import Theatre
from tests.workflows.telling import cli_signal, temporal_cli

CANCEL, RESUME = "cancel_auto_renew", "resume_auto_renew"
BY_ANA = json.dumps({"by": "operator:ana", "reason": "customer called", "renewal": "2027-03-31"})
GIVEN = "SELECT name, given_by, reason, outcome, code FROM commands WHERE subscription = :number ORDER BY stored_at"


@pytest.mark.parametrize(
    ("inputs", "by", "reason"),
    [
        pytest.param((), "operator:temporal", None, id="without an argument"),
        pytest.param((BY_ANA,), "operator:ana", "customer called", id="with who and why"),
        pytest.param(('{"reason": "dispute"}',), "operator:temporal", "dispute", id="with a reason only"),
        pytest.param(("null",), "operator:temporal", None, id="with null"),
        pytest.param(("{}",), "operator:temporal", None, id="with an empty object"),
    ],
)
async def test_cancelled_an_hour_before_the_charge_nothing_is_charged_ever_after(
    theatre: Theatre, inputs: tuple[str, ...], by: str, reason: str | None
) -> None:
    life = await theatre.subscription()
    await cli_signal(life, "2027-03-31 05:00", CANCEL, *inputs)
    await life.until("2027-05-17")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 05:00 cancel-auto-renew done
        2027-03-31 05:00 renewable > expired
        2027-03-31 05:00 sent auto_renew_cancelled
        2027-03-31 05:00 sent expired 0
        2027-04-30 09:00 sent late_window_closing 15
        2027-05-12 09:00 sent late_window_closing 3
        2027-05-16 00:00 expired > lapsed
        2027-05-16 09:00 sent lapsed 0
    """)
    (given,) = await life.rows(GIVEN)
    assert dict(given) == {
        "name": "cancel-auto-renew",
        "given_by": by,
        "reason": reason,
        "outcome": "done",
        "code": None,
    }
    assert await life.rows("SELECT 1 FROM attempts") == []


async def test_cancelled_while_a_charge_is_in_doubt_the_truth_decides(theatre: Theatre) -> None:
    life = await theatre.subscription(method_token="timeout-then-declined")
    await cli_signal(life, "2027-03-31 06:02", CANCEL)
    await life.until("2027-04-20")
    assert await life.diary("2027-03-31") == written("""
        2027-03-31 06:00 payment 1 of EUR 583200 unknown timeout
        2027-03-31 06:00 payment 1 of EUR 583200 declined insufficient_funds
        2027-03-31 06:02 cancel-auto-renew done
        2027-03-31 06:02 sent auto_renew_cancelled
        2027-03-31 06:05 renewable > expired
        2027-03-31 06:05 sent payment_failed
        2027-03-31 06:05 sent expired 0
    """)


async def test_cancelled_after_it_was_paid_the_term_stands_and_a_refund_is_offered(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await cli_signal(life, "2027-03-31 06:30", CANCEL, BY_ANA)
    assert await life.diary("2027-03-31 06:30") == written("""
        2027-03-31 06:30 cancel-auto-renew done
        2027-03-31 06:30 alarm cancelled_after_payment
        2027-03-31 06:30 sent auto_renew_cancelled
    """)
    assert await life.phase() == "active"


async def test_signals_count_once_though_the_workflow_is_reset(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await cli_signal(life, "2027-03-30 05:00", CANCEL, BY_ANA)
    await cli_signal(life, "2027-03-30 06:00", RESUME, BY_ANA)
    before = await life.diary("2027-03-30")
    status, output = await temporal_cli(life, "reset", "--type", "FirstWorkflowTask", "--reason", "test")
    assert status == 0, output
    await life.catch_up()
    assert await life.diary("2027-03-30") == before
    assert len(await life.rows(GIVEN)) == 2


async def test_without_a_date_it_means_the_next_renewal(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await cli_signal(life, "2027-03-31 06:30", CANCEL)
    assert await life.diary("2027-03-31 06:30") == written("""
        2027-03-31 06:30 cancel-auto-renew done
        2027-03-31 06:30 sent auto_renew_cancelled
    """)
    await life.until("2028-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]


async def test_repeated_it_is_harmless_and_mailed_once(theatre: Theatre) -> None:
    life = await theatre.subscription()
    for at in ("2027-03-29 10:00", "2027-03-29 10:01", "2027-03-31 00:30"):
        await cli_signal(life, at, CANCEL)
    assert await life.diary("2027-03-29") == written("""
        2027-03-29 10:00 cancel-auto-renew done
        2027-03-29 10:00 sent auto_renew_cancelled
        2027-03-29 10:01 cancel-auto-renew done already
        2027-03-30 09:00 sent reminder 1
        2027-03-31 00:00 renewable > expired
        2027-03-31 00:30 cancel-auto-renew done already
    """)
    assert len(theatre.mails()) == len([words for _, words in await life.diary() if words.startswith("sent")])
    assert len(await life.rows(GIVEN)) == 3


async def test_resumed_in_time_it_is_charged(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    await cli_signal(life, "2027-03-30 10:00", RESUME)
    await life.until("2027-04-01")
    assert await life.diary("2027-03-30 10") == written("""
        2027-03-30 10:00 resume-auto-renew done
        2027-03-30 10:00 alarm legal_notice_missing
        2027-03-30 10:00 sent auto_renew_resumed
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


async def test_resumed_too_late_it_is_refused_and_nothing_happens(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    await cli_signal(life, "2027-03-31 10:00", RESUME)
    assert await life.diary("2027-03-31 10") == written("2027-03-31 10:00 resume-auto-renew refused too_late")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"stop"', id="a word"),
        pytest.param("42", id="a number"),
        pytest.param('["operator:ana"]', id="a list"),
        pytest.param('{"renewal": "soon"}', id="no date"),
        pytest.param('{"renewal": "2027-04-01"}', id="a date that is not a renewal"),
        pytest.param('{"by": "somebody"}', id="nobody"),
        pytest.param('{"by": 7}', id="a number for a name"),
        pytest.param('{"renews": "2027-03-31"}', id="an unknown argument"),
        pytest.param('{"reason": "' + "x" * 501 + '"}', id="a reason without end"),
    ],
)
@pytest.mark.parametrize("signal", [CANCEL, RESUME])
async def test_a_malformed_argument_is_refused_and_the_renewal_goes_on(
    theatre: Theatre, signal: str, text: str
) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await cli_signal(life, "2027-03-31 05:00", signal, text)
    await life.until("2027-04-01")
    name = signal.replace("_", "-")
    assert await life.diary("2027-03-31") == written(f"""
        2027-03-31 05:00 {name} refused bad_arguments
        2027-03-31 06:00 payment 1 of EUR 583200 paid
        2027-03-31 06:00 term 2027-03-31 to 2028-03-31: year, 12 x 48600
        2027-03-31 06:00 renewable > active
        2027-03-31 06:00 sent renewed
    """)


@pytest.mark.parametrize(
    ("signal", "inputs"),
    [
        pytest.param("cancel", (), id="a signal that does not exist"),
        pytest.param("wake", (), id="a wake-up without cause"),
        pytest.param("wake", ('"up"',), id="a wake-up with an argument"),
    ],
)
async def test_other_signals_change_nothing(theatre: Theatre, signal: str, inputs: tuple[str, ...]) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await cli_signal(life, "2027-03-31 05:00", signal, *inputs)
    await life.until("2027-04-01")
    assert await life.payments() == ["payment 1 of EUR 583200 paid"]
    assert await life.rows(GIVEN) == []


async def test_a_signal_to_one_that_has_lapsed_finds_nobody(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no", live="2027-05-10")
    await life.until("2027-05-17")
    status, output = await temporal_cli(life, "signal", "--name", CANCEL)
    assert status != 0
    assert "already completed" in output
