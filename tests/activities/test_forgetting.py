"""What is long over of sign-ins is deleted by the watchdog's look, and nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities import forgetting
from models.accounts import AccountSessionRow, CalendarFeedRow, SignInLinkRow
from models.engine import Sessions
from models.operators import OperatorLinkRow, OperatorRow, OperatorSessionRow, OperatorTryRow
from models.seats import DayOfUseRow, DaysListedRow, SeatAssignmentRow
from models.tokens import digest
from tests.activities.desk import Desk
from tests.activities.test_watchdog import look

NOW = datetime(2027, 2, 10, 11, tzinfo=UTC)
"""The instant of the look: noon in Paris."""


async def sign_in(sessions: Sessions, name: str, link_over: timedelta, session_over: timedelta | None = None) -> None:
    """A link that has been over for so long, and a session that it began."""
    at = NOW - link_over
    async with sessions.begin() as session:
        link = SignInLinkRow(
            token_hash=digest(name),
            address_hash="",
            client_hash="",
            email=name,
            asked_at=at - timedelta(minutes=15),
            expires_at=at,
        )
        session.add(link)
        await session.flush()
        if session_over is not None:
            session.add(
                AccountSessionRow(
                    token_hash=digest(name), link_id=link.id, email=name, started_at=at, expires_at=NOW - session_over
                )
            )


async def left(sessions: Sessions) -> list[list[str | None]]:
    async with sessions() as session:
        tables = (SignInLinkRow, AccountSessionRow, CalendarFeedRow)
        return [
            list((await session.execute(select(col(each.email)).order_by(col(each.email)))).scalars())
            for each in tables
        ]


async def test_what_is_long_over_is_deleted_and_no_more(desk: Desk) -> None:
    await desk.open(live="2027-02-10")
    days = {name: timedelta(days=count) for name, count in (("old", 31), ("young", 29), ("unused", 31))}
    await sign_in(desk.sessions, "old", days["old"], days["old"])
    await sign_in(desk.sessions, "unused", days["unused"])
    await sign_in(desk.sessions, "young", days["young"], days["young"])
    await sign_in(desk.sessions, "still in", timedelta(days=40), timedelta(0))
    async with desk.sessions.begin() as session:
        for name, ended_at in (("old", NOW - days["old"]), ("young", NOW - days["young"]), ("open", None)):
            at = NOW - timedelta(days=400)
            session.add(CalendarFeedRow(token_hash=digest(name), email=name, created_at=at, ended_at=ended_at))
    assert (await look(desk)).forgotten == 4
    assert await left(desk.sessions) == [["still in", "young"], ["still in", "young"], ["open", "young"]]
    assert (await look(desk)).forgotten == 0


async def test_days_of_use_go_with_time_but_for_the_last_of_who_has_a_seat(desk: Desk) -> None:
    await desk.open(live="2027-02-10")
    days = {
        "holder@x.example": ("2025-12-01", "2026-01-05"),
        "active@x.example": ("2026-01-05", "2026-01-06", "2027-02-01"),
        "going@x.example": ("2025-12-01", "2026-01-05"),
        "gone@x.example": ("2026-01-05", "2026-01-06"),
        "just gone@x.example": ("2026-01-05",),
    }
    ends_on = {"going": date(2027, 2, 11), "gone": date(2026, 2, 1), "just gone": date(2027, 2, 9)}
    async with desk.sessions.begin() as session:
        for user, used in days.items():
            ended_on = ends_on.get(user.partition("@")[0])
            session.add(
                SeatAssignmentRow(
                    subscription=desk.number,
                    user=user,
                    assigned_on=date(2025, 11, 1),
                    unassigned_on=ended_on,
                    told_at=NOW,
                    told_by="operator:ana",
                )
            )
            session.add_all(
                DayOfUseRow(subscription=desk.number, user=user, used_on=date.fromisoformat(day)) for day in used
            )
            until = date(2026, 1, 5) if "gone" in user else date(2027, 2, 1)
            session.add(DaysListedRow(subscription=desk.number, user=user, since=date(2025, 11, 1), until=until))
    assert (await look(desk)).forgotten == 5  # what lies before 6 January 2026, 400 days ago
    rows = await desk.rows('SELECT "user", used_on::text AS day FROM days_of_use ORDER BY "user", used_on')
    assert [(row["user"].partition("@")[0], row["day"]) for row in rows] == [
        ("active", "2026-01-06"),
        ("active", "2027-02-01"),
        ("going", "2026-01-05"),
        ("gone", "2026-01-06"),
        ("holder", "2026-01-05"),
    ]
    listed = await desk.rows('SELECT "user", since::text, until::text FROM days_listed ORDER BY "user"')
    assert [tuple(row.values()) for row in listed] == [  # what was forgotten is not said to be no use at all
        ("active@x.example", "2026-01-06", "2027-02-01"),
        ("going@x.example", "2026-01-06", "2027-02-01"),
        ("holder@x.example", "2026-01-06", "2027-02-01"),
    ]
    assert (await look(desk)).forgotten == 0


async def test_one_look_deletes_a_few_and_the_next_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "PER_LOOK", 2)
    await desk.open(live="2027-02-10")
    for name in "abc":
        await sign_in(desk.sessions, name, timedelta(days=31))
    assert [(await look(desk)).forgotten for _ in range(3)] == [2, 1, 0]


async def test_what_is_over_of_operators_sign_ins_goes_as_well_and_they_stay(desk: Desk) -> None:
    await desk.open(live="2027-02-10")
    async with desk.sessions.begin() as session:
        made: dict[str, Any] = {"created_at": NOW, "created_by": "operator:ana", "created_because": "a test"}
        session.add(OperatorRow(name="mira", email="mira@vendor.example", role="viewer", **made))
        await session.flush()
        for name, days in (("old", 31), ("young", 29)):
            at = NOW - timedelta(days=days)
            whose: dict[str, Any] = {"operator": "mira", "token_hash": digest(name), "expires_at": at}
            session.add(OperatorLinkRow(made_at=at, made_by="operator:ana", **whose))
            session.add(OperatorSessionRow(way="link", started_at=at, seen_at=at, **whose))
            session.add(OperatorTryRow(name_hash=name, client_hash=name, tried_at=at))
    assert (await look(desk)).forgotten == 3
    async with desk.sessions() as session:
        assert list(await session.scalars(select(col(OperatorTryRow.name_hash)))) == ["young"]
        assert list(await session.scalars(select(col(OperatorSessionRow.token_hash)))) == [digest("young")]
        assert list(await session.scalars(select(col(OperatorRow.name)))) == ["mira"]
