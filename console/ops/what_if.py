"""What other rules would change: walked over the portfolio, shown in figures and lines, applied by two people."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.files import Cells, as_file, with_head
from console.ops.carrying_on import again_soon, have_walked, make_room
from console.ops.deeds import APPLY_WHAT_IF
from console.ops.desk import Desk, InDesk, see_other, speech_for, there, wall_now
from console.ops.fields import Wrong
from console.ops.files import PER_BATCH, plain_money
from console.ops.guard import Governs, Reads
from console.ops.rule_words import differences, scope_said
from console.ops.staff import Staff
from console.speech import Speech
from models.audit import audit
from models.catalog import PolicyRow
from models.ending import EndedAtOnce, ended_at_once
from models.pauses import paused_between
from models.second_person import ask_second_person, open_requests
from models.versions import NotApplicable, may_apply, policy_in, policy_rows, prices_of
from models.what_ifs import MOST_LINES, What, WhatIfLineRow, WhatIfRow, ask_what_if, last_what_ifs, lines_of
from renewals.calendar import local_date, midnight
from renewals.facts import Channel, Term
from renewals.money import Money
from renewals.policy import PolicyVersion
from renewals.what_if import Change

WHAT_IF = "/ops/what-if"
NEWEST = 50
PER_PAGE = 100

THINGS = ("charge", "notice", "phase", "parked")

routes = APIRouter(prefix="/what-if")


@dataclass(frozen=True, slots=True)
class Figure:
    """How many things of a kind change in a way, and by how much money in each currency."""

    what: str
    change: Change
    count: int
    money: Sequence[str]


def figures_of(row: WhatIfRow, t: Speech) -> list[Figure]:
    """The figures of a what-if, charges first."""
    counts: dict[tuple[str, str], int] = {}
    money: dict[tuple[str, str], list[Money]] = {}
    for key, count in sorted(row.totals.items()):
        what, change, currency, *is_money = key.split("|")
        if is_money:
            money.setdefault((what, change), []).append(Money(count, currency))
        else:
            counts[what, change] = counts.get((what, change), 0) + count
    return [
        Figure(what, change, counts[what, change], [_signed(each, t) for each in money.get((what, change), [])])
        for what in THINGS
        for change in Change
        if (what, change) in counts
    ]


def _signed(money: Money, t: Speech) -> str:
    if not money.minor:
        return ""
    return f"{'+' if money.minor > 0 else '−'}{t.w.amount(Money(abs(money.minor), money.currency))}"


def title_of(row: WhatIfRow, policies: Sequence[PolicyRow], t: Speech) -> tuple[str, list[str]]:
    """What it is about in a line, and what the version says, a sentence each."""
    args = row.args
    if row.what == What.PRICE:
        return t("what_if.of_price", sku=args["sku"], term=t.w.term(Term(args["term"])), currency=args["currency"]), []
    scope = args["sku"], args["country"], args["channel"]
    rows = [each for each in policies if not _is_made_of(each, row)]
    before = policy_in(rows, scope, row.effective_on)
    version = PolicyRow(
        **args, version=row.version, effective_on=row.effective_on, set_by=row.asked_by, reason="", set_at=row.at
    )
    after = policy_in([*rows, version], scope, row.effective_on)
    return t("what_if.of_policy", scope=scope_said(scope, t)), differences(before, after, t)


async def price_said(session: AsyncSession, row: WhatIfRow, t: Speech) -> list[str]:
    """What a new version of a price says, against the one that would be in force on that day without it."""
    args, currency, day = row.args, row.args["currency"], midnight(row.effective_on, row.zone)
    known = [
        each
        for each in await prices_of(session, [args["sku"]])
        if (each.term, each.currency) == (args["term"], currency) and each.version < row.version
    ]
    before = max(
        (each for each in known if each.effective_at <= max(day, row.at)),
        key=lambda each: (each.effective_at, each.version),
        default=None,
    )

    def from_to(name: str, said: Callable[[Any], str]) -> str:
        old = said(getattr(before, name)) if before else "–"
        return t("rules.from_to", what=t(f"rules.{name}"), old=old, new=said(args[name]))

    def amount(minor: int) -> str:
        return t.w.amount(Money(minor, currency))

    said = [from_to("list_price", amount), from_to("renewal_price", amount)]
    if before is None or before.status != args["status"]:
        said.append(from_to("status", lambda status: t(f"rules.status.{status}")))
    return said


def _is_made_of(version: PolicyRow, row: WhatIfRow) -> bool:
    """Is it the version that was made of this what-if, or a later one?"""
    scope = tuple(row.args[name] for name in ("sku", "country", "channel"))
    same = (version.sku, version.country, version.channel) == scope
    return same and version.version >= row.version


async def asked(
    desk: Desk, who: Staff, what: What, args: dict[str, Any], effective_on: date, now: datetime
) -> Response:
    """Ask what a version with these values would change, and lead to where the answer will be. Raises `Wrong`."""
    async with desk.sessions.begin() as session:
        await make_room(session, who)
        id_ = await ask_what_if(session, what, args, effective_on, desk.zone, by=who.by, now=now)
        audit(session, now, who.by, "what_if.ask", str(id_), data=args | {"effective_on": effective_on.isoformat()})
    await have_walked(desk, "what-if", id_)
    return see_other(f"{WHAT_IF}/{id_}")


@routes.get("")
async def what_ifs(request: Request, desk: InDesk, who: Reads) -> Response:
    t = speech_for(request, who)
    async with desk.sessions() as session:
        policies = await policy_rows(session)
        found = [(row, title_of(row, policies, t)[0]) for row in await last_what_ifs(session, NEWEST)]
    return desk.page(request, "what_ifs.html", who, found=found)


@routes.get("/{id}.csv")
async def as_csv(desk: InDesk, who: Reads, id: UUID) -> Response:
    """Every line that is kept."""
    async with desk.sessions.begin() as session:
        there(await session.get(WhatIfRow, id))
        audit(session, wall_now(), who.by, "what_if.export", str(id))
    return as_file(f"what-if-{id}.csv", with_head(_HEAD, _file(desk, id)))


_HEAD = ("subscription", "change", "what", "detail", "old_at", "new_at", "old_amount", "new_amount", "currency")


async def _file(desk: Desk, id_: UUID) -> AsyncIterator[list[Cells]]:
    async with desk.sessions() as session:
        after, more = None, True
        while more:
            lines, after = await lines_of(session, id_, None, None, after=after, limit=PER_BATCH)
            yield [_cells(line) for line in lines]
            more = after is not None


def _cells(line: WhatIfLineRow) -> list[str]:
    instants = [each.isoformat() if each else "" for each in (line.old_at, line.new_at)]
    amounts = [plain_money(line.old_amount, line.currency), plain_money(line.new_amount, line.currency)]
    return [line.subscription, line.change, line.what, line.detail, *instants, *amounts, line.currency or ""]


@routes.get("/{id}")
async def what_if(request: Request, desk: InDesk, who: Reads, id: UUID) -> Response:
    """One what-if: how far it is, its figures, its lines, and how to apply it."""
    asked, t, now = request.query_params, speech_for(request, who), wall_now()
    what, change, after = _wanted(request)
    async with desk.sessions() as session:
        row = there(await session.get(WhatIfRow, id))
        title, says = title_of(row, await policy_rows(session), t)
        if row.what == What.PRICE:
            says = await price_said(session, row, t)
        lines, later = await lines_of(session, id, what, change, after=after, limit=PER_PAGE)
        paused = await paused_between(session, row.at, row.walked_at or now)
        waits = any(each.args.get("what_if") == str(id) for each in await open_requests(session, now))
        try:
            await may_apply(session, row, now)
        except NotApplicable as fault:
            why_not = None if fault.code == "not_walked" else fault.code
        else:
            why_not = None
        ends = await _ends_today(session, row, local_date(now, desk.zone)) if row.applied_at is None else None
    values: dict[str, Any] = {"row": row, "ends": ends, "title": title, "says": says, "lines": lines, "later": later}
    values |= {"figures": figures_of(row, t), "what": what, "change": change, "money": Money, "most": MOST_LINES}
    values |= {"paused": paused, "waits": waits, "why_not": why_not, "placed": "after" in asked}
    return again_soon(desk.page(request, "what_if.html", who, **values), is_open=row.is_open)


async def _ends_today(session: AsyncSession, row: WhatIfRow, today: date) -> EndedAtOnce | None:
    """What the version would end as soon as it is made; None where it ends nothing, or takes effect later."""
    if row.what != What.POLICY or row.effective_on > today:
        return None
    args, channel = row.args, row.args["channel"]
    scope = args["sku"], args["country"], Channel(channel) if channel else None
    ends = await ended_at_once(session, PolicyVersion(*scope, row.version, row.effective_on, args["values"]), today)
    return ends if ends.together else None


@routes.post("/{id}/apply")
async def apply(desk: InDesk, who: Governs, id: UUID) -> Response:
    """Ask a second person to make the version; nothing changes before that."""
    reason, now = who.reason, wall_now()
    async with desk.sessions.begin() as session:
        row = there(await session.get(WhatIfRow, id))
        try:
            await may_apply(session, row, now)
        except NotApplicable as fault:
            raise Wrong("what_if", f"what_if.{fault.code}") from None
        await ask_second_person(session, APPLY_WHAT_IF, {"what_if": str(id)}, by=who.by, reason=reason, now=now)
    return see_other(f"{WHAT_IF}/{id}")


def _wanted(request: Request) -> tuple[str | None, Change | None, int | None]:
    """Which lines are asked for. Raises `Wrong`."""
    asked = request.query_params
    what, change, after = (asked.get(name) or None for name in ("what", "change", "after"))
    if what is not None and what not in THINGS:
        raise Wrong("what", "wrong.view")
    try:
        place = int(after) if after else None
        if place is not None and not 0 <= place < 1 << 63:
            raise ValueError(after)
        return what, Change(change) if change else None, place
    except ValueError:
        raise Wrong("after", "wrong.view") from None
