"""Where one subscription stands, for operators: its facts in words, and as they are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from urllib.parse import quote as quoted

from babel.dates import format_timedelta

from console.speech import Speech
from models.parties import ContactRow, PaymentMethodRow
from models.store import Stored
from renewals.declines import waits_for_another_method
from renewals.facts import Phase, Subscription
from renewals.money import Money
from renewals.payments import MethodKind
from renewals.plan import in_words, plan
from renewals.pricing import NotPriced
from renewals.windows import late_window_last_day, window_opens_on
from settings import Settings
from workflows.contract import workflow_id

_SHORTEST_TO_SHOW = 12
"""Characters of a token from which on its last four say nothing of the rest."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The first line of the page: the phase, whether it needs a look, and one sentence on what is special."""

    phase: Phase
    words: str
    notes: tuple[str, ...]


def headline(stored: Stored, t: Speech) -> Headline:
    """What an operator must know at once, before any list of facts."""
    return Headline(stored.facts.phase, t(f"phase.{stored.facts.phase}"), tuple(_notes(stored, t)))


def _notes(stored: Stored, t: Speech) -> Iterator[str]:
    sub, row, zone = stored.facts, stored.row, stored.facts.time_zone
    if row.parked_at:
        yield t("note.parked", when=t.moment(row.parked_at, zone), why=row.parked_because or "")
    if sub.live_at is None and sub.phase is not Phase.LAPSED:
        yield t("note.not_live")
    if sub.charges_paused:
        yield t("note.charges_paused")
    if sub.mails_paused:
        yield t("note.mails_paused")
    if sub.in_doubt:
        yield t("note.in_doubt", since=t.moment(sub.in_doubt.called_at, zone))
    elif sub.seats_attempt:
        yield t("note.in_doubt", since=t.moment(sub.seats_attempt.called_at, zone))
    if sub.phase is Phase.PAST_DUE and sub.last_decline:
        yield t("note.declined", n=str(sub.last_decline.n), when=t.moment(sub.last_decline.called_at, zone))
    if sub.suspended:
        yield t("note.suspended")
    if sub.hold:
        yield held(sub, t)
    if sub.phase is Phase.LAPSED:
        yield t("note.lapsed", when=t.moment(sub.phase_since, zone))
    if row.shift:
        ahead = format_timedelta(row.shift, "day", threshold=row.shift.days + 1, locale=t.w.locale)
        yield t("note.shifted", ahead=ahead, now=t.moment(stored.now, zone))


def held(sub: Subscription, t: Speech) -> str:
    """What holds the next term, and when that ends."""
    if sub.hold is None:
        return "–"
    what = (
        t("hold.quote", quote=sub.hold.quote) if sub.hold.quote else t("hold.voucher" if sub.voucher else "hold.order")
    )
    if sub.hold.ends_at is None:
        return t("hold.open", what=what)
    return t("hold.until", what=what, when=t.moment(sub.hold.ends_at, sub.time_zone))


def facts(stored: Stored, admin: ContactRow, t: Speech) -> list[tuple[str, str]]:
    """The facts as labels and values. Times are on the customer's clock."""
    sub, row, w = stored.facts, stored.row, t.w
    changes = ", ".join(pending(sub, t)) or t("none")
    price = t("fact.price_elsewhere") if sub.unit_price is None else w.amount(Money(sub.unit_price, sub.currency))
    return [
        (t("fact.phase"), t("fact.since", what=t(f"phase.{sub.phase}"), when=t.moment(sub.phase_since, sub.time_zone))),
        (t("fact.product"), f"{stored.offering.name} ({sub.sku})"),
        (t("fact.term"), f"{w.term(sub.term)}, {w.span(sub.starts_on, sub.renews_on)}"),
        (t("fact.renews_on"), w.day(sub.renews_on)),
        (
            t("fact.windows"),
            t("fact.from_to", first=w.day(window_opens_on(sub)), last=w.day(late_window_last_day(sub))),
        ),
        (t("fact.seats"), str(sub.seats)),
        (t("fact.unit_price"), price),
        (t("fact.pending"), changes),
        (t("fact.auto_renew"), _auto_renew(sub, t)),
        (t("fact.method"), method(stored, t)),
        (t("fact.channel"), t(f"channel.{sub.channel}") + (f" ({sub.partner})" if sub.partner else "")),
        (t("fact.hold"), held(sub, t) if sub.hold else t("none")),
        (t("fact.access_until"), t.moment(stored.access_until, sub.time_zone)),
        (t("fact.next_step"), next_step(stored, t)),
        (t("fact.customer"), f"{stored.customer.name} ({row.csn})"),
        (t("fact.buyer"), _person(stored.buyer)),
        (t("fact.admin"), _person(admin)),
        (t("fact.time_zone"), sub.time_zone),
    ]


