"""Amounts: whole minor units of one currency. Only `prorated` rounds, and nothing converts between currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal

# ISO 4217 minor units; every currency that is not named here has two.
_NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_FOUR_DECIMALS = frozenset({"CLF", "UYW"})

MOST_MINOR_UNITS = 10**12
"""Of one amount that people write; times a million seats it still fits its column."""

_PLAIN_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.([0-9]{1,9}))?")


def decimals(currency: str) -> int:
    """How many decimals an amount of `currency` (ISO 4217 code) has.

    >>> [decimals(code) for code in ("JPY", "EUR", "KWD")]
    [0, 2, 3]
    """
    if currency in _NO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    return 4 if currency in _FOUR_DECIMALS else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents of a dollar, whole yen) with its currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.minor * count, self.currency)

    def decimal(self) -> Decimal:
        """The amount in major units, with the currency's own number of decimals."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal():,}"


def prorated(minor: int, part: int, whole: int) -> int:
    """That part of a whole amount, rounded half up once; never negative.

    >>> prorated(56000 * 2, 70, 365), prorated(1, 1, 2)
    (21479, 1)
    """
    if not (minor >= 0 and part >= 0 and whole > 0):
        raise ValueError(f"cannot take {part} of {whole} parts of {minor}")
    return (2 * minor * part + whole) // (2 * whole)


def parse_amount(text: str, currency: str) -> Money:
    """Read a price such as `505.00` in major units.

    Raises `ValueError` with a sentence when the text is no plain decimal number, is negative, or has more decimals
    than the currency has.
    """
    plain = _PLAIN_DECIMAL.fullmatch(text)
    if not plain:
        raise ValueError(f"{text!r} is not a plain decimal number such as 505.00")
    places = decimals(currency)
    if len(plain[1] or "") > places:
        raise ValueError(f"{text} has more decimals than {currency} has ({places})")
    return Money(int(Decimal(text).scaleb(places)), currency)
