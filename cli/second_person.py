"""What the command line asks a second person for, as the pages of the operators do; confirmed is it there."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cli.output import fail, print_json, say
from models.staff import who_may
from renewals.roles import May
from settings import Settings


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
