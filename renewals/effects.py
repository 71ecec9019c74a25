"""What a command that is allowed does to the facts (domain.md 7). Recording a renewal is `renewing.with_renewal`."""

from dataclasses import replace
from datetime import date, datetime

from renewals import commands as c
from renewals.extending import extended
from renewals.facts import Announcement, Phase, Subscription
from renewals.notices import due_notices
from renewals.payments import PaymentMethod
from renewals.pricing import Line
from renewals.renewing import announcement, in_phase_unless_charged_first, with_next_term
from renewals.windows import access_until, phase_at

_PAID = (Phase.ACTIVE, Phase.RENEWABLE, Phase.RENEWED)
"""Phases in which access is never suspended: a plan made anew gives back what was."""


def after_command(
    sub: Subscription, command: c.Command, *, at: datetime, method_id: str = "", pays_with: PaymentMethod | None = None
) -> Subscription:
    """The facts once the command took effect.

    `at` is when the command was received: the new plan owes nothing dated before it, and a phase that the command
    brings begins then. One that time brings is left to its own step, but a cancel on the renewal date ends the term at
    once. `method_id` is the id of the row stored for a new payment method, `pays_with` the method of an order.
    """
    after = _changed(sub, command, at, method_id, pays_with)
    decides = isinstance(command, c.Cancel | c.Release | c.GoLive)
    if not decides and phase_at(after, at) is phase_at(sub, at):
        return after
    return in_phase_unless_charged_first(after, at)


def _changed(
    sub: Subscription, command: c.Command, at: datetime, method_id: str, pays_with: PaymentMethod | None
) -> Subscription:
    match command:
        case c.Park():
            return replace(sub, parked=True)
        case c.Release():
            return replace(sub, parked=False, late_start_at=at)
        case c.GoLive():
            return replace(sub, live_at=at, late_start_at=at, announced=announcement(sub))
        case c.ExtendLateWindow(to):
            return replace(sub, late_until=extended(sub, to), owes_from=_owed_since(sub, at))
        case c.Cancel():
            changed = replace(sub, auto_renew=False)
        case c.Resume():
            changed = replace(sub, auto_renew=True)
        case c.ReduceSeats(to):
            changed = replace(sub, pending_seats=to)
        case c.ChangeTerm(term):
            changed = with_next_term(sub, term)
        case c.WithdrawPending("seats"):
            changed = replace(sub, pending_seats=None)
        case c.WithdrawPending():
            changed = replace(sub, pending_term=None)
        case c.SetPaymentMethod(kind, _, valid_through):
            changed = replace(sub, method=PaymentMethod(method_id, kind, at, valid_through))
        case c.ChooseMethod():
            changed = replace(sub, method=pays_with)
        case c.Renew(when=c.When.ON_RENEWAL_DATE):
            changed = replace(sub, auto_renew=True, method=pays_with or sub.method)
        case c.Reinstate(to):
            return reinstated(sub, to, at, expired_at=access_until(sub, at))
        case c.HandOverAdmin() | c.ChangeBuyer() | c.ChangeContact():
            return sub
        case c.RePlan():
            return replace(sub, suspended=sub.suspended and sub.phase not in _PAID)
        case c.Renew() | c.AddSeats() | c.ReleaseHold() | c.RecordRenewal() | c.ResolvePayment() | c.Refund():
            raise ValueError("what is paid, given up or sent back is an order's; it has no effect of its own here")
        case c.AskForQuote() | c.IssueQuote() | c.AcceptQuote() | c.DeclineQuote() | c.WithdrawQuote():
            raise ValueError("what is quoted is a quote's; it has no effect of its own here")
    return replace(changed, owes_from=_owed_since(sub, at), announced=_announced(changed))


def reinstated(sub: Subscription, to: date, at: datetime, *, expired_at: datetime) -> Subscription:
    """The subscription back in its late window, which is open through `to`; access ended as it did.

    It expired at `expired_at`. Nothing dated before `at` is owed, and that it had lapsed was told for another day.
    """
    back = replace(sub, phase=Phase.EXPIRED, phase_since=expired_at)
    return replace(back, late_until=extended(sub, to), owes_from=at)


def at_bound_price(sub: Subscription, line: Line) -> Subscription:
    """The subscription once its buyer has seen and confirmed that price for its next term: it is charged no dearer."""
    if sub.announced and sub.announced.term is line.term and sub.announced.unit_price <= line.unit_price:
        return sub
    return replace(sub, announced=Announcement(line.term, line.unit_price))


def with_more_seats(sub: Subscription, count: int, at: datetime) -> Subscription:
    """The subscription once `count` more seats are paid in its running term; a pending reduction rises by as many."""
    pending = None if sub.pending_seats is None else sub.pending_seats + count
    more = replace(sub, seats=sub.seats + count, pending_seats=pending)
    return replace(more, owes_from=_owed_since(sub, at), announced=_announced(more))


def _owed_since(sub: Subscription, at: datetime) -> datetime:
    """From when on the new plan owes notices: from the command on, or from one that was about to be sent."""
    about_to_go = due_notices(sub, at).send if sub.live_at and not sub.parked else ()
    return min([at, *(notice.at for notice in about_to_go)])


def _announced(changed: Subscription) -> Announcement | None:
    """What the confirming mail announces: for another term its price; for the same one never a dearer price."""
    before, now = changed.announced, announcement(changed)
    if before and now and before.term is now.term:
        return Announcement(now.term, min(before.unit_price, now.unit_price))
    return now
