"""What an allowed command about a quote does to it and to its terms, in the transaction of the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.checkout import method_of
from activities.offers import close_quote, hold_by_code, hold_for, order_from, tell
from activities.orders import abandon_unsent, renewal_of
from activities.outbox import queue
from activities.outcomes import conclude
from activities.releasing import give_up_unsent
from activities.settling import settle
from models.asking import ASKED, ask_seller
from models.journal import clear_alarm
from models.parties import PaymentMethodRow
from models.payments import AttemptRow
from models.quotes import QuoteLineRow, QuoteRow, terms_of
from models.records import CommandRow
from models.store import Stored
from renewals import commands as c
from renewals.causes import Cause
from renewals.decisions import Eligible
from renewals.facts import Channel
from renewals.letters import Kind
from renewals.payments import MethodKind
from renewals.quoting import (
    PriceOutOfBounds,
    QuoteState,
    QuoteTerms,
    code_expires_at,
    ends_after,
    last_day_to_accept,
    quote_window_last_day,
    quoted_line,
)
from renewals.renewing import just_before
from renewals.windows import today
from workflows.contract import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A command about a quote with all that it is decided on; `lines` has the wish for each number."""

    command: c.Command
    row: CommandRow
    quote: QuoteRow | None
    lines: Mapping[str, QuoteLineRow]
    wishes: Mapping[str, c.Wish]
    found: Mapping[str, Stored]
    wall_now: datetime

    def terms(self, number: str) -> QuoteTerms | None:
        """The quote as it concerns one of its subscriptions."""
        return terms_of(self.quote, self.lines[number], self.lines.values()) if self.quote else None

    @property
    def home(self) -> Stored:
        """The subscription that the command was given for."""
        return self.found[self.row.subscription]

    def received_at(self, each: Stored) -> datetime:
        """When the command was received, by the time of one of the subscriptions."""
        return self.row.received_at - self.home.row.shift + each.row.shift


async def ask(session: AsyncSession, asked: Asked) -> Answer:
    """Write what is wanted; whoever sells it is asked, and operators hear of it by an alarm."""
    row, home = asked.row, asked.home
    wanted = [(asked.found[number].facts, wish.term) for number, wish in asked.wishes.items()]
    last_day = min(quote_window_last_day(*each) for each in wanted)
    quote = QuoteRow(
        csn=home.customer.csn,
        currency=home.facts.currency,
        channel=home.facts.channel,
        subscription=row.subscription,
        asked_in=row.id,
        asked_by=row.given_by,
        asked_at=home.now,
        expires_on=last_day,
        expires_at=ends_after(last_day, home.facts.time_zone),
    )
    session.add(quote)
    await session.flush()
    assert quote.id is not None, "it was just stored"
    for number, wish in asked.wishes.items():
        starts_on = asked.found[number].facts.renews_on
        session.add(
            QuoteLineRow(
                quote_id=quote.id,
                subscription=number,
                term_starts_on=starts_on,
                asked_seats=wish.seats,
                asked_term=wish.term,
            )
        )
    await session.flush()
    hint = f"A mail brings the quote {quote.reference} once it is issued."
    answer = conclude(session, row, Eligible(), home.now, hint)
    await tell(session, quote, asked.wall_now, by=row.given_by)
    await ask_seller(session, quote, home.facts.partner, home.now)
    return answer


async def issue(session: AsyncSession, asked: Asked, quote: QuoteRow, command: c.IssueQuote) -> Answer:
    """Offer what was asked for: the prices bind, and the next terms are held until it is over."""
    row, home, prices = asked.row, asked.home, dict(command.prices)
    if home.facts.channel is Channel.PARTNER and not command.invoice:
        raise c.BadArguments(f'{row.name}: "invoice" must be true: the partner invoices what it sold.')
    others = sorted(set(prices) - set(asked.found))
    if others:
        raise c.BadArguments(f'{row.name}: "prices" names {others[0]}, which is not in quote {quote.reference}.')
    for number, each in asked.found.items():
        await _offer(session, each, asked.lines[number], asked.wishes[number], prices.get(number), row)
    quote.expires_on = _last_day(asked, command.expires_on)
    quote.expires_at = ends_after(quote.expires_on, home.facts.time_zone)
    quote.state, quote.issued_at, quote.next_step_at = QuoteState.ISSUED, home.now, None
    quote.issued_by, quote.issued_because, quote.invoice = row.given_by, row.reason, command.invoice
    quote.partner = home.facts.partner
    await session.flush()
    await hold_for(session, quote, list(asked.lines.values()), home.now)
    answer = conclude(session, row, Eligible(), home.now)
    await clear_alarm(session, quote.subscription, ASKED, home.now, subject=quote.reference)
    await tell(session, quote, asked.wall_now, by=row.given_by, reason=row.reason)
    first = next(each for number, each in asked.found.items() if number == quote.subscription)
    reference = quote.reference
    cause = Cause("quote_issued", {"quote": reference})
    await queue(session, first, Kind.QUOTE_ISSUED, f"quote:{reference}", cause, at=first.now, quote=reference)
    return answer


