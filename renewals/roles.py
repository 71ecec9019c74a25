"""What each role of the vendor's staff may do: the one table that pages, second persons and tests ask."""

from enum import StrEnum

from renewals.commands import Name


class Role(StrEnum):
    """What an operator is here for."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    FINANCE = "finance"
    ADMIN = "admin"


class May(StrEnum):
    """A kind of thing that is done: look, see to alarms, steer renewals, move money, govern people and policies."""

    READ = "read"
    ATTEND = "attend"
    STEER = "steer"
    MONEY = "money"
    GOVERN = "govern"


RIGHTS: dict[Role, frozenset[May]] = {
    Role.VIEWER: frozenset({May.READ}),
    Role.OPERATOR: frozenset({May.READ, May.ATTEND, May.STEER}),
    Role.FINANCE: frozenset({May.READ, May.ATTEND, May.MONEY}),
    Role.ADMIN: frozenset(May),
}


def may(role: Role, right: May) -> bool:
    """Has the role that right?

    >>> may(Role.VIEWER, May.READ), may(Role.OPERATOR, May.MONEY), may(Role.FINANCE, May.STEER)
    (True, False, False)
    """
    return right in RIGHTS[role]


MOVES_MONEY = frozenset({Name.RECORD_RENEWAL, Name.RESOLVE_PAYMENT, Name.RELEASE_HOLD, Name.ISSUE_QUOTE, Name.REFUND})
"""Commands that say what was paid, send it back, grant a term, give up a payment or bind a price; all others steer."""

ASKED_TWICE = MOVES_MONEY | {
    Name.CANCEL_AUTO_RENEW,
    Name.RELEASE,
    Name.GO_LIVE,
    Name.REINSTATE,
    Name.CHANGE_BUYER,
    Name.CHANGE_CONTACT,
}
"""Commands that move money or access, let overdue charges be made at once, or say who may buy: a page asks twice."""


def right_to_give(name: Name) -> May:
    """The right that an operator's command takes.

    >>> right_to_give(Name.PARK), right_to_give(Name.RESOLVE_PAYMENT)
    (<May.STEER: 'steer'>, <May.MONEY: 'money'>)
    """
    return May.MONEY if name in MOVES_MONEY else May.STEER
