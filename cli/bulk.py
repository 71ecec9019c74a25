"""`bulk-renew`: many subscriptions of one buyer together, one order and one payment per customer and channel."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from sqlalchemy import select
from sqlmodel import col
from temporalio.client import Client, WorkflowFailureError

from activities.delivery import carry_out
from activities.filling import preview_basket
from cli import clocks, desk
from cli.buying import Expires, Kind, Token, paid_with
from cli.giving import PATIENCE_SECONDS, By, Json, Key, Reason
from cli.output import fail, print_json, print_table, progress_bar, warn, why_not
from models.checkouts import ALL_OTHERS, BasketTold, LineTold, basket_told, store_basket
from models.engine import Sessions
from models.subscriptions import SubscriptionRow
from portfolio.numbers_file import content_of, read_numbers, unknown_among
from portfolio.problems import Problems
from renewals.actors import parse_actor
from renewals.basket import Outcome, asked_once, parse_choice, size_refused
from renewals.commands import BadArguments

LOOK_EVERY_SECONDS = 0.2

Numbers = Annotated[list[str] | None, typer.Argument(help="Subscription numbers, such as S-1001 S-1002.")]
AllOf = Annotated[str | None, typer.Option(help="Every subscription of this customer that can be renewed now.")]
FromFile = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FILE", allow_dash=True, help="A text or CSV file, one number in each line; - reads stdin."
    ),
]
Stored = Annotated[str | None, typer.Option("--method", help="Id of a stored payment method; else that of most lines.")]


def bulk_renew(
    by: By,
    numbers: Numbers = None,
    all_of: AllOf = None,
    from_file: FromFile = None,
    method: Stored = None,
    kind: Kind = None,
    token: Token = None,
    expires: Expires = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Renew up to 100 subscriptions together, each in the early or the late window; status 0 when all are renewed."""
    choice = paid_with(method, kind, token, expires)
    given = {name: value for name, value in choice.items() if value is not None}
    if sum(map(bool, (numbers, all_of, from_file))) != 1:
        raise typer.BadParameter("give numbers of subscriptions, or --from FILE, or --all-of with a customer's number.")
    try:
        parse_choice(given, parse_actor(by))
    except BadArguments as bad:
        fail(str(bad))
    if from_file:
        numbers = desk.run(_checked(*_read_file(from_file)))
    told = desk.run(_bulk_renew(numbers or [], all_of, by, {ALL_OTHERS: given} if given else {}, reason, key))
    if as_json:
        print_json(_plain(told))
    else:
        _show(told)
    if any(line.outcome is not Outcome.RENEWED for line in told.lines):
        raise typer.Exit(1)


def _read_file(path: Path) -> tuple[str, bytes]:
    """How messages call the file, and what it holds."""
    if str(path) == "-":
        return "stdin", content_of(sys.stdin.buffer)
    try:
        with path.open("rb") as source:
            return path.name, content_of(source)
    except OSError as error:
        fail(f"{path.name}: cannot be read ({error.strerror}); check the path.")


async def _checked(name: str, content: bytes) -> list[str]:
    """The numbers in a file; ends the command, with every bad line named, unless all lines are good."""
    problems = Problems()
    found = read_numbers(content, name, problems)
    async with desk.facts(desk.settings_or_fail()) as sessions, sessions() as session:
        query = select(col(SubscriptionRow.number)).where(col(SubscriptionRow.number).in_(found))
        unknown_among(found, set((await session.execute(query)).scalars()), name, problems)
    if problems.count:
        for problem in sorted(problems.listed, key=lambda problem: problem.line or 0):
            warn(str(problem))
        fail(f"Nothing was renewed: {problems.count} bad lines; correct them.")
    return list(found)


async def _bulk_renew(
    numbers: Sequence[str], all_of: str | None, by: str, methods: dict[str, Any], reason: str | None, key: str | None
) -> BasketTold:
    settings = desk.settings_or_fail()
    client = await desk.temporal(settings)  # first: without it nothing is stored that nobody hears of
    async with desk.facts(settings) as sessions:
        asked = await _renewable(sessions, all_of, by, methods) if all_of else asked_once(numbers)
        refused = size_refused(asked)
        if refused:
            fail(f"bulk-renew refused ({refused.code}): {refused.hint}")
        async with sessions.begin() as session:
            await clocks.agree_or_fail(session)
            basket_id = await store_basket(
                session,
                client_key=key or str(uuid4()),
                numbers=asked,
                methods=methods,
                by=by,
                wall_now=desk.wall_now(),
                reason=reason,
            )
        return await _followed(client, sessions, basket_id, len(asked))


