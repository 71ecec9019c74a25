"""The list of subscriptions: searched, filtered, sorted, paged; as a page, as a file; and the views that are kept."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.files import as_file
from console.ops.addresses import place_text
from console.ops.asking import LIST, Column, View, place_of, view_in, view_of
from console.ops.desk import Desk, InDesk, see_other, speech_for, wall_now
from console.ops.fields import Wrong
from console.ops.files import PER_BATCH
from console.ops.guard import Reads
from console.ops.lines import cell, csv_columns, csv_head, csv_lines
from console.ops.patience import reading
from console.ops.seeking import found_at
from models.at_risk import Cause
from models.audit import audit
from models.bulk_actions import MOST_LINES
from models.catalog import OfferingRow, PriceRow
from models.listed import listed
from models.listing import Listing, Sort, listing
from models.pipeline import Path
from models.saved_views import LONGEST_NAME, delete_view, save_view, views_of
from models.troubles import Trouble
from renewals.calendar import local_date
from renewals.characters import is_blank
from renewals.commands import Name
from renewals.facts import Channel, Phase

PER_PAGE = 50
"""Lines of a file that are read at once."""

TOGETHER = (Name.CANCEL_AUTO_RENEW, Name.RESUME_AUTO_RENEW, Name.PARK, Name.RELEASE)
"""The commands that make sense for many subscriptions at once: each can be taken back, none needs arguments."""

routes = APIRouter()


@routes.get("/subscriptions")
async def subscriptions(request: Request, desk: InDesk, who: Reads, tasks: BackgroundTasks) -> Response:
    view, now, t = view_of(request.query_params.multi_items()), wall_now(), speech_for(request, who)
    asked = request.query_params
    after, before = (place_of(view, asked.get(name, "")) for name in ("after", "before"))
    as_of = await found_at(desk, view.asked.sought, now, tasks)
    async with reading(desk) as session:
        found = await the_listing(session, desk, view, now, found_before=as_of is not None)
        page = await found.page(session, PER_PAGE, after=after, before=before)
        count = await found.count(session, MOST_LINES)
        lines = await listed(session, page.numbers, now)
        kept = await views_of(session, who.name)
        choices = await _choices(session)
    if view.shows_people:
        async with desk.sessions.begin() as session:
            audit(session, now, who.by, "subscriptions.people", data={"view": view.query})
    values: dict[str, Any] = {"columns": list(Column), "cell": lambda line, column: cell(line, column, t)}
    values |= {"sorts": [Sort.NUMBER, Sort.RENEWS_ON, Sort.NEXT_STEP], "commands": TOGETHER, "most": MOST_LINES}
    values["earlier"] = view.address(before=place_text(page.first)) if page.earlier and page.first else None
    values["later"] = view.address(after=place_text(page.last)) if page.later and page.last else None
    values["ticked"] = asked.get("tick") == "all"
    here = view.address(**{name: asked.get(name, "") for name in ("after", "before")})
    values["tick_all"] = f"{here}{'&' if '?' in here else '?'}tick=all#list"
    values["placed"] = bool(after or before)
    values["as_of"] = as_of
    response = desk.page(
        request,
        "subscriptions.html",
        who,
        view=view,
        lines=lines,
        count=count,
        kept=kept,
        cut=page.cut,
        **choices,
        **values,
    )
    response.background = tasks
    return response


@routes.get("/subscriptions.csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every line of a view, read in batches and sent as it is read."""
    view, now = view_of(request.query_params.multi_items()), wall_now()
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "subscriptions.export", data={"view": view.query})
    return as_file(f"subscriptions-{local_date(now, desk.zone)}.csv", _file(desk, view, now))


async def _file(desk: Desk, view: View, now: datetime) -> AsyncIterator[str]:
    columns = csv_columns(view.columns)
    yield csv_head(columns)
    async with desk.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found, after, more = await the_listing(session, desk, view, now), None, True
        while more:
            page = await found.page(session, PER_BATCH, after=after)
            yield csv_lines(await listed(session, page.numbers, now), columns)
            after, more = page.last, page.later


@routes.post("/views")
async def keep_view(desk: InDesk, who: Reads) -> Response:
    """Save a view under a name of one's own."""
    name, view = who.form.get("name", "").strip(), view_in(who.form.get("view", ""))
    if is_blank(name) or len(name) > LONGEST_NAME:
        raise Wrong("name", "wrong.view_name")
    async with desk.sessions.begin() as session:
        if not await save_view(session, who.name, name, view.query, wall_now()):
            raise Wrong("name", "wrong.too_many_views")
    return see_other(view.address())


@routes.post("/views/{id}/delete")
async def drop_view(desk: InDesk, who: Reads, id: UUID) -> Response:
    async with desk.sessions.begin() as session:
        await delete_view(session, who.name, id, wall_now())
    return see_other(LIST)


async def the_listing(
    session: AsyncSession, desk: Desk, view: View, now: datetime, *, found_before: bool = False
) -> Listing:
    return await listing(session, view.asked, local_date(now, desk.zone), now, found_before=found_before)


async def _choices(session: AsyncSession) -> dict[str, Any]:
    """What the filters offer."""
    offerings = select(col(OfferingRow.sku), col(OfferingRow.name)).order_by(
        col(OfferingRow.name), col(OfferingRow.sku)
    )
    currencies = select(col(PriceRow.currency)).distinct().order_by(col(PriceRow.currency))
    return {
        "phases": list(Phase),
        "paths": list(Path),
        "channels": list(Channel),
        "causes": list(Cause),
        "troubles": list(Trouble),
        "offerings": [tuple(each) for each in await session.execute(offerings)],
        "currencies": (await session.scalars(currencies)).all(),
    }
