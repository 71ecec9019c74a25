"""domain.md 4 and 6: which notices a term holds, when each goes out, and what a late start leaves of them."""

from datetime import date

import pytest

from renewals.facts import Phase, Subscription, Term
from renewals.letters import Kind, QueuedNotice
from renewals.payments import DeclineClass, MethodKind
from renewals.plan import Do, plan
from tests.renewals.builders import (
    card,
    declined,
    in_doubt,
    manual,
    method,
    monthly,
    out_of_reach,
    paid_ahead,
    subscription,
    utc,
)

Row = tuple[str, str, str]


def _show(kind: Kind, occasion: str, at: str) -> Row:
    return str(kind), occasion, at


def mails(sub: Subscription, now: str) -> list[Row]:
    """The dated notices that the plan sends, in its order."""
    return [
        _show(step.notices[0].kind, step.notices[0].occasion, step.at.strftime("%Y-%m-%dT%H:%M"))
        for step in plan(sub, utc(now)).steps
        if step.do is Do.SEND_NOTICE
    ]


def sent_now(sub: Subscription, now: str) -> list[str]:
    return [
        f"{step.notices[0].kind} {step.notices[0].occasion}"
        for step in plan(sub, utc(now)).steps
        if step.do is Do.SEND_NOTICE and step.at <= utc(now)
    ]


def missed(sub: Subscription, now: str) -> set[str]:
    return {
        f"{notice.kind} {notice.occasion}"
        for step in plan(sub, utc(now)).steps
        if step.do is Do.MISS_NOTICES
        for notice in step.notices
    }


AUTOMATIC_YEARLY = [
    ("window_open", "90", "2026-12-31T08:00"),
    ("advance_charge_notice", "38", "2027-02-21T08:00"),
    ("advance_charge_notice", "28", "2027-03-03T08:00"),
    ("advance_charge_notice", "7", "2027-03-24T08:00"),
]
MANUAL_YEARLY = [
    ("window_open", "90", "2026-12-31T08:00"),
    ("reminder", "60", "2027-01-30T08:00"),
    ("reminder", "30", "2027-03-01T08:00"),
    ("reminder", "14", "2027-03-17T08:00"),
    ("reminder", "7", "2027-03-24T08:00"),
    ("reminder", "1", "2027-03-30T07:00"),
    ("expired", "0", "2027-03-31T07:00"),
    ("late_window_closing", "15", "2027-04-30T07:00"),
    ("late_window_closing", "3", "2027-05-12T07:00"),
    ("lapsed", "0", "2027-05-16T07:00"),
]
MANUAL_MONTHLY = [
    ("reminder", "7", "2027-04-08T07:00"),
    ("reminder", "1", "2027-04-14T07:00"),
    ("expired", "0", "2027-04-15T07:00"),
    ("late_window_closing", "15", "2027-04-29T07:00"),
    ("late_window_closing", "3", "2027-05-11T07:00"),
    ("lapsed", "0", "2027-05-15T07:00"),
]