async def _renewable(sessions: Sessions, csn: str, by: str, methods: dict[str, Any]) -> Sequence[str]:
    """The numbers of a customer's subscriptions that a bulk checkout would renew now."""
    query = select(col(SubscriptionRow.number)).where(col(SubscriptionRow.csn) == csn)
    async with sessions() as session:
        numbers = (await session.execute(query.order_by(col(SubscriptionRow.number)))).scalars().all()
        if not numbers:
            fail(f"There is no customer {csn} with subscriptions; `perennial list` shows those that exist.")
        basket, _ = await preview_basket(session, numbers, by=by, methods=methods, wall_now=desk.wall_now())
    found = [line.number for order in basket.orders for line in order.lines]
    if not found:
        first = next(iter(basket.refused.values()))
        why = why_not(first.hint, first.possible_on)
        fail(f"Nothing of customer {csn} can be renewed now ({first.code}): {why}")
    return found


async def _followed(client: Client, sessions: Sessions, basket_id: UUID, lines: int) -> BasketTold:
    """Wait until it is through, and show on the way how many lines are."""
    work = asyncio.ensure_future(carry_out(client, basket_id))
    waiting = f"Bulk checkout {basket_id} is stored; it takes effect once a worker runs (`perennial worker`). Waiting …"
    timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, warn, waiting)
    try:
        with progress_bar(f"renewing {lines}") as progress:
            while not work.done():
                await asyncio.wait([work], timeout=LOOK_EVERY_SECONDS)
                told = await _read(sessions, basket_id)
                done = sum(line.outcome is not Outcome.WAITING for line in told.lines)
                progress(done, lines)
                if done:
                    timer.cancel()
        await work
    except WorkflowFailureError:
        if not (await _read(sessions, basket_id)).closed:
            warn("An order met an error of ours; the operators have been told, and it is tried again.")
    except asyncio.CancelledError:
        warn(f"Bulk checkout {basket_id} is stored and will be carried out; it need not be given again.")
        raise
    finally:
        timer.cancel()
    return await _read(sessions, basket_id)


async def _read(sessions: Sessions, basket_id: UUID) -> BasketTold:
    async with sessions() as session:
        told = await basket_told(session, basket_id)
    if told is None:
        raise LookupError(basket_id)
    return told


def _show(told: BasketTold) -> None:
    declined = {order.id: order.payment.code for order in told.orders if order.payment.code}
    rows = (
        (line.number, line.outcome.replace("_", " "), line.amount or "", _why(line, declined)) for line in told.lines
    )
    print_table("", ("subscription", "outcome", "amount#", "why"), rows, empty="Nothing was asked for.")
    for order in told.orders:
        voucher = order.payment
        if voucher.voucher_code and order.state == "open":
            warn(f"To pay {order.total}: {voucher.voucher_code}, until {voucher.expires_at:%Y-%m-%d %H:%M} UTC.")


def _why(line: LineTold, declined: Mapping[UUID, str]) -> str:
    if line.code:
        return f"{line.code}: {why_not(line.hint, line.possible_on)}"
    return declined.get(line.order, "") if line.order else ""


def _plain(told: BasketTold) -> dict[str, Any]:
    return {
        "command": "bulk-renew",
        "id": told.id,
        "lines": [
            {
                "subscription": line.number,
                "outcome": line.outcome.value,
                "code": line.code,
                "hint": line.hint,
                "possible_on": line.possible_on,
                "order": line.order,
                "amount": line.amount.minor if line.amount else None,
                "currency": line.amount.currency if line.amount else None,
            }
            for line in told.lines
        ],
        "orders": [
            {
                "id": order.id,
                "customer": order.customer,
                "state": order.state,
                "amount": order.total.minor,
                "currency": order.total.currency,
                "payment": order.payment.state.value,
                "kind": order.payment.kind.value,
                "decline_code": order.payment.code,
                "voucher_code": order.payment.voucher_code,
                "pay_until": order.payment.expires_at,
            }
            for order in told.orders
        ],
    }
