"""An operator's commands by their forms: looked at first, given once, refused with a reason, by who has the right."""

import asyncio
import re
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from models.engine import Sessions
from renewals.commands import Name
from renewals.permission import OPERATOR_MAY
from renewals.roles import ASKED_TWICE, MOVES_MONEY, May, Role, may, right_to_give
from tests.console.ops.staff import People, Person, acts, form, words
from tests.scenarios.portfolios import PUNCTUAL
from tests.scenarios.theatre import Life, Theatre, gateway, mailer, sink, temporal, theatre

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

PAGE = f"/ops/subscriptions/{PUNCTUAL}"


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    """Twelve seats for a year, renewable, on the first of February."""
    life = await theatre.subscription(live="2027-01-05 10:00")
    await life.move_to("2027-02-01 10:00")
    return life


@pytest.fixture
async def ada(people: People) -> Person:
    return await people.signed_in("ada", Role.ADMIN, reads="en-GB")


async def look(person: Person, name: str, /, **fields: str) -> httpx.Response:
    """The page that asks, after the form of the command."""
    return await person.send(await person.page(PAGE), f"/{name}/confirm", **{"reason": "they called", **fields})


async def do(person: Person, name: str, /, **fields: str) -> str:
    """Give a command by both of its forms; what the page then says of it."""
    asked = await look(person, name, **fields)
    assert asked.status_code == 200, words(asked.text)
    answer = await person.send(asked.text, f"/{name}", sure="yes")
    assert answer.status_code == 303, words(answer.text)
    return told(await person.page(answer.headers["location"]))


def told(page: str) -> str:
    (found,) = re.findall(r'<section class="told [a-z]+" role="status">.*?</section>', page, re.S)
    return unescape(words(found)).strip()


async def commands(life: Life) -> list[tuple[str, str, str, str]]:
    rows = await life.rows("SELECT * FROM commands WHERE given_by <> 'operator:ana' ORDER BY stored_at")
    return [(row["name"], row["given_by"], row["outcome"], row["reason"]) for row in rows]


async def test_the_page_that_asks_says_what_will_happen_and_does_nothing(life: Life, ada: Person) -> None:
    answer = await look(ada, "cancel-auto-renew")
    page = unescape(words(answer.text))
    assert "the renewal of 31 March 2027 is not charged" in page
    assert "Access ends 31 March 2027" in page
    assert "instead of 15 April 2027" in page
    assert "No longer planned" in page.partition("Planned instead")[0]
    assert "Charge of EUR 5,832.00" in page
    assert "Becomes expired Nothing renews it by itself" in page
    assert "Given as operator:ada, because: they called" in page
    assert await commands(life) == []


async def test_a_command_is_given_in_the_operators_name_with_the_reason_and_is_on_record(
    life: Life, ada: Person, sessions: Sessions
) -> None:
    assert await do(ada, "cancel-auto-renew") == "Done: auto-renew off"
    assert await commands(life) == [("cancel-auto-renew", "operator:ada", "done", "they called")]
    assert ("operator:ada", "subscription.command", PUNCTUAL, "they called") in await acts(sessions)
    page = unescape(words(await ada.page(PAGE)))
    assert "auto-renew off: done operator:ada: they called" in page
    assert "Auto-renew is off already." in page
    assert await do(ada, "resume-auto-renew") == "Done: auto-renew on"


