"""What an order, or another term, would cost; and the signed token by which that binds for 15 minutes (domain.md 5).

A token holds prices and a digest of what they are for; no name, no address. It binds the prices that it names even if
the price list changes meanwhile, and nothing once any other fact has changed.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from renewals import commands as c
from renewals.facts import Subscription
from renewals.money import Money, prorated
from renewals.payments import Purpose
from renewals.pricing import Line, checkout_line, seats_lines
from renewals.renewing import last_paid_term, with_next_term
from renewals.windows import today

BINDS_FOR = timedelta(minutes=15)

_PRICES = ("unit_price", "amount", "list_price", "price_version")
"""What a token may hold fast: all else of a line is as it is, or the preview is stale."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The lines of an order that is not placed yet, each with its receipt; they bind until `binds_until` (UTC)."""

    lines: tuple[Line, ...]
    binds_until: datetime

    @property
    def total(self) -> Money:
        return Money(sum(line.amount for line in self.lines), self.lines[0].currency)


Previewed = c.AddSeats | c.Renew | c.ChangeTerm
"""The commands whose price is shown before they are given."""


def preview(sub: Subscription, command: Previewed, at: datetime) -> Preview:
    """What the command would buy at `at`, or have bought at the next renewal. Raises `pricing.NotPriced`."""
    return Preview(lines_of(sub, command, at), at + BINDS_FOR)


def lines_of(sub: Subscription, command: Previewed, at: datetime) -> tuple[Line, ...]:
    """The lines that the command orders, or plans, at the prices now in force. Raises `pricing.NotPriced`."""
    match command:
        case c.AddSeats(count):
            return seats_lines(sub, count, today(sub, at))
        case c.ChangeTerm(term):
            return (checkout_line(last_paid_term(with_next_term(sub, term))),)
    return (checkout_line(sub),)


def token_of(shown: Preview, key: bytes) -> str:
    """The token that makes a preview bind. Raises `ValueError` without a key."""
    told = {
        "until": int(shown.binds_until.timestamp()),
        "facts": digest_of(shown.lines),
        "prices": [[line.unit_price, line.list_price, line.price_version] for line in shown.lines],
    }
    return signed(told, key)


def bound_lines(token: str, lines: Sequence[Line], at: datetime, key: bytes) -> tuple[Line, ...] | None:
    """The lines at the prices that the token binds; None when it is stale, or not ours."""
    told = opened(token, key)
    if told is None or at.timestamp() >= told["until"] or told.get("facts") != digest_of(lines):
        return None
    return tuple(priced(line, *prices) for line, prices in zip(lines, told["prices"], strict=True))


def signed(told: Mapping[str, Any], key: bytes) -> str:
    """A token that holds what is told. Raises `ValueError` without a key: anybody could sign with none."""
    if not key:
        raise ValueError("previews cannot be signed without a key")
    body = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()
    return f"{body}.{_signature(body, key)}"


def opened(token: str, key: bytes) -> Mapping[str, Any] | None:
    """What a token of ours holds; None if it is not ours."""
    body, _, signature = token.partition(".")
    if not key or not hmac.compare_digest(signature.encode(), _signature(body, key).encode()):
        return None
    try:
        told: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(body))
    except (ValueError, binascii.Error):
        return None
    return told


def priced(line: Line, unit_price: int, list_price: int, version: str) -> Line:
    whole = unit_price * line.seats
    part = line.purpose is Purpose.SEATS and line.days is not None and line.term_days is not None
    amount = prorated(whole, line.days or 1, line.term_days or 1) if part else whole
    return replace(line, unit_price=unit_price, list_price=list_price, price_version=version, amount=amount)


def digest_of(lines: Sequence[Line]) -> str:
    """A digest of all that the lines say but prices."""
    told = [{name: value for name, value in asdict(line).items() if name not in _PRICES} for line in lines]
    plain = json.dumps(told, default=_plain, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a line holds {value!r}, which is no plain value")


def _signature(body: str, key: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, body.encode(), "sha256")).decode().rstrip("=")
