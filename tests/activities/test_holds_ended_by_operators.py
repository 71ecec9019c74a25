"""An operator ends whatever holds the next term, with a reason: an order, a quote, a voucher. Not while money moves."""

from typing import Any

import pytest

from gateways.port import Issued, NoAnswer, Unreachable
from tests.activities.desk import Desk

AT = "2027-03-01 10:00"
WHY: dict[str, Any] = {"by": "operator:ana", "reason": "the buyer asked"}
CARD = {"kind": "card", "token": "ok", "expires": "2030-01"}


async def held(desk: Desk) -> int:
    return len(await desk.rows("SELECT 1 FROM claims WHERE released_at IS NULL AND holder <> 'automatic'"))


async def hold_on(desk: Desk) -> str:
    """The id of what holds the next term, as its page shows it."""
    (claim,) = await desk.rows(
        "SELECT claims.id::text FROM claims JOIN renewals ON renewals.id = renewal_id"
        " WHERE released_at IS NULL AND subscription = :number"
    )
    return str(claim["id"])


async def ended(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.rows("SELECT caused_by, reason FROM events WHERE event IN ('hold_ended', 'quote') ORDER BY id")
    return [(row["caused_by"], row["reason"]) for row in rows]


async def opened(desk: Desk) -> None:
    await desk.open(auto_renew="no")
    await desk.walk(AT)


async def test_a_voucher(desk: Desk) -> None:
    await opened(desk)
    desk.gateway.answers.append(Issued("1234", "reference"))
    assert await desk.give(AT, "renew", kind="bank_transfer", token="by hand") == "done"
    assert await held(desk) == 1
    assert await desk.give(AT, "release-hold", **WHY) == "done"
    assert (await held(desk), (await desk.attempts())[0][1]) == (0, "expired")
    assert await ended(desk) == [("operator:ana", "the buyer asked")]
    assert await desk.give(AT, "renew", **CARD) == "done"


async def test_an_order_that_found_nobody_at_the_gateway(desk: Desk) -> None:
    await opened(desk)
    desk.gateway.answers.append(Unreachable("down"))
    await desk.give(AT, "renew", **CARD)
    assert await held(desk) == 1
    assert await desk.give(AT, "release-hold", **WHY) == "done"
    assert (await held(desk), (await desk.attempts())[0][1]) == (0, "abandoned")
    assert await ended(desk) == [("operator:ana", "the buyer asked")]


async def test_a_quote_is_withdrawn_with_its_hold(desk: Desk) -> None:
    await opened(desk)
    assert await desk.give(AT, "ask-for-quote", lines=[{"subscription": desk.number}]) == "done"
    (quote,) = await desk.rows("SELECT 'Q-' || id AS reference FROM quotes")
    assert await desk.give(AT, "issue-quote", quote=quote["reference"], **WHY) == "done"
    assert await held(desk) == 1
    assert await desk.give(AT, "release-hold", hold=await hold_on(desk), **WHY) == "done"
    assert await held(desk) == 0
    assert [row["state"] for row in await desk.rows("SELECT state FROM quotes")] == ["withdrawn"]
    assert (await ended(desk))[-1] == ("operator:ana", "the buyer asked")


async def test_a_quote_is_not_ended_by_who_does_not_name_it(desk: Desk) -> None:
    """A script that once gave up a code runs again, while a quote holds the term."""
    await opened(desk)
    assert await desk.give(AT, "ask-for-quote", lines=[{"subscription": desk.number}]) == "done"
    (quote,) = await desk.rows("SELECT 'Q-' || id AS reference FROM quotes")
    assert await desk.give(AT, "issue-quote", quote=quote["reference"], **WHY) == "done"
    assert await desk.give("2027-03-01 10:01", "release-hold", **WHY) == "refused preview_stale"
    assert await desk.give("2027-03-01 10:01", "release-hold") == "refused preview_stale"
    assert [row["state"] for row in await desk.rows("SELECT state FROM quotes")] == ["issued"]
    (said, *_) = await desk.rows("SELECT hint FROM commands WHERE name = 'release-hold'")
    named = f'Quote {quote["reference"]} holds the next term; to end that, name it: "hold" is {await hold_on(desk)}.'
    assert said["hint"] == named


async def test_an_order_that_came_after_the_command_is_not_what_it_means(desk: Desk) -> None:
    await opened(desk)
    late = await desk.store("2027-03-01 09:59", "release-hold", **WHY)
    desk.gateway.answers.append(Issued("1234", "reference"))
    assert await desk.give(AT, "renew", kind="bank_transfer", token="by hand") == "done"
    applied = await desk.at("2027-03-01 10:01", desk.commands.apply_command, desk.number, str(late))
    assert (applied.answer.code, await held(desk), desk.gateway.given_up) == ("preview_stale", 1, [])
    named = f'"hold" is {await hold_on(desk)}.'
    assert (
        applied.answer.hint == f"An order or voucher that came later holds the next term; to end that, name it: {named}"
    )


async def test_an_order_that_waited_longer_than_the_command_is_meant_by_it(desk: Desk) -> None:
    await opened(desk)
    desk.gateway.answers.append(Issued("1234", "reference"))
    renew = await desk.store(AT, "renew", kind="bank_transfer", token="by hand")
    release = await desk.store("2027-03-01 10:00:05", "release-hold")
    for command in (renew, release):
        applied = await desk.at("2027-03-01 10:05", desk.commands.apply_command, desk.number, str(command))
        assert applied.answer.outcome == "done"
    assert (await held(desk), len(desk.gateway.given_up)) == (0, 1)


async def test_not_while_money_may_be_moving(desk: Desk) -> None:
    await opened(desk)
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.give(AT, "renew", **CARD)
    assert await desk.give(AT, "release-hold", **WHY) == "refused payment_in_doubt"
    assert await held(desk) == 1


@pytest.mark.parametrize(
    ("args", "answer"),
    [
        pytest.param({"reason": ""}, "refused bad_arguments", id="without a reason"),
        pytest.param({}, "done", id="where nothing holds it"),
    ],
)
async def test_what_is_asked_of_an_operator(desk: Desk, args: dict[str, Any], answer: str) -> None:
    await opened(desk)
    assert await desk.give(AT, "release-hold", **(WHY | args)) == answer
