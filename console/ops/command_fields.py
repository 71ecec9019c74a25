"""From the fields of an operator's form to the arguments of a command. What is wrong is named, and nothing is given."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from console.ops.fields import Wrong, choice, mail_address
from renewals.commands import Name
from renewals.facts import MOST_SEATS, Term
from renewals.money import MOST_MINOR_UNITS, parse_amount

Form = Mapping[str, str]
MOST_PRICED = 12
"""Lines of a quote up to which its form asks for prices; a form of ours has at most forty fields."""

_LONGEST_TEXT = 100


def arguments(name: Name, form: Form, currency: str) -> dict[str, Any]:
    """The arguments of an operator's command, without its reason; amounts are in that currency. Raises `Wrong`."""
    match name:
        case Name.CANCEL_AUTO_RENEW | Name.RESUME_AUTO_RENEW:
            return {"renewal": _day(form, "renewal")} if form.get("renewal") else {}
        case Name.RELEASE_HOLD:
            return {"hold": _shown(form, "hold")}
        case Name.RECORD_RENEWAL:
            return {"reference": _text(form, "reference"), **_seats(form), **_term(form)}
        case Name.REFUND:
            of = {"order": _text(form, "order"), **_written(form, "attempt")}
            return of | {"seen": _gone_back(form)} | _amount(form, currency)
        case Name.CHANGE_BUYER:
            return {"email": mail_address(form), **_written(form, "name")}
        case Name.CHANGE_CONTACT:
            email = {"email": mail_address(form)} if form.get("email", "").strip() else {}
            rest = {**_written(form, "name"), **_written(form, "language")}
            return {"contact": _text(form, "contact"), **email, **rest}
        case Name.EXTEND_LATE_WINDOW | Name.REINSTATE:
            return {"to": _day(form, "to")}
        case Name.RESOLVE_PAYMENT:
            return {"outcome": choice(form, "outcome", ["paid", "declined"])}
        case Name.ISSUE_QUOTE:
            last_day = {"expires_on": _day(form, "expires_on")} if form.get("expires_on") else {}
            return {
                "quote": _text(form, "quote"),
                "invoice": form.get("invoice") == "yes",
                **last_day,
                **_prices(form, currency),
            }
        case Name.WITHDRAW_QUOTE:
            return {"quote": _text(form, "quote")}
    return {}


def client_key(form: Form) -> str:
    """The key under which the command acts once, made when the page was. Raises `Wrong`."""
    with suppress(ValueError):
        return str(UUID(form.get("key", "")))
    raise Wrong("key", "refused_form")


def _text(form: Form, field: str) -> str:
    text = form.get(field, "").strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise Wrong(field, "wrong.reference")
    return text


def _written(form: Form, field: str) -> dict[str, str]:
    """The text of a field that may be left empty."""
    text = form.get(field, "").strip()
    return {field: text} if text else {}


def _seats(form: Form) -> dict[str, int]:
    text = form.get("seats", "").strip()
    if not text:
        return {}
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SEATS)) and 1 <= int(text) <= MOST_SEATS):
        raise Wrong("seats")
    return {"seats": int(text)}


def _term(form: Form) -> dict[str, str]:
    return {"term": choice(form, "term", list(Term))} if form.get("term") else {}


def _prices(form: Form, currency: str) -> dict[str, dict[str, int]]:
    """What a seat costs for a whole term, for those subscriptions of which a price is written."""
    written = {n: text for n in range(MOST_PRICED) if (text := form.get(f"price-{n}", "").strip())}
    try:
        prices = {form[f"number-{n}"]: parse_amount(text, currency).minor for n, text in written.items()}
    except (KeyError, ValueError):
        raise Wrong("price") from None
    return {"prices": prices} if prices else {}


def _amount(form: Form, currency: str) -> dict[str, int]:
    """Nothing where none is written: all that there is."""
    text = form.get("amount", "").strip()
    try:
        return {"amount": parse_amount(text, currency).minor} if text else {}
    except ValueError:
        raise Wrong("amount") from None


def _gone_back(form: Form) -> int:
    """What had gone back of the order when its form was made, in minor units. Raises `Wrong` without it."""
    text = form.get("seen", "")
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_MINOR_UNITS))):
        raise Wrong("seen", "refused_form")
    return int(text)


def _shown(form: Form, field: str) -> str:
    """The id of what was shown when its form was made. Raises `Wrong` without it."""
    with suppress(ValueError):
        return str(UUID(form.get(field, "")))
    raise Wrong(field, "refused_form")


def _day(form: Form, field: str) -> str:
    try:
        return date.fromisoformat(form.get(field, "")).isoformat()
    except ValueError:
        raise Wrong(field, "wrong.day") from None
