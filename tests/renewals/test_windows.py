"""domain.md 3: windows, charge time, the phase at every instant, access."""

import hashlib
from datetime import date, timedelta

import pytest

from renewals.facts import Channel, OfferingStatus, Phase, Subscription, Term
from renewals.payments import AttemptState, DeclineClass, MethodKind
from renewals.windows import (
    access_until,
    charge_at,
    late_window_closes_at,
    late_window_last_day,
    past_due_ends_at,
    phase_at,
    phases,
    retry_dates,
    suspension_at,
    window_opens_on,
)
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
    policy,
    subscription,
    utc,
)

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("sub", "opens_on"),
    [
        pytest.param(subscription(), date(2026, 12, 31), id="90 days before"),
        pytest.param(subscription(starts_on=date(2026, 12, 31)), date(2026, 12, 31), id="a term of exactly 90 days"),
        pytest.param(subscription(starts_on=date(2027, 2, 1)), date(2027, 2, 1), id="a co-termed term of 58 days"),
        pytest.param(monthly(), date(2027, 3, 15), id="monthly: never more than one term ahead"),
        pytest.param(
            subscription(term=Term.THREE_YEARS, starts_on=date(2024, 3, 31)), date(2026, 12, 31), id="three years"
        ),
        pytest.param(subscription(policy=policy(early_window_days=30)), date(2027, 3, 1), id="another policy"),
        pytest.param(subscription(pending_term=Term.MONTH), date(2026, 12, 31), id="a pending term does not matter"),
    ],
)
def test_the_early_window_opens_at_most_one_term_ahead(sub: Subscription, opens_on: date) -> None:
    assert window_opens_on(sub) == opens_on


@pytest.mark.parametrize(
    ("sub", "last_day"),
    [
        pytest.param(subscription(), date(2027, 5, 15), id="yearly: day +45"),
        pytest.param(
            subscription(term=Term.THREE_YEARS, starts_on=date(2024, 3, 31)), date(2027, 5, 15), id="three years: +45"
        ),
        pytest.param(monthly(), date(2027, 5, 14), id="monthly in April: the lost term ends before day +30"),
        pytest.param(
            monthly(starts_on=date(2027, 4, 15), renews_on=date(2027, 5, 15)),
            date(2027, 6, 14),
            id="monthly in May: day +30 is the last day of the lost term",
        ),
        pytest.param(
            monthly(starts_on=date(2027, 1, 1), renews_on=date(2027, 2, 1), anchor_day=1),
            date(2027, 2, 28),
            id="monthly in February",
        ),
        pytest.param(
            monthly(starts_on=date(2026, 12, 31), renews_on=date(2027, 1, 31), anchor_day=31),
            date(2027, 2, 27),
            id="monthly from 31 January: the lost term ends on 28 February",
        ),
        pytest.param(
            monthly(starts_on=date(2028, 1, 29), renews_on=date(2028, 2, 29), anchor_day=31),
            date(2028, 3, 30),
            id="monthly from 29 February of a leap year",
        ),
        pytest.param(subscription(pending_term=Term.MONTH), date(2027, 4, 29), id="yearly that would become monthly"),
        pytest.param(subscription(pending_term=Term.THREE_YEARS), date(2027, 5, 15), id="yearly to three years"),
        pytest.param(monthly(pending_term=Term.YEAR), date(2027, 5, 15), id="monthly that would become yearly: +30"),
    ],
)
def test_the_late_window_follows_the_running_term_and_ends_with_the_lost_one(sub: Subscription, last_day: date) -> None:
    assert late_window_last_day(sub) == last_day


def test_the_late_window_is_open_on_its_last_day_and_closes_at_midnight_after_it() -> None:
    assert late_window_closes_at(subscription()) == utc("2027-05-15T22:00")


