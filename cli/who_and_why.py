"""Who decides what only operators may, and why: the options of the commands that ask for both."""

from typing import Annotated

import typer

from renewals.actors import Operator, parse_actor
from renewals.cards import holds_card_number
from renewals.commands import BadArguments

By = Annotated[str, typer.Option(help="Who decides, as operator:NAME.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Because = Annotated[str | None, typer.Option("--reason", help="Why; left out, it names the files.")]


def operator(by: str) -> str:
    """Who decides what only operators may. Raises `typer.BadParameter`."""
    try:
        is_operator = isinstance(parse_actor(by), Operator)
    except BadArguments:
        is_operator = False
    if not is_operator:
        raise typer.BadParameter(f"only an operator may do this; write operator:NAME, not {by!r}.", param_hint="--by")
    return by


def why(reason: str) -> str:
    """What was said as reason. Raises `typer.BadParameter`."""
    if not reason.strip():
        raise typer.BadParameter("it is blank; say why.", param_hint="--reason")
    if holds_card_number(reason):
        raise typer.BadParameter("it holds a card number; they are never stored.", param_hint="--reason")
    return reason
