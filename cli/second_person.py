"""What the command line asks a second person for, as the pages of the operators do; confirmed is it there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cli import desk
from cli.output import fail, print_json, say
from models.refundable import large_refund
from models.staff import who_may
from renewals.actors import Operator, parse_actor
from renewals.arguments import parse_command
from renewals.commands import BadArguments, Name, Refund
from renewals.money import Money
from renewals.roles import May
from settings import Settings


async def asks_for_refund(number: str, by: str, args: Mapping[str, Any], key: str, *, as_json: bool) -> bool:
    """Did the refund take two people, so that it was asked for? What cannot be read is left to be refused."""
    from console.ops.paying_back import ask_to_refund  # loaded here, so that other commands answer sooner

    settings, now = desk.settings_or_fail(), desk.wall_now()
    try:
        actor = parse_actor(by)
        command = parse_command(Name.REFUND, args, actor)
    except BadArguments:
        return False
    if not (isinstance(actor, Operator) and isinstance(command, Refund)):
        return False
    async with desk.facts(settings) as sessions, sessions.begin() as session:
        order = await large_refund(session, number, command, key, settings.refund_takes_two)
        if order is None:
            return False
        await known_to_have(session, by, May.MONEY, "refund")
        is_new = await ask_to_refund(session, number, command, order, by=by, reason=str(args["reason"]), now=now)
        amount = Money(command.amount or order.refundable.left, order.refundable.currency)
    more = {"command": Name.REFUND, "subscription": number}
    say_that_it_waits(settings, f"{amount} of the order go back", is_new, as_json, **more)
    return True


async def known_to_have(session: AsyncSession, by: str, right: May, deed: str) -> None:
    """Ends the command unless `by` is an operator with an account and that right: else anybody would be the first."""
    if by not in await who_may(session, right):
        fail(f"{by} is nobody who may {deed}; `perennial operator list` shows who is.")


def say_that_it_waits(settings: Settings, sentence: str, is_new: bool, as_json: bool, **more: Any) -> None:
    """Nothing is done yet; where it is confirmed. `sentence` says what happens then."""
    if as_json:
        print_json({"outcome": "asked", "changed": is_new, **more})
        return
    waits = "Asked" if is_new else "It was asked already, and holds as it was asked then"
    where = f"{settings.ops_url}/second-person"
    say(f"{waits}: {sentence} once another operator confirms it within a day, at {where}.")
