"""What a command that pays would charge now: the same decision, the same lines, nothing stored."""

from collections.abc import Sequence
from datetime import datetime

from console.api import schemas as s
from console.api.problems import Refusal
from console.api.reading import method_of, pending_of
from models.store import Stored
from renewals import commands as c
from renewals.decisions import Refused
from renewals.eligibility import Request, decide
from renewals.facts import MethodKind, PaymentMethod, Purpose, Subscription
from renewals.pricing import Line, checkout_line, seats_lines
from renewals.renewing import just_before
from renewals.savings import Saving, longer_terms
from renewals.windows import today


def preview_of_renewal(stored: Stored) -> s.Preview:
    """The next term. Raises `Refusal` where its buyer could not renew now."""
    sub = _allowed(stored, c.Name.RENEW, c.Renew())
    return _preview(stored, sub, [checkout_line(sub)], longer_terms(sub))


def preview_of_seats(stored: Stored, seats: int) -> s.Preview:
    """More seats. Raises `Refusal` where its buyer could not add them now."""
    sub = _allowed(stored, c.Name.ADD_SEATS, c.AddSeats(seats))
    lines = seats_lines(sub, seats, today(sub, stored.now))
    return _preview(stored, sub, lines)


def _allowed(stored: Stored, name: c.Name, command: c.Command) -> Subscription:
    """The facts that the command would be decided on. Without a stored method the buyer chooses one: say a card."""
    sub = just_before(stored.facts, stored.now)
    usable = sub.method if sub.method and (name is c.Name.RENEW or sub.method_charges) else _a_card(stored.now)
    decision = decide(
        sub,
        Request(
            command=command,
            name=name,
            actor=c.Person(stored.buyer.email),
            is_buyer=True,
            received_at=stored.now,
            pays_with=usable,
        ),
    )
    if isinstance(decision, Refused):
        raise Refusal(decision.code, decision.hint, decision.possible_on)
    return sub


def _a_card(now: datetime) -> PaymentMethod:
    return PaymentMethod("", MethodKind.CARD, now)


def _preview(
    stored: Stored,
    sub: Subscription,
    lines: Sequence[Line],
    longer: Sequence[Saving] = (),
) -> s.Preview:
    renews_on = sub.renews_on if lines[0].purpose is Purpose.SEATS else lines[0].renews_on
    return s.Preview(
        lines=[_line(line) for line in lines],
        amount=sum(line.amount for line in lines),
        currency=sub.currency,
        renews_on=renews_on,
        payment_method=method_of(stored.method),
        pending=pending_of(sub),
        longer_terms=[
            s.Longer(term=each.term, amount=each.total.minor, saved=each.saved.minor, currency=sub.currency)
            for each in longer
        ],
    )


def _line(line: Line) -> s.Line:
    return s.Line(
        **{name: getattr(line, name) for name in s.Line.model_fields if name != "receipt"}, receipt=line.receipt()
    )
