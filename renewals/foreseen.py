"""What was foreseen against what happened: each thing that was, or was not, and the likeliest cause (domain.md 4).

A forecast walks the plan as if every charge were paid and nobody gave a command. So a difference is no fault by itself;
what has no cause that is known is for somebody to look at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from renewals.letters import Kind

ON_TIME = timedelta(minutes=15)
"""What comes so much later than foreseen came in time: an activity takes a while, and many are due at once."""

REACH = timedelta(days=2)
"""What lies further apart is not the same thing."""


class Verdict(StrEnum):
    """How a thing that was foreseen, or was not, has come out. `WAITS`: its time has not come."""

    AGREED = "agreed"
    DIFFERS = "differs"
    NOT_HAPPENED = "not_happened"
    UNFORESEEN = "unforeseen"
    WAITS = "waits"


class Cause(StrEnum):
    """Why it came out otherwise. `UNKNOWN` is for somebody to look at."""

    AMOUNT = "amount"
    TIME = "time"
    PARKED = "parked"
    PAUSED = "paused"
    PAID_BEFORE = "paid_before"
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    DECLINED = "declined"
    MISSED = "missed"
    NOT_ACCEPTED = "not_accepted"
    COMMAND = "command"
    RULES = "rules"
    BUYER = "buyer"
    CAUSED = "caused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A line of a forecast: `what` is `charge` or `notice`, `detail` the kind of a mail."""

    id: int
    at: datetime
    what: str
    detail: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """A charge or a mail as it happened. `outcome`: of a charge how its attempt stands, of a mail what became of it.

    `by_itself`: the calendar brought it, not its buyer, a command or an attempt.
    """

    id: str
    at: datetime
    what: str
    detail: str
    outcome: str
    amount: int | None = None
    by_itself: bool = True


@dataclass(frozen=True, slots=True)
class Since:
    """What befell the subscription after the forecast was made; each with its instant, in its own time.

    `parked` and `paused` are spans, open ones without an end; `paused` by what is paused. `in_doubt` and `held` are the
    spans of attempts without an answer, and of orders, quotes and vouchers.
    """

    parked: Sequence[tuple[datetime, datetime | None]] = ()
    charges_paused: Sequence[tuple[datetime, datetime | None]] = ()
    mails_paused: Sequence[tuple[datetime, datetime | None]] = ()
    paid: Sequence[datetime] = ()
    cancelled: Sequence[datetime] = ()
    commands: Sequence[datetime] = ()
    in_doubt: Sequence[tuple[datetime, datetime | None]] = ()
    held: Sequence[tuple[datetime, datetime | None]] = ()
    declined: Sequence[datetime] = ()
    other_rules: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The verdict on a line of the forecast, or on what happened without one (`foreseen` None)."""

    verdict: Verdict
    cause: Cause | None = None
    foreseen: Foreseen | None = None
    happened: Happened | None = None


@dataclass(slots=True)
class _Left:
    """What happened and has no line yet."""

    happened: list[Happened] = field(default_factory=list)

    def take(self, line: Foreseen) -> Happened | None:
        """The nearest of the same kind."""
        alike = [each for each in self.happened if (each.what, each.detail) == (line.what, line.detail)]
        near = [each for each in alike if abs(each.at - line.at) <= REACH and (each.by_itself or _is_caused(line))]
        if not near:
            return None
        nearest = min(near, key=lambda each: abs(each.at - line.at))
        self.happened.remove(nearest)
        return nearest


def compare(lines: Sequence[Foreseen], happened: Sequence[Happened], since: Since, now: datetime) -> Iterator[Found]:
    """The verdict on each line of one subscription, and on what happened without a line. `now` is its own time."""
    left = _Left(list(happened))
    for line in sorted(lines, key=lambda each: each.at):
        it = left.take(line)
        yield _without(line, since, now) if it is None else _with(line, it)
    for each in left.happened:
        yield Found(Verdict.UNFORESEEN, _unforeseen(each, since), happened=each)


def _is_caused(line: Foreseen) -> bool:
    """Is it a mail that its charge causes?"""
    return line.detail in (Kind.RENEWED, Kind.EXPIRED)


def _with(line: Foreseen, it: Happened) -> Found:
    if it.outcome == "missed":
        return Found(Verdict.NOT_HAPPENED, Cause.MISSED, line, it)
    if it.outcome in ("failed", "bounced"):
        return Found(Verdict.NOT_HAPPENED, Cause.NOT_ACCEPTED, line, it)
    if line.amount is not None and it.amount != line.amount:
        return Found(Verdict.DIFFERS, Cause.AMOUNT, line, it)
    if abs(it.at - line.at) > ON_TIME:
        return Found(Verdict.DIFFERS, Cause.TIME, line, it)
    return Found(Verdict.AGREED, None, line, it)


def _without(line: Foreseen, since: Since, now: datetime) -> Found:
    if now <= line.at + ON_TIME:
        return Found(Verdict.WAITS, None, line)
    return Found(Verdict.NOT_HAPPENED, _cause(line, since), line)


def _cause(line: Foreseen, since: Since) -> Cause:
    """The first that explains it: what stops everything, then what makes it needless, then what changed the plan."""
    by_charge = line.what == "charge" or line.detail == Kind.RENEWED
    at = line.at
    told = (
        (Cause.PARKED, _within(since.parked, at)),
        (Cause.PAUSED, line.what == "notice" and _within(since.mails_paused, at)),
        (Cause.PAID_BEFORE, _before(since.paid, at)),
        (Cause.CANCELLED, _before(since.cancelled, at)),
        (Cause.PAUSED, by_charge and _within(since.charges_paused, at)),
        (Cause.IN_DOUBT, by_charge and _within(since.in_doubt, at + ON_TIME)),
        (Cause.HELD, _within(since.held, at)),
        (Cause.DECLINED, _before(since.declined, at + ON_TIME)),
        (Cause.COMMAND, _before(since.commands, at)),
        (Cause.RULES, since.other_rules),
    )
    return next((cause for cause, is_so in told if is_so), Cause.UNKNOWN)


def _unforeseen(it: Happened, since: Since) -> Cause:
    if not it.by_itself:
        return Cause.BUYER if it.what == "charge" else Cause.CAUSED
    told = (
        (Cause.DECLINED, any(each < it.at for each in since.declined)),
        (Cause.COMMAND, _before(since.commands, it.at)),
        (Cause.RULES, since.other_rules),
    )
    return next((cause for cause, is_so in told if is_so), Cause.UNKNOWN)


def _before(instants: Sequence[datetime], at: datetime) -> bool:
    return any(each <= at for each in instants)


def _within(spans: Sequence[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return any(begins <= at and (ends is None or at < ends) for begins, ends in spans)
