"""Every row of the table of phases (domain.md 3): what each one leaves to, and when."""

from typing import Any

import pytest

from tests.scenarios.diary import written
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Theatre

Command = tuple[str, str, dict[str, str]]
"""Name, by whom, arguments."""

OPERATOR = "operator:ana"
RECORD = ("record-renewal", OPERATOR, {"reference": "PO-1", "reason": "partner order"})
CANCEL: Command = ("cancel-auto-renew", BUYER, {})
NEW_CARD = ("set-payment-method", BUYER, {"kind": "card", "token": "ok", "expires": "2030-01"})
MONTHLY = {"term": "month", "starts_on": "2027-02-28", "renews_on": "2027-03-31"}


@pytest.mark.parametrize(
    ("live", "columns", "given_at", "command", "until", "phases"),
    [
        pytest.param(
            "2026-12-30",
            {},
            "",
            None,
            "2027-01-02",
            "2026-12-31 00:00 active > renewable",
            id="active to renewable when the early window opens",
        ),
        pytest.param(
            "2026-10-01",
            {},
            "2026-11-05 12:00",
            RECORD,
            "2027-04-02",
            """
            2026-11-05 12:00 active > renewed
            2027-03-31 00:00 renewed > active
            """,
            id="active to renewed, and on the renewal date to active",
        ),
        pytest.param(
            "2027-01-01",
            {},
            "2027-02-05 12:00",
            RECORD,
            "2027-04-02",
            """
            2027-02-05 12:00 renewable > renewed
            2027-03-31 00:00 renewed > active
            """,
            id="renewable to renewed, and on the renewal date to active",
        ),
        pytest.param(
            "2027-03-01",
            MONTHLY,
            "2027-03-10 12:00",
            RECORD,
            "2027-04-02",
            """
            2027-03-10 12:00 renewable > renewed
            2027-03-31 00:00 renewed > renewable
            """,
            id="renewed to renewable where the next early window is open",
        ),
        pytest.param(
            "2027-03-01",
            {},
            "",
            None,
            "2027-04-02",
            "2027-03-31 06:00 renewable > active",
            id="renewable to active when paid on the day",
        ),
        pytest.param("2027-03-01", MONTHLY, "", None, "2027-04-02", "", id="a monthly one stays renewable"),
        pytest.param(
            "2027-03-01",
            {"method_token": "insufficient_funds*1"},
            "",
            None,
            "2027-04-02",
            """
            2027-03-31 06:00 renewable > past_due
            2027-04-01 06:00 past_due > active
            """,
            id="renewable to past due when declined, and to active when paid",
        ),
        pytest.param(
            "2027-03-01",
            MONTHLY | {"method_token": "insufficient_funds*1"},
            "",
            None,
            "2027-04-02",
            """
            2027-03-31 06:00 renewable > past_due
            2027-04-01 06:00 past_due > renewable
            """,
            id="past due to renewable when a monthly one is paid",
        ),
        pytest.param(
            "2027-03-01",
            {"method_token": "pending-then-paid:2d"},
            "",
            None,
            "2027-04-03",
            """
            2027-04-01 00:00 renewable > past_due
            2027-04-02 07:00 past_due > active
            """,
            id="renewable to past due the next day when the answer is still out",
        ),
        pytest.param(
            "2027-03-01",
            {"auto_renew": "no"},
            "",
            None,
            "2027-05-17",
            """
            2027-03-31 00:00 renewable > expired
            2027-05-16 00:00 expired > lapsed
            """,
            id="renewable to expired on the date, lapsed after 45 days",
        ),
        pytest.param(
            "2027-03-01",
            MONTHLY | {"auto_renew": "no"},
            "",
            None,
            "2027-05-17",
            """
            2027-03-31 00:00 renewable > expired
            2027-04-30 00:00 expired > lapsed
            """,
            id="a monthly one lapses with the lost month itself",
        ),
        pytest.param(
            "2027-03-01",
            {"auto_renew": "no"},
            "2027-05-15 23:59",
            RECORD,
            "2027-05-17",
            """
            2027-03-31 00:00 renewable > expired
            2027-05-15 23:59 expired > active
            """,
            id="expired to active on the last day of the late window",
        ),
        pytest.param(
            "2027-03-01",
            MONTHLY | {"auto_renew": "no"},
            "2027-04-10 12:00",
            RECORD,
            "2027-04-12",
            """
            2027-03-31 00:00 renewable > expired
            2027-04-10 12:00 expired > renewable
            """,
            id="expired to renewable when a monthly one is recorded late",
        ),
        pytest.param(
            "2027-03-01",
            {"method_token": "lost_card"},
            "",
            None,
            "2027-05-17",
            """
            2027-03-31 06:00 renewable > past_due
            2027-04-28 06:00 past_due > expired
            2027-05-16 00:00 expired > lapsed
            """,
            id="past due to expired with the last retry date, whatever the decline",
        ),
        pytest.param(
            "2027-03-01",
            MONTHLY | {"method_token": "insufficient_funds"},
            "",
            None,
            "2027-05-17",
            """
            2027-03-31 06:00 renewable > past_due
            2027-04-28 06:00 past_due > expired
            2027-04-30 00:00 expired > lapsed
            """,
            id="a monthly one past due",
        ),
        pytest.param(
            "2027-03-01",
            {"method_token": "lost_card"},
            "2027-04-02 12:00",
            CANCEL,
            "2027-04-05",
            """
            2027-03-31 06:00 renewable > past_due
            2027-04-02 12:00 past_due > expired
            """,
            id="past due to expired when cancelled",
        ),
        pytest.param(
            "2027-03-01",
            {},
            "2027-03-31 05:59",
            CANCEL,
            "2027-04-05",
            "2027-03-31 05:59 renewable > expired",
            id="renewable to expired when cancelled on the date",
        ),
        pytest.param(
            "2027-03-01",
            {"method_token": "lost_card"},
            "2027-04-27 12:00",
            NEW_CARD,
            "2027-05-01",
            """
            2027-03-31 06:00 renewable > past_due
            2027-04-27 12:00 past_due > active
            """,
            id="past due to active by a new card",
        ),
    ],
)
async def test_phases_follow_the_table(
    theatre: Theatre,
    live: str,
    columns: dict[str, Any],
    given_at: str,
    command: Command | None,
    until: str,
    phases: str,
) -> None:
    life = await theatre.subscription(live=live, **columns)
    if command:
        name, by, args = command
        assert await life.command(given_at, name, by=by, **args) == "done"
    await life.until(until)
    assert [line for line in await life.diary() if " > " in line[1]] == written(phases)
