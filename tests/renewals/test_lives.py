"""Properties of whole lives: whatever the gateway says, whoever commands what, however long the worker sleeps."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renewals.calendar import add_months
from renewals.facts import Announcement, Phase, Subscription, Term
from renewals.forecast import forecast
from renewals.letters import Kind
from renewals.payments import DeclineClass, MethodKind
from renewals.plan import Do
from renewals.renewing import in_phase
from renewals.windows import charge_at, late_window_closes_at, renewal_begins_at
from tests.renewals.builders import PRICES, declined, hold, manual, method, monthly, paid_ahead, subscription, utc
from tests.renewals.life import COMMANDS, Entry, Life

TERMS = {Term.MONTH: 1, Term.YEAR: 12, Term.THREE_YEARS: 36}


@st.composite
def beginnings(draw: st.DrawFn) -> tuple[Subscription, datetime]:
    """An imported subscription at some instant of its life, before or after its renewal date."""
    term, anchor = draw(st.sampled_from(Term)), draw(st.sampled_from([1, 15, 28, 29, 30, 31]))
    renews_on = add_months(date(2027, draw(st.integers(1, 12)), 1), 0, anchor)
    kinds = [MethodKind.CARD, MethodKind.CARD, MethodKind.DIRECT_DEBIT, MethodKind.KONBINI, None]
    kind = draw(st.sampled_from(kinds))
    now = datetime.fromisoformat(f"{renews_on}T00:00:00+00:00") + timedelta(
        days=draw(st.sampled_from([-100, -91, -40, -40, -8, -8, -1, 0, 1, 10, 29, 44, 46])),
        hours=draw(st.integers(0, 23)),
    )
    live = draw(st.sampled_from([True, True, True, False]))
    sub = subscription(
        term=term,
        starts_on=add_months(renews_on, -TERMS[term], anchor),
        renews_on=renews_on,
        anchor_day=anchor,
        time_zone=draw(st.sampled_from(["Europe/Paris", "America/Los_Angeles", "Asia/Tokyo", "Australia/Lord_Howe"])),
        method=None if kind is None else method(kind),
        auto_renew=draw(st.sampled_from([True, True, True, False])),
        live_at=now if live else None,
        late_start_at=now if live else None,
        announced=draw(st.sampled_from([None, Announcement(term, 40000)])),
        number=draw(st.sampled_from(["S-1001", "S-1002"])),
        phase_since=now,
    )
    return in_phase(sub, now), now


ANSWERS = st.lists(
    st.sampled_from(["paid", "soft", "customer_acts", "hard", "unknown", "pending", "down"]), max_size=8
).map(lambda drawn: [*drawn, "soft", "paid"])
NAPS = st.lists(st.sampled_from([0, 0, 0, 1, 600, 7200, 90_000, 86_400 * 9, 86_400 * 50]), max_size=12).map(
    lambda drawn: [timedelta(seconds=seconds) for seconds in [*drawn, 0]]
)
ORDERS = st.lists(
    st.tuples(st.integers(0, 160 * 24), st.sampled_from([*COMMANDS, "checkout", "quote", "release", "go live"])),
    max_size=7,
)


def _life(
    beginning: tuple[Subscription, datetime], answers: list[str], naps: list[timedelta], orders: list[tuple[int, str]]
) -> Life:
    sub, now = beginning
    dated = [(now + timedelta(hours=hours), what) for hours, what in sorted(orders)]
    return Life(sub, now, answers, naps, dated).live_until(now + timedelta(days=260))


lives = given(beginning=beginnings(), answers=ANSWERS, naps=NAPS, orders=ORDERS)


@settings(max_examples=150)
@lives
def test_nothing_is_charged_that_may_not_be(
    beginning: tuple[Subscription, datetime], answers: list[str], naps: list[timedelta], orders: list[tuple[int, str]]
) -> None:
    """10.3: no charge after a cancel, held, before go-live, above what was announced; nor parked, in doubt, late."""
    for entry in _life(beginning, answers, naps, orders).diary:
        if entry.step.do is Do.CHARGE:
            sub = entry.before
            assert sub.auto_renew
            assert sub.method is not None
            assert sub.method.kind not in (MethodKind.KONBINI, MethodKind.BANK_TRANSFER)
            assert sub.live_at is not None
            assert sub.live_at <= entry.at
            assert (sub.parked, sub.hold, sub.in_doubt, sub.paid_ahead) == (False, None, None, None)
            assert charge_at(sub) <= entry.at < late_window_closes_at(sub)
            assert sub.phase not in (Phase.EXPIRED, Phase.LAPSED)
            _amount_is_as_announced(sub, entry)


def _amount_is_as_announced(sub: Subscription, entry: Entry) -> None:
    term = sub.pending_term or sub.term
    seats = sub.seats if sub.pending_seats is None else sub.pending_seats
    unit_price = PRICES[term].renewal_price
    if sub.announced and sub.announced.term is term:
        unit_price = min(unit_price, sub.announced.unit_price)
    assert entry.step.amount == unit_price * seats


@settings(max_examples=150)
@lives
def test_no_notice_is_sent_twice_or_after_its_reason_is_gone(
    beginning: tuple[Subscription, datetime], answers: list[str], naps: list[timedelta], orders: list[tuple[int, str]]
) -> None:
    sent = set()
    for entry in _life(beginning, answers, naps, orders).diary:
        sub, step = entry.before, entry.step
        if step.do not in (Do.SEND_NOTICE, Do.SEND_QUEUED):
            continue
        assert sub.live_at is not None
        assert not sub.parked
        ref = step.notices[0]
        key = (sub.starts_on, ref.kind, ref.occasion)
        assert key not in sent, f"{key} twice"
        sent.add(key)
        if step.do is Do.SEND_NOTICE:
            _has_a_reason(sub, ref.kind, entry.at)


def _has_a_reason(sub: Subscription, kind: Kind, now: datetime) -> None:
    if kind in (Kind.ADVANCE_CHARGE_NOTICE, Kind.CARD_EXPIRING):
        assert sub.renews_automatically
        assert now < charge_at(sub)
    elif kind is Kind.REMINDER:
        assert not sub.renews_automatically
        assert now < renewal_begins_at(sub)
    elif kind is Kind.WINDOW_OPEN:
        assert sub.phase is Phase.RENEWABLE
        assert now < charge_at(sub)
    elif kind in (Kind.EXPIRED, Kind.LATE_WINDOW_CLOSING):
        assert sub.phase is Phase.EXPIRED
        assert renewal_begins_at(sub) <= now < late_window_closes_at(sub)
    else:
        assert kind is Kind.LAPSED
        assert sub.phase is Phase.LAPSED
    assert sub.paid_ahead is None


ALLOWED = {
    (Phase.ACTIVE, Phase.RENEWABLE),
    (Phase.RENEWABLE, Phase.PAST_DUE),
    (Phase.RENEWABLE, Phase.EXPIRED),
    (Phase.PAST_DUE, Phase.EXPIRED),
    (Phase.EXPIRED, Phase.LAPSED),
}


@settings(max_examples=150)
@given(beginning=beginnings(), answers=ANSWERS, orders=ORDERS)
def test_while_the_worker_is_awake_phases_change_as_the_table_says(
    beginning: tuple[Subscription, datetime], answers: list[str], orders: list[tuple[int, str]]
) -> None:
    """Steps change phases only so; a payment or a command does the rest. Parking and late answers may skip one."""
    if any(what in ("park", "release") for _, what in orders):
        return
    for entry in _life(beginning, answers, [timedelta(0)], orders).diary:
        if entry.step.do is Do.ENTER_PHASE:
            change = (entry.before.phase, entry.step.phase)
            found_late = entry.at > late_window_closes_at(entry.before)
            assert change in ALLOWED or found_late


@settings(max_examples=150)
@lives
def test_terms_tile_and_keep_their_anchor(
    beginning: tuple[Subscription, datetime], answers: list[str], naps: list[timedelta], orders: list[tuple[int, str]]
) -> None:
    life = _life(beginning, answers, naps, orders)
    seen = {(entry.before.starts_on, entry.before.renews_on) for entry in life.diary}
    ordered = sorted(seen | {(life.sub.starts_on, life.sub.renews_on)})
    for (_, end), (start, _) in itertools.pairwise(ordered):
        assert start == end
    for _, renews_on in ordered:
        assert renews_on == add_months(renews_on, 0, life.sub.anchor_day)


@settings(max_examples=100)
@lives
def test_nothing_ends_while_money_may_be_moving(
    beginning: tuple[Subscription, datetime], answers: list[str], naps: list[timedelta], orders: list[tuple[int, str]]
) -> None:
    for entry in _life(beginning, answers, naps, orders).diary:
        if entry.before.in_doubt:
            assert entry.step.phase not in (Phase.EXPIRED, Phase.LAPSED)
            assert entry.step.do not in (Do.PARK, Do.CHARGE, Do.END_HOLD)


@pytest.mark.parametrize(
    ("sub", "start"),
    [
        pytest.param(manual(), "2026-11-01T00:00", id="manual yearly"),
        pytest.param(manual(phase=Phase.EXPIRED, noticed=True), "2027-05-01T00:00", id="expired"),
        pytest.param(
            manual(phase=Phase.EXPIRED, live_at=utc("2027-06-01T00:00"), late_start_at=utc("2027-06-01T00:00")),
            "2027-06-01T00:00",
            id="a late import",
        ),
        pytest.param(monthly(auto_renew=False), "2027-03-15T00:00", id="manual monthly"),
        pytest.param(subscription(method=method(MethodKind.KONBINI)), "2026-11-01T00:00", id="by Konbini"),
        pytest.param(subscription(), "2026-11-01T00:00", id="automatic yearly"),
        pytest.param(monthly(), "2027-03-15T00:00", id="automatic monthly"),
        pytest.param(subscription(hold=hold("2027-02-03T22:59:59")), "2026-11-01T00:00", id="held"),
        pytest.param(subscription(hold=hold("2027-04-05T00:00")), "2026-11-01T00:00", id="held over the renewal date"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, live_at=utc("2027-04-20T00:00"), late_start_at=utc("2027-04-20T00:00")),
            "2027-04-20T00:00",
            id="live while past due",
        ),
        pytest.param(subscription(phase=Phase.RENEWED, paid_ahead=paid_ahead()), "2027-03-01T00:00", id="paid ahead"),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),)),
            "2027-04-01T00:00",
            id="declined hard",
        ),
        pytest.param(
            subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00"),)),
            "2027-03-31T05:00",
            id="declined softly",
        ),
    ],
)
def test_what_the_forecast_shows_is_what_runs_when_every_charge_is_paid(sub: Subscription, start: str) -> None:
    """domain.md 4: the plan that is shown as forecast is the plan that runs."""
    until = utc(start) + timedelta(days=420)
    life = Life(sub, utc(start)).live_until(until)
    ran = sorted(_what_happened(life))
    shown = sorted(
        (coming.at, coming.what, coming.detail)
        for coming in forecast(sub, utc(start), until.date())
        if coming.detail != Kind.RENEWED and coming.at < until
    )
    assert shown == ran


def _what_happened(life: Life) -> Iterator[tuple[datetime, str, str]]:
    for entry, after in zip(life.diary, [*(e.before for e in life.diary[1:]), life.sub], strict=True):
        step = entry.step
        if step.do in (Do.SEND_NOTICE, Do.SEND_QUEUED):
            yield entry.at, "notice", step.notices[0].kind
        elif step.do is Do.MISS_NOTICES:
            yield from ((entry.at, "missed", ref.kind) for ref in step.notices)
        elif step.do is Do.CHARGE:
            yield entry.at, "charge", "automatic"
        elif step.do is Do.PARK:
            yield entry.at, "parked", "for an operator"
        if after.phase is not entry.before.phase:
            yield entry.at, "phase", after.phase


def _story(life: Life) -> list[str]:
    """The diary in words: date in UTC and what was done."""
    told = []
    for entry in life.diary:
        what = entry.step.phase or ", ".join(f"{ref.kind} {ref.occasion}" for ref in entry.step.notices)
        told.append(f"{entry.at:%m-%d %H:%M} {entry.step.do} {what}".strip())
    return told


def test_the_diary_of_a_card_that_is_declined_to_the_end() -> None:
    """S-1012's fate in Paris: authentication required, and nobody acts."""
    life = Life(subscription(), utc("2027-03-30T00:00"), answers=["customer_acts"]).live_until(utc("2027-06-01T00:00"))
    told = [line for line in _story(life) if "miss_notices" not in line and "advance" not in line]
    assert told == [
        "03-30 00:00 enter_phase renewable",
        "03-31 04:00 charge",
        "03-31 04:00 send_queued payment_failed attempt-1",
        "04-14 22:00 suspend_access",
        "04-28 04:00 enter_phase expired",
        "04-28 04:00 send_queued expired 0",
        "04-30 07:00 send_notice late_window_closing 15",
        "05-12 07:00 send_notice late_window_closing 3",
        "05-15 22:00 enter_phase lapsed",
        "05-16 07:00 send_notice lapsed 0",
    ]


