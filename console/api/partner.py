"""What a channel partner does: it looks at the quotes that were asked of it, issues them, and refuses them.

Its key names the partner, so nothing here says for whom it acts. What another partner is asked or has issued, or we
are, is not there.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.api import schemas as s
from console.api.commands import ClientKey, given, told_to_caller
from console.api.gate import OF_PARTNERS
from console.api.problems import Problem, scope_missing
from console.api.quotes import REFERENCE, Reference, page_of_quotes
from console.api.room import Calling, InRoom, OnBehalf, Reading, Room
from models.api_keys import Scope
from models.quote_reading import find_quotes, show_quote
from models.quotes import QuoteRow, find_quote
from renewals.actors import Partner
from renewals.commands import Name
from renewals.quoting import QuoteState

routes = APIRouter(prefix=OF_PARTNERS.removesuffix("/"), tags=["partners"])

_STORED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": s.Command,
        "description": "Stored, and not decided yet; the quote at `Location` tells what became of it.",
    }
}


async def _selling(caller: Calling) -> OnBehalf:
    """The partner that the key is of."""
    if caller.partner is None:
        raise scope_missing(Scope.PARTNER)
    return OnBehalf(f"partner:{caller.partner}", Partner(caller.partner))


Selling = Annotated[OnBehalf, Depends(_selling)]


@routes.get("/quotes")
async def asked_of_it(
    session: Reading,
    selling: Selling,
    request: Request,
    state: Annotated[QuoteState | None, Query(description="In this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    after: Annotated[str | None, Query(pattern=REFERENCE, description="Older than this one; `next` has it.")] = None,
) -> s.Quotes:
    """The quotes that the partner is asked for or issued, the newest first, a page at a time; `asked` wait for it."""
    partner, before = _code(selling), int(after[2:]) if after else None
    rows = await find_quotes(session, state=state, partner=partner, after=before, limit=limit + 1)
    return await page_of_quotes(session, request, rows, limit)


@routes.get("/quotes/{quote}")
async def one_of_its_own(session: Reading, selling: Selling, quote: Reference) -> s.Quote:
    """One of its quotes with its lines."""
    return s.Quote.model_validate(await show_quote(session, await _its_own(session, selling, quote)))


@routes.post("/quotes/{quote}/issue", responses=_STORED)
async def issue(
    room: InRoom,
    caller: Calling,
    selling: Selling,
    quote: Reference,
    asked: s.Offer,
    key: ClientKey,
    request: Request,
    response: Response,
) -> s.Command:
    """Offer what was asked for, at the partner's prices; it binds until its last day, and a mail brings it."""
    args = {"quote": quote, **asked.model_dump(mode="json", exclude_none=True)}
    command = s.CommandRequest(command=Name.ISSUE_QUOTE, args=args)
    row = await given(room, caller, selling, await _home(room, selling, quote), command, key)
    return told_to_caller(row, request, response, stands_at=f"{OF_PARTNERS}quotes/{quote}")


@routes.post("/quotes/{quote}/refuse", responses=_STORED)
async def refuse(
    room: InRoom,
    caller: Calling,
    selling: Selling,
    quote: Reference,
    asked: s.Reason,
    key: ClientKey,
    request: Request,
    response: Response,
) -> s.Command:
    """Take back a quote that was asked for or issued."""
    command = s.CommandRequest(command=Name.WITHDRAW_QUOTE, args={"quote": quote, "reason": asked.reason})
    row = await given(room, caller, selling, await _home(room, selling, quote), command, key)
    return told_to_caller(row, request, response, stands_at=f"{OF_PARTNERS}quotes/{quote}")


def _code(selling: OnBehalf) -> str:
    return selling.by.partition(":")[2]


async def _its_own(session: AsyncSession, selling: OnBehalf, reference: str) -> QuoteRow:
    """The quote, if it is the partner's. Raises the same `Problem` for another's as where there is none."""
    quote = await find_quote(session, reference)
    if quote is None or quote.partner != _code(selling):
        raise Problem(404, "unknown_quote", "There is no such quote of yours; list yours to find its reference.")
    return quote


async def _home(room: Room, selling: OnBehalf, reference: str) -> str:
    """The subscription that the commands about a quote go through."""
    async with room.sessions() as session:
        return (await _its_own(session, selling, reference)).subscription
