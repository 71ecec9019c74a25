"""The tables of eligibility.md: what the core answers to each command, asked of a subscription in each situation.

Nothing is decided here. Every cell is `renewals.options`' own answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from docs.tables import table
from renewals.actors import Operator, Person
from renewals.commands import Name
from renewals.decisions import AlreadyTrue, Refused
from renewals.facts import Channel, OfferingKind, OfferingStatus, PaidAhead, Phase, Policy, Price, Subscription, Term
from renewals.options import options
from renewals.payments import Attempt, AttemptState, DeclineClass, Hold, MethodKind, PaymentMethod
from renewals.permission import BUYER_MAY, OPERATOR_MAY

_SINCE = datetime(2026, 4, 1, tzinfo=UTC)
_DAYS = {
    "early": datetime(2026, 10, 1, 12, tzinfo=UTC),
    "in the window": datetime(2027, 2, 1, 12, tzinfo=UTC),
    "overdue": datetime(2027, 4, 2, 12, tzinfo=UTC),
    "late": datetime(2027, 7, 1, 12, tzinfo=UTC),
}
_CARD = PaymentMethod("card", MethodKind.CARD, _SINCE, date(2029, 8, 31))
_ORDINARY = Subscription(
    number="S-1001",
    time_zone="Europe/Paris",
    country="FR",
    currency="EUR",
    channel=Channel.DIRECT_ONLINE,
    sku="DRAFT-STD",
    offering_kind=OfferingKind.SUBSCRIPTION,
    offering_status=OfferingStatus.ACTIVE,
    term=Term.YEAR,
    seats=12,
    starts_on=date(2026, 3, 31),
    renews_on=date(2027, 3, 31),
    anchor_day=31,
    auto_renew=True,
    phase=Phase.RENEWABLE,
    phase_since=_SINCE,
    prices={term: Price(54000, 48600, f"{term}-1") for term in Term},
    method=_CARD,
    live_at=_SINCE,
    late_start_at=_SINCE,
)
"""A yearly subscription of twelve seats, sold online in France, that renews automatically by card."""

Situation = tuple[Subscription, str]


def _in(when: str = "in the window", **changes: Any) -> Situation:
    return replace(_ORDINARY, **changes), when


def _attempt(state: AttemptState, called_at: datetime) -> Attempt:
    asked_at = None if state is AttemptState.DECLINED else datetime(2027, 5, 1, tzinfo=UTC)
    kind = DeclineClass.SOFT if state is AttemptState.DECLINED else None
    return Attempt("attempt", 1, state, "card", called_at, asked_at, called_at if kind else None, kind)


_SELLERS = {
    "sold online": _in(),
    "by our sales team": _in(channel=Channel.DIRECT_SALES),
    "by sales, no self-service": _in(channel=Channel.DIRECT_SALES, policy=Policy(sales_self_service=False)),
    "by a partner": _in(channel=Channel.PARTNER),
    "by one who issues quotes": _in(channel=Channel.PARTNER, partner="north-tools"),
    "older system": _in(channel=Channel.LEGACY),
    "maintenance plan": _in(offering_kind=OfferingKind.MAINTENANCE_PLAN),
    "retired offering": _in(offering_status=OfferingStatus.RETIRED),
}
_COUNTRIES = {name: _in(country=name) for name in ("US", "CA", "FR", "GB", "CH", "NO", "AU", "JP", "BR")}
_CHARGED_AT = datetime(2027, 3, 31, 5, tzinfo=UTC)
_STATES = {
    "window not open": _in("early", phase=Phase.ACTIVE),
    "window open": _in(),
    "auto-renew off": _in(auto_renew=False),
    "paid by hand (bank transfer)": _in(method=replace(_CARD, kind=MethodKind.BANK_TRANSFER)),
    "no method": _in(method=None),
    "next term paid": _in(phase=Phase.RENEWED, paid_ahead=PaidAhead(Term.YEAR, 12, 48600)),
    "changes pending": _in(pending_seats=9, pending_term=Term.THREE_YEARS),
    "payment open": _in(hold=Hold("hold", datetime(2027, 2, 8, tzinfo=UTC))),
    "payment in doubt": _in(attempts=(_attempt(AttemptState.UNKNOWN, datetime(2027, 2, 1, 11, tzinfo=UTC)),)),
    "parked": _in(parked=True),
    "not live": _in(live_at=None, late_start_at=None),
    "past due": _in("overdue", phase=Phase.PAST_DUE, attempts=(_attempt(AttemptState.DECLINED, _CHARGED_AT),)),
    "expired": _in("overdue", phase=Phase.EXPIRED, auto_renew=False),
    "lapsed": _in("late", phase=Phase.LAPSED, auto_renew=False),
}


def answer(situation: Situation, name: Name, *, operator: bool = False) -> str:
    """What the core answers: `allowed`, `already so`, or the code of a refusal, with the day that cures it."""
    sub, when = situation
    actor = Operator("ana") if operator else Person("ada@northwind.example")
    decision = options(sub, actor, is_buyer=not operator, at=_DAYS[when])[name]
    if isinstance(decision, Refused):
        return f"`{decision.code}`" + (f" ({decision.possible_on})" if decision.possible_on else "")
    return "already so" if isinstance(decision, AlreadyTrue) else "allowed"


def _grid(situations: Mapping[str, Situation], names: Mapping[Name, None], *, operator: bool = False) -> str:
    """A line per situation, so that the table stays narrow enough to read."""
    rows = (
        (title, *(answer(situation, name, operator=operator) for name in names))
        for title, situation in situations.items()
    )
    return table(("", *(f"`{name}`" for name in names)), rows)


_BUYERS = {name: None for name in Name if name in BUYER_MAY}
_OPERATORS = {name: None for name in Name if name in OPERATOR_MAY}

BLOCKS: Mapping[str, Callable[[], str]] = {
    "sellers": lambda: _grid(_SELLERS, _BUYERS),
    "countries": lambda: _grid(_COUNTRIES, _BUYERS),
    "states": lambda: _grid(_STATES, _BUYERS),
    "operators": lambda: _grid(_STATES, _OPERATORS, operator=True),
}