def test_the_diary_of_a_debit_that_is_declined_softly_to_the_end() -> None:
    life = Life(subscription(), utc("2027-03-31T04:00"), answers=["soft"]).live_until(utc("2027-06-01T00:00"))
    charges = [entry.at.date() for entry in life.diary if entry.step.do is Do.CHARGE]
    assert charges == [date(2027, 3, 31), *(date(2027, 4, day) for day in (1, 3, 5, 7, 14, 21, 28))]
    assert life.sub.phase is Phase.LAPSED


def test_the_diary_of_a_monthly_one_in_february_that_nobody_pays() -> None:
    sub = monthly(starts_on=date(2027, 1, 1), renews_on=date(2027, 2, 1), anchor_day=1)
    life = Life(sub, utc("2027-01-20T00:00"), answers=["hard"]).live_until(utc("2027-03-10T00:00"))
    assert [line for line in _story(life) if "miss_notices" not in line] == [
        "01-25 08:00 send_notice advance_charge_notice 7",
        "02-01 05:00 charge",
        "02-01 05:00 send_queued payment_failed attempt-1",
        "02-15 23:00 suspend_access",
        "02-22 05:00 enter_phase expired",
        "02-22 05:00 send_queued expired 0",
        "02-25 08:00 send_notice late_window_closing 3",
        "02-28 23:00 enter_phase lapsed",
        "03-01 08:00 send_notice lapsed 0",
    ]


def test_a_leap_day_anchor_renews_for_years() -> None:
    sub = subscription(starts_on=date(2027, 2, 28), renews_on=date(2028, 2, 29), anchor_day=29)
    life = Life(sub, utc("2028-01-01T00:00")).live_until(utc("2033-01-01T00:00"))
    charged: list[Any] = [entry.before.renews_on.isoformat() for entry in life.diary if entry.step.do is Do.CHARGE]
    assert charged == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
