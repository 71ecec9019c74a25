"""Bulk checkouts run activity by activity, as their workflow would, on three subscriptions of one customer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID, uuid4

from temporalio.client import Client

from activities.baskets import Baskets
from models.checkouts import basket_told, store_basket
from tests.activities.desk import PARIS, Desk
from tests.scenarios.diary import instant
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import SIGNING_KEY

NUMBERS = (PUNCTUAL, SECOND, THIRD)
"""By number, so that the first one sees to the payment."""


@dataclass
class Doorbell:
    """Stands for Temporal: who was woken."""

    rung: list[str] = field(default_factory=list)

    async def start_workflow(self, *_: object, id: str, **__: object) -> None:  # the client's own name
        self.rung.append(id)


@dataclass(frozen=True)
class Counter:
    """A desk for each subscription, and one gateway for all."""

    desks: tuple[Desk, ...]
    bell: Doorbell = field(default_factory=Doorbell)

    @property
    def first(self) -> Desk:
        return self.desks[0]

    @property
    def baskets(self) -> Baskets:
        return Baskets(self.first.sessions, self.first.gateway, cast("Client", self.bell), SIGNING_KEY)

    async def stored(self, at: str, *, numbers: Sequence[str] = NUMBERS, **basket: Any) -> UUID:
        async with self.first.sessions.begin() as session:
            return await store_basket(
                session,
                client_key=str(uuid4()),
                numbers=numbers,
                methods=basket.pop("methods", {}),
                by=BUYER,
                wall_now=instant(at, PARIS),
                **basket,
            )

    async def reserve(self, basket_id: UUID, at: str) -> list[str]:
        """Reserve all that it holds; the attempts to be made."""
        groups = await self.first.at(at, self.baskets.open_basket, str(basket_id))
        found = [await self.first.at(at, self.baskets.reserve_order, str(basket_id), group) for group in groups]
        return [attempt for attempt in found if attempt]

    async def pay(self, attempt: str, at: str) -> list[str]:
        return await self.first.at(at, self.baskets.pay_order, attempt)

    async def carry_out(self, basket_id: UUID, at: str) -> list[str]:
        """All that the workflow does, from the beginning; the outcomes."""
        for attempt in await self.reserve(basket_id, at):
            await self.first.at(at, self.baskets.wake_lines, await self.pay(attempt, at))
        await self.first.at(at, self.baskets.close_basket, str(basket_id))
        return await self.outcomes(basket_id)

    async def outcomes(self, basket_id: UUID) -> list[str]:
        async with self.first.sessions() as session:
            told = await basket_told(session, basket_id)
        assert told is not None
        return [f"{line.outcome} {line.code}" if line.code else str(line.outcome) for line in told.lines]

    async def paid_terms(self) -> int:
        """How many renewals are settled; nothing may hold one afterwards, and each is paid by one order at most."""
        (held,) = await self.first.rows("SELECT count(*) FROM claims WHERE released_at IS NULL")
        assert held["count"] == 0
        twice = """
            SELECT renewal_id FROM order_lines JOIN orders ON orders.id = order_id
            WHERE state = 'paid' AND renewal_id IS NOT NULL GROUP BY renewal_id HAVING count(*) > 1
        """
        assert await self.first.rows(twice) == []
        paid = """
            SELECT coalesce(sum(amount), 0)::bigint AS amount FROM order_lines JOIN renewals ON renewals.id = renewal_id
            WHERE renewals.order_id = order_lines.order_id
        """
        (settled,) = await self.first.rows(paid)
        assert sum(self.first.gateway.moved.values()) == settled["amount"]
        (terms,) = await self.first.rows("SELECT count(*) FROM renewals WHERE settled_at IS NOT NULL")
        return int(terms["count"])


async def open_counter(desk: Desk, at: str, **columns: str) -> Counter:
    """Three subscriptions of one customer that are live; each has lived until `at`."""
    desks = tuple(replace(desk, number=number) for number in NUMBERS)
    for each in desks:
        await each.open(**{"csn": "C-1"} | columns)
        await each.walk(at)
    return Counter(desks)
