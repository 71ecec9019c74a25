"""The judge acquits an honest life and finds every planted fault; a judge that finds nothing proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chaos.evidence import Evidence, Mail, Row
from chaos.judge import judge, story_of

NUMBER, BUYER = "S-1", "ada@northwind.example"
NOW = datetime(2027, 4, 2, tzinfo=UTC)
DUE = datetime(2027, 3, 31, 4, tzinfo=UTC)
ORDER, RENEWAL, ATTEMPT = UUID(int=1), UUID(int=2), UUID(int=3)


def notice(kind: str, term_starts_on: date, sent_at: datetime) -> Row:
    return {
        "subscription": NUMBER,
        "term_starts_on": term_starts_on,
        "kind": kind,
        "occasion": "7",
        "recipient": BUYER,
        "planned_for": sent_at,
        "next_at": None,
        "message_id": f"<{kind}@perennial.example>",
        "content_hash": f"bytes of {kind}",
        "sent_at": sent_at,
        "outcome": "sent",
    }


def mail(kind: str, digest: str = "") -> Mail:
    return Mail(f"<{kind}@perennial.example>", digest or f"bytes of {kind}", BUYER)


ANNOUNCED = notice("advance_charge_notice", date(2026, 3, 31), DUE - timedelta(days=7))
RECEIPT = notice("renewed", date(2027, 3, 31), DUE)
FIRST_TERM: Row = {
    "subscription": NUMBER,
    "starts_on": date(2026, 3, 31),
    "renews_on": date(2027, 3, 31),
    "follows": None,
    "term": "year",
    "seats": 2,
    "unit_price": None,
}
HONEST = Evidence(
    at=NOW,
    charges=(
        {
            "key": ATTEMPT,
            "subscription": NUMBER,
            "amount": 97200,
            "currency": "EUR",
            "outcome": "paid",
            "code": None,
            "charged_at": DUE,
        },
    ),
    mails=(mail("advance_charge_notice"), mail("renewed")),
    subscriptions=(
        {
            "number": NUMBER,
            "renews_on": date(2028, 3, 31),
            "shift": timedelta(0),
            "next_step_at": NOW + timedelta(days=300),
            "next_step": "window_open",
        },
    ),
    terms=(
        FIRST_TERM,
        {
            **FIRST_TERM,
            "starts_on": date(2027, 3, 31),
            "renews_on": date(2028, 3, 31),
            "follows": date(2027, 3, 31),
            "unit_price": 48600,
        },
    ),
    renewals=(
        {
            "id": RENEWAL,
            "subscription": NUMBER,
            "term_starts_on": date(2027, 3, 31),
            "settled_at": DUE,
            "order_id": ORDER,
        },
    ),
    orders=({"id": ORDER, "way": "automatic", "state": "paid"},),
    order_lines=(
        {
            "order_id": ORDER,
            "renewal_id": RENEWAL,
            "amount": 97200,
            "term": "year",
            "seats": 2,
            "unit_price": 48600,
        },
    ),
    attempts=({"id": ATTEMPT, "order_id": ORDER, "state": "paid", "amount": 97200, "currency": "EUR"},),
    claims=({"id": uuid4(), "order_id": ORDER, "released_at": DUE},),
    notices=(ANNOUNCED, RECEIPT),
    commands=(),
)
"""One subscription, announced, paid once, told so."""


def changed(rows: tuple[Row, ...], **values: Any) -> tuple[Row, ...]:
    """The same rows, the last of them otherwise."""
    return (*rows[:-1], {**rows[-1], **values})


def paid_twice(honest: Evidence) -> Evidence:
    """A second attempt of the same order, and the gateway took both."""
    second = uuid4()
    return replace(
        honest,
        charges=(*honest.charges, {**honest.charges[0], "key": second}),
        attempts=(*honest.attempts, {**honest.attempts[0], "id": second}),
    )


def charged_behind_our_back(honest: Evidence) -> Evidence:
    return replace(honest, charges=(*honest.charges, {**honest.charges[0], "key": uuid4()}))


def never_settled(honest: Evidence) -> Evidence:
    return replace(
        honest,
        renewals=changed(honest.renewals, settled_at=None, order_id=None),
        terms=honest.terms[:1],
        subscriptions=changed(honest.subscriptions, renews_on=date(2027, 3, 31)),
    )


def cancelled_before(honest: Evidence) -> Evidence:
    command = {
        "subscription": NUMBER,
        "name": "cancel-auto-renew",
        "outcome": "done",
        "received_at": DUE - timedelta(days=30),
    }
    return replace(honest, commands=(command,))


def lost_mail(honest: Evidence) -> Evidence:
    return replace(honest, mails=honest.mails[:1])


def announced_after_paid(honest: Evidence) -> Evidence:
    late = {**ANNOUNCED, "sent_at": DUE + timedelta(hours=1)}
    return replace(honest, notices=(late, RECEIPT))


def never_sent(honest: Evidence) -> Evidence:
    waiting = {**RECEIPT, "sent_at": None, "outcome": None, "message_id": None}
    return replace(honest, notices=(ANNOUNCED, waiting), mails=honest.mails[:1])


FAULTS: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "a term is paid twice": (paid_twice, "the term from 2027-03-31 was paid 2 times"),
    "a charge that we know nothing of": (charged_behind_our_back, "that we never made"),
    "money that settles nothing": (never_settled, "was paid, and is not settled"),
    "a term that nobody paid": (lambda honest: replace(honest, charges=()), "never paid for"),
    "another amount": (
        lambda honest: replace(honest, charges=changed(honest.charges, amount=100)),
        "the gateway took 100, our attempt says 97200",
    ),
    "an attempt for less than its order": (
        lambda honest: replace(
            honest,
            attempts=changed(honest.attempts, amount=100),
            charges=changed(honest.charges, amount=100),
        ),
        "paid 100 for an order of 97200",
    ),
    "a decline that counts as paid": (
        lambda honest: replace(honest, charges=changed(honest.charges, outcome="declined")),
        "the gateway says declined, our attempt paid",
    ),
    "a charge after a cancellation": (cancelled_before, "was charged after it was cancelled"),
    "a gap between terms": (
        lambda honest: replace(honest, terms=changed(honest.terms, starts_on=date(2027, 4, 1))),
        "a term ends on 2027-03-31, the next starts on 2027-04-01",
    ),
    "a term other than the one that was paid": (
        lambda honest: replace(honest, terms=changed(honest.terms, seats=3)),
        "is not the one that was paid",
    ),
    "a claim that nobody releases": (
        lambda honest: replace(honest, claims=changed(honest.claims, released_at=None)),
        "open without an attempt under way",
    ),
    "an attempt without an answer": (
        lambda honest: replace(honest, attempts=changed(honest.attempts, state="open")),
        "is still open",
    ),
    "a lost mail": (lost_mail, "renewed 7 in the term from 2027-03-31 counts as sent, but the mail server does not"),
    "a mail that nobody wrote": (
        lambda honest: replace(honest, mails=(*honest.mails, mail("reminder"))),
        "which we never wrote",
    ),
    "a mail that was written off": (
        lambda honest: replace(honest, notices=changed(honest.notices, outcome="missed")),
        "counts as missed, but the mail server has it",
    ),
    "a mail that waits although it is due": (never_sent, "is due and was neither sent nor missed"),
    "a mail after its reason was gone": (announced_after_paid, "was sent after the term was paid"),
    "a mail twice without a plug": (
        lambda honest: replace(honest, mails=(*honest.mails, mail("renewed"))),
        "1 second copies of mails, where 0 can be explained",
    ),
    "a step that nobody takes": (
        lambda honest: replace(
            honest, subscriptions=changed(honest.subscriptions, next_step_at=NOW - timedelta(hours=1))
        ),
        "which is overdue",
    ),
}


def test_an_honest_life_is_acquitted() -> None:
    verdict = judge(HONEST, calm=story_of(HONEST))
    assert (verdict.violations, verdict.paid, verdict.mails, verdict.doubled) == ((), 1, 2, 0)


@pytest.mark.parametrize(("plant", "said"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(plant: Callable[[Evidence], Evidence], said: str) -> None:
    violations = judge(plant(HONEST)).violations
    assert any(said in violation for violation in violations), violations


def test_a_second_copy_passes_where_a_plug_explains_it() -> None:
    doubled = replace(HONEST, mails=(*HONEST.mails, mail("renewed")))
    assert judge(doubled, may_double=1).violations == ()
    assert judge(doubled, may_double=1).doubled == 1


def test_a_second_copy_with_other_bytes_never_passes() -> None:
    doubled = replace(HONEST, mails=(*HONEST.mails, mail("renewed", "other bytes")))
    assert judge(doubled, may_double=1).violations == ("the mail server has <renewed@perennial.example> in 2 versions",)


def test_what_happens_only_in_calm_times_is_missed() -> None:
    without_announcement = replace(HONEST, notices=(RECEIPT,), mails=(mail("renewed"),))
    assert judge(without_announcement, calm=story_of(HONEST)).violations == (
        "S-1: did not happen: sent advance_charge_notice 7 in the term from 2026-03-31",
    )


def test_what_happens_only_when_plugs_are_pulled_is_too_much() -> None:
    calm = story_of(replace(HONEST, notices=(RECEIPT,)))
    assert judge(HONEST, calm=calm).violations == (
        "S-1: happened, but should not: sent advance_charge_notice 7 in the term from 2026-03-31",
    )
