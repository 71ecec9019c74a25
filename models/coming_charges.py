"""The coming charges that laws bind, a page at a time by renewal date, with what is kept of their duties.

The duties of a page are computed for its subscriptions alone. A question that fits few looks at `MOST_LOOKED_AT` and
says where it stopped. What is missing has an alarm, and is found by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.compliance import Kept, State, kept_by
from models.keyset import Beside, Keyset, Place, page_of
from models.parties import CustomerRow, PaymentMethodRow
from models.pipeline import CHARGEABLE, DIRECT
from models.reading import LEGAL_NOTICE_MISSING
from models.records import AlarmRow
from models.subscriptions import SubscriptionRow
from renewals.facts import Phase
from renewals.legal import Audience, LegalRule, Network
from renewals.payments import MethodKind

PER_BATCH, MOST_LOOKED_AT = 18, 198

_S = SubscriptionRow
ORDER = Keyset((col(_S.renews_on), col(_S.number)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice among the coming charges; None: whichever. `since` and `until` are the first and last renewal date."""

    rule: LegalRule | None = None
    state: State | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """The charges that fit, how many subscriptions were looked at, and from where to look on, if there are more."""

    kept: Sequence[Kept]
    looked_at: int
    later: Place | None


async def missing_now(session: AsyncSession) -> int:
    """How many subscriptions have the alarm that a notice is missing."""
    of_it = col(AlarmRow.kind) == LEGAL_NOTICE_MISSING, col(AlarmRow.cleared_at).is_(None)
    return (await session.execute(select(func.count()).where(*of_it))).scalar_one()


async def coming_charges(
    session: AsyncSession, wanted: Wanted, limit: int, after: Place | None, now: datetime
) -> Looked:
    """Up to `limit` charges that laws bind, by renewal date, from a place on."""
    kept, looked_at = list[Kept](), 0
    while looked_at < MOST_LOOKED_AT:
        page = await page_of(session, _candidates(wanted), ORDER, PER_BATCH, Beside(after=after))
        keys = {number: (renews_on, number) for renews_on, number in page.rows}
        for each in await kept_by(session, list(keys), now):
            if _fits(each, wanted):
                kept.append(each)
                if len(kept) == limit:
                    here = keys[each.stored.row.number]
                    return Looked(kept, looked_at + len(keys), here if page.later or here != page.last else None)
        looked_at, after = looked_at + len(keys), page.last
        if not page.later:
            return Looked(kept, looked_at, None)
    return Looked(kept, looked_at, after)


def _fits(kept: Kept, wanted: Wanted) -> bool:
    proofs = [each for each in kept.proofs if wanted.rule is None or each.standing.duty.rule.id == wanted.rule.id]
    if not proofs and not (kept.trouble and wanted.rule is None):
        return False
    return wanted.state is None or kept.state is wanted.state or any(each.state is wanted.state for each in proofs)


def _candidates(wanted: Wanted) -> Select[Any]:
    """Whatever may renew automatically, by renewal date, narrowed down as far as SQL can tell."""
    columns: list[Any] = [col(_S.renews_on), col(_S.number)]
    query = (
        select(*columns)
        .select_from(_S)
        .join(CustomerRow, col(CustomerRow.csn) == col(_S.csn))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(_S.method_id))
        .where(col(_S.auto_renew), DIRECT, CHARGEABLE, col(_S.live_at).is_not(None), col(_S.parked_at).is_(None))
        .where(col(_S.phase).not_in([Phase.EXPIRED.value, Phase.LAPSED.value]))
    )
    if wanted.since is not None:
        query = query.where(col(_S.renews_on) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(_S.renews_on) <= wanted.until)
    if wanted.rule is not None:
        query = query.where(*_may_bind(wanted.rule))
    if wanted.state is State.MISSING:
        open_ones = col(AlarmRow.kind) == LEGAL_NOTICE_MISSING, col(AlarmRow.cleared_at).is_(None)
        query = query.where(col(_S.number).in_(select(col(AlarmRow.subscription)).where(*open_ones)))
    return query


def _may_bind(rule: LegalRule) -> list[ColumnElement[bool]]:
    """What `duties.binds` asks of customer and method, as a condition; the rest is asked of each."""
    found: list[ColumnElement[bool]] = []
    if rule.jurisdiction == Network.CARD:
        found.append(col(PaymentMethodRow.kind) == MethodKind.CARD.value)
    elif rule.jurisdiction == Network.SEPA:
        found += [col(PaymentMethodRow.kind) == MethodKind.DIRECT_DEBIT.value, col(CustomerRow.currency) == "EUR"]
    else:
        found.append(or_(col(CustomerRow.country) == rule.jurisdiction, col(CustomerRow.region) == rule.jurisdiction))
    if rule.audience is not None:
        found.append(col(CustomerRow.audience) == Audience(rule.audience).value)
    return found
