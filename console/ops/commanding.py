"""Giving an operator's command: what its form asks for, what it would do, the answer.

Whether one is allowed, what it changes and who may give it are asked of the core; here are forms and words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from console.account import giving
from console.ops.command_fields import arguments, client_key
from console.ops.desk import Desk, wall_now
from console.ops.fields import Wrong
from console.ops.offering import decide_quote, decide_refund, why_not
from console.ops.receipts import Amount, of_line
from console.ops.staff import Staff
from console.ops.timeline import reason_in_words, step_in_words
from console.speech import Speech
from models.audit import audit
from models.contacts import how_many_concern
from models.inbox import store_command
from models.quotes import open_quotes_for, quote_lines
from models.records import CommandRow
from models.refundable import PaidOrder, paid_order
from models.store import Stored
from renewals.actors import Operator
from renewals.arguments import parse_command
from renewals.commands import (
    BadArguments,
    ChangeBuyer,
    ChangeContact,
    Command,
    ExtendLateWindow,
    IssueQuote,
    Name,
    Refund,
    Reinstate,
    ResolvePayment,
    WithdrawQuote,
)
from renewals.decisions import AlreadyTrue, Decision, Refused
from renewals.eligibility import attempt_to_resolve, decide
from renewals.facts import Subscription
from renewals.foresight import Foreseen, foresee
from renewals.money import Money
from renewals.plan import Step
from renewals.pricing import NotPriced
from renewals.reasons import because
from renewals.refunding import Refundable
from renewals.renewing import just_before, last_paid_term
from renewals.request import Request
from renewals.roles import ASKED_TWICE


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
    order = await _order_of(session, stored, what)
    will = _will(stored, what, order, t)
    if isinstance(what.command, ChangeContact):
        count = await how_many_concern(session, stored.customer.csn, what.command.contact)
        will = f"{will} {t('will.touches', count=t.number(count))}"
    decision = await _decision(session, stored, what, order, who)
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


async def _decision(
    session: AsyncSession, stored: Stored, what: Asked, order: PaidOrder | None, who: Staff
) -> Decision:
    if isinstance(what.command, Refund):
        return decide_refund(stored, order, what.command, who)
    if isinstance(what.command, IssueQuote | WithdrawQuote):
        for quote in await open_quotes_for(session, stored.row.number):
            if quote.reference == what.command.quote:
                return decide_quote(stored, what.name, quote, await quote_lines(session, quote), who)
        return Refused("quote_not_open", "The quote is not open.")
    request = Request(what.command, what.name, Operator(who.name), False, stored.now, pays_with=stored.facts.method)
    return decide(just_before(stored.facts, stored.now), request)


async def _order_of(session: AsyncSession, stored: Stored, what: Asked) -> PaidOrder | None:
    command = what.command
    if not isinstance(command, Refund):
        return None
    return await paid_order(session, stored.row.number, command.order, command.attempt)


def _will(stored: Stored, what: Asked, order: PaidOrder | None, t: Speech) -> str:
    sub, command = stored.facts, what.command
    day = t.w.day(last_paid_term(sub).renews_on)
    if isinstance(command, ResolvePayment):
        attempt = attempt_to_resolve(sub, stored.now)
        when = t.moment(attempt.called_at, sub.time_zone) if attempt else ""
        return t("will.resolve-payment.paid" if command.paid else "will.resolve-payment.declined", when=when)
    if isinstance(command, Refund):
        its = order.refundable if order else Refundable(0, 0, sub.currency)
        amount = t.w.amount(Money(command.amount or its.left, its.currency))
        when = t.moment(order.ordered_at, sub.time_zone) if order else ""
        return t("will.refund", amount=amount, when=when)
    quote = command.quote if isinstance(command, IssueQuote | WithdrawQuote) else ""
    to = t.w.day(command.to) if isinstance(command, ExtendLateWindow | Reinstate) else ""
    return t(f"will.{what.name}", day=day, quote=quote, to=to, email=_person(command))


def _person(command: Command) -> str:
    """Whom a command about people names."""
    if isinstance(command, ChangeBuyer):
        return command.email
    return command.contact if isinstance(command, ChangeContact) else ""


def _consequences(foreseen: Foreseen, at: datetime, t: Speech) -> Iterator[str]:
    before, after = foreseen.before, foreseen.after
    if before.phase is not after.phase:
        yield t("will_phase", before=t(f"phase.{before.phase}"), after=t(f"phase.{after.phase}"))
    had, has = foreseen.access(at)
    if had != has:
        yield t("will_access", before=t.moment(had, before.time_zone), after=t.moment(has, before.time_zone))
    if foreseen.line:
        yield t("will_term", span=t.w.span(foreseen.line.starts_on, foreseen.line.renews_on))


def _steps(sub: Subscription, steps: Sequence[Step], now: datetime, t: Speech) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            t.moment(max(step.at, now), sub.time_zone),
            step_in_words(step, t),
            reason_in_words(because(sub, step, now), t),
        )
        for step in steps
    )


async def give(desk: Desk, who: Staff, number: str, what: Asked) -> UUID:
    """Give it, once under its key; a repeat gives the command that it has. Raises `Wrong`, `KeyReused`.

    On the audit stands what was given: it is written with the command, and not of a repeat.
    """
    if what.name in ASKED_TWICE and not what.sure:
        raise Wrong("sure")
    key, now, new_id = f"ops:{what.key}", wall_now(), uuid4()
    async with desk.sessions.begin() as session:
        command_id = await store_command(
            session,
            client_key=key,
            subscription=number,
            name=what.name,
            args=what.args,
            by=who.by,
            wall_now=now,
            new_id=new_id,
        )
        if command_id == new_id:
            data = {"command": what.name.value, "key": key}
            audit(session, now, who.by, "subscription.command", number, reason=what.reason, data=data)
    await giving.wait_for_answer(desk.sessions, desk.client, command_id, now)
    return command_id


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
