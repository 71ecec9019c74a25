"""Money for one voucher that comes in parts: what news of it adds, what goes back, and whose part is whose.

A gateway tells how much has come in all, never what came just now: old or repeated news adds nothing.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise


def added(before: int, total: int) -> int:
    """What the news that `total` has come in all adds to the `before` that was known, in minor units.

    >>> added(0, 40_000), added(40_000, 40_000), added(70_000, 40_000)
    (40000, 0, 0)
    """
    return max(0, total - before)


def to_send_back(amount: int, received: int, sent_back: int, *, bought: bool) -> int:
    """What is owed to the buyer, in minor units: all that bought nothing, beyond what is on its way back already.

    >>> to_send_back(100, 130, 0, bought=True), to_send_back(100, 40, 0, bought=False)
    (30, 40)
    >>> to_send_back(100, 70, 40, bought=False), to_send_back(100, 100, 0, bought=True)
    (30, 0)
    """
    return max(0, received - sent_back - (amount if bought else 0))


def shares(minor: int, amounts: Sequence[int]) -> list[int]:
    """That sum, told apart by what each line costs; the shares add up to it, and all of it to the lines' own amounts.

    >>> shares(100, [200, 100, 0]), shares(300, [200, 100]), shares(7, [0, 0])
    ([66, 34, 0], [200, 100], [7, 0])
    """
    whole = sum(amounts)
    if whole == 0:
        return [minor, *([0] * (len(amounts) - 1))]
    ends = [0, *(minor * up_to // whole for up_to in accumulate(amounts))]
    return [end - begin for begin, end in pairwise(ends)]


def shares_in_turn(sums: Sequence[int], amounts: Sequence[int]) -> list[list[int]]:
    """The same of sums that follow each other: each is told apart by what is left of each line after those before it.

    So no line gets back more than it cost, as long as all of them get no more than they cost together.

    >>> shares_in_turn([1, 1, 1], [1, 1, 1]), [shares(1, [1, 1, 1])] * 3
    ([[0, 0, 1], [0, 1, 0], [1, 0, 0]], [[0, 0, 1], [0, 0, 1], [0, 0, 1]])
    """
    left, told = list(amounts), []
    for minor in sums:
        told.append(shares(minor, left if any(left) else amounts))
        left = [max(0, rest - share) for rest, share in zip(left, told[-1], strict=True)]
    return told
