"""The alarms: the gravest and oldest first, who sees to each, what to do now, and those that are over."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote as quoted
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from console.files import Cells, as_file, with_head
from console.ops import addresses
from console.ops.addresses import Places
from console.ops.alarm_words import alarm_in_words
from console.ops.desk import Desk, InDesk, see_other, speech_for, there, wall_now
from console.ops.fields import Wrong, choice
from console.ops.files import every_row
from console.ops.guard import Attends, Reads
from console.ops.patience import reading
from console.ops.runbooks import has_runbook
from console.ops.staff import Staff
from models.alarms import NOBODY, AlarmRefused, State, Wanted, acknowledge, alarms_page, counts, end, give, may_own
from models.audit import audit
from models.history import in_utc
from models.records import AlarmRow
from renewals.alarms import KINDS, EndedBy, Gravity, ended_by
from renewals.calendar import local_date

ALARMS = "/ops/alarms"
PER_PAGE = 50
FILTERS = ("kind", "state", "owner")
HEAD = (
    *("raised_at", "kind", "gravity", "subscription", "what", "owner", "acknowledged_at", "acknowledged_by", "note"),
    *("ended_at", "ended_by", "ended_because"),
)

_OPEN = Places((addresses.integer, addresses.instant, addresses.uuid))
_ENDED = Places((addresses.instant, addresses.uuid))

routes = APIRouter(prefix="/alarms")


@routes.get("")
async def alarms(request: Request, desk: InDesk, who: Reads) -> Response:
    said = addresses.said_in(request.query_params.multi_items())
    wanted, here = wanted_in(said), addresses.where(ALARMS, said, FILTERS)
    beside = (_ENDED if wanted.state is State.ENDED else _OPEN).beside(said)
    async with reading(desk) as session:
        found = await alarms_page(session, wanted, PER_PAGE, beside)
        kinds = await counts(session)
        owners = await may_own(session)
    values: dict[str, Any] = {"kinds": kinds, "owners": owners, "states": list(State), "nobody": NOBODY}
    values["every_kind"] = list(KINDS)
    return desk.page(
        request,
        "alarms.html",
        who,
        found=found.rows,
        wanted=wanted,
        here=here,
        placed=bool(beside),
        **here.pages(found),
        **values,
    )


@routes.get(".csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every alarm that is wanted, in the order of the page; what happened is said as there."""
    said, now, t = addresses.said_in(request.query_params.multi_items()), wall_now(), speech_for(request, who)
    wanted, here = wanted_in(said), addresses.where(ALARMS, said, FILTERS)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "alarms.export", data={"view": here.query})
    rows = every_row(
        desk,
        lambda session, limit, beside: alarms_page(session, wanted, limit, beside),
        lambda alarm: _cells(alarm, alarm_in_words(alarm, t, desk.zone) or alarm.detail),
    )
    return as_file(f"alarms-{local_date(now, desk.zone)}.csv", with_head(HEAD, rows))


def _cells(alarm: AlarmRow, happened: str) -> Cells:
    seen = in_utc(alarm.acknowledged_at) if alarm.acknowledged_at else ""
    over = in_utc(alarm.cleared_at) if alarm.cleared_at else ""
    told = (
        in_utc(alarm.raised_at),
        alarm.kind,
        Gravity(alarm.gravity).name.lower(),
        alarm.subscription or "",
        happened,
    )
    by = (alarm.owner or "", seen, alarm.acknowledged_by or "", alarm.note or "")
    return (*told, *by, over, alarm.cleared_by or "", alarm.cleared_because or "")


def wanted_in(said: Mapping[str, str]) -> Wanted:
    """What the address asks for. Raises `Wrong`."""
    return Wanted(
        kind=addresses.text(said, "kind"),
        state=addresses.known(State, said, "state"),
        owner=addresses.text(said, "owner"),
    )


