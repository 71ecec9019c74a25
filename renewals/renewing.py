"""How the facts move when a term is paid or begins. `settle` writes to the database what these functions say."""

from dataclasses import replace
from datetime import datetime, timedelta

from renewals.calendar import term_end
from renewals.facts import Announcement, PaidAhead, Phase, Subscription, Term
from renewals.plan import next_charge_at
from renewals.pricing import NotPriced, renewal_line
from renewals.windows import phase_at, renewal_begins_at, today


def with_renewal(sub: Subscription, paid: PaidAhead, now: datetime) -> Subscription:
    """The subscription once its next term is paid: waiting for it before the renewal date, in it from then on.

    Pending changes have been applied with it, and what belonged to the term that was unpaid is over.
    """
    ahead = replace(
        sub,
        paid_ahead=paid,
        pending_seats=None,
        pending_term=None,
        late_until=None,
        attempts=(),
        hold=None,
        suspended=False,
        owes_from=now,
    )
    return in_phase(ahead, now) if today(sub, now) < sub.renews_on else rolled_over(ahead, now)


def rolled_over(sub: Subscription, now: datetime) -> Subscription:
    """The subscription in the term that was paid ahead, from its first day on."""
    if sub.paid_ahead is None:
        raise ValueError(f"{sub.number} has no paid term to roll over to")
    begun = replace(last_paid_term(sub), phase=Phase.ACTIVE, recorded=frozenset(), noticed=False, advance_noticed_on=())
    phase = phase_at(begun, now)
    return replace(begun, phase=phase, phase_since=sub.phase_since if phase is sub.phase else now)


def in_phase(sub: Subscription, now: datetime) -> Subscription:
    """The subscription in the phase that its facts give at `now`.

    Expiry out of `past_due` begins a new plan: it owes nothing dated before it.
    """
    phase = phase_at(sub, now)
    if phase is sub.phase:
        return sub
    gives_up = sub.phase is Phase.PAST_DUE and phase is Phase.EXPIRED
    return replace(sub, phase=phase, phase_since=now, owes_from=now if gives_up else sub.owes_from)


def last_paid_term(sub: Subscription) -> Subscription:
    """The subscription as it will be in the last term that is paid: the next renewal follows that one.

    A term starts on the old renewal date, whenever it was paid (domain.md 2).
    """
    paid = sub.paid_ahead
    if paid is None:
        return sub
    return replace(
        sub,
        term=paid.term,
        seats=paid.seats,
        unit_price=paid.unit_price,
        starts_on=sub.renews_on,
        renews_on=term_end(sub.renews_on, paid.term, sub.anchor_day),
        paid_ahead=None,
    )


def with_next_term(sub: Subscription, term: Term) -> Subscription:
    """The subscription whose next renewal buys that term; that of the last paid one is no change (domain.md 7)."""
    return replace(sub, pending_term=None if term is last_paid_term(sub).term else term)


def in_phase_unless_charged_first(sub: Subscription, now: datetime) -> Subscription:
    """`in_phase`, but a charge that is due comes before it, and a parked one keeps its phase.

    So nobody forestalls the attempt of the last retry date, or one that an outage held up.
    """
    charge_at = next_charge_at(sub, now) if sub.may_be_charged else None
    charged_first = charge_at is not None and charge_at <= now
    return sub if sub.parked or charged_first else in_phase(sub, now)


def just_before(sub: Subscription, at: datetime) -> Subscription:
    """The subscription as a command finds it that came at `at`, even if nobody was there to do in time what was due.

    A paid term has begun by then, and the phase is that of the moment. Of a step and a command at the same instant the
    command comes first.
    """
    begun = rolled_over(sub, at) if should_have_begun(sub, at) else sub
    return in_phase_unless_charged_first(begun, at - timedelta(microseconds=1))


def should_have_begun(sub: Subscription, at: datetime) -> bool:
    """Did a term that was paid ahead have its first day before `at`, and nobody began it? While parked none begins."""
    return sub.paid_ahead is not None and not sub.parked and renewal_begins_at(sub) < at


def before_it_expired(sub: Subscription, at: datetime) -> Subscription:
    """The subscription as an order finds it that came at `at`, if it has expired only since: its price is that of then.

    One that ended by a cancellation is taken as it is: nobody knows any more what it was before.
    """
    if sub.phase is not Phase.EXPIRED or sub.phase_since <= at:
        return sub
    then = phase_at(replace(sub, phase=Phase.RENEWABLE), at - timedelta(microseconds=1))
    return sub if then in (Phase.EXPIRED, Phase.LAPSED) else replace(sub, phase=then)


def announcement(sub: Subscription) -> Announcement | None:
    """What a mail sent now announces for the next automatic charge; None when the next term has no price."""
    try:
        line = renewal_line(last_paid_term(sub))
    except NotPriced:
        return None
    return Announcement(line.term, line.unit_price)
