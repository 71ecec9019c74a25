"""Commands that only look: `show`, `list`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlmodel import col

from cli import desk
from cli.coming import print_coming
from cli.output import how_many, print_diary, print_json, print_table, say
from cli.pausing import say_what_is_paused
from models.history import events_of, in_utc
from models.parties import CustomerRow, PaymentMethodRow
from models.pauses import paused_now
from models.pipeline import IS_CHARGED_BY_ITSELF
from models.store import Stored, load
from models.subscriptions import SubscriptionRow
from portfolio.coming import a_year_on
from renewals.facts import Phase, Subscription
from renewals.forecast import Coming, forecast
from renewals.money import Money
from renewals.windows import late_window_last_day, window_opens_on

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Number = Annotated[str, typer.Argument(help="Subscription number, such as S-1001.")]


def show(number: Number, as_json: Json = False) -> None:
    """Everything about one subscription: where it stands, what is coming, what happened."""
    facts, coming, past = desk.run(_show(number))
    if as_json:
        print_json({**facts, "coming": coming, "past": past})
        return
    print_table(f"{number}", ("", ""), facts.items(), empty="")
    say()
    print_coming("coming", coming, facts["time zone"])
    say()
    print_diary("past", past)


async def _show(number: str) -> tuple[dict[str, Any], list[Coming], list[dict[str, Any]]]:
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        stored = await load(session, number, desk.wall_now())
        if stored is None:
            desk.no_such_subscription(number)
        say_what_is_paused(await paused_now(session))
        past = [event async for event in events_of(session, number)]
    return described(stored), list(forecast(stored.facts, stored.now, a_year_on(stored.now))), past


def described(stored: Stored) -> dict[str, Any]:
    """The facts of a subscription by their names, as `perennial show` prints them."""
    sub = stored.facts
    return {
        "customer": f"{stored.customer.csn} {stored.customer.name}",
        "buyer": f"{stored.buyer.name} <{stored.buyer.email}>",
        "product": f"{sub.sku} {stored.offering.name}",
        "phase": sub.phase.value,
        "parked": stored.row.parked_because,
        "live since": in_utc(sub.live_at) if sub.live_at else "not yet: nothing is charged or mailed",
        "seats": sub.seats,
        "term": f"{sub.term} {sub.starts_on} to {sub.renews_on}",
        "pending seats": sub.pending_seats,
        "pending term": sub.pending_term,
        "auto-renew": "on" if sub.auto_renew else "off",
        "renews automatically": "yes" if sub.is_charged_by_itself else "no",
        "payment method": sub.method.kind.value if sub.method else None,
        "early window from": window_opens_on(sub).isoformat(),
        "late window to": late_window_last_day(sub).isoformat(),
        "held until": _held(stored),
        "hold": sub.hold.id if sub.hold else None,
        "voucher": _voucher(stored.facts),
        "access until": in_utc(stored.access_until),
        "time zone": sub.time_zone,
        "its own time": in_utc(stored.now),
        "clock ahead by": str(_whole_seconds(stored.row.shift)) if stored.row.shift else None,
    }


def _whole_seconds(ahead: timedelta) -> timedelta:
    """Without the fraction of a second.

    >>> print(_whole_seconds(timedelta(days=40, seconds=7, microseconds=123456)))
    40 days, 0:00:07
    """
    return ahead - timedelta(microseconds=ahead.microseconds)


def _held(stored: Stored) -> str | None:
    """What holds the next term, and when that ends."""
    hold = stored.facts.hold
    if hold is None:
        return None
    what = f"quote {hold.quote}" if hold.quote else "an order or voucher"
    return f"{in_utc(hold.ends_at)}, by {what}" if hold.ends_at else f"its answer, by {what}"


def _voucher(sub: Subscription) -> str | None:
    """The open voucher: what it is for, what has come, what remains."""
    paid_with = sub.voucher
    if paid_with is None:
        return None
    amount, received, rest = (
        Money(minor, sub.currency)
        for minor in (paid_with.amount, paid_with.received, paid_with.amount - paid_with.received)
    )
    until = f" until {in_utc(paid_with.expires_at)}" if paid_with.expires_at else ""
    return f"{amount}: {received} received, {rest} remains{until}"


def list_subscriptions(
    phase: Annotated[Phase | None, typer.Option(help="Only those in this phase.")] = None,
    customer: Annotated[str | None, typer.Option(help="Only those of this customer number (CSN).")] = None,
    after: Annotated[str | None, typer.Option(help="Go on after this number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 100,
    as_json: Json = False,
) -> None:
    """Subscriptions by number, with phase, renewal date and next step."""
    rows = desk.run(_list(phase, customer, after, limit))
    if as_json:
        print_json(rows)
        return
    columns = ("number", "customer", "phase", "seats#", "term", "renews on", "auto", "next step", "at (UTC)")
    cells = (
        (
            r["number"],
            r["customer"],
            r["phase"],
            r["seats"],
            r["term"],
            r["renews_on"],
            _auto(r),
            r["next_step"],
            r["next_step_at"] and r["next_step_at"][:16].replace("T", " "),
        )
        for r in rows
    )
    print_table(how_many(len(rows), "subscription"), columns, cells, empty="No subscription matches.")


def _auto(row: Mapping[str, Any]) -> str:
    """Auto-renew of a line; that it is on is no promise of a charge."""
    stays_on = row["auto_renew"] == "on" and row["renews_automatically"] == "no"
    return "on, not charged" if stays_on else str(row["auto_renew"])


async def _list(phase: Phase | None, customer: str | None, after: str | None, limit: int) -> list[dict[str, Any]]:
    query = (
        select(SubscriptionRow, col(CustomerRow.name), IS_CHARGED_BY_ITSELF)
        .join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
        .outerjoin(PaymentMethodRow, col(PaymentMethodRow.id) == col(SubscriptionRow.method_id))
        .order_by(col(SubscriptionRow.number))
        .limit(limit)
    )
    if phase:
        query = query.where(col(SubscriptionRow.phase) == phase)
    if customer is not None:
        query = query.where(col(SubscriptionRow.csn) == customer)
    if after:
        query = query.where(col(SubscriptionRow.number) > after)
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        await desk.known_customer(session, customer)
        say_what_is_paused(await paused_now(session))
        rows = (await session.execute(query)).all()
    return [
        {
            "number": row.number,
            "customer": name,
            "phase": row.phase,
            "seats": row.seats,
            "term": row.term,
            "renews_on": row.renews_on.isoformat(),
            "auto_renew": "on" if row.auto_renew else "off",
            "renews_automatically": "yes" if charged else "no",
            "next_step": row.next_step,
            "next_step_at": _next_step_at(row),
        }
        for row, name, charged in rows
    ]


def _next_step_at(row: SubscriptionRow) -> str | None:
    if row.awaits_its_plan:
        return "to be planned"
    return in_utc(row.next_step_at + row.shift) if row.next_step and row.next_step_at else None
