"""domain.md 3: policy values; the most specific wins, versions have a date of effect."""

from datetime import date, time

import pytest

from renewals.facts import Channel, Policy, Term
from renewals.payments import MethodKind
from renewals.policy import PolicyVersion, fault, policy_for


def version(
    values: dict[str, object],
    sku: str | None = None,
    country: str | None = None,
    channel: Channel | None = None,
    number: int = 1,
    effective_on: date = date(2026, 1, 1),
) -> PolicyVersion:
    return PolicyVersion(sku, country, channel, number, effective_on, values)


def read(*versions: PolicyVersion, on: date = date(2027, 1, 1)) -> Policy:
    return policy_for(versions, "DRAFT-STD", "FR", Channel.DIRECT_ONLINE, on)


def test_the_defaults_are_those_of_the_domain() -> None:
    found = read()
    assert found.early_window_days == 90
    assert found.late_window_days == {Term.MONTH: 30, Term.YEAR: 45, Term.THREE_YEARS: 45}
    assert (found.charge_time, found.charge_spread_seconds, found.notice_time) == (time(6), 7200, time(9))
    assert found.past_due_access_days == 15
    assert found.retry_days == (1, 3, 5, 7, 14, 21, 28)
    assert (found.window_open_days, found.reminder_days, found.monthly_reminder_days) == (
        90,
        (60, 30, 14, 7, 1),
        (7, 1),
    )
    assert found.advance_notice_days == (38, 28, 7)
    assert (found.monthly_advance_notice_days, found.monthly_debit_notice_days) == ((7,), (14,))
    assert (found.card_expiring_days, found.late_window_closing_days) == (30, (15, 3))
    assert found.sales_self_service
    assert found.methods == tuple(MethodKind)
    assert found.voucher_days == {MethodKind.KONBINI: 3, MethodKind.BANK_TRANSFER: 7}


EVERYWHERE = version({"past_due_access_days": 1})
BY_CHANNEL = version({"past_due_access_days": 2}, channel=Channel.DIRECT_ONLINE)
BY_COUNTRY = version({"past_due_access_days": 3}, country="FR")
BY_OFFERING = version({"past_due_access_days": 4}, sku="DRAFT-STD")
BY_ALL = version({"past_due_access_days": 5}, sku="DRAFT-STD", country="FR", channel=Channel.DIRECT_ONLINE)
LATER = version({"past_due_access_days": 6}, number=2, effective_on=date(2026, 6, 1))


@pytest.mark.parametrize(
    ("versions", "days"),
    [
        pytest.param([EVERYWHERE], 1, id="everywhere"),
        pytest.param([BY_CHANNEL, EVERYWHERE], 2, id="channel before everywhere"),
        pytest.param([BY_COUNTRY, EVERYWHERE], 3, id="country before everywhere"),
        pytest.param([BY_OFFERING, EVERYWHERE], 4, id="offering before everywhere"),
        pytest.param([BY_ALL, BY_OFFERING, BY_COUNTRY, BY_CHANNEL, EVERYWHERE], 5, id="all three before one"),
        pytest.param([LATER, EVERYWHERE], 6, id="of the same scope the later version"),
        pytest.param([BY_CHANNEL, LATER], 2, id="specific before later"),
        pytest.param([version({"past_due_access_days": 9}, country="DE")], 15, id="another country's does not apply"),
        pytest.param([version({"past_due_access_days": 9}, effective_on=date(2027, 1, 2))], 15, id="not yet in effect"),
        pytest.param([version({"past_due_access_days": 9}, effective_on=date(2027, 1, 1))], 9, id="in effect that day"),
    ],
)
def test_the_most_specific_version_in_effect_wins(versions: list[PolicyVersion], days: int) -> None:
    assert read(*versions).past_due_access_days == days
    assert read(*reversed(versions)).past_due_access_days == days


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        pytest.param({"charge_time": "07:30"}, "charge_time", time(7, 30), id="a time"),
        pytest.param({"retry_days": [2, 4]}, "retry_days", (2, 4), id="days"),
        pytest.param(
            {"late_window_days": {"month": 20}},
            "late_window_days",
            {Term.MONTH: 20, Term.YEAR: 45, Term.THREE_YEARS: 45},
            id="one term's days",
        ),
        pytest.param({"sales_self_service": False}, "sales_self_service", False, id="a switch"),
        pytest.param({"charge_spread_seconds": 1}, "charge_spread_seconds", 1, id="no spread at all"),
    ],
)
def test_a_value_is_read_as_stored(values: dict[str, object], name: str, expected: object) -> None:
    assert getattr(read(version(values)), name) == expected


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"reminder_weeks": 3}, id="a value no policy has"),
        pytest.param({"early_window_days": "90"}, id="a number as a text"),
        pytest.param({"early_window_days": True}, id="a number that is true"),
        pytest.param({"charge_time": "25:00"}, id="no time of day"),
        pytest.param({"retry_days": ["1"]}, id="days as texts"),
        pytest.param({"late_window_days": {"decade": 3}}, id="a term nobody sells"),
        pytest.param({"sales_self_service": 1}, id="a switch that is a number"),
        pytest.param({"early_window_days": -5}, id="a window that opens after the date"),
        pytest.param({"retry_days": [True]}, id="a day that is true"),
        pytest.param({"retry_days": []}, id="no retry date at all: past due would never end"),
        pytest.param({"retry_days": [7, 1]}, id="retries out of order: past due would end with the wrong one"),
        pytest.param({"charge_spread_seconds": 0}, id="a spread that cannot be divided by"),
    ],
)
def test_a_version_that_no_rule_can_work_with_is_named_and_counts_as_if_it_were_not_there(
    values: dict[str, object],
) -> None:
    assert fault(version(values))
    assert read(version(values)) == Policy()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"methods": ["card", "cheque"]}, id="a method that nobody knows"),
        pytest.param({"methods": [1]}, id="no method"),
        pytest.param({"voucher_days": {"konbini": 61}}, id="a voucher of more than sixty days"),
        pytest.param({"voucher_days": {"konbini": 0}}, id="a voucher of no day"),
        pytest.param({"reminder_days": ["7"]}, id="days that are text"),
    ],
)
def test_a_value_that_cannot_be_meant_counts_as_if_it_were_not_there(values: dict[str, object]) -> None:
    assert fault(version(values)) is not None
    assert read(version(values)) == Policy()


def test_methods_and_voucher_days_are_the_policys() -> None:
    found = read(version({"methods": ["card", "konbini"], "voucher_days": {"konbini": 7}}))
    assert found.methods == (MethodKind.CARD, MethodKind.KONBINI)
    assert found.voucher_days == {MethodKind.KONBINI: 7, MethodKind.BANK_TRANSFER: 7}