@pytest.mark.parametrize(
    ("sub", "expected"),
    [
        pytest.param(subscription(), AUTOMATIC_YEARLY, id="automatic yearly"),
        pytest.param(
            subscription(term=Term.THREE_YEARS, starts_on=date(2024, 3, 31)),
            AUTOMATIC_YEARLY,
            id="automatic three years: the same",
        ),
        pytest.param(
            subscription(method=method(MethodKind.DIRECT_DEBIT)),
            AUTOMATIC_YEARLY,
            id="yearly by direct debit: the same",
        ),
        pytest.param(subscription(pending_term=Term.MONTH), AUTOMATIC_YEARLY, id="a pending term changes no date"),
        pytest.param(
            monthly(), [("advance_charge_notice", "7", "2027-04-08T07:00")], id="automatic monthly: day -7 only"
        ),
        pytest.param(
            monthly(method=method(MethodKind.DIRECT_DEBIT)),
            [("advance_charge_notice", "14", "2027-04-01T07:00")],
            id="monthly by direct debit: day -14 only",
        ),
        pytest.param(
            monthly(pending_term=Term.YEAR),
            [("advance_charge_notice", "7", "2027-04-08T07:00")],
            id="monthly that becomes yearly follows the monthly plan",
        ),
        pytest.param(
            subscription(method=card(valid_through=date(2027, 2, 28))),
            [
                AUTOMATIC_YEARLY[0],
                AUTOMATIC_YEARLY[1],
                ("card_expiring", "30", "2027-03-01T08:00"),
                *AUTOMATIC_YEARLY[2:],
            ],
            id="a card that ends before the renewal date",
        ),
        pytest.param(
            subscription(method=card(valid_through=date(2027, 3, 31))), AUTOMATIC_YEARLY, id="a card good on that day"
        ),
        pytest.param(
            subscription(
                term=Term.THREE_YEARS,
                starts_on=date(2024, 2, 29),
                renews_on=date(2027, 2, 28),
                anchor_day=29,
                method=card(valid_through=date(2027, 2, 28)),
            ),
            [
                ("window_open", "90", "2026-11-30T08:00"),
                ("advance_charge_notice", "38", "2027-01-21T08:00"),
                ("advance_charge_notice", "28", "2027-01-31T08:00"),
                ("advance_charge_notice", "7", "2027-02-21T08:00"),
            ],
            id="S-1009: a card through February is good on 28 February",
        ),
        pytest.param(
            monthly(method=card(valid_through=date(2027, 3, 31))),
            [
                ("card_expiring", "30", "2027-03-16T08:00"),
                ("advance_charge_notice", "7", "2027-04-08T07:00"),
            ],
            id="a monthly one's card is told of too",
        ),
        pytest.param(
            monthly(
                starts_on=date(2027, 4, 15),
                renews_on=date(2027, 5, 15),
                method=card(valid_through=date(2027, 4, 30)),
            ),
            [
                ("card_expiring", "30", "2027-04-15T07:00"),
                ("advance_charge_notice", "7", "2027-05-08T07:00"),
            ],
            id="a notice dated on the first day of its term",
        ),
        pytest.param(manual(), MANUAL_YEARLY, id="manual yearly"),
        pytest.param(subscription(method=method(MethodKind.KONBINI)), MANUAL_YEARLY, id="auto-renew on by Konbini"),
        pytest.param(subscription(method=method(MethodKind.BANK_TRANSFER)), MANUAL_YEARLY, id="by bank transfer"),
        pytest.param(subscription(method=None), MANUAL_YEARLY, id="without a method"),
        pytest.param(
            manual(method=card(valid_through=date(2027, 2, 28))), MANUAL_YEARLY, id="no card_expiring for a manual one"
        ),
        pytest.param(monthly(auto_renew=False), MANUAL_MONTHLY, id="manual monthly"),
        pytest.param(
            manual(pending_term=Term.MONTH),
            [
                *MANUAL_YEARLY[:7],
                ("late_window_closing", "15", "2027-04-14T07:00"),
                ("late_window_closing", "3", "2027-04-26T07:00"),
                ("lapsed", "0", "2027-04-30T07:00"),
            ],
            id="the late window that a pending month shortens",
        ),
        pytest.param(
            subscription(starts_on=date(2027, 3, 1)),
            [
                ("window_open", "90", "2027-03-01T08:00"),
                ("advance_charge_notice", "28", "2027-03-03T08:00"),
                ("advance_charge_notice", "7", "2027-03-24T08:00"),
            ],
            id="a co-termed first term of a month: nothing before it began",
        ),
        pytest.param(
            manual(starts_on=date(2027, 3, 1)),
            [("window_open", "90", "2027-03-01T08:00"), ("reminder", "30", "2027-03-01T08:00"), *MANUAL_YEARLY[3:]],
            id="the same, manual",
        ),
        pytest.param(subscription(paid_ahead=paid_ahead()), [], id="paid ahead: the reason is gone"),
        pytest.param(subscription(live_at=None, late_start_at=None), [], id="before go-live: none"),
        pytest.param(subscription(parked=True), [], id="parked: none"),
    ],
)
def test_the_notices_of_a_term(sub: Subscription, expected: list[Row]) -> None:
    found = mails(sub, "2026-11-01T00:00")
    assert found == expected


def test_another_zone_reads_nine_oclock_there() -> None:
    assert mails(subscription(time_zone="Asia/Tokyo"), "2026-11-01T00:00")[0] == (
        "window_open",
        "90",
        "2026-12-31T00:00",
    )


# --- late start -------------------------------------------------------------------------------------------------------


def _live(at: str) -> dict[str, object]:
    return {"live_at": utc(at), "late_start_at": utc(at)}


