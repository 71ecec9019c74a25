"""The commands: who may give each, and the shape of its arguments (domain.md 7).

Whether a command is allowed for a subscription at a moment stands in eligibility.py.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from renewals.addresses import LONGEST_ADDRESS
from renewals.calendar import add_months, days_after
from renewals.characters import control_character
from renewals.facts import MethodKind, Term


class Name(StrEnum):
    """A command's name as operators type it."""

    CANCEL_AUTO_RENEW = "cancel-auto-renew"
    RESUME_AUTO_RENEW = "resume-auto-renew"
    REDUCE_SEATS = "reduce-seats"
    CHANGE_TERM = "change-term"
    WITHDRAW_PENDING = "withdraw-pending"
    SET_PAYMENT_METHOD = "set-payment-method"
    RECORD_RENEWAL = "record-renewal"
    PARK = "park"
    RELEASE = "release"
    GO_LIVE = "go-live"
    RESOLVE_PAYMENT = "resolve-payment"


BOTH_MAY = frozenset({Name.CANCEL_AUTO_RENEW, Name.RESUME_AUTO_RENEW})
BUYER_MAY = BOTH_MAY | {Name.REDUCE_SEATS, Name.CHANGE_TERM, Name.WITHDRAW_PENDING, Name.SET_PAYMENT_METHOD}
OPERATOR_MAY = frozenset(Name) - (BUYER_MAY - BOTH_MAY)


@dataclass(frozen=True, slots=True)
class Operator:
    """Staff of the vendor, written `operator:NAME`."""

    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Anyone else, known by mail address; whether this is the buyer is for eligibility to ask."""

    email: str


Actor = Operator | Person


@dataclass(frozen=True, slots=True)
class Cancel:
    renewal: date | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    renewal: date | None = None


@dataclass(frozen=True, slots=True)
class ReduceSeats:
    to: int


@dataclass(frozen=True, slots=True)
class ChangeTerm:
    term: Term


@dataclass(frozen=True, slots=True)
class WithdrawPending:
    what: str


@dataclass(frozen=True, slots=True)
class SetPaymentMethod:
    """`valid_through` is the last day of a card's month of expiry."""

    kind: MethodKind
    token: str
    valid_through: date | None


@dataclass(frozen=True, slots=True)
class RecordRenewal:
    reference: str
    seats: int | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Park:
    pass


@dataclass(frozen=True, slots=True)
class Release:
    pass


@dataclass(frozen=True, slots=True)
class GoLive:
    pass


@dataclass(frozen=True, slots=True)
class ResolvePayment:
    paid: bool


Command = (
    Cancel
    | Resume
    | ReduceSeats
    | ChangeTerm
    | WithdrawPending
    | SetPaymentMethod
    | RecordRenewal
    | Park
    | Release
    | GoLive
    | ResolvePayment
)


class BadArguments(ValueError):
    """The command is malformed; the text is one sentence that says what is wrong and what to do."""


