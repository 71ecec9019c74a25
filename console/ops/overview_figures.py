"""The figures of the first page as it shows them: the pipeline with its chart, what is at risk, today's charges."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache

from babel.dates import format_date
from markupsafe import Markup

from console.ops import asking
from console.ops.chart import stacked
from console.ops.desk import speech_in
from console.ops.figures import Figures
from console.speech import Speech
from models.at_risk import Cause, Risk
from models.listed import Listed
from models.listing import Asked
from models.pipeline import DAYS_AFTER, DAYS_BEFORE, PAID, Cell, Path
from models.today import Charged
from renewals.facts import Phase
from renewals.money import Money
from renewals.payments import AttemptState

Counted = Cell | Risk | Charged
"""So many, for so much, in one currency."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A renewal that is among the largest at risk: its line of the list, what it costs, and what threatens it.

    `more`: how many others would cost just as much; empty for none.
    """

    line: Listed
    amount: str
    causes: str
    more: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: `key` for its colour or link, a count, and an amount for each currency; `–` for none.

    `leads_to` is where those that are counted can be seen.
    """

    key: str
    label: str
    count: str
    amounts: list[str]
    leads_to: str = ""

    @property
    def is_empty(self) -> bool:
        return self.count == "–"


STACKS = ("paid", "automatic", "by_hand", "past_due", "expired")
"""From below: what is done, what comes by itself, what somebody must do, what is late."""

_PATHS = tuple(Path)
_PHASES = (PAID, Phase.ACTIVE.value, Phase.RENEWABLE.value, Phase.PAST_DUE.value, Phase.EXPIRED.value)


def stack_of(cell: Cell) -> str:
    """The part of a column that a renewal is in."""
    if cell.phase in (PAID, Phase.PAST_DUE, Phase.EXPIRED):
        return cell.phase
    return "automatic" if cell.path is Path.AUTOMATIC else "by_hand"


