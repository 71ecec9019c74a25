"""domain.md 3 to 7: what a command that is allowed does to the facts, and to what comes next."""

from datetime import date

import pytest

from renewals import commands as c
from renewals.effects import after_command
from renewals.facts import Announcement, PaidAhead, Phase, Price, Subscription, Term
from renewals.letters import Kind
from renewals.notices import due_notices
from renewals.payments import DeclineClass, MethodKind
from renewals.plan import Do, plan
from renewals.pricing import automatic_line
from tests.renewals.builders import PRICES, declined, in_doubt, manual, method, monthly, subscription, utc

NEW_CARD = c.SetPaymentMethod(MethodKind.CARD, "ok", date(2030, 5, 31))
KONBINI = c.SetPaymentMethod(MethodKind.KONBINI, "ok", None)
DECLINE = declined("2027-03-31T04:00")


def apply(sub: Subscription, command: c.Command, at: str) -> Subscription:
    return after_command(sub, command, at=utc(at), method_id="method-2")


def due(sub: Subscription, at: str) -> list[Do]:
    return [step.do for step in plan(sub, utc(at)).steps if step.at <= utc(at)]


@pytest.mark.parametrize(
    ("sub", "command", "at", "phase"),
    [
        pytest.param(
            subscription(phase=Phase.RENEWABLE), c.Cancel(), "2027-03-30T21:59", Phase.RENEWABLE, id="cancel on the eve"
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE),
            c.Cancel(),
            "2027-03-30T22:00",
            Phase.EXPIRED,
            id="cancel at midnight of the renewal date",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)),
            c.Cancel(),
            "2027-04-10T12:00",
            Phase.EXPIRED,
            id="cancel while past due",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(in_doubt("2027-03-31T04:00"),)),
            c.Cancel(),
            "2027-04-10T12:00",
            Phase.PAST_DUE,
            id="cancel while in doubt: nothing ends",
        ),
        pytest.param(
            subscription(phase=Phase.EXPIRED, attempts=(DECLINE,)),
            c.Cancel(),
            "2027-05-01T12:00",
            Phase.EXPIRED,
            id="cancel once expired: only switched off",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.YEAR, 12, 48600)),
            c.Cancel(),
            "2027-03-01T12:00",
            Phase.RENEWED,
            id="cancel while renewed: of the next one",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)),
            KONBINI,
            "2027-04-10T12:00",
            Phase.EXPIRED,
            id="a method that cannot be charged ends past due",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)),
            NEW_CARD,
            "2027-04-10T12:00",
            Phase.PAST_DUE,
            id="a card while past due",
        ),
        pytest.param(
            subscription(phase=Phase.EXPIRED, attempts=(DECLINE,)),
            NEW_CARD,
            "2027-05-01T12:00",
            Phase.EXPIRED,
            id="a card once expired: nothing is charged",
        ),
        pytest.param(
            manual(phase=Phase.EXPIRED, method=method(MethodKind.KONBINI), auto_renew=True),
            NEW_CARD,
            "2027-04-10T12:00",
            Phase.EXPIRED,
            id="a card once a manual one expired",
        ),
        pytest.param(
            manual(phase=Phase.RENEWABLE), c.Resume(), "2027-03-30T21:59", Phase.RENEWABLE, id="resume on the eve"
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE), c.Park(), "2027-04-10T12:00", Phase.RENEWABLE, id="parked: it stands"
        ),
    ],
)
def test_a_command_moves_the_phase(sub: Subscription, command: c.Command, at: str, phase: Phase) -> None:
    assert apply(sub, command, at).phase is phase


def test_nothing_is_charged_after_a_cancel() -> None:
    for phase, at in ((Phase.RENEWABLE, "2027-03-31T03:59"), (Phase.PAST_DUE, "2027-04-01T04:00")):
        sub = subscription(phase=phase, attempts=(DECLINE,) if phase is Phase.PAST_DUE else ())
        assert Do.CHARGE in {step.do for step in plan(sub, utc(at)).steps}
        assert Do.CHARGE not in {step.do for step in plan(apply(sub, c.Cancel(), at), utc(at)).steps}


