"""One command for many: previewed, given once with a reason, told line by line, carried out by the workflows."""

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from console.ops import bulk as pages
from console.ops.words import WORDS
from models.bulk_actions import store_bulk_action
from models.engine import Sessions
from renewals.roles import Role
from tests.console.ops.staff import People, Person, acts, form, now, words
from tests.scenarios.portfolios import PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import PATIENCE, Life, Theatre, gateway, mailer, sink, temporal, theatre
from workflows import contract

__all__ = ["gateway", "mailer", "sink", "temporal", "theatre"]

PREVIEW = "/ops/bulk/preview"


@pytest.fixture
async def lives(theatre: Theatre) -> Sequence[Life]:
    """One renews automatically, one could, and one has a method that nobody can charge."""
    konbini: dict[str, Any] = {"country": "JP", "currency": "JPY", "time_zone": "Asia/Tokyo", "method_kind": "konbini"}
    return [
        await theatre.subscription(PUNCTUAL),
        await theatre.subscription(SECOND, csn="5200000002", auto_renew="no"),
        await theatre.subscription(THIRD, csn="5200000003", auto_renew="no", **konbini),
    ]


@pytest.fixture
def _nobody_delivers(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had gone right after its answer."""

    async def nothing(*_: object) -> None: ...

    monkeypatch.setattr(pages, "deliver_all", nothing)


def lines(page: str) -> dict[str, tuple[str, str]]:
    """By number: the outcome, and why."""
    found = {}
    for row in re.findall(r"<tr>\s*<th scope=.row.>.*?</tr>", page, re.S):
        number, outcome, why = (words(each).strip() for each in re.split(r"<td", row))
        found[number.split()[0]] = (outcome.partition(">")[2].strip(), why.partition(">")[2].strip())
    return found


async def commands(sessions: Sessions) -> list[tuple[str, str, str, str, str | None]]:
    query = "SELECT subscription, name, given_by, reason, outcome FROM commands ORDER BY subscription, stored_at"
    async with sessions() as session:
        found: Any = await session.execute(sa.text(query))
        return [tuple(row) for row in found]


async def test_a_refused_line_keeps_no_other_and_the_form_sent_again_acts_once(
    lives: Sequence[Life], mira: Person, sessions: Sessions
) -> None:
    page = await mira.page(f"{PREVIEW}?command=resume-auto-renew&all=1&view=")
    foreseen = lines(page)
    assert foreseen[PUNCTUAL] == ("so already", "–")
    assert foreseen[SECOND] == ("would be done", "–")
    assert foreseen[THIRD][0] == "would be refused"
    assert "method_cannot_auto_charge" in foreseen[THIRD][1]
    assert foreseen[THIRD][1].startswith("The method cannot be charged by itself: the buyer sets another one")
    french = await mira.client.get(
        f"{PREVIEW}?command=resume-auto-renew&all=1&view=", headers={"accept-language": "fr-FR"}
    )
    assert words(WORDS["fr"]["why_not.method_cannot_auto_charge"]).strip() in unescape(words(french.text))
    assert next(iter(foreseen)) == THIRD
    assert await commands(sessions) == []
    answer = await mira.send(page, "/ops/bulk", reason="the outage is over")
    place = answer.headers["location"]
    again = await mira.send(page, "/ops/bulk", reason="the outage is over")
    assert again.headers["location"] == place
    shown = await mira.client.get(place)
    assert "refresh" not in shown.headers
    told = lines(shown.text)
    assert (told[PUNCTUAL], told[SECOND]) == (("so already", "–"), ("done", "–"))
    assert told[THIRD][0] == "refused"
    assert told[THIRD][1] == foreseen[THIRD][1]
    assert "Every line has an answer." in shown.text
    assert "the outage is over" in shown.text
    assert [(await life.row())["auto_renew"] for life in lives] == [True, True, False]
    mine = ("resume-auto-renew", "operator:mira", "the outage is over")
    assert await commands(sessions) == [
        (PUNCTUAL, *mine, "done"), (SECOND, *mine, "done"), (THIRD, *mine, "refused"),
    ]  # fmt: skip
    given = [each for each in await acts(sessions) if each[1] == "bulk_action"]
    assert given == [("operator:mira", "bulk_action", place.rpartition("/")[2], "the outage is over")]
    async with sessions() as session:
        why = sa.text("SELECT DISTINCT reason, caused_by FROM events WHERE event = 'command'")
        assert [tuple(row) for row in await session.execute(why)] == [("the outage is over", "operator:mira")]


async def test_the_outcomes_are_a_file_that_stands_on_record(
    lives: Sequence[Life], mira: Person, people: People, sessions: Sessions
) -> None:
    page = await mira.page(f"{PREVIEW}?command=resume-auto-renew&all=1&view=")
    place = (await mira.send(page, "/ops/bulk", reason="=HYPERLINK(1)")).headers["location"]
    assert f'href="{place}.csv"' in await mira.page(place)
    nils = await people.signed_in("nils", Role.VIEWER)
    answer = await nils.get(f"{place}.csv")
    found = {line["subscription"]: line for line in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))}
    assert [(number, line["outcome"]) for number, line in found.items()] == [
        (THIRD, "refused"), (SECOND, "done"), (PUNCTUAL, "already"),
    ]  # fmt: skip
    refused = found[THIRD]
    assert (refused["command"], refused["given_by"]) == ("resume-auto-renew", "operator:mira")
    assert refused["reason"] == "'=HYPERLINK(1)"
    assert refused["code"] == "method_cannot_auto_charge"
    assert refused["why"] == WORDS["en"]["why_not.method_cannot_auto_charge"]
    assert all(line["given_at"] and line["decided_at"] and line["customer"] for line in found.values())
    french = await nils.get(f"{place}.csv", **{"accept-language": "fr-FR"})
    assert WORDS["fr"]["why_not.method_cannot_auto_charge"] in french.text
    taken = ("operator:nils", "bulk_action.export", place.rpartition("/")[2], None)
    assert (await acts(sessions))[-2:] == [taken, taken]
    assert (await mira.get(f"/ops/bulk/{uuid4()}.csv")).status_code == 404


@pytest.mark.usefixtures("lives")
async def test_the_button_counts_what_would_be_done_and_the_way_back_is_the_view(mira: Person) -> None:
    page = await mira.page(f"{PREVIEW}?command=resume-auto-renew&all=1&view=sort%3D-renews_on")
    assert "Resume auto-renew: confirm for 1" in words(page)
    assert "Others (2) are looked at again then" in words(page)
    place = (await mira.send(page, "/ops/bulk", reason="a test")).headers["location"]
    assert 'href="/ops/subscriptions?sort=-renews_on"' in await mira.page(place)
    (row,) = re.findall(r"<tbody>.*?</tbody>", await mira.page("/ops/bulk"), re.S)
    assert 'data-label="Refused">1<' in row
    assert (await mira.get(f"{place}x%00")).status_code == 422


async def test_ticked_rows_alone_are_meant_and_one_that_nobody_has_is_refused(
    lives: Sequence[Life], mira: Person
) -> None:
    page = await mira.page(f"{PREVIEW}?command=park&tick={SECOND}&tick={THIRD}&tick=S-0&tick={SECOND}")
    assert {number: outcome for number, (outcome, _) in lines(page).items()} == {
        "S-0": "would be refused", SECOND: "would be done", THIRD: "would be done",
    }  # fmt: skip
    told = lines(await mira.page((await mira.send(page, "/ops/bulk", reason="a look")).headers["location"]))
    assert {number: outcome for number, (outcome, _) in told.items()} == {
        "S-0": "refused", SECOND: "done", THIRD: "done",
    }  # fmt: skip
    assert [(await life.row())["parked_because"] for life in lives] == [None, "a look", "a look"]
    page = await mira.page(f"{PREVIEW}?command=release&tick={SECOND}&tick={PUNCTUAL}")
    assert lines(page)[PUNCTUAL][0] == "so already"
    await mira.send(page, "/ops/bulk", reason="it was nothing")
    assert (await lives[1].row())["parked_at"] is None
    listed = words(await mira.page("/ops/bulk"))
    assert "Release" in listed
    assert "it was nothing" in listed


@pytest.mark.usefixtures("_nobody_delivers")
async def test_what_a_process_left_half_way_is_shown_as_waiting_and_finished_by_the_watchdog(
    lives: Sequence[Life], mira: Person, sessions: Sessions, theatre: Theatre
) -> None:
    page = await mira.page(f"{PREVIEW}?command=cancel-auto-renew&tick={PUNCTUAL}&tick={SECOND}")
    place = (await mira.send(page, "/ops/bulk", reason="fraud")).headers["location"]
    shown = await mira.client.get(place)
    assert shown.headers["refresh"] == "3"
    assert "0 of 2 have an answer" in shown.text
    assert lines(shown.text)[PUNCTUAL][0] == "waiting"
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE commands SET stored_at = stored_at - interval '3 minutes'"))
    look = theatre.client.execute_workflow(
        contract.WATCHDOG_WORKFLOW, id="look", task_queue=contract.TASK_QUEUE, result_type=dict[str, Any]
    )
    assert (await asyncio.wait_for(look, PATIENCE))["redelivered"] == 2
    shown = await mira.client.get(place)
    assert "refresh" not in shown.headers
    assert lines(shown.text) == {PUNCTUAL: ("done", "–"), SECOND: ("so already", "–")}
    assert (await lives[0].row())["auto_renew"] is False


@pytest.mark.usefixtures("lives", "_nobody_delivers")
async def test_a_form_that_cannot_be_meant_does_nothing(mira: Person, people: People, sessions: Sessions) -> None:
    page = await mira.page(f"{PREVIEW}?command=park&tick={PUNCTUAL}")
    for fields, said in (
        ({"reason": " "}, "Say why"),
        ({"reason": "x", "numbers": ""}, "No subscription is ticked"),
        ({"reason": "x", "numbers": " ".join(f"S-{n}" for n in range(1001))}, "More than 1,000"),
        ({"reason": "x", "command": "resolve-payment"}, "Not one of the values"),
        ({"reason": "x", "key": ""}, "The address cannot be read"),
        ({"reason": "x", "view": "phase=nonsense"}, "The address cannot be read"),
    ):
        answer = await mira.send(page, "/ops/bulk", **fields)
        assert answer.status_code == 422
        assert said in words(answer.text), fields
    assert await commands(sessions) == []
    await mira.send(page, "/ops/bulk", reason="x")
    answer = await mira.send(page, "/ops/bulk", reason="x", command="release")
    assert "This form was sent before" in answer.text
    assert [name for _, name, *_ in await commands(sessions)] == ["park"]


@pytest.mark.usefixtures("_nobody_delivers")
async def test_a_thousand_lines_are_taken_in_one_form(mira: Person, sessions: Sessions) -> None:
    page = await mira.page(f"{PREVIEW}?command=park&tick=S-1")
    assert "There is nothing to do" in page
    csrf = form(page, "/sign-out").fields["csrf"]
    numbers = " ".join(f"S-{n:062}" for n in range(1000))
    data = {"csrf": csrf, "key": str(uuid4()), "command": "park", "numbers": numbers, "reason": "a test"}
    answer = await mira.client.post("/ops/bulk", data=data)
    assert answer.status_code == 303
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM bulk_action_lines")) == 1000
    assert "0 of 1,000 have an answer" in await mira.page(answer.headers["location"])


async def test_two_operators_with_one_key_give_two_bulk_actions(sessions: Sessions) -> None:
    made = set()
    for name in ("mira", "nils"):
        async with sessions.begin() as session:
            made.add(
                await store_bulk_action(
                    session,
                    client_key=f"ops:{name}:1",
                    command="park",
                    numbers=["S-1"],
                    by=f"operator:{name}",
                    reason="a test",
                    now=now(),
                )
            )
    assert len(made) == 2


async def test_a_bulk_action_that_there_is_not_is_not_found(mira: Person) -> None:
    assert (await mira.get(f"/ops/bulk/{uuid4()}")).status_code == 404
    assert "There has been no bulk action yet." in await mira.page("/ops/bulk")


@pytest.mark.usefixtures("lives")
async def test_a_view_of_too_many_is_not_meant(mira: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_LINES", 2)
    answer = await mira.get(f"{PREVIEW}?command=park&all=1&view=")
    assert answer.status_code == 422
    assert "More than 1,000 subscriptions" in answer.text
    assert lines(await mira.page(f"{PREVIEW}?command=park&all=1&view=currency%3DJPY")).keys() == {THIRD}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.FINANCE])
async def test_who_does_not_steer_gives_none(people: People, sessions: Sessions, role: Role) -> None:
    person = await people.signed_in("nils", role)
    csrf = form(await person.page("/ops/subscriptions"), "/sign-out").fields
    data = csrf | {"command": "park", "numbers": "S-1", "reason": "x", "key": "1"}
    assert (await person.client.post("/ops/bulk", data=data)).status_code == 403
    assert await commands(sessions) == []
