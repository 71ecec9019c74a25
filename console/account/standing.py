"""Where a subscription stands, in words: its line in the list, its facts, and what happens on its renewal date."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from console.account.finding import Found
from console.account.speech import Speech
from models.store import Stored
from renewals.calendar import local_date
from renewals.declines import waits_for_another_method
from renewals.facts import Channel, OfferingKind, OfferingStatus, Phase, Subscription
from renewals.money import Money
from renewals.payments import Way
from renewals.plan import next_charge_at
from renewals.pricing import Line, NotPriced, next_line
from renewals.renewing import last_paid_term
from renewals.windows import charge_at, late_window_last_day, today, window_opens_on


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. `tone` is the phase, for its colour."""

    number: str
    product: str
    customer: str
    seats: int
    term: str
    date: str
    tone: str
    phase: str
    price: str
    way: str


def listed(stored: Stored, t: Speech) -> Listed:
    """The line of a subscription in the list."""
    sub = stored.facts
    line = line_of_next(sub)
    return Listed(
        number=sub.number,
        product=stored.offering.name,
        customer=stored.customer.name,
        seats=sub.seats,
        term=t.w.term(sub.term),
        date=_date(sub, t),
        tone=sub.phase,
        phase=t(f"phase.{sub.phase}"),
        price=t.w.amount(line.total) if line and _sells(sub) else "–",
        way=_way(sub, t),
    )


def _sells(sub: Subscription) -> bool:
    """Is a next term to be had, at a price that is ours? Partners set their own."""
    return sub.phase is not Phase.LAPSED and sub.channel is not Channel.PARTNER


def line_of_next(sub: Subscription) -> Line | None:
    """The term after the last one that is paid, at the price the buyer would see now; None if it has none."""
    try:
        return next_line(last_paid_term(sub))
    except NotPriced:
        return None


def _date(sub: Subscription, t: Speech) -> str:
    ahead = last_paid_term(sub)
    day = t.w.day(ahead.renews_on)
    match sub.phase:
        case Phase.LAPSED:
            return t("ended", day=t.w.last_day_before(sub.renews_on))
        case Phase.EXPIRED:
            return t("expired", day=day)
        case Phase.PAST_DUE:
            return t("due_since", day=day)
    return t("renews" if sub.renews_automatically else "expires", day=day)


def renewed_elsewhere(sub: Subscription) -> str | None:
    """Who renews what cannot be renewed here: the partner or the sales team."""
    if sub.channel is Channel.PARTNER:
        return "partner"
    by_itself = sub.offering_kind is OfferingKind.SUBSCRIPTION and sub.offering_status is OfferingStatus.ACTIVE
    direct = sub.channel in (Channel.DIRECT_ONLINE, Channel.DIRECT_SALES)
    return None if direct and by_itself else "sales"


def _way(sub: Subscription, t: Speech) -> str:
    if sub.phase is Phase.LAPSED:
        return t("way.none")
    if sub.parked:
        return t("way.stopped")
    if _charge_comes(sub) and sub.method:
        return t("way.automatic", method=t.w.method(sub.method.kind))
    return t(f"way.{renewed_elsewhere(sub) or 'by_hand'}")


def facts(found: Found, t: Speech, email: str, method: str) -> list[tuple[str, str]]:
    """The facts of a subscription, each as the key of its label and a value; `method` is its own in words."""
    stored, sub, w = found.stored, found.stored.facts, t.w
    over = sub.phase in (Phase.EXPIRED, Phase.LAPSED)
    ahead = last_paid_term(sub)
    rows = [
        ("product", stored.offering.name),
        ("number", sub.number),
        ("customer", stored.customer.name),
        ("seats", str(sub.seats)),
        ("term", w.term(sub.term)),
        ("running_term", w.span(sub.starts_on, sub.renews_on)),
        ("renews_on" if sub.renews_automatically and not over else "expires_on", w.day(ahead.renews_on)),
        ("auto_renew", _auto_renew(sub, t)),
        ("method", method),
        ("buyer", _name(stored.buyer.name, stored.buyer.email, email, t)),
        ("admin", _name(found.admin.name, found.admin.email, email, t)),
    ]
    if sub.phase is Phase.PAST_DUE:
        rows.insert(7, ("access_until", w.midnight(local_date(stored.access_until, sub.time_zone))))
    return rows


def _auto_renew(sub: Subscription, t: Speech) -> str:
    """Whether it is on; a buyer who reads that it is must not wait for a charge that does not come."""
    if not sub.auto_renew:
        return t("off")
    return t("on" if _charge_comes(sub) else "on_but")


def _charge_comes(sub: Subscription) -> bool:
    return sub.is_charged_by_itself and not waits_for_another_method(sub)


def _name(name: str, address: str, email: str, t: Speech) -> str:
    shown = name or address
    return t("you", name=shown) if address.lower() == email.lower() else shown


def renewal_sentences(stored: Stored, t: Speech) -> list[str]:
    """What happens on the renewal date, with amount and method; what stands in its way comes first."""
    return list(sentences_for(stored.facts, stored, t))


