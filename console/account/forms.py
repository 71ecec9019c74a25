"""From the fields of a form to the arguments of a command. What is wrong is named with its field, and not sent."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from renewals.cards import may_be_card_number, month_end
from renewals.commands import Name, When
from renewals.facts import MOST_SEATS, Term
from renewals.payments import MethodKind

Form = Mapping[str, str]


class Wrong(Exception):
    """A field cannot be read: its name, and the key of the words that say what to write."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(field)
        self.field, self.words = field, words


def arguments(name: Name, form: Form) -> dict[str, Any]:
    """The arguments of a buyer's command. Raises `Wrong`."""
    match name:
        case Name.CANCEL_AUTO_RENEW:
            return {"renewal": form["renewal"]} if form.get("renewal") else {}
        case Name.REDUCE_SEATS:
            return {"to": count_of_seats(form, "to")}
        case Name.CHANGE_TERM:
            return {"term": chosen_term(form).value, **_proof(form)}
        case Name.WITHDRAW_PENDING:
            return {"what": _choice(form, "what", ["seats", "term"])}
        case Name.SET_PAYMENT_METHOD:
            return paid_with(form)
        case Name.ADD_SEATS:
            return {"seats": count_of_seats(form, "seats"), **paid_with(form), **_proof(form)}
        case Name.RENEW:
            when = _choice(form, "when", [each.value for each in When]) if "when" in form else When.NOW.value
            return {"when": when, **paid_with(form), **_proof(form)}
        case Name.HAND_OVER_ADMIN:
            return {"to": form.get("to", "")}
        case Name.RELEASE_HOLD:
            return {"hold": hold_shown(form)}
    return {}


def wishes(form: Form, most: int) -> list[dict[str, Any]]:
    """What a quote is asked for: of each subscription that is ticked, seats and term. Raises `Wrong`."""
    lines = []
    for n in range(most):
        if form.get(f"chosen-{n}") and form.get(f"number-{n}"):
            seats, term = count_of_seats(form, f"seats-{n}"), _choice(form, f"term-{n}", [each.value for each in Term])
            lines.append({"subscription": form[f"number-{n}"], "seats": seats, "term": term})
    if not lines:
        raise Wrong("chosen-0", "wrong.no_line")
    return lines


def acceptance(form: Form) -> dict[str, str]:
    """How a quote is accepted: by a purchase order, or with a method. Raises `Wrong`."""
    if form.get("method") != "invoice":
        return paid_with(form)
    number = form.get("purchase_order", "").strip()
    if not number or len(number) > _LONGEST_ORDER_NUMBER:
        raise Wrong("purchase_order", "wrong.purchase_order")
    return {"purchase_order": number}


_LONGEST_ORDER_NUMBER = 100


def client_key(form: Form) -> str:
    """The key under which the command acts once, made when the page was. Raises `Wrong`."""
    with suppress(ValueError):
        return f"account:{UUID(form.get('key', ''))}"
    raise Wrong("key", "refused_form_text")


def hold_shown(form: Form) -> str:
    """The hold that the page showed, so that never another one is given up. Raises `Wrong`."""
    with suppress(ValueError):
        return str(UUID(form.get("hold", "")))
    raise Wrong("hold", "refused_form_text")


def count_of_seats(form: Form, field: str) -> int:
    """A whole number of seats. Raises `Wrong`."""
    text = form.get(field, "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SEATS)) and 1 <= int(text) <= MOST_SEATS):
        raise Wrong(field, "wrong.seats")
    return int(text)


def chosen_term(form: Form) -> Term:
    """A term. Raises `Wrong`."""
    return Term(_choice(form, "term", [each.value for each in Term]))


def _proof(form: Form) -> dict[str, str]:
    """The proof of the price that was shown, where the preview gave one."""
    return {"preview": form["preview"]} if form.get("preview") else {}


def paid_with(form: Form) -> dict[str, str]:
    """A stored method by its id, or a new one."""
    chosen = form.get("method", "new")
    if chosen == "new":
        return new_method(form)
    try:
        return {"method": str(UUID(chosen))}
    except ValueError:
        raise Wrong("method", "wrong.choice") from None


def new_method(form: Form) -> dict[str, str]:
    """A method that is not stored yet. Raises `Wrong`."""
    kind = _choice(form, "kind", [each.value for each in MethodKind])
    token, month = form.get("token", "").strip(), form.get("expires", "").strip()
    if not token or len(token) > 200:
        raise Wrong("token", "wrong.token")
    if may_be_card_number(token):
        raise Wrong("token", "wrong.card_number")
    if not month or kind != MethodKind.CARD:
        return {"kind": kind, "token": token}
    return {"kind": kind, "token": token, "expires": month_of(form)}


def month_of(form: Form) -> str:
    """A card's month of expiry, as written. Raises `Wrong`."""
    month = form.get("expires", "").strip()
    try:
        month_end(month)
    except ValueError:
        raise Wrong("expires", "wrong.month") from None
    return month


def _choice(form: Form, field: str, values: list[str]) -> str:
    value = form.get(field, "")
    if value not in values:
        raise Wrong(field, "wrong.choice")
    return value
