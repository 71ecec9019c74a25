"""The decision on a command about a quote, and its effect: one core call per subscription, one transaction for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.checkout import method_of, pays_with
from activities.offers import ASKED, close_quote, hold_by_code, hold_for, order_from, tell
from activities.orders import abandon_unsent, renewal_of
from activities.outbox import queue
from activities.outcomes import conclude
from activities.releasing import give_up_unsent
from activities.settling import settle
from models.journal import clear_alarm, raise_alarm
from models.parties import PaymentMethodRow
from models.payments import AttemptRow
from models.quotes import QuoteLineRow, QuoteRow, find_quote, numbers_of, quote_lines, terms_of
from models.records import CommandRow
from models.store import Stored, load_all, lock_all
from renewals import commands as c
from renewals.arguments import parse_command
from renewals.decisions import AlreadyTrue, Decision, Eligible, Refused, first_that_applies
from renewals.eligibility import Request, decide
from renewals.facts import Kind, MethodKind, Subscription, Term
from renewals.quoting import (
    MOST_LINES,
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
class _Asked:
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


async def lock_lines(session: AsyncSession, row: CommandRow) -> None:
    """Lock every subscription that a command about a quote concerns, before any other lock is taken."""
    await lock_all(session, await _numbers(session, row))


async def _numbers(session: AsyncSession, row: CommandRow) -> Sequence[str]:
    lines, reference = row.args.get("lines"), row.args.get("quote")
    if isinstance(lines, list):
        named = [each.get("subscription") for each in lines if isinstance(each, Mapping)]
        return [row.subscription, *(number for number in named if isinstance(number, str))]
    quote = await find_quote(session, reference) if isinstance(reference, str) else None
    return [row.subscription, *(await numbers_of(session, quote) if quote else ())]


async def decide_about_quote(session: AsyncSession, row: CommandRow, wall_now: datetime) -> Answer | AttemptRow:
    """The answer to a command about a quote, with its effect; or the attempt by which an accepted quote is to be paid.

    The caller has locked the lines. Raises `BadArguments`.
    """
    actor = c.parse_actor(row.given_by)
    asked = await _asked(session, row, parse_command(row.name, row.args, actor), wall_now)
    decision = await _decide(session, asked, actor)
    if not isinstance(decision, Eligible):
        return conclude(session, row, decision, asked.home.now)
    match asked.command:
        case c.AskForQuote():
            return await _ask(session, asked)
        case c.IssueQuote() as command if asked.quote:
            return await _issue(session, asked, asked.quote, command)
        case c.AcceptQuote() as command if asked.quote:
            return await _accept(session, asked, asked.quote, command)
        case c.DeclineQuote() if asked.quote:
            return await _give_up(session, asked, asked.quote, QuoteState.DECLINED)
        case c.WithdrawQuote() if asked.quote:
            return await _give_up(session, asked, asked.quote, QuoteState.WITHDRAWN)
    raise TypeError(f"{row.name} is not about a quote that there is")


async def _asked(session: AsyncSession, row: CommandRow, command: c.Command, wall_now: datetime) -> _Asked:
    quote, lines, wishes = None, dict[str, QuoteLineRow](), {row.subscription: c.Wish(row.subscription)}
    if isinstance(command, c.AskForQuote):
        wishes = {wish.subscription: wish for wish in command.lines}
        if row.subscription not in wishes:
            raise c.BadArguments(f'{row.name}: "lines" must name {row.subscription}, for which it is given.')
    elif isinstance(command, c.AcceptQuote | c.DeclineQuote | c.IssueQuote | c.WithdrawQuote):
        quote = await find_quote(session, command.quote, lock=True)
        lines = {line.subscription: line for line in await quote_lines(session, quote)} if quote else {}
        if row.subscription not in lines:
            raise c.BadArguments(f'{row.name}: "quote" must be the reference of a quote for {row.subscription}.')
        wishes = {number: _wish(line) for number, line in lines.items()}
    found = {each.row.number: each for each in await load_all(session, list(wishes), wall_now, lock=True)}
    return _Asked(command, row, quote, lines, wishes, found, wall_now)


def _wish(line: QuoteLineRow) -> c.Wish:
    return c.Wish(line.subscription, line.asked_seats, Term(line.asked_term) if line.asked_term else None)


async def _decide(session: AsyncSession, asked: _Asked, actor: c.Actor) -> Decision:
    """One answer for all subscriptions: what refuses one of them refuses the command."""
    if len(asked.wishes) > MOST_LINES:
        return Refused("bulk_over_100", f"A quote has at most {MOST_LINES} subscriptions; ask for several.")
    unknown = [number for number in asked.wishes if number not in asked.found]
    if unknown:
        return Refused("unknown_subscription", f"There is no subscription {unknown[0]}; check the number.")
    if len({(each.customer.csn, each.facts.channel) for each in asked.found.values()}) > 1:
        raise c.BadArguments("A quote is for one customer and purchase mode; ask for one for each.")
    answers = {number: decide(*await _question(session, asked, each, actor)) for number, each in asked.found.items()}
    refusals = [_named(number, answer, answers) for number, answer in answers.items() if isinstance(answer, Refused)]
    refused = first_that_applies(refusals)
    return refused or (AlreadyTrue() if AlreadyTrue() in answers.values() else Eligible())


def _named(number: str, refused: Refused, answers: Mapping[str, Decision]) -> Refused:
    """Of several subscriptions the refused one is named."""
    hint = refused.hint if len(answers) == 1 else f"{number}: {refused.hint}"
    return Refused(refused.code, hint, refused.possible_on)


async def _question(session: AsyncSession, asked: _Asked, each: Stored, actor: c.Actor) -> tuple[Subscription, Request]:
    number = each.row.number
    received_at = asked.row.received_at - asked.home.row.shift + each.row.shift
    request = Request(
        command=asked.command,
        name=c.Name(asked.row.name),
        actor=actor,
        is_buyer=isinstance(actor, c.Person) and actor.email.casefold() == each.buyer.email.casefold(),
        received_at=received_at,
        pays_with=await pays_with(session, asked.home, asked.command, received_at),
        quote=asked.terms(number),
        wish=asked.wishes[number],
        handled_at=each.now,
    )
    return just_before(each.facts, received_at), request


async def _ask(session: AsyncSession, asked: _Asked) -> Answer:
    """Write what is wanted; an operator hears of it by an alarm."""
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
    detail = f"The buyer asks for quote {quote.reference}; issue or withdraw it."
    facts, about = {"quote": quote.reference}, quote.reference
    await raise_alarm(session, quote.subscription, ASKED, detail, home.now, subject=about, facts=facts)
    return answer


async def _issue(session: AsyncSession, asked: _Asked, quote: QuoteRow, command: c.IssueQuote) -> Answer:
    """Offer what was asked for: the prices bind, and the next terms are held until it is over."""
    row, home, prices = asked.row, asked.home, dict(command.prices)
    others = sorted(set(prices) - set(asked.found))
    if others:
        raise c.BadArguments(f'{row.name}: "prices" names {others[0]}, which is not in quote {quote.reference}.')
    for number, each in asked.found.items():
        await _offer(session, each, asked.lines[number], asked.wishes[number], prices.get(number), row)
    quote.expires_on = _last_day(asked, command.expires_on)
    quote.expires_at = ends_after(quote.expires_on, home.facts.time_zone)
    quote.state, quote.issued_at, quote.next_step_at = QuoteState.ISSUED, home.now, None
    quote.issued_by, quote.issued_because, quote.invoice = row.given_by, row.reason, command.invoice
    await session.flush()
    await hold_for(session, quote, list(asked.lines.values()), home.now)
    answer = conclude(session, row, Eligible(), home.now)
    await clear_alarm(session, quote.subscription, ASKED, home.now, subject=quote.reference)
    await tell(session, quote, asked.wall_now, by=row.given_by, reason=row.reason)
    first = next(each for number, each in asked.found.items() if number == quote.subscription)
    why = f"quote {quote.reference} was issued"
    await queue(session, first, Kind.QUOTE_ISSUED, f"quote:{quote.reference}", why, at=first.now, quote=quote.reference)
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


def _last_day(asked: _Asked, wanted: date | None) -> date:
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


async def _accept(session: AsyncSession, asked: _Asked, quote: QuoteRow, command: c.AcceptQuote) -> Answer | AttemptRow:
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


def _code_expires_at(asked: _Asked, method: PaymentMethodRow) -> datetime:
    """Until when the code can be paid: as long as it could for every one of the subscriptions."""
    ends = []
    for number, each in asked.found.items():
        at, terms = asked.row.received_at - asked.home.row.shift + each.row.shift, asked.terms(number)
        assert terms is not None, "a quote is being accepted"
        ends.append(code_expires_at(just_before(each.facts, at), terms, MethodKind(method.kind), at))
    return min(ends)


async def _give_up(session: AsyncSession, asked: _Asked, quote: QuoteRow, state: QuoteState) -> Answer:
    """The quote is over, and so is a payment of it that never reached the gateway."""
    row, number = asked.row, asked.home.row.number
    answer = conclude(session, row, Eligible(), asked.home.now)
    await close_quote(session, quote, state, asked.wall_now, by=row.given_by, reason=row.reason)
    if quote.order_id:
        await give_up_unsent(session, number, quote.order_id, asked.wall_now, by=row.given_by, reason=row.reason)
    return answer
