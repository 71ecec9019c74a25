"""Commands that act on one subscription: the commands of domain.md 7, in kebab case."""

from typing import Annotated

import typer

from cli.giving import Arguments, gives
from cli.whole_numbers import AS_WRITTEN, whole_number
from renewals.commands import Name
from renewals.facts import Term

Renewal = Annotated[str | None, typer.Option(help="The renewal date meant, as 2027-03-31.")]


@gives(Name.CANCEL_AUTO_RENEW)
def cancel_auto_renew(renewal: Renewal = None) -> Arguments:
    """Cancel auto-renew: access until the renewal date, no new term is billed."""
    return {"renewal": renewal}


@gives(Name.RESUME_AUTO_RENEW)
def resume_auto_renew(renewal: Renewal = None) -> Arguments:
    """Switch auto-renew on again, before the renewal date."""
    return {"renewal": renewal}


@gives(Name.REDUCE_SEATS)
def reduce_seats(
    to: Annotated[int, typer.Option(parser=whole_number, metavar=AS_WRITTEN, help="Seats from the next renewal on.")],
) -> Arguments:
    """Fewer seats from the next renewal on."""
    return {"to": to}


@gives(Name.CHANGE_TERM)
def change_term(term: Annotated[Term, typer.Option(help="Length of the terms from the next renewal on.")]) -> Arguments:
    """Another term from the next renewal on; the running one withdraws a pending change."""
    return {"term": term.value}


@gives(Name.WITHDRAW_PENDING)
def withdraw_pending(what: Annotated[str, typer.Option(help="seats or term.")]) -> Arguments:
    """Withdraw a pending change of seats or of the term."""
    return {"what": what}


@gives(Name.RECORD_RENEWAL)
def record_renewal(
    reference: Annotated[str, typer.Option(help="The order's reference where it was placed.")],
    seats: Annotated[
        int | None, typer.Option(parser=whole_number, metavar=AS_WRITTEN, help="Seats, if the order says otherwise.")
    ] = None,
    term: Annotated[Term | None, typer.Option(help="Term, if the order says otherwise.")] = None,
) -> Arguments:
    """Record a renewal that was ordered elsewhere, such as at a partner."""
    return {"reference": reference, "seats": seats, "term": term.value if term else None}


@gives(Name.PARK)
def park() -> Arguments:
    """Stop notices and charges until it is released; the phase stands."""
    return {}


@gives(Name.RELEASE)
def release() -> Arguments:
    """Let a parked subscription go on: a late start for what is overdue."""
    return {}


@gives(Name.RESOLVE_PAYMENT)
def resolve_payment(
    outcome: Annotated[str, typer.Option(help="paid or declined, as the provider's own records show.")],
) -> Arguments:
    """Say what became of a payment that has no answer."""
    return {"outcome": outcome}


@gives(Name.EXTEND_LATE_WINDOW)
def extend_late_window(
    to: Annotated[str, typer.Option(help="Last day to renew it late, as 2027-08-31; the policy's own takes it back.")],
) -> Arguments:
    """Let this one be renewed late for longer than the policy says, or no longer."""
    return {"to": to}


@gives(Name.REFUND)
def refund(
    order: Annotated[str, typer.Option(help="Id of the paid order, as `perennial ledger` names it.")],
    amount: Annotated[
        int | None,
        typer.Option(
            parser=whole_number, metavar=AS_WRITTEN, help="How much, in minor units of its currency; else all."
        ),
    ] = None,
    attempt: Annotated[str | None, typer.Option(help="Id of its attempt that was paid after all.")] = None,
    seen: Annotated[
        int | None,
        typer.Option(
            parser=whole_number, metavar=AS_WRITTEN, help="What had gone back when you looked; else it is refused."
        ),
    ] = None,
) -> Arguments:
    """Send back what was paid for an order, in full or in part; the term stays as it is.

    Beyond PERENNIAL_SECOND_PERSON_REFUND it goes back when a second operator has confirmed it in the console.
    """
    return {"order": order, "amount": amount, "attempt": attempt, "seen": seen}


@gives(Name.REINSTATE)
def reinstate(
    to: Annotated[str, typer.Option(help="Last day to renew it late from now on, as 2027-08-31.")],
) -> Arguments:
    """Bring one that lapsed wrongly back into its late window."""
    return {"to": to}


@gives(Name.CHANGE_BUYER)
def change_buyer(
    email: Annotated[str, typer.Option(help="Mail address of the new buyer.")],
    name: Annotated[str | None, typer.Option(help="Name, if the organisation has no such contact yet.")] = None,
) -> Arguments:
    """Make another person the buyer; mails go there from now on."""
    return {"email": email, "name": name}


@gives(Name.CHANGE_CONTACT)
def change_contact(
    contact: Annotated[str, typer.Option(help="Mail address of the contact, as it is kept now.")],
    email: Annotated[str | None, typer.Option(help="The right mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="The right name.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the mails, such as fr or fr-CA.")] = None,
) -> Arguments:
    """Correct the address, the name or the language of a contact of the organisation."""
    return {"contact": contact, "email": email, "name": name, "language": language}


@gives(Name.RE_PLAN)
def re_plan() -> Arguments:
    """Plan again from the facts and wake the workflow; nothing else changes."""
    return {}


ALL = (
    cancel_auto_renew,
    resume_auto_renew,
    reduce_seats,
    change_term,
    withdraw_pending,
    record_renewal,
    park,
    release,
    resolve_payment,
    extend_late_window,
    refund,
    reinstate,
    change_buyer,
    change_contact,
    re_plan,
)
