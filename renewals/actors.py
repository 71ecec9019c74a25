"""Who gives a command: an operator by name, a partner by code, or a person by mail address."""

import re
from dataclasses import dataclass

from renewals.addresses import LONGEST_ADDRESS
from renewals.characters import control_character
from renewals.commands import BadArguments


@dataclass(frozen=True, slots=True)
class Operator:
    """Staff of the vendor, written `operator:NAME`."""

    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Anyone else, known by mail address."""

    email: str


@dataclass(frozen=True, slots=True)
class Partner:
    """A channel partner, written `partner:CODE`."""

    code: str


Actor = Operator | Person | Partner

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_OPERATOR = re.compile(r"operator:([A-Za-z0-9][\w.\-]{0,63})")
_PARTNER = re.compile(r"partner:([a-z0-9][a-z0-9-]{0,31})")


def parse_actor(by: object) -> Actor:
    """Who gives the command, from `operator:NAME`, `partner:CODE` or a mail address. Raises `BadArguments`."""
    if isinstance(by, str) and len(by) <= LONGEST_ADDRESS and not control_character(by):
        operator = _OPERATOR.fullmatch(by)
        if operator:
            return Operator(operator[1])
        if partner := _PARTNER.fullmatch(by):
            return Partner(partner[1])
        if _EMAIL.fullmatch(by) and not by.startswith(("operator:", "partner:")):
            return Person(by)
    raise BadArguments("by must be operator:NAME or a mail address.")


def is_person(actor: Actor, email: str) -> bool:
    """Is it the person of that mail address, whichever letters of it are capitals?"""
    return isinstance(actor, Person) and actor.email.casefold() == email.casefold()