async def _offer(
    session: AsyncSession, each: Stored, line: QuoteLineRow, wish: c.Wish, price: int | None, row: CommandRow
) -> None:
    """Price one line; an automatic charge that was begun and never sent is given up."""
    await abandon_unsent(session, each)
    try:
        offered = quoted_line(just_before(each.facts, row.received_at), wish.seats, wish.term, price)
    except PriceOutOfBounds as bad:
        raise c.BadArguments(f"{row.name}: {bad}") from None
    line.renewal_id = (await renewal_of(session, each)).id
    line.term, line.seats, line.unit_price = offered.term, offered.seats, offered.unit_price
    line.amount, line.receipt = offered.amount, offered.receipt()


def _last_day(asked: Asked, wanted: date | None) -> date:
    """The last day to accept: that which was named, if it lies inside every window. Raises `BadArguments`."""
    home = asked.home
    lines = [(asked.found[number].facts, wish.term) for number, wish in asked.wishes.items()]
    day = today(home.facts, home.now)
    latest = min(quote_window_last_day(*each) for each in lines)
    if wanted is None:
        return last_day_to_accept(lines, day)
    if not day <= wanted <= latest:
        raise c.BadArguments(f'{asked.row.name}: "expires_on" must lie between {day} and {latest}.')
    return wanted


async def accept(session: AsyncSession, asked: Asked, quote: QuoteRow, command: c.AcceptQuote) -> Answer | AttemptRow:
    """Order what is offered: on invoice the terms move at once, else they do once it is paid.

    What is paid by a code holds the terms in place of the quote until the code is paid, or over.
    """
    row, home = asked.row, asked.home
    order = await order_from(session, quote, by=row.given_by, at=home.now, reference=command.purchase_order)
    row.order_id = order.id
    if command.purchase_order:
        answer = conclude(session, row, Eligible(), home.now)
        await settle(session, order, asked.wall_now, known=[home], reason=row.reason)
        return answer
    method = await method_of(session, home, command)
    attempt = AttemptRow(
        order_id=order.id,
        n=1,
        method_id=method.id,
        amount=sum(line.amount or 0 for line in asked.lines.values()),
        currency=quote.currency,
        called_at=home.now,
        expires_at=None if MethodKind(method.kind).charges_automatically else _code_expires_at(asked, method),
    )
    session.add(attempt)
    if attempt.expires_at:
        await hold_by_code(session, quote, order, list(asked.lines.values()), home.now, attempt.expires_at)
    await session.flush()
    return attempt


def _code_expires_at(asked: Asked, method: PaymentMethodRow) -> datetime:
    """Until when the code can be paid: as long as it could for every one of the subscriptions."""
    ends = []
    for number, each in asked.found.items():
        at, terms = asked.received_at(each), asked.terms(number)
        assert terms is not None, "a quote is being accepted"
        ends.append(code_expires_at(just_before(each.facts, at), terms, MethodKind(method.kind), at))
    return min(ends)


async def give_up(session: AsyncSession, asked: Asked, quote: QuoteRow, state: QuoteState) -> Answer:
    """The quote is over, and so is a payment of it that never reached the gateway."""
    row, number = asked.row, asked.home.row.number
    answer = conclude(session, row, Eligible(), asked.home.now)
    await close_quote(session, quote, state, asked.wall_now, by=row.given_by, reason=row.reason)
    if quote.order_id:
        await give_up_unsent(session, number, quote.order_id, asked.wall_now, by=row.given_by, reason=row.reason)
    return answer
