"""Bulk checkouts on the stage: several subscriptions of one buyer, whose clocks are moved together."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from activities.starting import start_bulk_checkout
from models.checkouts import BasketTold, basket_told, store_basket
from models.store import load_all
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Life, Theatre

FIRST, SECOND, THIRD = "S-23561", "S-37330", "S-39368"
CSN = "C-1"
BY_HAND: dict[str, Any] = {"auto_renew": "no", "csn": CSN}


async def three(theatre: Theatre, **columns: Any) -> list[Life]:
    """Three subscriptions of one customer, each for a year until 2027-03-31, renewed by hand."""
    return [await theatre.subscription(number, **BY_HAND | columns) for number in (FIRST, SECOND, THIRD)]


async def given(
    lives: Sequence[Life], at: str, *, numbers: Sequence[str] | None = None, by: str = BUYER, **basket: Any
) -> UUID:
    """Live until `at`, and store a bulk checkout of all of them then; `method` pays, or `methods` by customer."""
    for life in lives:
        await life.move_to(at)
    life = lives[0]
    async with life.sessions.begin() as session:  # to the microsecond
        await session.execute(text("UPDATE subscriptions SET shift = (SELECT max(shift) FROM subscriptions)"))
    methods = basket.pop("methods", None) or ({"*": basket.pop("method")} if "method" in basket else {})
    async with life.sessions.begin() as session:
        stored = await load_all(session, [each.number for each in lives], datetime.now(UTC))
        ahead = min(each.row.shift for each in stored)
        return await store_basket(
            session,
            client_key=basket.pop("key", None) or str(uuid4()),
            numbers=numbers or [each.number for each in lives],
            methods=methods,
            by=by,
            wall_now=instant(at, life.zone) - ahead,
            **basket,
        )


async def carried_out(lives: Sequence[Life], basket_id: UUID) -> list[str]:
    """Let the workflow of a basket run to its end, and its subscriptions' catch up; the outcomes, by place."""
    handle = await start_bulk_checkout(lives[0].client, basket_id)
    await handle.result()
    for life in lives:
        await life.catch_up()
    return outcomes(await told(lives[0], basket_id))


async def bulk(lives: Sequence[Life], at: str, **basket: Any) -> list[str]:
    """The outcomes of a bulk checkout of all of them at that local time."""
    return await carried_out(lives, await given(lives, at, **basket))


async def told(life: Life, basket_id: UUID) -> BasketTold:
    async with life.sessions() as session:
        found = await basket_told(session, basket_id)
    assert found is not None
    return found


def outcomes(basket: BasketTold) -> list[str]:
    return [f"{line.outcome} {line.code}" if line.code else str(line.outcome) for line in basket.lines]
