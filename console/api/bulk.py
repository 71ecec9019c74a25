"""Bulk checkouts: previewed, stored under the caller's key, carried out by a workflow, told line by line."""

import asyncio
import logging
from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request, Response
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowFailureError
from temporalio.service import RPCError

from activities.delivery import carry_out
from activities.filling import preview_basket
from console.api.commands import ClientKey
from console.api.previewing import line_told
from console.api.problems import Problem, Refusal
from console.api.room import Acting, Calling, InRoom, OnBehalf, Reading, Room, wall_now
from console.api.schemas import bulk as b
from models.checkouts import BasketTold, LineTold, OrderTold, basket_told, store_basket
from models.inbox import KeyReused
from renewals.basket import Order, asked_once, parse_choice, size_refused, token_of
from renewals.commands import BadArguments
from renewals.facts import Subscription
from renewals.preview import BINDS_FOR
from renewals.purchase import Purchase

_LOG = logging.getLogger(__name__)

routes = APIRouter(tags=["bulk checkouts"])


@routes.post("/bulk-checkouts/preview")
async def preview(session: Reading, room: InRoom, acting: Acting, asked: b.BulkRequest) -> b.BulkPreview:
    """What a bulk checkout would buy now: its orders, and each line that would be left out with its code."""
    numbers, now, key = _numbers(asked, acting), wall_now(), room.settings.signing
    basket, found = await preview_basket(session, numbers, by=acting.by, methods=asked.chosen, wall_now=now)
    subs = {each.row.number: each.as_found for each in found}
    return b.BulkPreview(
        orders=[_order(order, subs) for order in basket.orders],
        refused=[
            b.RefusedLine(subscription=number, code=why.code, hint=why.hint, possible_on=why.possible_on)
            for number in numbers
            if (why := basket.refused.get(number))
        ],
        token=token_of(basket, now, key) if key else None,
        binds_until=now + BINDS_FOR if key else None,
    )


def _numbers(asked: b.BulkRequest, acting: OnBehalf) -> tuple[str, ...]:
    """The numbers that were asked for, once each. Raises `Refusal` for what no bulk checkout can be."""
    numbers = asked_once(asked.subscriptions)
    refused = size_refused(numbers)
    if refused:
        raise Refusal(refused.code, refused.hint)
    try:
        for choice in asked.chosen.values():
            parse_choice(choice, acting.actor)
    except BadArguments as bad:
        raise Refusal("bad_arguments", str(bad)) from None
    return numbers


def _order(order: Order, subs: Mapping[str, Subscription]) -> b.PreviewOrder:
    purchase = Purchase(tuple(subs[line.number] for line in order.lines), (order.total,))
    return b.PreviewOrder(
        customer=order.group.customer,
        channel=order.group.channel,
        amount=order.total.minor,
        currency=order.total.currency,
        kind=order.method.kind,
        method=UUID(order.method.id) if order.method.id else None,
        payment_kinds=list(purchase.kinds),
        lines=[b.PreviewLine(subscription=line.number, **dict(line_told(line))) for line in order.lines],
    )


@routes.post(
    "/bulk-checkouts",
    responses={
        202: {"model": b.BulkCheckout, "description": "Stored, and not carried out yet; `Location` tells the outcomes."}
    },
)
async def check_out(
    room: InRoom,
    caller: Calling,
    acting: Acting,
    asked: b.BulkOrder,
    key: ClientKey,
    request: Request,
    response: Response,
) -> b.BulkCheckout:
    """Renew up to a hundred subscriptions for their buyer: one order and one payment per customer and channel."""
    numbers = _numbers(asked, acting)
    try:
        async with room.sessions.begin() as session:
            basket_id = await store_basket(
                session,
                client_key=f"api:{caller.key_id}:{key}",
                numbers=numbers,
                methods=asked.chosen,
                by=acting.by,
                wall_now=wall_now(),
                preview=asked.preview,
                reason=asked.reason,
            )
    except KeyReused:
        raise Problem(409, "key_reused", "This Idempotency-Key was used for another order; use a new one.") from None
    told = await _carried_out(room, basket_id)
    if not told.closed:
        response.status_code = 202
        response.headers["Location"] = f"{request.scope.get('root_path', '')}/bulk-checkouts/{basket_id}"
    return _told(told)


async def _carried_out(room: Room, basket_id: UUID) -> BasketTold:
    """Wait for the outcomes, but not for ever: what is stored will be carried out, as the watchdog sees to it."""
    told = await _read(room, basket_id)
    if told.closed:
        return told
    try:
        async with asyncio.timeout(room.patience_seconds):
            await carry_out(room.client, basket_id)
    except (RPCError, RPCTimeoutOrCancelledError, WorkflowFailureError, TimeoutError) as late:
        _LOG.warning("bulk checkout %s is not through yet (%s)", basket_id, type(late).__name__)
    return await _read(room, basket_id)


async def _read(room: Room, basket_id: UUID) -> BasketTold:
    async with room.sessions() as session:
        told = await basket_told(session, basket_id)
    if told is None:
        raise LookupError(basket_id)
    return told


@routes.get("/bulk-checkouts/{id}")
async def bulk_checkout(session: Reading, id: UUID) -> b.BulkCheckout:
    """A bulk checkout with the outcome of each line as it stands."""
    told = await basket_told(session, id)
    if told is None:
        raise Problem(404, "not_found", "There is no such bulk checkout.")
    return _told(told)


def _told(told: BasketTold) -> b.BulkCheckout:
    return b.BulkCheckout(
        id=told.id,
        by=told.by,
        received_at=told.received_at,
        settled=told.settled,
        lines=[_line_told(line) for line in told.lines],
        orders=[_order_told(order) for order in told.orders],
    )


def _line_told(line: LineTold) -> b.CheckedOutLine:
    return b.CheckedOutLine(
        subscription=line.number,
        outcome=line.outcome,
        code=line.code,
        hint=line.hint,
        possible_on=line.possible_on,
        order=line.order,
        amount=line.amount.minor if line.amount else None,
        currency=line.amount.currency if line.amount else None,
    )


def _order_told(order: OrderTold) -> b.CheckedOutOrder:
    paid = order.payment
    return b.CheckedOutOrder(
        id=order.id,
        customer=order.customer,
        state=order.state,
        amount=order.total.minor,
        currency=order.total.currency,
        payment=paid.state,
        kind=paid.kind,
        decline_code=paid.code,
        voucher_code=paid.voucher_code,
        pay_until=paid.expires_at,
        received=paid.received.minor,
    )
