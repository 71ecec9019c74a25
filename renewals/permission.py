"""Who may give which command, and for which subscriptions: what buyer, operator, seller, offering and country forbid.

Whether what is permitted is also possible at a moment is for eligibility.py to say (domain.md 7).
"""

from renewals.actors import Actor, Operator, Partner
from renewals.commands import ABOUT_QUOTES, Name
from renewals.decisions import Refused
from renewals.facts import Channel, OfferingKind, OfferingStatus, Phase, Subscription

NEEDS_NO_REASON = frozenset({Name.CANCEL_AUTO_RENEW, Name.RESUME_AUTO_RENEW})
BOTH_MAY = NEEDS_NO_REASON | {Name.RELEASE_HOLD}
BUYER_MAY = BOTH_MAY | {
    Name.REDUCE_SEATS,
    Name.CHANGE_TERM,
    Name.WITHDRAW_PENDING,
    Name.SET_PAYMENT_METHOD,
    Name.ADD_SEATS,
    Name.RENEW,
    Name.HAND_OVER_ADMIN,
    Name.ASK_FOR_QUOTE,
    Name.ACCEPT_QUOTE,
    Name.DECLINE_QUOTE,
}
OPERATOR_MAY = frozenset(Name) - (BUYER_MAY - BOTH_MAY)
PARTNER_MAY = frozenset({Name.ISSUE_QUOTE, Name.WITHDRAW_QUOTE})
"""What a partner may do, of what it sold."""

EUROPE = frozenset(
    (
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "  # European Union
        "IS LI NO "  # European Economic Area
        "GB CH"
    ).split()
)
SEATS_COUNTRIES = EUROPE | {"US", "CA"}
TERM_COUNTRIES = SEATS_COUNTRIES | {"AU"}

OF_LAPSED_TOO = frozenset({Name.REFUND, Name.REINSTATE, Name.HAND_OVER_ADMIN})
"""Commands that may be given once a subscription has lapsed: what was paid can go back, so can it itself, and the role
of its admin can be handed over at any time.
"""

_OF_EVERY_DIRECT_ORDER = (
    Name.CANCEL_AUTO_RENEW,
    Name.WITHDRAW_PENDING,
    Name.SET_PAYMENT_METHOD,
    Name.RELEASE_HOLD,
    Name.DECLINE_QUOTE,
)
"""What only a partner's or a legacy order forbids."""

_CHARGES_AT_ONCE = (Name.ADD_SEATS, Name.RENEW, Name.ACCEPT_QUOTE)

RENEWS = (Name.RENEW, Name.ASK_FOR_QUOTE, Name.ACCEPT_QUOTE)
"""What sales does, where it cannot be done here."""


def not_permitted(sub: Subscription, name: Name, actor: Actor, *, is_buyer: bool) -> Refused | None:
    """The first reason, in order of precedence, why they may not give that command for that subscription."""
    return _not_theirs(sub, name, actor, is_buyer=is_buyer) or _barred(sub, name, actor)


def _not_theirs(sub: Subscription, name: Name, actor: Actor, *, is_buyer: bool) -> Refused | None:
    if isinstance(actor, Operator):
        if name not in OPERATOR_MAY:
            return Refused("not_buyer", "Only the buyer may do this; ask the buyer to do it in the account.")
        return None
    if isinstance(actor, Partner):
        if name not in PARTNER_MAY or actor.code != sub.partner:
            return Refused("not_operator", "A partner may only issue and withdraw quotes for what it sold.")
        return None
    if name not in BUYER_MAY:
        return Refused("not_operator", "Only an operator may do this; ask support.")
    if not is_buyer:
        return Refused("not_buyer", "Only the buyer of this subscription may do this; ask the buyer.")
    return None


def _barred(sub: Subscription, name: Name, actor: Actor) -> Refused | None:
    """What the state of the subscription, its seller, its offering and its country forbid."""
    if sub.phase is Phase.LAPSED and name not in OF_LAPSED_TOO:
        return Refused("lapsed", "The late window has closed; buy a new subscription instead.")
    if isinstance(actor, Operator | Partner):
        return None
    if sub.parked:
        return Refused("parked", "An operator is looking at this subscription; ask support.")
    if name in _CHARGES_AT_ONCE and not sub.may_be_charged:
        return Refused("parked", "Payments for this subscription are stopped for now; ask support.")
    if sub.channel is Channel.PARTNER and not _is_quoted_here(sub, name):
        return Refused("sold_by_partner", "Ask the partner who sold this subscription.")
    if sub.channel is Channel.LEGACY:
        return Refused("legacy_order", f"This order comes from an older system; {_ask(name)}.")
    if name in _OF_EVERY_DIRECT_ORDER:
        return None
    return _not_self_service(sub, name)


def _is_quoted_here(sub: Subscription, name: Name) -> bool:
    """Is it about quotes that the partner gives here? For what nobody renews here the partner is asked elsewhere."""
    given_up = name is Name.DECLINE_QUOTE
    return bool(sub.partner) and name in ABOUT_QUOTES and (given_up or _not_self_service(sub, name) is None)


def _ask(name: Name) -> str:
    """Whom to ask for what cannot be done here: sales to renew, support for the rest."""
    return "ask sales" if name in RENEWS else "ask support"


def _done(name: Name) -> str:
    return "renewed" if name in RENEWS else "changed"


def _not_self_service(sub: Subscription, name: Name) -> Refused | None:
    about_seats = name in (Name.REDUCE_SEATS, Name.ADD_SEATS)
    if sub.channel is Channel.DIRECT_SALES and (about_seats or not sub.policy.sales_self_service):
        return Refused("sold_by_sales", f"This was bought from the sales team; {_ask(name)} to have it {_done(name)}.")
    if sub.offering_kind is OfferingKind.MAINTENANCE_PLAN:
        return Refused("maintenance_plan", f"Maintenance plans cannot be {_done(name)} here; {_ask(name)}.")
    if sub.offering_status is OfferingStatus.RETIRED:
        return Refused("product_retired", f"This product is retired and cannot be {_done(name)} here; {_ask(name)}.")
    offered = SEATS_COUNTRIES if about_seats else TERM_COUNTRIES if name is Name.CHANGE_TERM else None
    if offered is not None and sub.country not in offered:
        return Refused("country_not_served", f"This is not offered in {sub.country}; ask support.")
    return None
