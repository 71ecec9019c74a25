"""What may be done now, and whom to ask for what may not: the answers of the core in the person's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from console.account.finding import Found
from console.account.speech import Speech
from renewals import commands as c
from renewals import options
from renewals.actors import Person
from renewals.decisions import AlreadyTrue, Decision, Refused
from renewals.eligibility import decide
from renewals.facts import Phase, Subscription, Term
from renewals.purchase import purchase_of
from renewals.renewing import last_paid_term
from renewals.request import Request
from renewals.windows import today
from settings import Settings

_ORDER = (
    c.Name.RELEASE_HOLD,
    c.Name.RENEW,
    c.Name.ASK_FOR_QUOTE,
    c.Name.ADD_SEATS,
    c.Name.REDUCE_SEATS,
    c.Name.CHANGE_TERM,
    c.Name.CANCEL_AUTO_RENEW,
    c.Name.RESUME_AUTO_RENEW,
    c.Name.SET_PAYMENT_METHOD,
    c.Name.HAND_OVER_ADMIN,
)
"""The commands that have a place of their own; a planned change is withdrawn where it is shown."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to ask: a phrase, and the ways to reach them."""

    phrase: str
    contact: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a buyer does. `why_not` is None where it is possible now."""

    name: str
    text: str
    why_not: str | None = None
    ask: Ask | None = None


def actions(found: Found, t: Speech, settings: Settings) -> list[Action]:
    """Every command of a buyer that would change something, possible or greyed."""
    answers = decisions(found)
    shown = []
    for name in _ORDER:
        answer = answers[name]
        if isinstance(answer, AlreadyTrue) or _pointless(name, found.stored.facts):
            continue
        text = _text(name, found, t)
        if isinstance(answer, Refused):
            words = sentence(answer.code, answer.possible_on, name, found, t)
            shown.append(Action(name, text, words, whom_to_ask(answer.code, name, found, t, settings)))
        else:
            shown.append(Action(name, text))
    return shown


def decisions(found: Found) -> Mapping[c.Name, Decision]:
    """The core's answer to each command. What is paid at once may be paid with a method that is only named then."""
    stored = found.stored
    actor = Person(stored.buyer.email if found.is_buyer else found.admin.email)
    answers = options.options(stored.facts, actor, is_buyer=found.is_buyer, at=stored.now)
    for name in (c.Name.RENEW, c.Name.ADD_SEATS):
        command = options.example(stored.facts, name, stored.now)
        purchase = purchase_of(name, stored.as_found)
        later = purchase.stand_in(stored.now) if purchase else None
        asked = Request(command, name, actor, found.is_buyer, stored.now, pays_with=later)
        answers[name] = decide(stored.as_found, asked)
    return answers


def _pointless(name: c.Name, sub: Subscription) -> bool:
    """Would it change nothing, whoever asks? The core refuses somebody else before it looks."""
    match name:
        case c.Name.RELEASE_HOLD:
            return sub.hold is None or sub.hold.quote is not None
        case c.Name.ASK_FOR_QUOTE:
            return sub.hold is not None and sub.hold.quote is not None
        case c.Name.CANCEL_AUTO_RENEW:
            return not sub.auto_renew
        case c.Name.RESUME_AUTO_RENEW:
            return sub.auto_renew
    return False


def _text(name: c.Name, found: Found, t: Speech) -> str:
    if name is c.Name.CANCEL_AUTO_RENEW:
        sub = found.stored.facts
        if sub.phase is Phase.PAST_DUE:
            return t(f"do.{name}_text_late")
        return t(f"do.{name}_text", day=t.w.midnight(last_paid_term(sub).renews_on))
    if name is c.Name.RENEW and today(found.stored.facts, found.stored.now) >= found.stored.facts.renews_on:
        return t(f"do.{name}_text_late")
    return t(f"do.{name}_text")


def sentence(code: str, possible_on: date | None, name: str, found: Found, t: Speech) -> str:
    """Why not, in one sentence that says what to do instead, and from when on it is possible, where time cures it."""
    buyer = found.stored.buyer
    day = t.w.day(possible_on) if possible_on else ""
    keys = f"refused.{code}.{name}", f"refused.{code}"
    dated = (f"dated.{code}.{name}", f"dated.{code}") if possible_on else ()
    return t.first(*dated, *keys, day=day, buyer=buyer.name or buyer.email)


def whom_to_ask(code: str, name: str, found: Found, t: Speech, settings: Settings) -> Ask | None:
    """Who can help with what is refused, and where they are reached."""
    who = options.whom_to_ask(name, code, found.stored.facts.channel)
    return Ask(t(f"ask_{who}"), settings.reached_at(who)) if who else None


def other_terms(sub: Subscription, t: Speech) -> list[tuple[str, str]]:
    """The terms that it can be changed to: those it is sold for, but the one that comes next anyhow."""
    coming = last_paid_term(sub).next_term
    return [(term.value, t.w.term(term)) for term in Term if term in sub.prices and term is not coming]
