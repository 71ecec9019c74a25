"""Bulk checkouts: group what was asked for, reserve each order's lines, pay it once, wake what it changed.

An order is written in one transaction before the gateway is called, and settles in one; each activity reads first how
far a former try came. An order in doubt, or whose voucher waits to be paid, is left to its subscriptions' plans.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity
from temporalio.client import Client

from activities.clock import started_at
from activities.conclusions import give_up_unmade
from activities.filling import fill, given_at, place
from activities.ordered import Ordered, locked
from activities.outcomes import tell_line
from activities.settling import in_its_term, renewal_meant
from activities.starting import wake_all
from activities.till import Till, charge_of
from activities.waiting import decide_about_quotes
from gateways.port import Charge, Gateway
from models.baskets import BasketLineRow, BasketRow
from models.engine import Sessions
from models.journal import raise_alarm
from models.parties import CustomerRow
from models.payments import AttemptRow
from models.store import Stored, load_all
from models.subscriptions import SubscriptionRow
from renewals.basket import Bound, Group, bound_by
from renewals.decisions import Refused, no_such_subscription
from renewals.facts import Channel
from renewals.payments import Attempt, AttemptState
from renewals.plan import still_wanted

NOT_CARRIED_OUT = Refused("not_carried_out", "An error of ours stopped it; nothing was charged. Try again later.")


class Baskets:
    """Carries out bulk checkouts. `signing_key` is that of previews."""

    def __init__(self, sessions: Sessions, gateway: Gateway, client: Client, signing_key: bytes) -> None:
        self._sessions, self._client, self._signing_key = sessions, client, signing_key
        self._till = Till(sessions, gateway)

    @activity.defn
    async def open_basket(self, basket_id: str) -> list[Group]:
        """What stands alone in it: a group for each order, placed or not; the numbers that nobody has are refused."""
        async with self._sessions.begin() as session:
            lines = await _lines(session, UUID(basket_id))
            groups = await _groups_of(session, [line.subscription for line in lines])
            for line in lines:
                if line.subscription not in groups:
                    refused = no_such_subscription(line.subscription)
                    line.code, line.hint, line.told_at = refused.code, refused.hint, started_at()
        return sorted(set(groups.values()))

    @activity.defn
    async def reserve_order(self, basket_id: str, group: Group) -> str | None:
        """Reserve the lines of a group that can be bought, name the rest; its attempt, None if there is nothing to pay.

        One transaction; whoever comes again finds the order placed. What came earlier about their quotes comes first.
        """
        wall_now = started_at()
        await self._decide_earlier(UUID(basket_id), wall_now)
        async with self._sessions.begin() as session:
            basket = await session.get_one(BasketRow, UUID(basket_id))
            groups = await _groups_of(session, [line.subscription for line in await _lines(session, basket.id)])
            numbers = sorted(number for number, each in groups.items() if each == group)
            subscriptions = await load_all(session, numbers, wall_now, lock=True)  # locked first, as everywhere
            lines = {
                line.subscription: line for line in await _lines(session, basket.id) if line.subscription in numbers
            }
            placed = next((line.order_id for line in lines.values() if line.order_id), None)
            if placed:
                return str(await _attempt_of(session, placed))
            found = [
                await _in_its_term(session, stored, basket, lines[stored.row.number], wall_now)
                for stored in subscriptions
                if stored.row.number in lines
            ]
            return await self._decided(session, basket, found, lines) if found else None

    async def _decide_earlier(self, basket_id: UUID, wall_now: datetime) -> None:
        async with self._sessions() as session:
            basket = await session.get_one(BasketRow, basket_id)
            numbers = [line.subscription for line in await _lines(session, basket.id) if line.order_id is None]
        await decide_about_quotes(self._sessions, numbers, wall_now, before=basket.received_at)

    async def _decided(
        self,
        session: AsyncSession,
        basket: BasketRow,
        found: Sequence[Stored],
        asked: dict[str, BasketLineRow],
    ) -> str | None:
        """Name what is refused, place the order of the rest."""
        meant = {number: line.renews_on for number, line in asked.items()}
        decided = await fill(session, basket, found, self._bound(basket), meant)
        now = {stored.row.number: stored.now for stored in found}
        for number, refused in decided.refused.items():
            line = asked[number]
            line.code, line.hint, line.possible_on = refused.code, refused.hint, refused.possible_on
            line.told_at = now[number]
            tell_line(session, line, basket.given_by, now[number], refused, basket.reason)
        if not decided.orders:
            return None
        (order,) = decided.orders
        return await place(session, basket, order, found, asked)

    def _bound(self, basket: BasketRow) -> Bound | None:
        return None if basket.preview is None else bound_by(basket.preview, basket.received_at, self._signing_key)

    @activity.defn
    async def pay_order(self, attempt_id: str) -> list[str]:
        """Pay an order that was reserved, once; the numbers of its lines.

        One that was begun is resumed: the gateway is asked what became of it before it is called again.
        """
        wall_now = started_at()
        async with self._sessions.begin() as session:
            ordered, begun = await _begin(session, attempt_id, wall_now)
            numbers = [stored.row.number for stored in ordered.subscriptions]
            charge = await charge_of(session, ordered.first, attempt_id)
        if ordered.attempt.state == AttemptState.OPEN:
            await self._pay(ordered.first, charge, begun, wall_now)
        return numbers

    async def _pay(self, first: Stored, charge: Charge, begun: Attempt | None, wall_now: datetime) -> None:
        if begun:
            await self._till.resume(first, begun, charge, wall_now)
        else:
            await self._till.pay(first, charge, wall_now, seen=AttemptState.OPEN)

    @activity.defn
    async def wake_lines(self, numbers: list[str]) -> None:
        """Plan the subscriptions anew, and hand each workflow its plan."""
        await wake_all(self._client, self._sessions, numbers, started_at())

    @activity.defn
    async def close_basket(self, basket_id: str) -> None:
        """Nothing of it is left to be done by its workflow."""
        async with self._sessions.begin() as session:
            await session.execute(
                update(BasketRow)
                .where(col(BasketRow.id) == UUID(basket_id), col(BasketRow.closed_at).is_(None))
                .values(closed_at=started_at())
            )

    @activity.defn
    async def give_up_basket(self, basket_id: str, error: str) -> None:
        """It could not be grouped for good: what is in no order is refused, and operators hear of it.

        It is closed, so that nothing is charged later that its buyer has been told was not; unless a former try came
        so far as to place an order: then the watchdog lets it go on.
        """
        wall_now = started_at()
        async with self._sessions.begin() as session:
            basket = await session.get_one(BasketRow, UUID(basket_id), with_for_update=True)
            lines = await _lines(session, basket.id)
            open_ = [line for line in lines if line.order_id is None]
            shifts = await _clocks_of(session, [line.subscription for line in lines])
            for line in open_:
                line.code, line.hint, line.told_at = NOT_CARRIED_OUT.code, NOT_CARRIED_OUT.hint, wall_now
                if line.subscription in shifts:
                    at = wall_now + shifts[line.subscription]
                    tell_line(session, line, basket.given_by, at, NOT_CARRIED_OUT, basket.reason)
            if len(open_) == len(lines):
                basket.closed_at = basket.closed_at or wall_now
            number = min(shifts, default=None)
            if number is not None:
                detail = f"Bulk checkout {basket_id} could not be grouped ({error}); {len(open_)} lines were refused."
                facts, at = {"basket": basket_id, "refused": len(open_), "error": error}, wall_now + shifts[number]
                await raise_alarm(session, number, "step_failed", detail, at, subject=basket_id, facts=facts)

    @activity.defn
    async def report_order(self, basket_id: str, group: Group, what: str, error: str) -> None:
        """Raise the alarm that an order met what trying again does not cure; the watchdog tries it again later."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            query = select(col(BasketLineRow.subscription)).where(col(BasketLineRow.basket_id) == UUID(basket_id))
            groups = await _groups_of(session, (await session.execute(query)).scalars().all())
            number = min((number for number, each in groups.items() if each == group), default=None)
            if number is not None:
                row = await session.get_one(SubscriptionRow, number)
                detail = f"{what} of bulk checkout {basket_id} failed ({error}); the worker's log says where."
                facts, at = {"what": what, "basket": basket_id, "error": error}, wall_now + row.shift
                await raise_alarm(session, number, "step_failed", detail, at, subject=basket_id, facts=facts)


