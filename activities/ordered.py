"""An order that is being paid, with the subscriptions of its lines: locked together, in the order of their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.attempts import attempts_of
from models.payments import AttemptRow, OrderLineRow, OrderRow
from models.reading import hold_of
from models.store import Stored, load_all
from models.subscriptions import ClaimRow, SubscriptionRow
from renewals.facts import Subscription
from renewals.parts import shares_in_turn
from renewals.payments import Hold, Way

_DUE_SINCE = timedelta(minutes=3)
"""How long the next step of what must be planned again counts as due: the watchdog then sees to it at its next look."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order, an attempt to pay it, and its subscriptions by number. `amounts`: what is paid for each of them."""

    order: OrderRow
    attempt: AttemptRow
    subscriptions: tuple[Stored, ...]
    amounts: Mapping[str, int] = field(default_factory=dict)

    @property
    def first(self) -> Stored:
        """The subscription that sees to the payment; the buyer is told of it under its number."""
        return self.subscriptions[0]

    @property
    def now(self) -> datetime:
        """The time of the order: that of the clock that is ahead, where clocks were moved."""
        return max(stored.now for stored in self.subscriptions)

    @property
    def is_large(self) -> bool:
        """Has it lines of several subscriptions?"""
        return len(self.subscriptions) > 1

    @property
    def may_be_of_many(self) -> bool:
        """Is it one that others carry out too, so that each of its subscriptions is woken to plan for itself?"""
        return Way(self.order.way).may_be_of_many

    def amount_of(self, stored: Stored) -> int:
        return self.amounts[stored.row.number] if self.is_large else self.attempt.amount

    def shares_of(self, minor: int, after: Sequence[int] = ()) -> list[tuple[Stored, int]]:
        """Each subscription with its share of a sum that came, or goes back `after` others."""
        told = shares_in_turn([*after, minor], [self.amount_of(stored) for stored in self.subscriptions])
        return list(zip(self.subscriptions, told[-1], strict=True))


async def locked(session: AsyncSession, number: str, key: str, wall_now: datetime) -> Ordered:
    """The order of an attempt, for which `number` asks; its subscriptions stay locked until the transaction ends."""
    query = (
        select(col(OrderLineRow.subscription), func.sum(col(OrderLineRow.amount)))
        .join(AttemptRow, col(AttemptRow.order_id) == col(OrderLineRow.order_id))
        .where(col(AttemptRow.id) == UUID(key))
        .group_by(col(OrderLineRow.subscription))
    )
    amounts = {subscription: int(amount) for subscription, amount in (await session.execute(query)).all()}
    subscriptions = await load_all(session, sorted({number, *amounts}), wall_now, lock=True)
    if not subscriptions:
        raise LookupError(number)
    rows = (
        select(AttemptRow, OrderRow)
        .join(OrderRow, col(OrderRow.id) == col(AttemptRow.order_id))
        .where(col(AttemptRow.id) == UUID(key))
        .execution_options(populate_existing=True)
    )
    attempt, order = (await session.execute(rows)).one()
    return Ordered(order, attempt, tuple(subscriptions), amounts)


async def fellows_of(session: AsyncSession, number: str) -> Sequence[str]:
    """The numbers that an open order is about together with `number`, its own among them."""
    mine, fellow = OrderLineRow, aliased(OrderLineRow)
    query = (
        select(col(fellow.subscription))
        .join(mine, col(mine.order_id) == col(fellow.order_id))
        .join(OrderRow, col(OrderRow.id) == col(mine.order_id))
        .where(col(mine.subscription) == number, col(OrderRow.state) == "open")
        .distinct()
    )
    return sorted({number, *(await session.execute(query)).scalars()})


def to_be_planned(row: SubscriptionRow, wall_now: datetime) -> None:
    """Its plan holds no more, and is not shown; a wake-up that is lost costs no more than a look of the watchdog."""
    row.next_step_at, row.next_step = wall_now - _DUE_SINCE, None


def plan_again(ordered: Ordered, wall_now: datetime) -> None:
    """What happened to a large order changes the plan of each of its subscriptions.

    Whoever records it wakes them too, if it can.
    """
    if ordered.may_be_of_many:
        for stored in ordered.subscriptions:
            to_be_planned(stored.row, wall_now)


async def with_attempts_so_far(session: AsyncSession, subscriptions: Sequence[Stored]) -> list[Subscription]:
    """The facts of each, with the attempts and the hold as this transaction has left them."""
    await session.flush()
    begun = [stored.renewal.id for stored in subscriptions if stored.renewal]
    attempts = await attempts_of(session, begun) if begun else {}
    held = [stored.renewal.id for stored in subscriptions if stored.renewal and stored.facts.hold]
    query = select(ClaimRow).where(
        col(ClaimRow.renewal_id).in_(held), col(ClaimRow.released_at).is_(None), col(ClaimRow.holder) != "automatic"
    )
    open_ = {claim.renewal_id: claim for claim in (await session.execute(query)).scalars()} if held else {}
    return [
        replace(
            stored.facts,
            attempts=attempts.get(stored.renewal.id, ()),
            hold=_hold(stored.facts.hold, open_.get(stored.renewal.id)),
        )
        if stored.renewal
        else stored.facts
        for stored in subscriptions
    ]


def _hold(before: Hold | None, claim: ClaimRow | None) -> Hold | None:
    """The hold as it was, or the quote's that holds the term again, now that its code is over."""
    if claim is None or (before and before.id == str(claim.id)):
        return before if claim else None
    return hold_of(claim, seen_to_here=True)
