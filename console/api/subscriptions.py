"""Subscriptions, and what is known about each: what may be done, what is coming, what happened, what was paid."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import select
from sqlmodel import col

from console.api import schemas as s
from console.api.paging import After, Limit, bad_cursor, next_page, place_in
from console.api.problems import Problem, Refusal
from console.api.reading import names_tag, options_of, subscription_of, tag_of
from console.api.room import ADDRESS, NUMBER, InRoom, Number, Reading, found, wall_now
from models.history import NoSuchPlace, page_of_events
from models.ledger import Place, page_of_entries
from models.parties import ContactRow, has_address
from models.store import load_all
from models.subscriptions import SubscriptionRow
from portfolio.coming import a_year_on
from renewals.facts import Phase
from renewals.forecast import forecast
from renewals.pricing import NotPriced

FARTHEST = timedelta(days=5 * 366)
"""A forecast looks so far at most: each year costs a walk of all that is due in it."""

_LARGEST_ID, _MOST_ATTEMPTS = 2**63 - 1, 2**31 - 1

routes = APIRouter(tags=["subscriptions"])


@routes.get("/subscriptions")
async def list_subscriptions(
    session: Reading,
    request: Request,
    customer: Annotated[str | None, Query(pattern=NUMBER, description="Of this customer.")] = None,
    phase: Annotated[Phase | None, Query(description="In this phase.")] = None,
    buyer: Annotated[str | None, Query(pattern=ADDRESS, description="Bought by this mail address.")] = None,
    limit: Limit = 50,
    after: After = None,
) -> s.Page:
    """Subscriptions in the order of their numbers, a page at a time."""
    number = col(SubscriptionRow.number)
    query = select(number).order_by(number).limit(limit + 1)
    if customer is not None:
        query = query.where(col(SubscriptionRow.csn) == customer)
    if phase is not None:
        query = query.where(col(SubscriptionRow.phase) == phase)
    if buyer is not None:
        query = query.join(ContactRow, col(ContactRow.id) == col(SubscriptionRow.buyer_id))
        query = query.where(has_address(buyer))
    if after is not None:
        query = query.where(number > place_in(after)[0])
    numbers = (await session.execute(query)).scalars().all()
    items = [subscription_of(each) for each in await load_all(session, numbers[:limit], wall_now())]
    return s.Page(items=items, next=next_page(request, items[-1].number) if len(numbers) > limit else None)


@routes.get("/subscriptions/{number}", responses={304: {"description": "Not changed."}})
async def subscription(
    session: Reading,
    number: Number,
    response: Response,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", description="Tags that are known.")] = None,
) -> s.Subscription:
    """One subscription as it stands, with a tag for `If-Match`."""
    told = subscription_of(await found(session, number))
    tag = tag_of(told)
    if if_none_match is not None and names_tag(if_none_match, tag):
        raise _NotModified(tag)
    response.headers["ETag"] = tag
    return told


class _NotModified(Problem):
    """No problem at all, but an answer without a body."""

    def __init__(self, tag: str) -> None:
        super().__init__(304, "not_modified", "Nothing has changed.")
        self._tag = tag

    def response(self) -> Response:
        return Response(status_code=304, headers={"ETag": self._tag})


@routes.get("/subscriptions/{number}/options")
async def what_may_be_done(session: Reading, room: InRoom, number: Number) -> s.Options:
    """For each command of buyers: may the buyer give it now, until when, and if not, why not, and who can help?"""
    return options_of(await found(session, number), room.settings)


@routes.get("/subscriptions/{number}/forecast")
async def what_is_coming(
    session: Reading,
    number: Number,
    until: Annotated[date | None, Query(description="Last local day; 400 days on if left out.")] = None,
) -> s.Forecast:
    """Every coming mail and charge, from the plan that runs."""
    stored = await found(session, number)
    end = until or a_year_on(stored.now)
    if end > stored.now.date() + FARTHEST:
        raise Problem(422, "invalid", "query.until: it lies more than five years ahead; name an earlier day.")
    try:
        coming = list(forecast(stored.facts, stored.now, end))
    except NotPriced:
        raise Refusal("term_not_offered", "The next term has no price in the customer's currency.") from None
    return s.Forecast(until=end, items=[s.Coming.model_validate(each) for each in coming])


@routes.get("/subscriptions/{number}/history")
async def what_happened(
    session: Reading, request: Request, number: Number, limit: Limit = 50, after: After = None
) -> s.History:
    """Everything that happened, in order of time, a page at a time."""
    await found(session, number)
    try:
        beyond = int(place_in(after)[0]) if after is not None else None
        if beyond is not None and not 0 < beyond <= _LARGEST_ID:
            raise ValueError
        events, last = await page_of_events(session, number, beyond=beyond, limit=limit)
    except (ValueError, NoSuchPlace):
        raise bad_cursor() from None
    return s.History(
        items=[s.Event(**event) for event in events], next=next_page(request, str(last)) if last is not None else None
    )


@routes.get("/subscriptions/{number}/orders")
async def what_was_paid(
    session: Reading, request: Request, number: Number, limit: Limit = 50, after: After = None
) -> s.Ledger:
    """Every order, attempt, part of a voucher, settlement and refund, in order of time, a page at a time."""
    await found(session, number)
    beyond = _entry_in(after) if after is not None else None
    entries, last = await page_of_entries(session, number, beyond=beyond, limit=limit)
    place = [last[0].isoformat(), str(last[1]), *map(str, last[2:4]), last[4].isoformat(), last[5]] if last else None
    return s.Ledger(
        items=[s.Entry.model_validate(entry) for entry in entries], next=next_page(request, *place) if place else None
    )


def _entry_in(after: str) -> Place:
    """The place in the ledger. Raises `Problem` for what is none."""
    at, order, rank, attempt, starts_on, purpose = place_in(after, parts=6)
    try:
        placed_at, counts = datetime.fromisoformat(at), (int(rank), int(attempt))
        if placed_at.tzinfo is None or not all(0 <= each <= _MOST_ATTEMPTS for each in counts):
            raise ValueError
        return placed_at, UUID(order), *counts, date.fromisoformat(starts_on), purpose
    except ValueError:
        raise bad_cursor() from None
