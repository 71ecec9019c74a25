"""What comes in the same second, on a real Temporal server: commands race each other, the charge and the next run."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from activities.delivery import deliver
from models.inbox import store_command
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import PATIENCE, Life, Theatre
from workflows import contract

CARD = {"kind": "card", "token": "ok", "expires": "2033-05"}
AT_ONCE = 12


async def stored(life: Life, name: str, **args: Any) -> UUID:
    async with life.sessions.begin() as session:
        return await store_command(
            session,
            client_key=str(uuid4()),
            subscription=life.number,
            name=name,
            args=args,
            by=BUYER,
            wall_now=datetime.now(UTC),
        )


async def delivered(life: Life, *commands: UUID, beside: Any = None) -> list[str]:
    """Deliver them all at once, as pages and scripts do; `done` or the code of each."""

    async def one(command: UUID) -> str:
        answer = await deliver(life.client, life.sessions, command, datetime.now(UTC))
        return answer.code or answer.outcome or "undecided"

    async with asyncio.timeout(PATIENCE):
        *said, _ = await asyncio.gather(*(one(command) for command in commands), beside or life.catch_up())
        await life.stage.catch_up()
    return [str(each) for each in said]


async def money(life: Life) -> list[int]:
    return [row["amount"] for row in await life.rows("SELECT amount FROM sandbox.charges WHERE subscription = :number")]


async def test_a_cancel_in_the_second_of_the_charge_comes_before_it_or_after_it(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-03-31 06:00")
    await asyncio.gather(life.catch_up(), life.handle.signal(contract.CANCEL_SIGNAL))
    await life.catch_up()
    row, charged = await life.row(), await money(life)
    assert (row["phase"], len(charged)) in (("active", 1), ("expired", 0))
    assert row["auto_renew"] is False
    assert await life.rows("SELECT 1 FROM commands WHERE outcome IS NULL") == []
    await life.until("2027-05-01")
    assert await money(life) == charged


async def test_a_cancel_that_waited_while_temporal_was_away_comes_before_the_charge(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-03-30 23:00")
    await life.catch_up()
    waits = await stored(life, "cancel-auto-renew")
    await life.until("2027-03-31 12:00")
    assert await money(life) == []
    assert (await life.row())["phase"] == "expired"
    assert await delivered(life, waits) == ["done"]


async def test_of_two_checkouts_at_once_one_pays(theatre: Theatre) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-03-01 12:00")
    said = await delivered(life, await stored(life, "renew"), await stored(life, "renew", **CARD))
    assert sorted(said) == ["already_renewed", "done"]
    assert len(await money(life)) == 1


async def test_a_checkout_in_the_second_of_the_charge_pays_once(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.move_to("2027-03-31 06:00")
    said = await delivered(life, await stored(life, "renew", **CARD))
    assert len(await money(life)) == 1
    paid = await life.rows("SELECT way FROM orders WHERE state = 'paid'")
    assert (said, [row["way"] for row in paid]) in (
        (["done"], ["checkout"]),
        (["window_not_open"], ["automatic"]),
        (["already_renewed"], ["automatic"]),
    )
    assert (await life.row())["renews_on"].isoformat() == "2028-03-31"


async def test_commands_while_the_run_rolls_over_to_the_next_term_are_answered_once_each(theatre: Theatre) -> None:
    life = await theatre.subscription()
    await life.command("2027-03-29 12:00", "renew")
    await life.move_to("2027-03-31 00:00")
    first = (await life.handle.describe()).run_id
    commands = [await stored(life, "reduce-seats", to=2 + n % 9) for n in range(AT_ONCE)]
    said = await delivered(life, *commands)
    assert said == ["done"] * AT_ONCE
    assert (await life.handle.describe()).run_id != first
    answered = await life.rows("SELECT 1 FROM events WHERE event = 'command' AND data ->> 'name' = 'reduce-seats'")
    assert len(answered) == AT_ONCE
    assert await life.rows("SELECT 1 FROM commands WHERE outcome IS NULL") == []
    assert (await life.row())["starts_on"].isoformat() == "2027-03-31"
