"""The pages of a bulk checkout: the cart, its confirmation, and what became of it."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from activities.delivery import carry_out
from console.account.cart import cart_of
from console.account.checked_out import result_of
from console.account.desk import Desk, see_other
from console.account.finding import NotYours, find_all, locale_of
from console.account.forms import Form, Wrong, client_key, paid_with
from console.account.giving import PATIENCE_SECONDS
from console.account.guard import Visitor, form_of, visitor
from console.account.speech import speech_of
from models.checkouts import basket_told, store_basket
from models.inbox import KeyReused
from renewals.basket import asked_once, size_refused

_log = logging.getLogger(__name__)

CART = "/account/cart"
CHECKOUTS = "/account/checkouts"
LONGEST_CART = 100_000
MOST_CART_FIELDS = 600
"""A hundred numbers, the proof of their prices, and a method for each customer."""


def cart_routes(desk: Desk) -> APIRouter:
    """The cart and the results of bulk checkouts."""
    router = APIRouter()

    @router.get("/cart")
    async def cart(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        numbers = asked_once(request.query_params.getlist("number"))
        async with desk.sessions() as session:
            return await _cart(desk, request, session, who, numbers)

    @router.post("/cart")
    async def confirmed(request: Request) -> Response:
        who = await visitor(request, desk.sessions)
        form = await form_of(request, desk.settings, who.form_token, longest=LONGEST_CART, most=MOST_CART_FIELDS)
        return await _confirmed(desk, request, who, form)

    @router.get("/checkouts/{id}")
    async def result(request: Request, id: str) -> Response:
        who = await visitor(request, desk.sessions)
        async with desk.sessions() as session:
            return await _result(desk, request, session, who, id)

    return router


async def _cart(
    desk: Desk,
    request: Request,
    session: AsyncSession,
    who: Visitor,
    numbers: Sequence[str],
    *,
    wrong: Wrong | None = None,
    form: Form | None = None,
) -> Response:
    """The cart with its form; after one that could not be read, with what is wrong in it."""
    t, now = speech_of(await locale_of(session, who.email)), datetime.now(UTC)
    too_many = size_refused(numbers) is not None
    stored = [] if too_many else await find_all(session, who.email, numbers, now)
    return desk.page(
        request,
        "cart.html",
        t,
        status=422 if wrong else 200,
        visitor=who,
        csrf=who.form_token,
        too_many=too_many,
        chosen=numbers,
        cart=await cart_of(session, stored, who.email, now, t, desk.settings),
        wrong=wrong,
        form=form or {},
    )


async def _confirmed(desk: Desk, request: Request, who: Visitor, form: Form) -> Response:
    """Store the bulk checkout and let it be carried out; then to its result."""
    numbers, now = _numbers(form), datetime.now(UTC)
    async with desk.sessions() as session:
        await find_all(session, who.email, numbers, now)
        try:
            key, methods = client_key(form), _methods(form)
        except Wrong as wrong:
            return await _cart(desk, request, session, who, numbers, wrong=wrong, form=form)
    try:
        async with desk.sessions.begin() as session:
            basket_id = await store_basket(
                session,
                client_key=key,
                numbers=numbers,
                methods=methods,
                by=who.email,
                wall_now=now,
                preview=form.get("preview") or None,
            )
    except KeyReused:
        return see_other(CART)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await carry_out(desk.client, basket_id)
    except (TimeoutError, RPCError, WorkflowFailureError) as error:
        _log.warning("bulk checkout %s is not through yet: %s", basket_id, type(error).__name__)
    return see_other(f"{CHECKOUTS}/{basket_id}")


def _numbers(form: Form) -> tuple[str, ...]:
    """The numbers that the page put into its form. Raises `NotYours` for what it never puts there."""
    try:
        numbers = json.loads(form.get("numbers", ""))
    except ValueError:
        raise NotYours from None
    if not isinstance(numbers, list) or not all(isinstance(each, str) for each in numbers):
        raise NotYours
    asked = asked_once(numbers)
    if not asked or size_refused(asked):
        raise NotYours
    return asked


def _methods(form: Form) -> Mapping[str, Any]:
    """What each customer's orders are paid with. Raises `Wrong`, with the field of that customer."""
    chosen: dict[str, Any] = {}
    for name, csn in form.items():
        field, _, place = name.rpartition("-")
        if field != "customer" or not place.isdecimal():
            continue
        own = {each.removesuffix(f"-{place}"): value for each, value in form.items() if each.endswith(f"-{place}")}
        try:
            chosen[csn] = paid_with(own)
        except Wrong as wrong:
            raise Wrong(f"{wrong.field}-{place}", wrong.words) from None
    return chosen


async def _result(desk: Desk, request: Request, session: AsyncSession, who: Visitor, basket_id: str) -> Response:
    """What became of it so far; only for whoever gave it."""
    try:
        told = await basket_told(session, UUID(basket_id))
    except ValueError:
        raise NotYours from None
    if told is None or told.by.lower() != who.email.lower():
        raise NotYours
    t = speech_of(await locale_of(session, who.email))
    stored = await find_all(session, who.email, [line.number for line in told.lines], datetime.now(UTC))
    result = result_of(told, {each.row.number: each for each in stored}, t)
    return desk.page(request, "checked_out.html", t, visitor=who, result=result)