async def test_the_same_form_sent_twice_acts_once_and_with_other_values_not_at_all(
    life: Life, ada: Person, sessions: Sessions
) -> None:
    asked = (await look(ada, "park")).text
    first, second = [await ada.send(asked, "/park") for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    third = await ada.send(asked, "/park", reason="another one")
    assert "This form was used before" in told(await ada.page(third.headers["location"]))
    assert await commands(life) == [("park", "operator:ada", "done", "they called")]
    assert [act[1] for act in await acts(sessions)].count("subscription.command") == 1


async def test_of_forms_under_one_key_at_once_the_audit_has_the_one_that_was_given(
    life: Life, ada: Person, sessions: Sessions
) -> None:
    asked = (await look(ada, "park")).text
    await asyncio.gather(*(ada.send(asked, "/park", reason=f"reason {n}") for n in range(4)))
    ((*_, given),) = await commands(life)
    about_it = [why for _, action, _, why in await acts(sessions) if action == "subscription.command"]
    assert about_it == [given]


async def test_what_moves_money_or_access_takes_a_tick_as_well(life: Life, ada: Person) -> None:
    asked = (await look(ada, "record-renewal", reference="PO-4711")).text
    assert "EUR 486.00 × 12, at the renewal price" in unescape(words(asked)).replace("\u00a0", " ")
    answer = await ada.send(asked, "/record-renewal")
    assert answer.status_code == 422
    assert "Please say that you are sure" in words(answer.text)
    assert await commands(life) == []
    assert await do(ada, "record-renewal", reference="PO-4711", seats="9") == "Done: renewal recorded"
    assert "ordered as PO-4711" in words(await ada.page(PAGE))
    assert await life.phase() == "renewed"


async def test_a_refusal_says_why_and_until_when(life: Life, ada: Person) -> None:
    page = await ada.page(PAGE)
    asked = (await look(ada, "record-renewal", reference="PO-1")).text
    await do(ada, "record-renewal", reference="PO-2")
    late = await ada.send(asked, "/record-renewal", sure="yes")
    said = told(await ada.page(late.headers["location"]))
    assert said == "Not done: renewal recorded The next term is paid. Possible from 31 March 2027 on."
    again = await ada.send(page, "/record-renewal/confirm", reference="PO-3", reason="once more")
    assert again.status_code == 422
    assert "The next term is paid." in words(again.text)
    assert not re.search(r'<form method="post" action="[^"]*/record-renewal"', again.text)
    assert await commands(life) == [
        ("record-renewal", "operator:ada", "done", "they called"),
        ("record-renewal", "operator:ada", "refused", "they called"),
    ]


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        pytest.param("park", {"reason": "  "}, "Say why", id="no reason"),
        pytest.param("park", {"reason": "4242 4242 4242 4242 does not work"}, "Say why", id="a card number"),
        pytest.param("park", {"key": "x"}, "That did not work", id="no key"),
        pytest.param("record-renewal", {}, "What is it called?", id="no reference"),
        pytest.param("record-renewal", {"reference": "P", "seats": "0"}, "Not a number of seats", id="no seat"),
        pytest.param("record-renewal", {"reference": "P", "term": "week"}, "Not one of the values", id="no term"),
        pytest.param("cancel-auto-renew", {"renewal": "soon"}, "Not a date", id="no date"),
        pytest.param("extend-late-window", {"to": "next week"}, "Not a date", id="no last day"),
    ],
)
async def test_what_cannot_be_read_is_named_and_nothing_is_given(
    life: Life, ada: Person, name: str, fields: dict[str, str], complaint: str
) -> None:
    answer = await look(ada, name, **fields)
    assert answer.status_code == 422
    assert complaint in words(answer.text)
    assert await commands(life) == []


async def test_a_cancel_means_the_renewal_that_was_seen(life: Life, ada: Person) -> None:
    asked = (await look(ada, "cancel-auto-renew", renewal="2029-03-31")).text
    answer = await ada.send(asked, "/cancel-auto-renew", sure="yes")
    said = told(await ada.page(answer.headers["location"]))
    assert "2029-03-31 is not a renewal date" in said
    assert (await life.row())["auto_renew"] is True


async def test_a_payment_in_doubt_is_resolved_by_who_moves_money(theatre: Theatre, people: People) -> None:
    life = await theatre.subscription(method_token="timeout-then-paid")
    await life.move_to("2027-03-31 06:02")
    fay = await people.signed_in("fay", Role.FINANCE)
    asked = await look(fay, "resolve-payment", outcome="paid")
    assert "counts as paid" in words(asked.text)
    assert "I have looked it up" in words(asked.text)
    assert await do(fay, "resolve-payment", outcome="paid") == "Done: payment in doubt resolved"
    assert (await life.row())["renews_on"].isoformat() == "2028-03-31"


async def test_a_quote_that_was_asked_for_is_issued_at_the_agreed_price_and_withdrawn(life: Life, ada: Person) -> None:
    assert await life.command("2027-02-01 11:00", "ask-for-quote", lines=[{"subscription": PUNCTUAL}]) == "done"
    assert await do(ada, "issue-quote", **{"price-0": "450.00"}) == "Done: quote issued"
    page = unescape(words(await ada.page(PAGE)))
    assert "Held by quote Q-" in page
    (line,) = await life.rows("SELECT unit_price FROM quote_lines")
    assert line["unit_price"] == 45000
    assert await do(ada, "withdraw-quote") == "Done: quote withdrawn"


