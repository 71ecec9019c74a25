"""Codes that nobody wants any more, and money that comes of vouchers that ended unpaid: it goes back by itself.

A provider that has not heard that nobody wants a code takes money for it; it is told until it has, or the code is over.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.ordered import Ordered, locked, to_be_planned
from activities.parts import come_in_all, count_part, owe_back
from activities.releasing import expire
from gateways.port import Answer, Declined, GivenUp, Issued, Paid, Pending
from models.engine import Sessions
from models.journal import SYSTEM
from renewals.declines import ask_late_at, call_again_at
from renewals.payments import AttemptState


async def run_out_at_once(session: AsyncSession, ordered: Ordered, voucher: Issued, wall_now: datetime) -> None:
    """A code that nobody wants any more, and has never seen: it has run out as it came, and its money goes back.

    Its provider is to be told: by whoever heard of it, at once; and by the plan, if nobody has by then.
    """
    attempt = ordered.attempt
    attempt.state, attempt.answered_at = AttemptState.EXPIRED, ordered.now
    attempt.voucher_code, attempt.gateway_reference = voucher.code, voucher.reference
    count_part(session, ordered, voucher.received)
    await owe_back(session, ordered, "paid_late")
    await expire(session, ordered, SYSTEM, ran_out=False)
    attempt.unwanted, attempt.calls = True, 1
    attempt.next_at = call_again_at(ordered.now, attempt.calls)
    to_be_planned(ordered.first.row, wall_now)  # whoever hears of it may have no plan to hand over


async def record_given_up(
    sessions: Sessions, number: str, key: str, said: Paid | Pending | GivenUp | None, wall_now: datetime
) -> None:
    """Record what a provider said that was told to give up a code nobody wants; None: nothing, so it is told again.

    Until the code is over. One whose payment is under way is not given up: it is told again on the day after.
    """
    async with sessions.begin() as session:
        ordered = await locked(session, number, key, wall_now)
        attempt = ordered.attempt
        if not attempt.unwanted:
            return
        if said is None:
            attempt.calls += 1
            attempt.next_at = call_again_at(ordered.now, attempt.calls)
            return
        attempt.unwanted = False
        await take_late_money(session, ordered, said)
        attempt.unwanted = isinstance(said, Pending)


async def take_late_money(session: AsyncSession, ordered: Ordered, answer: Answer | GivenUp) -> None:
    """What came of a voucher that ended unpaid goes back; it is asked about again, unless nothing more can come.

    While its provider is still to be told that nobody wants the code, no news of it puts that off.
    """
    attempt = ordered.attempt
    if count_part(session, ordered, come_in_all(answer, attempt.amount)):
        await owe_back(session, ordered, "paid_late")
    in_time = attempt.expires_at is not None and ordered.now < attempt.expires_at
    if attempt.unwanted and in_time and not isinstance(answer, Paid):
        return
    attempt.questions += 1
    agreed = isinstance(answer, Declined) and attempt.state == AttemptState.DECLINED
    asked = ask_late_at(ordered.now, attempt.questions, attempt.expires_at)
    attempt.next_at = None if agreed or isinstance(answer, Paid) else sooner(ordered.now, asked, answer)


def sooner(now: datetime, next_at: datetime | None, answer: Answer | GivenUp) -> datetime | None:
    """When to ask next; sooner if the provider promises news."""
    news_at = answer.news_at if isinstance(answer, Issued) else None
    return min(next_at, news_at) if next_at and news_at and news_at > now else next_at
