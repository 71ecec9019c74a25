"""domain.md 2 and 5: how the facts move when a term is paid or begins."""

from datetime import date

import pytest

from renewals.facts import Announcement, PaidAhead, Phase, Subscription, Term
from renewals.letters import Kind
from renewals.plan import Do, plan
from renewals.renewing import announcement, in_phase, just_before, last_paid_term, rolled_over, with_renewal
from tests.renewals.builders import declined, hold, manual, monthly, paid_ahead, subscription, utc

YEAR = PaidAhead(Term.YEAR, 12, 48600)


def _term(sub: Subscription) -> tuple[date, date, Term, int]:
    return sub.starts_on, sub.renews_on, sub.term, sub.seats


@pytest.mark.parametrize(
    ("sub", "paid", "at", "phase", "term"),
    [
        pytest.param(
            subscription(phase=Phase.RENEWABLE),
            YEAR,
            "2027-03-31T04:00",
            Phase.ACTIVE,
            (date(2027, 3, 31), date(2028, 3, 31), Term.YEAR, 12),
            id="on the day",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00"),), suspended=True),
            YEAR,
            "2027-04-20T08:00",
            Phase.ACTIVE,
            (date(2027, 3, 31), date(2028, 3, 31), Term.YEAR, 12),
            id="past due: the term still starts on the old renewal date",
        ),
        pytest.param(
            manual(phase=Phase.EXPIRED),
            YEAR,
            "2027-05-15T21:59",
            Phase.ACTIVE,
            (date(2027, 3, 31), date(2028, 3, 31), Term.YEAR, 12),
            id="expired, on the last day of the late window",
        ),
        pytest.param(
            monthly(),
            PaidAhead(Term.MONTH, 3, 6800),
            "2027-04-15T04:00",
            Phase.RENEWABLE,
            (date(2027, 4, 15), date(2027, 5, 15), Term.MONTH, 3),
            id="a monthly one stays renewable",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, pending_seats=9, pending_term=Term.MONTH),
            PaidAhead(Term.MONTH, 9, 6800),
            "2027-03-31T04:00",
            Phase.RENEWABLE,
            (date(2027, 3, 31), date(2027, 4, 30), Term.MONTH, 9),
            id="pending changes apply",
        ),
        pytest.param(
            subscription(
                term=Term.THREE_YEARS,
                starts_on=date(2024, 2, 29),
                renews_on=date(2027, 2, 28),
                anchor_day=29,
                phase=Phase.RENEWABLE,
            ),
            PaidAhead(Term.YEAR, 4, 48600),
            "2027-02-28T05:00",
            Phase.ACTIVE,
            (date(2027, 2, 28), date(2028, 2, 29), Term.YEAR, 4),
            id="a leap-day anchor comes back in 2028",
        ),
    ],
)
def test_a_renewal_on_or_after_the_date_begins_the_term(
    sub: Subscription, paid: PaidAhead, at: str, phase: Phase, term: tuple[date, date, Term, int]
) -> None:
    renewed = with_renewal(sub, paid, utc(at))
    assert _term(renewed) == term
    assert renewed.phase is phase
    assert (renewed.attempts, renewed.hold, renewed.suspended, renewed.paid_ahead) == ((), None, False, None)
    assert (renewed.pending_seats, renewed.pending_term) == (None, None)
    assert (renewed.recorded, renewed.noticed) == (frozenset(), False)
    assert renewed.owes_from == utc(at)


@pytest.mark.parametrize(
    ("phase", "at"),
    [
        pytest.param(Phase.RENEWABLE, "2027-03-31T04:00", id="from renewable"),
        pytest.param(Phase.PAST_DUE, "2027-04-20T08:00", id="from past due"),
        pytest.param(Phase.EXPIRED, "2027-04-29T08:00", id="from expired"),
    ],
)
def test_a_phase_is_dated_from_when_it_was_entered(phase: Phase, at: str) -> None:
    renewed = with_renewal(subscription(phase=phase, phase_since=utc("2027-03-31T03:00")), YEAR, utc(at))
    assert (renewed.phase, renewed.phase_since) == (Phase.ACTIVE, utc(at))


