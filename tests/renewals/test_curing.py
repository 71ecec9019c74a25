"""domain.md 7: a refusal that time cures says from which day on; days are lived one by one to see whether it is so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from renewals import commands as c
from renewals.actors import Actor, Operator, Person
from renewals.calendar import days_after, midnight
from renewals.curing import CURED_BY_TIME
from renewals.decisions import PRECEDENCE, Refused, first_that_applies
from renewals.eligibility import decide
from renewals.facts import Phase, Subscription, Term
from renewals.options import example
from renewals.payments import Attempt, AttemptState, Hold, Way
from renewals.permission import BUYER_MAY
from renewals.plan import Do, Step
from renewals.quoting import QuoteState, QuoteTerms
from renewals.renewing import just_before
from renewals.request import Request
from renewals.windows import today
from tests.renewals.builders import PRICES, card, in_doubt, manual, paid_ahead, subscription, utc
from tests.renewals.life import Life

NOON = "2027-02-01T11:00"
TO_BLAME = {"method_cannot_auto_charge", "below_one_seat", "not_a_reduction", "day_out_of_range"}
"""What another method, number or day would mend."""

TAKES_A_TERM = {c.Name.CHANGE_TERM, c.Name.ASK_FOR_QUOTE, c.Name.RECORD_RENEWAL}
"""What another term would mend, where the one that comes is not sold."""


def code_of(ends_at: str) -> tuple[Hold, Attempt]:
    """An order that waits for a transfer until then, and its attempt."""
    until = utc(ends_at)
    attempt = Attempt(
        "code", 1, AttemptState.ISSUED, "transfer", utc("2027-01-20T11:00"), until, way=Way.CHECKOUT, seen_to_here=False
    )
    return Hold("order", until), attempt


def held(ends_at: str, **changes: object) -> Subscription:
    hold, attempt = code_of(ends_at)
    return manual(**{"phase": Phase.RENEWABLE, "hold": hold, "attempts": (attempt,), **changes})


def quoted(ends_at: str, **changes: object) -> Subscription:
    return manual(**{"phase": Phase.RENEWABLE, "hold": Hold("quote", utc(ends_at), quote="Q-1"), **changes})


MONTHLY = {Term.MONTH: PRICES[Term.MONTH]}
RENEWED = {"phase": Phase.RENEWED, "paid_ahead": paid_ahead()}
SUBSCRIPTIONS = {
    "too early": (manual(), "2026-10-01T10:00"),
    "in the window": (manual(phase=Phase.RENEWABLE), NOON),
    "not begun": (manual(starts_on=date(2027, 3, 1), renews_on=date(2028, 3, 31)), NOON),
    "renewed": (manual(**RENEWED), NOON),
    "renewed for three years": (manual(**RENEWED | {"paid_ahead": paid_ahead(Term.THREE_YEARS)}), NOON),
    "renewed for a month": (manual(**RENEWED | {"paid_ahead": paid_ahead(Term.MONTH)}), NOON),
    "renewed, parked": (manual(**RENEWED, parked=True), NOON),
    "a code of a week": (held("2027-02-08T22:59:59"), NOON),
    "a code beyond the renewal date": (held("2027-04-03T21:59:59"), "2027-03-28T10:00"),
    "a code until the late window closes": (held("2027-05-15T21:59:59", phase=Phase.EXPIRED), "2027-05-10T10:00"),
    "a code that is over since this morning": (held("2027-02-01T06:00:00"), NOON),
    "a code, parked": (held("2027-02-08T22:59:59", parked=True), NOON),
    "a quote": (quoted("2027-02-14T23:00:00"), NOON),
    "a quote until after the date": (quoted("2027-04-30T22:00:00"), "2027-03-20T10:00"),
    "a hold without an end": (manual(phase=Phase.RENEWABLE, hold=Hold("order", None)), NOON),
    "sold at its term no more": (manual(prices=MONTHLY), "2026-10-01T10:00"),
    "not begun, sold at its term no more": (
        manual(starts_on=date(2027, 3, 1), renews_on=date(2028, 3, 31), prices=MONTHLY),
        NOON,
    ),
    "expired": (manual(phase=Phase.EXPIRED, noticed=True), "2027-04-10T10:00"),
}
UNSOLD = SUBSCRIPTIONS["sold at its term no more"]
NEVER_ASKED_OF_TIME = {c.Name.REINSTATE, c.Name.REFUND, c.Name.RESOLVE_PAYMENT}
"""What lapses can be reinstated, but is extended until then; what may go back or is in doubt, no calendar says."""


def request(sub: Subscription, name: c.Name, at: datetime, command: c.Command | None = None) -> Request:
    actor: Actor = Person("ada@northwind.example") if name in BUYER_MAY else Operator("eve")
    given = command or example(sub, name, at)
    state = QuoteState.ASKED if name is c.Name.ISSUE_QUOTE else QuoteState.ISSUED
    return Request(
        given,
        name,
        actor,
        is_buyer=True,
        received_at=at,
        pays_with=card(),
        quote=QuoteTerms("Q-1", state, sub.renews_on, midnight(days_after(sub.renews_on, 31), sub.time_zone)),
        wish=c.Wish(sub.number) if name is c.Name.ASK_FOR_QUOTE else None,
    )


def refusal(sub: Subscription, asked: Request) -> Refused | None:
    decision = decide(just_before(sub, asked.received_at), asked)
    return decision if isinstance(decision, Refused) else None


def is_to_blame(name: c.Name, refused: Refused) -> bool:
    """Was it the command's own arguments?"""
    return refused.code in TO_BLAME or (refused.code == "term_not_offered" and name in TAKES_A_TERM)


