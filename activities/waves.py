"""Waves, counted over a time: declines with one code, refunds by one operator, cancels, mails to one domain refused."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal_column, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import String
from sqlmodel import col

from activities.noticed import A_DAY, Noticed, wave
from models.columns import fixed
from models.payments import AttemptRow
from models.records import BY_STAFF, DEED, CommandRow, EventRow, NoticeRow
from models.subscriptions import SubscriptionRow
from renewals.commands import Name
from renewals.payments import AttemptState

MANY_DECLINES = "many_declines"
MANY_REFUNDS = "many_refunds"
CANCELLED_TOGETHER = "cancelled_together"
MANY_CANCELLED = "many_cancelled"
MANY_REJECTED = "many_rejected"

PAID = ""
"""Stands for the code of what was paid."""

USUAL_DAYS = 28
LEAST_DECLINES, TIMES_USUAL = 20, 3
"""So many first charges declined with one code in a day, and so many times its usual share, are a wave."""
LEAST_OF_FEW, A_WEEK = 5, timedelta(days=7)
"""So few first charges in a week are too few for a share; that none of them was paid is not."""
LEAST_USUAL, ONE_IN = 50, 5
"""Fewer first charges in four weeks say nothing of what is usual: then this part of a day's is a wave."""
LEAST_REFUNDS, WITHIN = 20, timedelta(hours=1)
"""So many refunds by one operator in so short a time are looked at."""
LEAST_CANCELS = 10
"""So many subscriptions of one customer that are cancelled in a day are looked at."""
LEAST_LEAVING = 20
"""So many customers who cancel one offering in a day, and `TIMES_USUAL` as many as on a usual one, are a wave."""
LEAVING_ONE_IN = 20
"""So large a part of the customers of what went live lately, who cancel it in a day, is a wave."""
LEAST_REJECTED, HALF = 10, 2
"""So many mails of a day to one domain that did not arrive, and at least half of those to it, are one fault."""


