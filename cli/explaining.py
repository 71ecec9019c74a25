"""`perennial explain`: may a command be given now, until when, and if not, why not and whom to ask (domain.md 7)."""

from typing import Annotated, Any

import typer

from cli import desk
from cli.output import fail, print_json, print_table, say, why_not
from models.store import load
from renewals import commands as c
from renewals.actors import Actor, Operator, is_person, parse_actor
from renewals.decisions import Decision, Eligible, Refused
from renewals.facts import Channel
from renewals.options import last_day, options, whom_to_ask
from renewals.permission import BUYER_MAY, OPERATOR_MAY
from settings import Settings


def explain(
    number: Annotated[str, typer.Argument(help="Subscription number, such as S-1001.")],
    command: Annotated[
        c.Name | None, typer.Argument(help="The command to explain; without it all that this actor has.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who would give it; the buyer unless said otherwise.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """May this command be given now, until when, and if not, why not, what to do instead, and whom to ask?"""
    told = desk.run(explained(number, command, by))
    if as_json:
        print_json(told if command is None else told[0])
    elif command is not None:
        say(f"{command} of {number}: {_answer(told[0])}{_more(told[0])}")
    else:
        rows = ((each["command"], _answer(each), _more(each).strip(" .")) for each in told)
        print_table(f"what can be done with {number}", ("command", "answer", "why not"), rows, empty="Nothing.")


def _answer(told: dict[str, Any]) -> str:
    until = f" until {told['until']}" if told.get("until") else ""
    return f"refused ({told['code']})" if told["answer"] == "refused" else f"{told['answer']}{until}"


def _more(told: dict[str, Any]) -> str:
    """The rest of the sentence: what to do instead, and where whoever can help is reached."""
    ask = told.get("ask")
    reached = f" {ask['who'].capitalize()}: {ask['contact']}." if ask else ""
    return f". {why_not(told['hint'], told['possible_on'])}{reached}" if told["answer"] == "refused" else "."


async def explained(number: str, command: c.Name | None, by: str | None) -> list[dict[str, Any]]:
    """The answer to the command, or to each that buyers have, or operators where it is one who asks."""
    settings = desk.settings_or_fail()
    async with desk.facts(settings) as sessions, sessions() as session:
        stored = await load(session, number, desk.wall_now())
    if stored is None:
        desk.no_such_subscription(number)
    usual = "operator:explain" if command in OPERATOR_MAY - BUYER_MAY else stored.buyer.email
    actor = _actor(by or usual)
    answers = options(stored.facts, actor, is_buyer=is_person(actor, stored.buyer.email), at=stored.now)
    theirs = OPERATOR_MAY if isinstance(actor, Operator) else BUYER_MAY
    chosen = [name for name in c.Name if name in theirs] if command is None else [command]
    days = {name: last_day(stored.facts, name) for name in chosen}
    channel = stored.facts.channel
    return [{"command": name.value, **_told(name, answers[name], days[name], channel, settings)} for name in chosen]


def _actor(by: str) -> Actor:
    try:
        return parse_actor(by)
    except c.BadArguments as bad:
        fail(str(bad))


def _told(name: c.Name, decision: Decision, until: Any, channel: Channel, settings: Settings) -> dict[str, Any]:
    if not isinstance(decision, Refused):
        allowed = isinstance(decision, Eligible)
        return {"answer": "allowed", "until": until} if allowed else {"answer": "already so"}
    who = whom_to_ask(name, decision.code, channel)
    ask = {"who": who.value, "contact": settings.reached_at(who)} if who else None
    told = {"code": decision.code, "hint": decision.hint, "possible_on": decision.possible_on, "ask": ask}
    return {"answer": "refused", **told}
