"""What is coming to a portfolio: the forecast of each subscription, read and walked a batch at a time."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from models.ahead import turns
from models.engine import Sessions
from models.store import load_all
from renewals.calendar import days_after, midnight
from renewals.facts import Subscription
from renewals.forecast import Coming, forecast

_BATCH = 500
"""How many are read at once: from there on more saves no time, and costs memory."""


async def forecasts(
    sessions: Sessions,
    numbers: Sequence[str],
    wall_now: datetime,
    until: date | None,
    progress: Callable[[int, int], None],
    *,
    resumed: bool = False,
) -> AsyncIterator[tuple[Subscription, list[Coming]]]:
    """By number: what comes to each of the subscriptions up to the end of the local day `until` (None: `a_year_on`).

    With `resumed` it is what would come if nothing were paused. `progress` is told how many of how many are done.
    Raises `pricing.NotPriced`.
    """
    for start in range(0, len(numbers), _BATCH):
        batch = numbers[start : start + _BATCH]
        async with sessions() as session:
            found = await load_all(session, batch, wall_now)
        for stored in found:
            last = until or a_year_on(stored.now)
            ends_at = midnight(days_after(last, 1), stored.facts.time_zone)
            facts = replace(stored.facts, charges_paused=False, mails_paused=False) if resumed else stored.facts
            ahead = turns(stored.rulebook, facts, stored.now, ends_at)
            yield facts, list(forecast(facts, stored.now, last, ahead))
        progress(start + len(batch), len(numbers))


def a_year_on(now: datetime) -> date:
    """How far a forecast looks unless told otherwise: one yearly term and its late window."""
    return (now + timedelta(days=400)).date()
