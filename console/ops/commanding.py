"""An operator's commands on the page of a subscription: which are offered, what each would do, its answer.

Whether one is allowed, what it changes and who may give it are asked of the core; here are forms and words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account import giving
from console.ops.command_fields import MOST_PRICED, arguments, client_key
from console.ops.desk import Desk, wall_now
from console.ops.fields import Wrong
from console.ops.receipts import Amount, of_line
from console.ops.staff import Staff
from console.ops.timeline import reason_in_words, step_in_words
from console.speech import Speech
from models.audit import audit
from models.quotes import QuoteLineRow, QuoteRow, open_quotes_for, quote_lines, terms_of
from models.records import CommandRow
from models.store import Stored
from renewals.arguments import parse_command
from renewals.commands import (
    BUYER_MAY,
    OPERATOR_MAY,
    BadArguments,
    Command,
    IssueQuote,
    Name,
    Operator,
    Person,
    ResolvePayment,
    Wish,
    WithdrawQuote,
)
from renewals.decisions import AlreadyTrue, Decision, Refused
from renewals.eligibility import Request, attempt_to_resolve, decide
from renewals.facts import Subscription, Term
from renewals.foresight import Foreseen, foresee
from renewals.options import options
from renewals.plan import ask_about_it_at, asked_about
from renewals.pricing import NotPriced
from renewals.quoting import QuoteState
from renewals.reasons import because
from renewals.renewing import just_before, last_paid_term
from renewals.roles import ASKED_TWICE, right_to_give

_ORDER = (
    Name.RESOLVE_PAYMENT,
    Name.RELEASE,
    Name.PARK,
    Name.CANCEL_AUTO_RENEW,
    Name.RESUME_AUTO_RENEW,
    Name.RECORD_RENEWAL,
    Name.ISSUE_QUOTE,
    Name.WITHDRAW_QUOTE,
    Name.GO_LIVE,
)
"""Those that heal something come first; one that is not named here follows."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A command, possible or not.

    `hidden` are fields that its form brings along, `about` names the quote, `terms` and `lines` are what its fields are
    about. `right` is the one that whoever looks lacks. `why_not` is None where it may be given; `until`, when that may
    change. `so`: it would change nothing.
    """

    name: Name
    hidden: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    terms: Sequence[tuple[str, str]] = ()
    lines: Sequence[str] = ()
    why_not: str | None = None
    until: str | None = None
    so: bool = False
    right: str = ""

    @property
    def id(self) -> str:
        """Unique on the page."""
        return f"{self.name}-{self.about}" if self.about else str(self.name)


async def offers(session: AsyncSession, stored: Stored, who: Staff, t: Speech) -> list[Offer]:
    """Every command of an operator: first those that may be given now, last those that are refused."""
    found = list[Offer]()
    decisions = options(stored.facts, Operator(who.name), is_buyer=False, at=stored.now)
    for name in sorted(OPERATOR_MAY, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
        if name in (Name.ISSUE_QUOTE, Name.WITHDRAW_QUOTE):
            found += await _about_quotes(session, stored, name, who, t)
        else:
            hidden = _hidden(stored.facts, name)
            found.append(_offer(Offer(name, hidden, terms=_terms(stored.facts, t)), decisions[name], stored, who, t))
    return sorted(found, key=lambda each: (each.why_not is not None or bool(each.right), each.so))


def _hidden(sub: Subscription, name: Name) -> dict[str, str]:
    """A cancel or resume names the renewal that the operator has seen, so that it never concerns another one."""
    about_renewal = name in (Name.CANCEL_AUTO_RENEW, Name.RESUME_AUTO_RENEW)
    return {"renewal": last_paid_term(sub).renews_on.isoformat()} if about_renewal else {}


def _terms(sub: Subscription, t: Speech) -> list[tuple[str, str]]:
    return [(term.value, t.w.term(term)) for term in Term if term in sub.prices]


def _offer(offer: Offer, decision: Decision, stored: Stored, who: Staff, t: Speech) -> Offer:
    values = {name: getattr(offer, name) for name in ("name", "hidden", "about", "terms", "lines")}
    if isinstance(decision, Refused):
        why = why_not(decision.code, offer.name, t)
        return Offer(**values, why_not=why, until=until(decision, stored, t))
    if isinstance(decision, AlreadyTrue):
        return Offer(**values, so=True)
    right = right_to_give(offer.name)
    return Offer(**values, right="" if who.may(right) else right.value)


async def _about_quotes(session: AsyncSession, stored: Stored, name: Name, who: Staff, t: Speech) -> list[Offer]:
    """One offer for each open quote that the command may be about; one without a form where there is none."""
    found = list[Offer]()
    for quote in await open_quotes_for(session, stored.row.number):
        if name is Name.ISSUE_QUOTE and quote.state != QuoteState.ASKED:
            continue
        lines = await quote_lines(session, quote)
        offer = Offer(
            name, {"quote": quote.reference}, quote.reference, lines=[line.subscription for line in lines[:MOST_PRICED]]
        )
        found.append(_offer(offer, _decide_quote(stored, name, quote, lines, who), stored, who, t))
    return found or [Offer(name, why_not=t("why_not.no_quote"))]


def _decide_quote(stored: Stored, name: Name, quote: QuoteRow, lines: Sequence[QuoteLineRow], who: Staff) -> Decision:
    line = next(each for each in lines if each.subscription == stored.row.number)
    about = IssueQuote(quote.reference) if name is Name.ISSUE_QUOTE else WithdrawQuote(quote.reference)
    request = Request(
        command=about,
        name=name,
        actor=Operator(who.name),
        is_buyer=False,
        received_at=stored.now,
        quote=terms_of(quote, line),
        wish=Wish(line.subscription, line.asked_seats, Term(line.asked_term) if line.asked_term else None),
    )
    return decide(just_before(stored.facts, stored.now), request)


def for_buyers(stored: Stored, t: Speech) -> list[Offer]:
    """What only the buyer may do, as the buyer finds it in the account: for whoever has a buyer on the telephone."""
    buyer = Person(stored.buyer.email)
    decisions = options(stored.facts, buyer, is_buyer=True, at=stored.now)
    found = []
    for name in sorted(BUYER_MAY - OPERATOR_MAY):
        decision = decisions[name]
        refused = decision if isinstance(decision, Refused) else None
        why = why_not(refused.code, name, t) if refused else None
        when = until(refused, stored, t) if refused else None
        found.append(Offer(name, why_not=why, until=when, so=isinstance(decision, AlreadyTrue)))
    return sorted(found, key=lambda each: (each.why_not is not None, each.so))


def why_not(code: str, name: Name | str, t: Speech) -> str:
    """Why not, in one sentence to an operator."""
    return t.first(f"why_not.{code}.{name}", f"why_not.{code}")


def until(refused: Refused, stored: Stored, t: Speech) -> str | None:
    """When the reason goes away by itself, if that is known."""
    sub, zone = stored.facts, stored.facts.time_zone
    if refused.possible_on:
        return t("possible_on", day=t.w.day(refused.possible_on))
    if refused.code == "hold_open" and sub.hold and sub.hold.ends_at:
        return t("held_until", when=t.moment(sub.hold.ends_at, zone))
    if refused.code == "payment_in_doubt":
        asked = [ask_about_it_at(attempt) or stored.now for attempt in asked_about(sub)]
        return t("asked_at", when=t.moment(max(min(asked), stored.now), zone)) if asked else None
    return None


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as its form asks for it. `args` are those of the command, with the reason."""

    name: Name
    key: str
    args: Mapping[str, Any]
    command: Command
    fields: Mapping[str, str]
    sure: bool

    @property
    def reason(self) -> str:
        return str(self.args["reason"])