@pytest.mark.parametrize(
    ("sub", "now", "sends", "misses"),
    [
        pytest.param(
            subscription(**_live("2027-03-10T12:00"), phase=Phase.RENEWABLE),
            "2027-03-10T12:00",
            ["advance_charge_notice 28"],
            {"window_open 90", "advance_charge_notice 38"},
            id="only the latest of several is sent",
        ),
        pytest.param(
            subscription(**_live("2027-01-05T12:00"), phase=Phase.RENEWABLE),
            "2027-01-05T12:00",
            ["window_open 90"],
            set(),
            id="a single one is sent",
        ),
        pytest.param(
            subscription(**_live("2027-02-21T08:00"), phase=Phase.RENEWABLE),
            "2027-02-21T08:00",
            ["advance_charge_notice 38"],
            {"window_open 90"},
            id="due at that very instant counts as overdue",
        ),
        pytest.param(
            manual(**_live("2027-03-01T08:00"), phase=Phase.RENEWABLE, starts_on=date(2027, 3, 1)),
            "2027-03-01T08:00",
            ["reminder 30"],
            {"window_open 90"},
            id="of two due at the very instant of go-live only one",
        ),
        pytest.param(
            subscription(**_live("2026-12-01T00:00"), phase=Phase.RENEWABLE),
            "2027-03-04T00:00",
            ["advance_charge_notice 28"],
            {"window_open 90", "advance_charge_notice 38"},
            id="an outage of the worker, long after go-live",
        ),
        pytest.param(
            manual(**_live("2027-04-03T00:00"), phase=Phase.EXPIRED),
            "2027-04-03T00:00",
            ["expired 0"],
            {"window_open 90", "reminder 60", "reminder 30", "reminder 14", "reminder 7", "reminder 1"},
            id="expired: the reminders have lost their reason",
        ),
        pytest.param(
            manual(**_live("2027-05-13T00:00"), phase=Phase.EXPIRED),
            "2027-05-13T00:00",
            ["late_window_closing 3"],
            {
                "window_open 90",
                "reminder 60",
                "reminder 30",
                "reminder 14",
                "reminder 7",
                "reminder 1",
                "expired 0",
                "late_window_closing 15",
            },
            id="expired, near its close",
        ),
        pytest.param(
            subscription(**_live("2027-04-03T00:00"), phase=Phase.PAST_DUE),
            "2027-04-03T00:00",
            [],
            {"window_open 90", "advance_charge_notice 38", "advance_charge_notice 28", "advance_charge_notice 7"},
            id="past due: no notice of the charge after it",
        ),
        pytest.param(
            manual(
                **_live("2026-04-01T00:00"),
                phase=Phase.EXPIRED,
                recorded=frozenset({(Kind.EXPIRED, "0")}),
                owes_from=utc("2027-04-10T00:00"),
            ),
            "2027-04-30T07:00",
            ["late_window_closing 15"],
            set(),
            id="on time: nothing is missed",
        ),
    ],
)
def test_of_several_overdue_notices_only_the_latest_goes_out(
    sub: Subscription, now: str, sends: list[str], misses: set[str]
) -> None:
    assert (sent_now(sub, now), missed(sub, now)) == (sends, misses)


def test_two_notices_of_one_instant_both_go_out_when_they_are_on_time() -> None:
    sub = manual(starts_on=date(2027, 3, 1), phase=Phase.RENEWABLE, **_live("2027-02-01T00:00"))
    assert sent_now(sub, "2027-03-01T08:00:01") == ["window_open 90", "reminder 30"]
    assert missed(sub, "2027-03-01T08:00:01") == set()


def test_a_notice_goes_out_once() -> None:
    sub = subscription(phase=Phase.RENEWABLE, recorded=frozenset({(Kind.WINDOW_OPEN, "90")}))
    assert sent_now(sub, "2026-12-31T08:00") == []
    assert ("window_open", "90", "2026-12-31T08:00") not in mails(sub, "2026-12-01T00:00")


# --- what a command owes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owes_from", "first"),
    [
        pytest.param("2027-03-01T07:59:59", "reminder 30", id="a second before it: owed"),
        pytest.param("2027-03-01T08:00", "reminder 30", id="at the same instant the command comes first: owed"),
        pytest.param("2027-03-01T08:00:01", "reminder 14", id="a second after it: not owed"),
    ],
)
def test_a_command_owes_nothing_dated_before_it(owes_from: str, first: str) -> None:
    sub = manual(phase=Phase.RENEWABLE, owes_from=utc(owes_from))
    kind, occasion, _ = mails(sub, owes_from)[0]
    assert f"{kind} {occasion}" == first
    assert missed(sub, owes_from) == set()