async def test_the_late_window_is_moved_within_the_days_that_the_form_names(theatre: Theatre, ada: Person) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-05-01 10:00")
    page = await ada.page(PAGE)
    assert "From 15 May 2027 to 13 August 2027. The policy’s own is 15 May 2027." in unescape(words(page))
    asked = unescape(words((await look(ada, "extend-late-window", to="2027-07-01")).text))
    assert "can be bought late through 1 July 2027" in asked
    assert "Becomes lapsed The late window is open for 92 days, through 1 July 2027" in asked
    assert await do(ada, "extend-late-window", to="2027-07-01") == "Done: late window moved"
    page = unescape(words(await ada.page(PAGE)))
    assert "can be renewed late until 1 July 2027 operator:ada: they called" in page
    assert "Can be renewed from 31 December 2026 to 1 July 2027" in page
    late = await look(ada, "extend-late-window", to="2027-08-14")
    assert late.status_code == 422
    assert "That day is not possible" in words(late.text)


async def test_a_paid_order_is_refunded_in_part_by_who_moves_money_after_a_tick(
    theatre: Theatre, people: People
) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await life.until("2027-04-01")
    fay = await people.signed_in("fay", Role.FINANCE, reads="en-GB")
    page = unescape(words(await fay.page(PAGE))).replace("\u00a0", " ")
    assert "EUR 5,832.00 paid, EUR 0.00 gone back or on its way." in page
    asked = (await look(fay, "refund", amount="486.00")).text
    assert "EUR 486.00 of the order of 31 March 2027" in unescape(words(asked)).replace("\u00a0", " ")
    assert "The term stays as it is" in words(asked)
    unsure = await fay.send(asked, "/refund")
    assert (unsure.status_code, await life.rows("SELECT 1 FROM refunds")) == (422, [])
    assert await do(fay, "refund", amount="486.00") == "Done: refund"
    await life.catch_up()
    page = unescape(words(await fay.page(PAGE))).replace("\u00a0", " ")
    assert "refund of EUR 486.00 operator:fay: they called" in page
    assert "EUR 5,832.00 paid, EUR 486.00 gone back or on its way." in page
    more = await look(fay, "refund", amount="5346.01")
    assert (more.status_code, "more than is left" in words(more.text)) == (422, True)


async def test_two_who_look_at_the_same_order_do_not_both_send_the_same_part_back(
    theatre: Theatre, people: People
) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await life.until("2027-04-01")
    fay, fritz = [await people.signed_in(name, Role.FINANCE) for name in ("fay", "fritz")]
    asked = (await look(fritz, "refund", amount="486.00")).text
    assert await do(fay, "refund", amount="486.00") == "Done: refund"
    given = await fritz.send(asked, "/refund", sure="yes")
    assert "More of this order went back since you looked." in words((await fritz.get(given.headers["location"])).text)
    assert [row["amount"] for row in await life.rows("SELECT amount FROM refunds")] == [48600]


async def test_money_taken_after_its_attempt_had_ended_unpaid_is_offered_apart_from_the_order(
    theatre: Theatre, people: People
) -> None:
    life = await theatre.subscription(live="2027-03-25")
    await life.until("2027-04-01")
    async with theatre.sessions.begin() as session:
        await session.execute(text("UPDATE attempts SET state = 'declined', decline_class = 'hard', taken = 583200"))
    fay = await people.signed_in("fay", Role.FINANCE, reads="en-GB")
    page = unescape(words(await fay.page(PAGE))).replace("\u00a0", " ")
    assert "ended unpaid, and EUR 5,832.00 were taken after all; EUR 0.00 gone back or on its way." in page
    assert await do(fay, "refund") == "Done: refund"
    assert [row["amount"] for row in await life.rows("SELECT amount FROM refunds")] == [583200]


async def test_one_that_lapsed_wrongly_is_brought_back_after_a_tick(theatre: Theatre, ada: Person) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-06-01 10:00")
    page = unescape(words(await ada.page(PAGE)))
    assert "a mistake is undone by bringing it back" in page
    assert "From 1 June 2027 to 13 August 2027" in page
    asked = await look(ada, "reinstate", to="2027-07-01")
    told_first = unescape(words(asked.text))
    assert "It goes from lapsed to expired at once." in told_first
    assert "Mail: last chance to renew 15 days before the last day of the late window, 1 July 2027" in told_first
    assert (await ada.send(asked.text, "/reinstate")).status_code == 422
    assert await do(ada, "reinstate", to="2027-07-01") == "Done: brought back"
    assert await life.phase() == "expired"
    assert "It has not lapsed." in words(await ada.page(PAGE))


