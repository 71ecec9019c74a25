"""The table of facts in each letter: which rows a kind of letter has, and what they say."""

from collections.abc import Callable
from dataclasses import dataclass

from mail.letter import Letter
from mail.payment_table import payment_facts
from mail.wording import Wording, capital
from renewals.letters import Kind


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    value: str


Cell = Callable[[Letter, Wording], str | None]
_Column = tuple[str, Cell]


def _seats(letter: Letter, w: Wording) -> str:
    return w.later(str(letter.seats), str(letter.next_seats), letter.next_starts_on)


def _term(letter: Letter, w: Wording) -> str:
    return w.later(w.term(letter.term), w.term(letter.next_term), letter.next_starts_on)


def _price(letter: Letter, w: Wording) -> str | None:
    """The amount of the next term, with its factors where they multiply to it."""
    if letter.price is None:
        return None
    amount, unit = w.amount(letter.price), letter.unit_price
    if unit is None or letter.next_seats == 1 or unit * letter.next_seats != letter.price:
        return amount
    return w.word("with_factors", amount=amount, factors=f"{letter.next_seats}\u00a0×\u00a0{w.amount(unit)}")


def _list_price(letter: Letter, w: Wording) -> str | None:
    return w.amount(letter.list_amount) if letter.list_amount else None


def _method(letter: Letter, w: Wording) -> str | None:
    if letter.method is None:
        by_hand_here = letter.renew_with == "account" and not letter.automatic
        return capital(w.word("at_checkout")) if by_hand_here else None
    name = w.method_as_label(letter.method)
    if letter.by_voucher:
        return w.word("by_hand", method=name)
    if not letter.automatic:
        return w.word("not_automatic", method=name)
    if letter.method_valid_through:
        return w.word("valid_through", method=name, day=w.day(letter.method_valid_through))
    return name


def _paid(letter: Letter, w: Wording) -> str | None:
    return w.amount(letter.paid.amount) if letter.paid and letter.paid.method else None


def _invoiced(letter: Letter, w: Wording) -> str | None:
    """The amount of a term that was ordered elsewhere, or is invoiced."""
    return w.amount(letter.paid.amount) if letter.paid and not letter.paid.method else None


def _paid_with(letter: Letter, w: Wording) -> str | None:
    return w.method_as_label(letter.paid.method) if letter.paid and letter.paid.method else None


def _paid_period(letter: Letter, w: Wording) -> str | None:
    return w.span(letter.paid.starts_on, letter.paid.renews_on) if letter.paid else None


def _charge_on(letter: Letter, w: Wording) -> str | None:
    return w.day(letter.charge_on) if letter.automatic and letter.charge_on else None


def _if_automatic(cell: Cell) -> Cell:
    return lambda letter, w: cell(letter, w) if letter.automatic else None


_SUBSCRIPTION: tuple[_Column, ...] = (
    ("product", lambda letter, w: letter.product),
    ("number", lambda letter, w: letter.number),
)
_CUSTOMER: _Column = ("customer", lambda letter, w: letter.customer)
_SIZE: tuple[_Column, ...] = (("seats", _seats), ("term", _term))
_NEXT_SIZE: tuple[_Column, ...] = (
    ("seats", lambda letter, w: str(letter.next_seats)),
    ("term", lambda letter, w: w.term(letter.next_term)),
)
_RENEWS: _Column = ("renews_on", lambda letter, w: w.day(letter.runs_until))
_EXPIRES: _Column = ("expires_on", lambda letter, w: w.day(letter.runs_until))
_EXPIRED: _Column = ("expired_on", lambda letter, w: w.day(letter.renews_on))
_PERIOD: _Column = ("period", lambda letter, w: w.span(letter.next_starts_on, letter.next_renews_on))
_LOST: _Column = ("lost_period", lambda letter, w: w.span(letter.next_starts_on, letter.next_renews_on))
_LATE: _Column = (
    "late_until",
    lambda letter, w: w.day(letter.late_window_last_day) if letter.late_window_last_day else None,
)
_ACCESS: _Column = (
    "access_ends_on",
    lambda letter, w: w.midnight(letter.access_ends_on) if letter.access_ends_on else None,
)
_RETRY: _Column = ("retry_on", lambda letter, w: w.day(letter.retry_on) if letter.retry_on else None)
_LIST: _Column = ("list_price", _list_price)
_METHOD: _Column = ("method", _method)
_CHARGE: tuple[_Column, ...] = (("charge", _price), ("charge_on", _charge_on))

_AUTOMATIC = (*_SIZE, _RENEWS, _PERIOD, *_CHARGE, _METHOD)
_MANUAL = (*_SIZE, _EXPIRES, _PERIOD, ("price", _price), _METHOD, _LATE)
_UNPAID = (*_NEXT_SIZE, _LOST, ("charge", _price), _METHOD, _RETRY, _ACCESS, _LATE)
_LATE_RENEWAL = (*_NEXT_SIZE, _EXPIRED, _LOST, _LIST, _METHOD, _LATE)
_RECEIPT = (
    ("seats", lambda letter, w: str(letter.paid.seats) if letter.paid else None),
    ("term", lambda letter, w: w.term(letter.paid.term) if letter.paid else None),
    ("paid_period", _paid_period),
    ("paid", _paid),
    ("amount", _invoiced),
    ("paid_with", _paid_with),
    ("reference", lambda letter, w: letter.paid.reference if letter.paid else None),
    ("next_charge", _if_automatic(_price)),
    ("next_charge_on", _charge_on),
    ("method", _if_automatic(_method)),
)


def _columns(letter: Letter) -> tuple[_Column, ...]:
    match letter.kind:
        case Kind.RENEWED:
            return _RECEIPT
        case Kind.PAYMENT_FAILED | Kind.ACTION_REQUIRED if letter.own_order is None:
            return _UNPAID
        case Kind.EXPIRED | Kind.LATE_WINDOW_CLOSING:
            return _LATE_RENEWAL
        case Kind.LAPSED:
            return (*_NEXT_SIZE, _EXPIRED, _LATE)
    if letter.automatic:
        return _UNPAID if letter.over else _AUTOMATIC
    return _LATE_RENEWAL if letter.over else _MANUAL


def rows(letter: Letter, w: Wording) -> tuple[Row, ...]:
    """The facts of the letter in reading order; a fact that is not known has no row."""
    whose = (_CUSTOMER,) if letter.basket else (*_SUBSCRIPTION, _CUSTOMER)
    facts = payment_facts(letter, w)
    columns = whose if facts else (*whose, *_columns(letter))
    cells = ((key, cell(letter, w)) for key, cell in columns)
    return tuple(Row(w.word(key), value) for key, value in (*cells, *(facts or ())) if value is not None)
