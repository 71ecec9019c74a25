"""What one operator may send back of an order, by the bound of the installation, is asked where it is decided about."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

import worker
from activities.deciding import decide_command
from models.refundable import large_refund
from models.second_person import Decision, RequestRow, key_of
from renewals.commands import Name, Refund
from renewals.money import Money
from settings import Settings
from tests.activities.desk import PARIS, PRICE, Desk
from tests.activities.test_giving_back import ANA, LATER, renewed, sent
from tests.scenarios.diary import instant
from workflows.contract import Answer

TAKES_TWO = Settings(second_person_refund="1000").refund_takes_two
"""More than EUR 1,000.00 of one order."""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return replace(desk, takes_two=TAKES_TWO)


async def given_at_once(desk: Desk, *all_args: dict[str, Any]) -> list[str]:
    """Each is let in before one of them is decided about, as they are while no worker runs."""
    ids = [await desk.store(LATER, "refund", **ANA, **args) for args in all_args]
    answers = [(await desk.at(LATER, desk.commands.apply_command, desk.number, str(id_))).answer for id_ in ids]
    return [answer.code or answer.outcome for answer in answers]


async def test_parts_that_are_given_at_once_are_counted_together(desk: Desk) -> None:
    order = await renewed(desk)
    part = {"order": order, "amount": 60_000}
    assert await given_at_once(desk, part, part, part) == ["done", "second_person_needed", "second_person_needed"]
    await desk.walk(LATER)
    assert await sent(desk) == [(60_000, "operator")]


async def test_what_would_have_been_refused_when_it_came_is_no_way_around(desk: Desk) -> None:
    """The second names what will have gone back once the first is decided about: as it comes, it is stale."""
    order = await renewed(desk)
    rest = Refund(UUID(order), PRICE - 100, seen=100)
    async with desk.sessions.begin() as session:
        assert await large_refund(session, desk.number, rest, "key", TAKES_TWO) is None
    first, second = {"amount": 100, "seen": 0}, {"amount": rest.amount, "seen": rest.seen}
    answers = await given_at_once(desk, first | {"order": order}, second | {"order": order})
    assert answers == ["done", "second_person_needed"]
    await desk.walk(LATER)
    assert await sent(desk) == [(100, "operator")]


@pytest.mark.parametrize(
    ("decision", "what", "answer"),
    [
        pytest.param(Decision.CONFIRMED, "refund", "done", id="confirmed"),
        pytest.param(Decision.REJECTED, "refund", "refused second_person_needed", id="rejected"),
        pytest.param(None, "refund", "refused second_person_needed", id="open"),
        pytest.param(Decision.CONFIRMED, "go-live", "refused second_person_needed", id="of something else"),
    ],
)
async def test_what_two_have_agreed_on_is_done(desk: Desk, decision: Decision | None, what: str, answer: str) -> None:
    order = await renewed(desk)
    at = instant(LATER, PARIS)
    decided: dict[str, Any] = (
        {"decision": decision, "decided_by": "operator:fritz", "decided_at": at} if decision else {}
    )
    asked = RequestRow(
        id=uuid4(), what=what, asked_by="operator:ana", asked_because="x", asked_at=at, expires_at=at, **decided
    )
    async with desk.sessions.begin() as session:
        session.add(asked)
    assert await desk.give(LATER, Name.REFUND, key=key_of(asked.id), order=order, **ANA) == answer


async def test_one_is_never_enough_where_nobody_says_how_much_may_go_back(desk: Desk) -> None:
    stored = await desk.store(LATER, "refund", **ANA, order=await renewed(desk), amount=1)
    answer = await decide_command(desk.sessions, UUID(str(stored)), instant(LATER, PARIS))
    assert isinstance(answer, Answer)
    assert answer.code == "second_person_needed"


@pytest.mark.parametrize("key", ["second:", "second:nothing", str(uuid4())], ids=["empty", "no id", "an id alone"])
async def test_a_key_that_names_no_request_is_one_persons(desk: Desk, key: str) -> None:
    order = await renewed(desk)
    assert await desk.give(LATER, Name.REFUND, key=key, order=order, **ANA) == "refused second_person_needed"


class _Enough(Exception):
    """The worker is about to be built."""


async def test_a_worker_measures_by_the_setting_of_the_installation(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    given = dict[str, Any]()

    async def reached(settings: Settings) -> None: ...

    def built(*_: object, **options: Any) -> None:
        given.update(options)
        raise _Enough

    monkeypatch.setattr(worker, "reach", reached)
    monkeypatch.setattr(worker, "build_worker", built)
    with pytest.raises(_Enough):
        await worker.run(Settings(database_url=database_url, second_person_refund="7,JPY=150000"), asyncio.Event())
    sums = Money(700, "EUR"), Money(701, "EUR"), Money(150_000, "JPY"), Money(150_001, "JPY"), Money(7001, "KWD")
    assert [given["refund_takes_two"](each) for each in sums] == [False, True, False, True, True]
