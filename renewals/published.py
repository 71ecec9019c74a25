"""What other systems are told of the record: the type of each event, and which of its fields leave the house.

A field that is not named here is never sent. Numbers, dates, amounts and codes are; names, addresses, tokens and texts
that a person typed are not. Of who caused it only the kind of actor is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "perennial."
TEST = f"{PREFIX}test"
"""The type of the event that is sent to try an endpoint out; it stands in no record."""

_MONEY = ("amount", "currency")


@dataclass(frozen=True, slots=True)
class Published:
    """A type of event: what happened, and the fields of its data. `by` says who caused it, and is always there."""

    type: str
    says: str
    fields: tuple[str, ...] = ()


_PHASE = Published("subscription.phase_changed", "It entered a phase; `from` is null at the import.", ("from", "to"))
_PAYMENT = ("purpose", *_MONEY, "outcome", "code", "attempt")
_VOUCHER = (*_MONEY, "outcome", "expires_at", "received", "remaining")
_QUOTE = ("quote", "state", "expires_on", *_MONEY)
_NOTICE = ("kind", "locale", "outcome", "occasion")
_COMMAND = ("name", "outcome", "code", "repeat")

_PLAIN: Mapping[str, Published] = {
    "phase": _PHASE,
    "term": Published(
        "subscription.renewed",
        "A paid term began.",
        ("starts_on", "renews_on", "term", "seats", "unit_price", "currency"),
    ),
    "seats": Published(
        "subscription.seats_added", "Paid seats were added to the running term.", ("added", "seats", *_MONEY)
    ),
    "refund": Published("payment.refunded", "Money went back.", (*_MONEY, "reference", "because")),
    "refund_refused": Published(
        "payment.refund_refused", "The provider refused to send money back.", (*_MONEY, "because")
    ),
    "assignments": Published(
        "subscription.seats_assigned",
        "Users were told to have a seat, or to have given theirs up.",
        ("begun", "changed"),
    ),
    "method_stored": Published(
        "customer.method_stored", "A payment method was stored for a customer.", ("kind", "valid_through")
    ),
    "method_named": Published(
        "customer.method_named", "A buyer gave a stored method a name, or took it away.", ("kind",)
    ),
    "method_removed": Published("customer.method_removed", "A stored payment method was removed.", ("kind",)),
    "admin": Published("subscription.admin_changed", "Another contact became the primary admin."),
    "partner": Published(
        "subscription.partner_changed", "Another partner issues its quotes; null: none does.", ("partner",)
    ),
    "go_live": Published("subscription.went_live", "From now on it is charged and mailed."),
    "parked": Published("subscription.parked", "Notices and charges stop until it is released."),
    "released": Published("subscription.released", "They go on."),
    "access_suspended": Published("subscription.access_suspended", "Access was taken away while past due.", ("phase",)),
    "late_window": Published(
        "subscription.late_window_moved",
        "An operator named the last day on which it can be renewed late.",
        ("last_day",),
    ),
    "hold_ended": Published("subscription.hold_ended", "A quote, voucher or order holds the renewal no longer."),
    "alarm": Published("alarm.raised", "Something an operator must look at; the subject may be missing.", ("kind",)),
    "alert": Published(
        "alert.sent", "Grave alarms of some minutes, told to operators in one mail: how many of each kind.", ("kinds",)
    ),
}
"""By name in the record."""

_BY_OUTCOME: Mapping[str, tuple[str, Mapping[str, Published]]] = {
    "payment": (
        "outcome",
        {
            "paid": Published("payment.paid", "A charge was paid.", _PAYMENT),
            "declined": Published("payment.declined", "A charge was declined; `code` says how.", _PAYMENT),
            "unknown": Published("payment.unanswered", "A charge got no answer yet; the truth follows.", _PAYMENT),
            "pending": Published("payment.pending", "The provider has a charge under way for days.", _PAYMENT),
        },
    ),
    "voucher": (
        "outcome",
        {
            "issued": Published("voucher.issued", "A store code or transfer reference was issued.", _VOUCHER),
            "expired": Published("voucher.expired", "It ran out unpaid.", _VOUCHER),
            "given_up": Published("voucher.given_up", "Its buyer gave it up.", _VOUCHER),
            "part_received": Published("voucher.part_received", "A part of its money came.", _VOUCHER),
        },
    ),
    "quote": (
        "state",
        {
            "asked": Published("quote.asked", "A buyer asks for a quote.", _QUOTE),
            "issued": Published("quote.issued", "It was issued.", _QUOTE),
            "accepted": Published("quote.accepted", "It was accepted.", _QUOTE),
            "declined": Published("quote.declined", "Its buyer declined it.", _QUOTE),
            "withdrawn": Published("quote.withdrawn", "It was withdrawn.", _QUOTE),
            "expired": Published("quote.expired", "It ran out.", _QUOTE),
            "void": Published("quote.void", "Its buyer paid otherwise.", _QUOTE),
        },
    ),
    "notice": (
        "outcome",
        {
            "sent": Published("notice.sent", "The mail server took a mail to the buyer.", _NOTICE),
            "missed": Published(
                "notice.missed", "A mail was overdue when it could first be sent, so it was not.", _NOTICE
            ),
            "failed": Published("notice.failed", "The mail server refused a mail for good.", _NOTICE),
            "bounced": Published("notice.bounced", "A mail came back.", _NOTICE),
        },
    ),
    "command": (
        "outcome",
        {
            "done": Published("command.done", "A command was done; `repeat`: it asked for what was so.", _COMMAND),
            "refused": Published("command.refused", "A command was refused; `code` says why.", _COMMAND),
        },
    ),
}
"""Those whose type depends on a field."""


def every_published() -> dict[str, tuple[str, Published]]:
    """Each type with its prefix: the event of the record that it comes from, and what it is."""
    found = {f"{PREFIX}{each.type}": (event, each) for event, each in _PLAIN.items()}
    for event, (_, by_value) in _BY_OUTCOME.items():
        found |= {f"{PREFIX}{each.type}": (event, each) for each in by_value.values()}
    return dict(sorted(found.items()))


TYPES: tuple[str, ...] = tuple(every_published())
"""Every type there is, in order of the alphabet."""


def published(event: str, data: Mapping[str, Any]) -> Published | None:
    """How an event of the record is told; None where it is not.

    >>> published("payment", {"outcome": "paid"}).type
    'payment.paid'
    """
    if event in _PLAIN:
        return _PLAIN[event]
    field, by_value = _BY_OUTCOME.get(event, ("", {}))
    return by_value.get(str(data.get(field)))


def type_of(event: str, data: Mapping[str, Any]) -> str | None:
    """The type with its prefix."""
    found = published(event, data)
    return f"{PREFIX}{found.type}" if found else None


def events_behind(types: Iterable[str]) -> frozenset[str]:
    """The names in the record of events that may be of those types."""
    known = every_published()
    return frozenset(known[each][0] for each in types if each in known)


def told(event: str, data: Mapping[str, Any], caused_by: str) -> dict[str, Any]:
    """The data of the event as others get it.

    >>> told("parked", {"because": "Ada asked for it"}, "operator:mira")
    {'by': 'operator'}
    """
    found = published(event, data)
    fields = found.fields if found else ()
    return {field: data[field] for field in fields if field in data} | {"by": _kind_of(caused_by)}


def _kind_of(actor: str) -> str:
    """Buyers are written with their address, operators with their name."""
    kind = actor.partition(":")[0]
    return kind if actor == "system" or (kind != actor and kind in ("operator", "partner")) else "buyer"
