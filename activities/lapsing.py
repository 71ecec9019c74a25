"""Many that lapse, or are locked, at about the same time, with the version of a policy that explains it."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.noticed import A_DAY, Noticed, wave
from activities.waves import LEAST_USUAL, TIMES_USUAL, USUAL_DAYS
from models.catalog import PolicyRow
from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow, TermRow
from models.versions import version_of
from renewals.facts import Channel, Phase
from renewals.plan import Do, Step, in_words

MANY_LAPSE = "many_lapse"
MANY_LOCKED = "many_locked"

AHEAD = timedelta(days=2)
"""What lapses so soon is counted with what has lapsed within a day: after its last mail nothing comes before that."""
LEAST_LAPSING = 20
"""So many, and `TIMES_USUAL` as many as lapse in as long a time, are a wave."""
LEAST_LOCKED, A_WEEK = 20, 7
"""So many that are locked within a day, and `TIMES_USUAL` as many as on a day of the week before, are a wave."""
LOOKED_BACK = timedelta(days=180)
"""A late window is shorter: what lapsed in four weeks was due since."""

_S = SubscriptionRow

_LIVE_WHEN_DUE = func.date(col(_S.live_at)) < col(_S.renews_on)

Kind = tuple[str, str, str]
"""The offering, the customer's country and the channel: what policies are for."""


