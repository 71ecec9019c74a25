"""The rows of letters that are about a payment of its own, and the lines of those that name many subscriptions."""

from dataclasses import dataclass

from mail.dealings import Order, OrderLine, Quote, Refund, SeatsAdded, Voucher
from mail.letter import Letter
from mail.wording import Wording
from renewals.letters import Kind
from renewals.payments import MethodKind

Fact = tuple[str, str | None]
"""The key of a label, and what stands beside it; None: no such row."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A subscription in the table of an order or quote; `seats` is the bare number, `size` has its unit."""

    product: str
    number: str
    seats: str
    size: str
    period: str
    amount: str


def payment_facts(letter: Letter, w: Wording) -> tuple[Fact, ...] | None:
    """What the letter says of its payment, or None when it is about the plain course of a subscription."""
    match letter:
        case Letter(kind=Kind.VOUCHER_ISSUED, voucher=Voucher() as voucher):
            return _to_be_paid(voucher, w)
        case Letter(kind=Kind.VOUCHER_PART_RECEIVED, voucher=Voucher() as voucher):
            return _paid_in_part(voucher, w)
        case Letter(kind=Kind.VOUCHER_EXPIRED, voucher=Voucher() as voucher):
            return (*_ran_out(voucher, w), ("late_until", None) if voucher.lines else _late_until(letter, w))
        case Letter(kind=Kind.SEATS_ADDED, seats_added=SeatsAdded() as added):
            return (*_added(added, letter, w), *_next_payment(added, letter, w))
        case Letter(kind=Kind.ORDER_CONFIRMATION, order=Order() as order):
            return _ordered(order, w)
        case Letter(kind=Kind.QUOTE_ISSUED | Kind.QUOTE_EXPIRING, quote=Quote() as quote):
            return _quoted(quote, w)
        case Letter(kind=Kind.REFUND, refund=Refund() as refund):
            return _refunded(refund, w)
    return None


def line_rows(letter: Letter, w: Wording) -> tuple[LineRow, ...]:
    """The subscriptions of an order or quote, in its own order."""
    return tuple(_line_row(line, w) for line in letter.basket.lines) if letter.basket else ()


def _line_row(line: OrderLine, w: Wording) -> LineRow:
    span = w.span(line.starts_on, line.renews_on)
    return LineRow(
        product=line.product,
        number=line.number,
        seats=str(line.seats),
        size=w.seats(line.seats),
        period=w.word("term_and_span", term=w.term(line.term), span=span),
        amount=w.amount(line.amount),
    )


def _to_be_paid(voucher: Voucher, w: Wording) -> tuple[Fact, ...]:
    to_pay, until = ("to_pay", w.amount(voucher.amount)), ("pay_until", w.end_of(voucher.expires_on))
    return (*_renewal(voucher, w), to_pay, *_way_to_pay(voucher, w), until)


def _paid_in_part(voucher: Voucher, w: Wording) -> tuple[Fact, ...]:
    until = ("pay_until", w.end_of(voucher.expires_on))
    to_pay = (("to_pay", w.amount(voucher.amount)), *_come(voucher, w), ("remaining", w.amount(voucher.remaining)))
    return (*_renewal(voucher, w), *to_pay, *_way_to_pay(voucher, w), until)


def _ran_out(voucher: Voucher, w: Wording) -> tuple[Fact, ...]:
    to_pay = ("to_pay", w.amount(voucher.amount)) if voucher.received else ("to_pay", None)
    unpaid, end = ("unpaid", w.amount(voucher.remaining)), ("ran_out_on", w.end_of(voucher.expires_on))
    return (*_renewal(voucher, w), to_pay, *_come(voucher, w), unpaid, *_way_to_pay(voucher, w), end)


def _come(voucher: Voucher, w: Wording) -> tuple[Fact, ...]:
    return (("received", w.amount(voucher.received) if voucher.received else None),)


def _renewal(voucher: Voucher, w: Wording) -> tuple[Fact, ...]:
    if voucher.lines:
        return (("count", str(len(voucher.lines))),)
    return (
        ("seats", str(voucher.seats)),
        ("term", w.term(voucher.term)),
        ("period_to_pay", w.span(voucher.starts_on, voucher.renews_on)),
    )


def _way_to_pay(voucher: Voucher, w: Wording) -> tuple[Fact, ...]:
    return (
        ("method", w.method_as_label(voucher.kind)),
        ("store_code" if voucher.kind is MethodKind.KONBINI else "transfer_reference", voucher.code),
    )


def _late_until(letter: Letter, w: Wording) -> Fact:
    by_hand = not letter.automatic and letter.late_window_last_day
    return "late_until", w.day(by_hand) if by_hand else None


def _added(added: SeatsAdded, letter: Letter, w: Wording) -> tuple[Fact, ...]:
    """The new seats, and how their amount comes about."""
    further = added.for_next_term
    share = w.share(added.list_price, added.count, added.days, added.term_days)
    return (
        ("added", str(added.count)),
        ("seats_now", str(added.seats)),
        ("renews_on", w.day(letter.runs_until)),
        ("unit_list_price", w.amount(added.list_price)),
        ("days", w.word("days_of", days=str(added.days), all_days=str(added.term_days))),
        ("computed", share if added.adds_up else None),
        ("for_this_term", w.amount(added.prorated) if further else None),
        ("for_next_term", w.amount(further) if further else None),
        ("paid", w.amount(added.amount)),
        ("paid_with", w.method_as_label(added.method)),
        ("reference", added.reference),
    )


def _next_payment(added: SeatsAdded, letter: Letter, w: Wording) -> tuple[Fact, ...]:
    charged = letter.charge_on if letter.automatic else None
    return (
        ("next_amount", w.amount(added.next_amount) if added.next_amount else None),
        ("next_charge_on", w.day(charged) if charged else None),
    )


def _ordered(order: Order, w: Wording) -> tuple[Fact, ...]:
    return (
        ("reference", order.reference),
        ("count", str(len(order.lines))),
        ("paid" if order.method else "total", w.amount(order.total)),
        ("paid_with", w.method_as_label(order.method) if order.method else None),
    )


def _quoted(quote: Quote, w: Wording) -> tuple[Fact, ...]:
    return (
        ("quote", quote.reference),
        ("count", str(len(quote.lines))),
        ("total", w.amount(quote.total)),
        ("accept_until", w.end_of(quote.expires_on)),
    )


def _refunded(refund: Refund, w: Wording) -> tuple[Fact, ...]:
    return (
        ("count", str(len(refund.lines)) if refund.lines else None),
        ("refunded", w.amount(refund.amount)),
        ("paid_with", w.method_as_label(refund.method)),
        ("reference", refund.reference),
    )