class BadForm(Exception):
    """The core cannot read the arguments; its text is one English sentence."""


def asked(name: Name, who: Staff, currency: str) -> Asked:
    """The command that a form asks for, amounts in that currency. Raises `Wrong`, `BadForm`."""
    reason = who.reason
    args = arguments(name, who.form, currency) | {"reason": reason}
    try:
        command = parse_command(name, args, Operator(who.name))
    except BadArguments as bad:
        raise BadForm(str(bad)) from None
    kept = {key: text for key, text in who.form.items() if key not in ("csrf", "sure")}
    return Asked(name, client_key(who.form), args, command, kept, sure=who.form.get("sure") == "yes")


@dataclass(frozen=True, slots=True)
class Question:
    """What the command would do, before it is done. With `refused` it cannot be given any more.

    `gone` and `new` are steps of the plan, each with its time and reason; `twice`: the page asks for a tick as well.
    """

    will: str
    consequences: tuple[str, ...] = ()
    line: Amount | None = None
    gone: tuple[tuple[str, str, str], ...] = ()
    new: tuple[tuple[str, str, str], ...] = ()
    refused: str | None = None
    so: bool = False
    twice: bool = False


async def question(session: AsyncSession, stored: Stored, what: Asked, who: Staff, t: Speech) -> Question:
    """What an operator confirms."""
    will = _will(stored, what, t)
    decision = await _decision(session, stored, what, who)
    if isinstance(decision, Refused):
        return Question(will, refused=why_not(decision.code, what.name, t))
    if isinstance(decision, AlreadyTrue):
        return Question(will, so=True)
    try:
        foreseen = foresee(stored.facts, what.command, stored.now)
    except NotPriced:
        return Question(will, refused=why_not("term_not_offered", what.name, t))
    twice = what.name in ASKED_TWICE
    if foreseen is None:
        return Question(will, twice=twice)
    return Question(
        will,
        consequences=tuple(_consequences(foreseen, stored.now, t)),
        line=of_line(foreseen.line, t) if foreseen.line else None,
        gone=_steps(foreseen.before, foreseen.gone, stored.now, t),
        new=_steps(foreseen.after, foreseen.new, stored.now, t),
        twice=twice,
    )


