"""An order of several subscriptions is not given up by one of them while another calls the gateway for it."""

from pathlib import Path

import pytest

from models.engine import Sessions
from tests.activities.acts import CANCEL, CARD, PARK, Act, ask, at_once
from tests.activities.bank import Fate
from tests.activities.desk import PARIS
from tests.activities.pair import Pair
from tests.scenarios.diary import instant

STOPS = [pytest.param(CANCEL, id="cancelled"), pytest.param(PARK, id="parked")]


@pytest.fixture
async def pair(sessions: Sessions, tmp_path: Path) -> Pair:
    """Two subscriptions with a quote for both; the plan of the first sees to its payment."""
    pair = Pair(sessions, tmp_path, instant("2027-02-28", PARIS), "1")
    await pair.open()
    await pair.be_away(instant("2027-03-01 12:00", PARIS))
    await pair.ask_for_quote()
    for world in pair.worlds:
        world.alone = False
    return pair


async def _accept_through_the_second(pair: Pair) -> None:
    await pair.worlds[1].give("accept-quote", quote=pair.quote, **CARD)


async def _attempts(pair: Pair) -> list[str]:
    return [row["state"] for row in await pair.first.records.rows("SELECT state FROM attempts ORDER BY called_at")]


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("stopped", [0, 1], ids=["first", "second"])
async def test_what_is_stopped_while_the_other_calls_for_it_stands_if_it_is_paid(
    pair: Pair, stop: Act, stopped: int
) -> None:
    """domain.md 7: in doubt, if paid it stands; else the money would have bought nothing, and the quote been open."""

    async def meanwhile() -> None:
        pair.first.bank.pause = at_once
        await stop(pair.worlds[stopped])
        await ask(pair.first)

    pair.first.bank.pause = meanwhile
    await _accept_through_the_second(pair)
    assert await _attempts(pair) == ["paid"]
    terms = await pair.first.records.rows("SELECT settled_at FROM renewals WHERE settled_at IS NOT NULL")
    assert (len(terms), pair.first.faults) == (2, [])


async def test_what_its_caller_never_sent_is_given_up_five_minutes_later(pair: Pair) -> None:
    pair.first.bank.fates.append(Fate.LOST)

    async def meanwhile() -> None:
        pair.first.bank.pause = at_once
        await CANCEL(pair.first)
        await ask(pair.first)

    pair.first.bank.pause = meanwhile
    await _accept_through_the_second(pair)
    assert await _attempts(pair) == ["unknown"]
    await pair.be_away(instant("2027-03-01 12:04", PARIS))
    assert await _attempts(pair) == ["unknown"]
    await pair.be_away(instant("2027-03-01 12:05", PARIS))
    assert await _attempts(pair) == ["abandoned"]
    assert (pair.first.bank.kept(), pair.first.faults) == ({}, [])
