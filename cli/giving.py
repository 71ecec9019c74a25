"""How the terminal gives a command for one subscription: what is asked of whoever gives it, and what is answered."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import Signature, signature
from typing import Annotated, Any
from uuid import uuid4

import typer
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.delivery import deliver
from activities.outcomes import answer_of
from cli import clocks, desk
from cli.output import print_json, say, warn, why_not
from cli.second_person import asks_for_refund
from models.inbox import store_command
from renewals.commands import Name
from workflows.contract import Answer

Number = Annotated[str, typer.Argument(help="Subscription number, such as S-1001.")]
By = Annotated[str, typer.Option(help="Who gives the command: the buyer's mail address, or operator:NAME.")]
Reason = Annotated[str | None, typer.Option(help="Why; operators must say.")]
Key = Annotated[str | None, typer.Option(help="A key of your own: the same key acts once, however often it is sent.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Arguments = dict[str, Any]
"""What a command is given with; None: not named."""

PATIENCE_SECONDS = 5.0
"""A worker that runs answers much sooner."""


def give(name: Name, number: str, by: str, args: dict[str, Any], *, key: str | None, as_json: bool) -> None:
    """Store the command, have it decided, print the outcome. Status 1 if refused."""
    given = {name_: value for name_, value in args.items() if value is not None}
    key = key or str(uuid4())
    if name is Name.REFUND and desk.run(asks_for_refund(number, by, given, key, as_json=as_json)):
        return
    answer = desk.run(_give(name, number, by, given, key))
    if as_json:
        print_json({"command": name.value, "subscription": number, **_answer(answer)})
    elif answer.outcome == "done":
        say(f"{name} of {number}: done." + (f" {answer.hint}" if answer.hint else ""))
    else:
        warn(f"{name} of {number} refused ({answer.code}): {why_not(answer.hint, answer.possible_on)}")
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
            await clocks.agree_or_fail(session)
            command_id = await store_command(
                session, client_key=key, subscription=number, name=name, args=args, by=by, wall_now=desk.wall_now()
            )
        with _saying_that_it_waits(f"{name} of {number}"):
            return answer_of(await deliver(client, sessions, command_id, desk.wall_now()))


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


def gives(name: Name) -> Callable[[Callable[..., Arguments]], Callable[..., None]]:
    """Make a command of the terminal from a function of the arguments that it alone has.

    Which subscription, who gives it and why, under which key, and whether the answer is JSON, is asked by all alike.
    """

    def of(own: Callable[..., Arguments]) -> Callable[..., None]:
        def given(
            number: Number, by: By, reason: Reason = None, key: Key = None, as_json: Json = False, **its: Any
        ) -> None:
            give(name, number, by, {**own(**its), "reason": reason}, key=key, as_json=as_json)

        number, by, *last, _ = signature(given).parameters.values()
        asked = Signature([number, by, *signature(own).parameters.values(), *last])
        given.__name__, given.__doc__ = own.__name__, own.__doc__
        given.__annotations__ = {each.name: each.annotation for each in asked.parameters.values()}
        given.__dict__["__signature__"] = asked  # Typer reads both
        return given

    return of
