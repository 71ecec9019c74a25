"""domain.md 3 to 6: the steps of a term other than its dated notices, and their order."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from renewals.facts import Announcement, Channel, OfferingStatus, Phase, Price, Subscription, Term
from renewals.forecast import forecast
from renewals.letters import Kind
from renewals.payments import AttemptState, DeclineClass, MethodKind, OwedBack
from renewals.plan import Do, Step, in_words, next_charge_at, plan
from tests.renewals.builders import (
    card,
    declined,
    hold,
    in_doubt,
    manual,
    method,
    monthly,
    out_of_reach,
    paid_ahead,
    subscription,
    utc,
)


def steps(sub: Subscription, now: str, *kinds: Do) -> list[Step]:
    return [step for step in plan(sub, utc(now)).steps if step.do in kinds]


def due(sub: Subscription, now: str) -> list[Do]:
    return [step.do for step in plan(sub, utc(now)).steps if step.at <= utc(now)]


DECLINE = declined("2027-03-31T04:00")

# --- the charge -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "now", "at"),
    [
        pytest.param(subscription(), "2026-11-01T00:00", "2027-03-31T04:00", id="on the renewal date at 06:00 local"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE),
            "2027-04-20T00:00",
            "2027-03-31T04:00",
            id="overdue: at once (in the past)",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE),
            "2027-05-10T00:00",
            "2027-03-31T04:00",
            id="after the last retry date: one attempt",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE),
            "2027-05-15T21:59:59",
            "2027-03-31T04:00",
            id="on the last second of the late window",
        ),
        pytest.param(subscription(phase=Phase.PAST_DUE), "2027-05-15T22:00", None, id="not once it has closed"),
        pytest.param(subscription(live_at=None), "2027-03-31T04:00", None, id="not before go-live"),
        pytest.param(subscription(parked=True), "2027-03-31T04:00", None, id="not while parked"),
        pytest.param(subscription(hold=hold(None)), "2027-03-31T04:00", None, id="not while held without an end"),
        pytest.param(
            subscription(attempts=(in_doubt("2027-03-31T04:00"),)), "2027-03-31T04:06", None, id="not while in doubt"
        ),
        pytest.param(
            subscription(attempts=(in_doubt("2027-03-31T04:00", AttemptState.PENDING),)),
            "2027-03-31T04:06",
            None,
            id="not while pending",
        ),
        pytest.param(manual(), "2027-03-31T04:00", None, id="not when manual"),
        pytest.param(subscription(method=None), "2027-03-31T04:00", None, id="not without a method"),
        pytest.param(subscription(method=method(MethodKind.KONBINI)), "2027-03-31T04:00", None, id="not by Konbini"),
        pytest.param(subscription(channel=Channel.PARTNER), "2027-03-31T04:00", None, id="not when sold by a partner"),
        pytest.param(subscription(channel=Channel.LEGACY), "2027-03-31T04:00", None, id="not for a legacy order"),
        pytest.param(subscription(paid_ahead=paid_ahead()), "2027-03-31T04:00", None, id="not when paid ahead"),
        pytest.param(
            subscription(phase=Phase.EXPIRED, attempts=(DECLINE,)), "2027-04-29T00:00", None, id="not once expired"
        ),
        pytest.param(
            subscription(phase=Phase.EXPIRED, attempts=(DECLINE,), method=card("card-2", "2027-04-29T00:00")),
            "2027-04-29T00:00",
            None,
            id="not once expired, even by a new method",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)), "2027-03-31T05:00", "2027-04-01T04:00", id="retry"
        ),
        pytest.param(
            subscription(attempts=(out_of_reach("2027-03-31T04:00", "2027-03-31T04:00:10"),)),
            "2027-03-31T04:00:05",
            "2027-03-31T04:00:10",
            id="out of reach: the same attempt again",
        ),
        pytest.param(
            subscription(method=card(valid_through=date(2027, 1, 31))),
            "2027-03-31T04:00",
            "2027-03-31T04:00",
            id="a card that has ended is tried all the same",
        ),
        pytest.param(
            subscription(offering_status=OfferingStatus.RETIRED),
            "2027-03-31T04:00",
            "2027-03-31T04:00",
            id="a retired offering goes on renewing",
        ),
        pytest.param(
            subscription(channel=Channel.DIRECT_SALES),
            "2027-03-31T04:00",
            "2027-03-31T04:00",
            id="sold by sales renews too",
        ),
    ],
)
def test_the_next_automatic_charge(sub: Subscription, now: str, at: str | None) -> None:
    # The first: a plan may go on to list retries after it.
    found = [step.at for step in steps(sub, now, Do.CHARGE)][:1]
    assert found == ([utc(at)] if at else [])
    if not sub.parked and sub.live_at:
        assert next_charge_at(sub, utc(now)) == (utc(at) if at else None)


def test_the_plan_holds_each_retry_that_remains() -> None:
    """domain.md 4: one pure function yields the dated steps of the term: the charge, each retry, suspension …"""
    sub = subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,), noticed=True)
    found = [step.at.date() for step in steps(sub, "2027-03-31T05:00", Do.CHARGE)]
    assert found == [date(2027, 4, day) for day in (1, 3, 5, 7, 14, 21, 28)]


@pytest.mark.parametrize(
    ("ends_at", "now", "at"),
    [
        pytest.param("2027-02-03T22:59:59", "2027-02-01T00:00", "2027-03-31T04:00", id="it ends before the date"),
        pytest.param("2027-04-02T00:00", "2027-02-01T00:00", "2027-04-02T00:00", id="it ends after the date"),
        pytest.param("2027-04-02T00:00", "2027-04-02T00:00", None, id="it ends now: first it ends, then plan again"),
        pytest.param("2027-05-20T00:00", "2027-04-02T00:00", None, id="it ends when the late window has closed"),
        pytest.param(None, "2027-02-01T00:00", None, id="it has no end"),
    ],
)
def test_the_charge_waits_for_a_hold_to_end(ends_at: str | None, now: str, at: str | None) -> None:
    sub = subscription(phase=Phase.RENEWABLE, hold=hold(ends_at), noticed=True)
    assert [step.at for step in steps(sub, now, Do.CHARGE)] == ([utc(at)] if at else [])
    assert next_charge_at(sub, utc(now)) is None


# --- amounts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "amount"),
    [
        pytest.param(subscription(), 12 * 48600, id="seats times the renewal price"),
        pytest.param(subscription(phase=Phase.PAST_DUE), 12 * 48600, id="past due: still the renewal price"),
        pytest.param(subscription(pending_seats=9), 9 * 48600, id="pending seats"),
        pytest.param(subscription(pending_term=Term.THREE_YEARS), 12 * 145800, id="pending term"),
        pytest.param(subscription(pending_seats=9, pending_term=Term.MONTH), 9 * 6800, id="both"),
        pytest.param(
            subscription(announced=Announcement(Term.YEAR, 45000)), 12 * 45000, id="never above the announced"
        ),
        pytest.param(
            subscription(announced=Announcement(Term.YEAR, 50000)), 12 * 48600, id="a cheaper price is passed on"
        ),
        pytest.param(
            subscription(announced=Announcement(Term.YEAR, 45000), pending_term=Term.THREE_YEARS),
            12 * 145800,
            id="an announcement for another term does not bind",
        ),
    ],
)
def test_the_amount_of_the_charge(sub: Subscription, amount: int) -> None:
    charge = steps(sub, "2027-03-31T05:00", Do.CHARGE)[0]
    assert (charge.amount, charge.currency) == (amount, "EUR")


# --- order ------------------------------------------------------------------------------------------------------------


def test_an_attempt_on_the_last_retry_date_comes_before_expiry() -> None:
    sub = subscription(
        phase=Phase.PAST_DUE, attempts=(declined("2027-04-21T04:00", n=7),), suspended=True, noticed=True
    )
    found = steps(sub, "2027-04-28T04:00", Do.CHARGE, Do.ENTER_PHASE)
    assert [(step.do, step.at) for step in found][:2] == [
        (Do.CHARGE, utc("2027-04-28T04:00")),
        (Do.ENTER_PHASE, utc("2027-04-28T04:00")),
    ]
    assert found[1].phase is Phase.EXPIRED


def test_a_retry_that_an_outage_swallowed_is_made_before_expiry() -> None:
    sub = subscription(
        phase=Phase.PAST_DUE, attempts=(declined("2027-04-14T04:00", n=6),), suspended=True, noticed=True
    )
    found = steps(sub, "2027-05-02T00:00", Do.CHARGE, Do.ENTER_PHASE)
    assert [(step.do, step.phase) for step in found][:2] == [(Do.CHARGE, None), (Do.ENTER_PHASE, Phase.EXPIRED)]


@pytest.mark.parametrize(
    ("sub", "now"),
    [
        pytest.param(
            subscription(phase=Phase.RENEWABLE, noticed=True), "2027-04-05T00:00", id="an outage over the date"
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, late_start_at=utc("2027-04-05T00:00"), noticed=True),
            "2027-04-05T00:00",
            id="released after the date",
        ),
        pytest.param(subscription(phase=Phase.ACTIVE), "2027-05-02T00:00", id="an outage over all retry dates"),
    ],
)
def test_an_overdue_charge_is_made_from_past_due(sub: Subscription, now: str) -> None:
    """A charge that is overdue inside the late window is made at once, from phase `past_due`."""
    order = [(step.do, step.phase) for step in plan(sub, utc(now)).steps if step.do in (Do.CHARGE, Do.ENTER_PHASE)]
    assert order[:2] == [(Do.ENTER_PHASE, Phase.PAST_DUE), (Do.CHARGE, None)]


def test_a_charge_overdue_by_hours_on_the_renewal_date_is_made_from_renewable() -> None:
    sub = subscription(phase=Phase.RENEWABLE, noticed=True)
    order = [step.do for step in plan(sub, utc("2027-03-31T15:00")).steps if step.do in (Do.CHARGE, Do.ENTER_PHASE)]
    assert order[:2] == [Do.CHARGE, Do.ENTER_PHASE]


# --- suspension -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "at"),
    [
        pytest.param(subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)), "2027-04-14T22:00", id="past due"),
        pytest.param(subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,), suspended=True), None, id="once"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(in_doubt("2027-03-31T04:00", AttemptState.PENDING),)),
            None,
            id="pending keeps access",
        ),
        pytest.param(manual(phase=Phase.EXPIRED), None, id="manual: there is nothing left to suspend"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, hold=hold("2027-04-25T00:00")),
            "2027-04-14T22:00",
            id="held: all the same",
        ),
    ],
)
def test_access_is_suspended_on_day_fifteen_of_past_due(sub: Subscription, at: str | None) -> None:
    assert [step.at for step in steps(sub, "2027-04-02T00:00", Do.SUSPEND_ACCESS)] == ([utc(at)] if at else [])


# --- holds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "at"),
    [
        pytest.param(subscription(hold=hold("2027-02-03T22:59:59")), "2027-02-03T22:59:59", id="automatic"),
        pytest.param(manual(hold=hold("2027-02-03T22:59:59")), "2027-02-03T22:59:59", id="manual"),
        pytest.param(
            manual(phase=Phase.EXPIRED, hold=hold("2027-04-20T00:00")),
            "2027-04-20T00:00",
            id="expired, inside the window",
        ),
        pytest.param(subscription(parked=True, hold=hold("2027-02-03T22:59:59")), "2027-02-03T22:59:59", id="parked"),
        pytest.param(
            subscription(live_at=None, hold=hold("2027-02-03T22:59:59")), "2027-02-03T22:59:59", id="not live"
        ),
        pytest.param(subscription(hold=hold(None)), None, id="without an end"),
        pytest.param(
            subscription(hold=hold("2027-02-03T22:59:59"), attempts=(in_doubt("2027-01-30T10:00"),)),
            None,
            id="never while money moves",
        ),
    ],
)
def test_a_hold_ends_by_the_subscriptions_own_plan(sub: Subscription, at: str | None) -> None:
    found = steps(sub, "2027-02-01T00:00", Do.END_HOLD)
    assert [(step.at, step.subject) for step in found] == ([(utc(at), "hold-1")] if at else [])


def test_the_hold_ends_before_the_charge_of_the_same_instant_and_the_charge_goes_on() -> None:
    held = subscription(phase=Phase.PAST_DUE, hold=hold("2027-04-02T00:00"), noticed=True)
    assert Do.END_HOLD in due(held, "2027-04-02T00:00")
    assert Do.CHARGE not in due(held, "2027-04-02T00:00")
    assert Do.CHARGE in due(subscription(phase=Phase.PAST_DUE, noticed=True), "2027-04-02T00:00")


# --- doubt ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="live"),
        pytest.param({"parked": True}, id="parked"),
        pytest.param({"auto_renew": False}, id="cancelled"),
        pytest.param({"phase": Phase.EXPIRED}, id="expired"),
    ],
)
def test_the_gateway_is_asked_what_became_of_an_attempt(changes: dict[str, object]) -> None:
    facts: dict[str, object] = {"phase": Phase.PAST_DUE, "attempts": (in_doubt("2027-03-31T04:00"),), **changes}
    found = steps(subscription(**facts), "2027-03-31T04:01", Do.ASK_GATEWAY)
    assert [(step.at, step.subject) for step in found] == [(utc("2027-03-31T04:05"), "attempt-1")]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="live"),
        pytest.param({"parked": True}, id="parked"),
        pytest.param({"phase": Phase.LAPSED}, id="lapsed"),
    ],
)
def test_what_is_owed_goes_back_whatever_became_of_the_subscription(changes: dict[str, object]) -> None:
    owed = OwedBack("refund-1", utc("2027-03-31T04:01"), 25_740, "EUR")
    sub = subscription(**{"owed_back": (owed,), **changes})
    (step,) = steps(sub, "2027-03-31T04:01", Do.SEND_BACK)
    assert (step.at, step.subject, step.amount) == (owed.next_at, "refund-1", 25_740)
    assert in_words(step) == "send back EUR 257.40"
    assert not plan(sub, utc("2027-03-31T04:01")).over


def test_money_that_goes_back_and_questions_about_old_vouchers_forecast_no_renewal() -> None:
    old = replace(in_doubt("2027-01-20T10:00"), state=AttemptState.EXPIRED, next_at=utc("2027-02-02T10:00"))
    owed = OwedBack("refund-1", utc("2027-02-01T00:00"), 25_740, "EUR")
    now, until = utc("2027-02-01T00:00"), date(2027, 3, 1)
    plain = list(forecast(manual(), now, until))
    assert list(forecast(manual(late_vouchers=(old,), owed_back=(owed,)), now, until)) == plain


def test_nothing_expires_or_lapses_while_in_doubt() -> None:
    sub = subscription(phase=Phase.PAST_DUE, attempts=(DECLINE, in_doubt("2027-04-28T04:00", n=2)), noticed=True)
    for now in ("2027-04-28T04:01", "2027-05-20T00:00", "2028-03-30T00:00"):
        assert {step.phase for step in steps(sub, now, Do.ENTER_PHASE)} & {Phase.EXPIRED, Phase.LAPSED} == set()
        assert steps(sub, now, Do.PARK) == []


def test_a_decline_found_after_the_late_window_ends_the_term() -> None:
    late = declined("2027-03-31T04:00", answered_at="2027-05-20T00:00")
    sub = subscription(phase=Phase.PAST_DUE, attempts=(late,), suspended=True, noticed=True)
    assert steps(sub, "2027-05-20T00:00", Do.CHARGE) == []
    assert [step.phase for step in steps(sub, "2027-05-20T00:00", Do.ENTER_PHASE)] == [Phase.LAPSED]


# --- parking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sub", "parks"),
    [
        pytest.param(subscription(phase=Phase.PAST_DUE), True, id="automatic, never tried"),
        pytest.param(subscription(phase=Phase.PAST_DUE, live_at=None), True, id="automatic, never live"),
        pytest.param(manual(phase=Phase.EXPIRED), True, id="manual, never noticed"),
        pytest.param(manual(phase=Phase.EXPIRED, noticed=True), False, id="manual, noticed: lapses"),
        pytest.param(subscription(phase=Phase.EXPIRED, attempts=(DECLINE,)), False, id="tried: lapses"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(in_doubt("2027-03-31T04:00"),)), False, id="in doubt: neither"
        ),
        pytest.param(
            subscription(
                phase=Phase.PAST_DUE, attempts=(out_of_reach("2027-03-31T04:00", "2027-05-16T00:05"),), noticed=True
            ),
            True,
            id="the gateway was out of reach all the time",
        ),
    ],
)
def test_what_would_lapse_untried_or_unnoticed_is_parked(sub: Subscription, parks: bool) -> None:
    now = "2027-05-16T00:00"
    found = plan(sub, utc(now))
    assert (Do.PARK in [step.do for step in found.steps if step.at <= utc(now)]) is parks
    lapses = Phase.LAPSED in {step.phase for step in found.steps}
    assert not (parks and lapses)
    assert Do.CHARGE not in [step.do for step in found.steps]


def test_nothing_of_a_parked_one_moves() -> None:
    for sub in (subscription(parked=True), manual(parked=True), subscription(parked=True, paid_ahead=paid_ahead())):
        assert plan(sub, utc("2027-06-01T00:00")).steps == ()
        assert not plan(sub, utc("2027-06-01T00:00")).over


# --- roll-over --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="live"),
        pytest.param({"live_at": None}, id="not live"),
        pytest.param({"auto_renew": False}, id="manual"),
    ],
)
def test_a_term_paid_ahead_begins_at_midnight_of_the_renewal_date(changes: dict[str, object]) -> None:
    sub = subscription(phase=Phase.RENEWED, paid_ahead=paid_ahead(), **changes)
    assert [(step.do, step.at) for step in plan(sub, utc("2027-03-01T00:00")).steps] == [
        (Do.ROLL_OVER, utc("2027-03-30T22:00"))
    ]


# --- something always comes next --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sub",
    [
        pytest.param(
            subscription(
                phase=Phase.PAST_DUE,
                attempts=(DECLINE, out_of_reach("2027-04-28T04:00", "2027-05-15T23:50", n=2)),
                suspended=True,
                noticed=True,
            ),
            id="a retry out of reach until the late window closed",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, hold=hold(None), attempts=(DECLINE,), suspended=True, noticed=True),
            id="held without an end",
        ),
        pytest.param(subscription(phase=Phase.PAST_DUE, hold=hold(None), suspended=True), id="held, never tried"),
        pytest.param(subscription(phase=Phase.PAST_DUE, live_at=None), id="never went live"),
    ],
)
def test_a_term_that_was_not_renewed_is_never_left_without_a_step(sub: Subscription) -> None:
    """What may never happen (10.2): date passed, not renewed, nothing planned."""
    assert plan(sub, utc("2027-05-17T00:00")).steps


def test_a_number_decides_nothing_but_its_charge_time() -> None:
    def shape(number: str) -> list[tuple[Do, datetime]]:
        sub = subscription(number=number)
        return [(s.do, s.at) for s in plan(sub, utc("2026-11-01T00:00")).steps if s.do is not Do.CHARGE]

    assert shape("S-1001") == shape("S-1012")


def test_the_plan_needs_no_price_where_nothing_is_charged() -> None:
    assert plan(manual(prices={}), utc("2026-11-01T00:00")).steps


def test_steps_stand_in_the_order_in_which_they_are_taken() -> None:
    now = utc("2027-03-31T05:00")
    found = plan(monthly(prices={Term.MONTH: Price(7000, 6800, "m")}), now).steps
    dates = [max(step.at, now) for step in found]
    assert dates == sorted(dates)


def test_a_notice_step_names_one_notice() -> None:
    for step in steps(manual(), "2026-11-01T00:00", Do.SEND_NOTICE):
        assert len(step.notices) == 1
        assert isinstance(step.notices[0].kind, Kind)


def test_a_hard_decline_leaves_only_suspension_and_expiry() -> None:
    sub = subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),), noticed=True)
    assert steps(sub, "2027-03-31T05:00", Do.CHARGE) == []
    assert [step.at for step in steps(sub, "2027-03-31T05:00", Do.SUSPEND_ACCESS)] == [utc("2027-04-14T22:00")]
    first = steps(sub, "2027-03-31T05:00", Do.ENTER_PHASE)[0]
    assert (first.phase, first.at) == (Phase.EXPIRED, utc("2027-04-28T04:00"))
    assert first.at - utc("2027-03-31T04:00") == timedelta(days=28)
