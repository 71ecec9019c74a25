"""An operator's first hour at the console without JavaScript, in both languages: every page is looked at."""

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from playwright.async_api import Browser, expect

from activities.posting import Posting
from console.ops import giving_many, live
from console.ops.asking import Column
from gateways.outbound import Outbound
from models import staff
from models.engine import Sessions
from models.journal import raise_alarm, record
from models.sealing import seal_of
from portfolio.golive import go_live
from portfolio.importing import import_portfolio
from renewals.roles import Role
from settings import Settings
from tests.browser.staff import PATIENCE, Operator, language, operator
from tests.console.ops.staff import PASSWORD

__all__ = ["language", "operator"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"


@pytest.fixture
def read_by_axe() -> bool:
    """The first hour is read in both languages, as one is light and one is dark."""
    return True


async def fill(sessions: Sessions) -> None:
    """The example, live, its renewal dates spread around today; two alarms."""
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=now, imported_by="operator:ana")
        await go_live(session, wall_now=now, by="operator:ana", reason="a test")
        spread = (
            "UPDATE subscriptions SET starts_on = current_date - 400,"
            " renews_on = current_date - 40 + 10 * (substr(number, 4)::int % 12),"
            " phase = CASE WHEN substr(number, 4)::int % 12 >= 4 THEN 'renewable'"
            " WHEN auto_renew THEN 'past_due' ELSE 'expired' END"
        )
        await session.execute(sa.text(spread))
        for number, kind in (("S-1001", "parked"), ("S-1002", "mail_rejected")):
            await raise_alarm(session, number, kind, "Somebody has to look at this.", now)


async def _look_through_the_list(operator: Operator) -> None:
    """Search, keep the view, tick, preview, give; nobody carries it out here, so that it waits."""
    await operator.go("/ops/subscriptions", "list")
    await operator.page.locator("main summary").first.click()
    await operator.album.keep(operator.page, "list-filters")
    every = "&".join(f"col={column}" for column in Column)
    await operator.go(f"/ops/subscriptions?{every}&sort=-renews_on", "list-every-column")
    await operator.go("/ops/subscriptions?q=nobody+of+this+name", "list-none")
    await operator.go("/ops/subscriptions?phase=renewable&from=2020-01-01&q=S-10&tick=all", "list-filtered")
    await operator.send("/ops/views", "list-kept", name="S-10")
    await operator.go("/ops/subscriptions?phase=not-one", "list-wrong")
    ticked = "&".join(f"tick=S-10{n:02}" for n in range(1, 13))
    await operator.go(f"/ops/bulk/preview?command=resume-auto-renew&{ticked}", "bulk-preview")
    await operator.send("/ops/bulk", "bulk-waiting", reason="the outage is over")
    await operator.go("/ops/bulk", "bulk-actions")


async def _tell_others(operator: Operator, sessions: Sessions) -> None:
    """An endpoint that nobody answers at, tried out and told; and what is mailed to oneself."""
    await operator.go("/ops/webhooks", "webhooks-empty")
    await operator.send("/ops/webhooks", "webhook-added", url="http://127.0.0.1:9/hook", reason="the CRM")
    async with sessions() as session:
        id_ = await session.scalar(sa.text("SELECT id FROM webhook_endpoints"))
    here = f"/ops/webhooks/{id_}"
    await operator.go(here, "webhook-quiet")
    await operator.send("/test", "webhook-tried-out", reason="is it there?")
    async with sessions.begin() as session:
        record(session, "S-1001", datetime.now(UTC), "released", {})
    seal = seal_of(Settings(local_stack=True).sealed_under)
    await Posting(sessions, Outbound(plain=True, private=True), "https://renewals.example/ops", seal).turn()
    await operator.go(here, "webhook-told")
    async with sessions() as session:
        event = await session.scalar(sa.text("SELECT max(event_id) FROM webhook_deliveries"))
    await operator.go(f"{here}/{event}", "webhook-event")
    await operator.go("/ops/webhooks", "webhooks")
    await operator.go("/ops/letters-to-me", "letters-to-me")


async def test_the_overview_keeps_up_by_itself(
    chromium: Browser, home: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.2)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        token = await staff.add_operator(
            session, "mira", "mira@vendor.example", Role.ADMIN, by="operator:ana", reason="a test", now=now
        )
    base, faults = home.removesuffix("/account"), []
    async with await chromium.new_context(locale="en-GB") as looking:
        page = await looking.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: faults.append(said.text))
        await page.goto(f"{base}/ops/enter/{token}")
        await page.locator("main form button").click()
        await expect(page.locator("[data-live=alarms]")).to_contain_text("No alarm is open.")
        async with sessions.begin() as session:
            await raise_alarm(session, None, "charges_stopped", "look <b>here</b>", now)
        await expect(page.locator("[data-live=alarms]")).to_contain_text("look <b>here</b>")
        assert faults == []


async def test_an_operators_first_hour(operator: Operator, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_many, "PER_COMMAND_SECONDS", 0.1)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        token = await staff.add_operator(
            session, "mira", "mira@vendor.example", Role.ADMIN, by="operator:ana", reason="a test", now=now
        )
    await operator.go("/ops/sign-in", "sign-in")
    await operator.go(f"/ops/enter/{token}", "enter")
    await operator.send(f"/enter/{token}", "overview-empty")
    await operator.go("/ops/subscriptions", "list-empty")
    await operator.go("/ops/bulk", "bulk-empty")
    await operator.go("/ops/set-up", "set-up")
    secret = (await operator.page.locator("code.address").inner_text()).replace(" ", "")
    wrong = {"password": PASSWORD, "again": PASSWORD + "!", "code": "123456"}
    await operator.send("/set-up", "set-up-wrong", **wrong)
    right = {"again": PASSWORD, "code": pyotp.TOTP(secret).now()}
    await operator.send("/set-up", "recovery-codes", **wrong | right)
    await fill(sessions)
    await operator.go("/ops/", "overview")
    await expect(operator.page.locator(".alarms article")).to_have_count(2)
    await operator.go("/ops/?of=USD&per=day", "overview-by-day")
    await _look_through_the_list(operator)
    fields = {"name": "nils", "email": "nils@vendor.example", "role": "operator", "reason": "new colleague"}
    await operator.go("/ops/people", "people")
    await operator.send("/ops/people", "people-added", **fields)
    await operator.go("/ops/pauses", "pauses")
    await operator.send("/charges/pause", "paused", reason="odd declines")
    await operator.send("/charges/resume", "asked", reason="all is well")
    await operator.go("/ops/second-person", "second-person")
    await operator.go("/ops/keys", "keys")
    await _tell_others(operator, sessions)
    await operator.go("/ops/mails", "mails")
    await operator.go("/ops/elsewhere", "not-found")
    await operator.go("/ops/", "overview-paused")
    await operator.send("/sign-out", "signed-out")
    await expect(operator.page.get_by_role("button", name=operator.t("sign_in"))).to_be_visible()
    assert await operator.album.everything_read() == []
