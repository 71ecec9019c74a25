"""Other systems that are told what happens: their endpoints, and what became of each event, for admins."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from activities.cloud_events import cloud_event, post_event, trial_event
from console.ops.desk import InDesk, see_other, wall_now
from console.ops.fields import Wrong, choice
from console.ops.guard import Governs
from console.ops.staff import Staff
from gateways.outbound import NotAllowed, outbound_of
from models.audit import audit
from models.records import EventRow
from models.sealing import seal_of
from models.webhook_deliveries import (
    MOST_REPLAYED,
    deliveries_of,
    replay_failed,
    replay_range,
    standing,
    tries_of,
)
from models.webhooks import (
    DeliveryRow,
    DeliveryState,
    EndpointRow,
    EndpointState,
    add_endpoint,
    every_endpoint,
    find_endpoint,
    set_state,
)
from renewals.published import TYPES

WEBHOOKS = "/ops/webhooks"
PAGE = 50
HIGHEST_EVENT = 2**63 - 1

EventId = Annotated[int, Path(ge=1, le=HIGHEST_EVENT)]

routes = APIRouter(prefix="/webhooks")


class NoEndpoint(Exception):
    """There is none, or it was removed."""


@routes.get("")
async def webhooks(request: Request, desk: InDesk, who: Governs) -> Response:
    async with desk.sessions() as session:
        rows, counts = await every_endpoint(session), await standing(session)
    return desk.page(request, "webhooks.html", who, endpoints=rows, counts=counts, types=TYPES)


@routes.post("")
async def add(request: Request, desk: InDesk, who: Governs) -> Response:
    """The answer has the secret, this once."""
    url, reason, now = who.form.get("url", "").strip(), who.reason, wall_now()
    types = [each for each in TYPES if who.form.get(each) == "on"]
    seal = seal_of(desk.settings.sealed_under)
    if seal is None:
        raise Wrong("url", "wrong.webhook_no_key")
    try:
        await outbound_of(desk.settings).may(url)
    except NotAllowed as no:
        raise Wrong("url", f"wrong.webhook_{no}") from None
    async with desk.sessions.begin() as session:
        row, secret = await add_endpoint(session, url, types, seal, by=who.by, reason=reason, now=now)
    return await _one(request, desk, who, row.id, secret=secret)


@routes.get("/{id_}")
async def webhook(
    request: Request,
    desk: InDesk,
    who: Governs,
    id_: UUID,
    state: DeliveryState | None = None,
    before: Annotated[int | None, Query(ge=1, le=HIGHEST_EVENT)] = None,
) -> Response:
    return await _one(request, desk, who, id_, state=state, before=before)


async def _one(
    request: Request,
    desk: InDesk,
    who: Staff,
    id_: UUID,
    *,
    state: DeliveryState | None = None,
    before: int | None = None,
    **values: Any,
) -> Response:
    async with desk.sessions() as session:
        row = await _endpoint(session, id_)
        rows, older = await deliveries_of(session, id_, state, before=before, limit=PAGE)
        counts = (await standing(session)).get(id_, {})
    shown: dict[str, Any] = {
        "endpoint": row,
        "deliveries": rows,
        "older": older,
        "counts": counts,
        "state": state,
        "before": before,
    }
    shown |= {"secret": None, "posted": None, "states": list(DeliveryState), "most": MOST_REPLAYED}
    return desk.page(request, "webhook.html", who, **(shown | values))


async def _endpoint(session: Any, id_: UUID) -> EndpointRow:
    row = await find_endpoint(session, id_)
    if row is None:
        raise NoEndpoint
    return row


@routes.post("/{id_}/turn/{state}")
async def change(desk: InDesk, who: Governs, id_: UUID, state: EndpointState) -> Response:
    reason = who.reason
    if state is EndpointState.REMOVED and who.form.get("sure") != "on":
        raise Wrong("sure", "wrong.webhook_sure")
    async with desk.sessions.begin() as session:
        if await set_state(session, id_, state, by=who.by, reason=reason, now=wall_now()) is None:
            raise NoEndpoint
    return see_other(WEBHOOKS if state is EndpointState.REMOVED else f"{WEBHOOKS}/{id_}")


@routes.post("/{id_}/test")
async def test(request: Request, desk: InDesk, who: Governs, id_: UUID) -> Response:
    """Post an event of nothing now; the page says what came back."""
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        row = await _endpoint(session, id_)
        secret = row.secret_by(seal_of(desk.settings.sealed_under))
        if secret is None:
            raise Wrong("url", "wrong.webhook_no_key")
        audit(session, now, who.by, "webhook.test", str(id_), reason=reason, data={"host": row.host})
    event = trial_event(desk.settings.ops_url, now)
    posted = await post_event(outbound_of(desk.settings), row.url, secret, event, now)
    return await _one(request, desk, who, id_, posted=posted)


@routes.post("/{id_}/replay")
async def replay(desk: InDesk, who: Governs, id_: UUID) -> Response:
    """All that failed, or a range."""
    reason, now = who.reason, wall_now()
    what = choice(who.form, "what", ("failed", "range"))
    first, last = (_number(who, "first"), _number(who, "last")) if what == "range" else (0, 0)
    if last < first or last - first >= MOST_REPLAYED:
        raise Wrong("last", "wrong.webhook_range")
    async with desk.sessions.begin() as session:
        row = await _endpoint(session, id_)
        if what == "failed":
            await replay_failed(session, row, by=who.by, reason=reason, now=now)
        else:
            await replay_range(session, row, first, last, by=who.by, reason=reason, now=now)
    return see_other(f"{WEBHOOKS}/{id_}")


def _number(who: Staff, field: str) -> int:
    text = who.form.get(field, "").strip()
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:20]) <= HIGHEST_EVENT:
        raise Wrong(field, "wrong.webhook_range")
    return int(text)


@routes.get("/{id_}/{event_id}")
async def delivery(request: Request, desk: InDesk, who: Governs, id_: UUID, event_id: EventId) -> Response:
    """What is sent of an event, and every try with its answer."""
    async with desk.sessions() as session:
        row = await _endpoint(session, id_)
        its = await session.get(DeliveryRow, (id_, event_id))
        event = await session.get(EventRow, event_id)
        if its is None or event is None:
            raise NoEndpoint
        tries = await tries_of(session, id_, event_id)
    sent = json.dumps(cloud_event(desk.settings.ops_url, event), ensure_ascii=False, indent=2)
    return desk.page(request, "webhook_event.html", who, endpoint=row, delivery=its, tries=tries, sent=sent)


@routes.post("/{id_}/{event_id}/replay")
async def replay_one(desk: InDesk, who: Governs, id_: UUID, event_id: EventId) -> Response:
    reason = who.reason
    async with desk.sessions.begin() as session:
        row = await _endpoint(session, id_)
        await replay_range(session, row, event_id, event_id, by=who.by, reason=reason, now=wall_now())
    return see_other(f"{WEBHOOKS}/{id_}/{event_id}")
