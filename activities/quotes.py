"""Looking at one quote: what is due is done, and whoever waits for its end is woken."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.clock import started_at
from activities.offers import close_quote, payment_of
from activities.outbox import queue
from activities.planning import NEVER
from activities.starting import wake_all
from activities.waiting import decide_about_quotes
from models.engine import Sessions
from models.journal import SYSTEM, raise_alarm
from models.quotes import STATES_OF_OPEN, QuoteRow, clock_ahead, find_quote, numbers_of
from models.store import Stored, load, lock_all
from models.subscriptions import SubscriptionRow
from renewals.causes import Cause
from renewals.letters import Kind
from renewals.quoting import QuoteDo, QuoteLife, QuoteState, QuoteStep, quote_steps
from workflows.contract import UNKNOWN_QUOTE, QuoteLook

WHILE_MONEY_MOVES = timedelta(hours=6)
"""How long a quote waits whose order has no answer, or whose code is not paid: it reminds nobody, and does not end.

The answer ends the wait sooner.
"""


class Quotes:
    """Follows quotes."""

    def __init__(self, sessions: Sessions, client: Client) -> None:
        self._sessions, self._client = sessions, client

    @activity.defn
    async def look_at_quote(self, reference: str) -> QuoteLook:
        """Do what is due for the quote, wake whom it concerns, and say when to look again."""
        wall_now = started_at()
        await self._decide_waiting(reference, wall_now)
        async with self._sessions.begin() as session:
            concerned, look = await _look(session, reference, wall_now)
        await wake_all(self._client, self._sessions, concerned, wall_now)
        return look

    async def _decide_waiting(self, reference: str, wall_now: datetime) -> None:
        """What came before a step of the quote is decided before it."""
        async with self._sessions() as session:
            quote = await find_quote(session, reference)
        if quote and (quote.next_step_at is None or quote.next_step_at <= wall_now):
            await decide_about_quotes(self._sessions, [quote.subscription], wall_now)

    @activity.defn
    async def report_quote_failure(self, reference: str, error: str) -> None:
        """Raise the alarm that a quote cannot be looked at. `error` names the class of what went wrong."""
        wall_now = started_at()
        async with self._sessions.begin() as session:
            quote = await find_quote(session, reference)
            row = await session.get(SubscriptionRow, quote.subscription) if quote else None
            if row is not None:
                detail = f"Quote {reference} failed ({error}); it is tried again later. The worker's log says where."
                facts, at = {"quote": reference, "error": error}, wall_now + row.shift
                await raise_alarm(session, row.number, "step_failed", detail, at, subject=reference, facts=facts)


async def _look(session: AsyncSession, reference: str, wall_now: datetime) -> tuple[list[str], QuoteLook]:
    """What is due, in one transaction; the numbers of the subscriptions to wake, and what was seen."""
    quote = await find_quote(session, reference)
    if quote is None:
        raise ApplicationError(f"there is no quote {reference}", type=UNKNOWN_QUOTE, non_retryable=True)
    numbers = await numbers_of(session, quote)
    await lock_all(session, numbers)
    home = await load(session, quote.subscription, wall_now, lock=True)
    quote = await find_quote(session, reference, lock=True)
    if quote is None or home is None:
        raise LookupError(reference)
    ahead = await clock_ahead(session, quote)
    concerned: list[str] = []
    steps = quote_steps(_life(quote, home))
    while steps and steps[0].at <= wall_now + ahead:
        payment = await payment_of(session, quote)
        if payment:
            until = max(wall_now + ahead + WHILE_MONEY_MOVES, payment.expires_at or quote.expires_at)
            steps = (QuoteStep(until, steps[0].do),)
            break
        await _do(session, quote, home, steps[0].do, wall_now)
        concerned = [quote.subscription]
        steps = quote_steps(_life(quote, home))
    if quote.state not in STATES_OF_OPEN:
        concerned = list(numbers)
    quote.next_step_at = steps[0].at - ahead if steps else NEVER
    await _mark(session, concerned)
    next_at, next_do = (steps[0].at, steps[0].do) if steps else (None, None)
    return concerned, QuoteLook(quote.state, next_at, next_do, ahead.total_seconds())


def _life(quote: QuoteRow, home: Stored) -> QuoteLife:
    policy = home.facts.policy
    return QuoteLife(
        state=QuoteState(quote.state),
        last_day=quote.expires_on,
        issued_at=quote.issued_at,
        reminded=quote.reminded_at is not None,
        reminds_days=policy.quote_expiring_days,
        notice_time=policy.notice_time,
        time_zone=home.facts.time_zone,
    )


async def _do(session: AsyncSession, quote: QuoteRow, home: Stored, do: QuoteDo, wall_now: datetime) -> None:
    if do is QuoteDo.EXPIRE:
        await close_quote(session, quote, QuoteState.EXPIRED, wall_now, by=SYSTEM)
        return
    quote.reminded_at = home.now
    cause = Cause("quote_ends", {"quote": quote.reference, "on": quote.expires_on.isoformat()})
    occasion = f"quote:{quote.reference}"
    await queue(session, home, Kind.QUOTE_EXPIRING, occasion, cause, at=home.now, quote=quote.reference)


async def _mark(session: AsyncSession, numbers: list[str]) -> None:
    """Subscriptions are to be planned anew; the watchdog sees to it, should nobody wake them."""
    row = SubscriptionRow
    unplanned = update(row).where(col(row.number).in_(numbers), col(row.next_step_at) != NEVER)
    await session.execute(unplanned.values(next_step_at=None))
