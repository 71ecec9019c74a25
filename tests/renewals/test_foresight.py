"""What an operator's command would change, before it is given: the same plan that would run afterwards."""

from datetime import date

from renewals import commands as c
from renewals.effects import after_command
from renewals.facts import Phase
from renewals.foresight import foresee
from renewals.plan import Do, plan
from tests.renewals.builders import declined, manual, subscription, utc

NOW = utc("2027-02-01T10:00")


def test_a_cancel_takes_the_charge_away_and_lets_it_end_on_the_renewal_date() -> None:
    seen = foresee(subscription(phase=Phase.RENEWABLE), c.Cancel(), NOW)
    assert seen
    assert Do.CHARGE in {step.do for step in seen.gone}
    assert [step.phase for step in seen.new if step.phase] == [Phase.EXPIRED, Phase.LAPSED]
    assert seen.access(NOW) == (utc("2027-04-14T22:00"), utc("2027-03-30T22:00"))


def test_a_cancel_while_past_due_ends_it_at_once() -> None:
    late = subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00"),))
    seen = foresee(late, c.Cancel(), utc("2027-04-02T10:00"))
    assert seen
    assert (seen.before.phase, seen.after.phase) == (Phase.PAST_DUE, Phase.EXPIRED)


def test_what_is_foreseen_is_the_plan_that_runs_then() -> None:
    sub = manual(phase=Phase.RENEWABLE)
    for command in (c.Resume(), c.Park()):
        seen = foresee(sub, command, NOW)
        assert seen
        kept = [step for step in plan(sub, NOW).steps if step not in seen.gone]
        runs = plan(after_command(sub, command, at=NOW), NOW).steps
        assert {*kept, *seen.new} == {*runs}


def test_a_recorded_renewal_grants_the_term_that_it_names_at_the_renewal_price() -> None:
    seen = foresee(manual(phase=Phase.RENEWABLE), c.RecordRenewal("PO-1", seats=9), NOW)
    assert seen
    assert seen.line
    assert (seen.line.amount, seen.line.starts_on, seen.after.phase) == (437400, date(2027, 3, 31), Phase.RENEWED)


def test_what_a_provider_must_answer_is_not_foreseen() -> None:
    assert foresee(subscription(), c.ResolvePayment(paid=True), NOW) is None