def test_a_renewal_before_the_date_waits_for_it() -> None:
    early = with_renewal(
        subscription(phase=Phase.RENEWABLE, hold=hold("2027-02-20T00:00"), pending_seats=9),
        YEAR,
        utc("2027-03-30T21:59:59"),
    )
    assert _term(early) == (date(2026, 3, 31), date(2027, 3, 31), Term.YEAR, 12)
    assert (early.phase, early.paid_ahead, early.hold, early.pending_seats) == (Phase.RENEWED, YEAR, None, None)
    assert _term(last_paid_term(early)) == (date(2027, 3, 31), date(2028, 3, 31), Term.YEAR, 12)
    begun = rolled_over(early, utc("2027-03-30T22:00"))
    assert _term(begun) == (date(2027, 3, 31), date(2028, 3, 31), Term.YEAR, 12)
    assert (begun.phase, begun.phase_since) == (Phase.ACTIVE, utc("2027-03-30T22:00"))


def test_a_term_that_begins_inside_its_next_early_window_is_renewable_at_once() -> None:
    begun = rolled_over(
        monthly(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.MONTH, 12, 6800)), utc("2027-04-14T22:00")
    )
    assert begun.phase is Phase.RENEWABLE


def test_changes_asked_for_while_paid_ahead_wait_for_the_renewal_after_it() -> None:
    sub = subscription(phase=Phase.RENEWED, paid_ahead=YEAR, pending_seats=5, pending_term=Term.MONTH)
    begun = rolled_over(sub, utc("2027-03-30T22:00"))
    assert (begun.seats, begun.term, begun.next_seats, begun.next_term) == (12, Term.YEAR, 5, Term.MONTH)


def test_nothing_rolls_over_unpaid() -> None:
    with pytest.raises(ValueError, match="no paid term"):
        rolled_over(subscription(), utc("2027-03-30T22:00"))


def test_a_new_term_owes_no_notice_dated_before_the_payment_that_began_it() -> None:
    sub = monthly(starts_on=date(2027, 3, 15), renews_on=date(2027, 4, 15), phase=Phase.EXPIRED, auto_renew=False)
    renewed = with_renewal(sub, PaidAhead(Term.MONTH, 12, 7000), utc("2027-05-12T10:00"))
    dos = [(step.do, [str(ref.kind) for ref in step.notices]) for step in plan(renewed, utc("2027-05-12T10:00")).steps]
    assert Do.MISS_NOTICES not in [do for do, _ in dos]
    assert next(kinds[0] for do, kinds in dos if do is Do.SEND_NOTICE) == "reminder"


def test_a_later_term_owes_its_own_notices_again() -> None:
    sub = subscription(phase=Phase.RENEWABLE, recorded=frozenset({(Kind.WINDOW_OPEN, "90")}))
    renewed = with_renewal(sub, YEAR, utc("2027-03-31T04:00"))
    first = next(step for step in plan(renewed, utc("2027-03-31T04:00")).steps if step.do is Do.SEND_NOTICE)
    assert (first.notices[0].kind, first.at) == (Kind.WINDOW_OPEN, utc("2028-01-01T08:00"))


def test_a_phase_that_stands_is_not_entered_again() -> None:
    sub = subscription()
    assert in_phase(sub, utc("2026-06-01T00:00")) is sub
    moved = in_phase(sub, utc("2027-01-02T00:00"))
    assert (moved.phase, moved.phase_since) == (Phase.RENEWABLE, utc("2027-01-02T00:00"))


@pytest.mark.parametrize(
    ("sub", "expected"),
    [
        pytest.param(subscription(), Announcement(Term.YEAR, 48600), id="the next term"),
        pytest.param(subscription(pending_term=Term.MONTH), Announcement(Term.MONTH, 6800), id="a pending term"),
        pytest.param(
            subscription(phase=Phase.RENEWED, paid_ahead=paid_ahead(Term.MONTH, 12, 6800)),
            Announcement(Term.MONTH, 6800),
            id="paid ahead: the one after it",
        ),
        pytest.param(subscription(prices={}), None, id="no price"),
    ],
)
def test_a_mail_announces_the_next_automatic_charge(sub: Subscription, expected: Announcement | None) -> None:
    assert announcement(sub) == expected


@pytest.mark.parametrize(
    ("sub", "at", "phase"),
    [
        pytest.param(
            manual(phase=Phase.RENEWABLE),
            "2027-03-30T22:00",
            Phase.RENEWABLE,
            id="at the same instant: not yet expired",
        ),
        pytest.param(manual(phase=Phase.RENEWABLE), "2027-03-30T22:00:01", Phase.EXPIRED, id="a second later: expired"),
        pytest.param(
            manual(phase=Phase.RENEWABLE, parked=True), "2027-03-31T22:00", Phase.RENEWABLE, id="parked: it stands"
        ),
    ],
)
def test_of_a_step_and_a_command_at_the_same_instant_the_command_comes_first(
    sub: Subscription, at: str, phase: Phase
) -> None:
    assert just_before(sub, utc(at)).phase is phase
