"""Commands that act on one subscription: the commands of domain.md 7, in kebab case."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import uuid4

import typer
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.delivery import deliver
from cli import desk
from cli.output import print_json, say, warn
from models.inbox import store_command
from renewals.commands import Name
from renewals.facts import Term
from workflows.contract import Answer

Number = Annotated[str, typer.Argument(help="Subscription number, such as S-1001.")]
By = Annotated[str, typer.Option(help="Who gives the command: the buyer's mail address, or operator:NAME.")]
Reason = Annotated[str | None, typer.Option(help="Why; operators must say.")]
Key = Annotated[str | None, typer.Option(help="A key of your own: the same key acts once, however often it is sent.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Renewal = Annotated[str | None, typer.Option(help="The renewal date meant, as 2027-03-31.")]


PATIENCE_SECONDS = 5.0
"""A worker that runs answers much sooner."""


def give(name: Name, number: str, by: str, args: dict[str, Any], *, key: str | None, as_json: bool) -> None:
    """Store the command, let the subscription's workflow decide, print the outcome. Status 1 if refused."""
    given = {name_: value for name_, value in args.items() if value is not None}
    answer = desk.run(_give(name, number, by, given, key or str(uuid4())))
    if as_json:
        print_json({"command": name.value, "subscription": number, **_answer(answer)})
    elif answer.outcome == "done":
        say(f"{name} of {number}: done." + (f" {answer.hint}" if answer.hint else ""))
    else:
        warn(f"{name} of {number} refused ({answer.code}): {answer.hint}")
    if answer.outcome != "done":
        raise typer.Exit(1)


def _answer(answer: Answer) -> dict[str, Any]:
    possible_on = answer.possible_on.isoformat() if answer.possible_on else None
    return {"outcome": answer.outcome, "code": answer.code, "hint": answer.hint, "possible_on": possible_on}


async def _give(name: Name, number: str, by: str, args: dict[str, Any], key: str) -> Answer:
    settings = desk.settings_or_fail()
    client = await desk.temporal(settings)  # first: without it nothing is stored that nobody hears of
    async with desk.facts(settings) as sessions:
        async with sessions.begin() as session:
            command_id = await store_command(
                session, client_key=key, subscription=number, name=name, args=args, by=by, wall_now=desk.wall_now()
            )
        with _saying_that_it_waits(f"{name} of {number}"):
            return await deliver(client, sessions, command_id, desk.wall_now())


