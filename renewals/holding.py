"""What holds the next term, or may be paying it: what that refuses, and who may let it go (domain.md 5 and 7)."""

from renewals import commands as c
from renewals.decisions import Refused
from renewals.facts import Subscription
from renewals.quoting import QuoteState
from renewals.request import Request

_MOVES_THE_PRICE = (
    c.ReduceSeats
    | c.ChangeTerm
    | c.WithdrawPending
    | c.RecordRenewal
    | c.AddSeats
    | c.Renew
    | c.AskForQuote
    | c.IssueQuote
    | c.AcceptQuote
)
"""What would pay the next term, or change its price."""


def not_while_others_pay(sub: Subscription, request: Request) -> Refused | None:
    """Why the command has to wait for a payment that has no answer, or for what holds the next term, if so."""
    command = request.command
    moves_price = isinstance(command, _MOVES_THE_PRICE)
    unanswered = sub.in_doubt or sub.seats_attempt
    if unanswered and (moves_price or isinstance(command, c.WithdrawQuote)):
        return _in_doubt()
    if isinstance(command, c.DeclineQuote) and (sub.seats_attempt or sub.money_may_move):
        return _in_doubt()
    if (moves_price and sub.hold and not _yields(sub, request)) or _is_paid_by_code(sub, request):
        return Refused("hold_open", "An order, quote or voucher for the next term is open; release it or wait for it.")
    return None


def _yields(sub: Subscription, request: Request) -> bool:
    """An open quote yields to the buyer's own checkout, and to its own acceptance."""
    quote = sub.hold.quote if sub.hold else None
    if isinstance(request.command, c.Renew):
        return quote is not None
    is_its_own = request.quote is not None and request.quote.reference == quote
    return isinstance(request.command, c.AcceptQuote) and is_its_own


def _is_paid_by_code(sub: Subscription, request: Request) -> bool:
    """Is the quote that is to be given up accepted, and its code not paid yet? The code is given up first."""
    gives_up = isinstance(request.command, c.DeclineQuote | c.WithdrawQuote)
    issued = request.quote is not None and request.quote.state is QuoteState.ISSUED
    return gives_up and issued and sub.hold is not None and sub.hold.quote is None


def may_release(sub: Subscription, request: Request, command: c.ReleaseHold) -> Refused | None:
    """Why a hold cannot be released, if so: it can unless money may be moving; an order that was never sent moves none.

    Another than the one that was shown is not: giving up a code that is over would decline the quote behind it. A
    command that names none means the order or voucher that stood when it was received, and never a quote.
    """
    if sub.hold is None or request.let_go_since:
        return Refused("already_renewed", "The voucher has been paid; the term is renewed.")
    if sub.seats_attempt or sub.money_may_move:
        return _in_doubt()
    if command.hold is not None and command.hold != sub.hold.id:
        return Refused("preview_stale", "Something else holds the next term by now; look at it, and decide anew.")
    if command.hold is None and (sub.hold.quote or request.held_since):
        what = f"Quote {sub.hold.quote}" if sub.hold.quote else "An order or voucher that came later"
        return Refused("preview_stale", f'{what} holds the next term; to end that, name it: "hold" is {sub.hold.id}.')
    return None


def _in_doubt() -> Refused:
    return Refused("payment_in_doubt", "A payment has no answer yet; try again when it has one.")