@pytest.mark.parametrize("number", [pytest.param("S-1001", id="S-1001"), pytest.param("S-1012", id="S-1012")])
def test_the_charge_time_is_six_plus_a_share_of_two_hours_that_the_number_decides(number: str) -> None:
    offset = int.from_bytes(hashlib.sha256(number.encode()).digest()[:4], "big") % 7200
    sub = subscription(number=number)
    assert charge_at(sub) == utc("2027-03-31T04:00") + timedelta(seconds=offset)
    assert charge_at(sub, 28) == utc("2027-04-28T04:00") + timedelta(seconds=offset)


def test_the_charge_time_is_local_on_both_sides_of_a_clock_change() -> None:
    in_march = subscription(renews_on=date(2027, 3, 27), anchor_day=27)
    assert charge_at(in_march) == utc("2027-03-27T05:00")
    assert charge_at(in_march, 1) == utc("2027-03-28T04:00")


@pytest.mark.parametrize(
    ("sub", "days"),
    [
        pytest.param(subscription(), [1, 3, 5, 7, 14, 21, 28], id="yearly"),
        pytest.param(monthly(), [1, 3, 5, 7, 14, 21, 28], id="monthly, 30 days"),
        pytest.param(
            monthly(starts_on=date(2027, 1, 1), renews_on=date(2027, 2, 1), anchor_day=1),
            [1, 3, 5, 7, 14, 21],
            id="monthly in February: day +28 is outside",
        ),
        pytest.param(
            monthly(starts_on=date(2028, 1, 1), renews_on=date(2028, 2, 1), anchor_day=1),
            [1, 3, 5, 7, 14, 21, 28],
            id="monthly in February of a leap year: day +28 is the last day",
        ),
        pytest.param(
            subscription(renews_on=date(2027, 2, 1), anchor_day=1, pending_term=Term.MONTH),
            [1, 3, 5, 7, 14, 21],
            id="yearly that would become monthly in February",
        ),
    ],
)
def test_retries_are_on_the_policys_days_as_far_as_the_late_window_reaches(sub: Subscription, days: list[int]) -> None:
    assert retry_dates(sub) == tuple(charge_at(sub, day) for day in days)
    assert past_due_ends_at(sub) == charge_at(sub, days[-1])


# A yearly subscription in Paris that renews on 2027-03-31 (UTC+2; UTC+1 in winter).
OPENS = utc("2026-12-30T23:00")
RENEWS = utc("2027-03-30T22:00")
CHARGE = utc("2027-03-31T04:00")
NEXT_DAY = utc("2027-03-31T22:00")
LAST_RETRY = utc("2027-04-28T04:00")
CLOSES = utc("2027-05-15T22:00")
BEFORE = [(OPENS - SECOND, Phase.ACTIVE), (OPENS, Phase.RENEWABLE), (RENEWS - SECOND, Phase.RENEWABLE)]

DECLINE = declined("2027-03-31T04:00")
KONBINI = method(MethodKind.KONBINI)


