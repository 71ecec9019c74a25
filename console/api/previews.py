"""Previews: what to renew, more seats, or another term would cost at this moment."""

from typing import Annotated

from fastapi import APIRouter, Query

from console.api import schemas as s
from console.api.previewing import preview_of_renewal, preview_of_seats, preview_of_term
from console.api.room import InRoom, Number, Reading, found
from renewals.facts import MOST_SEATS, Term

routes = APIRouter(tags=["previews"])


@routes.get("/subscriptions/{number}/preview/renew")
async def renewing(session: Reading, room: InRoom, number: Number) -> s.Preview:
    """The next term as its buyer would pay for it now; refused where the command would be."""
    return await preview_of_renewal(session, await found(session, number), room.settings.signing)


@routes.get("/subscriptions/{number}/preview/add-seats")
async def adding_seats(
    session: Reading,
    room: InRoom,
    number: Number,
    seats: Annotated[int, Query(ge=1, le=MOST_SEATS, description="How many more.")],
) -> s.Preview:
    """More seats for the rest of the term, and for the next one if that is paid; refused where the command would be."""
    return await preview_of_seats(session, await found(session, number), seats, room.settings.signing)


@routes.get("/subscriptions/{number}/preview/change-term")
async def changing_term(
    session: Reading,
    room: InRoom,
    number: Number,
    term: Annotated[Term, Query(description="Length of the terms from the next renewal on.")],
) -> s.Preview:
    """The next term at another length, and when that is charged; refused where the command would be."""
    return await preview_of_term(session, await found(session, number), term, room.settings.signing)
