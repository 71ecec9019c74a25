"""What may be done with a subscription, as its page offers it: an operator's commands, and what is for its buyer alone.

Whether each is allowed is asked of the core; here are the fields that its form needs, and the words for why not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.ext.asyncio import AsyncSession

from console.ops.command_fields import MOST_PRICED
from console.ops.staff import Staff
from console.speech import Speech
from models.quotes import QuoteLineRow, QuoteRow, open_quotes_for, quote_lines, terms_of
from models.refundable import PaidOrder, paid_orders
from models.store import Stored
from renewals.actors import Operator, Person
from renewals.commands import IssueQuote, Name, Refund, Wish, WithdrawQuote
from renewals.decisions import AlreadyTrue, Decision, Refused
from renewals.eligibility import decide
from renewals.extending import Span, nameable_days
from renewals.facts import Subscription, Term
from renewals.money import Money
from renewals.options import options
from renewals.permission import BUYER_MAY, OPERATOR_MAY
from renewals.plan import ask_about_it_at, asked_about
from renewals.quoting import QuoteState
from renewals.renewing import just_before, last_paid_term
from renewals.request import Request
from renewals.roles import right_to_give

_ORDER = (
    Name.RESOLVE_PAYMENT,
    Name.REINSTATE,
    Name.RELEASE_HOLD,
    Name.RELEASE,
    Name.PARK,
    Name.CANCEL_AUTO_RENEW,
    Name.RESUME_AUTO_RENEW,
    Name.RECORD_RENEWAL,
    Name.EXTEND_LATE_WINDOW,
    Name.REFUND,
    Name.ISSUE_QUOTE,
    Name.WITHDRAW_QUOTE,
    Name.GO_LIVE,
    Name.CHANGE_BUYER,
    Name.CHANGE_CONTACT,
    Name.RE_PLAN,
)
"""Those that heal something come first; one that is not named here follows."""

_NAMES_A_DAY = (Name.EXTEND_LATE_WINDOW, Name.REINSTATE)
"""Commands that name the last day of the late window."""

MOST_REFUNDED = 10
"""Of so many orders, the last ones, the page offers to refund; older ones by `perennial refund`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A command, possible or not.

    `hidden` are fields that its form brings along, `about` names the quote or order, `terms`, `lines` and `days` are
    what its fields are about; `order` and `left` say how much of which order may go back. `right` is the one that
    whoever looks lacks. `why_not` is None where it may be given; `until`, when that may change. `so`: it would change
    nothing.
    """

    name: Name
    hidden: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    terms: Sequence[tuple[str, str]] = ()
    lines: Sequence[str] = ()
    days: Span | None = None
    order: str = ""
    left: str = ""
    why_not: str | None = None
    until: str | None = None
    so: bool = False
    right: str = ""

    @property
    def at_once(self) -> bool:
        """Need nobody look first, as it changes nothing?"""
        return self.name is Name.RE_PLAN

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
        elif name is Name.REFUND:
            found += await _refunds(session, stored, who, t)
        else:
            hidden = _hidden(stored.facts, name)
            days = nameable_days(stored.facts, stored.now) if name in _NAMES_A_DAY else None
            offer = Offer(name, hidden, terms=_terms(stored.facts, t), days=days)
            found.append(_offer(offer, decisions[name], stored, who, t))
    return sorted(found, key=lambda each: (each.why_not is not None or bool(each.right), each.so))


def _hidden(sub: Subscription, name: Name) -> dict[str, str]:
    """A cancel or resume names the renewal, a release the hold that the operator has seen: it concerns no other."""
    if name is Name.RELEASE_HOLD and sub.hold:
        return {"hold": sub.hold.id}
    about_renewal = name in (Name.CANCEL_AUTO_RENEW, Name.RESUME_AUTO_RENEW)
    return {"renewal": last_paid_term(sub).renews_on.isoformat()} if about_renewal else {}


def _terms(sub: Subscription, t: Speech) -> list[tuple[str, str]]:
    return [(term.value, t.w.term(term)) for term in Term if term in sub.prices]


def _offer(offer: Offer, decision: Decision, stored: Stored, who: Staff, t: Speech) -> Offer:
    if isinstance(decision, Refused):
        return replace(offer, why_not=why_not(decision.code, offer.name, t), until=until(decision, stored, t))
    if isinstance(decision, AlreadyTrue):
        return replace(offer, so=True)
    right = right_to_give(offer.name)
    return replace(offer, right="" if who.may(right) else right.value)


async def _refunds(session: AsyncSession, stored: Stored, who: Staff, t: Speech) -> list[Offer]:
    """One offer for each of the last orders of which something may go back; one without a form where there is none."""
    found = list[Offer]()
    for order in await paid_orders(session, stored.row.number, MOST_REFUNDED):
        its = order.refundable
        if its.left:
            paid, gone, left = (t.w.amount(Money(minor, its.currency)) for minor in (its.paid, its.gone_back, its.left))
            when = t.moment(order.ordered_at, stored.facts.time_zone)
            told = t("order_of" if order.bought else "taken_of", when=when, paid=paid, gone=gone)
            attempt = str(order.attempt_id)
            hidden = {"order": str(order.id), "attempt": attempt, "seen": str(its.gone_back)}
            offer = Offer(Name.REFUND, hidden, attempt[:8], order=told, left=left)
            about = Refund(order.id, seen=its.gone_back)
            found.append(_offer(offer, decide_refund(stored, order, about, who), stored, who, t))
    return found or [Offer(Name.REFUND, why_not=t("why_not.nothing_to_refund"))]


def decide_refund(stored: Stored, order: PaidOrder | None, command: Refund, who: Staff) -> Decision:
    """May that much of an order go back?"""
    request = Request(
        command=command,
        name=Name.REFUND,
        actor=Operator(who.name),
        is_buyer=False,
        received_at=stored.now,
        refundable=order.refundable if order else None,
    )
    return decide(just_before(stored.facts, stored.now), request)


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
        found.append(_offer(offer, decide_quote(stored, name, quote, lines, who), stored, who, t))
    return found or [Offer(name, why_not=t("why_not.no_quote"))]


def decide_quote(stored: Stored, name: Name, quote: QuoteRow, lines: Sequence[QuoteLineRow], who: Staff) -> Decision:
    """May a command about that quote be given? Its lines are asked for this subscription alone."""
    line = next(each for each in lines if each.subscription == stored.row.number)
    about = IssueQuote(quote.reference) if name is Name.ISSUE_QUOTE else WithdrawQuote(quote.reference)
    request = Request(
        command=about,
        name=name,
        actor=Operator(who.name),
        is_buyer=False,
        received_at=stored.now,
        quote=terms_of(quote, line, lines),
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
    if refused.code == "hold_open" and sub.hold and sub.hold.ends_at:
        return t("held_until", when=t.moment(sub.hold.ends_at, zone))
    if refused.possible_on:
        return t("possible_on", day=t.w.day(refused.possible_on))
    if refused.code == "payment_in_doubt":
        asked = [ask_about_it_at(attempt) or stored.now for attempt in asked_about(sub)]
        return t("asked_at", when=t.moment(max(min(asked), stored.now), zone)) if asked else None
    return None