def test_a_resume_plans_the_charge_again() -> None:
    sub = apply(manual(phase=Phase.RENEWABLE), c.Resume(), "2027-03-01T00:00")
    assert [step.at for step in plan(sub, utc("2027-03-01T00:00")).steps if step.do is Do.CHARGE] == [
        utc("2027-03-31T04:00")
    ]


@pytest.mark.parametrize(
    ("at", "sub"),
    [
        pytest.param(
            "2027-04-10T12:00",
            subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),)),
            id="after a hard decline",
        ),
        pytest.param(
            "2027-04-10T12:00", subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)), id="between two retries"
        ),
        pytest.param(
            "2027-04-28T04:00",
            subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-04-21T04:00", n=7),), suspended=True),
            id="at the instant that ends past due: the command comes first",
        ),
    ],
)
def test_a_new_method_is_tried_at_once_while_past_due(at: str, sub: Subscription) -> None:
    changed = apply(sub, NEW_CARD, at)
    assert changed.phase is Phase.PAST_DUE
    assert Do.CHARGE in due(changed, at)


def test_a_change_of_seats_at_the_instant_of_the_last_retry_does_not_forestall_it() -> None:
    """Of a step and a command at the same instant the command comes first; the attempt on that date before expiry."""
    sub = subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-04-21T04:00", n=7),), suspended=True)
    changed = apply(sub, c.ReduceSeats(9), "2027-04-28T04:00")
    charges = [step for step in plan(changed, utc("2027-04-28T04:00")).steps if step.do is Do.CHARGE]
    assert [(step.at, step.amount) for step in charges] == [(utc("2027-04-28T04:00"), 9 * 48600)]


# --- release and go-live are late starts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "at", "charged"),
    [
        pytest.param(subscription(phase=Phase.RENEWABLE, parked=True), "2027-04-05T00:00", True, id="never tried"),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, parked=True),
            "2027-05-10T00:00",
            True,
            id="never tried, after the last retry date: one attempt",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, parked=True, attempts=(declined("2027-04-05T04:00", n=4),)),
            "2027-05-05T00:00",
            True,
            id="a retry fell due meanwhile, after the last retry date: one attempt",
        ),
        pytest.param(
            subscription(
                phase=Phase.PAST_DUE, parked=True, attempts=(declined("2027-04-05T04:00", DeclineClass.HARD, n=4),)
            ),
            "2027-05-05T00:00",
            False,
            id="declined hard: none",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, parked=True), "2027-05-16T00:00", False, id="the window closed"
        ),
    ],
)
def test_a_release_makes_an_overdue_charge_at_once(sub: Subscription, at: str, charged: bool) -> None:
    released = apply(sub, c.Release(), at)
    assert (Do.CHARGE in due(released, at)) is charged
    assert released.late_start_at == utc(at)


def test_going_live_announces_the_price_then_in_force() -> None:
    watched = subscription(phase=Phase.RENEWABLE, live_at=None, late_start_at=None)
    live = apply(watched, c.GoLive(), "2027-03-30T00:00")
    assert (live.live_at, live.late_start_at) == (utc("2027-03-30T00:00"), utc("2027-03-30T00:00"))
    dearer = subscription(
        phase=Phase.RENEWABLE, announced=live.announced, prices={Term.YEAR: Price(99000, 90000, "year-2")}
    )
    assert automatic_line(dearer).unit_price == 48600


