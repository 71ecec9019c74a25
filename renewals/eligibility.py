"""May this actor do this to this subscription now? (domain.md 7)

One answer of three: `Eligible`, `AlreadyTrue` (a repeat: done, and nothing happens) or `Refused` with the first code
that applies, in the order of domain.md, and one sentence that says what to do instead.
"""

from dataclasses import replace
from datetime import datetime

from renewals import commands as c
from renewals.checkout import may_add_seats, may_renew, not_offered
from renewals.curing import cure_of
from renewals.decisions import AlreadyTrue, Decision, Eligible, Refused, is_of_its_arguments
from renewals.extending import may_extend, may_reinstate
from renewals.facts import Phase, Subscription
from renewals.holding import may_release, not_while_others_pay
from renewals.payments import Attempt
from renewals.permission import not_permitted
from renewals.quoting import QuoteState, may_accept, may_ask, may_issue, not_open
from renewals.refunding import SECOND_PERSON_NEEDED, may_refund
from renewals.renewing import last_paid_term
from renewals.request import Request
from renewals.windows import late_window_last_day, today


def decide(sub: Subscription, request: Request) -> Decision:
    """The answer to a well-formed command for a subscription that exists. Codes in order of precedence."""
    forbidden = not_permitted(sub, request.name, request.actor, is_buyer=request.is_buyer)
    if forbidden:
        return forbidden
    if _already_true(sub, request):
        return AlreadyTrue()
    refused = _state(sub, request)
    return _dated(sub, request, refused) if refused else Eligible()


def _dated(sub: Subscription, request: Request, refused: Refused) -> Refused:
    """The refusal with the day from which on the same command is allowed by time alone, if there is one.

    What refuses it by then counts, but for what its arguments are to blame for. Who comes back for the term after a
    paid one means that.
    """
    cure = cure_of(sub, request.name, refused.code, request.handled_at or request.received_at)
    if cure is None:
        return refused
    meant = None if refused.code == "already_renewed" else request.renews_on
    later = replace(request, received_at=cure.at, handled_at=None, renews_on=meant)
    then = decide(cure.sub, later)
    if not isinstance(then, Refused) or is_of_its_arguments(then, request.name):
        return replace(refused, possible_on=cure.on)
    return replace(refused, possible_on=then.possible_on)


def _already_true(sub: Subscription, request: Request) -> bool:
    match request.command:
        case c.Cancel():
            return not sub.auto_renew
        case c.Resume():
            return sub.auto_renew or request.cancelled_since
        case c.ReduceSeats(to):
            return sub.pending_seats == to
        case c.ChangeTerm(term):
            return last_paid_term(sub).next_term is term
        case c.WithdrawPending(what):
            return (sub.pending_seats if what == "seats" else sub.pending_term) is None
        case c.SetPaymentMethod() | c.ChooseMethod():
            return request.same_method
        case c.ReleaseHold():
            return (sub.hold is None or request.let_go_since) and not request.paid_since
        case c.HandOverAdmin():
            return request.same_admin
        case c.ChangeBuyer() | c.ChangeContact():
            return request.same_person
        case c.Renew(when=c.When.ON_RENEWAL_DATE):
            same = request.same_method or request.pays_with == sub.method
            to_come = sub.paid_ahead is None and sub.phase not in (Phase.PAST_DUE, Phase.EXPIRED)
            return sub.renews_automatically and same and to_come
        case c.RecordRenewal():
            return request.same_reference
        case c.Park():
            return sub.parked
        case c.Release():
            return not sub.parked
        case c.GoLive():
            return sub.live_at is not None
        case c.ExtendLateWindow(to):
            return sub.paid_ahead is None and late_window_last_day(sub) == to
        case c.AddSeats() | c.Renew() | c.ResolvePayment() | c.AskForQuote() | c.Refund() | c.Reinstate() | c.RePlan():
            return False
        case c.AcceptQuote() | c.DeclineQuote() | c.IssueQuote() | c.WithdrawQuote() as about_quote:
            return request.quote is not None and request.quote.state is _BROUGHT_ABOUT[type(about_quote)]


_BROUGHT_ABOUT: dict[type[c.QuoteCommand], QuoteState] = {
    c.AcceptQuote: QuoteState.ACCEPTED,
    c.DeclineQuote: QuoteState.DECLINED,
    c.IssueQuote: QuoteState.ISSUED,
    c.WithdrawQuote: QuoteState.WITHDRAWN,
}