class Waiting(Life):
    """Nobody pays the code: it is over with its hold."""

    def _perform(self, step: Step, answers: Iterator[str]) -> Subscription:
        after = super()._perform(step, answers)
        return replace(after, attempts=()) if step.do is Do.END_HOLD else after


def lived(sub: Subscription, now: datetime, days: int) -> Iterator[tuple[date, datetime, Subscription]]:
    """How it stands right after each midnight, if nobody does anything."""
    life, day = Waiting(sub, now), today(sub, now)
    for _ in range(days):
        day = days_after(day, 1)
        at = midnight(day, sub.time_zone) + timedelta(seconds=1)
        life.live_until(at)
        life.now = max(life.now, at)
        yield day, at, life.sub


@pytest.mark.parametrize("label", [pytest.param(label, id=label) for label in SUBSCRIPTIONS])
def test_the_day_that_is_named_is_the_first_on_which_the_command_is_allowed(label: str) -> None:
    """Every command, as it is refused now, is given again at the beginning of each day that comes."""
    sub, at = SUBSCRIPTIONS[label][0], utc(SUBSCRIPTIONS[label][1])
    asked = {name: request(sub, name, at) for name in set(c.Name) - NEVER_ASKED_OF_TIME}
    now = {name: refused for name, each in asked.items() if (refused := refusal(sub, each))}
    waiting = {name for name, refused in now.items() if not is_to_blame(name, refused)}
    found: dict[c.Name, date | None] = dict.fromkeys(waiting)
    for day, then, stands in lived(sub, at, 1100 if label == "renewed for three years" else 400):
        for name in tuple(waiting):
            refused = refusal(stands, replace(asked[name], received_at=then))
            if refused is None or is_to_blame(name, refused):
                found[name] = day
                waiting.remove(name)
    said = {name: now[name].possible_on for name in found}
    assert {name: (now[name].code, said[name], found[name]) for name in found if said[name] != found[name]} == {}


