"""The figures of a forecast, and those of its comparison with what happened."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_skeleton

from console.speech import Speech
from models.forecasts import ForecastRow
from renewals.calendar import midnight
from renewals.foreseen import Cause, Verdict
from renewals.money import Money

MOST_BY_DAY = 31
"""Days of a forecast of which each has a line of its own at once; of more than these each month has."""


@dataclass(frozen=True, slots=True)
class Span:
    """The line of a day or a month: how many mails and charges, and the amount in each currency; empty for none.

    `place` is where its lines begin, as an address names it.
    """

    name: str
    place: str
    mails: int
    charges: int
    amounts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a forecast; `months` of a long one alone."""

    currencies: Sequence[str]
    months: Sequence[Span]
    days: Sequence[Span]
    kinds: Sequence[tuple[str, int]]
    sums: Sequence[str]
    mails: int
    charges: int


def totals_of(row: ForecastRow, t: Speech) -> Totals:
    """By day and in a long one by month, by currency, by kind of mail."""
    cells = row.totals.get("cells", [])
    charges = [each for each in cells if each[1] == "charge"]
    currencies = sorted({each[3] for each in charges})
    kinds: Counter[str] = Counter()
    for _, what, kind, _, count, _ in cells:
        kinds[kind] += count if what == "notice" else 0

    def amounts(of: Sequence[Any]) -> list[str]:
        sums = {money: sum(each[5] for each in of if each[3] == money) for money in currencies}
        return [t.w.amount(Money(sums[money], money)) if sums[money] else "" for money in currencies]

    def spans(first_of: Callable[[date], date], named: Callable[[date], str]) -> list[Span]:
        found: defaultdict[date, list[Any]] = defaultdict(list)
        for each in cells:
            found[first_of(date.fromisoformat(each[0]))].append(each)
        return [
            Span(
                named(begins_on),
                f"{midnight(begins_on, row.zone).isoformat()},0",
                sum(each[4] for each in of if each[1] == "notice"),
                sum(each[4] for each in of if each[1] == "charge"),
                amounts([each for each in of if each[1] == "charge"]),
            )
            for begins_on, of in sorted(found.items())
        ]

    def month(on: date) -> str:
        return str(format_skeleton("yMMM", on, locale=t.w.locale))

    days = spans(lambda on: on, t.w.day)
    is_long = (row.last_on - row.first_on).days >= MOST_BY_DAY
    return Totals(
        currencies,
        spans(lambda on: on.replace(day=1), month) if is_long else (),
        days,
        [(kind, count) for kind, count in kinds.most_common() if count],
        amounts(charges),
        sum(day.mails for day in days),
        sum(day.charges for day in days),
    )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The figures of a comparison: how many of each verdict, the causes of each, and the money of each currency."""

    counts: Sequence[tuple[Verdict, int]]
    causes: Sequence[tuple[Verdict, Cause, int]]
    money: Sequence[tuple[str, Money, Money]]


def verdicts_of(row: ForecastRow) -> Verdicts | None:
    """None before it was compared."""
    if row.compared_at is None:
        return None
    counts: Counter[Verdict] = Counter()
    causes: Counter[tuple[Verdict, Cause]] = Counter()
    for _, verdict, cause, count in row.verdicts["cells"]:
        counts[Verdict(verdict)] += count
        if cause:
            causes[Verdict(verdict), Cause(cause)] += count
    return Verdicts(
        [(verdict, counts[verdict]) for verdict in Verdict if counts[verdict]],
        [(verdict, cause, count) for (verdict, cause), count in causes.most_common()],
        [
            (currency, Money(foreseen, currency), Money(paid, currency))
            for currency, foreseen, paid in row.verdicts["money"]
        ],
    )
