"""What is coming and what happened, in plain words, on the customer's clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from console.account.finding import NotYours
from console.account.speech import Speech
from mail.letter import CURABLE_DECLINES
from models.parties import ContactRow
from models.records import EventRow
from models.store import Stored
from renewals.facts import Phase
from renewals.forecast import Coming, forecast
from renewals.money import Money
from renewals.payments import AttemptState
from renewals.pricing import NotPriced
from renewals.windows import today

_AHEAD = timedelta(days=400)
_MOST_COMING = 12
_MOST_HAPPENED = 60

_NAMED_DECLINES = CURABLE_DECLINES | {"insufficient_funds"}
"""The reasons that may be named; a hard decline's is never (domain.md 6)."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Something with its local time in words, and its instant for machines."""

    at: datetime
    when: str
    what: str


def what_is_coming(stored: Stored, t: Speech) -> list[Dated]:
    """The next mails, charges and phases, if every charge is paid and nobody gives a command.

    A voucher is shown as if nobody paid it: that is for its buyer to do, and nothing that comes by itself.
    """
    sub, found = stored.facts, list[Dated]()
    if sub.hold and sub.hold.ends_at:
        found.append(
            Dated(
                sub.hold.ends_at,
                t.moment(sub.hold.ends_at, sub.time_zone),
                t("coming.quote_ends" if sub.hold.quote else "coming.hold_ends"),
            )
        )
        unpaid = tuple(each for each in sub.attempts if each.state is not AttemptState.ISSUED)
        sub = replace(sub, hold=None, attempts=unpaid)
    try:
        for each in forecast(sub, stored.now, today(sub, stored.now) + _AHEAD):
            words = _coming(each, t)
            if words:
                found.append(Dated(each.at, t.moment(each.at, sub.time_zone), words))
            if len(found) == _MOST_COMING:
                break
    except NotPriced:
        pass
    return sorted(found, key=lambda each: each.at)


def _coming(each: Coming, t: Speech) -> str | None:
    match each.what:
        case "notice":
            return t.first(f"kind.{each.detail}")
        case "charge" if each.amount is not None and each.currency:
            return t("coming.charge", amount=t.w.amount(Money(each.amount, each.currency)))
        case "phase":
            return t.first(f"coming.phase.{each.detail}")
        case "parked":
            return t("happened.parked")
    return None


@dataclass(frozen=True, slots=True)
class Happened:
    """A page of the record, newest first. `older` is where the next one begins, if there is one."""

    entries: list[Dated]
    older: int | None


async def what_happened(
    session: AsyncSession, stored: Stored, email: str, t: Speech, *, before: int | None = None
) -> Happened:
    """The record without what is only for the vendor's staff; from before that event on, if one is named."""
    number = col(EventRow.subscription) == stored.facts.number
    query = select(EventRow).where(number).order_by(col(EventRow.at).desc(), col(EventRow.id).desc())
    if before is not None:
        place = select(col(EventRow.at), col(EventRow.id)).where(number, col(EventRow.id) == before)
        found = (await session.execute(place)).one_or_none()
        if found is None:
            raise NotYours
        at, id_ = col(EventRow.at), col(EventRow.id)
        query = query.where(or_(at < found[0], and_(at == found[0], id_ < found[1])))
    events = (await session.execute(query.limit(_MOST_HAPPENED + 1))).scalars().all()
    older = events[_MOST_HAPPENED - 1].id if len(events) > _MOST_HAPPENED else None
    events = events[:_MOST_HAPPENED]
    contacts = select(ContactRow).where(col(ContactRow.csn) == stored.customer.csn)
    names = {each.email.lower(): each.name for each in (await session.execute(contacts)).scalars()}

    def who(by: str) -> str:
        if by.lower() == email.lower():
            return t("who.you")
        if by.startswith("operator:") or by == "system":
            return t("who.staff")
        if by.startswith("partner:"):
            return t("who.partner")
        return names.get(by.lower()) or t("who.other")

    entries = []
    for event in events:
        words = event_in_words(event.event, event.data, who(event.caused_by), t)
        if words:
            entries.append(Dated(event.at, t.moment(event.at, stored.facts.time_zone), words))
    return Happened(entries, older)


def event_in_words(event: str, data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    """One event of the record as a phrase; None for what does not concern a buyer."""
    say = _EVENTS.get(event)
    return say(data, who, t) if say else None


def _phase(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    key = "happened.phase" if data["from"] else "happened.imported"
    return t(key, phase=t(f"phase.{Phase(data['to'])}"))


def _notice(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    if data["outcome"] == "missed":
        return None
    failed = "sent" if data["outcome"] == "sent" else "failed"
    return t(f"happened.notice.{failed}", kind=t.first(f"kind.{data['kind']}"))


def _payment(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    words = t.first(f"happened.payment.{data['outcome']}", amount=_amount(data, t))
    code = data.get("code")
    if data["outcome"] == "declined" and code in _NAMED_DECLINES:
        return t("happened.because", what=words, why=t(f"decline.{code}"))
    return words


def _term(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    span = t.w.span(date.fromisoformat(data["starts_on"]), date.fromisoformat(data["renews_on"]))
    return t("happened.term", span=span, seats=t.w.seats(data["seats"]))


def _command(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    if data.get("repeat"):
        return None
    what = t.first(f"command.{data['name']}")
    return t(f"happened.command.{data['outcome']}", what=what[:1].upper() + what[1:], who=who)


def _voucher(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    return t.first(f"happened.voucher.{data['outcome']}", amount=_amount(data, t))


def _seats(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    added, seats = t.w.seats(data["added"]), t.w.seats(data["seats"])
    return t("happened.seats", added=added, seats=seats, amount=_amount(data, t))


def _quote(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    return t(f"happened.quote.{data['state']}", quote=data["quote"])


def _refund(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    return t("happened.refund", amount=_amount(data, t))


def _refund_refused(data: Mapping[str, Any], who: str, t: Speech) -> str | None:
    return t("happened.refund_refused", amount=_amount(data, t))


def _plain(event: str) -> Callable[[Mapping[str, Any], str, Speech], str | None]:
    return lambda data, who, t: t(f"happened.{event}")


def _amount(data: Mapping[str, Any], t: Speech) -> str:
    return t.w.amount(Money(data["amount"], data["currency"]))


_EVENTS: Mapping[str, Callable[[Mapping[str, Any], str, Speech], str | None]] = {
    "phase": _phase,
    "notice": _notice,
    "payment": _payment,
    "term": _term,
    "command": _command,
    "voucher": _voucher,
    "seats": _seats,
    "quote": _quote,
    "refund": _refund,
    "refund_refused": _refund_refused,
    **{name: _plain(name) for name in ("admin", "parked", "released", "access_suspended", "hold_ended", "go_live")},
}
