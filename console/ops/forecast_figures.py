"""The figures of a forecast, and those of its comparison with what happened."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from console.speech import Speech
from models.forecasts import ForecastRow
from renewals.foreseen import Cause, Verdict
from renewals.money import Money


@dataclass(frozen=True, slots=True)
class DayTotal:
    """A day's line: how many mails and charges, and the amount in each currency; empty where there is none."""

    on: date
    mails: int
    charges: int
    amounts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a forecast."""

    currencies: Sequence[str]
    days: Sequence[DayTotal]
    kinds: Sequence[tuple[str, int]]
    sums: Sequence[str]
    mails: int
    charges: int


def totals_of(row: ForecastRow, t: Speech) -> Totals:
    """By day, by currency, by kind of mail."""
    cells = row.totals.get("cells", [])
    charges = [each for each in cells if each[1] == "charge"]
    currencies = sorted({each[3] for each in charges})
    kinds: Counter[str] = Counter()
    for _, what, kind, _, count, _ in cells:
        kinds[kind] += count if what == "notice" else 0
    by_day: defaultdict[str, list[Any]] = defaultdict(list)
    for each in cells:
        by_day[each[0]].append(each)

    def amounts(of: Sequence[Any]) -> list[str]:
        sums = {money: sum(each[5] for each in of if each[3] == money) for money in currencies}
        return [t.w.amount(Money(sums[money], money)) if sums[money] else "" for money in currencies]

    days = [
        DayTotal(
            date.fromisoformat(day),
            sum(each[4] for each in of if each[1] == "notice"),
            sum(each[4] for each in of if each[1] == "charge"),
            amounts([each for each in of if each[1] == "charge"]),
        )
        for day, of in sorted(by_day.items())
    ]
    return Totals(
        currencies,
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