async def _lines(session: AsyncSession, basket_id: UUID) -> Sequence[BasketLineRow]:
    """The lines that are not refused: in an order, or not decided yet."""
    query = (
        select(BasketLineRow)
        .where(col(BasketLineRow.basket_id) == basket_id, col(BasketLineRow.code).is_(None))
        .order_by(col(BasketLineRow.subscription))
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalars().all()


async def _clocks_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, timedelta]:
    """By number, of those that exist: how far their clocks are ahead."""
    query = select(col(SubscriptionRow.number), col(SubscriptionRow.shift)).where(
        col(SubscriptionRow.number).in_(numbers)
    )
    return {row.number: row.shift for row in (await session.execute(query)).all()}


async def _in_its_term(
    session: AsyncSession, stored: Stored, basket: BasketRow, line: BasketLineRow, wall_now: datetime
) -> Stored:
    """The subscription in the term in which the basket found it; its line means the renewal after that one."""
    at = given_at(basket, stored)
    begun = await in_its_term(session, stored, at, wall_now)
    line.renews_on = await renewal_meant(session, begun, line.renews_on, at)
    return begun


async def _groups_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Group]:
    """By number: the order that a subscription belongs into; none for a number that nobody has."""
    query = (
        select(
            col(SubscriptionRow.number), col(CustomerRow.csn), col(CustomerRow.currency), col(SubscriptionRow.channel)
        )
        .join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .where(col(SubscriptionRow.number).in_(numbers))
    )
    rows = (await session.execute(query)).all()
    return {number: Group(csn, currency, Channel(channel)) for number, csn, currency, channel in rows}


