"""What the pictures of the handbook show: the example portfolio, lived until the morning of 1 March 2027.

It is played as `perennial rehearse` plays it, through the real workflow on throw-away servers. Then the clocks of all
subscriptions are brought together, and the console's stands still at that morning: the same pictures come again.

What twelve subscriptions cannot bring about is put in: the figures of the wave of declines on which charges stopped.
"""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import sqlalchemy as sa

from activities.alarming import alarm_together
from activities.breaker import in_a_sentence
from activities.planning import NEVER
from cli.rehearsal import Servers, play, zones_of
from cli.stage import Stage
from docs.source import ROOT
from models import staff
from models.engine import Sessions
from models.journal import SYSTEM, raise_alarm
from models.pauses import CHARGES_STOPPED, Pausable, pause
from portfolio.commands_file import ScheduledCommand, read_commands
from portfolio.importing import import_portfolio
from renewals.roles import Role

EXAMPLE = ROOT / "examples" / "portfolio"
START, NOW = datetime(2026, 11, 22, tzinfo=UTC), datetime(2027, 3, 1, 9, tzinfo=UTC)
EVE = date(2027, 2, 27)
"""The last day that has ended everywhere before `NOW`."""
WAVE_AT = datetime(2027, 3, 1, 7, 51, tzinfo=UTC)
WAVE: dict[str, Any] = {
    "rule": "declines",
    "since": "2027-03-01T07:05:00+00:00",
    "answered": 240,
    "declined": 139,
    "usual_answered": 10_000,
    "usual_declined": 1_500,
    "floor": 40,
    "factor": 300,
}
ASKS = ScheduledCommand(
    line=0,
    at_local=datetime(2027, 2, 26, 15, 0),  # noqa: DTZ001  # wall-clock time of the customer
    subscription="S-1005",
    command="ask-for-quote",
    by="ines@lumiere.example",
    args={"lines": [{"subscription": "S-1005", "seats": 3}]},
)
SETTLED_CLOCKS = """
    UPDATE subscriptions SET shift = interval '0',
        next_step_at = CASE WHEN next_step_at = :never THEN next_step_at ELSE next_step_at + shift END
"""
SETTLED_QUOTES = "UPDATE quotes SET next_step_at = next_step_at + :ahead"


async def live(servers: Servers) -> None:
    """Play the portfolio until `NOW`; then let every clock show it."""
    async with servers.sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=START, imported_by="operator:mira")
    script = (*read_commands(EXAMPLE / "commands.csv").commands, ASKS)
    await play(servers, start=START, until=EVE, commands=script, progress=lambda done, all_: None)
    for number in await zones_of(servers.sessions):
        stage = Stage(servers.client, servers.sessions, number)
        await stage.advance_until(NOW)
        await stage.show(NOW)
    async with servers.sessions.begin() as session:
        await session.execute(sa.text(SETTLED_QUOTES), {"ahead": NOW - datetime.now(UTC)})
        await session.execute(sa.text(SETTLED_CLOCKS), {"never": NEVER})
    await alarm_together(servers.sessions, NOW)
    await _import_more(servers.sessions)


async def _import_more(sessions: Sessions) -> None:
    """The same subscriptions once more under other numbers, a day ago: they wait for their go-live."""
    with tempfile.TemporaryDirectory(prefix="perennial-pictures-") as place:
        for name in ("catalog.csv", "customers.csv", "subscriptions.csv"):
            lines = list(csv.reader((EXAMPLE / name).read_text(encoding="utf-8").splitlines()))
            with (Path(place) / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([each[0].replace("S-1", "S-2", 1), *each[1:]] for each in lines)
        async with sessions.begin() as session:
            yesterday = NOW - timedelta(days=1)
            await import_portfolio(session, Path(place), now=yesterday, imported_by="operator:mira")


async def stop_charges(sessions: Sessions) -> None:
    """As the breaker does it."""
    sentence = in_a_sentence(WAVE)
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by=SYSTEM, reason=sentence, now=WAVE_AT, figures=WAVE)
        await raise_alarm(session, None, CHARGES_STOPPED, sentence, WAVE_AT)


async def link_for(sessions: Sessions, name: str) -> str:
    """The path of the link that lets an admin of that name in."""
    why: dict[str, Any] = {"by": "operator:setup", "reason": "for the pictures", "now": NOW}
    async with sessions.begin() as session:
        return "/ops/enter/" + await staff.add_operator(session, name, f"{name}@vendor.example", Role.ADMIN, **why)


class _Standing(datetime):
    """A clock that has stopped."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.combine(NOW.date(), NOW.time(), UTC).astimezone(tz)


@contextmanager
def standing_clocks() -> Iterator[None]:
    """The console's clock, and the worker's where it looks ahead, show `NOW`."""
    with (
        patch("console.ops.desk.datetime", _Standing),
        patch("activities.foreseeing.started_at", lambda: NOW),
    ):
        yield
