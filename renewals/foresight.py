"""What an operator's command would change if it were given now: facts and plan before and after, nothing stored.

It asks the same functions that carry the command out (`effects`, `renewing`, `plan`). What rests on the answer of a
provider, or concerns a quote, has no plan of its own here.
"""

from dataclasses import dataclass
from datetime import datetime

from renewals import commands as c
from renewals.effects import after_command
from renewals.facts import PaidAhead, Subscription
from renewals.plan import Step, plan
from renewals.pricing import Line, NotPriced, renewal_line
from renewals.renewing import just_before, with_renewal
from renewals.windows import access_until


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`gone` and `new` are the steps that the plan loses and gains; `line` is the term that the command grants."""

    before: Subscription
    after: Subscription
    gone: tuple[Step, ...]
    new: tuple[Step, ...]
    line: Line | None = None

    def access(self, at: datetime) -> tuple[datetime, datetime]:
        """Until when there is access without the command, and with it."""
        return access_until(self.before, at), access_until(self.after, at)


def foresee(sub: Subscription, command: c.Command, at: datetime) -> Foreseen | None:
    """What an allowed command would bring; None where that is not known before it is done. Raises `NotPriced`."""
    before = just_before(sub, at)
    match command:
        case c.RecordRenewal(_, seats, term):
            line = renewal_line(before, term, seats)
            after = with_renewal(before, PaidAhead(line.term, line.seats, line.unit_price), at)
            return _compared(before, after, at, line)
        case c.Cancel() | c.Resume() | c.Park() | c.Release() | c.GoLive() | c.ExtendLateWindow() | c.Reinstate():
            return _compared(before, after_command(before, command, at=at), at)
    return None


def _compared(before: Subscription, after: Subscription, at: datetime, line: Line | None = None) -> Foreseen:
    old, new = _steps(before, at), _steps(after, at)
    return Foreseen(
        before,
        after,
        gone=tuple(step for step in old if step not in new),
        new=tuple(step for step in new if step not in old),
        line=line,
    )


def _steps(sub: Subscription, at: datetime) -> tuple[Step, ...]:
    try:
        return plan(sub, at).steps
    except NotPriced:
        return ()