async def many_declines(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """By code: the share of a day's first charges that it declined, against that of the four weeks before.

    Where a day has too few for that: whether any of a week was paid.
    """
    today = await _first_charges(session, now - A_DAY, now)
    answered = sum(today.values())
    many = {code: count for code, count in today.items() if code and count >= LEAST_DECLINES}
    if not many:
        if answered and PAID not in today and (week := await _nothing_paid(session, now)):
            yield week
        return
    usual = await _first_charges(session, now - A_DAY * (USUAL_DAYS + 1), now - A_DAY)
    usually = sum(usual.values())
    for code, count in many.items():
        before = usual.get(code, 0)
        unusual = count * usually > before * answered * TIMES_USUAL
        if unusual if usually >= LEAST_USUAL else count * ONE_IN > answered:
            detail = (
                f"{count} of {answered} first charges of a day were declined with {code}; "
                f"in the four weeks before, {before} of {usually}."
            )
            facts = {"code": code, "count": count, "answered": answered, "before": before, "usually": usually}
            yield wave(MANY_DECLINES, detail, code, A_DAY, now, facts)


async def _nothing_paid(session: AsyncSession, now: datetime) -> Noticed | None:
    """Of the first charges of a week, where a day has too few of them to be a wave: with the code of most."""
    row = AttemptRow
    was_paid = select(col(row.id)).where(col(row.state) == fixed(AttemptState.PAID.value))
    if (await session.execute(was_paid.where(col(row.called_at) >= now - A_WEEK).limit(1))).first():
        return None
    week = await _first_charges(session, now - A_WEEK, now)
    answered = sum(week.values())
    if answered < LEAST_OF_FEW:
        return None
    code, count = max(week.items(), key=lambda each: each[1])
    detail = f"None of {answered} first charges of a week was paid; {count} were declined with {code}."
    facts = {"code": code, "count": count, "answered": answered, "days": A_WEEK.days}
    return wave(MANY_DECLINES, detail, "all", A_WEEK, now, facts)


async def _first_charges(session: AsyncSession, since: datetime, until: datetime) -> dict[str, int]:
    """First charges that were answered, by the code of their decline; paid ones have none."""
    row = AttemptRow
    code = func.coalesce(col(row.code), PAID).label("code")
    answered = (AttemptState.PAID.value, AttemptState.DECLINED.value)
    query = (
        select(code, func.count())
        .where(col(row.called_at) >= since, col(row.called_at) < until)
        .where(col(row.n) == 1, col(row.state).in_(answered))
        .group_by(code)
    )
    return {found: int(count) for found, count in await session.execute(query)}


async def many_refunds(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    row = EventRow
    query = (
        select(col(row.caused_by), func.count())
        .where(text(BY_STAFF), literal_column(DEED, String) == Name.REFUND.value)
        .where(col(row.data)["outcome"].astext == "done", col(row.at) >= now - WITHIN, col(row.at) < now)
        .group_by(col(row.caused_by))
        .having(func.count() >= LEAST_REFUNDS)
    )
    for by, count in await session.execute(query):
        detail = f"{by} gave {count} refunds within an hour."
        yield wave(MANY_REFUNDS, detail, by, WITHIN, now, {"by": by, "count": int(count)})


async def cancelled_together(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    row, csn = CommandRow, col(SubscriptionRow.csn)
    numbers = func.count(col(SubscriptionRow.number).distinct())
    query = (
        select(csn, numbers)
        .select_from(row)
        .join(SubscriptionRow, col(SubscriptionRow.number) == col(row.subscription))
        .where(col(row.name) == fixed(Name.CANCEL_AUTO_RENEW.value), col(row.outcome) == "done")
        .where(col(row.stored_at) >= now - A_DAY, col(row.stored_at) < now)
        .group_by(csn)
        .having(numbers >= LEAST_CANCELS)
    )
    for customer, count in await session.execute(query):
        detail = f"{count} subscriptions of {customer} were cancelled within a day."
        yield wave(CANCELLED_TOGETHER, detail, customer, A_DAY, now, {"csn": customer, "count": int(count)})


async def many_cancelled(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """By offering: the customers who cancelled it in a day, against those of the four weeks before.

    What went live within these weeks has no usual day: it is held beside how many customers it has.
    """
    today = await _leaving(session, now - A_DAY, now)
    many = {sku: count for sku, count in today.items() if count >= LEAST_LEAVING}
    if not many:
        return
    since = now - A_DAY * (USUAL_DAYS + 1)
    settled, fresh = col(SubscriptionRow.live_at) <= since, col(SubscriptionRow.live_at) > since
    known, new = [await _leaving(session, now - A_DAY, now, each) for each in (settled, fresh)]
    usual = await _leaving(session, since, now - A_DAY, settled)
    earlier = await _leaving(session, since, now - A_DAY)
    for sku, count in many.items():
        is_wave = known.get(sku, 0) >= LEAST_LEAVING and known[sku] * USUAL_DAYS > usual.get(sku, 0) * TIMES_USUAL
        if not is_wave and new.get(sku, 0) >= LEAST_LEAVING:
            is_wave = new[sku] * LEAVING_ONE_IN > await _customers(session, sku, fresh)
        if is_wave:
            before = earlier.get(sku, 0)
            detail = f"{count} customers cancelled {sku} within a day; in the four weeks before, {before} did."
            yield wave(MANY_CANCELLED, detail, sku, A_DAY, now, {"sku": sku, "count": count, "before": before})


async def _customers(session: AsyncSession, sku: str, such: ColumnElement[bool]) -> int:
    """How many customers have such subscriptions of the offering."""
    csn = col(SubscriptionRow.csn)
    query = select(func.count(csn.distinct())).where(col(SubscriptionRow.sku) == sku, such)
    return (await session.execute(query)).scalar_one()


async def _leaving(
    session: AsyncSession, since: datetime, until: datetime, *such: ColumnElement[bool]
) -> dict[str, int]:
    """How many customers switched auto-renew off for such subscriptions, by offering."""
    row, sku = CommandRow, col(SubscriptionRow.sku)
    query = (
        select(sku, func.count(col(SubscriptionRow.csn).distinct()))
        .select_from(row)
        .join(SubscriptionRow, col(SubscriptionRow.number) == col(row.subscription))
        .where(col(row.name) == fixed(Name.CANCEL_AUTO_RENEW.value), col(row.outcome) == "done")
        .where(col(row.stored_at) >= since, col(row.stored_at) < until, *such)
        .group_by(sku)
    )
    return {found: int(count) for found, count in await session.execute(query)}


async def many_rejected(session: AsyncSession, now: datetime) -> AsyncIterator[Noticed]:
    """By domain: the mails of a day that were refused or came back, against all that were sent there."""
    row = NoticeRow
    domain = func.lower(func.split_part(col(row.recipient), "@", 2))
    of_a_day = (col(row.planned_for) >= now - A_DAY, col(row.planned_for) < now, domain != "")
    not_taken = col(row.outcome).in_([fixed("failed"), fixed("bounced")])
    rejected = select(domain, func.count()).where(not_taken, *of_a_day).group_by(domain)
    many = {name: int(count) for name, count in await session.execute(rejected.having(func.count() >= LEAST_REJECTED))}
    if not many:
        return
    tried = select(domain, func.count()).where(*of_a_day, domain.in_(list(many))).group_by(domain)
    tried = tried.where(or_(not_taken, col(row.outcome) == "sent"))
    for name, mailed in await session.execute(tried):
        if many[name] * HALF >= mailed:
            detail = f"{many[name]} of {mailed} mails of a day to {name} did not arrive."
            facts = {"domain": name, "count": many[name], "mailed": int(mailed)}
            yield wave(MANY_REJECTED, detail, name, A_DAY, now, facts)
