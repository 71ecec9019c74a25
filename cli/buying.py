"""Commands with which a buyer pays, chooses how, and hands over: `renew`, `add-seats` and their like."""

from typing import Annotated, Any

import typer

from cli.acting import By, Json, Key, Number, Reason, give
from renewals.commands import Name, When
from renewals.facts import MethodKind

Stored = Annotated[str | None, typer.Option("--method", help="Id of a stored payment method; else the subscription's.")]
Kind = Annotated[MethodKind | None, typer.Option(help="Kind of a new method to pay this order with.")]
Token = Annotated[str | None, typer.Option(help="The provider's token of a new method; never a card number.")]
Expires = Annotated[str | None, typer.Option(help="Month of expiry of a new card, as 2029-08.")]


def renew(
    number: Number,
    by: By,
    when: Annotated[When, typer.Option(help="Pay now, or have it charged on the renewal date.")] = When.NOW,
    method: Stored = None,
    kind: Kind = None,
    token: Token = None,
    expires: Expires = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Renew by checkout, in the early or the late window; the renewal date stays."""
    args = {"when": when.value, **_paid_with(method, kind, token, expires), "reason": reason}
    give(Name.RENEW, number, by, args, key=key, as_json=as_json)


def add_seats(
    number: Number,
    by: By,
    seats: Annotated[int, typer.Option(help="How many seats more.")],
    method: Stored = None,
    kind: Kind = None,
    token: Token = None,
    expires: Expires = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """More seats at once, paid for the rest of the term."""
    args = {"seats": seats, **_paid_with(method, kind, token, expires), "reason": reason}
    give(Name.ADD_SEATS, number, by, args, key=key, as_json=as_json)


def set_payment_method(
    number: Number,
    by: By,
    method: Annotated[str | None, typer.Option(help="Id of a stored payment method; or name a new one:")] = None,
    kind: Annotated[MethodKind | None, typer.Option(help="Kind of the method.")] = None,
    token: Annotated[str | None, typer.Option(help="The provider's token; never a card number.")] = None,
    expires: Annotated[str | None, typer.Option(help="Month of expiry of a card, as 2029-08.")] = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Pay with another method from the next charge on; while past due it is tried at once."""
    args = {**_paid_with(method, kind, token, expires), "reason": reason}
    give(Name.SET_PAYMENT_METHOD, number, by, args, key=key, as_json=as_json)


def release_hold(
    number: Number,
    by: By,
    hold: Annotated[str | None, typer.Option(help="Id of the hold, as `show` has it; another one is refused.")] = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Give up the open order, voucher or quote for the next term."""
    give(Name.RELEASE_HOLD, number, by, {"hold": hold, "reason": reason}, key=key, as_json=as_json)


def hand_over_admin(
    number: Number,
    by: By,
    to: Annotated[str, typer.Option(help="Mail address of a contact of the organisation.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Make another contact the primary admin; the buyer stays buyer."""
    give(Name.HAND_OVER_ADMIN, number, by, {"to": to, "reason": reason}, key=key, as_json=as_json)


def _paid_with(method: str | None, kind: MethodKind | None, token: str | None, expires: str | None) -> dict[str, Any]:
    return {"method": method, "kind": kind.value if kind else None, "token": token, "expires": expires}


ALL = (renew, add_seats, set_payment_method, release_hold, hand_over_admin)
