"""domain.md 5 and 10: a quote is asked for, issued, accepted; whatever races it, each term is paid once."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import RowMapping

from activities.quotes import Quotes
from gateways.port import Answer, Declined, NoAnswer, NotReceived, Paid, Pending, Unreachable
from mail.sender import Mailer
from models.engine import Sessions
from tests.activities.desk import PARIS, Desk, PulledPlug
from tests.activities.test_holds_ended_by_operators import hold_on
from tests.scenarios.diary import instant
from tests.scenarios.fake_gateway import FakeGateway
from tests.scenarios.portfolios import BUYER, PUNCTUAL, SECOND, THIRD, import_one
from workflows.contract import QuoteLook

ANA = {"by": "operator:ana", "reason": "agreed on the phone"}
CSN = "C-1"
ASKED, ISSUED = "2027-02-01 10:00", "2027-02-02 10:00"
CARD = {"kind": "card", "token": "other", "expires": "2030-05"}
PRICE = 12 * 48600


class Woken:
    """Takes the place of Temporal's client: whom a look at a quote wakes."""

    def __init__(self) -> None:
        self.numbers: list[str] = []

    async def start_workflow(self, workflow: str, start: Any, **_: Any) -> None:
        self.numbers.append(start.number)


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
async def desk(sessions: Sessions, mailer: Mailer, tmp_path: Path) -> Desk:
    """Three subscriptions of one customer, which renew automatically on 31 March 2027."""
    desk = Desk(sessions, FakeGateway(), mailer, tmp_path / "files")
    await desk.open(csn=CSN)
    for number in (SECOND, THIRD):
        other = Desk(sessions, desk.gateway, mailer, tmp_path / number, number=number)
        await other.open(csn=CSN)
    return desk


def beside(desk: Desk, number: str) -> Desk:
    return Desk(desk.sessions, desk.gateway, desk.mailer, desk.folder, number=number)


def lines(*numbers: str, **wish: Any) -> list[dict[str, Any]]:
    return [{"subscription": number, **wish} for number in numbers or (PUNCTUAL,)]


async def ask(desk: Desk, *numbers: str, at: str = ASKED, **wish: Any) -> str:
    """Ask for a quote; its reference."""
    assert await desk.give(at, "ask-for-quote", lines=lines(*numbers, **wish)) == "done"
    (row,) = await desk.rows("SELECT max(id) AS id FROM quotes")
    return f"Q-{row['id']}"


async def issue(desk: Desk, *numbers: str, at: str = ISSUED, **terms: Any) -> str:
    """Ask for a quote and issue it; its reference."""
    reference = await ask(desk, *numbers)
    assert await desk.give(at, "issue-quote", quote=reference, **ANA, **terms) == "done"
    return reference


async def quote(desk: Desk, reference: str) -> RowMapping:
    (row,) = await desk.rows("SELECT * FROM quotes WHERE id = :id", id=int(reference[2:]))
    return row


async def look(desk: Desk, woken: Any, local: str, reference: str) -> QuoteLook:
    return await desk.at(local, Quotes(desk.sessions, woken).look_at_quote, reference)


async def held(desk: Desk) -> list[str]:
    """The subscriptions whose next term is held by a quote."""
    rows = await desk.rows(
        "SELECT subscription FROM claims JOIN renewals ON renewals.id = renewal_id "
        "WHERE holder = 'quote' AND released_at IS NULL ORDER BY 1"
    )
    return [row["subscription"] for row in rows]


async def paid_terms(desk: Desk) -> dict[str, int]:
    rows = await desk.rows("SELECT subscription, count(*) AS n FROM renewals WHERE settled_at IS NOT NULL GROUP BY 1")
    return {row["subscription"]: row["n"] for row in rows}


# --- asking and issuing -----------------------------------------------------------------------------------------------


