"""The decision on a command about a quote: one core call per subscription, one transaction for all with its effect."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activities.checkout import pays_with
from activities.outcomes import conclude
from activities.quote_effects import Asked, accept, ask, give_up, issue
from activities.settling import in_its_term
from models.payments import AttemptRow
from models.quotes import QuoteLineRow, find_quote, numbers_of, quote_lines
from models.records import CommandRow
from models.store import Stored, load_all, lock_all
from models.subscriptions import RenewalRow, SubscriptionRow
from renewals import commands as c
from renewals.actors import Actor, is_person, parse_actor
from renewals.arguments import parse_command
from renewals.decisions import AlreadyTrue, Decision, Eligible, Refused, first_that_applies, no_such_subscription
from renewals.eligibility import decide
from renewals.facts import Subscription, Term
from renewals.quoting import MOST_LINES, QuoteState
from renewals.renewing import just_before
from renewals.request import Request
from workflows.contract import Answer


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
    actor = parse_actor(row.given_by)
    asked = await _asked(session, row, parse_command(row.name, row.args, actor), wall_now)
    decision = await _decide(session, asked, actor)
    if not isinstance(decision, Eligible):
        return conclude(session, row, decision, asked.home.now)
    match asked.command:
        case c.AskForQuote():
            return await ask(session, asked)
        case c.IssueQuote() as command if asked.quote:
            return await issue(session, asked, asked.quote, command)
        case c.AcceptQuote() as command if asked.quote:
            return await accept(session, asked, asked.quote, command)
        case c.DeclineQuote() if asked.quote:
            return await give_up(session, asked, asked.quote, QuoteState.DECLINED)
        case c.WithdrawQuote() if asked.quote:
            return await give_up(session, asked, asked.quote, QuoteState.WITHDRAWN)
    raise TypeError(f"{row.name} is not about a quote that there is")


async def _asked(session: AsyncSession, row: CommandRow, command: c.Command, wall_now: datetime) -> Asked:
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
    asked = Asked(command, row, quote, lines, wishes, found, wall_now)
    begun = {
        number: await in_its_term(session, each, asked.received_at(each), wall_now) for number, each in found.items()
    }
    return replace(asked, found=begun)


def _wish(line: QuoteLineRow) -> c.Wish:
    return c.Wish(line.subscription, line.asked_seats, Term(line.asked_term) if line.asked_term else None)


async def _decide(session: AsyncSession, asked: Asked, actor: Actor) -> Decision:
    """One answer for all subscriptions: what refuses one of them refuses the command."""
    if len(asked.wishes) > MOST_LINES:
        return Refused("bulk_over_100", f"A quote has at most {MOST_LINES} subscriptions; ask for several.")
    unknown = [number for number in asked.wishes if number not in asked.found]
    if unknown:
        return no_such_subscription(unknown[0])
    sellers = {(each.customer.csn, each.facts.channel, each.facts.partner) for each in asked.found.values()}
    if len(sellers) > 1 and isinstance(asked.command, c.AskForQuote | c.IssueQuote):  # it can change until it is over
        raise c.BadArguments("A quote is for one customer, purchase mode and partner; ask for one for each.")
    paid_since = await _paid_since(session, asked) if isinstance(asked.command, c.AskForQuote) else {}
    answers = {
        number: decide(*await _question(session, asked, each, actor, paid_since.get(number)))
        for number, each in asked.found.items()
    }
    refusals = [_named(number, answer, answers) for number, answer in answers.items() if isinstance(answer, Refused)]
    refused = first_that_applies(refusals, c.Name(asked.row.name))
    if refused or AlreadyTrue() not in answers.values():
        return refused or Eligible()
    return _issued_otherwise(asked) or AlreadyTrue()


def _issued_otherwise(asked: Asked) -> Refused | None:
    """Whoever issues again what is issued, and offers something else, must not believe that this binds now."""
    command, quote = asked.command, asked.quote
    if not isinstance(command, c.IssueQuote) or quote is None:
        return None
    prices = dict(command.prices)
    same = (
        quote.invoice is command.invoice
        and command.expires_on in (None, quote.expires_on)
        and prices.keys() <= asked.lines.keys()
        and all(_is_priced(line, prices.get(number)) for number, line in asked.lines.items())
    )
    hint = f"The quote {quote.reference} is issued already, at other terms; those bind unless it is withdrawn."
    return None if same else Refused("quote_not_open", hint)


def _is_priced(line: QuoteLineRow, price: int | None) -> bool:
    """Is the line offered at that price, or at the price of its day if none is named?"""
    return line.receipt["basis"] != "quoted_price" if price is None else line.unit_price == price


def _named(number: str, refused: Refused, answers: Mapping[str, Decision]) -> Refused:
    """Of several subscriptions the refused one is named."""
    hint = refused.hint if len(answers) == 1 else f"{number}: {refused.hint}"
    return Refused(refused.code, hint, refused.possible_on)


async def _paid_since(session: AsyncSession, asked: Asked) -> dict[str, date]:
    """By number: the first day of the term that was the next one when the command came, and was paid since."""
    settled_at = col(RenewalRow.settled_at) - col(SubscriptionRow.shift)
    query = (
        select(col(RenewalRow.subscription), func.min(col(RenewalRow.term_starts_on)).label("starts_on"))
        .join(SubscriptionRow, col(SubscriptionRow.number) == col(RenewalRow.subscription))
        .where(
            col(RenewalRow.subscription).in_(asked.found), settled_at >= asked.row.received_at - asked.home.row.shift
        )
        .group_by(col(RenewalRow.subscription))
    )
    return {row.subscription: row.starts_on for row in (await session.execute(query)).all()}


async def _question(
    session: AsyncSession, asked: Asked, each: Stored, actor: Actor, meant: date | None
) -> tuple[Subscription, Request]:
    number, received_at = each.row.number, asked.received_at(each)
    request = Request(
        command=asked.command,
        name=c.Name(asked.row.name),
        actor=actor,
        is_buyer=is_person(actor, each.buyer.email),
        received_at=received_at,
        pays_with=await pays_with(session, asked.home, asked.command, received_at),
        quote=asked.terms(number),
        wish=asked.wishes[number],
        renews_on=meant,
        handled_at=each.now,
    )
    return just_before(each.facts, received_at), request