async def many_lapse(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """By the version of a policy that has lately taken effect for them; and all others together.

    What was about to lapse when it went live is no wave, unless by a version that was made since. Of the others more
    than usual must lapse of those that were due, too: on some days ten times as many are.
    """
    lapsing = or_(_lapsed(now - A_DAY, now), _about_to_lapse(now))
    earlier = _lapsed(now - A_DAY * (USUAL_DAYS + 1), now - A_DAY)
    if (await _counted(session, lapsing)).total() < LEAST_LAPSING:
        return
    explained: set[Kind] = set()
    for version in await _lately(session, now, "late_window_days"):
        live = col(_S.live_at) < version.set_at
        found, usual = [await _counted(session, and_(such, live)) for such in (lapsing, earlier)]
        its = {kind for kind in found | usual if _is_for(version, kind, now)} - explained
        count, before = (sum(each[kind] for kind in its) for each in (found, usual))
        if _is_wave(count, before):
            detail = f"{_said(count, before)} {_named(version)} closes late windows otherwise."
            facts = _facts(count, before) | _facts_of(version)
            yield wave(MANY_LAPSE, detail, f"policy {version.id}", A_DAY, now, facts)
            explained |= its
    found, usual = [await _counted(session, and_(such, _LIVE_WHEN_DUE)) for such in (lapsing, earlier)]
    count, before = (sum(each[kind] for kind in each.keys() - explained) for each in (found, usual))
    if _is_wave(count, before):
        due, due_before = [await _due(session, such, explained) for such in (lapsing, earlier)]
        if _is_larger_part(count, due, before, due_before):
            yield wave(MANY_LAPSE, _said(count, before), "all", A_DAY, now, _facts(count, before))


async def many_locked(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """By the version of a policy that has lately shortened the access of what is past due."""
    versions = await _lately(session, now, "past_due_access_days")
    if not versions:
        return
    locked = await _counted(session, _locked(now - A_DAY, now))
    usual = await _counted(session, _locked(now - A_DAY * (1 + A_WEEK), now - A_DAY))
    for version in versions:
        its = {kind for kind in locked | usual if _is_for(version, kind, now)}
        count, before = (sum(found[kind] for kind in its) for found in (locked, usual))
        if count >= LEAST_LOCKED and count * A_WEEK > before * TIMES_USUAL:
            detail = (
                f"{count} subscriptions that are past due were locked within a day; in the week before, {before} were. "
                f"{_named(version)} gives another access."
            )
            facts = {"count": count, "before": before} | _facts_of(version)
            yield wave(MANY_LOCKED, detail, f"policy {version.id}", A_DAY, now, facts)


def _named(version: PolicyRow) -> str:
    whom = ", ".join(_scope(version)) or "all"
    return f"Since {version.effective_on} version {version.version} of the policy for {whom}"


def _facts_of(version: PolicyRow) -> dict[str, object]:
    on = version.effective_on.isoformat()
    return {"version": version.version, "for": _scope(version), "effective_on": on}


def _scope(version: PolicyRow) -> list[str]:
    return [name for name in (version.sku, version.country, version.channel) if name]


def _is_wave(count: int, before: int) -> bool:
    span = 1 + AHEAD.days
    return count >= LEAST_LAPSING and count * USUAL_DAYS > before * span * TIMES_USUAL


def _is_larger_part(count: int, due: int, before: int, due_before: int) -> bool:
    """Is it half as large a part again of what was due as before; or, where few were due before, most of it?"""
    if due_before < LEAST_USUAL:
        return count * 2 > due
    return count * due_before * 2 > before * due * 3


def _said(count: int, before: int) -> str:
    return (
        f"{count} subscriptions have lapsed within a day, or lapse within {AHEAD.days} days; "
        f"in the four weeks before, {before} did."
    )


def _facts(count: int, before: int) -> dict[str, object]:
    return {"count": count, "days": AHEAD.days, "before": before}


def _lapsed(since: datetime, until: datetime) -> ColumnElement[bool]:
    due_lately = col(_S.renews_on) >= (since - LOOKED_BACK).date()
    within = and_(col(_S.phase_since) >= since + col(_S.shift), col(_S.phase_since) < until + col(_S.shift))
    return and_(col(_S.phase) == Phase.LAPSED.value, due_lately, within)


def _locked(since: datetime, until: datetime) -> ColumnElement[bool]:
    within = and_(col(_S.suspended_at) >= since + col(_S.shift), col(_S.suspended_at) < until + col(_S.shift))
    return and_(col(_S.phase) == Phase.PAST_DUE.value, within)


def _about_to_lapse(now: datetime) -> ColumnElement[bool]:
    lapses = in_words(Step(now, Do.ENTER_PHASE, phase=Phase.LAPSED))
    return and_(col(_S.phase) == Phase.EXPIRED.value, col(_S.next_step) == lapses, col(_S.next_step_at) < now + AHEAD)


async def _counted(session: AsyncSession, such: ColumnElement[bool]) -> Counter[Kind]:
    kind = (col(_S.sku), col(CustomerRow.country), col(_S.channel))
    query = select(*kind, func.count()).join(CustomerRow, col(CustomerRow.csn) == col(_S.csn))
    found = await session.execute(query.where(such).group_by(*kind))
    return Counter({(sku, country, channel): int(count) for sku, country, channel, count in found})


async def _due(session: AsyncSession, such: ColumnElement[bool], but: Collection[Kind]) -> int:
    """How many terms ended on the days on which such ones did, whatever became of them, but of those kinds."""
    days = (await session.scalars(select(col(_S.renews_on)).where(such, _LIVE_WHEN_DUE).distinct())).all()
    kind, ends_on = (col(_S.sku), col(CustomerRow.country), col(_S.channel)), col(TermRow.renews_on)
    query = (
        select(*kind, func.count())
        .select_from(TermRow)
        .join(_S, col(_S.number) == col(TermRow.subscription))
        .join(CustomerRow, col(CustomerRow.csn) == col(_S.csn))
        .where(ends_on.in_(days), func.date(col(_S.live_at)) < ends_on)
        .group_by(*kind)
    )
    return sum(count for *its, count in await session.execute(query) if tuple(its) not in but)


async def _lately(session: AsyncSession, now: datetime, value: str) -> Sequence[PolicyRow]:
    """Versions with that value that took effect, or were made with an earlier day, within two days; newest first."""
    row, lately = PolicyRow, now - 2 * A_DAY
    query = (
        select(row)
        .where(col(row.effective_on) <= (now + A_DAY).date())
        .where(or_(col(row.effective_on) >= lately.date(), col(row.set_at) >= lately))
        .order_by(col(row.set_at).desc(), col(row.id))
    )
    return [each for each in await session.scalars(query) if value in each.values]


def _is_for(version: PolicyRow, kind: Kind, now: datetime) -> bool:
    sku, country, channel = kind
    return version_of(version).applies(sku, country, Channel(channel), (now + A_DAY).date())
