"""The lives of quotes that are recorded: of the subscription that is quoted, and of the quote itself."""

from tests.histories.lives import NEW_CARD, WHY
from tests.histories.troubles import Beside
from tests.scenarios.theatre import Life, Theatre
from workflows import contract

QUOTE = "Q-1001"


async def quoted_and_accepted(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-02-01")
    await life.command("2027-02-10 10:00", "ask-for-quote", lines=[{"subscription": life.number, "seats": 9}])
    await life.command("2027-02-11 10:00", "issue-quote", quote=QUOTE, **WHY)
    await life.command("2027-03-10 10:00", "accept-quote", quote=QUOTE, **NEW_CARD)
    await _over(life)
    await life.until("2027-04-01")
    return life


async def a_quote_that_is_accepted(theatre: Theatre) -> Life:
    return _quote(await quoted_and_accepted(theatre))


async def a_quote_that_runs_out(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-01")
    await life.command("2027-03-10 10:00", "ask-for-quote", lines=[{"subscription": life.number}])
    await life.command("2027-03-11 10:00", "issue-quote", quote=QUOTE, **WHY)
    await life.until("2027-04-12")
    return _quote(life)


async def quoted_and_given_up(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-03-01")
    await life.command("2027-03-10 10:00", "ask-for-quote", lines=[{"subscription": life.number}])
    await life.command("2027-03-10 10:01", "decline-quote", quote=QUOTE)
    await _over(life)
    await life.command("2027-03-10 10:02", "ask-for-quote", lines=[{"subscription": life.number}])
    await life.command("2027-03-10 10:03", "issue-quote", quote="Q-1002", **WHY)
    await life.command("2027-03-10 10:04", "withdraw-quote", quote="Q-1002", **WHY)
    await _over(life, "Q-1002")
    return life


LIVES = (quoted_and_given_up, quoted_and_accepted, a_quote_that_is_accepted, a_quote_that_runs_out)


async def _over(life: Life, quote: str = QUOTE) -> None:
    """Wait until the quote's workflow has ended and woken the subscription's."""
    await life.client.get_workflow_handle(contract.quote_workflow_id(quote)).result()
    await life.catch_up()


def _quote(life: Life) -> Beside:
    return Beside(**vars(life), workflow_id=contract.quote_workflow_id(QUOTE))