# --- pending changes and what they announce ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "command", "seats", "term"),
    [
        pytest.param(subscription(), c.ReduceSeats(9), 9, None, id="reduce"),
        pytest.param(subscription(), c.ChangeTerm(Term.MONTH), None, Term.MONTH, id="change term"),
        pytest.param(
            subscription(pending_seats=9, pending_term=Term.MONTH),
            c.ChangeTerm(Term.YEAR),
            9,
            None,
            id="naming the running term withdraws",
        ),
        pytest.param(
            subscription(pending_seats=9, pending_term=Term.MONTH),
            c.WithdrawPending("seats"),
            None,
            Term.MONTH,
            id="withdraw seats: only that change",
        ),
        pytest.param(
            subscription(pending_seats=9, pending_term=Term.MONTH),
            c.WithdrawPending("term"),
            9,
            None,
            id="withdraw term: only that change",
        ),
        pytest.param(
            subscription(pending_seats=9, pending_term=Term.MONTH), c.Cancel(), 9, Term.MONTH, id="a cancel keeps them"
        ),
    ],
)
def test_pending_changes_are_two_things(
    sub: Subscription, command: c.Command, seats: int | None, term: Term | None
) -> None:
    changed = apply(sub, command, "2027-01-10T00:00")
    assert (changed.pending_seats, changed.pending_term) == (seats, term)
    assert (changed.seats, changed.term) == (sub.seats, sub.term)


def test_a_command_owes_nothing_dated_before_it_but_what_was_about_to_be_sent() -> None:
    told = subscription(phase=Phase.RENEWABLE, recorded=frozenset({(Kind.WINDOW_OPEN, "90")}))
    assert apply(told, c.ReduceSeats(9), "2027-01-10T00:00").owes_from == utc("2027-01-10T00:00")
    same_instant = apply(told, c.ReduceSeats(9), "2027-02-21T08:00")
    assert [(notice.kind, notice.occasion) for notice in due_notices(same_instant, utc("2027-02-21T08:00")).send] == [
        (Kind.ADVANCE_CHARGE_NOTICE, "38")
    ]
    after_an_outage = apply(told, c.ReduceSeats(9), "2027-02-21T12:00")
    assert [notice.occasion for notice in due_notices(after_an_outage, utc("2027-02-21T12:00")).send] == ["38"]


def test_a_phase_that_time_brings_is_not_the_commands_doing() -> None:
    sub = manual(phase=Phase.RENEWABLE)
    assert apply(sub, NEW_CARD, "2027-03-30T22:00").phase is Phase.RENEWABLE
    assert due(apply(sub, NEW_CARD, "2027-03-30T22:00"), "2027-03-30T22:00")[-1] is Do.ENTER_PHASE


def test_a_term_change_announces_the_new_price() -> None:
    changed = apply(subscription(), c.ChangeTerm(Term.THREE_YEARS), "2027-01-10T00:00")
    assert changed.announced == Announcement(Term.THREE_YEARS, 145800)


def test_a_new_method_while_past_due_is_charged_at_the_price_announced_before() -> None:
    """A dearer price waits one term unless announced in time; the mail of this very second is not in time."""
    sub = subscription(
        phase=Phase.PAST_DUE,
        attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),),
        announced=Announcement(Term.YEAR, 48600),
        prices={**PRICES, Term.YEAR: Price(99000, 90000, "year-2")},
    )
    changed = apply(sub, NEW_CARD, "2027-04-10T12:00")
    assert automatic_line(changed).unit_price == 48600


def test_changes_while_paid_ahead_are_about_the_term_after_it() -> None:
    sub = monthly(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.YEAR, 9, 48600))
    assert apply(sub, c.ChangeTerm(Term.YEAR), "2027-04-01T00:00").pending_term is None
    assert apply(sub, c.ChangeTerm(Term.MONTH), "2027-04-01T00:00").pending_term is Term.MONTH


def test_a_payment_has_no_effect_of_its_own_here() -> None:
    for command in (c.RecordRenewal("PO-1"), c.ResolvePayment(paid=True), c.Renew(), c.AddSeats(1), c.ReleaseHold()):
        with pytest.raises(ValueError, match="order"):
            apply(subscription(), command, "2027-01-10T00:00")
