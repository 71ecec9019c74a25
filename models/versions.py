"""Versions of policies and prices: their histories, and the new one that is made of a what-if."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.audit import audit
from models.catalog import OfferingRow, PolicyRow, PriceRow
from models.what_ifs import What, WhatIfRow, next_version
from renewals.calendar import local_date, midnight
from renewals.facts import Channel, Policy
from renewals.policy import PolicyVersion, policy_for

Scope = tuple[str | None, str | None, str | None]
"""Of a policy: the offering, the country and the channel that it is for; None: every one."""


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """A version of a policy and what is in force in its scope before and after it, in the order of dates of effect."""

    row: PolicyRow
    before: Policy
    after: Policy


def version_of(row: PolicyRow) -> PolicyVersion:
    channel = Channel(row.channel) if row.channel else None
    return PolicyVersion(row.sku, row.country, channel, row.version, row.effective_on, row.values)


async def policy_rows(session: AsyncSession) -> Sequence[PolicyRow]:
    """Every version, scope by scope, in order of their dates of effect."""
    row = PolicyRow
    scope = (col(row.sku).nulls_first(), col(row.country).nulls_first(), col(row.channel).nulls_first())
    return (await session.scalars(select(row).order_by(*scope, col(row.effective_on), col(row.version)))).all()


def policy_in(rows: Sequence[PolicyRow], scope: Scope, on: date) -> Policy:
    """What holds on a day for that offering, country and channel, as far as they are named."""
    sku, country, channel = scope
    versions = [version_of(row) for row in rows if row.channel in (None, channel)]
    some = Channel(channel) if channel else Channel.DIRECT_ONLINE  # any: none is left that is for one alone
    return policy_for(versions, sku or "", country or "", some, on)


def steps_of(rows: Sequence[PolicyRow], scope: Scope) -> list[PolicyStep]:
    """The versions of one scope, each with what it changes."""
    own = [row for row in rows if (row.sku, row.country, row.channel) == scope]
    found = []
    for n, row in enumerate(own):
        earlier = [each for each in rows if each not in own[n:]]
        before = policy_in(earlier, scope, row.effective_on)
        found.append(PolicyStep(row, before, policy_in([*earlier, row], scope, row.effective_on)))
    return found


async def offerings(
    session: AsyncSession, *, after: str | None, limit: int
) -> tuple[Sequence[OfferingRow], str | None]:
    """Up to `limit` offerings by sku beyond one; and the sku that the next page begins after, if any."""
    query = select(OfferingRow).order_by(col(OfferingRow.sku)).limit(limit + 1)
    if after is not None:
        query = query.where(col(OfferingRow.sku) > after)
    found = (await session.scalars(query)).all()
    return found[:limit], found[limit - 1].sku if len(found) > limit else None


async def prices_of(session: AsyncSession, skus: Sequence[str]) -> Sequence[PriceRow]:
    """Every version of the prices of these offerings, in order of their dates of effect."""
    row = PriceRow
    query = select(row).where(col(row.sku).in_(skus))
    return (
        await session.scalars(
            query.order_by(col(row.sku), col(row.term), col(row.currency), col(row.effective_at), col(row.version))
        )
    ).all()


class NotApplicable(Exception):
    """Nothing can be made of a what-if any more; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def may_apply(session: AsyncSession, row: WhatIfRow, now: datetime) -> None:
    """Raises `NotApplicable` where it was applied, is not walked, its day is over, or its number is taken."""
    if row.applied_at is not None:
        raise NotApplicable("applied")
    if row.walked_at is None or row.failed_because is not None:
        raise NotApplicable("not_walked")
    if row.effective_on < local_date(now, row.zone):
        raise NotApplicable("day_over")
    if await next_version(session, What(row.what), row.args) != row.version:
        raise NotApplicable("overtaken")


async def apply_what_if(session: AsyncSession, id_: UUID, *, by: str, reason: str, now: datetime) -> None:
    """Make the version that the what-if was about; none that there is changes. Raises `NotApplicable`."""
    row = await session.get(WhatIfRow, id_, with_for_update=True)
    if row is None:
        raise NotApplicable("unknown")
    await may_apply(session, row, now)
    args: dict[str, Any] = dict(row.args)
    if row.what == What.POLICY:
        session.add(
            PolicyRow(**args, version=row.version, effective_on=row.effective_on, set_by=by, reason=reason, set_at=now)
        )
    else:
        effective_at = max(midnight(row.effective_on, row.zone), now)
        session.add(PriceRow(**args, version=row.version, effective_at=effective_at, set_by=by, reason=reason))
    row.applied_at, row.applied_by = now, by
    session.add(row)
    data = args | {"version": row.version, "effective_on": row.effective_on.isoformat()}
    audit(session, now, by, f"{row.what}.version", str(id_), reason=reason, data=data)
