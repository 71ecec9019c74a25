"""The audit as a page and as a file: who did or read what, when and why."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from console.files import Cells, as_file, with_head
from console.ops import addresses
from console.ops.act_words import told_of
from console.ops.addresses import Places
from console.ops.desk import InDesk, speech_for, wall_now
from console.ops.files import every_row
from console.ops.guard import Reads
from console.ops.patience import reading
from models.acts import Act, Wanted, acts_page, known_deeds, subscriptions_among
from models.audit import audit
from models.history import in_utc
from models.journal import SYSTEM
from models.staff import PROVIDER
from renewals.calendar import local_date

AUDIT = "/ops/audit"
PER_PAGE = 50
FILTERS = ("by", "deed", "about", "why", "from", "to")
HEAD = ("at", "by", "deed", "about", "why", "data", "source")

_PLACES = Places((addresses.instant, str, addresses.integer))

routes = APIRouter()


@routes.get("/audit")
async def acts(request: Request, desk: InDesk, who: Reads) -> Response:
    said = addresses.said_in(request.query_params.multi_items())
    wanted, beside = wanted_in(said, desk.zone), _PLACES.beside(said)
    here = addresses.where(AUDIT, said, FILTERS)
    async with reading(desk) as session:
        found = await acts_page(session, wanted, PER_PAGE, beside)
        deeds = await known_deeds(session)
        numbers = await subscriptions_among(session, [act.about for act in found.rows if act.about])
    t = speech_for(request, who)
    values: dict[str, Any] = {"since": addresses.day(said, "from"), "until": addresses.day(said, "to")}
    return desk.page(
        request,
        "audit.html",
        who,
        found=found.rows,
        numbers=numbers,
        deeds=deeds,
        said=said,
        here=here,
        placed=bool(beside),
        told=[told_of(act, t, desk.zone) for act in found.rows],
        details=details,
        **here.pages(found),
        **values,
    )


@routes.get("/audit.csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every act that is wanted, read in batches; that it was taken stands on the audit itself."""
    said, now = addresses.said_in(request.query_params.multi_items()), wall_now()
    wanted, here = wanted_in(said, desk.zone), addresses.where(AUDIT, said, FILTERS)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "audit.export", data={"view": here.query})
    rows = every_row(desk, lambda session, limit, beside: acts_page(session, wanted, limit, beside), _cells)
    return as_file(f"audit-{local_date(now, desk.zone)}.csv", with_head(HEAD, rows))


def _cells(act: Act) -> Cells:
    return (in_utc(act.at), act.by, act.deed, act.about or "", act.why or "", details(act.data), act.source)


def wanted_in(said: Mapping[str, str], zone: str) -> Wanted:
    """What the address asks for; days are those of the operations team. Raises `Wrong`."""
    by = addresses.text(said, "by")
    since, until = addresses.days(said, "from", "to", zone)
    return Wanted(
        by=by if not by or ":" in by or by in (PROVIDER, SYSTEM) else f"operator:{by}",
        deed=addresses.text(said, "deed"),
        about=addresses.text(said, "about"),
        why=addresses.text(said, "why"),
        since=since,
        until=until,
    )


def details(data: Mapping[str, Any]) -> str:
    """What belongs to an act, as it is stored: `outcome: done, code: parked`."""
    return ", ".join(f"{name}: {value}" for name, value in data.items() if value not in (None, "", {}, []))