async def test_what_was_asked_for_holds_nothing_until_it_is_issued(desk: Desk) -> None:
    reference = await ask(desk, PUNCTUAL, SECOND)
    assert await held(desk) == []
    assert (await quote(desk, reference))["state"] == "asked"
    (alarm,) = await desk.rows("SELECT kind, subject, cleared_at FROM alarms WHERE kind = 'quote_asked'")
    assert (alarm["subject"], alarm["cleared_at"]) == (reference, None)
    assert await desk.give(ISSUED, "issue-quote", quote=reference, **ANA) == "done"
    assert await held(desk) == [PUNCTUAL, SECOND]
    (alarm,) = await desk.rows("SELECT cleared_at FROM alarms WHERE kind = 'quote_asked'")
    assert alarm["cleared_at"] is not None


async def test_an_issued_quote_says_what_it_offers_and_who_issued_it_why(desk: Desk) -> None:
    reference = await ask(desk, PUNCTUAL, SECOND, seats=9, term="3-years")
    await desk.give(ISSUED, "issue-quote", quote=reference, prices={SECOND: 140000}, expires_on="2027-02-20", **ANA)
    row = await quote(desk, reference)
    assert (row["state"], str(row["expires_on"]), row["expires_at"]) == (
        "issued",
        "2027-02-20",
        instant("2027-02-21", PARIS),
    )
    assert (row["issued_by"], row["issued_because"], row["csn"], row["currency"]) == (
        "operator:ana",
        "agreed on the phone",
        CSN,
        "EUR",
    )
    offered = await desk.rows("SELECT * FROM quote_lines ORDER BY subscription")
    assert [(each["seats"], each["term"], each["unit_price"], each["amount"]) for each in offered] == [
        (9, "3-years", 145800, 9 * 145800),
        (9, "3-years", 140000, 9 * 140000),
    ]
    assert [each["receipt"]["basis"] for each in offered] == ["renewal_price", "quoted_price"]
    assert {each["receipt"]["renews_on"] for each in offered} == {"2030-03-31"}


@pytest.mark.parametrize(
    ("by", "numbers", "expected"),
    [
        pytest.param("eve@elsewhere.example", (PUNCTUAL,), "refused not_buyer", id="a stranger"),
        pytest.param("operator:ana", (PUNCTUAL,), "refused not_buyer", id="an operator"),
        pytest.param(BUYER, (PUNCTUAL, "S-0"), "refused unknown_subscription", id="one that there is not"),
        pytest.param(BUYER, (SECOND,), "refused bad_arguments", id="without the one it is given for"),
        pytest.param(BUYER, (PUNCTUAL, PUNCTUAL), "refused bad_arguments", id="one named twice"),
        pytest.param(BUYER, (PUNCTUAL, *(f"S-{n}" for n in range(100))), "refused bulk_over_100", id="too many"),
    ],
)
async def test_who_asks_for_what_may_be_refused(desk: Desk, by: str, numbers: tuple[str, ...], expected: str) -> None:
    assert await desk.give(ASKED, "ask-for-quote", by=by, lines=lines(*numbers)) == expected
    assert await desk.rows("SELECT 1 FROM quotes") == []


async def test_a_hundred_lines_are_kept_as_they_were_asked_for(desk: Desk) -> None:
    wanted = lines(PUNCTUAL, *(f"S-{n:0>20}" for n in range(99)), seats=1000, term="3-years")
    assert await desk.give(ASKED, "ask-for-quote", lines=wanted) == "refused unknown_subscription"


async def test_one_quote_is_for_one_customer_and_purchase_mode(desk: Desk, tmp_path: Path) -> None:
    at = instant("2027-01-01", PARIS)
    await import_one(desk.sessions, tmp_path / "other", "S-77", at, {}, csn="C-2")
    await import_one(desk.sessions, tmp_path / "sales", "S-78", at, {}, csn=CSN, channel="direct_sales")
    for other in ("S-77", "S-78"):
        assert await desk.give(ASKED, "ask-for-quote", lines=lines(PUNCTUAL, other)) == "refused bad_arguments"