def _person(contact: ContactRow) -> str:
    return f"{contact.name} <{contact.email}>" if contact.name else contact.email


def _auto_renew(sub: Subscription, t: Speech) -> str:
    if not sub.auto_renew:
        return t("auto_renew.off")
    if not sub.renews_automatically:
        return t("auto_renew.on_but")
    if not sub.is_charged_by_itself:
        return t("auto_renew.on_stopped")
    return t("auto_renew.on_declined" if waits_for_another_method(sub) else "auto_renew.on")


def pending(sub: Subscription, t: Speech) -> list[str]:
    """The changes that take effect with the next renewal."""
    changes = [] if sub.pending_seats is None else [t("pending.seats", seats=t.w.seats(sub.pending_seats))]
    return changes + ([] if sub.pending_term is None else [t("pending.term", term=t.w.term(sub.pending_term))])


def method(stored: Stored, t: Speech) -> str:
    """The stored method, if there is one."""
    return t("none") if stored.method is None else method_in_words(stored.method, t)


def method_in_words(row: PaymentMethodRow, t: Speech) -> str:
    """A stored method: its kind, the end of its token unless that gave it away, its last day."""
    end = row.token[-4:] if len(row.token) >= _SHORTEST_TO_SHOW else ""
    words = f"{t.w.method_as_label(MethodKind(row.kind))} ••••{end}"
    return t("fact.valid_through", method=words, day=t.w.day(row.valid_through)) if row.valid_through else words


def next_step(stored: Stored, t: Speech) -> str:
    """The next step that the workflow waits for."""
    row = stored.row
    if stored.facts.phase is Phase.LAPSED:
        return t("none")
    if row.awaits_its_plan:
        return t("fact.unplanned")
    if row.next_step is None or row.next_step_at is None:
        return t("none")
    return t.moment(row.next_step_at + row.shift, stored.facts.time_zone)


def temporal_address(stored: Stored, settings: Settings) -> str | None:
    """The workflow's page at Temporal, if the address of Temporal's pages is known."""
    if settings.temporal_ui is None:
        return None
    namespace, id_ = quoted(settings.temporal_namespace, safe=""), quoted(workflow_id(stored.row.number), safe="")
    return f"{settings.temporal_ui}/namespaces/{namespace}/workflows/{id_}"


def raw(stored: Stored) -> str:
    """The facts as the rules see them, as JSON; they hold no token, name or address. Of legal rules only the ids."""
    told = _plain(stored.facts) | {"legal_rules": [rule.id for rule in stored.facts.legal_rules]}
    try:
        steps = [f"{step.at.isoformat()} {in_words(step)}" for step in plan(stored.facts, stored.now).steps]
    except NotPriced as unpriced:
        steps = [str(unpriced)]
    row = stored.row
    beside = {
        "now": stored.now,
        "shift": row.shift,
        "planned_under": row.planned_under,
        "next_step_at": row.next_step_at,
    }
    return json.dumps({"facts": told, "beside": _plain(beside), "plan": steps}, indent=2, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """The same as JSON knows it."""
    match value:
        case Enum():
            return value.value
        case date() | datetime() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case Mapping():
            return {str(_plain(key)): _plain(each) for key, each in value.items()}
        case tuple() | list():
            return [_plain(each) for each in value]
        case frozenset() | set():
            return sorted((_plain(each) for each in value), key=str)
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value
