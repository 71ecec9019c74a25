"""What each role of the vendor's staff may do: the one table that pages, second persons and tests ask."""

from enum import StrEnum


class Role(StrEnum):
    """What an operator is here for."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    FINANCE = "finance"
    ADMIN = "admin"


class May(StrEnum):
    """A kind of thing that is done: look, steer renewals, move money, govern people, keys and policies."""

    READ = "read"
    STEER = "steer"
    MONEY = "money"
    GOVERN = "govern"


RIGHTS: dict[Role, frozenset[May]] = {
    Role.VIEWER: frozenset({May.READ}),
    Role.OPERATOR: frozenset({May.READ, May.STEER}),
    Role.FINANCE: frozenset({May.READ, May.MONEY}),
    Role.ADMIN: frozenset(May),
}


def may(role: Role, right: May) -> bool:
    """Has the role that right?

    >>> may(Role.VIEWER, May.READ), may(Role.OPERATOR, May.MONEY), may(Role.FINANCE, May.STEER)
    (True, False, False)
    """
    return right in RIGHTS[role]
