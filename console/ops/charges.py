"""Every attempt to take money, as a list: how each stands, for whom and for how much."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from console.files import Cells, as_file, with_head
from console.ops import addresses
from console.ops.addresses import Places
from console.ops.desk import InDesk, wall_now
from console.ops.files import every_row, plain_money
from console.ops.guard import Reads
from console.ops.patience import reading
from models.audit import audit
from models.charges import Charge, Wanted, charges_page
from models.history import in_utc
from renewals.calendar import local_date
from renewals.money import Money
from renewals.payments import AttemptState

CHARGES = "/ops/charges"
PER_PAGE = 50
FILTERS = ("state", "currency", "from", "until")
HEAD = (
    *("called_at", "state", "amount", "currency", "code", "decline_class", "answered_at"),
    *("way", "order", "csn", "customer", "subscriptions"),
)

_PLACES = Places((addresses.instant, addresses.uuid))

routes = APIRouter(prefix="/charges")


@routes.get("")
async def charges(request: Request, desk: InDesk, who: Reads) -> Response:
    said = addresses.said_in(request.query_params.multi_items())
    wanted, beside = wanted_in(said, desk.zone), _PLACES.beside(said)
    here = addresses.where(CHARGES, said, FILTERS)
    async with reading(desk) as session:
        found = await charges_page(session, wanted, PER_PAGE, beside)
    values: dict[str, Any] = {"since": addresses.day(said, "from"), "until": addresses.day(said, "until")}
    return desk.page(
        request,
        "charges.html",
        who,
        found=found.rows,
        wanted=wanted,
        states=list(AttemptState),
        money=Money,
        here=here,
        placed=bool(beside),
        **here.pages(found),
        **values,
    )


@routes.get(".csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every attempt that is wanted, read in batches."""
    said, now = addresses.said_in(request.query_params.multi_items()), wall_now()
    wanted, here = wanted_in(said, desk.zone), addresses.where(CHARGES, said, FILTERS)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "charges.export", data={"view": here.query})
    rows = every_row(desk, lambda session, limit, beside: charges_page(session, wanted, limit, beside), _cells)
    return as_file(f"charges-{local_date(now, desk.zone)}.csv", with_head(HEAD, rows))


def _cells(each: Charge) -> Cells:
    row, order = each.row, each.order
    answered_at = in_utc(row.answered_at) if row.answered_at else ""
    told = (in_utc(row.called_at), row.state, plain_money(row.amount, row.currency), row.currency)
    became = (row.code or "", row.decline_class or "", answered_at)
    return (*told, *became, order.way, str(order.id), order.csn, each.customer, " ".join(each.numbers))


def wanted_in(said: Mapping[str, str], zone: str) -> Wanted:
    """What the address asks for; days are those of the operations team. Raises `Wrong`."""
    since, until = addresses.days(said, "from", "until", zone)
    return Wanted(
        state=addresses.known(AttemptState, said, "state"),
        currency=addresses.text(said, "currency").upper(),
        since=since,
        until=until,
    )