def _state(sub: Subscription, request: Request) -> Refused | None:
    command = request.command
    if isinstance(command, c.ReleaseHold):
        return may_release(sub, request, command)
    if others := not_while_others_pay(sub, request):
        return others
    match command:
        case c.AddSeats():
            return may_add_seats(sub, request.received_at, request.pays_with, handled_at=request.handled_at)
        case c.Renew():
            return may_renew(
                sub,
                request.received_at,
                request.pays_with,
                command.when,
                alone=request.alone,
                meant=request.renews_on,
                handled_at=request.handled_at,
            )
        case c.AskForQuote() if request.wish:
            return may_ask(sub, request.wish.seats, request.wish.term, request.received_at, request.renews_on)
        case c.IssueQuote():
            wish = request.wish or c.Wish(sub.number)
            return may_issue(sub, request.quote, wish.seats, wish.term, request.received_at)
        case c.AcceptQuote(purchase_order=on_invoice):
            return may_accept(
                sub,
                request.quote,
                request.received_at,
                request.pays_with,
                on_invoice=on_invoice is not None,
                handled_at=request.handled_at,
            )
        case c.DeclineQuote() | c.WithdrawQuote():
            return not_open(request.quote, request.received_at, QuoteState.ASKED, QuoteState.ISSUED)
        case c.Resume():
            return _resume(sub, request.received_at)
        case c.ReduceSeats(to):
            return _reduce_seats(sub, to)
        case c.ChangeTerm(term):
            if sub.phase is Phase.EXPIRED:
                return _expired_already()
            if term is not last_paid_term(sub).term and term not in sub.prices:
                return Refused("term_not_offered", f"{sub.sku} is not sold for {term} in {sub.currency}.")
        case c.SetPaymentMethod(kind):
            return not_offered(sub, kind)
        case c.ChooseMethod() if request.pays_with:
            return not_offered(sub, request.pays_with.kind)
        case c.RecordRenewal():
            return _record_renewal(sub, command)
        case c.ExtendLateWindow(to):
            return may_extend(sub, to, request.received_at)
        case c.Reinstate(to):
            return may_reinstate(sub, to, request.handled_at or request.received_at)
        case c.Refund(amount=amount, seen=seen):
            refused = may_refund(request.refundable, amount, seen)
            return refused or (SECOND_PERSON_NEEDED if request.lacks_second else None)
        case c.ResolvePayment():
            if attempt_to_resolve(sub, request.received_at) is None:
                return Refused("nothing_in_doubt", "No payment of this subscription is without an answer.")
    return None


def attempt_to_resolve(sub: Subscription, at: datetime) -> Attempt | None:
    """The attempt of which an operator may say what became of it: one without an answer.

    A voucher has none once its time is up and the provider does not say whether it was paid; until then it is payable.
    """
    voucher = sub.voucher
    silent = voucher if voucher and voucher.expires_at and voucher.expires_at <= at else None
    return sub.in_doubt or sub.seats_attempt or silent


def _expired_already() -> Refused:
    return Refused("too_late", "The subscription has expired; renew it first, inside the late window.")


def _resume(sub: Subscription, now: datetime) -> Refused | None:
    if today(sub, now) >= sub.renews_on:
        return Refused("too_late", "The renewal date has come; renew by checkout instead.")
    if not sub.method_charges:
        return Refused("method_cannot_auto_charge", "Set a payment method that can be charged automatically first.")
    return None


def _reduce_seats(sub: Subscription, to: int) -> Refused | None:
    seats = last_paid_term(sub).seats
    if sub.phase is Phase.EXPIRED:
        return _expired_already()
    if not sub.auto_renew:
        return Refused("auto_renew_off", "Resume auto-renew first; seats are reduced at an automatic renewal.")
    if to >= seats:
        return Refused("not_a_reduction", f"The subscription has {seats} seats; name a smaller number.")
    if to < 1:
        return Refused("below_one_seat", "At least one seat must stay; cancel auto-renew to end the subscription.")
    return None


def _record_renewal(sub: Subscription, command: c.RecordRenewal) -> Refused | None:
    if sub.paid_ahead:
        return Refused("already_renewed", f"The term from {sub.renews_on} is paid; the one after it cannot be yet.")
    if (command.term or sub.next_term) not in sub.prices:
        return Refused("term_not_offered", f"{sub.sku} is not sold for {command.term} in {sub.currency}.")
    if command.seats is not None and command.seats < 1:
        return Refused("below_one_seat", "A renewal needs at least one seat.")
    return None
