"""The value of each kind of field: its text in, its value out, or `ValueError` with what is wrong and what to do.

Values that thousands of lines share are kept once. The sentences name a value only where that helps and never a token;
they are shown behind file, line and column.
"""

import re
import sys
from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from portfolio import places
from portfolio.cells import shaped, shown
from renewals.actors import Person, parse_actor
from renewals.addresses import is_address
from renewals.calendar import zone
from renewals.cards import looks_like_card_number, may_be_card_number, month_end
from renewals.characters import RUNS_AS_FORMULA
from renewals.commands import BadArguments
from renewals.facts import MOST_SEATS
from renewals.money import MOST_MINOR_UNITS, decimals, parse_amount

_LONGEST_NAME = 200
_LONGEST_PRICE = 24  # beyond that decimal arithmetic would begin to round
_FIRST_YEAR, _LAST_YEAR = 1990, 2199
_FIRST_EXPIRY = 2000

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}")
_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PRICE = re.compile(r"[0-9]{1,15}(\.[0-9]+)?")
_SEATS = re.compile(r"[0-9]{1,7}")
_TOKEN = re.compile(r"[!-~]{1,255}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_CARD_SEPARATORS = re.compile(r"[._/+]")
_BETWEEN_DIGITS = re.compile(r"[^0-9-]+")

# Names of tzdata and of hosts that are zones by form only: no clock anywhere follows them.
_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})


def _current_tender() -> frozenset[str]:
    """The currencies that are legal tender somewhere and of which CLDR knows no end."""
    countries = get_global("territory_currencies").values()
    return frozenset(code for each in countries for code, _, end, is_tender in each if is_tender and end is None)


_CURRENCIES = _current_tender()


def _no_card(text: str) -> str:
    if looks_like_card_number(_CARD_SEPARATORS.sub("-", text)):
        raise ValueError("looks like a card number; card numbers are never stored, use another one.")
    return text


def number(text: str) -> str:
    """A subscription's number or a customer's."""
    wanted = "1 to 64 letters, digits, dots, dashes or underscores and begin with a letter or digit"
    return _no_card(shaped(_NUMBER, text, wanted))


def sku(text: str) -> str:
    wanted = "1 to 64 letters, digits or ._/+- and begin with a letter or digit"
    return sys.intern(_no_card(shaped(_SKU, text, wanted)))


def name(text: str) -> str:
    """A name of a person, an organisation or a product, in any script."""
    if text.startswith(RUNS_AS_FORMULA):
        raise ValueError(f"begins with {text[0]!r} like a formula of a spreadsheet; write the name itself.")
    if len(text) > _LONGEST_NAME:
        raise ValueError(f"has {len(text):,} characters; shorten it to {_LONGEST_NAME}.")
    if looks_like_card_number(text):
        raise ValueError("looks like a card number; write the name, card numbers are never stored.")
    return text


@lru_cache(maxsize=4096)
def email(text: str) -> str:
    """A mail address that can be written to and can give commands; ASCII, as not every mail server takes more."""
    try:
        is_person = isinstance(parse_actor(text), Person)
    except BadArguments:
        is_person = False
    if not is_person or not is_address(text) or text.startswith(RUNS_AS_FORMULA):
        raise ValueError(f"is {shown(text)}; it must be a mail address such as ada@northwind.example.")
    local = text.partition("@")[0]
    if any(looks_like_card_number(part.strip("-")) for part in _BETWEEN_DIGITS.split(_CARD_SEPARATORS.sub("-", local))):
        raise ValueError("contains what looks like a card number, which is never stored; give another mail address.")
    return text


def country(text: str) -> str:
    if not places.is_country(text):
        raise ValueError(f"is {shown(text)}; it must be an ISO 3166 code of two capital letters such as FR.")
    return sys.intern(text)


@lru_cache(maxsize=8192)
def region(text: str) -> str:
    """A subdivision of a country. Which there are is read only when the first one is met: that takes a while."""
    shaped(_REGION, text, "an ISO 3166-2 code such as US-CA, or blank")
    if places.is_subdivision(text):
        return sys.intern(text)
    near = places.some_subdivisions(text[:2])
    if near is None:
        raise ValueError(f"is {shown(text)}, and {text[:2]} is no country; write an ISO 3166-2 code such as US-CA.")
    has = f"{text[:2]} has {near}" if near else f"{text[:2]} has none, so leave it blank"
    raise ValueError(f"is {shown(text)}, which ISO 3166-2 does not know; {has}.")


