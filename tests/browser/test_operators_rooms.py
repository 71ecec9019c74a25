"""The rooms beside the list without JavaScript, empty and full, in both languages: every page is looked at."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from models import staff
from models.engine import Sessions
from models.journal import raise_alarm, record
from renewals.alarms import KINDS
from renewals.roles import Role
from tests.browser.staff import Operator, language, operator, read_by_axe
from tests.browser.test_operators import fill
from tests.console.ops.test_letters import notice
from tests.console.ops.test_mails import LETTER
from tests.console.ops.test_results import DECLINED, RENEWED

__all__ = ["language", "operator", "read_by_axe"]

WHOLE = LETTER.replace(
    b'<p style="color: red">', b'<!doctype html><html lang="en"><title>A letter</title><main><h1>'
).replace(b"</p><script>alert(1)</script>", b"</h1></main></html>")
"""A letter as ours are: with a language and a title."""

EMPTY = {
    "alarms": "/ops/alarms",
    "audit": "/ops/audit?from=2030-01-01",
    "letters": "/ops/letters",
    "compliance": "/ops/compliance",
    "customers": "/ops/customers",
    "charges": "/ops/charges",
    "calendar": "/ops/calendar",
    "go-live": "/ops/go-live",
    "results": "/ops/results",
}


async def _enter(operator: Operator, sessions: Sessions) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        token = await staff.add_operator(
            session, "mira", "mira@vendor.example", Role.ADMIN, by="operator:ana", reason="a test", now=now
        )
    await operator.go(f"/ops/enter/{token}", "enter")
    await operator.send(f"/enter/{token}", "overview-empty")


async def _see_to_alarms(operator: Operator, sessions: Sessions) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        for n, kind in enumerate(KINDS):
            detail = "No charge notice meets us-ca-17602 (2027-02-14 to 2027-03-16). Write to the buyer yourself."
            await raise_alarm(session, f"S-10{n % 12 + 1:02}", kind, detail, now, subject="again")
    await operator.go("/ops/alarms", "alarms")
    async with operator.page.expect_navigation():
        await operator.page.get_by_role("link", name=operator.t("alarm.mail_rejected"), exact=True).first.click()
    await operator.album.keep(operator.page, "alarm")
    await operator.send("/take", "alarm-taken")
    await operator.send("/acknowledge", "alarm-acknowledged", reason="asked Jo for another address")
    form = operator.page.locator('form[action$="/end"]')
    await form.locator('[name="reason"]').fill("told by phone")
    await form.locator('[name="sure"]').check()
    await operator.send("/end", "alarm-ended")
    await operator.go("/ops/alarms?state=ended", "alarms-ended")
    await operator.go("/ops/alarms?kind=none", "alarms-none")
    await operator.go("/ops/runbooks/parked_subscriptions", "runbook")
    await operator.go("/ops/", "overview")


async def _look_into_the_rest(operator: Operator, sessions: Sessions) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        starts_on = (
            await session.execute(sa.text("SELECT starts_on FROM subscriptions WHERE number = 'S-1009'"))
        ).scalar_one()
        for n, outcome in enumerate(("sent", "failed", "missed", None)):
            row = notice(n, "S-1009", "mia@harbour.example", kind="advance_charge_notice", outcome=outcome)
            row.planned_for, row.sent_at = now, now if outcome == "sent" else None
            row.raw = WHOLE if outcome != "missed" else None
            row.term_starts_on, row.reply = starts_on, "250 2.0.0 OK: queued as 4bXk2F3zDzz9sV"
            row.message_id = f"<{'f' * 40}.{n}@mail.vendor.example>"
            session.add(row)
        record(
            session, "S-1004", now, "command", {"name": "park", "outcome": "done"}, by="operator:ana", reason="asked"
        )
    await operator.go("/ops/letters", "letters")
    await operator.go("/ops/letters?state=failed&to=mia@harbour.example", "letters-filtered")
    await operator.go(f"/ops/letters?sent_from={now.date()}&sent_until={now.date()}", "letters-sent")
    for n, name in enumerate(("sent", "refused", "missed", "waiting")):
        await operator.go(f"/ops/letters/{UUID(int=n)}", f"letter-{name}")
    await operator.go("/ops/compliance", "compliance")
    await operator.page.locator("main summary").last.click()
    await operator.album.keep(operator.page, "compliance-rules")
    await operator.go("/ops/compliance?state=missing", "compliance-missing")
    await operator.go("/ops/compliance/S-1009", "compliance-one")
    await operator.go("/ops/customers", "customers")
    await operator.go("/ops/customers/5100000001", "customer")
    await operator.go("/ops/calendar", "calendar")
    await operator.page.locator("main summary").last.click()
    await operator.album.keep(operator.page, "calendar-table")
    await operator.go("/ops/audit", "audit")


async def _go_live(operator: Operator, sessions: Sessions) -> None:
    """Some of the import is taken back to where it waits, with a bit of everything that is odd."""
    async with sessions.begin() as session:
        for change in (
            "UPDATE subscriptions SET live_at = NULL WHERE number < 'S-1010'",
            "UPDATE subscriptions SET method_id = NULL, auto_renew = true WHERE number = 'S-1003'",
            "UPDATE subscriptions SET renews_on = current_date + 3 WHERE number IN ('S-1006', 'S-1005')",
            "UPDATE subscriptions SET parked_at = now(), parked_because = 'asked' WHERE number = 'S-1001'",
        ):
            await session.execute(sa.text(change))
        import_id = await session.scalar(sa.text("SELECT id FROM imports"))
    await operator.go("/ops/go-live", "go-live")
    here = f"/ops/go-live/{import_id}"
    await operator.go(here, "go-live-import")
    await operator.go(f"{here}?odd=past", "go-live-odd")
    await operator.go(f"{here}/preview?all=1", "go-live-preview")
    await operator.page.locator('[name="sure"]').check()
    await operator.send(here, "go-live-run", reason="the pilot went well")
    async with sessions.begin() as session:
        await session.execute(sa.text("UPDATE subscriptions SET live_at = NULL WHERE number = 'S-1002'"))
        await session.execute(sa.text("UPDATE go_lives SET given_at = given_at - interval '3 minutes'"))
    await operator.go(operator.page.url.removeprefix(operator.base), "go-live-late")


async def _see_results(operator: Operator, sessions: Sessions) -> None:
    """Terms of every month, some of them renewed, one after a decline."""
    async with sessions.begin() as session:
        spread = "starts_on = current_date - 800, renews_on = current_date - 25 * (substr(subscription, 5)::int % 14)"
        await session.execute(sa.text(f"UPDATE terms SET {spread}"))  # noqa: S608  # the literal above
        for n in range(1, 13):
            way = "automatic" if n % 3 else "checkout"
            await session.execute(sa.text(RENEWED.format(number=f"S-10{n:02}", way=way)))
        await session.execute(sa.text(DECLINED.format(number="S-1004")))
    await operator.go("/ops/results", "results")
    await operator.go("/ops/charges", "charges")
    await operator.go("/ops/", "overview-charged")


async def test_the_rooms_of_an_operator(operator: Operator, sessions: Sessions) -> None:
    await _enter(operator, sessions)
    for name, path in EMPTY.items():
        await operator.go(path, f"{name}-empty")
    await fill(sessions)
    await _see_to_alarms(operator, sessions)
    await _look_into_the_rest(operator, sessions)
    await _go_live(operator, sessions)
    await _see_results(operator, sessions)
    assert await operator.album.everything_read() == []
