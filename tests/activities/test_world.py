"""The world of these tests sees a charge that domain.md 10 forbids, and nothing wrong in one that it allows."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from models.engine import Sessions
from tests.activities.acts import CARD, about_the_quote
from tests.activities.desk import PARIS
from tests.activities.situations import early, with_a_quote, with_a_quote_paid_by_code
from tests.activities.world import World
from tests.scenarios.diary import instant

HELD_BY_ANOTHER = "what is paid or held by another"
LET_GO = "UPDATE claims SET released_at = opened_at WHERE released_at IS NULL"
ORDERED_OTHERWISE = "UPDATE quotes SET order_id = NULL"


@pytest.fixture
async def world(sessions: Sessions, tmp_path: Path) -> World:
    world = World(sessions, tmp_path, instant("2027-02-28", PARIS))
    await world.open(method_token="tok-own")  # a sandbox token
    return world


async def _release_and_offer_again(world: World) -> None:
    await with_a_quote_paid_by_code(world)
    await world.give("release-hold")


@pytest.mark.parametrize("before", [with_a_quote, _release_and_offer_again], ids=["offered", "offered again"])
async def test_a_term_is_held_for_its_order_by_the_quote_that_is_accepted(
    world: World, before: Callable[[World], Awaitable[None]]
) -> None:
    """domain.md 5: paid at once, the quote holds its terms until they are settled; the order holds nothing."""
    await before(world)
    await about_the_quote("accept-quote", **CARD)(world)
    assert [entry.state for entry in world.bank.book.values()][-1:] == ["paid"]
    assert world.faults == []


@pytest.mark.parametrize(
    "meanwhile",
    [pytest.param(LET_GO, id="let go"), pytest.param(ORDERED_OTHERWISE, id="ordered otherwise")],
)
async def test_a_charge_for_what_the_quote_does_not_hold_any_more_is_seen(world: World, meanwhile: str) -> None:
    await with_a_quote(world)
    _do_before_the_call(world, meanwhile)
    await about_the_quote("accept-quote", **CARD)(world)
    assert [fault.endswith(HELD_BY_ANOTHER) for fault in world.faults] == [True]


async def test_a_charge_for_what_a_checkout_does_not_hold_any_more_is_seen(world: World) -> None:
    await early(world)
    _do_before_the_call(world, LET_GO)
    await world.give("renew", **CARD)
    assert [fault.endswith(HELD_BY_ANOTHER) for fault in world.faults] == [True]


def _do_before_the_call(world: World, statement: str) -> None:
    """Once the order is written, and before the bank is called for it."""

    async def pause() -> None:
        await world.records.change(statement)

    world.bank.pause = pause
