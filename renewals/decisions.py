"""The answers to a command: three values, never an exception for an ordinary refusal."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Eligible:
    """The command may take effect."""


@dataclass(frozen=True, slots=True)
class AlreadyTrue:
    """The command asks for what is so already: answered `done`, without effect and without mail."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command may not take effect; `hint` says in one sentence what to do instead.

    `possible_on`, a local date of the customer, is set where time will cure it.
    """

    code: str
    hint: str
    possible_on: date | None = None


Decision = Eligible | AlreadyTrue | Refused
