"""Customers: searched, and one with its people, methods, subscriptions, orders and quotes. Looking is on record."""

from urllib.parse import quote as quoted

from fastapi import APIRouter, Request, Response

from console.ops import addresses
from console.ops.addresses import Places
from console.ops.desk import InDesk, speech_for, there, wall_now
from console.ops.guard import Reads
from console.ops.patience import reading
from console.ops.standing import method_in_words
from console.speech import Speech
from models.audit import audit
from models.customers import Wanted, customer_of, customers_page
from models.parties import PaymentMethodRow
from renewals.facts import Phase

CUSTOMERS = "/ops/customers"
PER_PAGE = 50

_PLACES = Places((str,))

routes = APIRouter(prefix="/customers")


@routes.get("")
async def customers(request: Request, desk: InDesk, who: Reads) -> Response:
    said = addresses.said_in(request.query_params.multi_items())
    wanted = Wanted(
        text=addresses.text(said, "q"),
        country=addresses.text(said, "country").upper(),
        currency=addresses.text(said, "currency").upper(),
    )
    beside, here = _PLACES.beside(said), addresses.where(CUSTOMERS, said, ("q", "country", "currency"))
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