async def _attempt_of(session: AsyncSession, order_id: UUID) -> UUID:
    """The one attempt to pay an order of a basket."""
    return (await session.execute(select(col(AttemptRow.id)).where(col(AttemptRow.order_id) == order_id))).scalar_one()


async def _begin(session: AsyncSession, attempt_id: str, wall_now: datetime) -> tuple[Ordered, Attempt | None]:
    """The order with what is to be resumed of its attempt; None: the gateway has never been called for it.

    From now on it may have been. What may not be charged any more is given up before; one that was received in the late
    window may be all the same, as a single checkout is.
    """
    number, basket = await _origin_of(session, attempt_id)
    ordered = await locked(session, number, attempt_id, wall_now)
    attempt = ordered.attempt
    if attempt.state != AttemptState.OPEN:
        return ordered, None
    fact = next(each for each in ordered.first.facts.attempts if each.id == attempt_id)
    if attempt.next_at is None or attempt.calls:
        attempt.next_at = None  # a call is under way, so that nobody gives it up meanwhile
        return ordered, fact
    wanted = all(still_wanted(each.facts, fact, given_at(basket, each)) for each in ordered.subscriptions)
    if not wanted or (attempt.expires_at and attempt.expires_at <= ordered.now):
        await give_up_unmade(session, ordered, wall_now)
        return ordered, None
    attempt.called_at, attempt.next_at = ordered.now, None
    return ordered, None


async def _origin_of(session: AsyncSession, attempt_id: str) -> tuple[str, BasketRow]:
    """The first of the numbers that an attempt pays for, and the basket that its order was placed for."""
    query = (
        select(col(BasketLineRow.subscription), BasketRow)
        .join(AttemptRow, col(AttemptRow.order_id) == col(BasketLineRow.order_id))
        .join(BasketRow, col(BasketRow.id) == col(BasketLineRow.basket_id))
        .where(col(AttemptRow.id) == UUID(attempt_id))
        .order_by(col(BasketLineRow.subscription))
        .limit(1)
    )
    number, basket = (await session.execute(query)).one()
    return number, basket
