"""The breaker: charges stop by themselves when what is declined or charged leaves its usual range.

It is asked wherever a charge is claimed, and looks at most once a minute in each worker. It stops charges by the pause
that operators have, says why, and raises a grave alarm; an operator lets them go on, with a second person.
"""

import asyncio
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from models.charging_rate import accepted_declines, charges_since, looked_since, usual_charges
from models.engine import Sessions
from models.journal import SYSTEM, raise_alarm
from models.pauses import CHARGES_STOPPED, Pausable, pause, paused_now
from renewals.breaker import Bounds, Seen, Tripped, Usual, tripped

LOOKS_EVERY = timedelta(minutes=1)
USUAL_HOLDS = timedelta(minutes=10)
"""How long it is remembered what is usual: it is counted only where the figures of the hour give a reason to ask."""


class Breaker:
    """Stops charges. One for each worker; of two that trip at once, one stops them and the other finds it done."""

    def __init__(self, sessions: Sessions, bounds: Bounds) -> None:
        self._sessions, self._bounds = sessions, bounds
        self._looked_at: datetime | None = None
        self._usual: tuple[datetime, datetime, Usual] | None = None
        self._turn = asyncio.Lock()

    async def check(self, now: datetime) -> None:
        """Look, unless it was done a moment ago. `now` is the world's time."""
        if self._is_fresh(now):
            return
        async with self._turn:
            if not self._is_fresh(now):
                await self._look(now)
                self._looked_at = now

    def _is_fresh(self, now: datetime) -> bool:
        return self._looked_at is not None and abs(now - self._looked_at) < LOOKS_EVERY

    async def _look(self, now: datetime) -> None:
        async with self._sessions() as session:
            since = await looked_since(session, now)
            seen = await charges_since(session, since, now)
        if seen.answered < self._bounds.least and seen.tries <= self._bounds.volume_floor:
            return
        async with self._sessions() as session:
            accepted = await accepted_declines(session, now)
        usual = replace(await self._usual_of(since, now), accepted=accepted)
        why = tripped(seen, usual, self._bounds)
        if why:
            await self._stop(why, seen, usual, since, now)

    async def _usual_of(self, since: datetime, now: datetime) -> Usual:
        if self._usual is None or now - self._usual[0] >= USUAL_HOLDS or self._usual[1] < since - USUAL_HOLDS:
            async with self._sessions() as session:
                self._usual = now, since, await usual_charges(session, since, now)
        return self._usual[2]

    async def _stop(self, why: Tripped, seen: Seen, usual: Usual, since: datetime, now: datetime) -> None:
        """Pause all charges, unless somebody has just let them go on and the figures are of before."""
        figures = _figures(why, seen, usual, self._bounds, since)
        sentence = in_a_sentence(figures)
        async with self._sessions.begin() as session:
            if Pausable.CHARGES in {row.what for row in await paused_now(session)}:
                return
            if await looked_since(session, now) > since:
                return
            if await pause(session, Pausable.CHARGES, by=SYSTEM, reason=sentence, now=now, figures=figures):
                await raise_alarm(session, None, CHARGES_STOPPED, sentence, now, facts=figures)


def _figures(why: Tripped, seen: Seen, usual: Usual, bounds: Bounds, since: datetime) -> dict[str, Any]:
    """What it was decided on, for people to check."""
    found: dict[str, Any] = {"rule": why.value, "since": since.isoformat()}
    if why is Tripped.VOLUME:
        expected = usual.to_be_expected
        limit = max(bounds.volume_floor, expected * bounds.volume_factor // 100)
        return found | {"tries": seen.tries, "expected": expected, "limit": limit}
    return (
        found
        | {
            "answered": seen.answered,
            "declined": seen.declined,
            "usual_answered": usual.answered,
            "usual_declined": usual.declined,
            "floor": bounds.declines_floor,
            "factor": bounds.declines_factor,
        }
        | ({f"accepted_{name}": count for name, count in asdict(usual.accepted).items()} if usual.accepted else {})
    )


def in_a_sentence(figures: dict[str, Any]) -> str:
    """Why charges were stopped, for the record and the command line."""
    if figures["rule"] == Tripped.VOLUME:
        return (
            f"{figures['tries']} charges in an hour; at most {figures['limit']} are usual, where {figures['expected']}"
            " were to be expected"
        )
    return (
        f"{figures['declined']} of {figures['answered']} first charges of an hour were declined; in the four weeks "
        f"before, {figures['usual_declined']} of {figures['usual_answered']} were"
    ) + (
        f"; {figures['accepted_declined']} of {figures['accepted_answered']} were accepted as usual"
        if "accepted_answered" in figures
        else ""
    )
