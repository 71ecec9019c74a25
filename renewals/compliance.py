"""Is each duty met by what was sent, or will it be by what is planned? What neither meets is for an operator."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from renewals.calendar import local_date
from renewals.duties import Duty, duties
from renewals.facts import Phase, Subscription
from renewals.letters import Kind
from renewals.plan import Do, Step, plan
from renewals.windows import charges_end_at


@dataclass(frozen=True, slots=True)
class Standing:
    """A duty with the local day of the notice that met it, or else of the one that is planned to."""

    duty: Duty
    sent_on: date | None
    planned_on: date | None

    @property
    def is_missing(self) -> bool:
        return self.sent_on is None and self.planned_on is None


def standings(sub: Subscription, now: datetime) -> tuple[Standing, ...]:
    """How the duties of the next automatic charge stand at `now`; none when no charge is coming.

    Paused mails count as planned: they go on by themselves. Raises `pricing.NotPriced`.
    """
    charged = not sub.paid_ahead and sub.phase not in (Phase.EXPIRED, Phase.LAPSED) and now < charges_end_at(sub)
    owed = duties(sub) if charged else ()
    if not owed:
        return ()
    steps = plan(replace(sub, mails_paused=False), now).steps
    planned = [local_date(max(step.at, now), sub.time_zone) for step in steps if _announces(step)]
    return tuple(Standing(duty, _first(duty, sub.advance_noticed_on), _first(duty, planned)) for duty in owed)


def _announces(step: Step) -> bool:
    return step.do is Do.SEND_NOTICE and step.notices[0].kind is Kind.ADVANCE_CHARGE_NOTICE


def _first(duty: Duty, days: Iterable[date]) -> date | None:
    return min((day for day in days if duty.is_met_on(day)), default=None)


def warning(sub: Subscription, found: Iterable[Standing]) -> str | None:
    """What an operator must know of duties that nothing meets, and what to do; None when there are none.

    It names no instant of today, so that the same trouble is the same text.
    """
    missing = [standing.duty for standing in found if standing.is_missing]
    if not missing:
        return None
    named = "; ".join(f"{duty.rule.id} ({duty.first_on} to {duty.last_on})" for duty in missing)
    return (
        f"No charge notice meets {named}. Write to the buyer yourself and keep the proof, or cancel auto-renew so that "
        f"the term from {sub.renews_on} is not charged."
    )