def currency(text: str) -> str:
    if text not in _CURRENCIES:
        raise ValueError(f"is {shown(text)}; it must be the ISO 4217 code of money in use, in capital letters: EUR.")
    return text


@lru_cache(maxsize=1024)
def locale(text: str) -> str:
    """A language, with a country where formats differ, that dates and amounts can be written in."""
    try:
        Locale.parse(shaped(_LOCALE, text, "a locale such as fr-CA"), sep="-")
    except UnknownLocaleError as error:
        raise ValueError(f"is {shown(text)}, for which no formats are known; use a locale such as fr-CA.") from error
    return text


@lru_cache(maxsize=1024)
def time_zone(text: str) -> str:
    wanted = f"is {shown(text)}; it must be an IANA time zone such as Europe/Paris."
    if text in _NO_PLACE:
        raise ValueError(wanted)
    try:
        zone(text)
    except ValueError as error:
        raise ValueError(wanted) from error
    return text


@lru_cache(maxsize=8192)
def day(text: str) -> date:
    """A local date from 1990 to 2199."""
    try:
        found = date.fromisoformat(shaped(_DATE, text, "a date such as 2027-03-31"))
    except ValueError as error:
        raise ValueError(f"is {shown(text)}; it must be a date such as 2027-03-31.") from error
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"is {shown(text)}; its year must lie between {_FIRST_YEAR} and {_LAST_YEAR}.")
    return found


def days(text: str) -> tuple[date, ...]:
    """Local dates with a space between each two, in order, each once."""
    try:
        return tuple(sorted({day(each) for each in text.split(" ")}))
    except ValueError as error:
        wanted = "it must list dates with one space between each two, such as 2027-03-30 2027-03-31."
        raise ValueError(f"is {shown(text)}; {wanted}") from error


def day_of_month(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 2 or not 1 <= int(text) <= 31:
        raise ValueError(f"is {shown(text)}; it must be a whole number from 1 to 31, or blank.")
    return int(text)


def seats(text: str) -> int:
    if not _SEATS.fullmatch(text) or not 1 <= int(text) <= MOST_SEATS:
        raise ValueError(f"is {shown(text)}; it must be a whole number from 1 to {MOST_SEATS:,}.")
    return int(text)


def yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"is {shown(text)}; it must be yes or no.")
    return text == "yes"


def price(text: str) -> str:
    """A price as written; its currency, needed to read it, stands in another field."""
    if len(text) > _LONGEST_PRICE or not _PRICE.fullmatch(text):
        raise ValueError(f"is {shown(text)}; it must be a plain decimal number such as 505.00.")
    return text


def amount(text: str, code: str) -> int:
    """A price of that currency in minor units. More decimals than the currency has are refused, zeros too."""
    places = decimals(code)
    if len(text.partition(".")[2]) > places:
        raise ValueError(f"is {text}, but an amount in {code} has {places or 'no'} decimals; write it so.")
    minor = parse_amount(text, code).minor
    if minor > MOST_MINOR_UNITS:
        raise ValueError(f"is {text}; it must be at most {MOST_MINOR_UNITS:,} minor units.")
    return minor


def token(text: str) -> str:
    """The provider's reference to a stored method."""
    if may_be_card_number(text):
        raise ValueError("looks like a card number, which is never stored; give the provider's token.")
    if not _TOKEN.fullmatch(text):
        raise ValueError("is no token; it must be 1 to 255 ASCII characters without spaces.")
    return text


@lru_cache(maxsize=1024)
def expiry(text: str) -> date:
    """The last day of a card's month of expiry."""
    wanted = "a month such as 2029-08, or blank"
    if not _FIRST_EXPIRY <= int(shaped(_MONTH, text, wanted)[:4]) <= _LAST_YEAR:
        raise ValueError(f"is {shown(text)}; its year must lie between {_FIRST_EXPIRY} and {_LAST_YEAR}.")
    try:
        return month_end(text)
    except ValueError as error:
        raise ValueError(f"is {shown(text)}; it must be {wanted}.") from error
