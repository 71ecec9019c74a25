"""Quotes: asked for, looked at, accepted and given up for their buyers; operators issue them by commands."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from console.api import schemas as s
from console.api.commands import ClientKey, given, told_to_caller
from console.api.problems import Problem
from console.api.room import ADDRESS, NUMBER, Acting, Calling, InRoom, Reading, Room
from models.quote_reading import find_quotes, show_quote
from models.quotes import QuoteRow, find_quote, quote_asked_in
from renewals.commands import Name
from renewals.quoting import QuoteState

routes = APIRouter(tags=["quotes"])

REFERENCE = r"^Q-[0-9]{1,18}$"
Reference = Annotated[str, Path(pattern=REFERENCE, description="Reference of a quote.", examples=["Q-1001"])]

_STORED: dict[int | str, dict[str, Any]] = {
    202: {"model": s.Command, "description": "Stored, and not decided yet; `Location` will tell the outcome."}
}


@routes.get("/quotes")
async def list_quotes(
    session: Reading,
    request: Request,
    customer: Annotated[str | None, Query(pattern=NUMBER, description="Of this customer.")] = None,
    subscription: Annotated[str | None, Query(pattern=NUMBER, description="For this subscription.")] = None,
    buyer: Annotated[str | None, Query(pattern=ADDRESS, description="Of this buyer's mail address.")] = None,
    state: Annotated[QuoteState | None, Query(description="In this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    after: Annotated[str | None, Query(pattern=REFERENCE, description="Older than this one; `next` has it.")] = None,
) -> s.Quotes:
    """Quotes, the newest first, a page at a time; those `asked` wait for an operator."""
    rows = await find_quotes(
        session,
        state=state,
        customer=customer,
        subscription=subscription,
        buyer=buyer,
        after=int(after[2:]) if after else None,
        limit=limit + 1,
    )
    return await page_of_quotes(session, request, rows, limit)


async def page_of_quotes(session: AsyncSession, request: Request, rows: Sequence[QuoteRow], limit: int) -> s.Quotes:
    """So many of the rows, and where those that follow begin."""
    items = [s.Quote.model_validate(await show_quote(session, row)) for row in rows[:limit]]
    if len(rows) <= limit:
        return s.Quotes(items=items, next=None)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return s.Quotes(items=items, next=f"{request.url.path}?{urlencode([*kept, ('after', items[-1].quote)])}")


@routes.post("/quotes", status_code=201, responses=_STORED)
async def ask(
    room: InRoom,
    caller: Calling,
    acting: Acting,
    asked: s.QuoteRequest,
    key: ClientKey,
    request: Request,
    response: Response,
) -> s.Quote:
    """Ask for a quote for a buyer. It holds nothing, and cannot be accepted, before an operator has issued it."""
    lines = [line.model_dump(mode="json", exclude_none=True) for line in asked.lines]
    command = s.CommandRequest(command=Name.ASK_FOR_QUOTE, args={"lines": lines})
    home = min(line.subscription for line in asked.lines)
    row = await given(room, caller, acting, home, command, key)
    told = told_to_caller(row, request, response)
    async with room.sessions() as session:
        quote = await quote_asked_in(session, row.id)
        if quote is None:
            headers = {"Location": response.headers["Location"]}
            return JSONResponse(told.model_dump(mode="json"), 202, headers)  # type: ignore[return-value]
        return s.Quote.model_validate(await show_quote(session, quote))


@routes.get("/quotes/{quote}")
async def one_quote(session: Reading, quote: Reference) -> s.Quote:
    """One quote with its lines."""
    return s.Quote.model_validate(await show_quote(session, await known(session, quote)))


@routes.post("/quotes/{quote}/accept", responses=_STORED)
async def accept(
    room: InRoom,
    caller: Calling,
    acting: Acting,
    quote: Reference,
    asked: s.Acceptance,
    key: ClientKey,
    request: Request,
    response: Response,
) -> s.Command:
    """Accept a quote for its buyer, by purchase order, by paying it at once, or by a code that is paid later."""
    args = {"quote": quote, **asked.model_dump(mode="json", exclude_none=True)}
    command = s.CommandRequest(command=Name.ACCEPT_QUOTE, args=args)
    row = await given(room, caller, acting, await _home(room, quote), command, key)
    return told_to_caller(row, request, response)


@routes.post("/quotes/{quote}/decline", responses=_STORED)
async def decline(
    room: InRoom,
    caller: Calling,
    acting: Acting,
    quote: Reference,
    key: ClientKey,
    request: Request,
    response: Response,
) -> s.Command:
    """Give up a quote for its buyer."""
    command = s.CommandRequest(command=Name.DECLINE_QUOTE, args={"quote": quote})
    row = await given(room, caller, acting, await _home(room, quote), command, key)
    return told_to_caller(row, request, response)


async def known(session: AsyncSession, reference: str) -> QuoteRow:
    """The quote of that reference. Raises `Problem` when there is none."""
    quote = await find_quote(session, reference)
    if quote is None:
        raise Problem(404, "unknown_quote", "There is no such quote; check its reference.")
    return quote


async def _home(room: Room, reference: str) -> str:
    """The subscription that the commands about a quote go through."""
    async with room.sessions() as session:
        return (await known(session, reference)).subscription
