"""An operator looks at one subscription and gives its commands, without JavaScript, in both languages."""

from datetime import UTC, datetime
from typing import Any

from playwright.async_api import expect

from models import staff
from models.engine import Sessions
from models.journal import raise_alarm
from renewals.roles import Role
from tests.browser.staff import Operator, language, operator, read_by_axe
from tests.scenarios.portfolios import PUNCTUAL, SECOND, THIRD
from tests.scenarios.theatre import Theatre

__all__ = ["language", "operator", "read_by_axe"]

OVERDUE, DOUBTFUL, ENDED = "S-40004", "S-40005", "S-40006"


async def test_an_operator_reads_six_lives_and_steers_one(
    operator: Operator, theatre: Theatre, sessions: Sessions
) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        why: dict[str, Any] = {"by": "operator:ana", "reason": "a test", "now": now}
        token = await staff.add_operator(session, "mira", "mira@vendor.example", Role.ADMIN, **why)
    steered = await theatre.subscription(PUNCTUAL)
    await steered.move_to("2027-02-01 12:00")
    held = await theatre.subscription(SECOND, method_kind="card", method_token="tok_live_5f3a9e1c77d24b86")
    await held.command("2027-03-01 10:00", "renew", kind="bank_transfer", token="voucher-never-paid")
    late = await theatre.subscription(OVERDUE, method_token="insufficient_funds")
    await late.move_to("2027-04-06 12:00")
    doubtful = await theatre.subscription(DOUBTFUL, method_token="timeout-then-paid")
    await doubtful.move_to("2027-03-31 06:04")
    ended = await theatre.subscription(ENDED, auto_renew="no")
    await ended.move_to("2027-06-01 10:00")
    await theatre.subscription(THIRD, live=None, imported="2027-02-01 10:00", channel="partner", method_kind="")
    async with sessions.begin() as session:
        await raise_alarm(session, OVERDUE, "mail_rejected", "550 no such user", now)
    await operator.go(f"/ops/enter/{token}", "enter")
    await operator.send(f"/enter/{token}", "overview")
    names = {
        PUNCTUAL: "renewable",
        SECOND: "held",
        OVERDUE: "past-due",
        DOUBTFUL: "in-doubt",
        ENDED: "lapsed",
        THIRD: "not-live",
    }
    for number, name in names.items():
        await operator.go(f"/ops/subscriptions/{number}", name)
    await operator.go("/ops/subscriptions/S-0", "unknown")
    page = operator.page
    await operator.go(f"/ops/subscriptions/{PUNCTUAL}", "again")
    while await (folded := page.locator("main details:not([open])")).count():
        await folded.first.locator("summary").first.click()
    await operator.album.keep(page, "unfolded")
    await page.locator(".timeline a").first.click()
    await operator.album.keep(page, "mail")
    await operator.go(f"/ops/subscriptions/{PUNCTUAL}", "once-more")
    fields = {"reference": "PO-4711", "reason": "the partner called"}
    await operator.send("/record-renewal/confirm", "asks", **fields)
    await page.locator('[name="sure"]').check()
    await operator.send("/record-renewal", "recorded")
    done = operator.t("answer.done", what=operator.t("command.record-renewal"))
    await expect(page.locator(".told h2")).to_have_text(done)
    await operator.go(f"/ops/subscriptions/{PUNCTUAL}", "before-cancelling")
    await operator.send("/cancel-auto-renew/confirm", "asks-to-cancel", reason="they called")
    assert await operator.album.everything_read() == []