def sentences_for(sub: Subscription, stored: Stored, t: Speech) -> Iterator[str]:
    """The same for facts as they would be after a command."""
    if sub.phase is Phase.LAPSED:
        yield t("panel.lapsed")
        return
    if sub.parked or sub.live_at is None:
        yield t("panel.parked" if sub.parked else "panel.not_live")
        return
    if sub.in_doubt or sub.seats_attempt:
        yield t("panel.in_doubt")
    if sub.hold and sub.hold.quote and sub.hold.ends_at:
        last_day = t.day_of(sub.hold.ends_at - timedelta(seconds=1), sub.time_zone)
        yield t("panel.quoted", quote=sub.hold.quote, day=last_day)
        yield from _meanwhile(sub, t)
        if renewed_elsewhere(sub) is None:
            yield t("panel.quote_yields")
    elif sub.hold:
        yield t("panel.held")
        yield from _meanwhile(sub, t)
    if sub.paid_ahead:
        ahead = last_paid_term(sub)
        span, seats = t.w.span(ahead.starts_on, ahead.renews_on), t.w.seats(ahead.seats)
        yield t("panel.paid", span=span, seats=seats, day=t.w.day(sub.renews_on))
        yield from _next(ahead, stored.now, t)
    elif sub.phase is Phase.EXPIRED:
        day, last = t.w.day(sub.renews_on), t.w.day(late_window_last_day(sub))
        yield t("panel.expired", day=day, last=last)
        yield from _elsewhere(sub, t)
        if renewed_elsewhere(sub) is None:
            yield t("panel.anew")
    elif sub.phase is Phase.PAST_DUE:
        yield from _overdue(sub, stored, t)
    else:
        yield from _next(sub, stored.now, t)


def _meanwhile(sub: Subscription, t: Speech) -> Iterator[str]:
    """While something holds the term: of one that its buyer renews by hand, `_next` says that nothing is charged."""
    if sub.renews_automatically:
        yield t("panel.meanwhile")


def _next(sub: Subscription, now: datetime, t: Speech) -> Iterator[str]:
    """What happens on the next renewal date if nobody does anything."""
    day, line = t.w.day(sub.renews_on), line_of_next(sub)
    if not sub.renews_automatically:
        yield t("panel.manual", day=day)
        if sub.hold:
            return
        if sub.method and not sub.method_charges:
            yield t("panel.manual_method", method=t.w.method(sub.method.kind))
        yield from _elsewhere(sub, t)
        if renewed_elsewhere(sub) is None:
            opens_on = window_opens_on(sub)
            yield t("panel.opens", day=t.w.day(opens_on)) if today(sub, now) < opens_on else t("panel.open")
            yield from _dearer_once_expired(line, day, t)
    elif line is None or sub.method is None:
        yield t("panel.automatic_unpriced", day=day)
    else:
        span, seats = t.w.span(line.starts_on, line.renews_on), t.w.seats(line.seats)
        amount, method = t.w.amount(line.total), t.w.method(sub.method.kind)
        is_bought = sub.hold or (sub.in_doubt and sub.in_doubt.way is not Way.AUTOMATIC)
        sentence = "panel.automatic_otherwise" if is_bought else "panel.automatic"
        day = t.day_of(_once_let_go(sub, charge_at(sub)), sub.time_zone)
        yield t(sentence, day=day, amount=amount, method=method, seats=seats, span=span)


def _once_let_go(sub: Subscription, at: datetime) -> datetime:
    """When a charge of that instant is made: while something else holds the term, it waits."""
    return max(at, sub.hold.ends_at) if sub.hold and sub.hold.ends_at else at


def _dearer_once_expired(line: Line | None, day: str, t: Speech) -> Iterator[str]:
    """What letting it expire costs: the renewal price is for whoever renews in time (domain.md 5)."""
    if line and line.list_price > line.unit_price:
        list_price = Money(line.list_price * line.seats, line.currency)
        yield t("panel.keep", day=day, amount=t.w.amount(line.total), list_price=t.w.amount(list_price))


def _overdue(sub: Subscription, stored: Stored, t: Speech) -> Iterator[str]:
    line = line_of_next(sub)
    if line:
        yield t("panel.past_due", span=t.w.span(line.starts_on, line.renews_on))
    retry_at = next_charge_at(replace(sub, hold=None), stored.now)
    if retry_at and line and sub.method:
        amount, method = t.w.amount(line.total), t.w.method(sub.method.kind)
        day = t.day_of(_once_let_go(sub, max(retry_at, stored.now)), sub.time_zone)
        yield t("panel.retry_otherwise" if sub.hold else "panel.retry", day=day, amount=amount, method=method)
    elif not sub.in_doubt and not sub.hold:
        yield t("panel.no_retry")
    ends_on = local_date(stored.access_until, sub.time_zone)
    yield t("panel.suspended") if sub.suspended else t("panel.access", day=t.w.day(ends_on))


def _elsewhere(sub: Subscription, t: Speech) -> Iterator[str]:
    elsewhere = renewed_elsewhere(sub)
    if elsewhere:
        yield t(f"panel.{elsewhere}")


def pending(sub: Subscription, t: Speech) -> list[tuple[str, str]]:
    """The planned changes, each as what withdraws it and a sentence."""
    ahead = last_paid_term(sub)
    changes = []
    if sub.pending_seats is not None:
        words = t("pending.seats", seats=t.w.seats(sub.pending_seats), now=str(ahead.seats))
        changes.append(("seats", words))
    if sub.pending_term is not None:
        changes.append(("term", t("pending.term", term=t.w.term(sub.pending_term), now=t.w.term(ahead.term))))
    return changes
