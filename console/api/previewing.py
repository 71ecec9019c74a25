"""What a command that pays, or plans another term, would charge: by the same decision, and nothing is stored.

Where the installation has a key to sign with, the preview has a token by which what it shows binds.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from console.api import schemas as s
from console.api.problems import Refusal
from console.api.reading import method_of, pending_of
from models.seat_use import unused_of
from models.store import Stored
from renewals import commands as c
from renewals.actors import Person
from renewals.decisions import Refused
from renewals.effects import after_command
from renewals.eligibility import decide
from renewals.facts import Subscription, Term
from renewals.payments import MethodKind, Purpose
from renewals.plan import next_charge_at
from renewals.preview import Preview, preview, token_of
from renewals.pricing import Line, NotPriced
from renewals.purchase import Purchase, purchase_of, renewal_of
from renewals.renewing import last_paid_term
from renewals.request import Request
from renewals.savings import Saving, longer_terms
from renewals.usage import UnusedSeats


async def preview_of_renewal(session: AsyncSession, stored: Stored, key: bytes) -> s.Preview:
    """The next term. Raises `Refusal` where its buyer could not renew now."""
    sub = _allowed(stored, c.Name.RENEW, c.Renew())
    return _preview(
        stored,
        sub,
        preview(sub, c.Renew(), stored.now),
        key,
        longer_terms(sub),
        kinds=renewal_of((sub,)).kinds,
        unused=await unused_of(session, stored),
    )


async def preview_of_seats(session: AsyncSession, stored: Stored, seats: int, key: bytes) -> s.Preview:
    """More seats. Raises `Refusal` where its buyer could not add them now."""
    command = c.AddSeats(seats)
    sub = _allowed(stored, c.Name.ADD_SEATS, command)
    return _preview(
        stored,
        sub,
        preview(sub, command, stored.now),
        key,
        kinds=Purchase((sub,), at_once=True).kinds,
        unused=await unused_of(session, stored),
    )


async def preview_of_term(session: AsyncSession, stored: Stored, term: Term, key: bytes) -> s.Preview:
    """The next term at that length. Raises `Refusal` where its buyer could not change the term now."""
    command = c.ChangeTerm(term)
    sub = _allowed(stored, c.Name.CHANGE_TERM, command)
    try:
        shown = preview(sub, command, stored.now)
    except NotPriced:  # one can go back to a running term that is sold no more, but no price of it can be shown
        hint = f"{sub.sku} is not sold for {term} in {sub.currency} any more; withdraw the pending term instead."
        raise Refusal("term_not_offered", hint) from None
    after = after_command(sub, command, at=stored.now)
    charged_at = next_charge_at(last_paid_term(after), stored.now) if after.may_be_charged else None
    return _preview(stored, after, shown, key, charged_at=charged_at, unused=await unused_of(session, stored))


def _allowed(stored: Stored, name: c.Name, command: c.Command) -> Subscription:
    """The facts that the command would be decided on. Without a stored method the buyer chooses one that is taken."""
    sub = stored.as_found
    purchase = purchase_of(name, sub)
    pays = sub.method is not None and (purchase is None or purchase.bar(sub.method.kind) is None)
    usable = sub.method if pays or purchase is None else purchase.stand_in(stored.now)
    decision = decide(
        sub,
        Request(
            command=command,
            name=name,
            actor=Person(stored.buyer.email),
            is_buyer=True,
            received_at=stored.now,
            pays_with=usable,
        ),
    )
    if isinstance(decision, Refused):
        raise Refusal(decision.code, decision.hint, decision.possible_on)
    return sub


def _preview(
    stored: Stored,
    sub: Subscription,
    shown: Preview,
    key: bytes,
    longer: Sequence[Saving] = (),
    *,
    charged_at: datetime | None = None,
    kinds: Sequence[MethodKind] | None = None,
    unused: UnusedSeats | None,
) -> s.Preview:
    first = shown.lines[0]
    renews_on = sub.renews_on if first.purpose is Purpose.SEATS else first.renews_on
    return s.Preview(
        lines=[line_told(line) for line in shown.lines],
        amount=shown.total.minor,
        currency=sub.currency,
        renews_on=renews_on,
        token=token_of(shown, key) if key else None,
        binds_until=shown.binds_until if key else None,
        payment_method=method_of(stored.method),
        payment_kinds=None if kinds is None else list(kinds),
        pending=pending_of(sub),
        longer_terms=[
            s.Longer(term=each.term, amount=each.total.minor, saved=each.saved.minor, currency=sub.currency)
            for each in longer
        ],
        charged_at=charged_at,
        unused_seats=s.UnusedSeats.model_validate(unused) if unused else None,
    )


def line_told(line: Line) -> s.Line:
    """A line with all that its amount was computed from."""
    return s.Line(
        **{name: getattr(line, name) for name in s.Line.model_fields if name != "receipt"}, receipt=line.receipt()
    )
