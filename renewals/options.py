"""What may be done with a subscription now: for each command, allowed, already so, or why not (domain.md 7)."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from renewals import commands as c
from renewals.actors import Actor
from renewals.calendar import days_after, local_date
from renewals.decisions import Decision
from renewals.eligibility import decide
from renewals.extending import nameable_days
from renewals.facts import Channel, Subscription, Term
from renewals.permission import RENEWS
from renewals.purchase import Purchase
from renewals.quoting import QuoteState, QuoteTerms, quote_window_last_day
from renewals.renewing import just_before, last_paid_term
from renewals.request import Request
from renewals.windows import late_window_last_day


def options(sub: Subscription, actor: Actor, *, is_buyer: bool, at: datetime) -> dict[c.Name, Decision]:
    """The answer to each command, asked with the arguments that ask for least.

    One that is `AlreadyTrue` so would change nothing: there is nothing to withdraw, to release, to resume.
    """
    found = just_before(sub, at)
    return {name: decide(found, _request(found, name, actor, is_buyer, at)) for name in c.Name}


def last_day(sub: Subscription, name: c.Name) -> date | None:
    """The last local day on which a command that is allowed stays so if nothing else happens; None if no day ends it.

    What a renewal applies can be planned again for the one after it, so that only an end without renewal ends that.
    """
    before_renewal = days_after(last_paid_term(sub).renews_on, -1)
    match name:
        case c.Name.RESUME_AUTO_RENEW | c.Name.ADD_SEATS:
            return before_renewal
        case c.Name.REDUCE_SEATS | c.Name.CHANGE_TERM:
            return None if sub.renews_automatically else before_renewal
        case c.Name.RENEW:
            return late_window_last_day(sub)
        case c.Name.ASK_FOR_QUOTE | c.Name.ISSUE_QUOTE:
            return quote_window_last_day(sub)
        case c.Name.ACCEPT_QUOTE | c.Name.DECLINE_QUOTE if (quote := _open_quote(sub)) is not None:
            return local_date(quote.ends_at - timedelta(seconds=1), sub.time_zone)
    return None


class Contact(StrEnum):
    """Whom a refusal sends to; where each is reached is a setting."""

    SUPPORT = "support"
    SALES = "sales"
    PARTNER = "partner"


_OUT_OF_THE_BUYERS_HANDS = frozenset(
    "lapsed parked legacy_order sold_by_sales maintenance_plan product_retired country_not_served term_not_offered "
    "not_operator".split()
)


def whom_to_ask(name: str, code: str, channel: Channel) -> Contact | None:
    """Who can help where buyers cannot help themselves with that command, refused with that code (domain.md 7).

    The partner for what it sold, sales to renew or to buy anew, support for the rest.
    """
    if code == "sold_by_partner" or (code == "lapsed" and channel is Channel.PARTNER):
        return Contact.PARTNER
    if code not in _OUT_OF_THE_BUYERS_HANDS:
        return None
    for_sales = name in RENEWS and code not in ("parked", "country_not_served")
    return Contact.SALES if for_sales or code == "lapsed" else Contact.SUPPORT


def _request(sub: Subscription, name: c.Name, actor: Actor, is_buyer: bool, at: datetime) -> Request:
    return Request(
        command=example(sub, name, at),
        name=name,
        actor=actor,
        is_buyer=is_buyer,
        received_at=at,
        pays_with=sub.method,
        quote=_open_quote(sub),
        wish=c.Wish(sub.number),
    )


def example(sub: Subscription, name: c.Name, at: datetime) -> c.Command:
    """The command with the arguments that are the likeliest to be allowed: one seat fewer, another term, a card."""
    ahead = last_paid_term(sub)
    terms = [term for term in Term if term is not ahead.next_term]
    match name:
        case c.Name.CANCEL_AUTO_RENEW:
            return c.Cancel()
        case c.Name.RESUME_AUTO_RENEW:
            return c.Resume()
        case c.Name.REDUCE_SEATS:
            fewer = (seats for seats in (ahead.next_seats - 1, ahead.seats - 1) if 0 < seats != sub.pending_seats)
            return c.ReduceSeats(next(fewer, 0))
        case c.Name.CHANGE_TERM:
            return c.ChangeTerm(next((term for term in terms if term in sub.prices), terms[0]))
        case c.Name.WITHDRAW_PENDING:
            return c.WithdrawPending("term" if sub.pending_term else "seats")
        case c.Name.SET_PAYMENT_METHOD:
            return c.SetPaymentMethod(Purchase((sub,)).stand_in(at).kind, "example", None)
        case c.Name.ADD_SEATS:
            return c.AddSeats(1)
        case c.Name.RENEW:
            return c.Renew()
        case c.Name.RELEASE_HOLD:
            return c.ReleaseHold(sub.hold.id if sub.hold else None)
        case c.Name.HAND_OVER_ADMIN:
            return c.HandOverAdmin("example")
        case c.Name.ASK_FOR_QUOTE:
            return c.AskForQuote((c.Wish(sub.number),))
        case c.Name.ACCEPT_QUOTE:
            return c.AcceptQuote(_quote_of(sub))
        case c.Name.DECLINE_QUOTE:
            return c.DeclineQuote(_quote_of(sub))
        case c.Name.ISSUE_QUOTE:
            return c.IssueQuote(_quote_of(sub))
        case c.Name.WITHDRAW_QUOTE:
            return c.WithdrawQuote(_quote_of(sub))
        case c.Name.RECORD_RENEWAL:
            return c.RecordRenewal("example")
        case c.Name.PARK:
            return c.Park()
        case c.Name.RELEASE:
            return c.Release()
        case c.Name.GO_LIVE:
            return c.GoLive()
        case c.Name.RESOLVE_PAYMENT:
            return c.ResolvePayment(paid=True)
        case c.Name.EXTEND_LATE_WINDOW:
            return c.ExtendLateWindow(nameable_days(ahead, at).last)
        case c.Name.REFUND:
            return c.Refund(UUID(int=0))
        case c.Name.REINSTATE:
            return c.Reinstate(nameable_days(sub, at).last)
        case c.Name.CHANGE_BUYER:
            return c.ChangeBuyer("example")
        case c.Name.CHANGE_CONTACT:
            return c.ChangeContact("example")
        case c.Name.RE_PLAN:
            return c.RePlan()


def _quote_of(sub: Subscription) -> str:
    return (sub.hold.quote if sub.hold else None) or "example"


def _open_quote(sub: Subscription) -> QuoteTerms | None:
    """The quote that holds the next term; of one that was only asked for the facts know nothing."""
    hold = sub.hold
    if hold is None or hold.quote is None or hold.ends_at is None:
        return None
    return QuoteTerms(hold.quote, QuoteState.ISSUED, sub.renews_on, hold.ends_at)