@pytest.mark.parametrize(
    ("sub", "expected"),
    [
        pytest.param(
            subscription(),
            [
                *BEFORE,
                (RENEWS, Phase.RENEWABLE),
                (CHARGE, Phase.RENEWABLE),
                (NEXT_DAY - SECOND, Phase.RENEWABLE),
                (NEXT_DAY, Phase.PAST_DUE),
                (LAST_RETRY + SECOND, Phase.PAST_DUE),
                (CLOSES - SECOND, Phase.PAST_DUE),
                (CLOSES, Phase.PAST_DUE),
            ],
            id="automatic, never tried: past due from the next day, and never lapses by itself",
        ),
        pytest.param(
            subscription(attempts=(DECLINE,)),
            [
                (CHARGE, Phase.RENEWABLE),
                (CHARGE + SECOND, Phase.PAST_DUE),
                (LAST_RETRY - SECOND, Phase.PAST_DUE),
                (LAST_RETRY, Phase.EXPIRED),
                (CLOSES - SECOND, Phase.EXPIRED),
                (CLOSES, Phase.LAPSED),
            ],
            id="declined softly on the day",
        ),
        pytest.param(
            subscription(attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),)),
            [(CHARGE + SECOND, Phase.PAST_DUE), (LAST_RETRY - SECOND, Phase.PAST_DUE), (LAST_RETRY, Phase.EXPIRED)],
            id="declined hard: the same end",
        ),
        pytest.param(
            subscription(attempts=(declined("2027-03-31T04:00", DeclineClass.CUSTOMER_ACTS),)),
            [(CHARGE + SECOND, Phase.PAST_DUE), (LAST_RETRY - SECOND, Phase.PAST_DUE), (LAST_RETRY, Phase.EXPIRED)],
            id="declined until the customer acts: the same end",
        ),
        pytest.param(
            subscription(attempts=(in_doubt("2027-03-31T04:00"),)),
            [
                (CHARGE, Phase.RENEWABLE),
                (NEXT_DAY - SECOND, Phase.RENEWABLE),
                (NEXT_DAY, Phase.PAST_DUE),
                (LAST_RETRY, Phase.PAST_DUE),
                (CLOSES, Phase.PAST_DUE),
            ],
            id="in doubt: past due from the next day, nothing ends",
        ),
        pytest.param(
            subscription(attempts=(in_doubt("2027-03-31T04:00", AttemptState.PENDING),)),
            [(NEXT_DAY - SECOND, Phase.RENEWABLE), (NEXT_DAY, Phase.PAST_DUE), (CLOSES, Phase.PAST_DUE)],
            id="pending with the provider: the same",
        ),
        pytest.param(
            subscription(attempts=(out_of_reach("2027-03-31T04:00", "2027-03-31T04:00:10"),)),
            [(NEXT_DAY - SECOND, Phase.RENEWABLE), (NEXT_DAY, Phase.PAST_DUE)],
            id="out of reach: past due from the next day",
        ),
        pytest.param(
            subscription(hold=hold("2027-04-10T22:00")),
            [(CHARGE, Phase.RENEWABLE), (NEXT_DAY - SECOND, Phase.RENEWABLE), (NEXT_DAY, Phase.PAST_DUE)],
            id="held: past due from the next day",
        ),
        pytest.param(
            subscription(attempts=(DECLINE, in_doubt("2027-04-28T04:00", n=2))),
            [(NEXT_DAY, Phase.PAST_DUE), (LAST_RETRY, Phase.PAST_DUE), (CLOSES, Phase.PAST_DUE)],
            id="the last retry is in doubt: nothing ends",
        ),
        pytest.param(
            subscription(
                attempts=(declined("2027-03-31T04:00", answered_at="2027-04-02T09:00"),),
            ),
            [(NEXT_DAY - SECOND, Phase.RENEWABLE), (NEXT_DAY, Phase.PAST_DUE), (LAST_RETRY, Phase.EXPIRED)],
            id="declined days later: past due since the day after the renewal date",
        ),
        pytest.param(
            subscription(attempts=(declined("2027-05-01T08:00"),)),
            [(utc("2027-05-01T08:00:01"), Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="the one attempt after the last retry date declined: expired at once",
        ),
        pytest.param(
            manual(noticed=True),
            [*BEFORE, (RENEWS, Phase.EXPIRED), (CLOSES - SECOND, Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="manual: expired at midnight of the renewal date",
        ),
        pytest.param(
            manual(),
            [*BEFORE, (RENEWS, Phase.EXPIRED), (CLOSES, Phase.EXPIRED)],
            id="manual, never noticed: does not lapse by itself",
        ),
        pytest.param(
            subscription(method=KONBINI, noticed=True),
            [*BEFORE, (RENEWS, Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="auto-renew on by Konbini: manual",
        ),
        pytest.param(
            subscription(method=None, noticed=True),
            [*BEFORE, (RENEWS, Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="auto-renew on without a method: manual",
        ),
        pytest.param(
            manual(attempts=(DECLINE,), phase=Phase.PAST_DUE),
            [(utc("2027-04-02T08:00"), Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="cancelled while past due: expired at once",
        ),
        pytest.param(
            manual(attempts=(in_doubt("2027-03-31T04:00"),)),
            [(CHARGE, Phase.RENEWABLE), (NEXT_DAY, Phase.PAST_DUE), (CLOSES, Phase.PAST_DUE)],
            id="cancelled while in doubt: nothing ends",
        ),
        pytest.param(
            manual(hold=hold("2027-04-10T22:00"), noticed=True),
            [(RENEWS, Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="manual and held: expired all the same",
        ),
        pytest.param(
            subscription(phase=Phase.EXPIRED, attempts=(DECLINE,)),
            [(utc("2027-04-29T08:00"), Phase.EXPIRED), (CLOSES, Phase.LAPSED)],
            id="expired stays expired although auto-renew is on",
        ),
        pytest.param(
            subscription(phase=Phase.EXPIRED, attempts=(DECLINE, in_doubt("2027-05-10T08:00", n=2))),
            [(CLOSES, Phase.EXPIRED)],
            id="expired with a payment in doubt: does not lapse",
        ),
        pytest.param(manual(phase=Phase.LAPSED), [(CLOSES, Phase.LAPSED)], id="lapsed is final"),
        pytest.param(
            subscription(paid_ahead=paid_ahead()),
            [(OPENS, Phase.RENEWED), (RENEWS - SECOND, Phase.RENEWED)],
            id="paid ahead",
        ),
        pytest.param(
            monthly(
                starts_on=date(2027, 1, 1),
                renews_on=date(2027, 2, 1),
                anchor_day=1,
                attempts=(declined("2027-02-01T05:00"),),
            ),
            [
                (utc("2027-02-01T05:00:01"), Phase.PAST_DUE),
                (utc("2027-02-22T04:59:59"), Phase.PAST_DUE),
                (utc("2027-02-22T05:00"), Phase.EXPIRED),
                (utc("2027-02-28T22:59:59"), Phase.EXPIRED),
                (utc("2027-02-28T23:00"), Phase.LAPSED),
            ],
            id="monthly in February: past due ends with the last retry that fits, day +21",
        ),
        pytest.param(
            monthly(noticed=True, auto_renew=False),
            [
                (utc("2027-03-14T22:59:59"), Phase.ACTIVE),
                (utc("2027-03-14T23:00"), Phase.RENEWABLE),
                (utc("2027-04-14T22:00"), Phase.EXPIRED),
                (utc("2027-05-14T21:59:59"), Phase.EXPIRED),
                (utc("2027-05-14T22:00"), Phase.LAPSED),
            ],
            id="monthly, manual: renewable from its first day",
        ),
    ],
)
def test_the_phase_at_an_instant(sub: Subscription, expected: list[tuple[object, Phase]]) -> None:
    assert [(at, phase_at(sub, at)) for at, _ in expected] == expected  # type: ignore[arg-type]


def test_an_attempt_out_of_reach_does_not_keep_a_declined_term_past_due_for_ever() -> None:
    """Only doubt and pending stop the clock (domain.md 3); out of reach is neither."""
    sub = subscription(
        phase=Phase.PAST_DUE,
        attempts=(DECLINE, out_of_reach("2027-04-28T04:00", "2027-05-15T23:50", n=2)),
        noticed=True,
    )
    assert phase_at(sub, utc("2027-05-17T00:00")) in (Phase.EXPIRED, Phase.LAPSED)


def test_a_decline_before_the_renewal_date_does_not_make_a_term_past_due() -> None:
    """`past_due`: the renewal date has passed. A buyer's own early payment may be declined as well."""
    sub = subscription(phase=Phase.RENEWABLE, attempts=(declined("2027-02-01T10:00"),))
    assert phase_at(sub, utc("2027-02-02T10:00")) is Phase.RENEWABLE


@pytest.mark.parametrize(
    "sub",
    [
        pytest.param(subscription(attempts=(DECLINE,)), id="automatic"),
        pytest.param(manual(noticed=True), id="manual"),
        pytest.param(monthly(noticed=True), id="monthly"),
        pytest.param(subscription(phase=Phase.EXPIRED, noticed=True), id="expired"),
    ],
)
def test_the_timeline_is_strictly_ordered_and_changes_phase_at_each_of_its_instants(sub: Subscription) -> None:
    timeline = phases(sub)
    instants = [at for at, _ in timeline]
    assert instants == sorted(set(instants))
    assert len({phase for _, phase in timeline}) == len(timeline)
    for at, phase in timeline[1:]:
        assert phase_at(sub, at) is phase
        assert phase_at(sub, at - SECOND) is not phase


@pytest.mark.parametrize(
    ("sub", "until"),
    [
        pytest.param(manual(), "2027-03-30T22:00", id="manual: midnight of the renewal date"),
        pytest.param(subscription(method=KONBINI), "2027-03-30T22:00", id="Konbini: the same"),
        pytest.param(subscription(), "2027-04-14T22:00", id="automatic: midnight of day +15"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,)), "2027-04-14T22:00", id="past due: day +15"
        ),
        pytest.param(
            subscription(phase=Phase.EXPIRED, phase_since=LAST_RETRY, attempts=(DECLINE,)),
            "2027-04-14T22:00",
            id="expired from past due: suspended before",
        ),
        pytest.param(
            manual(phase=Phase.EXPIRED, phase_since=utc("2027-04-02T08:00"), attempts=(DECLINE,)),
            "2027-04-02T08:00",
            id="cancelled while past due: at the cancel",
        ),
        pytest.param(
            manual(phase=Phase.EXPIRED, phase_since=RENEWS), "2027-03-30T22:00", id="expired at the renewal date"
        ),
        pytest.param(manual(paid_ahead=paid_ahead()), "2028-03-30T22:00", id="paid ahead, manual: the next one's end"),
        pytest.param(
            subscription(paid_ahead=paid_ahead()),
            "2028-04-14T22:00",
            id="paid ahead, automatic: as long as in any paid term",
        ),
    ],
)
def test_access_follows_from_the_phase(sub: Subscription, until: str) -> None:
    assert access_until(sub, utc("2027-03-01T00:00")) == utc(until)


def test_access_is_kept_while_a_payment_is_pending() -> None:
    now = utc("2027-04-20T00:00")
    sub = subscription(phase=Phase.PAST_DUE, attempts=(in_doubt("2027-03-31T04:00", AttemptState.PENDING),))
    assert access_until(sub, now) > now


def test_suspension_is_at_midnight_of_day_fifteen() -> None:
    assert suspension_at(subscription()) == utc("2027-04-14T22:00")


def test_a_card_that_ended_still_renews_automatically() -> None:
    assert subscription(method=card(valid_through=date(2027, 1, 31))).renews_automatically


@pytest.mark.parametrize(
    ("sub", "charged"),
    [
        pytest.param(subscription(), True, id="by card"),
        pytest.param(subscription(offering_status=OfferingStatus.RETIRED), True, id="retired"),
        pytest.param(manual(), False, id="off"),
        pytest.param(subscription(method=KONBINI), False, id="Konbini"),
        pytest.param(subscription(method=None), False, id="no method"),
        pytest.param(subscription(channel=Channel.LEGACY), False, id="legacy"),
        pytest.param(subscription(channel=Channel.PARTNER), False, id="partner"),
        pytest.param(subscription(parked=True), False, id="parked"),
        pytest.param(subscription(phase=Phase.PAST_DUE), True, id="past due"),
        pytest.param(subscription(phase=Phase.EXPIRED), False, id="expired"),
    ],
)
def test_that_auto_renew_is_on_is_no_promise_of_a_charge(sub: Subscription, charged: bool) -> None:
    assert sub.is_charged_by_itself is charged
