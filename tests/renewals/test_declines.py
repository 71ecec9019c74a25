"""domain.md 6: classes of declines, and when each is tried again."""

from datetime import date, datetime, timedelta

import pytest

from renewals.declines import DEFAULT_CLASSES, ask_at, call_again_at, decline_class, next_try_at
from renewals.facts import Phase, Subscription
from renewals.payments import DeclineClass, MethodKind
from tests.renewals.builders import card, declined, method, monthly, subscription, utc

SOFT, ACTS, HARD = DeclineClass.SOFT, DeclineClass.CUSTOMER_ACTS, DeclineClass.HARD


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("insufficient_funds", SOFT, id="insufficient_funds"),
        pytest.param("try_again_later", SOFT, id="try_again_later"),
        pytest.param("processing_error", SOFT, id="processing_error"),
        pytest.param("authentication_required", ACTS, id="authentication_required"),
        pytest.param("expired_card", ACTS, id="expired_card"),
        pytest.param("incorrect_cvc", ACTS, id="incorrect_cvc"),
        pytest.param("card_not_supported", ACTS, id="card_not_supported"),
        pytest.param("lost_card", HARD, id="lost_card"),
        pytest.param("stolen_card", HARD, id="stolen_card"),
        pytest.param("fraudulent", HARD, id="fraudulent"),
        pytest.param("some_new_code", SOFT, id="a code that is not listed is soft"),
        pytest.param(None, SOFT, id="no code is soft"),
    ],
)
def test_a_declines_class_comes_from_its_code(code: str | None, expected: DeclineClass) -> None:
    assert decline_class(code, DEFAULT_CLASSES) is expected


def test_an_operators_classes_win() -> None:
    assert decline_class("insufficient_funds", {"insufficient_funds": HARD}) is HARD
    assert decline_class("lost_card", {}) is SOFT


def _past_due(**changes: object) -> Subscription:
    return subscription(phase=Phase.PAST_DUE, **changes)


@pytest.mark.parametrize(
    ("sub", "expected"),
    [
        pytest.param(subscription(), None, id="nothing was declined"),
        pytest.param(_past_due(attempts=(declined("2027-03-31T04:00"),)), "2027-04-01T04:00", id="first retry: day 1"),
        pytest.param(
            _past_due(attempts=(declined("2027-03-31T04:00"), declined("2027-04-01T04:00", n=2))),
            "2027-04-03T04:00",
            id="second retry: day 3",
        ),
        pytest.param(
            _past_due(attempts=(declined("2027-04-07T04:00", n=5),)), "2027-04-14T04:00", id="after day 7: 14"
        ),
        pytest.param(
            _past_due(attempts=(declined("2027-04-21T04:00", n=7),)), "2027-04-28T04:00", id="the last: day 28"
        ),
        pytest.param(_past_due(attempts=(declined("2027-04-28T04:00", n=8),)), None, id="none after the last"),
        pytest.param(
            _past_due(attempts=(declined("2027-04-01T09:00"),)), "2027-04-03T04:00", id="a late first try skips day 1"
        ),
        pytest.param(_past_due(attempts=(declined("2027-03-31T04:00", HARD),)), None, id="hard: no retry"),
        pytest.param(_past_due(attempts=(declined("2027-03-31T04:00", ACTS),)), None, id="customer acts: no retry"),
        pytest.param(
            _past_due(attempts=(declined("2027-03-31T04:00", HARD),), method=card("card-2", set_at="2027-04-02T08:30")),
            "2027-04-02T08:30",
            id="a new method is tried at once",
        ),
        pytest.param(
            _past_due(
                attempts=(declined("2027-03-31T04:00"), declined("2027-04-02T08:30", n=2, method_id="card-2")),
                method=card("card-2", set_at="2027-04-02T08:30"),
            ),
            "2027-04-03T04:00",
            id="a new method that declines softly takes over the remaining dates",
        ),
        pytest.param(
            _past_due(
                attempts=(declined("2027-03-31T04:00"), declined("2027-04-02T08:30", HARD, 2, "card-2")),
                method=card("card-2", set_at="2027-04-02T08:30"),
            ),
            None,
            id="the last decline decides, not the first",
        ),
        pytest.param(
            _past_due(attempts=(declined("2027-03-31T04:00"),), method=None), None, id="no method, nothing to try"
        ),
        pytest.param(
            monthly(
                starts_on=date(2027, 1, 1),
                renews_on=date(2027, 2, 1),
                anchor_day=1,
                attempts=(declined("2027-02-22T05:00"),),
            ),
            None,
            id="monthly in February: none on day 28",
        ),
    ],
)
def test_the_next_try_after_a_decline(sub: Subscription, expected: str | None) -> None:
    assert next_try_at(sub) == (utc(expected) if expected else None)


def test_an_answer_that_comes_after_retry_dates_waits_for_the_next_one() -> None:
    """A debit declined on day 5 after days with the provider is not tried again that very second."""
    sub = subscription(
        phase=Phase.PAST_DUE,
        method=method(MethodKind.DIRECT_DEBIT, "card-1"),
        attempts=(declined("2027-03-31T04:00", answered_at="2027-04-05T10:00"),),
    )
    assert next_try_at(sub) == utc("2027-04-07T04:00")


@pytest.mark.parametrize(
    ("calls", "seconds"),
    [pytest.param(1, 10, id="first"), pytest.param(2, 20, id="second"), pytest.param(4, 80, id="fourth")],
)
def test_a_gateway_out_of_reach_is_called_again_after_ten_seconds_doubling(calls: int, seconds: int) -> None:
    assert call_again_at(utc("2027-03-31T04:00"), calls) == utc("2027-03-31T04:00") + timedelta(seconds=seconds)


def test_calling_again_never_waits_longer_as_a_day_nor_overflows() -> None:
    assert call_again_at(utc("2027-03-31T04:00"), 10_000) <= utc("2027-04-01T04:00")


@pytest.mark.parametrize(
    ("now", "questions", "expected"),
    [
        pytest.param("2027-03-31T04:00:30", 0, "2027-03-31T04:05", id="five minutes after the charge"),
        pytest.param("2027-03-31T04:05", 1, "2027-03-31T05:00", id="an hour after the charge"),
        pytest.param("2027-03-31T05:00", 2, "2027-04-01T05:00", id="then daily"),
        pytest.param("2027-04-01T05:00", 3, "2027-04-02T05:00", id="and daily"),
        pytest.param("2027-03-31T09:00", 0, "2027-03-31T09:00", id="late: at once"),
    ],
)
def test_an_attempt_in_doubt_is_asked_about(now: str, questions: int, expected: str) -> None:
    charged: datetime = utc("2027-03-31T04:00")
    assert ask_at(charged, utc(now), questions) == utc(expected)
