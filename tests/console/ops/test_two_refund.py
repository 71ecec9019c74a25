"""A large refund takes two people, by the page, the command line and never by a key; parts are no way around."""

import json
from collections.abc import Mapping
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from temporalio.testing import WorkflowEnvironment

from cli.second_person import asks_for_refund
from models.api_keys import Scope
from models.engine import Sessions
from models.operators import OperatorRow
from models.refundable import large_refund
from renewals.commands import Refund
from renewals.roles import Role
from settings import Settings
from tests.console.api.calling import Api, codes, console_of, new_key
from tests.console.ops.staff import People, Person, now, words
from tests.console.ops.test_subscription_commands import do, look, told
from tests.scenarios.portfolios import PUNCTUAL
from tests.scenarios.theatre import Life, Theatre, gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

SECOND = "/ops/second-person"
BOUND = "JPY=1,1000"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(data_dir=settings.data_dir, local_stack=True, second_person_refund=BOUND)


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    """EUR 5,832.00 were paid by its renewal."""
    life = await theatre.subscription(live="2027-03-25")
    await life.until("2027-04-01")
    return life


@pytest.fixture
async def fay(people: People) -> Person:
    return await people.signed_in("fay", Role.FINANCE, reads="en-GB")


@pytest.fixture
async def fritz(people: People) -> Person:
    return await people.signed_in("fritz", Role.FINANCE, reads="en-GB")


async def ask(fay: Person, amount: str) -> str:
    page = (await look(fay, "refund", amount=amount)).text
    assert "So much of one order takes a second person" in unescape(words(page))
    unsure = await fay.send(page, "/refund")
    assert unsure.status_code == 422
    return (await fay.send(page, "/refund", sure="yes")).headers["location"]


async def refunds(life: Life) -> list[int]:
    return [row["amount"] for row in await life.rows("SELECT amount FROM refunds ORDER BY owed_at, amount")]


def plain(page: str) -> str:
    return unescape(words(page)).replace("\u00a0", " ")


async def test_another_who_moves_money_confirms_it_and_the_money_goes_back(
    life: Life, fay: Person, fritz: Person, people: People
) -> None:
    assert await ask(fay, "1000.01") == SECOND
    assert await ask(fay, "1000.01") == SECOND
    assert await refunds(life) == []
    mira = await people.signed_in("mira", Role.OPERATOR)
    assert "Your role may not confirm this." in await mira.page(SECOND)
    page = await fritz.page(SECOND)
    assert page.count("<h2>Refund</h2>") == 1
    assert "EUR 1,000.01 go back of the order of" in plain(page)
    assert "of which EUR 5,832.00 were paid and EUR 0.00 have gone back" in plain(page)
    answer = await fritz.send(page, "/confirm", reason="the provider's book says so too")
    assert told(await fritz.page(answer.headers["location"])) == "Done: refund"
    assert await refunds(life) == [100001]
    (given,) = await life.rows("SELECT given_by, reason FROM commands WHERE name = 'refund'")
    assert (given["given_by"], given["reason"]) == ("operator:fay", "they called")
    (act,) = await life.rows("SELECT * FROM audit WHERE action = 'subscription.command'")
    assert (act["done_by"], act["data"]) == (
        "operator:fay", {"command": "refund", "confirmed_by": "operator:fritz"},
    )  # fmt: skip


async def test_up_to_the_bound_one_is_enough_but_not_in_parts_beyond_it(life: Life, fay: Person) -> None:
    assert await do(fay, "refund", amount="1000.00") == "Done: refund"
    assert await refunds(life) == [100000]
    assert await ask(fay, "0.01") == SECOND
    assert await refunds(life) == [100000]


async def test_the_money_of_another_attempt_of_the_order_counts_to_the_same_bound(life: Life, fay: Person) -> None:
    assert await do(fay, "refund", amount="600.00") == "Done: refund"
    async with life.sessions.begin() as session:
        late = """
            INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, answered_at, taken,
                calls, questions, received)
            SELECT gen_random_uuid(), order_id, 2, method_id, amount, currency, 'declined', called_at, answered_at,
                amount, 0, 0, 0 FROM attempts RETURNING id
        """
        other = (await session.execute(text(late))).scalar_one()
    order = UUID(await order_of(life))
    takes_two = Settings(second_person_refund=BOUND).refund_takes_two
    async with life.sessions.begin() as session:
        up_to = await large_refund(session, PUNCTUAL, Refund(order, 40_000, attempt=other), "one", takes_two)
        beyond = await large_refund(session, PUNCTUAL, Refund(order, 40_001, attempt=other), "two", takes_two)
    assert up_to is None
    assert beyond is not None


async def test_where_more_went_back_since_it_was_asked_nothing_is_done(
    life: Life, fay: Person, fritz: Person, people: People
) -> None:
    await ask(fay, "2000.00")
    page = await fritz.page(SECOND)
    assert await do(fritz, "refund", amount="1.00") == "Done: refund"
    answer = await fritz.send(page, "/confirm", reason="as asked")
    assert (answer.status_code, "This has changed since it was shown" in words(answer.text)) == (422, True)
    assert await refunds(life) == [100]


async def order_of(life: Life) -> str:
    (order,) = await life.rows("SELECT id::text FROM orders")
    return str(order["id"])


async def test_a_key_never_gives_one_beyond_the_bound(
    life: Life, sessions: Sessions, temporal: WorkflowEnvironment
) -> None:
    app = console_of(sessions, temporal.client, second_person_refund=BOUND)
    api = Api(app, await new_key(sessions, Scope.OPERATE))
    args: dict[str, Any] = {"order": await order_of(life), "reason": "they called"}
    large = await api.give(PUNCTUAL, "refund", args, by="operator:fay")
    assert codes([large]) == [(403, "second_person_needed")]
    small = await api.give(PUNCTUAL, "refund", args | {"amount": 500}, by="operator:fay", key="small")
    again = await api.give(PUNCTUAL, "refund", args | {"amount": 500}, by="operator:fay", key="small")
    assert (small.status_code, again.json()) == (200, small.json())
    assert await refunds(life) == [500]


async def test_the_command_line_asks_in_the_name_of_somebody_with_the_right(
    life: Life,
    fay: Person,
    fritz: Person,
    sessions: Sessions,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", database_url)
    order = await order_of(life)

    async def asked(by: str = "operator:fay", **more: Any) -> bool:
        args: Mapping[str, Any] = {"order": order, "reason": "they called", **more}
        return await asks_for_refund(PUNCTUAL, by, args, str(uuid4()), as_json=True)

    assert not await asked(amount=100_000)
    assert not await asked(by="nina@studio.example")
    assert not await asked(amount="a lot")
    assert not await asked(amount=10**9)
    assert await asked()
    told = json.loads(capsys.readouterr().out)
    assert told == {"outcome": "asked", "changed": True, "command": "refund", "subscription": PUNCTUAL}
    async with sessions.begin() as session:
        made: dict[str, Any] = {"email": "m@vendor.example", "created_at": now(), "created_by": "ana"}
        session.add(OperatorRow(name="olga", role=Role.OPERATOR, created_because="a test", **made))
    with pytest.raises(BaseException, match="1"):
        await asked(by="operator:olga")
    answer = await fritz.send(await fritz.page(SECOND), "/confirm", reason="as asked")
    assert told_of(await fritz.page(answer.headers["location"])) == "Done: refund"
    assert await refunds(life) == [583200]


told_of = told