def test_a_cancel_on_the_eve_leaves_only_what_follows_the_date() -> None:
    sub = manual(phase=Phase.RENEWABLE, owes_from=utc("2027-03-30T21:59"))
    assert [f"{kind} {occasion}" for kind, occasion, _ in mails(sub, "2027-03-30T21:59")] == [
        "expired 0",
        "late_window_closing 15",
        "late_window_closing 3",
        "lapsed 0",
    ]


# --- expired from past due --------------------------------------------------------------------------------------------

SENT_BEFORE = frozenset(
    {
        (Kind.WINDOW_OPEN, "90"),
        (Kind.ADVANCE_CHARGE_NOTICE, "38"),
        (Kind.ADVANCE_CHARGE_NOTICE, "28"),
        (Kind.ADVANCE_CHARGE_NOTICE, "7"),
    }
)


def _queued(kind: Kind, occasion: str, next_at: str, *, dated: bool = False) -> QueuedNotice:
    return QueuedNotice(f"mail-{kind}", kind, occasion, utc(next_at), dated)


def _expired_from_past_due(at: str, **changes: object) -> Subscription:
    """As entering `expired` from `past_due` leaves it: `expired` is told at once, and a new plan owes what follows."""
    facts: dict[str, object] = {
        "phase": Phase.EXPIRED,
        "phase_since": utc(at),
        "attempts": (declined("2027-03-31T04:00", DeclineClass.HARD),),
        "recorded": SENT_BEFORE,
        "noticed": True,
        "owes_from": utc(at),
        "queued": (_queued(Kind.EXPIRED, "0", at),),
        **changes,
    }
    return subscription(**facts)


def test_expired_from_past_due_is_told_once_and_at_once() -> None:
    sub = _expired_from_past_due("2027-04-28T04:00")
    told = [step for step in plan(sub, utc("2027-04-28T04:00")).steps if Kind.EXPIRED in {n.kind for n in step.notices}]
    assert [(step.do, step.at) for step in told] == [(Do.SEND_QUEUED, utc("2027-04-28T04:00"))]


def test_a_term_that_renewed_automatically_owes_no_reminder_once_expired_and_misses_none() -> None:
    """Reminders belong to a term that does not renew automatically; what was never owed is not missed."""
    sub = _expired_from_past_due("2027-04-28T04:00")
    assert missed(sub, "2027-04-28T04:00") == set()
    assert [f"{kind} {occasion}" for kind, occasion, _ in mails(sub, "2027-04-28T04:00")] == [
        "late_window_closing 15",
        "late_window_closing 3",
        "lapsed 0",
    ]


@pytest.mark.parametrize(
    ("starts_on", "renews_on", "ends", "later"),
    [
        pytest.param(
            date(2027, 1, 1),
            date(2027, 2, 1),
            "2027-02-22T05:00",
            ["late_window_closing 3", "lapsed 0"],
            id="February: late_window_closing 15 was dated nine days before",
        ),
        pytest.param(
            date(2027, 2, 1), date(2027, 3, 1), "2027-03-29T04:00", ["lapsed 0"], id="March: both were dated before"
        ),
    ],
)
def test_late_notices_go_out_only_while_expired(starts_on: date, renews_on: date, ends: str, later: list[str]) -> None:
    sub = _expired_from_past_due(ends, term=Term.MONTH, starts_on=starts_on, renews_on=renews_on, anchor_day=1)
    assert missed(sub, ends) == set()
    assert [f"{kind} {occasion}" for kind, occasion, _ in mails(sub, ends)] == later


def test_a_late_import_that_nobody_was_told_of_is_not_told_that_it_lapsed() -> None:
    """It is parked instead (domain.md 3); the mail would make it one that was noticed, and so let it lapse."""
    now = "2027-06-01T00:00"
    sub = manual(phase=Phase.EXPIRED, phase_since=utc(now), live_at=utc(now), late_start_at=utc(now))
    assert sent_now(sub, now) == []
    assert [step.do for step in plan(sub, utc(now)).steps if step.do is not Do.MISS_NOTICES] == [Do.PARK]


def test_past_due_sends_no_dated_notice() -> None:
    sub = subscription(
        phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00"),), recorded=SENT_BEFORE, noticed=True
    )
    assert mails(sub, "2027-03-31T04:00:01") == []
    assert missed(sub, "2027-03-31T04:00:01") == set()