async def _decision(session: AsyncSession, stored: Stored, what: Asked, who: Staff) -> Decision:
    if isinstance(what.command, IssueQuote | WithdrawQuote):
        for quote in await open_quotes_for(session, stored.row.number):
            if quote.reference == what.command.quote:
                return _decide_quote(stored, what.name, quote, await quote_lines(session, quote), who)
        return Refused("quote_not_open", "The quote is not open.")
    request = Request(what.command, what.name, Operator(who.name), False, stored.now, pays_with=stored.facts.method)
    return decide(just_before(stored.facts, stored.now), request)


def _will(stored: Stored, what: Asked, t: Speech) -> str:
    sub, command = stored.facts, what.command
    day = t.w.day(last_paid_term(sub).renews_on)
    if isinstance(command, ResolvePayment):
        attempt = attempt_to_resolve(sub, stored.now)
        when = t.moment(attempt.called_at, sub.time_zone) if attempt else ""
        return t("will.resolve-payment.paid" if command.paid else "will.resolve-payment.declined", when=when)
    quote = command.quote if isinstance(command, IssueQuote | WithdrawQuote) else ""
    return t(f"will.{what.name}", day=day, quote=quote)


def _consequences(foreseen: Foreseen, at: datetime, t: Speech) -> Iterator[str]:
    before, after = foreseen.before, foreseen.after
    if before.phase is not after.phase:
        yield t("will_phase", before=t(f"phase.{before.phase}"), after=t(f"phase.{after.phase}"))
    had, has = foreseen.access(at)
    if had != has:
        yield t("will_access", before=t.moment(had, before.time_zone), after=t.moment(has, before.time_zone))
    if foreseen.line:
        yield t("will_term", span=t.w.span(foreseen.line.starts_on, foreseen.line.renews_on))


def _steps(sub: Subscription, steps: Sequence[Any], now: datetime, t: Speech) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            t.moment(max(step.at, now), sub.time_zone),
            step_in_words(step, t),
            reason_in_words(because(sub, step, now), t),
        )
        for step in steps
    )


async def give(desk: Desk, who: Staff, number: str, what: Asked) -> UUID:
    """Give it, once under its key; a repeat gives the command that it has. Raises `Wrong`, `KeyReused`."""
    if what.name in ASKED_TWICE and not what.sure:
        raise Wrong("sure")
    key = f"ops:{what.key}"
    async with desk.sessions.begin() as session:
        known = await session.scalar(select(col(CommandRow.id)).where(col(CommandRow.client_key) == key))
        if known is None:
            data = {"command": what.name.value, "key": key}
            audit(session, wall_now(), who.by, "subscription.command", number, reason=what.reason, data=data)
    return await giving.give(
        desk.sessions, desk.client, key=key, number=number, name=what.name, args=dict(what.args), by=who.by
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a command: `tone` is done, refused or waiting."""

    tone: str
    headline: str
    more: str | None = None
    until: str | None = None


async def told(session: AsyncSession, command_id: str, number: str, t: Speech) -> Told | None:
    """The outcome of an operator's command, read from its row; None unless it is of this number."""
    try:
        row = await session.get(CommandRow, UUID(command_id))
    except ValueError:
        return None
    if row is None or row.subscription != number or not row.given_by.startswith("operator:"):
        return None
    what = t.first(f"command.{row.name}")
    if row.outcome is None:
        return Told("waiting", t("answer.waiting", what=what))
    if row.outcome == "done":
        return Told("done", t("answer.done", what=what))
    day = _day(row.possible_on, t)
    more = row.hint if row.code == "bad_arguments" else why_not(row.code or "bad_arguments", row.name, t)
    return Told("refused", t("answer.refused", what=what), more, day)


def _day(possible_on: date | None, t: Speech) -> str | None:
    return t("possible_on", day=t.w.day(possible_on)) if possible_on else None
