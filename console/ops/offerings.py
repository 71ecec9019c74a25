"""What is sold and for how much: every price with its versions, and the form for a new one: a what-if at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from fastapi import APIRouter, Request, Response

from console.ops.desk import Desk, InDesk, there, wall_now
from console.ops.guard import Reads
from console.ops.policies import effective_on_of
from console.ops.rule_words import state_said
from console.ops.staff import Staff
from console.ops.what_if import asked
from models.catalog import OfferingRow, PriceRow
from models.versions import offerings, prices_of
from models.what_ifs import What
from portfolio.fields import amount as read_amount
from portfolio.fields import price as read_price
from renewals.calendar import local_date
from renewals.facts import OfferingStatus, Term
from renewals.money import Money

PER_PAGE = 50

routes = APIRouter(prefix="/offerings")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a price and until when it is in force; None: until another one is made."""

    row: PriceRow
    ends_at: datetime | None
    state: str

    @property
    def list_price(self) -> Money:
        return Money(self.row.list_price, self.row.currency)

    @property
    def renewal_price(self) -> Money:
        return Money(self.row.renewal_price, self.row.currency)


@dataclass(frozen=True, slots=True)
class Priced:
    """An offering at a term and in a currency, with its versions, the latest first."""

    term: Term
    currency: str
    versions: Sequence[Version]

    @property
    def in_force(self) -> Version | None:
        return next((each for each in self.versions if each.state == "rules.state.in_force"), None)


def priced(rows: Sequence[PriceRow], now: datetime) -> list[Priced]:
    """The prices of one offering, term by term. Rows are in order of their dates of effect."""
    found = []
    terms = list(Term)
    ordered = sorted(rows, key=lambda row: (terms.index(Term(row.term)), row.currency))
    for (term, currency), same in groupby(ordered, key=lambda row: (row.term, row.currency)):
        its = list(same)
        ends = [each.effective_at for each in its[1:]]
        versions = [
            Version(row, until, state_said(row.effective_at, until, now))
            for row, until in zip(its, [*ends, None], strict=True)
        ]
        found.append(Priced(Term(term), currency, versions[::-1]))
    return found


@routes.get("")
async def all_offerings(request: Request, desk: InDesk, who: Reads) -> Response:
    """Every offering with the prices that are in force."""
    now, after = wall_now(), request.query_params.get("after") or None
    async with desk.sessions() as session:
        found, later = await offerings(session, after=after, limit=PER_PAGE)
        rows = await prices_of(session, [each.sku for each in found])
    shown = [(each, priced([row for row in rows if row.sku == each.sku], now)) for each in found]
    return desk.page(request, "offerings.html", who, shown=shown, later=later, placed=after is not None)


@routes.get("/{sku}")
async def offering(request: Request, desk: InDesk, who: Reads, sku: str) -> Response:
    """One offering: each price with its history, and the form for a new version."""
    tomorrow = local_date(wall_now(), desk.zone) + timedelta(days=1)
    return await _page(request, desk, who, sku, {"effective_on": tomorrow.isoformat()}, {})


async def _page(
    request: Request,
    desk: Desk,
    who: Staff,
    sku: str,
    given: Mapping[str, str],
    wrong: Mapping[str, str],
) -> Response:
    async with desk.sessions() as session:
        row = there(await session.get(OfferingRow, sku))
        rows = await prices_of(session, [sku])
    values = {"offering": row, "prices": priced(rows, wall_now()), "given": given, "wrong": wrong}
    status = 422 if wrong else 200
    return desk.page(request, "offering.html", who, status=status, statuses=list(OfferingStatus), **values)


@routes.post("/{sku}")
async def ask(request: Request, desk: InDesk, who: Reads, sku: str) -> Response:
    """Read the form, and ask what the version would change; a field that cannot be read is named with its sentence."""
    now, given = wall_now(), who.form
    today = local_date(now, desk.zone)
    async with desk.sessions() as session:
        rows = await prices_of(session, [sku])
    known = {f"{row.term} {row.currency}": row for row in rows}
    wrong: dict[str, str] = {}
    row = known.get(given.get("price", ""))
    amounts: dict[str, int] = {}
    if row is None:
        wrong["price"] = "rules.wrong.price"
    else:
        for name in ("list_price", "renewal_price"):
            try:
                amounts[name] = read_amount(read_price(given.get(name, "").strip()), row.currency)
            except ValueError:
                wrong[name] = "rules.wrong.amount"
    effective_on = effective_on_of(given.get("effective_on", ""), today)
    if effective_on is None:
        wrong["effective_on"] = "rules.wrong.effective_on"
    if given.get("status") not in set(OfferingStatus):
        wrong["status"] = "rules.wrong.status"
    if wrong or row is None or effective_on is None:
        return await _page(request, desk, who, sku, given, wrong)
    args = {"sku": sku, "term": row.term, "currency": row.currency, "status": given["status"], **amounts}
    return await asked(desk, who, What.PRICE, args, effective_on, now)