@routes.get("/{id_}")
async def one(request: Request, desk: InDesk, who: Reads, id_: UUID) -> Response:
    """One alarm with what to do now, and what may be done about it here."""
    async with desk.sessions() as session:
        row = there(await session.get(AlarmRow, id_))
        owners = await may_own(session)
    values = {
        "runbook": has_runbook(row.kind),
        "by_hand": ended_by(row.kind) is EndedBy.HAND,
    }
    return desk.page(request, "alarm.html", who, alarm=row, owners=owners, ends=ended_by(row.kind).value, **values)


_LAPSING = "/ops/subscriptions?phase=expired&sort=next_step"


def leads_to(alarm: AlarmRow) -> str | None:
    """Where an alarm about no single subscription leads; None for nowhere. Many subjects end with a day."""
    whole, of_a_day = quoted(alarm.subject, safe=""), quoted(alarm.subject.rpartition(" ")[0], safe="")
    return {
        "price_leaps": f"/ops/offerings/{quoted(alarm.subject.rsplit('/', 3)[0], safe='')}",
        "cancelled_together": f"/ops/subscriptions?q={of_a_day}&auto_renew=no",
        "many_cancelled": f"/ops/subscriptions?sku={of_a_day}&auto_renew=no",
        "many_lapse": "/ops/policies" if "version" in alarm.facts else _LAPSING,
        "many_locked": "/ops/policies",
        "many_rejected": f"/ops/subscriptions?q=%40{of_a_day}&cause=mail_failed",
        "many_refunds": f"/ops/audit?by={of_a_day}&deed=refund",
        "many_declines": "/ops/subscriptions?trouble=declined_lately",
        "policy_date_odd": "/ops/policies",
        "webhook_given_up": f"/ops/webhooks/{whole}",
    }.get(alarm.kind)


@routes.post("/{id_}/take")
async def take(request: Request, desk: InDesk, who: Attends, id_: UUID) -> Response:
    return await _give(request, desk, who, id_, who.by)


@routes.post("/{id_}/give")
async def hand_over(request: Request, desk: InDesk, who: Attends, id_: UUID) -> Response:
    async with desk.sessions() as session:
        to = choice(who.form, "to", await may_own(session))
    return await _give(request, desk, who, id_, to)


@routes.post("/{id_}/give-up")
async def give_up(request: Request, desk: InDesk, who: Attends, id_: UUID) -> Response:
    return await _give(request, desk, who, id_, None)


@routes.post("/{id_}/acknowledge")
async def acknowledged(request: Request, desk: InDesk, who: Attends, id_: UUID) -> Response:
    try:
        async with desk.sessions.begin() as session:
            await acknowledge(session, id_, who.reason, by=who.by, now=wall_now())
    except AlarmRefused as refused:
        return _refused(request, desk, who, refused)
    return see_other(f"{ALARMS}/{id_}")


@routes.post("/{id_}/end")
async def ended(request: Request, desk: InDesk, who: Attends, id_: UUID) -> Response:
    """Only where the alarm says that somebody has to end it, and only after a tick that its cause was seen to."""
    reason = who.reason
    if who.form.get("sure") != "yes":
        raise Wrong("sure", "wrong.not_sure")
    try:
        async with desk.sessions.begin() as session:
            await end(session, id_, by=who.by, reason=reason, now=wall_now())
    except AlarmRefused as refused:
        return _refused(request, desk, who, refused)
    return see_other(f"{ALARMS}/{id_}")


async def _give(request: Request, desk: Desk, who: Staff, id_: UUID, to: str | None) -> Response:
    seen = who.form.get("seen", "") or None
    try:
        async with desk.sessions.begin() as session:
            await give(session, id_, to, seen=seen, by=who.by, now=wall_now())
    except AlarmRefused as refused:
        return _refused(request, desk, who, refused)
    return see_other(f"{ALARMS}/{id_}")


def _refused(request: Request, desk: Desk, who: Staff, refused: AlarmRefused) -> Response:
    if refused.code == "unknown":
        raise HTTPException(404)
    return desk.page(request, "message.html", who, status=409, about=f"alarms.{refused.code}")