@contextmanager
def _saying_that_it_waits(what: str) -> Iterator[None]:
    """Whoever waits long, or goes away without an answer, is told that the command stands."""
    waiting = f"{what} is stored; it takes effect once a worker runs (`perennial worker`). Waiting …"
    timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, warn, waiting)
    try:
        yield
    except (asyncio.CancelledError, RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
        warn(f"{what} is stored and will be applied; it need not be given again.")
        raise
    finally:
        timer.cancel()


def cancel_auto_renew(
    number: Number, by: By, reason: Reason = None, renewal: Renewal = None, key: Key = None, as_json: Json = False
) -> None:
    """Cancel auto-renew: access until the renewal date, no new term is billed."""
    give(Name.CANCEL_AUTO_RENEW, number, by, {"reason": reason, "renewal": renewal}, key=key, as_json=as_json)


def resume_auto_renew(
    number: Number, by: By, reason: Reason = None, renewal: Renewal = None, key: Key = None, as_json: Json = False
) -> None:
    """Switch auto-renew on again, before the renewal date."""
    give(Name.RESUME_AUTO_RENEW, number, by, {"reason": reason, "renewal": renewal}, key=key, as_json=as_json)


def reduce_seats(
    number: Number,
    by: By,
    to: Annotated[int, typer.Option(help="Seats from the next renewal on.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Fewer seats from the next renewal on."""
    give(Name.REDUCE_SEATS, number, by, {"to": to, "reason": reason}, key=key, as_json=as_json)


def change_term(
    number: Number,
    by: By,
    term: Annotated[Term, typer.Option(help="Length of the terms from the next renewal on.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Another term from the next renewal on; the running one withdraws a pending change."""
    give(Name.CHANGE_TERM, number, by, {"term": term.value, "reason": reason}, key=key, as_json=as_json)


def withdraw_pending(
    number: Number,
    by: By,
    what: Annotated[str, typer.Option(help="seats or term.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Withdraw a pending change of seats or of the term."""
    give(Name.WITHDRAW_PENDING, number, by, {"what": what, "reason": reason}, key=key, as_json=as_json)


def record_renewal(
    number: Number,
    by: By,
    reference: Annotated[str, typer.Option(help="The order's reference where it was placed.")],
    reason: Reason = None,
    seats: Annotated[int | None, typer.Option(help="Seats, if the order says otherwise.")] = None,
    term: Annotated[Term | None, typer.Option(help="Term, if the order says otherwise.")] = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Record a renewal that was ordered elsewhere, such as at a partner."""
    args = {"reference": reference, "reason": reason, "seats": seats, "term": term.value if term else None}
    give(Name.RECORD_RENEWAL, number, by, args, key=key, as_json=as_json)


def park(number: Number, by: By, reason: Reason = None, key: Key = None, as_json: Json = False) -> None:
    """Stop notices and charges until it is released; the phase stands."""
    give(Name.PARK, number, by, {"reason": reason}, key=key, as_json=as_json)


def release(number: Number, by: By, reason: Reason = None, key: Key = None, as_json: Json = False) -> None:
    """Let a parked subscription go on: a late start for what is overdue."""
    give(Name.RELEASE, number, by, {"reason": reason}, key=key, as_json=as_json)


def resolve_payment(
    number: Number,
    by: By,
    outcome: Annotated[str, typer.Option(help="paid or declined, as the provider's own records show.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Say what became of a payment that has no answer."""
    give(Name.RESOLVE_PAYMENT, number, by, {"outcome": outcome, "reason": reason}, key=key, as_json=as_json)


def extend_late_window(
    number: Number,
    by: By,
    to: Annotated[str, typer.Option(help="Last day to renew it late, as 2027-08-31; the policy's own takes it back.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Let this one be renewed late for longer than the policy says, or no longer."""
    give(Name.EXTEND_LATE_WINDOW, number, by, {"to": to, "reason": reason}, key=key, as_json=as_json)


def refund(
    number: Number,
    by: By,
    order: Annotated[str, typer.Option(help="Id of the paid order, as `perennial ledger` names it.")],
    amount: Annotated[int | None, typer.Option(help="How much, in minor units of its currency; else all.")] = None,
    attempt: Annotated[str | None, typer.Option(help="Id of its attempt that was paid after all.")] = None,
    seen: Annotated[int | None, typer.Option(help="What had gone back when you looked; else it is refused.")] = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Send back what was paid for an order, in full or in part; the term stays as it is."""
    args = {"order": order, "amount": amount, "attempt": attempt, "seen": seen, "reason": reason}
    give(Name.REFUND, number, by, args, key=key, as_json=as_json)


def reinstate(
    number: Number,
    by: By,
    to: Annotated[str, typer.Option(help="Last day to renew it late from now on, as 2027-08-31.")],
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Bring one that lapsed wrongly back into its late window."""
    give(Name.REINSTATE, number, by, {"to": to, "reason": reason}, key=key, as_json=as_json)


def change_buyer(
    number: Number,
    by: By,
    email: Annotated[str, typer.Option(help="Mail address of the new buyer.")],
    name: Annotated[str | None, typer.Option(help="Name, if the organisation has no such contact yet.")] = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Make another person the buyer; mails go there from now on."""
    args = {"email": email, "name": name, "reason": reason}
    give(Name.CHANGE_BUYER, number, by, args, key=key, as_json=as_json)


def change_contact(
    number: Number,
    by: By,
    contact: Annotated[str, typer.Option(help="Mail address of the contact, as it is kept now.")],
    email: Annotated[str | None, typer.Option(help="The right mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="The right name.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the mails, such as fr or fr-CA.")] = None,
    reason: Reason = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Correct the address, the name or the language of a contact of the organisation."""
    args = {"contact": contact, "email": email, "name": name, "language": language, "reason": reason}
    give(Name.CHANGE_CONTACT, number, by, args, key=key, as_json=as_json)


def re_plan(number: Number, by: By, reason: Reason = None, key: Key = None, as_json: Json = False) -> None:
    """Plan again from the facts and wake the workflow; nothing else changes."""
    give(Name.RE_PLAN, number, by, {"reason": reason}, key=key, as_json=as_json)


ALL = (
    cancel_auto_renew,
    resume_auto_renew,
    reduce_seats,
    change_term,
    withdraw_pending,
    record_renewal,
    park,
    release,
    resolve_payment,
    extend_late_window,
    refund,
    reinstate,
    change_buyer,
    change_contact,
    re_plan,
)