async def test_asked_again_under_its_key_it_is_the_same_quote(desk: Desk) -> None:
    for _ in range(2):
        assert await desk.give(ASKED, "ask-for-quote", key="k", lines=lines()) == "done"
    assert len(await desk.rows("SELECT 1 FROM quotes")) == 1


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        pytest.param({"prices": {PUNCTUAL: 1}}, "must lie between EUR 243.00 and EUR 540.00", id="too cheap"),
        pytest.param({"prices": {"S-0": 40000}}, "S-0, which is not in quote", id="another's price"),
        pytest.param({"expires_on": "2027-02-01"}, "between 2027-02-02 and 2027-04-30", id="over already"),
        pytest.param({"expires_on": "2027-05-01"}, "between 2027-02-02 and 2027-04-30", id="beyond the window"),
    ],
)
async def test_an_offer_out_of_bounds_is_refused_and_changes_nothing(
    desk: Desk, terms: dict[str, Any], said: str
) -> None:
    reference = await ask(desk, PUNCTUAL, SECOND)
    assert await desk.give(ISSUED, "issue-quote", quote=reference, **ANA, **terms) == "refused bad_arguments"
    (row,) = await desk.rows("SELECT hint FROM commands WHERE name = 'issue-quote'")
    assert said in row["hint"]
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("asked", [])


async def test_a_quote_for_what_is_held_already_is_not_issued(desk: Desk) -> None:
    first, second = await ask(desk, PUNCTUAL, SECOND), await ask(desk, SECOND, PUNCTUAL)
    assert await desk.give(ISSUED, "issue-quote", quote=first, **ANA) == "done"
    assert await desk.give(ISSUED, "issue-quote", quote=first, **ANA) == "done"
    assert await desk.give(ISSUED, "issue-quote", quote=second, **ANA) == "refused hold_open"
    assert await desk.give(ISSUED, "reduce-seats", to=3) == "refused hold_open"


async def test_two_quotes_for_the_same_term_are_never_issued_at_once(desk: Desk) -> None:
    first, second = await ask(desk, PUNCTUAL, SECOND), await ask(desk, PUNCTUAL, THIRD)
    answers = await asyncio.gather(
        *(desk.give(ISSUED, "issue-quote", quote=each, **ANA) for each in (first, second)),
    )
    assert sorted(answers) == ["done", "refused hold_open"]


# --- accepting --------------------------------------------------------------------------------------------------------