@pytest.mark.parametrize(
    ("sub", "at", "name", "code", "day"),
    [
        pytest.param(*SUBSCRIPTIONS["a code of a week"], c.Name.RENEW, "hold_open", "2027-02-09", id="a code"),
        pytest.param(*SUBSCRIPTIONS["a quote"], c.Name.REDUCE_SEATS, "hold_open", None, id="then auto-renew is off"),
        pytest.param(*SUBSCRIPTIONS["a quote"], c.Name.CHANGE_TERM, "hold_open", "2027-02-15", id="a quote's last day"),
        pytest.param(
            *SUBSCRIPTIONS["a code beyond the renewal date"],
            c.Name.ADD_SEATS,
            "hold_open",
            None,
            id="seats: the term is over by then",
        ),
        pytest.param(
            *SUBSCRIPTIONS["a code until the late window closes"], c.Name.RENEW, "hold_open", None, id="then it lapses"
        ),
        pytest.param(*SUBSCRIPTIONS["renewed"], c.Name.RENEW, "already_renewed", "2028-01-01", id="the next window"),
        pytest.param(*SUBSCRIPTIONS["renewed"], c.Name.ASK_FOR_QUOTE, "already_renewed", "2028-01-01", id="a quote"),
        pytest.param(
            *SUBSCRIPTIONS["renewed for a month"], c.Name.RENEW, "already_renewed", "2027-03-31", id="a month ahead"
        ),
        pytest.param(
            *SUBSCRIPTIONS["renewed"], c.Name.RECORD_RENEWAL, "already_renewed", "2027-03-31", id="recorded elsewhere"
        ),
        pytest.param(
            *SUBSCRIPTIONS["renewed"], c.Name.EXTEND_LATE_WINDOW, "already_renewed", "2027-03-31", id="extended"
        ),
        pytest.param(*SUBSCRIPTIONS["not begun"], c.Name.ADD_SEATS, "term_not_paid", "2027-03-01", id="first term"),
        pytest.param(*SUBSCRIPTIONS["expired"], c.Name.ADD_SEATS, "term_not_paid", None, id="somebody has to pay"),
        pytest.param(*SUBSCRIPTIONS["too early"], c.Name.RENEW, "window_not_open", "2026-12-31", id="the window"),
        pytest.param(*UNSOLD, c.Name.RENEW, "window_not_open", None, id="it names no term: none is sold"),
        pytest.param(*UNSOLD, c.Name.ASK_FOR_QUOTE, "window_not_open", "2026-12-31", id="a quote may name another"),
    ],
)
def test_what_time_cures_is_cured_on(sub: Subscription, at: str, name: c.Name, code: str, day: str | None) -> None:
    found = refusal(sub, request(sub, name, utc(at)))
    assert found is not None
    assert (found.code, found.possible_on) == (code, date.fromisoformat(day) if day else None)


def test_a_hold_whose_money_may_move_has_no_day() -> None:
    """domain.md 5: a hold never ends while money moves. Here the buyer declines the quote behind it."""
    hold, _ = code_of("2027-02-08T22:59:59")
    unsent = replace(in_doubt(NOON, AttemptState.OPEN), way=Way.QUOTE)
    sub = manual(phase=Phase.RENEWABLE, hold=hold, attempts=(unsent,))
    found = refusal(sub, request(sub, c.Name.DECLINE_QUOTE, utc("2027-02-01T12:00")))
    assert found is not None
    assert (found.code, found.possible_on) == ("hold_open", None)


def test_whoever_meant_a_term_that_was_paid_meanwhile_is_told_when_the_next_can_be_renewed() -> None:
    sub = subscription(starts_on=date(2027, 3, 31), renews_on=date(2028, 3, 31))
    asked = replace(request(sub, c.Name.RENEW, utc("2027-04-01T10:00")), renews_on=date(2027, 3, 31))
    found = refusal(sub, asked)
    assert found is not None
    assert (found.code, found.possible_on) == ("already_renewed", date(2028, 1, 1))


