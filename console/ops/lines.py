"""The list's lines, as a page shows their columns and as a spreadsheet gets them."""

from collections.abc import Iterable

from console.files import BYTE_ORDER_MARK, written
from console.ops.asking import Column
from console.ops.files import plain_money
from console.ops.next_step import step_said
from console.speech import Speech
from models.listed import Listed
from renewals.facts import Term
from renewals.money import Money
from renewals.payments import MethodKind


def cell(line: Listed, column: Column, t: Speech) -> str:
    """A column of a line in the reader's language; empty where there is nothing."""
    match column:
        case Column.PHASE:
            return t(f"phase.{line.phase}")
        case Column.RENEWS_ON:
            return t.w.day(line.renews_on)
        case Column.PATH:
            return t(f"path.{line.path}")
        case Column.AMOUNT:
            return t.w.amount(Money(line.amount, line.currency)) if line.amount is not None else ""
        case Column.NEXT_STEP:
            return step_said(line.next_step, t) if line.next_step else ""
        case Column.TERM:
            return t.w.term(Term(line.term))
        case Column.CHANNEL:
            return t(f"list.channel.{line.channel}")
        case Column.AUTO_RENEW:
            return t("list.yes" if line.auto_renew else "list.no")
        case Column.METHOD:
            return t.w.method_as_label(MethodKind(line.method)) if line.method else ""
        case Column.PARKED:
            return line.parked_because or ""
    return str(getattr(line, column))


def plain_cell(line: Listed, column: Column) -> str:
    """The same for another program: codes, ISO dates, amounts with a point and without their currency."""
    match column:
        case Column.AMOUNT:
            return plain_money(line.amount, line.currency)
        case Column.AUTO_RENEW:
            return "yes" if line.auto_renew else "no"
        case Column.NEXT_STEP:
            planned = line.next_step and line.next_step_at
            return f"{line.next_step_at.isoformat()} {line.next_step}" if planned and line.next_step_at else ""
        case Column.PARKED:
            return line.parked_because or ""
    return str(getattr(line, column) or "")


def csv_columns(columns: Iterable[Column]) -> list[Column]:
    """Those of a file: amounts have their currency beside them."""
    chosen = list(columns)
    if Column.AMOUNT in chosen and Column.CURRENCY not in chosen:
        chosen.insert(chosen.index(Column.AMOUNT) + 1, Column.CURRENCY)
    return chosen


def csv_head(columns: Iterable[Column]) -> str:
    return BYTE_ORDER_MARK + written([["number", *columns]])


def csv_lines(lines: Iterable[Listed], columns: Iterable[Column]) -> str:
    chosen = list(columns)
    return written([line.number, *(plain_cell(line, column) for column in chosen)] for line in lines)
