"""Customers: searched, and one with its people, methods, subscriptions, orders and quotes. Looking is on record."""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote as quoted

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.files import Cells, as_file, with_head
from console.ops import addresses
from console.ops.addresses import Places
from console.ops.desk import Desk, InDesk, speech_for, there, wall_now
from console.ops.files import every_row
from console.ops.guard import Reads
from console.ops.patience import reading
from console.ops.standing import method_in_words
from console.speech import Speech
from models.audit import audit
from models.customers import Listed, Wanted, customer_of, customers_page
from models.keyset import Beside, Found
from models.parties import PaymentMethodRow
from renewals.calendar import local_date
from renewals.facts import Phase

CUSTOMERS = "/ops/customers"
PER_PAGE = 50
FILTERS = ("q", "country", "currency")
HEAD = ("csn", "name", "country", "region", "currency", "locale", "time_zone", "subscriptions")

_PLACES = Places((str,))

routes = APIRouter(prefix="/customers")


@routes.get("")
async def customers(request: Request, desk: InDesk, who: Reads) -> Response:
    said = addresses.said_in(request.query_params.multi_items())
    wanted, beside, here = wanted_in(said), _PLACES.beside(said), addresses.where(CUSTOMERS, said, FILTERS)
    async with reading(desk) as session:
        found, cut = await customers_page(session, wanted, PER_PAGE, beside)
    return desk.page(
        request,
        "customers.html",
        who,
        found=found.rows,
        cut=cut,
        wanted=wanted,
        here=here,
        placed=bool(beside),
        **here.pages(found),
    )


@routes.get(".csv")
async def as_csv(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every customer that is wanted, by number. A search that means too many says so in the last line."""
    said, now, t = addresses.said_in(request.query_params.multi_items()), wall_now(), speech_for(request, who)
    wanted, here = wanted_in(said), addresses.where(CUSTOMERS, said, FILTERS)
    async with desk.sessions.begin() as session:
        audit(session, now, who.by, "customers.export", data={"view": here.query})
    return as_file(f"customers-{local_date(now, desk.zone)}.csv", with_head(HEAD, _batches(desk, wanted, t)))


async def _batches(desk: Desk, wanted: Wanted, t: Speech) -> AsyncIterator[list[Cells]]:
    is_cut = False

    async def page(session: AsyncSession, limit: int, beside: Beside) -> Found:
        nonlocal is_cut
        found, cut = await customers_page(session, wanted, limit, beside)
        is_cut = is_cut or cut
        return found

    async for batch in every_row(desk, page, _cells):
        yield batch
    if is_cut:
        yield [(t("list.cut"),)]


def _cells(each: Listed) -> Cells:
    row = each.row
    told = (row.csn, row.name, row.country, row.region or "", row.currency, row.locale, row.time_zone)
    return (*told, str(each.subscriptions))


def wanted_in(said: Mapping[str, str]) -> Wanted:
    """What the address asks for. Raises `Wrong`."""
    return Wanted(
        text=addresses.text(said, "q"),
        country=addresses.text(said, "country").upper(),
        currency=addresses.text(said, "currency").upper(),
    )


@routes.get("/{csn}")
async def one(request: Request, desk: InDesk, who: Reads, csn: str) -> Response:
    t, plain = speech_for(request, who), addresses.is_plain(csn)
    async with reading(desk) as session:
        known = there(await customer_of(session, csn) if plain else None)
    async with desk.sessions.begin() as session:
        audit(session, wall_now(), who.by, "customer.read", csn)
    return desk.page(
        request,
        "customer.html",
        who,
        known=known,
        customer=known.row,
        phases=[(phase, known.phases[phase]) for phase in Phase if known.phases.get(phase)],
        methods=[(_named(known.labels.get((row.kind, row.token)), row, t), row.created_at) for row in known.methods],
        listed=f"/ops/subscriptions?q={quoted(csn)}",
    )


def _named(label: str | None, row: PaymentMethodRow, t: Speech) -> str:
    """A stored method, by the name that its buyer gave it if there is one: buyers speak of it by that."""
    words = method_in_words(row, t)
    return f"{label}: {words}" if label else words
