"""Policy values as text that a person reads and writes: `60, 30, 14`, `month 30, year 45`, `06:00`, `yes`."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time
from enum import StrEnum

from renewals.facts import Policy, Term
from renewals.payments import MethodKind
from renewals.policy import PolicyVersion, fault


class Shape(StrEnum):
    """How a value is written."""

    NUMBER = "number"
    DAYS = "days"
    TIME = "time"
    YES_NO = "yes_no"
    METHODS = "methods"
    PER_TERM = "per_term"
    PER_METHOD = "per_method"


NAMES = tuple(field.name for field in fields(Policy))


def shape_of(name: str) -> Shape:
    """The shape of a policy value, as its default has it."""
    default = getattr(Policy(), name)
    if isinstance(default, bool):
        return Shape.YES_NO
    if isinstance(default, int):
        return Shape.NUMBER
    if isinstance(default, time):
        return Shape.TIME
    if isinstance(default, tuple):
        return Shape.METHODS if isinstance(default[0], MethodKind) else Shape.DAYS
    return Shape.PER_TERM if isinstance(next(iter(default)), Term) else Shape.PER_METHOD


def as_text(value: object) -> str:
    """A value of a `Policy` as it is written.

    >>> policy = Policy()
    >>> as_text(policy.reminder_days), as_text(policy.charge_time), as_text(policy.sales_self_service)
    ('60, 30, 14, 7, 1', '06:00', 'yes')
    >>> as_text(policy.late_window_days)
    'month 30, year 45, 3-years 45'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {days}" for key, days in value.items())
    return str(value)


def from_text(name: str, text: str) -> object:
    """A value as a version of a policy stores it (JSON). Raises `ValueError` where the text is none, or out of bounds.

    >>> from_text("reminder_days", "60, 30"), from_text("late_window_days", "month 20")
    ([60, 30], {'month': 20})
    >>> from_text("charge_time", "7:30")
    '07:30'
    """
    value = _read(shape_of(name), text.strip())
    wrong = fault(PolicyVersion(None, None, None, 1, _ANY_DAY, {name: value}))
    if wrong:
        raise ValueError(wrong)
    return value


def _read(shape: Shape, text: str) -> object:
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    match shape:
        case Shape.NUMBER:
            return _whole(text)
        case Shape.DAYS:
            return [_whole(part) for part in parts]
        case Shape.TIME:
            if not _CLOCK.fullmatch(text):
                raise ValueError(f"{text!r} is no time such as 06:00")
            return time.fromisoformat(text.zfill(5)).isoformat("minutes")
        case Shape.YES_NO:
            if text not in ("yes", "no"):
                raise ValueError(f"{text!r} is neither yes nor no")
            return text == "yes"
        case Shape.METHODS:
            if not parts or len(set(parts)) < len(parts):
                raise ValueError("at least one method, each once")
            return parts
    if len(parts) % 2 or not parts:
        raise ValueError(f"{text!r} are not pairs such as month 30")
    return {key: _whole(days) for key, days in zip(parts[::2], parts[1::2], strict=True)}


_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


_LONGEST = 6
_ANY_DAY = date(2000, 1, 1)
