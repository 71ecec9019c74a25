"""What became of a bulk checkout, in the person's words: each order with its payment, each line with its outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.account.doing import sentence
from console.account.finding import Found
from console.account.orders import voucher_in_words
from console.account.speech import Speech
from models.checkouts import BasketTold, LineTold, OrderTold
from models.store import Stored
from renewals.basket import Outcome
from renewals.commands import Name
from renewals.payments import MethodKind

_TONES = {Outcome.RENEWED: "done", Outcome.REFUSED: "refused", Outcome.PAYMENT_FAILED: "refused"}


_WORTH_ANOTHER_TRY = {
    "preview_stale",
    "method_not_accepted",
    "method_cannot_auto_charge",
    "bad_arguments",
    "not_carried_out",
    "too_late",
}
"""What another look at the price, or another method, may cure."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `tone` is done, refused or waiting."""

    number: str
    product: str
    tone: str
    outcome: str
    amount: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """The whole page. `going_on`: it is worth looking again in a moment; `again`: numbers that may be tried anew."""

    headline: str
    tone: str
    more: tuple[str, ...]
    lines: tuple[Line, ...]
    going_on: bool
    again: tuple[str, ...]


def result_of(told: BasketTold, stored: Mapping[str, Stored], t: Speech) -> Result:
    """The result; `stored` are those of its subscriptions that the person may see."""
    outcomes = [line.outcome for line in told.lines]
    renewed, all_ = outcomes.count(Outcome.RENEWED), len(outcomes)
    going_on = not told.closed
    if going_on or Outcome.PENDING in outcomes or Outcome.AWAITING_PAYMENT in outcomes:
        tone = "waiting"
    else:
        tone = "done" if renewed == all_ else "refused"
    key = "result.going_on" if going_on else f"result.{tone}"
    return Result(
        headline=t(key, renewed=str(renewed), all=str(all_)),
        tone=tone,
        more=tuple(_payments(told.orders, stored, t)),
        lines=tuple(_line(line, stored.get(line.number), t) for line in told.lines),
        going_on=going_on,
        again=tuple(
            line.number
            for line in told.lines
            if line.outcome is Outcome.PAYMENT_FAILED or line.code in _WORTH_ANOTHER_TRY
        ),
    )


def _line(line: LineTold, stored: Stored | None, t: Speech) -> Line:
    why = ""
    if line.code and stored:
        why = sentence(line.code, line.possible_on, Name.RENEW, Found(stored, stored.buyer, is_buyer=False), t)
    return Line(
        number=line.number,
        product=stored.offering.name if stored else "",
        tone=_TONES.get(line.outcome, "waiting"),
        outcome=t(f"outcome.{line.outcome}"),
        amount=t.w.amount(line.amount) if line.amount else "–",
        why=why,
    )


def _payments(orders: Sequence[OrderTold], stored: Mapping[str, Stored], t: Speech) -> list[str]:
    """What the buyer should know of each payment that is not simply made."""
    zones = {each.customer.csn: each.facts.time_zone for each in stored.values()}
    said = []
    for order in orders:
        paid, amount = order.payment, t.w.amount(order.total)
        if order.state == "void":
            said.append(t("result.failed", amount=amount))
        elif order.state == "open" and paid.voucher_code and paid.expires_at:
            code = "order.store_code" if paid.kind is MethodKind.KONBINI else "order.transfer"
            until = t.moment(paid.expires_at, zones.get(order.customer, "UTC"))
            said.append(voucher_in_words(order.total, paid.received, t(code, code=paid.voucher_code), until, t))
        elif order.state == "open":
            said.append(t("result.in_doubt", amount=amount))
    return said
