"""A channel partner over the API: it issues and refuses the quotes for what it sold, and finds nobody else's."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from models.api_keys import Scope
from models.audit import AuditRow
from models.engine import Sessions
from models.parties import PartnerRow
from models.partners import NotSoldByPartners, entrust, open_quotes_of
from models.records import AlarmRow
from tests.console.api.calling import IMPORTED_AT, Api, codes, description_of_all, filled, new_key, operations
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Life, Theatre

AT = "2027-02-01 10:00"
REASON = {"reason": "as agreed by phone"}
WHO: Mapping[str, Any] = {"by": "operator:ana", "reason": "the partner has signed", "now": IMPORTED_AT}
NORTH, SOUTH = "north-tools", "south-tools"


@pytest.fixture
async def lives(theatre: Theatre, sessions: Sessions) -> list[Life]:
    """Two subscriptions that one partner sold, and one that another did."""
    columns: dict[str, Any] = {"csn": "C-1", "channel": "partner", "auto_renew": "no", "method_kind": ""}
    found = [await theatre.subscription(number=number, **columns) for number in (PUNCTUAL, SECOND, THIRD)]
    for each in found:
        await each.move_to(AT)
    async with sessions.begin() as session:
        for code in (NORTH, SOUTH):
            session.add(PartnerRow(code=code, name=code, created_at=IMPORTED_AT, created_by="operator:ana", **BECAUSE))
        await session.flush()
        assert await entrust(session, [PUNCTUAL, SECOND], NORTH, **WHO) == 2
        await entrust(session, [THIRD], SOUTH, **WHO)
    return found


BECAUSE = {"created_because": "it has signed"}


@pytest.fixture
async def partner(lives: list[Life], api: Api, sessions: Sessions) -> Api:
    return Api(api.app, await new_key(sessions, Scope.PARTNER, partner=NORTH))


async def post(api: Api, path: str, body: Any, **headers: str) -> httpx.Response:
    sent = {"Idempotency-Key": str(uuid4()), **headers}
    return await api.ask("POST", path, json=body, headers=sent)


async def ask(api: Api, *numbers: str) -> str:
    lines = [{"subscription": number, "seats": 9} for number in numbers]
    answer = await post(api, "/quotes", {"lines": lines}, **{"Perennial-Actor": BUYER})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["quote"])


async def accept(api: Api, quote: str, body: Any) -> httpx.Response:
    return await post(api, f"/quotes/{quote}/accept", body, **{"Perennial-Actor": BUYER})


async def test_a_partner_finds_what_was_asked_of_it_and_issues_it_at_its_prices(
    lives: list[Life], api: Api, partner: Api, sessions: Sessions
) -> None:
    quote = await ask(api, PUNCTUAL, SECOND)
    async with sessions() as session:
        assert await session.scalar(select(col(AlarmRow.facts))) == {"quote": quote, "partner": NORTH}
    listed = (await partner.get("/partner/quotes?state=asked")).json()["items"]
    assert [(each["quote"], each["buyer"]) for each in listed] == [(quote, BUYER)]
    offer = {"prices": {PUNCTUAL: 40000}, "expires_on": "2027-02-20", **REASON}
    issued = await post(partner, f"/partner/quotes/{quote}/issue", offer)
    assert (issued.json()["outcome"], issued.json()["by"]) == ("done", f"partner:{NORTH}")
    told = (await partner.get(f"/partner/quotes/{quote}")).json()
    assert (told["state"], told["expires_on"], told["amount"]) == ("issued", "2027-02-20", 9 * (40000 + 48600))
    by_card = await accept(api, quote, {"kind": "card", "token": "ok", "expires": "2030-05"})
    assert codes([by_card]) == [(409, "method_not_accepted")]
    assert "purchase order" in by_card.json()["hint"]
    accepted = await accept(api, quote, {"purchase_order": "PO-4711"})
    assert accepted.json()["outcome"] == "done"
    assert [str((await each.row())["phase"]) for each in lives] == ["renewed", "renewed", "renewable"]
    events = await lives[0].rows("SELECT data, caused_by FROM events WHERE event = 'quote' AND subscription = :number")
    assert {each["data"]["state"]: each["caused_by"] for each in events}["issued"] == f"partner:{NORTH}"


async def test_a_partner_refuses_what_was_asked_of_it(api: Api, partner: Api) -> None:
    quote = await ask(api, PUNCTUAL)
    refused = await post(partner, f"/partner/quotes/{quote}/refuse", REASON)
    assert refused.json()["outcome"] == "done"
    assert (await api.get(f"/quotes/{quote}")).json()["state"] == "withdrawn"


async def test_nothing_of_another_partner_is_there(api: Api, partner: Api, sessions: Sessions) -> None:
    other = Api(api.app, await new_key(sessions, Scope.PARTNER, partner=SOUTH))
    mine, theirs = await ask(api, PUNCTUAL), await ask(api, THIRD)
    assert [each["quote"] for each in (await other.get("/partner/quotes")).json()["items"]] == [theirs]
    answers = [
        await other.get(f"/partner/quotes/{mine}"),
        await post(other, f"/partner/quotes/{mine}/issue", REASON),
        await post(other, f"/partner/quotes/{mine}/refuse", REASON),
        await other.get("/partner/quotes/Q-9999"),
    ]
    assert codes(answers) == [(404, "unknown_quote")] * 4
    assert (await api.get(f"/quotes/{mine}")).json()["state"] == "asked"
    async with sessions.begin() as session:  # a quote of which a part has gone to another is neither's
        await entrust(session, [SECOND], SOUTH, **WHO)
    both = await post(api, "/quotes", {"lines": [{"subscription": each} for each in (PUNCTUAL, SECOND)]}, **BUYER_IS)
    assert codes([both]) == [(422, "bad_arguments")]


BUYER_IS = {"Perennial-Actor": BUYER}


async def test_a_quote_of_which_a_part_has_gone_to_another_partner_is_neithers(
    api: Api, partner: Api, sessions: Sessions
) -> None:
    quote = await ask(api, PUNCTUAL, SECOND)
    async with sessions.begin() as session:
        await entrust(session, [SECOND], SOUTH, **WHO)
    other = Api(api.app, await new_key(sessions, Scope.PARTNER, partner=SOUTH))
    for each in (partner, other):
        assert codes([await each.get(f"/partner/quotes/{quote}")]) == [(404, "unknown_quote")]


async def test_who_takes_over_is_asked_for_what_nobody_has_issued_and_never_sees_what_another_offered(
    lives: list[Life], api: Api, partner: Api, sessions: Sessions
) -> None:
    other = Api(api.app, await new_key(sessions, Scope.PARTNER, partner=SOUTH))
    offered, asked = await ask(api, PUNCTUAL), await ask(api, SECOND)
    await post(partner, f"/partner/quotes/{offered}/issue", REASON)
    async with sessions.begin() as session:
        await entrust(session, [PUNCTUAL, SECOND], SOUTH, **WHO)
    assert [
        [each["quote"] for each in (await of.get("/partner/quotes")).json()["items"]] for of in (partner, other)
    ] == [
        [offered],
        [asked],
    ]
    unseen = [await other.get(f"/partner/quotes/{offered}"), await partner.get(f"/partner/quotes/{asked}")]
    assert codes(unseen) == [(404, "unknown_quote")] * 2
    bought = await accept(api, offered, {"purchase_order": "PO-4711"})
    assert bought.json()["outcome"] == "done", bought.text
    assert (await partner.get(f"/partner/quotes/{offered}")).json()["purchase_order"] == "PO-4711"
    assert (await post(other, f"/partner/quotes/{asked}/issue", REASON)).json()["outcome"] == "done"


async def test_the_alarm_of_a_quote_names_whoever_is_asked_for_it_now(
    lives: list[Life], api: Api, sessions: Sessions
) -> None:
    quote = await ask(api, PUNCTUAL, SECOND)
    is_open = select(col(AlarmRow.facts)).where(col(AlarmRow.cleared_at).is_(None))
    for numbers, seller, named in (
        ([PUNCTUAL], SOUTH, {}),
        ([SECOND], SOUTH, {"partner": SOUTH}),
        ([PUNCTUAL, SECOND], None, {}),
        ([PUNCTUAL, SECOND], NORTH, {"partner": NORTH}),
    ):
        async with sessions.begin() as session:
            await entrust(session, numbers, seller, **WHO)
            assert (await session.scalars(is_open)).all() == [{"quote": quote} | named]


async def test_such_a_quote_is_still_the_buyers_to_accept_or_decline_and_an_operators_to_withdraw(
    lives: list[Life], api: Api, partner: Api, sessions: Sessions
) -> None:
    withdrawn, declined, accepted = [await ask(api, PUNCTUAL, SECOND) for _ in range(3)]
    await post(partner, f"/partner/quotes/{accepted}/issue", REASON)
    async with sessions.begin() as session:
        await entrust(session, [SECOND], SOUTH, **WHO)
        assert await open_quotes_of(session, [SECOND, THIRD]) == [withdrawn, declined, accepted]
    by_operator = {"by": "operator:ana", "quote": withdrawn, **REASON}
    assert await lives[0].command(AT, "withdraw-quote", **by_operator) == "done"
    given_up = await post(api, f"/quotes/{declined}/decline", None, **{"Perennial-Actor": BUYER})
    assert given_up.json()["outcome"] == "done", given_up.text
    bought = await accept(api, accepted, {"purchase_order": "PO-4711"})
    assert bought.json()["outcome"] == "done", bought.text
    async with sessions() as session:
        assert await open_quotes_of(session, [SECOND]) == []


async def test_a_quote_that_is_issued_is_not_issued_again_at_another_price(
    lives: list[Life], api: Api, partner: Api
) -> None:
    quote = await ask(api, PUNCTUAL)
    offer = {"prices": {PUNCTUAL: 40000}, "expires_on": "2027-02-20", **REASON}
    issue = f"/partner/quotes/{quote}/issue"
    for again in (offer, offer, {**REASON, "prices": {PUNCTUAL: 40000}}):
        assert (await post(partner, issue, again)).json()["outcome"] == "done"
    others = [
        await post(partner, issue, {**offer, "prices": {PUNCTUAL: 39000}}),
        await post(partner, issue, {**offer, "expires_on": "2027-02-21"}),
        await post(partner, issue, REASON),
    ]
    assert codes(others) == [(409, "quote_not_open")] * 3
    told = (await partner.get(f"/partner/quotes/{quote}")).json()
    assert (told["lines"][0]["unit_price"], told["expires_on"]) == (40000, "2027-02-20")


async def test_a_partner_learns_the_purchase_order_that_it_invoices(api: Api, partner: Api) -> None:
    quote = await ask(api, PUNCTUAL)
    await post(partner, f"/partner/quotes/{quote}/issue", REASON)
    assert (await partner.get(f"/partner/quotes/{quote}")).json()["purchase_order"] is None
    await accept(api, quote, {"purchase_order": "PO-4711"})
    assert (await partner.get(f"/partner/quotes/{quote}")).json()["purchase_order"] == "PO-4711"


async def test_what_no_worker_answers_is_told_with_the_quote_which_the_partner_may_open(
    api: Api, partner: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = await ask(api, PUNCTUAL)

    async def late(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("console.api.commands.deliver", late)
    promised = await post(partner, f"/partner/quotes/{quote}/issue", REASON)
    assert (promised.status_code, promised.json()["outcome"]) == (202, None)
    assert (await partner.get(promised.headers["location"])).json()["quote"] == quote


async def test_a_partners_key_opens_nothing_else(api: Api, partner: Api) -> None:
    for method, path in operations(description_of_all()):
        if not path.startswith("/partner/"):
            assert codes([await partner.ask(method, filled(path))]) == [(403, "scope_missing")], path


async def test_nobody_says_of_himself_that_he_is_a_partner(api: Api, partner: Api, lives: list[Life]) -> None:
    quote = await ask(api, PUNCTUAL)
    command = {"command": "issue-quote", "args": {"quote": quote, **REASON}}
    sent = {"Perennial-Actor": f"partner:{NORTH}"}
    assert codes([await post(api, f"/subscriptions/{PUNCTUAL}/commands", command, **sent)]) == [(400, "bad_actor")]
    assert await lives[0].command(AT, "park", by=f"partner:{NORTH}", **REASON) == "refused not_operator"
    assert await lives[0].command(AT, "issue-quote", by=f"partner:{SOUTH}", quote=quote, **REASON) == (
        "refused not_operator"
    )


async def test_who_sells_none_of_it_is_asked_nothing(api: Api, lives: list[Life], sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await entrust(session, [PUNCTUAL], None, **WHO)
    answer = await post(api, "/quotes", {"lines": [{"subscription": PUNCTUAL}]}, **BUYER_IS)
    assert codes([answer]) == [(409, "sold_by_partner")]


async def test_only_what_partners_sold_is_entrusted_to_one(theatre: Theatre, sessions: Sessions) -> None:
    await theatre.subscription()
    async with sessions.begin() as session:
        session.add(PartnerRow(code=NORTH, name="North", created_at=IMPORTED_AT, created_by="operator:ana", **BECAUSE))
        await session.flush()
        with pytest.raises(NotSoldByPartners) as refused:
            await entrust(session, [PUNCTUAL, "S-0"], NORTH, **WHO)
    assert sorted(refused.value.numbers) == sorted([PUNCTUAL, "S-0"])


async def test_more_numbers_than_a_query_has_room_for_can_be_entrusted(sessions: Sessions) -> None:
    numbers = [f"S-{n}" for n in range(70_000)]
    async with sessions.begin() as session:
        with pytest.raises(NotSoldByPartners) as refused:
            await entrust(session, numbers, None, **WHO)
    assert len(refused.value.numbers) == 70_000


async def test_what_a_partner_sells_stands_on_the_audit(lives: list[Life], sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await entrust(session, [PUNCTUAL], NORTH, **WHO)
        await entrust(session, [SECOND, PUNCTUAL], None, **WHO)
    async with sessions() as session:
        query = select(AuditRow).where(col(AuditRow.action).startswith("partner.sells")).order_by(col(AuditRow.id))
        found = (await session.scalars(query)).all()
    assert [(act.action, act.about, act.data["numbers"]) for act in found] == [
        ("partner.sells", NORTH, sorted([PUNCTUAL, SECOND])),
        ("partner.sells", SOUTH, [THIRD]),
        ("partner.sells_no_more", None, sorted([PUNCTUAL, SECOND])),
    ]
    assert {(act.done_by, act.reason) for act in found} == {(WHO["by"], WHO["reason"])}
