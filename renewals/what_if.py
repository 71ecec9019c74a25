"""What other rules would change: two walks of the same plan, laid side by side.

What happens at the same instant in both is the same thing. Of what is left, the mails of a kind (the charges, the
phases) are paired in order of time: each such pair has moved; what finds no partner is no more, or is new.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from renewals.forecast import Coming

REACH = timedelta(days=62)
"""What lies further apart is not the same thing, moved. A walk goes on so long beyond its end, to find partners."""


class Change(StrEnum):
    """How a thing to come is another one under other rules."""

    EARLIER = "earlier"
    LATER = "later"
    GONE = "gone"
    ANEW = "anew"
    DEARER = "dearer"
    CHEAPER = "cheaper"


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing under the old rules and under the new ones; None on the side where it is not."""

    change: Change
    old: Coming | None
    new: Coming | None

    @property
    def it(self) -> Coming:
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def difference(self) -> int:
        """How many minor units more it costs."""
        return ((self.new.amount or 0) if self.new else 0) - ((self.old.amount or 0) if self.old else 0)


def changes(old: Iterable[Coming], new: Iterable[Coming], until: datetime) -> Iterator[Changed]:
    """What is other under the new rules before `until`. A thing that moves and costs otherwise is told twice."""
    befores, afters = _by_kind(old), _by_kind(new)
    for kind in dict.fromkeys([*befores, *afters]):
        for before, after in _pairs(befores[kind], afters[kind]):
            if any(each is not None and each.at < until for each in (before, after)):
                yield from _told(before, after)


def _told(before: Coming | None, after: Coming | None) -> Iterator[Changed]:
    if before is None or after is None:
        yield Changed(Change.ANEW if before is None else Change.GONE, before, after)
        return
    if before.at != after.at:
        yield Changed(Change.EARLIER if after.at < before.at else Change.LATER, before, after)
    if before.amount != after.amount:
        dearer = (after.amount or 0) > (before.amount or 0)
        yield Changed(Change.DEARER if dearer else Change.CHEAPER, before, after)


_NOTHING = ("missed",)
"""A mail that is written off is no mail."""


def _by_kind(coming: Iterable[Coming]) -> defaultdict[tuple[str, str], list[Coming]]:
    found: defaultdict[tuple[str, str], list[Coming]] = defaultdict(list)
    for each in coming:
        if each.what not in _NOTHING:
            found[each.what, each.detail].append(each)
    return found


def _pairs(old: Sequence[Coming], new: Sequence[Coming]) -> Iterator[tuple[Coming | None, Coming | None]]:
    """Each with its partner: the same instant first, then the nearest in order, none beyond `REACH`."""
    same = Counter(each.at for each in old) & Counter(each.at for each in new)
    befores, afters = _taken_out(old, same), _taken_out(new, same)
    by_instant = {each.at: each for each in new}
    yield from ((each, by_instant[each.at]) for each in old if same[each.at])
    while befores or afters:
        if not afters or (befores and befores[0].at < afters[0].at - REACH):
            yield befores.pop(0), None
        elif not befores or afters[0].at < befores[0].at - REACH:
            yield None, afters.pop(0)
        else:
            yield befores.pop(0), afters.pop(0)


def _taken_out(all_: Sequence[Coming], same: Counter[datetime]) -> list[Coming]:
    """Those whose instant the other side does not have."""
    return sorted((each for each in all_ if not same[each.at]), key=lambda each: each.at)