async def test_by_purchase_order_the_terms_move_at_once_and_one_mail_confirms_them(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    assert await desk.give("2027-02-10 10:00", "accept-quote", quote=reference, purchase_order="PO-4711") == "done"
    row = await quote(desk, reference)
    assert (row["state"], await held(desk), desk.gateway.moved) == ("accepted", [], {})
    assert await paid_terms(desk) == {PUNCTUAL: 1, SECOND: 1}
    (order,) = await desk.rows("SELECT way, state, reference FROM orders")
    assert tuple(order.values()) == ("quote", "paid", "PO-4711")
    mails = await desk.rows("SELECT kind, subscription FROM notices WHERE kind IN ('renewed', 'order_confirmation')")
    assert [tuple(mail.values()) for mail in mails] == [("order_confirmation", PUNCTUAL)]
    phases = await desk.rows("SELECT DISTINCT phase FROM subscriptions WHERE number <> :third", third=THIRD)
    assert [each["phase"] for each in phases] == ["renewed"]


async def test_paid_by_card_the_price_of_the_quote_is_charged_whatever_it_costs_by_then(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND, prices={PUNCTUAL: 40000})
    await desk.new_price("2027-02-05", 60000)
    assert await desk.give("2027-02-10 10:00", "accept-quote", quote=reference, **CARD) == "done"
    assert list(desk.gateway.moved.values()) == [12 * 40000 + PRICE]
    assert await paid_terms(desk) == {PUNCTUAL: 1, SECOND: 1}
    stored = await desk.rows("SELECT token FROM payment_methods JOIN subscriptions ON method_id = id")
    assert {each["token"] for each in stored} == {"ok"}


async def test_a_quote_that_may_not_be_invoiced_is_paid(desk: Desk) -> None:
    reference = await issue(desk, invoice=False)
    at = "2027-02-10 10:00"
    given = await desk.give(at, "accept-quote", quote=reference, purchase_order="PO-1")
    assert given == "refused method_not_accepted"
    assert await desk.give(at, "accept-quote", quote=reference) == "done"


async def test_a_declined_payment_leaves_the_quote_as_it_was(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    desk.gateway.answers.append(Declined("insufficient_funds", "reference"))
    at = "2027-02-10 10:00"
    assert await desk.give(at, "accept-quote", quote=reference) == "refused payment_declined"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("issued", [PUNCTUAL, SECOND])
    assert await desk.give(at, "accept-quote", quote=reference, **CARD) == "done"
    assert await paid_terms(desk) == {PUNCTUAL: 1, SECOND: 1}


async def test_without_an_answer_nobody_else_pays_and_the_quote_does_not_end(desk: Desk, woken: Woken) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND, expires_on="2027-02-10")
    desk.gateway.answers.append(Pending("reference"))
    assert await desk.give("2027-02-10 23:00", "accept-quote", quote=reference) == "done"
    seen = await look(desk, woken, "2027-02-11 09:00", reference)
    assert (seen.state, seen.next_at) == ("issued", instant("2027-02-11 15:00", PARIS))
    second = beside(desk, SECOND)
    assert await second.give("2027-02-11 10:00", "renew") == "refused payment_in_doubt"
    assert await desk.give("2027-02-11 10:00", "decline-quote", quote=reference) == "refused payment_in_doubt"
    desk.gateway.truths.append(Paid("reference"))
    await desk.ask("2027-02-12 10:00")
    assert ((await quote(desk, reference))["state"], len(desk.gateway.charges)) == ("accepted", 1)
    assert await paid_terms(desk) == {PUNCTUAL: 1, SECOND: 1}


@pytest.mark.parametrize("command", ["release-hold", "decline-quote"])
async def test_a_payment_that_never_reached_the_gateway_is_given_up_with_the_quote(desk: Desk, command: str) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    desk.gateway.answers.append(Unreachable())
    assert await desk.give("2027-02-10 10:00", "accept-quote", quote=reference) == "done"
    second = beside(desk, SECOND)
    args = {"quote": reference} if command == "decline-quote" else {"hold": await hold_on(second)}
    assert await second.give("2027-02-10 10:00:05", command, **args) == "done"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("declined", [])
    assert await desk.attempts() == [(1, "abandoned", None)]
    assert [row["state"] for row in await desk.rows("SELECT state FROM orders")] == ["void"]
    for each in (desk, second):
        await each.walk("2027-02-10 11:00")
    assert (len(desk.gateway.charges), desk.gateway.moved) == (1, {})
    assert await second.give("2027-02-10 11:01", "renew") == "done"


@pytest.mark.parametrize("command", ["release-hold", "decline-quote"])
async def test_a_payment_whose_call_may_be_under_way_is_not_given_up_with_the_quote(desk: Desk, command: str) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    desk.gateway.answers.append(Unreachable())
    assert await desk.give("2027-02-10 10:00", "accept-quote", quote=reference) == "done"
    said: list[str] = []

    async def meanwhile() -> Answer:
        args = {"quote": reference} if command == "decline-quote" else {"hold": await hold_on(desk)}
        said.append(await desk.give("2027-02-10 10:00:11", command, **args))
        return Paid("reference")

    desk.gateway.answers.append(meanwhile)
    await desk.walk("2027-02-10 10:00:11")
    assert said == ["refused payment_in_doubt"]
    assert await paid_terms(desk) == {PUNCTUAL: 1, SECOND: 1}


async def test_a_crash_between_order_and_answer_is_resumed_under_the_same_key(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    desk.gateway.answers.append(NoAnswer("timeout"))
    at = "2027-02-10 10:00"
    assert await desk.give(at, "accept-quote", key="k", quote=reference) == "done"
    assert await desk.give(at, "accept-quote", key="k", quote=reference) == "done"
    assert await desk.give(at, "accept-quote", quote=reference) == "refused payment_in_doubt"
    await desk.ask("2027-02-10 10:06")
    assert (len(desk.gateway.moved), (await quote(desk, reference))["state"]) == (1, "accepted")


async def test_a_crash_is_resumed_through_whichever_subscription_it_was_accepted(desk: Desk) -> None:
    second, at = beside(desk, SECOND), "2027-02-10 10:00"
    assert await second.give(ASKED, "ask-for-quote", lines=lines(PUNCTUAL, SECOND)) == "done"
    (row,) = await desk.rows("SELECT id FROM quotes")
    reference = f"Q-{row['id']}"
    assert await second.give(ISSUED, "issue-quote", quote=reference, **ANA) == "done"
    desk.gateway.answers.append(PulledPlug())
    desk.gateway.truths.append(NotReceived())
    with pytest.raises(PulledPlug):
        await second.give(at, "accept-quote", key="k", quote=reference)
    assert await second.give(at, "accept-quote", key="k", quote=reference) == "done"
    assert (len(desk.gateway.moved), await paid_terms(desk)) == (1, {PUNCTUAL: 1, SECOND: 1})


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-02-10 23:59:59", "done", id="in its last second"),
        pytest.param("2027-02-11 00:00:00", "refused quote_expired", id="in the second in which it ends"),
    ],
)
async def test_a_quote_can_be_accepted_until_it_ends(desk: Desk, at: str, expected: str) -> None:
    reference = await issue(desk, expires_on="2027-02-10")
    assert await desk.give(at, "accept-quote", quote=reference, purchase_order="PO-1") == expected


