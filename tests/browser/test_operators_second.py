"""What a second person sees before they confirm, and where somebody is signed in: without JavaScript."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import expect

from console.ops.giving_many import BULK_ACTION
from console.ops.paying_back import REFUND
from models import staff
from models.engine import Sessions
from models.second_person import ask_second_person
from portfolio.importing import import_portfolio
from renewals.roles import Role
from tests.browser.staff import Operator, language, operator, read_by_axe
from tests.browser.test_keyboard import CONTROLS, tabbed_through
from tests.browser.test_operators_keyboard import stops
from tests.portfolio.folders import EXAMPLE

__all__ = ["language", "operator", "read_by_axe"]

WHY: dict[str, Any] = {"by": "operator:nils", "reason": "agreed with sales", "now": datetime.now(UTC)}


@pytest.fixture(autouse=True)
def _two_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERENNIAL_SECOND_PERSON_GO_LIVE", "2")
    monkeypatch.setenv("PERENNIAL_SECOND_PERSON_BULK", "2")


async def _asked_by_nils(sessions: Sessions) -> None:
    refund = {"paid": 583200, "gone_back": 48600, "currency": "EUR", "amount": 200000}
    refund |= {"ordered_at": "2026-11-20T09:00:00+00:00"}
    many = {"command": "resume-auto-renew", "count": 57, "first": [f"S-10{n:02}" for n in range(1, 11)]}
    many |= {"outcomes": {"done": 57, "already": 2, "refused": 4}, "terms": {"EUR": (57, 12_345_600)}}
    async with sessions.begin() as session:
        args = {"subscription": "S-1001", "order": "e5"}
        await ask_second_person(session, REFUND, args, shown=refund, **WHY)
        await ask_second_person(session, BULK_ACTION, {"command": "resume-auto-renew"}, shown=many, **WHY)


async def test_what_takes_two_is_seen_before_it_is_confirmed(operator: Operator, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=datetime.now(UTC), imported_by="operator:ana")
        token = await staff.add_operator(session, "mira", "mira@vendor.example", Role.ADMIN, **WHY)
        why = WHY | {"by": "operator:root"}
        link = await staff.add_operator(session, "zoe", "zoe@vendor.example", Role.ADMIN, **why)
        await staff.add_operator(session, "nils", "nils@vendor.example", Role.ADMIN, **why)
    await operator.go(f"/ops/enter/{token}", "")
    await operator.send(f"/enter/{token}", "")
    ticked = "&".join(f"tick=S-10{n:02}" for n in range(1, 7))
    await operator.go(f"/ops/bulk/preview?command=park&{ticked}", "bulk-preview-of-two")
    await operator.send("/ops/bulk", "", reason="odd prices")
    await operator.go("/ops/go-live", "")
    async with operator.page.expect_navigation():
        await operator.page.locator("[aria-labelledby=waiting] a").first.click()
    async with operator.page.expect_navigation():
        await operator.page.locator("[name=all]").click()
    await operator.keep("go-live-of-two")
    place = operator.page.locator('form[action^="/ops/go-live/"]', has=operator.page.locator("[name=sure]"))
    await place.locator("[name=sure]").check()
    await operator.send(await place.get_attribute("action") or "", "asked", reason="agreed with sales")
    await expect(operator.page.locator("main section")).to_have_count(2)
    await operator.go(f"/ops/enter/{link}", "")
    await operator.send(f"/enter/{link}", "")
    await _asked_by_nils(sessions)
    await operator.go("/ops/second-person", "second-person")
    controls = await operator.page.evaluate(CONTROLS)
    reached = await tabbed_through(operator.page)
    assert stops(each["name"] for each in reached) == stops(controls)
    form = operator.page.locator("section").filter(has_text=operator.t("deed.go-live")).locator("form")
    await form.locator("[name=reason]").fill("I looked too")
    async with operator.page.expect_navigation():
        await form.locator("button").first.click()
    await operator.keep("go-live-confirmed")
    await expect(operator.page.locator("main")).to_contain_text("operator:zoe")
    assert await operator.album.everything_read() == []


async def test_where_somebody_is_signed_in(operator: Operator, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        tokens = [await staff.add_operator(session, "mira", "mira@vendor.example", Role.ADMIN, **WHY)]
        tokens += [await staff.local_admin(session, "mira", **WHY) for _ in range(2)]
    for token in tokens:
        await operator.page.context.clear_cookies()
        await operator.go(f"/ops/enter/{token}", "")
        await operator.send(f"/enter/{token}", "")
    await operator.go("/ops/sessions", "sessions")
    await expect(operator.page.locator("tbody tr")).to_have_count(3)
    controls = await operator.page.evaluate(CONTROLS)
    reached = await tabbed_through(operator.page)
    assert stops(each["name"] for each in reached) == stops(controls)
    await operator.send("/end", "")
    await expect(operator.page.locator("tbody tr")).to_have_count(2)
    await operator.send("/end-others", "sessions-of-one")
    await expect(operator.page.locator("tbody tr")).to_have_count(1)
    await operator.go("/ops/people/mira/sessions", "sessions-of")
    await operator.go("/ops/people", "people")
    assert await operator.album.everything_read() == []