async def test_another_person_becomes_the_buyer_and_a_contact_is_corrected(life: Life, ada: Person) -> None:
    grace = "grace@northwind.example"
    asked = await look(ada, "change-buyer", email=grace, name="Grace Hopper")
    assert f"{grace} becomes the buyer" in words(asked.text)
    assert await do(ada, "change-buyer", email=grace, name="Grace Hopper") == "Done: another buyer"
    assert f"Buyer Grace Hopper <{grace}>" in unescape(words(await ada.page(PAGE)))
    corrected = {"contact": grace, "email": "g.hopper@northwind.example", "language": "fr"}
    asked = await look(ada, "change-contact", **corrected)
    assert "Subscriptions of which this is the buyer or the primary admin: 1." in unescape(words(asked.text))
    assert await do(ada, "change-contact", **corrected) == "Done: contact corrected"
    page = unescape(words(await ada.page(PAGE)))
    assert "Buyer Grace Hopper <g.hopper@northwind.example>" in page
    assert "another buyer operator:ada: they called" in page
    nobody = await look(ada, "change-buyer", email="no address")
    assert (nobody.status_code, "Not a mail address" in words(nobody.text)) == (422, True)
    stranger = await do(ada, "change-buyer", email="who@northwind.example")
    assert 'give "name" as well' in stranger


async def test_planning_again_is_harmless_and_needs_no_second_page(life: Life, ada: Person) -> None:
    answer = await ada.send(await ada.page(PAGE), "/re-plan", reason="to be sure")
    assert told(await ada.page(answer.headers["location"])) == "Done: planned again"
    assert await commands(life) == [("re-plan", "operator:ada", "done", "to be sure")]


@pytest.mark.parametrize("kind", ["voucher", "quote"])
async def test_what_holds_the_next_term_is_ended_after_a_tick(theatre: Theatre, people: People, kind: str) -> None:
    life = await theatre.subscription(auto_renew="no")
    if kind == "voucher":
        assert (
            await life.command("2027-03-01 10:00", "renew", kind="bank_transfer", token="voucher-never-paid") == "done"
        )
    else:
        assert await life.command("2027-03-01 10:00", "ask-for-quote", lines=[{"subscription": PUNCTUAL}]) == "done"
        (quote,) = await life.rows("SELECT 'Q-' || id AS reference FROM quotes")
        why: dict[str, Any] = {"by": "operator:ana", "reason": "agreed"}
        assert await life.command("2027-03-01 10:01", "issue-quote", quote=quote["reference"], **why) == "done"
    fay = await people.signed_in("fay", Role.FINANCE, reads="en-GB")
    asked = await look(fay, "release-hold")
    assert "No mail tells the buyer" in words(asked.text)
    assert (await fay.send(asked.text, "/release-hold")).status_code == 422
    assert await do(fay, "release-hold") == "Done: open payment given up"
    assert await life.rows("SELECT 1 FROM claims WHERE released_at IS NULL") == []
    assert "Nothing holds the next term." in words(await fay.page(PAGE))


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_finds_the_forms_that_it_may_send_and_no_others(life: Life, people: People, role: Role) -> None:
    person = await people.signed_in("somebody", role)
    page = await person.page(PAGE)
    offered = {Name(each) for each in re.findall(rf'action="{PAGE}/([a-z-]+)/confirm"', page)}
    possible = {Name.CANCEL_AUTO_RENEW, Name.PARK, Name.RECORD_RENEWAL, Name.EXTEND_LATE_WINDOW}
    possible |= {Name.CHANGE_BUYER, Name.CHANGE_CONTACT}
    assert offered == {name for name in possible if may(role, right_to_give(name))}
    csrf = form(page, "/sign-out").fields
    for name in sorted(OPERATOR_MAY):
        for step in ("/confirm", ""):
            answer = await person.client.post(f"{PAGE}/{name}{step}", data=csrf)
            assert (answer.status_code == 403) is not may(role, right_to_give(name)), (role, name)


def test_what_says_that_money_was_paid_takes_the_right_to_move_it() -> None:
    assert {name for name in OPERATOR_MAY if right_to_give(name) is May.MONEY} == MOVES_MONEY & OPERATOR_MAY
    assert {Name.RESOLVE_PAYMENT, Name.RECORD_RENEWAL} <= MOVES_MONEY <= ASKED_TWICE


async def test_what_only_the_buyer_may_do_is_told_as_the_account_answers_it(life: Life, ada: Person) -> None:
    page = unescape(words(await ada.page(PAGE)))
    assert "Renew possible now" in page
    assert "Withdraw a planned change nothing to do" in page
    assert f'action="{PAGE}/renew/confirm"' not in await ada.page(PAGE)
