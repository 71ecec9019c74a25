"""Why a step has its date: the rule that is named, and that its numbers lead to that very date (domain.md 3 to 6)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from renewals.calendar import local_date
from renewals.facts import Channel, Phase, Subscription
from renewals.legal import DEFAULT_RULES, Audience
from renewals.letters import Kind, QueuedNotice
from renewals.payments import AttemptState, DeclineClass, MethodKind, OwedBack
from renewals.plan import Do, Step, plan
from renewals.reasons import Because, Rule, because
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

RENEWS_ON = date(2027, 3, 31)
DECLINE = declined("2027-03-31T04:00")
PAST_DUE = subscription(phase=Phase.PAST_DUE, attempts=(DECLINE,))
VOUCHER = replace(in_doubt("2027-03-01T10:00", AttemptState.ISSUED), expires_at=utc("2027-03-08T22:59"))


def reasons(sub: Subscription, now: str) -> list[tuple[Step, Because]]:
    return [(step, because(sub, step, utc(now))) for step in plan(sub, utc(now)).steps]


def named(sub: Subscription, now: str, rule: Rule) -> Because:
    """The first step that is led back to the rule."""
    return next(why for _, why in reasons(sub, now) if why.rule is rule)


@pytest.mark.parametrize(
    ("sub", "now", "why"),
    [
        pytest.param(
            subscription(), "2026-11-01T00:00", Because(Rule.WINDOW, days=90, on=RENEWS_ON), id="early window"
        ),
        pytest.param(
            subscription(),
            "2026-11-01T00:00",
            Because(Rule.CHARGE, on=RENEWS_ON, clock=time(6)),
            id="the charge",
        ),
        pytest.param(
            subscription(),
            "2026-11-01T00:00",
            Because(Rule.NOTICE_OPENING, days=90, on=date(2026, 12, 31), clock=time(9)),
            id="the mail of the window",
        ),
        pytest.param(
            subscription(),
            "2026-11-01T00:00",
            Because(Rule.NOTICE_BEFORE, days=38, on=RENEWS_ON, clock=time(9)),
            id="the notice of the charge",
        ),
        pytest.param(
            subscription(method=card(valid_through=date(2027, 2, 28))),
            "2026-11-01T00:00",
            Because(Rule.NOTICE_CARD, days=30, on=RENEWS_ON, clock=time(9)),
            id="a card that ends before",
        ),
        pytest.param(subscription(), "2026-11-01T00:00", Because(Rule.PAST_DUE, on=RENEWS_ON), id="unpaid on the day"),
        pytest.param(manual(), "2026-11-01T00:00", Because(Rule.EXPIRES, on=RENEWS_ON), id="by hand: it ends"),
        pytest.param(
            manual(),
            "2026-11-01T00:00",
            Because(Rule.LAPSES, days=45, on=date(2027, 5, 15)),
            id="the late window closes",
        ),
        pytest.param(
            manual(phase=Phase.EXPIRED),
            "2027-04-01T12:00",
            Because(Rule.NOTICE_CLOSING, days=15, on=date(2027, 5, 15), clock=time(9)),
            id="the last chance",
        ),
        pytest.param(PAST_DUE, "2027-03-31T12:00", Because(Rule.RETRY, days=1, on=RENEWS_ON), id="the next retry"),
        pytest.param(PAST_DUE, "2027-04-01T12:00", Because(Rule.GIVES_UP, days=28, on=RENEWS_ON), id="the last retry"),
        pytest.param(
            PAST_DUE, "2027-04-01T12:00", Because(Rule.SUSPENSION, days=15, on=RENEWS_ON), id="access is suspended"
        ),
        pytest.param(
            replace(PAST_DUE, method=card("card-2", set_at="2027-04-01T11:00")),
            "2027-04-01T12:00",
            Because(Rule.NEW_METHOD),
            id="another card",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, attempts=(out_of_reach("2027-03-31T04:00", "2027-03-31T04:05"),)),
            "2027-03-31T04:01",
            Because(Rule.CALL_AGAIN),
            id="nobody at the gateway",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, attempts=(in_doubt("2027-03-31T04:00"),)),
            "2027-03-31T04:01",
            Because(Rule.ASK),
            id="no answer",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, hold=hold("2027-04-02T10:00")),
            "2027-03-30T00:00",
            Because(Rule.AFTER_HOLD),
            id="a charge behind a hold",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, hold=hold("2027-03-08T22:59"), attempts=(VOUCHER,)),
            "2027-03-02T00:00",
            Because(Rule.ASK_VOUCHER),
            id="a voucher",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWABLE, hold=replace(hold("2027-03-20T22:59"), quote="Q-1001")),
            "2027-03-02T00:00",
            Because(Rule.QUOTE_ENDS, names=("Q-1001",)),
            id="a quote",
        ),
        pytest.param(
            subscription(owed_back=(OwedBack("refund-1", utc("2027-03-01T04:01"), 25_740, "EUR"),)),
            "2027-03-01T04:02",
            Because(Rule.SEND_BACK),
            id="money that bought nothing",
        ),
        pytest.param(
            subscription(phase=Phase.RENEWED, paid_ahead=paid_ahead()),
            "2027-03-01T00:00",
            Because(Rule.TERM_BEGINS, on=RENEWS_ON),
            id="paid ahead",
        ),
        pytest.param(
            monthly(phase=Phase.ACTIVE),
            "2027-03-14T12:00",
            Because(Rule.WINDOW_OF_TERM, days=90, on=date(2027, 3, 15)),
            id="never more than one term ahead",
        ),
        pytest.param(
            subscription(queued=(QueuedNotice("1", Kind.RENEWED, "attempt:1", utc("2027-02-01T10:00"), dated=False),)),
            "2027-02-01T10:00",
            Because(Rule.CAUSED),
            id="a mail that a command caused",
        ),
    ],
)
def test_a_step_is_led_back_to_its_rule(sub: Subscription, now: str, why: Because) -> None:
    assert named(sub, now, why.rule) == why


def test_a_notice_that_only_a_law_wants_names_the_law() -> None:
    french = subscription(
        audience=Audience.CONSUMER,
        legal_rules=DEFAULT_RULES,
        policy=replace(subscription().policy, advance_notice_days=(28, 7)),
    )
    why = named(french, "2026-11-01T00:00", Rule.NOTICE_LAW)
    assert "fr-l215-1" in why.names


LIVES = {
    "automatic": subscription(),
    "by hand": manual(),
    "monthly": monthly(),
    "monthly by debit": monthly(method=method(MethodKind.DIRECT_DEBIT)),
    "with a partner": subscription(channel=Channel.PARTNER),
    "past due": PAST_DUE,
    "expired": manual(phase=Phase.EXPIRED),
    "hard decline": subscription(phase=Phase.PAST_DUE, attempts=(declined("2027-03-31T04:00", DeclineClass.HARD),)),
}


@pytest.mark.parametrize("sub", LIVES.values(), ids=LIVES)
@pytest.mark.parametrize("now", ["2026-11-01T00:00", "2027-02-11T13:00", "2027-04-03T12:00"])
def test_the_numbers_of_a_rule_lead_to_the_very_date_of_its_step(sub: Subscription, now: str) -> None:
    before = (Rule.WINDOW, Rule.NOTICE_BEFORE, Rule.NOTICE_CARD, Rule.NOTICE_CLOSING)
    after = (Rule.RETRY, Rule.SUSPENSION, Rule.GIVES_UP)
    for step, why in reasons(sub, now):
        day = _day(sub, step.at)
        if why.rule in before:
            assert why.on
            assert day == why.on - timedelta(days=why.days), (step, why)
        if why.rule in after:
            assert why.on
            assert day == why.on + timedelta(days=why.days), (step, why)
        if why.rule in (Rule.CHARGE, Rule.EXPIRES, Rule.NOTICE_EXPIRED, Rule.NOTICE_OPENING, Rule.WINDOW_OF_TERM):
            assert day == why.on, (step, why)
        if why.rule in (Rule.LAPSES, Rule.NOTICE_LAPSED):
            assert why.on
            assert day == why.on + timedelta(days=1), (step, why)
        assert step.do is not Do.CHARGE or why.rule is not Rule.AT_ONCE or step.at <= utc(now), (step, why)


def _day(sub: Subscription, at: datetime) -> date:
    return local_date(at, sub.time_zone)


def test_a_provider_that_did_not_answer_is_told_again_what_nobody_wants_as_long_as_it_can_be_paid() -> None:
    """What can be paid no more is asked about, like any voucher that has run out."""
    late = replace(VOUCHER, state=AttemptState.EXPIRED, unwanted=True, next_at=utc("2027-03-01T10:10"))
    over = replace(late, next_at=utc("2027-03-09T10:10"))
    found = [
        named(manual(late_vouchers=(each,)), "2027-03-01T10:05", rule)
        for each, rule in ((late, Rule.UNWANTED), (over, Rule.ASK_LATE))
    ]
    assert found == [Because(Rule.UNWANTED), Because(Rule.ASK_LATE)]
