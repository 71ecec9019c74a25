"""Four days of an operator, each from where it begins to where it ends well, without JavaScript, in English."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from console.ops import bulk
from models import staff
from models.engine import Sessions
from models.journal import raise_alarm
from renewals.roles import Role
from tests.browser.album import AXE, PICTURES, WIDE, Album
from tests.browser.staff import PATIENCE, Operator
from tests.console.ops.ahead import fill, walk
from tests.scenarios.portfolios import PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Theatre

Enter = Callable[[str], Awaitable[Operator]]
CSN = "7700"
NEW_CARD = {"kind": "card", "token": "ok", "expires": "2030-01"}


@pytest.fixture
async def enter(
    chromium: Browser, home: str, sessions: Sessions, request: pytest.FixtureRequest
) -> AsyncIterator[Enter]:
    """Lets an admin of that name in, each at a browser of their own; all that they see comes into one album."""
    async with AsyncExitStack() as open_ones:
        reading = await open_ones.enter_async_context(await chromium.new_context(viewport=WIDE, locale="en-GB"))
        await reading.add_init_script(AXE)
        day = request.node.name.removeprefix("test_").replace("_", "-")
        album = Album(PICTURES / "ops-days" / day, await reading.new_page())

        async def let_in(name: str) -> Operator:
            tastes: dict[str, Any] = {"java_script_enabled": False, "locale": "en-GB", "viewport": WIDE}
            page = await (await open_ones.enter_async_context(await chromium.new_context(**tastes))).new_page()
            page.set_default_timeout(PATIENCE)
            page.on("console", album.hear)
            page.on("response", album.see)
            why: dict[str, Any] = {"by": "operator:ana", "reason": "a test", "now": datetime.now(UTC)}
            async with sessions.begin() as session:
                token = await staff.add_operator(session, name, f"{name}@vendor.example", Role.ADMIN, **why)
            base = home.removesuffix("/account")
            await page.goto(f"{base}/ops/enter/{token}")
            async with page.expect_navigation():
                await page.locator("main form button").click()
            return Operator(page, base, "en", album)

        yield let_in


async def _follow(operator: Operator, name: str, picture: str) -> None:
    """Press the link of that name on the page, and keep the page that it leads to."""
    async with operator.page.expect_navigation():
        await operator.page.locator("main").get_by_role("link", name=name, exact=True).first.click()
    await operator.keep(picture)


async def _to_room(operator: Operator, group: str, room: str, picture: str) -> None:
    """Through the menu: open the group unless it is, and press the room."""
    page, name = operator.page, operator.t(f"group.{group}")
    await page.locator(".rooms details:not([open]) summary").get_by_text(name, exact=True).press("Enter")
    async with page.expect_navigation():
        await page.locator(".rooms").get_by_role("link", name=operator.t(f"room.{room}"), exact=True).press("Enter")
    await operator.keep(picture)


async def _walked(operator: Operator, sessions: Sessions, picture: str) -> str:
    """Let a worker answer what was asked for, and keep the page that it then is."""
    place = operator.page.url.removeprefix(operator.base)
    await walk(sessions, place)
    await operator.go(place, picture)
    return place


async def test_a_morning(enter: Enter, sessions: Sessions, tmp_path: Path) -> None:
    """The overview, an alarm that is taken and acknowledged, its subscription, the forecast."""
    now = datetime.now(UTC)
    await fill(sessions, tmp_path)
    async with sessions.begin() as session:
        await raise_alarm(session, PUNCTUAL, "mail_rejected", "550 no such user", now)
    mira = await enter("mira")
    await mira.go("/ops/", "overview")
    await _follow(mira, mira.t("alarm.mail_rejected"), "alarm")
    await mira.send("/take", "")
    await mira.send("/acknowledge", "acknowledged", reason="asked Ada for another address")
    about = mira.page.locator("section.alarms")
    await expect(about).to_contain_text(mira.t("alarms.owned_by", who="operator:mira"))
    await expect(about).to_contain_text("asked Ada for another address")
    await _follow(mira, mira.t("alarms.to_subscription", number=PUNCTUAL), "subscription")
    await expect(mira.page.locator("main")).to_contain_text("asked Ada for another address")
    await _to_room(mira, "ahead", "forecast", "")
    days = {"from": now.date().isoformat(), "to": (now + timedelta(days=7)).date().isoformat()}
    await mira.send("/ops/forecast", "", **days)
    await _walked(mira, sessions, "forecast")
    await expect(mira.page.locator("#lines").get_by_role("link", name=PUNCTUAL).first).to_be_visible()
    assert await mira.album.everything_read() == []


async def test_a_failed_charge_healed(enter: Enter, theatre: Theatre) -> None:
    """Declined this morning and at risk, until the buyer has changed the method; then it is paid, at risk no more."""
    today = datetime.now(UTC).date()
    before = today - timedelta(days=1)
    term: dict[str, Any] = {"starts_on": (today - timedelta(days=365)).isoformat(), "renews_on": today.isoformat()}
    life = await theatre.subscription(live=f"{before} 12:00", method_token="insufficient_funds", **term)
    await life.until(f"{today} 12:00")
    mira = await enter("mira")
    await mira.go("/ops/", "overview")
    await _follow(mira, mira.t("cause.declined"), "at-risk")
    at_risk = mira.page.url.removeprefix(mira.base)
    await _follow(mira, PUNCTUAL, "past-due")
    await expect(mira.page.locator("main")).to_contain_text("insufficient_funds")
    assert await life.command(f"{today} 15:30", "set-payment-method", **NEW_CARD) == "done"
    await mira.go(f"/ops/subscriptions/{PUNCTUAL}", "healed")
    assert await life.phase() == "active"
    await expect(mira.page.locator(".timeline")).to_contain_text(
        f"{mira.t('phase.past_due')} → {mira.t('phase.active')}"
    )
    await mira.go(at_risk, "at-risk-no-more")
    await expect(mira.page.locator("#list .empty")).to_have_text(mira.t("list.none"))
    assert await mira.album.everything_read() == []


async def test_a_policy_changed(enter: Enter, sessions: Sessions, tmp_path: Path) -> None:
    """The form, the what-if, and another person who applies it."""
    await fill(sessions, tmp_path)
    mira, nils = await enter("mira"), await enter("nils")
    await mira.go("/ops/policies/new?country=FR", "")
    values = {"charge_time": "09:30", "effective_on": datetime.now(UTC).date().isoformat()}
    await mira.send("/ops/policies", "", **values)
    place = await _walked(mira, sessions, "what-if")
    await mira.send("/apply", "asked", reason="the bank asked")
    await _to_room(nils, "house", "second", "second-person")
    await _follow(nils, nils.t("second_look"), "")
    await nils.go("/ops/second-person", "")
    await nils.send("/confirm", "confirmed", reason="I looked too")
    await mira.go(place, "applied")
    await expect(mira.page.locator(".told.done h2")).to_have_text(mira.t("what_if.applied"))
    await mira.go("/ops/policies", "")
    await expect(mira.page.locator("main tbody tr")).to_have_count(1)
    assert await mira.album.everything_read() == []


async def test_a_mass_cancellation(enter: Enter, theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer's auto-renew is off everywhere: found by its CSN, resumed together, each with its own outcome."""
    monkeypatch.setattr(bulk, "AGAIN_SECONDS", 1)
    for number in (PUNCTUAL, SECOND, THIRD):
        life = await theatre.subscription(number, csn=CSN)
        assert await life.command("2027-02-01 10:00", "cancel-auto-renew") == "done"
    await life.until("2027-04-02 12:00")
    assert await life.phase() == "expired"
    mira = await enter("mira")
    await _to_room(mira, "subscriptions", "list", "list")
    search = mira.page.locator("form[role=search]")
    await search.locator("summary").click()
    await search.locator("[name=q]").fill(CSN)
    await search.locator("[name=auto_renew]").select_option("no")
    async with mira.page.expect_navigation():
        await search.locator("button").click()
    await mira.album.keep(mira.page, "filtered")
    await expect(mira.page.locator("#list tbody tr")).to_have_count(3)
    choosing = mira.page.locator("form.choosing")
    await choosing.locator("[name=command]").select_option("resume-auto-renew")
    async with mira.page.expect_navigation():
        await choosing.locator("[name=all]").click()
    await mira.album.keep(mira.page, "previewed")
    assert await _outcomes(mira) == {PUNCTUAL: "would be done", SECOND: "would be done", THIRD: "would be refused"}
    await mira.send("/ops/bulk", "given", reason="a key of the shop had leaked")
    await expect(mira.page.locator(".told")).to_contain_text(mira.t("bulk.through"))
    await mira.album.keep(mira.page, "through")
    assert await _outcomes(mira) == {PUNCTUAL: "done", SECOND: "done", THIRD: "refused"}
    assert await mira.album.everything_read() == []


async def _outcomes(operator: Operator) -> dict[str, str]:
    rows = await operator.page.locator(".outcomes tbody tr").all()
    return {await row.locator("a").first.inner_text(): await row.locator(".outcome").inner_text() for row in rows}