def test_nobody_is_told_of_a_lapse_that_a_payment_in_doubt_holds_back() -> None:
    sub = manual(
        phase=Phase.EXPIRED,
        phase_since=utc("2027-03-30T22:00"),
        attempts=(in_doubt("2027-05-15T10:00"),),
        recorded=frozenset({(Kind.EXPIRED, "0")}),
        noticed=True,
        owes_from=utc("2027-05-15T10:00"),
    )
    assert sent_now(sub, "2027-05-16T07:00") == []


def test_a_lapse_is_told_at_nine_of_its_day() -> None:
    sub = manual(
        phase=Phase.LAPSED,
        phase_since=utc("2027-05-15T22:00"),
        recorded=frozenset({(Kind[kind.upper()], occasion) for kind, occasion, _ in MANUAL_YEARLY if kind != "lapsed"}),
        noticed=True,
    )
    assert mails(sub, "2027-05-15T22:00") == [("lapsed", "0", "2027-05-16T07:00")]
    assert not plan(sub, utc("2027-05-15T22:00")).over
    told = manual(phase=Phase.LAPSED, recorded=sub.recorded | {(Kind.LAPSED, "0")}, noticed=True)
    assert plan(told, utc("2027-05-16T07:01")).over


# --- mails that attempts and commands cause ---------------------------------------------------------------------------


def test_a_mail_that_a_command_caused_goes_at_once() -> None:
    sub = manual(queued=(_queued(Kind.AUTO_RENEW_CANCELLED, "command-1", "2027-02-01T10:00"),))
    first = plan(sub, utc("2027-02-01T10:00")).steps
    assert any(step.do is Do.SEND_QUEUED and step.at == utc("2027-02-01T10:00") for step in first)


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"parked": True}, id="parked"), pytest.param({"live_at": None}, id="before go-live")],
)
def test_no_mail_at_all_while_it_may_not_send(changes: dict[str, object]) -> None:
    sub = manual(queued=(_queued(Kind.AUTO_RENEW_CANCELLED, "command-1", "2027-02-01T10:00"),), **changes)
    assert not {step.do for step in plan(sub, utc("2027-02-01T10:00")).steps} & {Do.SEND_QUEUED, Do.SEND_NOTICE}


def test_an_expired_that_a_cancel_caused_is_not_sent_again_at_nine() -> None:
    """Cancelled at 07:30 local on the renewal date, after a decline: `expired` went at once."""
    waiting = manual(
        phase=Phase.EXPIRED,
        phase_since=utc("2027-03-31T05:30"),
        attempts=(declined("2027-03-31T04:00"),),
        owes_from=utc("2027-03-31T05:30"),
        queued=(_queued(Kind.EXPIRED, "0", "2027-03-31T05:30"),),
        recorded=SENT_BEFORE,
        noticed=True,
    )
    assert [step.do for step in plan(waiting, utc("2027-03-31T05:30")).steps].count(Do.SEND_QUEUED) == 1
    assert "expired" not in [kind for kind, _, _ in mails(waiting, "2027-03-31T05:30")]


def test_a_dated_notice_whose_sending_failed_is_tried_again_at_its_next_try() -> None:
    sub = subscription(phase=Phase.RENEWABLE, queued=(_queued(Kind.WINDOW_OPEN, "90", "2026-12-31T08:10", dated=True),))
    rows = [row for row in mails(sub, "2026-12-31T08:05") if row[0] == "window_open"]
    assert rows == [("window_open", "90", "2026-12-31T08:10")]


def test_an_advance_notice_is_not_sent_after_the_charge_it_announces() -> None:
    sub = subscription(
        phase=Phase.RENEWABLE, attempts=(out_of_reach("2027-03-31T04:00", "2027-03-31T04:00:10"),), noticed=True
    )
    assert sent_now(sub, "2027-03-31T04:00:05") == []


def test_what_has_lapsed_is_told_even_when_the_command_that_ended_it_came_late() -> None:
    sub = manual(phase=Phase.LAPSED, owes_from=utc("2027-06-01T10:00"))
    assert sent_now(sub, "2027-06-01T10:00") == ["lapsed 0"]
    assert missed(sub, "2027-06-01T10:00") == set()


def test_an_automatic_term_that_has_ended_never_owed_the_reminders_of_a_manual_one() -> None:
    sub = subscription(phase=Phase.LAPSED, attempts=(declined("2027-03-31T04:00"),))
    assert missed(sub, "2027-06-01T10:00") == {"expired 0", "late_window_closing 15", "late_window_closing 3"}
