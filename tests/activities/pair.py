"""Two subscriptions of one customer, with one bank and one post office, on one clock."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from temporalio.client import Client

from activities.baskets import Baskets
from activities.quotes import Quotes
from models.checkouts import store_basket
from models.engine import Sessions
from tests.activities.acts import Act, quote_of
from tests.activities.baskets import Doorbell
from tests.activities.never import broken
from tests.activities.world import World
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import SIGNING_KEY

MOST_ROUNDS = 30
"""If they have not come to rest after so many, each wakes the other without end."""

PairAct = Callable[["Pair"], Awaitable[Any]]


class Pair:
    """The first one sees to what is paid for both. `quote` is the reference of a quote for both, once there is one."""

    def __init__(self, sessions: Sessions, folder: Path, now: datetime, name: str) -> None:
        self.worlds = tuple(World(sessions, folder / each, now, number=f"S-{name}-{each}") for each in ("A", "B"))
        first, second = self.worlds
        second.bank, second.post, second.plug = first.bank, first.post, first.plug
        self.sessions, self.csn, self.quote = sessions, f"C-{name}", ""
        self.slow_down(sessions)

    @property
    def first(self) -> World:
        return self.worlds[0]

    @property
    def numbers(self) -> list[str]:
        return [world.number for world in self.worlds]

    @property
    def now(self) -> datetime:
        return self.first.now

    @now.setter
    def now(self, at: datetime) -> None:
        for world in self.worlds:
            world.now = at

    def slow_down(self, sessions: Sessions) -> None:
        """As `World.slow_down`, both."""
        for world in self.worlds:
            world.slow_down(sessions)

    async def open(self) -> None:
        for world in self.worlds:
            await world.open(csn=self.csn, method_token="tok-own")  # a sandbox token

    async def rest(self) -> None:
        """Perform what is due now of both, and of the quote, until neither wakes the other any more."""
        due = "SELECT 1 FROM subscriptions WHERE csn = :csn AND (next_step_at IS NULL OR next_step_at <= :now)"
        for _ in range(MOST_ROUNDS):
            await self.look()
            for world in self.worlds:
                await world.rest()
            if not await self.first.records.rows(due, csn=self.csn, now=self.now):
                return
        raise AssertionError(f"the two never rest at {self.now}")

    async def live(self, until: datetime) -> None:
        """Let everything happen at its own time."""
        while self.now < until:
            plans = [await world.rest() for world in self.worlds]
            self.now = min([until, *(max(self.now, plan.steps[0].at) for plan in plans if plan.steps)])
            await self.rest()

    async def be_away(self, until: datetime) -> None:
        """An outage, as `World.be_away`."""
        self.now = until
        await self.rest()

    async def look(self) -> None:
        """The quote's own workflow looks at it."""
        if self.quote:
            quotes = Quotes(self.first.desk.sessions, cast("Client", Doorbell()))
            await self.first.run(quotes.look_at_quote, self.quote)

    async def buy(self, method: Mapping[str, str]) -> None:
        """One bulk checkout of both, carried out as its workflow would."""
        async with self.sessions.begin() as session:
            basket = await store_basket(
                session,
                client_key=str(uuid4()),
                numbers=self.numbers,
                methods={"*": dict(method)} if method else {},
                by=BUYER,
                wall_now=self.now,
            )
        desk = self.first.desk
        baskets = Baskets(desk.sessions, desk.gateway, cast("Client", Doorbell()), SIGNING_KEY)
        for group in await self.first.run(baskets.open_basket, str(basket)) or []:
            attempt = await self.first.run(baskets.reserve_order, str(basket), group)
            if attempt:
                await self.first.run(baskets.pay_order, attempt)
        await self.first.run(baskets.close_basket, str(basket))

    async def ask_for_quote(self) -> None:
        """One quote for both, issued at the prices of the day."""
        await self.first.give("ask-for-quote", lines=[{"subscription": number} for number in self.numbers])
        self.quote = await quote_of(self.first)
        await self.first.give("issue-quote", by="operator:ana", quote=self.quote, reason="as agreed")
        await self.rest()

    async def faults(self) -> list[str]:
        """What is broken, was seen to be wrong on the way, or never got an answer."""
        found = await broken(self.sessions, self.first.bank, self.now, *self.numbers)
        silent = "SELECT name FROM commands WHERE outcome IS NULL AND subscription = ANY(:numbers)"
        unheard = await self.first.records.rows(silent, numbers=self.numbers)
        found += [fault for world in self.worlds for fault in world.faults]
        return found + [f"{row['name']} has no answer" for row in unheard]


def first(act: Act) -> PairAct:
    """That act, at the first of the two."""
    return lambda pair: act(pair.worlds[0])


def second(act: Act) -> PairAct:
    return lambda pair: act(pair.worlds[1])