def code_of_a_quote(name: c.Name, code_ends_at: str, quote_ends_at: str) -> date | None:
    """The day that is named where a quote is accepted, and its code waits to be paid."""
    hold, attempt = code_of(code_ends_at)
    paid_for = replace(hold, again_until=utc(quote_ends_at))
    sub = manual(phase=Phase.RENEWABLE, hold=paid_for, attempts=(replace(attempt, way=Way.QUOTE),))
    found = refusal(sub, request(sub, name, utc(NOON)))
    assert found is not None
    assert found.code == "hold_open"
    return found.possible_on


@pytest.mark.parametrize(
    ("name", "day"),
    [
        pytest.param(c.Name.RENEW, "2027-02-09", id="a checkout: the quote yields to it"),
        pytest.param(c.Name.ACCEPT_QUOTE, "2027-02-09", id="the quote itself"),
        pytest.param(c.Name.DECLINE_QUOTE, "2027-02-09", id="the quote declined"),
        pytest.param(c.Name.CHANGE_TERM, "2027-03-01", id="another term"),
        pytest.param(c.Name.RECORD_RENEWAL, "2027-03-01", id="recorded"),
        pytest.param(c.Name.ASK_FOR_QUOTE, "2027-03-01", id="another quote"),
    ],
)
def test_after_the_code_of_a_quote_the_quote_holds_the_term_again(name: c.Name, day: str) -> None:
    assert code_of_a_quote(name, "2027-02-08T22:59:59", "2027-02-28T23:00:00") == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("ends_at", "name", "day"),
    [
        pytest.param("2027-04-03T21:59:59", c.Name.RENEW, None, id="the charge is overdue by then"),
        pytest.param("2027-03-30T21:59:59", c.Name.RENEW, None, id="it comes on that morning"),
        pytest.param("2027-03-29T21:59:59", c.Name.RENEW, "2027-03-30", id="it comes later"),
        pytest.param("2027-04-03T21:59:59", c.Name.ASK_FOR_QUOTE, None, id="a quote"),
        pytest.param("2027-04-03T21:59:59", c.Name.CHANGE_TERM, "2027-04-04", id="whether or not it is paid"),
    ],
)
def test_no_day_is_named_for_what_a_charge_may_pay_first(ends_at: str, name: c.Name, day: str | None) -> None:
    sub = held(ends_at, auto_renew=True)
    found = refusal(sub, request(sub, name, utc("2027-03-28T10:00")))
    assert found is not None
    assert (found.code, found.possible_on) == ("hold_open", date.fromisoformat(day) if day else None)


def test_another_day_for_the_late_window_is_named_now_and_not_waited_for() -> None:
    sub = held("2027-05-15T21:59:59", phase=Phase.EXPIRED, late_until=date(2027, 6, 1))
    asked = request(sub, c.Name.EXTEND_LATE_WINDOW, utc("2027-04-10T10:00"), c.ExtendLateWindow(date(2027, 5, 14)))
    found = refusal(sub, asked)
    assert found is not None
    assert (found.code, found.possible_on) == ("hold_open", None)


def test_of_several_subscriptions_the_last_day_counts() -> None:
    def answer(*others: Refused, name: c.Name = c.Name.ASK_FOR_QUOTE) -> Refused | None:
        return first_that_applies([early, *others], name)

    early, late = (Refused("window_not_open", "Later.", day) for day in (date(2027, 1, 1), date(2027, 3, 1)))
    unsold = Refused("term_not_offered", "It is not sold.")
    assert answer(late) == replace(early, possible_on=date(2027, 3, 1))
    assert answer(Refused("hold_open", "Wait.")) == Refused("hold_open", "Wait.")
    assert answer(Refused("too_late", "Ask.")) == replace(early, possible_on=None)
    assert answer(Refused("below_one_seat", "More.")) == early
    assert answer(unsold) == early
    assert answer(unsold, name=c.Name.ISSUE_QUOTE) == replace(early, possible_on=None)
    assert first_that_applies([], c.Name.ASK_FOR_QUOTE) is None


def test_only_known_codes_are_cured_by_time() -> None:
    assert set(PRECEDENCE) >= CURED_BY_TIME