class View:
    """The figures as the page shows them. The chart counts renewals, or the money of one currency; by week or day."""

    def __init__(self, found: Figures, t: Speech, of: str, per: str, lines: Sequence[Listed] = ()) -> None:
        self.found, self.t = found, t
        self._lines = {line.number: line for line in lines}
        self.currencies = sorted({cell.currency for cell in found.cells} | {risk.currency for risk in found.risks})
        self.charged_in = sorted({each.currency for each in found.charged})
        self.of = of if of in self.currencies else ""
        self.per = "day" if per == "day" else "week"

    @property
    def pipeline(self) -> list[Row]:
        """By phase and way, those that there are."""
        together: defaultdict[tuple[str, Path], list[Cell]] = defaultdict(list)
        for cell in self.found.cells:
            together[cell.phase, cell.path].append(cell)
        rows = []
        for phase in _PHASES:
            for path in _PATHS:
                if cells := together.get((phase, path)):
                    label = f"{self.t(f'stage.{phase}')}, {self.t(f'path.{path}')}"
                    its = self._row(stack_of(cells[0]), label, cells, self.currencies)
                    rows.append(replace(its, leads_to=self._seen_at(phase, path)))
        return rows

    def _seen_at(self, phase: str, path: Path) -> str:
        """The list of the same days, phase and way where it has as many; else the month, which counts as this does.

        The list has no paid renewals of terms that have begun, and what is not live too.
        """
        if phase == PAID or self.found.counts.not_live:
            return f"/ops/calendar?month={self.found.today:%Y-%m}"
        first, last = (self.found.today + timedelta(days=days) for days in (-DAYS_AFTER, DAYS_BEFORE))
        return asking.View(Asked(phase=Phase(phase), path=path, since=first, until=last)).address()

    @cached_property
    def total(self) -> Row:
        return self._row("", self.t("total"), self.found.cells, self.currencies)

    @property
    def risks(self) -> list[Row]:
        """Every cause, those that threaten nothing too."""
        return [
            self._row(
                cause.value,
                self.t(f"cause.{cause}"),
                [each for each in self.found.risks if each.cause is cause],
                self.currencies,
            )
            for cause in Cause
        ]

    @cached_property
    def largest(self) -> list[AtRisk]:
        """Without those that have been paid since they were found, or lapsed."""
        return [
            AtRisk(
                line,
                self.t.w.amount(Money(each.amount, each.currency)),
                ", ".join(self.t(f"cause.{cause}") for cause in each.causes),
                self.number(each.more) if each.more else "",
            )
            for each in self.found.largest
            if (line := self._lines.get(each.number)) and line.amount is not None
        ]

    @cached_property
    def charges(self) -> list[Row]:
        """Today's attempts by how they stand, each with the list of as many."""
        day = self.found.today.isoformat()
        states = [state for state in AttemptState if any(each.state is state for each in self.found.charged)]
        return [
            replace(
                self._row(
                    state.value,
                    self.t.first(f"outcome.{state}"),
                    [each for each in self.found.charged if each.state is state],
                    self.charged_in,
                ),
                leads_to=f"/ops/charges?state={state}&from={day}&until={day}",
            )
            for state in states
        ]

    @property
    def mails_at(self) -> Mapping[str, str]:
        """Where the mails of each of today's figures are listed; those that wait are counted whatever their day."""
        day = self.found.today.isoformat()
        return {
            "sent": f"/ops/letters?sent_from={day}&sent_until={day}",
            "failed": f"/ops/letters?state=undelivered&from={day}&until={day}",
            "waiting": "/ops/letters?state=waiting",
        }

    def _row(self, key: str, label: str, parts: Iterable[Counted], currencies: Sequence[str]) -> Row:
        sums, count = dict.fromkeys(currencies, 0), 0
        for part in parts:
            sums[part.currency] += part.amount
            count += part.count
        return Row(
            key,
            label,
            self.number(count) if count else "–",
            [self.whole(Money(sums[each], each)) for each in currencies],
        )

    def number(self, count: int) -> str:
        return self.t.number(count)

    def whole(self, money: Money) -> str:
        """Without decimals and code: the head of the column names the currency."""
        return self.t.number(round(money.decimal())) if money.minor else "–"

    def charts(self) -> tuple[Markup, Markup]:
        """The pipeline by renewal date: for a wide screen, and for a phone's."""
        bins = self._bins
        columns = tuple((day, tuple(column.values())) for day, column in bins.items())
        asked = (self.t.w.tag, self.of, self.per, self.found.today, columns)
        return _drawn(*asked, wide=True), _drawn(*asked, wide=False)

    @property
    def columns(self) -> list[tuple[str, list[str]]]:
        """The chart as a table: each column's date, and its parts."""
        return [
            (self.t.w.day(day), [self._value(column[stack]) if column[stack] else "–" for stack in STACKS])
            for day, column in self._bins.items()
        ]

    @cached_property
    def _bins(self) -> dict[date, dict[str, int]]:
        first, last = (self.found.today + timedelta(days=days) for days in (-DAYS_AFTER, DAYS_BEFORE))
        days = 1 if self.per == "day" else 7
        start = first if days == 1 else first - timedelta(days=first.weekday())
        starts = [start + timedelta(days=at) for at in range(0, (last - start).days + 1, days)]
        bins = {each: dict.fromkeys(STACKS, 0) for each in starts}
        for cell in self.found.cells:
            at = start + timedelta(days=(cell.due_on - start).days // days * days)
            if not self.of or cell.currency == self.of:
                bins[at][stack_of(cell)] += cell.amount if self.of else cell.count
        return bins

    def _value(self, number: int) -> str:
        return _value(number, self.of, self.t)


def _value(number: float, of: str, t: Speech) -> str:
    """A count, or an amount of that currency without decimals."""
    counted = round(Money(int(number), of).decimal()) if of else round(number)
    return t.number(counted)


@lru_cache(maxsize=64)
def _drawn(
    locale: str, of: str, per: str, today: date, columns: tuple[tuple[date, tuple[int, ...]], ...], *, wide: bool
) -> Markup:
    """One chart. Drawing takes longer than all the rest of the page, and the same one is asked for again and again."""
    t = speech_in(locale)
    labels = [str(format_date(day, "d MMM", locale=t.w.locale)) for day, _ in columns]
    return stacked(
        labels,
        labels[:: max(1, len(labels) // (10 if wide else 4))],
        {stack: [parts[at] for _, parts in columns] for at, stack in enumerate(STACKS)},
        width=1040 if wide else 400,
        height=280 if wide else 260,
        description=t("chart_text", of=of or t("of_count"), per=t(f"per.{per}")),
        value=lambda number: _value(number, of, t),
        names={stack: t(f"stack.{stack}") for stack in STACKS},
        mark=(max(at for at, (day, _) in enumerate(columns) if day <= today), t("today")),
    )
