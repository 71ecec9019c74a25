"""When all charges are stopped without anybody asking: too many are declined, or too many are made.

It decides on counts alone, so that the same counts always give the same answer. Retries are left out of the share that
is declined: on the days after a month's end they come together, and are mostly declined again.
"""

from dataclasses import dataclass
from enum import StrEnum


class Tripped(StrEnum):
    """Which figure left its usual range."""

    DECLINES = "declines"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The usual range; shares and factors in percent, so that nothing is rounded.

    Declines: of at least `least` first tries of the last hour a share above `declines_floor`, and above the usual share
    times `declines_factor`; where no share can be above that, less than half of what is usually paid. Volume: more
    tries in the last hour than `volume_floor`, and than what is to be expected times `volume_factor`.
    """

    least: int = 50
    declines_floor: int = 40
    declines_factor: int = 300
    volume_floor: int = 500
    volume_factor: int = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """What was counted since the hour began, or since charges were last resumed: tries in all, and first tries that
    have an answer, with those of them that were declined."""

    tries: int
    answered: int
    declined: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """First tries with an answer, and those declined, that stopped charges, and that operators then called usual."""

    answered: int
    declined: int


@dataclass(frozen=True, slots=True)
class Usual:
    """What to compare with: first tries of the last 28 days; the busiest hour of the same weekday in them; how many
    renewals can be charged at all by their dates; and a share of declines that operators have accepted lately."""

    answered: int
    declined: int
    busiest_hour: int
    due: int
    accepted: Accepted | None = None

    @property
    def to_be_expected(self) -> int:
        """A month's end has more to charge than any day before it: then what is due says how much is usual."""
        return max(self.busiest_hour, self.due)


def tripped(seen: Seen, usual: Usual, bounds: Bounds) -> Tripped | None:
    """Is it time to stop all charges, and for which figure? On the bound itself it is not.

    >>> quiet = Usual(answered=10_000, declined=800, busiest_hour=300, due=400)
    >>> tripped(Seen(tries=100, answered=100, declined=40), quiet, Bounds())
    >>> tripped(Seen(tries=100, answered=100, declined=41), quiet, Bounds())
    <Tripped.DECLINES: 'declines'>
    >>> tripped(Seen(tries=801, answered=0, declined=0), quiet, Bounds())
    <Tripped.VOLUME: 'volume'>
    """
    if seen.answered >= bounds.least and _too_many_declined(seen, usual, bounds):
        return Tripped.DECLINES
    if seen.tries > bounds.volume_floor and seen.tries * 100 > usual.to_be_expected * bounds.volume_factor:
        return Tripped.VOLUME
    return None


def _too_many_declined(seen: Seen, usual: Usual, bounds: Bounds) -> bool:
    """Compared crosswise, without division. Too few of before say nothing: then the floor alone counts."""
    above_floor = seen.declined * 100 > seen.answered * bounds.declines_floor
    if usual.accepted:
        return above_floor and not _as_accepted(seen, usual.accepted)
    if usual.answered < bounds.least:
        return above_floor
    if usual.declined * bounds.declines_factor >= usual.answered * 100:
        return above_floor and not _as_accepted(seen, Accepted(usual.answered, usual.declined))
    above_usual = seen.declined * usual.answered * 100 > usual.declined * seen.answered * bounds.declines_factor
    return above_floor and above_usual


def _as_accepted(seen: Seen, accepted: Accepted) -> bool:
    """Is at least half of the share paid that was paid then? A fault on top of what was accepted still stops charges.

    >>> then = Accepted(answered=100, declined=60)
    >>> _as_accepted(Seen(50, 50, 40), then), _as_accepted(Seen(50, 50, 41), then)
    (True, False)
    """
    paid, paid_then = seen.answered - seen.declined, accepted.answered - accepted.declined
    return 2 * paid * accepted.answered >= paid_then * seen.answered