async def test_of_another_buyers_quote_nothing_can_be_learnt(desk: Desk, tmp_path: Path) -> None:
    reference = await issue(desk)
    other = Desk(desk.sessions, desk.gateway, desk.mailer, tmp_path / "other", number="S-77")
    await other.open(csn="C-2", buyer_email="eve@elsewhere.example")
    for name in ("accept-quote", "decline-quote"):
        given = await other.give("2027-02-10 10:00", name, by="eve@elsewhere.example", quote=reference)
        unknown = await other.give("2027-02-10 10:00", name, by="eve@elsewhere.example", quote="Q-1")
        assert given == unknown == "refused bad_arguments"
        given = await desk.give("2027-02-10 10:00", name, by="eve@elsewhere.example", quote=reference)
        assert given == "refused not_buyer"


# --- the end of a quote -----------------------------------------------------------------------------------------------


async def test_it_reminds_once_and_ends_by_itself_and_all_its_subscriptions_are_woken(desk: Desk, woken: Woken) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND, expires_on="2027-02-20")
    assert (await look(desk, woken, ISSUED, reference)).next_at == instant("2027-02-13 09:00", PARIS)
    assert woken.numbers == []
    for at in ("2027-02-13 09:00", "2027-02-13 09:01"):
        seen = await look(desk, woken, at, reference)
        assert (seen.state, seen.next_at) == ("issued", instant("2027-02-21", PARIS))
    assert woken.numbers == [PUNCTUAL]
    mails = await desk.rows("SELECT kind FROM notices WHERE kind LIKE 'quote%' ORDER BY planned_for")
    assert [mail["kind"] for mail in mails] == ["quote_issued", "quote_expiring"]
    woken.numbers.clear()
    assert await look(desk, woken, "2027-02-21", reference) == QuoteLook("expired")
    assert (woken.numbers, await held(desk)) == ([PUNCTUAL, SECOND], [])
    assert await look(desk, woken, "2027-02-22", reference) == QuoteLook("expired")


async def test_what_nobody_issues_ends_with_the_window(desk: Desk, woken: Woken) -> None:
    reference = await ask(desk)
    assert (await look(desk, woken, ASKED, reference)).next_at == instant("2027-05-01", PARIS)
    assert (await look(desk, woken, "2027-05-01", reference)).state == "expired"
    assert await desk.rows("SELECT 1 FROM alarms WHERE kind = 'quote_asked' AND cleared_at IS NULL") == []


