"""Commands with which a buyer pays, chooses how, and hands over: `renew`, `add-seats` and their like."""

from typing import Annotated

import typer

from cli.giving import Arguments, gives
from cli.whole_numbers import AS_WRITTEN, whole_number
from renewals.commands import Name, When
from renewals.payments import MethodKind

Stored = Annotated[str | None, typer.Option("--method", help="Id of a stored payment method; else the subscription's.")]
Kind = Annotated[MethodKind | None, typer.Option(help="Kind of a new method to pay this order with.")]
Token = Annotated[str | None, typer.Option(help="The provider's token of a new method; never a card number.")]
Expires = Annotated[str | None, typer.Option(help="Month of expiry of a new card, as 2029-08.")]


@gives(Name.RENEW)
def renew(
    when: Annotated[When, typer.Option(help="Pay now, or have it charged on the renewal date.")] = When.NOW,
    method: Stored = None,
    kind: Kind = None,
    token: Token = None,
    expires: Expires = None,
) -> Arguments:
    """Renew by checkout, in the early or the late window; the renewal date stays."""
    return {"when": when.value, **paid_with(method, kind, token, expires)}


@gives(Name.ADD_SEATS)
def add_seats(
    seats: Annotated[int, typer.Option(parser=whole_number, metavar=AS_WRITTEN, help="How many seats more.")],
    method: Stored = None,
    kind: Kind = None,
    token: Token = None,
    expires: Expires = None,
) -> Arguments:
    """More seats at once, paid for the rest of the term."""
    return {"seats": seats, **paid_with(method, kind, token, expires)}


@gives(Name.SET_PAYMENT_METHOD)
def set_payment_method(
    method: Annotated[str | None, typer.Option(help="Id of a stored payment method; or name a new one:")] = None,
    kind: Annotated[MethodKind | None, typer.Option(help="Kind of the method.")] = None,
    token: Annotated[str | None, typer.Option(help="The provider's token; never a card number.")] = None,
    expires: Annotated[str | None, typer.Option(help="Month of expiry of a card, as 2029-08.")] = None,
) -> Arguments:
    """Pay with another method from the next charge on; while past due it is tried at once."""
    return paid_with(method, kind, token, expires)


@gives(Name.RELEASE_HOLD)
def release_hold(
    hold: Annotated[str | None, typer.Option(help="Id of the hold, as `show` has it; another one is refused.")] = None,
) -> Arguments:
    """Give up the open order, voucher or quote for the next term; a quote only if its hold is named."""
    return {"hold": hold}


@gives(Name.HAND_OVER_ADMIN)
def hand_over_admin(
    to: Annotated[str, typer.Option(help="Mail address of a contact of the organisation.")],
) -> Arguments:
    """Make another contact the primary admin; the buyer stays buyer."""
    return {"to": to}


def paid_with(method: str | None, kind: MethodKind | None, token: str | None, expires: str | None) -> Arguments:
    """How an order is to be paid: with a stored method, or with a new one."""
    return {"method": method, "kind": kind.value if kind else None, "token": token, "expires": expires}


ALL = (renew, add_seats, set_payment_method, release_hold, hand_over_admin)
