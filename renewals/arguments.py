"""From a name and arguments in JSON to a command (domain.md 7)."""

from collections.abc import Mapping

from renewals import commands as c
from renewals.actors import Actor, Operator, Partner
from renewals.facts import Term
from renewals.given import Given, quoted
from renewals.payments import MethodKind
from renewals.permission import NEEDS_NO_REASON, OPERATOR_MAY


def parse_command(name: object, args: object, actor: Actor) -> c.Command:
    """The command of that name with its arguments checked for shape. Raises `BadArguments`."""
    try:
        which = c.Name(str(name))
    except ValueError:
        raise c.BadArguments(f"{quoted(name)} is not a command; the commands are {', '.join(c.Name)}.") from None
    if not isinstance(args, Mapping):
        raise c.BadArguments(f"The arguments of {which} must be a JSON object.")
    given = Given(which, args)
    reason = given.text("reason", required=False)
    who_must_say = Operator | Partner
    if not reason and isinstance(actor, who_must_say) and which not in NEEDS_NO_REASON and which in OPERATOR_MAY:
        raise c.BadArguments(f'{which} needs a reason; say why in "reason".')
    command = _build(which, given)
    given.refuse_the_rest()
    return command


def _build(which: c.Name, given: Given) -> c.Command:
    match which:
        case c.Name.CANCEL_AUTO_RENEW:
            return c.Cancel(given.day("renewal"))
        case c.Name.RESUME_AUTO_RENEW:
            return c.Resume(given.day("renewal"))
        case c.Name.REDUCE_SEATS:
            return c.ReduceSeats(given.count("to"))
        case c.Name.CHANGE_TERM:
            return c.ChangeTerm(Term(given.choice("term", list(Term))), given.optional("preview"))
        case c.Name.WITHDRAW_PENDING:
            return c.WithdrawPending(given.choice("what", ["seats", "term"]))
        case c.Name.SET_PAYMENT_METHOD:
            chosen = given.method_choice()
            if isinstance(chosen, c.StoredMethod):
                return c.ChooseMethod(chosen.id)
            kind = MethodKind(given.choice("kind", list(MethodKind)))
            return c.SetPaymentMethod(kind, given.token("token"), given.month_end("expires"))
        case c.Name.ADD_SEATS:
            return c.AddSeats(given.count("seats", at_least=1), given.method_choice(), given.optional("preview"))
        case c.Name.RENEW:
            when = c.When(given.choice("when", list(c.When))) if given.has("when") else c.When.NOW
            return c.Renew(given.method_choice(), when, given.optional("preview"))
        case c.Name.RELEASE_HOLD:
            return c.ReleaseHold(str(given.id("hold")) if given.has("hold") else None)
        case c.Name.HAND_OVER_ADMIN:
            return c.HandOverAdmin(given.text("to"))
        case c.Name.ASK_FOR_QUOTE:
            return c.AskForQuote(given.wishes("lines"))
        case c.Name.ACCEPT_QUOTE:
            quote, purchase_order = given.text("quote"), given.optional("purchase_order")
            method = given.method_choice()
            if purchase_order and method:
                raise c.BadArguments(f'{which}: name "purchase_order" or a payment method, not both.')
            return c.AcceptQuote(quote, purchase_order, method)
        case c.Name.DECLINE_QUOTE:
            return c.DeclineQuote(given.text("quote"))
        case c.Name.ISSUE_QUOTE:
            quote, prices = given.text("quote"), given.prices("prices")
            return c.IssueQuote(quote, prices, given.day("expires_on"), given.flag("invoice", default=True))
        case c.Name.WITHDRAW_QUOTE:
            return c.WithdrawQuote(given.text("quote"))
        case c.Name.RECORD_RENEWAL:
            reference = given.text("reference")
            seats = given.count("seats") if given.has("seats") else None
            term = Term(given.choice("term", list(Term))) if given.has("term") else None
            return c.RecordRenewal(reference, seats, term)
        case c.Name.RESOLVE_PAYMENT:
            return c.ResolvePayment(given.choice("outcome", ["paid", "declined"]) == "paid")
        case c.Name.PARK:
            return c.Park()
        case c.Name.RELEASE:
            return c.Release()
        case c.Name.GO_LIVE:
            return c.GoLive()
        case c.Name.EXTEND_LATE_WINDOW:
            return c.ExtendLateWindow(given.named_day("to"))
        case c.Name.REFUND:
            attempt = given.id("attempt") if given.has("attempt") else None
            amount, seen = given.minor_units("amount"), given.minor_units("seen", at_least=0)
            return c.Refund(given.id("order"), amount, seen, attempt)
        case c.Name.REINSTATE:
            return c.Reinstate(given.named_day("to"))
        case c.Name.CHANGE_BUYER:
            return c.ChangeBuyer(given.address("email"), given.optional("name"))
        case c.Name.CHANGE_CONTACT:
            contact, email = given.text("contact"), given.address("email") if given.has("email") else None
            changed = c.ChangeContact(contact, email, given.optional("name"), given.locale("language"))
            if changed == c.ChangeContact(contact):
                raise c.BadArguments(f'{which}: name at least one of "email", "name" and "language".')
            return changed
        case c.Name.RE_PLAN:
            return c.RePlan()
