"""What was foreseen against what happened: each difference has its likeliest cause."""

from dataclasses import replace
from typing import Any

import pytest

from renewals.foreseen import Cause, Foreseen, Happened, Since, Verdict, compare
from tests.renewals.builders import utc

AT, AFTER = utc("2027-03-31 04:00"), utc("2027-04-01 00:00")
CHARGE = Foreseen(1, AT, "charge", "automatic", 1000)
MAIL = Foreseen(2, AT, "notice", "reminder")
RECEIPT = Foreseen(3, AT, "notice", "renewed")
PAID = Happened("a", AT, "charge", "automatic", "paid", 1000)
SENT = Happened("m", AT, "notice", "reminder", "sent")
BEFORE = utc("2027-03-30 12:00")
OPEN = ((BEFORE, None),)
NOTHING = Since()


def verdicts(
    lines: list[Foreseen], happened: list[Happened], since: Since = NOTHING, now: Any = AFTER
) -> list[tuple[Verdict, Cause | None]]:
    return [(found.verdict, found.cause) for found in compare(lines, happened, since, now)]


@pytest.mark.parametrize(
    ("line", "it", "expected"),
    [
        pytest.param(CHARGE, PAID, (Verdict.AGREED, None), id="as foreseen"),
        pytest.param(CHARGE, replace(PAID, outcome="declined"), (Verdict.AGREED, None), id="made, and declined"),
        pytest.param(CHARGE, replace(PAID, at=utc("2027-03-31 04:15")), (Verdict.AGREED, None), id="soon after"),
        pytest.param(CHARGE, replace(PAID, at=utc("2027-03-31 04:16")), (Verdict.DIFFERS, Cause.TIME), id="late"),
        pytest.param(CHARGE, replace(PAID, amount=900), (Verdict.DIFFERS, Cause.AMOUNT), id="another amount"),
        pytest.param(MAIL, SENT, (Verdict.AGREED, None), id="a mail"),
        pytest.param(MAIL, replace(SENT, outcome="missed"), (Verdict.NOT_HAPPENED, Cause.MISSED), id="written off"),
        pytest.param(MAIL, replace(SENT, outcome="failed"), (Verdict.NOT_HAPPENED, Cause.NOT_ACCEPTED), id="refused"),
        pytest.param(
            RECEIPT, replace(SENT, detail="renewed", by_itself=False), (Verdict.AGREED, None), id="a receipt is caused"
        ),
    ],
)
def test_what_happened_is_laid_beside_its_line(line: Foreseen, it: Happened, expected: tuple[Any, Any]) -> None:
    assert verdicts([line], [it]) == [expected]


@pytest.mark.parametrize(
    ("line", "since", "cause"),
    [
        pytest.param(CHARGE, Since(), Cause.UNKNOWN, id="no cause that is known"),
        pytest.param(CHARGE, Since(parked=OPEN), Cause.PARKED, id="parked"),
        pytest.param(CHARGE, Since(parked=((BEFORE, utc("2027-03-30 13:00")),)), Cause.UNKNOWN, id="released before"),
        pytest.param(CHARGE, Since(charges_paused=OPEN), Cause.PAUSED, id="charges are paused"),
        pytest.param(MAIL, Since(charges_paused=OPEN), Cause.UNKNOWN, id="that stops no mail"),
        pytest.param(RECEIPT, Since(charges_paused=OPEN), Cause.PAUSED, id="but its receipt"),
        pytest.param(MAIL, Since(mails_paused=OPEN), Cause.PAUSED, id="mails are paused"),
        pytest.param(CHARGE, Since(mails_paused=OPEN), Cause.UNKNOWN, id="that stops no charge"),
        pytest.param(CHARGE, Since(paid=(BEFORE,)), Cause.PAID_BEFORE, id="paid before"),
        pytest.param(CHARGE, Since(paid=(AFTER,)), Cause.UNKNOWN, id="paid after"),
        pytest.param(CHARGE, Since(cancelled=(BEFORE,), commands=(BEFORE,)), Cause.CANCELLED, id="cancelled"),
        pytest.param(CHARGE, Since(in_doubt=OPEN), Cause.IN_DOUBT, id="in doubt"),
        pytest.param(CHARGE, Since(held=OPEN), Cause.HELD, id="held"),
        pytest.param(RECEIPT, Since(declined=(AT,)), Cause.DECLINED, id="no receipt for what was declined"),
        pytest.param(MAIL, Since(commands=(BEFORE,)), Cause.COMMAND, id="another command"),
        pytest.param(MAIL, Since(other_rules=True), Cause.RULES, id="other rules"),
    ],
)
def test_what_did_not_happen_has_the_first_cause_that_explains_it(line: Foreseen, since: Since, cause: Cause) -> None:
    assert verdicts([line], [], since) == [(Verdict.NOT_HAPPENED, cause)]


def test_a_line_whose_time_has_not_come_waits() -> None:
    assert verdicts([CHARGE], [], now=utc("2027-03-31 04:15")) == [(Verdict.WAITS, None)]


def test_a_buyer_who_pays_first_is_told_apart_from_the_charge_that_was_foreseen() -> None:
    own = Happened("b", BEFORE, "charge", "checkout", "paid", 1000, by_itself=False)
    assert verdicts([CHARGE], [own], Since(paid=(BEFORE,))) == [
        (Verdict.NOT_HAPPENED, Cause.PAID_BEFORE),
        (Verdict.UNFORESEEN, Cause.BUYER),
    ]


@pytest.mark.parametrize(
    ("it", "since", "cause"),
    [
        pytest.param(replace(SENT, by_itself=False), Since(), Cause.CAUSED, id="a mail that a command caused"),
        pytest.param(PAID, Since(declined=(BEFORE,)), Cause.DECLINED, id="a retry"),
        pytest.param(PAID, Since(declined=(AT,)), Cause.UNKNOWN, id="its own decline explains no charge"),
        pytest.param(SENT, Since(commands=(BEFORE,)), Cause.COMMAND, id="a command changed the plan"),
        pytest.param(SENT, Since(other_rules=True), Cause.RULES, id="other rules"),
        pytest.param(SENT, Since(), Cause.UNKNOWN, id="for somebody to look at"),
    ],
)
def test_what_nobody_foresaw_has_a_cause_too(it: Happened, since: Since, cause: Cause) -> None:
    assert verdicts([], [it], since) == [(Verdict.UNFORESEEN, cause)]


def test_each_retry_finds_its_own_line_and_no_two_share_one() -> None:
    lines = [replace(CHARGE, id=n, at=utc(f"2027-04-0{n} 04:00")) for n in (1, 2)]
    happened = [replace(PAID, id=str(n), at=utc(f"2027-04-0{n} 04:01")) for n in (2, 1)]
    found = list(compare(lines, happened, Since(), utc("2027-05-01 00:00")))
    assert [(each.foreseen and each.foreseen.id, each.happened and each.happened.id) for each in found] == [
        (1, "1"), (2, "2"),
    ]  # fmt: skip
