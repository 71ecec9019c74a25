"""Policies: their versions in words, which is in force when, and the form for a new one, which begins as a what-if."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.ops.desk import Desk, InDesk, speech_for, wall_now
from console.ops.fields import Wrong
from console.ops.guard import Reads
from console.ops.rule_words import differences, scope_said, state_said, value_said
from console.ops.staff import Staff
from console.ops.what_if import asked
from console.speech import Speech
from models.catalog import OfferingRow, PolicyRow
from models.versions import Scope, policy_in, policy_rows, steps_of, version_of
from models.what_ifs import What
from portfolio.fields import country as read_country
from renewals.calendar import local_date
from renewals.facts import Channel, Policy
from renewals.policy import PolicyVersion, fault
from renewals.policy_text import NAMES, Shape, as_text, from_text, shape_of

FURTHEST = timedelta(days=364)
"""How far ahead a date of effect may lie: what it changes must lie within what a what-if looks at."""

routes = APIRouter(prefix="/policies")


@dataclass(frozen=True, slots=True)
class Version:
    """A version as its page shows it."""

    row: PolicyRow
    changes: Sequence[str]
    state: str
    unusable: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A scope with its versions, the latest first, and what holds there today beyond the defaults."""

    scope: Scope
    said: str
    versions: Sequence[Version]
    today: Sequence[str]


def groups(rows: Sequence[PolicyRow], today: date, t: Speech) -> list[Group]:
    """Every scope that has a version, the widest first."""
    scopes = dict.fromkeys((row.sku, row.country, row.channel) for row in rows)
    return [
        Group(
            scope,
            scope_said(scope, t),
            [
                Version(step.row, differences(step.before, step.after, t), _state(step.row, rows, today),
                        fault(version_of(step.row)))
                for step in reversed(steps_of(rows, scope))
            ],
            differences(Policy(), policy_in(rows, scope, today), t),
        )
        for scope in scopes
    ]  # fmt: skip


def _state(row: PolicyRow, rows: Sequence[PolicyRow], today: date) -> str:
    """A version is over once later ones of its scope in effect have said otherwise to each of its values."""
    scope = (row.sku, row.country, row.channel)
    later = [
        each
        for each in rows
        if (each.sku, each.country, each.channel) == scope
        and each.effective_on <= today
        and (each.effective_on, each.version) > (row.effective_on, row.version)
    ]
    replaced = {name for each in later for name in each.values}
    over = bool(later) and set(row.values) <= replaced
    return state_said(row.effective_on, min(each.effective_on for each in later) if over else None, today)


@routes.get("")
async def policies(request: Request, desk: InDesk, who: Reads) -> Response:
    t, today = speech_for(request, who), local_date(wall_now(), desk.zone)
    async with desk.sessions() as session:
        rows = await policy_rows(session)
    defaults = [(t(f"policy.{name}"), value_said(name, getattr(Policy(), name), t)) for name in NAMES]
    return desk.page(request, "policies.html", who, groups=groups(rows, today, t), defaults=defaults)


@routes.get("/new")
async def form(request: Request, desk: InDesk, who: Reads) -> Response:
    """The form for a new version of one scope, filled with what holds there today."""
    today = local_date(wall_now(), desk.zone)
    async with desk.sessions() as session:
        scope = await _scope(session, request.query_params)
        now = policy_in(await policy_rows(session), scope, today)
        skus = await _skus(session)
    given = {name: as_text(getattr(now, name)) for name in NAMES}
    given |= {"effective_on": (today + timedelta(days=1)).isoformat()}
    return _form(request, desk, who, scope=scope, given=given, wrong={}, skus=skus)


def _form(
    request: Request, desk: Desk, who: Staff, *, wrong: Mapping[str, str], status: int = 200, **values: Any
) -> Response:
    t = speech_for(request, who)
    values["said"] = scope_said(values["scope"], t)
    shapes = {name: shape_of(name) for name in NAMES}
    return desk.page(
        request,
        "policy_form.html",
        who,
        status=status,
        names=NAMES,
        shapes=shapes,
        yes_no=Shape.YES_NO,
        wide=(Shape.PER_TERM, Shape.PER_METHOD, Shape.METHODS),
        channels=list(Channel),
        wrong=wrong,
        **values,
    )


@routes.post("")
async def ask(request: Request, desk: InDesk, who: Reads) -> Response:
    """Read the form, and ask what the version would change; a field that cannot be read is named with its sentence."""
    now, given = wall_now(), dict(who.form)
    today = local_date(now, desk.zone)
    async with desk.sessions() as session:
        scope = await _scope(session, given)
        rows = await policy_rows(session)
        skus = await _skus(session)
    values, wrong = _values(given, policy_in(rows, scope, today))
    effective_on = effective_on_of(given.get("effective_on", ""), today)
    if effective_on is None:
        wrong["effective_on"] = "rules.wrong.effective_on"
    version = PolicyVersion(None, None, None, 1, today, values)
    if not wrong and fault(version):
        wrong[next(iter(values))] = "rules.wrong.together"
    if not wrong and not values:
        wrong["none"] = "rules.wrong.nothing"
    if wrong or effective_on is None:
        return _form(request, desk, who, scope=scope, given=given, wrong=wrong, skus=skus, status=422)
    args = {"sku": scope[0], "country": scope[1], "channel": scope[2], "values": values}
    return await asked(desk, who, What.POLICY, args, effective_on, now)


def _values(given: Mapping[str, str], now: Policy) -> tuple[dict[str, object], dict[str, str]]:
    """The values that differ from what holds now, as a version stores them; and the fields that cannot be read."""
    values: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for name in NAMES:
        text = given.get(name, "").strip()
        if name not in given or text == as_text(getattr(now, name)):
            continue
        try:
            value = from_text(name, text)
        except ValueError:
            wrong[name] = f"rules.wrong.{shape_of(name)}"
        else:
            if value != from_text(name, as_text(getattr(now, name))):
                values[name] = value
    return values, wrong


def effective_on_of(text: str, today: date) -> date | None:
    """The date of effect of a policy or a price; None where it is none, lies in the past, or too far ahead."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on if today <= on <= today + FURTHEST else None


async def _scope(session: AsyncSession, given: Mapping[str, str]) -> Scope:
    """The offering, country and channel that are named. Raises `Wrong`."""
    sku, country, channel = (given.get(name, "").strip() or None for name in ("sku", "country", "channel"))
    if sku is not None and ("\x00" in sku or await session.get(OfferingRow, sku) is None):
        raise Wrong("sku", "rules.wrong_scope")
    try:
        if country is not None:
            country = read_country(country.upper())
        if channel is not None:
            channel = Channel(channel).value
    except ValueError:
        raise Wrong("country", "rules.wrong_scope") from None
    return sku, country, channel


async def _skus(session: AsyncSession) -> list[tuple[str, str]]:
    query = select(col(OfferingRow.sku), col(OfferingRow.name)).order_by(col(OfferingRow.name), col(OfferingRow.sku))
    return [(sku, name) for sku, name in await session.execute(query)]