async def test_the_hold_ends_by_the_subscriptions_own_plan_and_the_charge_goes_on(desk: Desk) -> None:
    """Nobody looks at the quote here: its workflow is gone."""
    reference = await issue(desk, PUNCTUAL, SECOND, expires_on="2027-04-02")
    second = beside(desk, SECOND)
    for each in (desk, second):
        await each.wait_for_renewal_date()
        await each.walk("2027-04-02 23:00")
    assert desk.gateway.charges == []
    assert await held(desk) == [PUNCTUAL, SECOND]
    await second.walk("2027-04-03 00:00")
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("expired", [])
    assert [charge.subscription for charge in desk.gateway.charges] == [SECOND]
    await desk.walk("2027-04-03 00:00")
    assert await paid_terms(desk) == {PUNCTUAL: 1, SECOND: 1}


@pytest.mark.parametrize("when", ["now", "on-renewal-date"])
async def test_it_yields_to_the_buyers_own_checkout(desk: Desk, when: str) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    second = beside(desk, SECOND)
    assert await second.give("2027-02-10 10:00", "renew", when=when, **CARD) == "done"
    assert ((await quote(desk, reference))["state"], await held(desk)) == ("void", [])
    at = "2027-02-10 11:00"
    expected = "already_renewed" if when == "now" else "quote_not_open"
    assert await desk.give(at, "accept-quote", quote=reference) == f"refused {expected}"


async def test_given_up_by_its_buyer_or_withdrawn_by_an_operator_it_holds_nothing(desk: Desk) -> None:
    declined = await issue(desk)
    assert await desk.give("2027-02-10 10:00", "decline-quote", quote=declined) == "done"
    assert await desk.give("2027-02-10 10:01", "decline-quote", quote=declined) == "done"
    withdrawn = await issue(desk)
    assert await desk.give("2027-02-10 10:02", "withdraw-quote", quote=withdrawn, **ANA) == "done"
    released = await issue(desk)
    assert await desk.give("2027-02-10 10:03", "release-hold", hold=await hold_on(desk)) == "done"
    states = [(await quote(desk, each))["state"] for each in (declined, withdrawn, released)]
    assert (states, await held(desk)) == (["declined", "withdrawn", "declined"], [])
    for each in (declined, withdrawn):
        assert await desk.give("2027-02-10 11:00", "accept-quote", quote=each) == "refused quote_not_open"


async def test_a_term_that_is_paid_voids_what_was_only_asked_for(desk: Desk) -> None:
    reference = await ask(desk, PUNCTUAL, SECOND)
    assert await desk.give("2027-02-10 10:00", "renew") == "done"
    assert (await quote(desk, reference))["state"] == "void"
    assert await desk.give("2027-02-10 11:00", "issue-quote", quote=reference, **ANA) == "refused already_renewed"


async def test_a_renewal_placed_elsewhere_waits_until_the_quote_is_withdrawn(desk: Desk) -> None:
    reference = await issue(desk)
    record = {"reference": "PO-9", **ANA}
    assert await desk.give("2027-02-10 10:00", "record-renewal", **record) == "refused hold_open"
    assert await desk.give("2027-02-10 10:01", "withdraw-quote", quote=reference, **ANA) == "done"
    assert await desk.give("2027-02-10 10:02", "record-renewal", **record) == "done"


# --- races ------------------------------------------------------------------------------------------------------------


