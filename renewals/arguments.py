"""The arguments of commands: read from JSON, checked for shape, refused in one sentence (domain.md 7)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from uuid import UUID

from renewals.addresses import is_address
from renewals.cards import may_be_card_number, month_end
from renewals.characters import control_character
from renewals.commands import (
    NEEDS_NO_REASON,
    OPERATOR_MAY,
    AcceptQuote,
    Actor,
    AddSeats,
    AskForQuote,
    BadArguments,
    Cancel,
    ChangeBuyer,
    ChangeContact,
    ChangeTerm,
    ChooseMethod,
    Command,
    DeclineQuote,
    ExtendLateWindow,
    GoLive,
    HandOverAdmin,
    IssueQuote,
    MethodChoice,
    Name,
    NewMethod,
    Operator,
    Park,
    RecordRenewal,
    ReduceSeats,
    Refund,
    Reinstate,
    Release,
    ReleaseHold,
    Renew,
    RePlan,
    ResolvePayment,
    Resume,
    SetPaymentMethod,
    StoredMethod,
    When,
    Wish,
    WithdrawPending,
    WithdrawQuote,
)
from renewals.facts import MethodKind, Term

MOST_SEATS = 1_000_000
MOST_MINOR_UNITS = 10**12
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCALE = re.compile(r"(en|fr|ja)(-[A-Z]{2})?")
"""Languages that letters are written in; formats are those of the country."""


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
    if not reason and isinstance(actor, Operator) and which not in NEEDS_NO_REASON and which in OPERATOR_MAY:
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
            return ChangeTerm(Term(given.choice("term", list(Term))), given.optional("preview"))
        case Name.WITHDRAW_PENDING:
            return WithdrawPending(given.choice("what", ["seats", "term"]))
        case Name.SET_PAYMENT_METHOD:
            chosen = given.method_choice()
            if isinstance(chosen, StoredMethod):
                return ChooseMethod(chosen.id)
            kind = MethodKind(given.choice("kind", list(MethodKind)))
            return SetPaymentMethod(kind, given.token("token"), given.month_end("expires"))
        case Name.ADD_SEATS:
            return AddSeats(given.count("seats", at_least=1), given.method_choice(), given.optional("preview"))
        case Name.RENEW:
            when = When(given.choice("when", list(When))) if given.has("when") else When.NOW
            return Renew(given.method_choice(), when, given.optional("preview"))
        case Name.RELEASE_HOLD:
            return ReleaseHold(given.id("hold") if given.has("hold") else None)
        case Name.HAND_OVER_ADMIN:
            return HandOverAdmin(given.text("to"))
        case Name.ASK_FOR_QUOTE:
            return AskForQuote(given.wishes("lines"))
        case Name.ACCEPT_QUOTE:
            quote, purchase_order = given.text("quote"), given.optional("purchase_order")
            method = given.method_choice()
            if purchase_order and method:
                raise BadArguments(f'{which}: name "purchase_order" or a payment method, not both.')
            return AcceptQuote(quote, purchase_order, method)
        case Name.DECLINE_QUOTE:
            return DeclineQuote(given.text("quote"))
        case Name.ISSUE_QUOTE:
            quote, prices = given.text("quote"), given.prices("prices")
            return IssueQuote(quote, prices, given.day("expires_on"), given.flag("invoice", default=True))
        case Name.WITHDRAW_QUOTE:
            return WithdrawQuote(given.text("quote"))
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
        case Name.EXTEND_LATE_WINDOW:
            return ExtendLateWindow(given.named_day("to"))
        case Name.REFUND:
            attempt = given.id("attempt") if given.has("attempt") else None
            amount, seen = given.minor_units("amount"), given.minor_units("seen", at_least=0)
            return Refund(given.id("order"), amount, seen, attempt)
        case Name.REINSTATE:
            return Reinstate(given.named_day("to"))
        case Name.CHANGE_BUYER:
            return ChangeBuyer(given.address("email"), given.optional("name"))
        case Name.CHANGE_CONTACT:
            contact, email = given.text("contact"), given.address("email") if given.has("email") else None
            changed = ChangeContact(contact, email, given.optional("name"), given.locale("language"))
            if changed == ChangeContact(contact):
                raise BadArguments(f'{which}: name at least one of "email", "name" and "language".')
            return changed
        case Name.RE_PLAN:
            return RePlan()


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

    def optional(self, key: str) -> str | None:
        return self.text(key) if self.has(key) else None

    def count(self, key: str, *, at_least: int | None = None) -> int:
        value = self._raw.get(key) if self.has(key) else None
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, int) or not whole or abs(value) > MOST_SEATS or value < (at_least or value):
            bounds = f"from {at_least} up to {MOST_SEATS:,}" if at_least else f"up to {MOST_SEATS:,}"
            raise self._bad(key, f"a whole number of seats {bounds}")
        return value

    def method_choice(self) -> MethodChoice:
        """A stored method by its id, or a new one by kind, token and expiry; None when none is named."""
        if self.has("method"):
            value = self._raw["method"]
            with suppress(ValueError):
                if isinstance(value, str):
                    return StoredMethod(UUID(value))
            raise self._bad("method", "the id of a stored payment method")
        if not self.has("kind"):
            return None
        return NewMethod(
            MethodKind(self.choice("kind", list(MethodKind))), self.token("token"), self.month_end("expires")
        )

    def id(self, key: str) -> UUID:
        value = self._raw.get(key) if self.has(key) else None
        with suppress(ValueError):
            if isinstance(value, str):
                return UUID(value)
        raise self._bad(key, "an id such as 0198c1a2-7b1e-7c3d-9a50-3f1de4b0c9aa")

    def minor_units(self, key: str, *, at_least: int = 1) -> int | None:
        """An amount of money; None when none is named."""
        value = self._raw[key] if self.has(key) else None
        if value is not None and (type(value) is not int or not at_least <= value <= MOST_MINOR_UNITS):
            raise self._bad(key, f"whole minor units of the currency, from {at_least} up")
        return value

    def address(self, key: str) -> str:
        value = self.text(key)
        if not is_address(value):
            raise self._bad(key, "one plain mail address")
        return value

    def locale(self, key: str) -> str | None:
        """A language as letters know it, with its country if that matters; None when none is named."""
        value = self.optional(key)
        if value is not None and not _LOCALE.fullmatch(value):
            raise self._bad(key, "a language such as fr or fr-CA")
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

    def named_day(self, key: str) -> date:
        """A day that must be given."""
        day = self.day(key)
        if day is None:
            raise self._bad(key, "a date such as 2027-03-31")
        return day

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

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._raw[key] if self.has(key) else default
        if not isinstance(value, bool):
            raise self._bad(key, "true or false")
        return value

    def prices(self, key: str) -> tuple[tuple[str, int], ...]:
        """Amounts in minor units by subscription."""
        value = self._raw[key] if self.has(key) else {}
        if not isinstance(value, Mapping):
            raise self._bad(key, "an object of prices by subscription")
        for number, price in value.items():
            if not isinstance(number, str) or type(price) is not int or not 0 < price <= MOST_MINOR_UNITS:
                raise self._bad(key, "whole minor units of the currency by subscription, from 1 up")
        return tuple(sorted(value.items()))

    def wishes(self, key: str) -> tuple[Wish, ...]:
        """What a quote is asked for: one object per subscription, in the order of their numbers."""
        value = self._raw.get(key) if self.has(key) else None
        if not isinstance(value, list) or not value or not all(isinstance(each, Mapping) for each in value):
            raise self._bad(key, "a list of objects, each with a subscription")
        wishes = [self._wish(each) for each in value]
        if len({wish.subscription for wish in wishes}) < len(wishes):
            raise self._bad(key, "a list that names each subscription once")
        return tuple(sorted(wishes, key=lambda wish: wish.subscription))

    def _wish(self, raw: Mapping[str, object]) -> Wish:
        line = _Arguments(self._command, raw)
        seats = line.count("seats") if line.has("seats") else None
        term = Term(line.choice("term", list(Term))) if line.has("term") else None
        wish = Wish(line.text("subscription"), seats, term)
        line.refuse_the_rest()
        return wish

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