_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_OPERATOR = re.compile(r"operator:([A-Za-z0-9][\w.\-]{0,63})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_CARD_NUMBER = re.compile(r"(?:\d[ -]?){13,19}")
_ONLY_DIGITS = re.compile(r"[0-9 -]{13,}")  # a mistyped card number; the table refuses these too
_MOST_SEATS = 1_000_000


def parse_actor(by: object) -> Actor:
    """Who gives the command, from `operator:NAME` or a mail address. Raises `BadArguments`."""
    if isinstance(by, str) and len(by) <= LONGEST_ADDRESS and not control_character(by):
        operator = _OPERATOR.fullmatch(by)
        if operator:
            return Operator(operator[1])
        if _EMAIL.fullmatch(by) and not by.startswith("operator:"):
            return Person(by)
    raise BadArguments("by must be operator:NAME or a mail address.")


def parse_command(name: object, args: object, actor: Actor) -> Command:
    """The command of that name with its arguments checked for shape. Raises `BadArguments`."""
    try:
        which = Name(str(name))
    except ValueError:
        raise BadArguments(f"{_quoted(name)} is not a command; the commands are {', '.join(Name)}.") from None
    if not isinstance(args, Mapping):
        raise BadArguments(f"The arguments of {which} must be a JSON object.")
    given = _Arguments(which, args)
    reason = given.text("reason", required=False)
    if not reason and isinstance(actor, Operator) and which not in BOTH_MAY and which in OPERATOR_MAY:
        raise BadArguments(f'{which} needs a reason; say why in "reason".')
    command = _build(which, given)
    given.refuse_the_rest()
    return command


def _build(which: Name, given: "_Arguments") -> Command:
    match which:
        case Name.CANCEL_AUTO_RENEW:
            return Cancel(given.day("renewal"))
        case Name.RESUME_AUTO_RENEW:
            return Resume(given.day("renewal"))
        case Name.REDUCE_SEATS:
            return ReduceSeats(given.count("to"))
        case Name.CHANGE_TERM:
            return ChangeTerm(Term(given.choice("term", list(Term))))
        case Name.WITHDRAW_PENDING:
            return WithdrawPending(given.choice("what", ["seats", "term"]))
        case Name.SET_PAYMENT_METHOD:
            kind = MethodKind(given.choice("kind", list(MethodKind)))
            return SetPaymentMethod(kind, given.token("token"), given.month_end("expires"))
        case Name.RECORD_RENEWAL:
            reference = given.text("reference")
            seats = given.count("seats") if given.has("seats") else None
            term = Term(given.choice("term", list(Term))) if given.has("term") else None
            return RecordRenewal(reference, seats, term)
        case Name.RESOLVE_PAYMENT:
            return ResolvePayment(given.choice("outcome", ["paid", "declined"]) == "paid")
        case Name.PARK:
            return Park()
        case Name.RELEASE:
            return Release()
        case Name.GO_LIVE:
            return GoLive()


class _Arguments:
    """Reads arguments one by one and remembers which were asked for."""

    def __init__(self, command: Name, raw: Mapping[str, object]) -> None:
        self._command, self._raw, self._read = command, raw, set[str]()

    def has(self, key: str) -> bool:
        self._read.add(key)
        return self._raw.get(key) is not None

    def _bad(self, key: str, wanted: str) -> BadArguments:
        found = "" if self.has(key) else ", and is missing"
        return BadArguments(f'{self._command}: "{key}" must be {wanted}{found}.')

    def text(self, key: str, *, required: bool = True) -> str:
        if not self.has(key) and not required:
            return ""
        value = self._raw.get(key)
        if not isinstance(value, str) or (required and not value.strip()) or len(value) > 500 or not _storable(value):
            raise self._bad(key, "a text of at most 500 characters, without line ends and other control characters")
        return value.strip()

    def count(self, key: str) -> int:
        value = self._raw.get(key) if self.has(key) else None
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_SEATS:
            raise self._bad(key, f"a whole number of seats up to {_MOST_SEATS:,}")
        return value

    def choice(self, key: str, values: list[str]) -> str:
        value = self._raw.get(key) if self.has(key) else None
        if not isinstance(value, str) or value not in values:
            raise self._bad(key, f"one of {', '.join(values)}")
        return value

    def day(self, key: str) -> date | None:
        if not self.has(key):
            return None
        value = self._raw[key]
        if isinstance(value, str) and _DAY.fullmatch(value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        raise self._bad(key, "a date such as 2027-03-31")

    def month_end(self, key: str) -> date | None:
        if not self.has(key) or self._raw[key] == "":
            return None
        value = self._raw[key]
        if not isinstance(value, str):
            raise self._bad(key, "a month such as 2029-08")
        try:
            return month_end(value)
        except ValueError:
            raise self._bad(key, "a month such as 2029-08") from None

    def token(self, key: str) -> str:
        value = self.text(key)
        if may_be_card_number(value):
            raise BadArguments(
                f'{self._command}: "{key}" must be the provider\'s token; card numbers are never stored.'
            )
        return value

    def refuse_the_rest(self) -> None:
        unknown = sorted(set(self._raw) - self._read)
        if unknown:
            raise BadArguments(f"{self._command} has no argument {_quoted(unknown[0])}.")


def _quoted(name: object) -> str:
    text = str(name)
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _storable(text: str) -> bool:
    """Can a database keep it, and a screen show it? No control character, no half of a surrogate pair."""
    return not control_character(text) and not any("\ud800" <= character <= "\udfff" for character in text)


def month_end(text: str) -> date:
    """The last day of a month written `2029-08`. Raises `ValueError`."""
    found = _MONTH.fullmatch(text)
    if not found or int(found[1]) < 1 or int(found[1]) > 9998:
        raise ValueError(f"{text!r} is not a month such as 2029-08")
    first = date(int(found[1]), int(found[2]), 1)
    return days_after(add_months(first, 1, anchor_day=1), -1)


def may_be_card_number(token: str) -> bool:
    """Must this never be stored as a provider's token? A mistyped card number is as bad as a good one."""
    return looks_like_card_number(token) or _ONLY_DIGITS.fullmatch(token) is not None


def looks_like_card_number(text: str) -> bool:
    """Is this a card number (13 to 19 digits that pass the Luhn check) and not a token?"""
    if not _CARD_NUMBER.fullmatch(text.strip()):
        return False
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