async def together(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    async with asyncio.timeout(30):
        return list(await asyncio.gather(*work))


async def test_accepted_twice_at_once_it_is_paid_once(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND)
    at = "2027-02-10 10:00"
    answers = await together(
        desk.give(at, "accept-quote", quote=reference, purchase_order="PO-1"),
        desk.give(at, "accept-quote", quote=reference),
        desk.give(at, "accept-quote", quote=reference, **CARD),
    )
    assert set(answers) <= {"done", "refused payment_in_doubt"}
    paid = await desk.rows("SELECT 1 FROM orders WHERE state = 'paid'")
    assert (len(paid), await paid_terms(desk)) == (1, {PUNCTUAL: 1, SECOND: 1})
    assert len(desk.gateway.moved) <= 1


async def test_of_checkouts_and_an_acceptance_at_once_one_pays_each_term(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND, THIRD)
    at = "2027-02-10 10:00"
    answers = await together(
        beside(desk, THIRD).give(at, "renew"),
        desk.give(at, "accept-quote", quote=reference),
        beside(desk, SECOND).give(at, "renew", **CARD),
    )
    checkouts, acceptance = [answers[0], answers[2]], answers[1]
    assert len(desk.gateway.moved) == answers.count("done")
    if acceptance == "done":
        assert set(checkouts) <= {"refused already_renewed", "refused payment_in_doubt"}
    else:
        assert acceptance in {
            "refused already_renewed",
            "refused payment_in_doubt",
            "refused hold_open",
            "refused quote_not_open",
        }
        assert checkouts == ["done", "done"]
    assert set((await paid_terms(desk)).values()) == {1}


async def test_accepted_as_it_expires_it_is_either_paid_or_refused(desk: Desk, woken: Woken) -> None:
    """Where the quote's own workflow orders from it first, the gateway is asked about a charge that nobody has made."""
    reference = await issue(desk, PUNCTUAL, SECOND, expires_on="2027-02-10")
    desk.gateway.truths.append(NotReceived())
    answer, *_ = await together(
        desk.give("2027-02-10 23:59:59", "accept-quote", quote=reference),
        beside(desk, SECOND).at("2027-02-11 00:00", desk.holds.end_hold, SECOND),
        look(desk, woken, "2027-02-11 00:00", reference),
    )
    row = await quote(desk, reference)
    if answer == "done":
        assert (row["state"], await paid_terms(desk)) == ("accepted", {PUNCTUAL: 1, SECOND: 1})
    else:
        assert (answer, row["state"], desk.gateway.moved) == ("refused quote_expired", "expired", {})


async def test_while_the_automatic_charge_has_no_answer_no_quote_is_issued_or_accepted(desk: Desk) -> None:
    reference = await ask(desk, at="2027-03-30 10:00")
    await desk.wait_for_renewal_date()
    desk.gateway.answers.append(NoAnswer("timeout"))
    await desk.charge()
    at = "2027-03-31 06:01"
    assert await desk.give(at, "issue-quote", quote=reference, **ANA) == "refused payment_in_doubt"
    assert await desk.give(at, "ask-for-quote", lines=lines()) == "refused payment_in_doubt"


async def test_as_the_hold_ends_the_charge_and_the_acceptance_do_not_both_pay(desk: Desk) -> None:
    reference = await issue(desk, expires_on="2027-04-02")
    await desk.wait_for_renewal_date()
    await desk.walk("2027-04-02 23:00")
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> Answer:
        entered.set()
        await go_on.wait()
        return Paid("slow")

    desk.gateway.answers.append(slowly)
    charge = asyncio.create_task(desk.walk("2027-04-03 00:00"))
    await entered.wait()
    answer = await desk.give("2027-04-02 23:59:59", "accept-quote", quote=reference)
    go_on.set()
    await charge
    assert answer == "refused payment_in_doubt"
    assert (len(desk.gateway.moved), await paid_terms(desk)) == (1, {PUNCTUAL: 1})


async def test_an_acceptance_under_way_keeps_the_automatic_charge_away(desk: Desk) -> None:
    reference = await issue(desk, PUNCTUAL, SECOND, expires_on="2027-04-20")
    for each in (desk, beside(desk, SECOND)):
        await each.wait_for_renewal_date()
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> Answer:
        entered.set()
        await go_on.wait()
        return Paid("slow")

    desk.gateway.answers.append(slowly)
    at = "2027-03-31 06:00"
    acceptance = asyncio.create_task(desk.give(at, "accept-quote", quote=reference))
    await entered.wait()
    await together(desk.charge(at), beside(desk, SECOND).charge(at))
    assert len(desk.gateway.charges) == 1
    go_on.set()
    assert await acceptance == "done"
    assert (len(desk.gateway.moved), await paid_terms(desk)) == (1, {PUNCTUAL: 1, SECOND: 1})
