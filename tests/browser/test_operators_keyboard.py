"""The console without a mouse: every control is reached, in the order of reading, and is seen to be reached."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

from models import staff
from models.engine import Sessions
from renewals.roles import Role
from tests.browser.staff import Operator, language, operator, read_by_axe
from tests.browser.test_keyboard import CONTROLS, tabbed_through
from tests.browser.test_operators import fill

__all__ = ["language", "operator", "read_by_axe"]

PAGES = {
    "/ops/": "overview",
    "/ops/subscriptions?q=S-100": "",
    "/ops/subscriptions/S-1001": "subscription",
    "/ops/alarms": "",
    "/ops/pauses": "",
    "/ops/calendar": "",
    "/ops/audit?deed=sign_in": "",
    "/ops/people": "",
}
"""Of each kind of page one, and the name of its picture. A field for a date is several stops, one after the other."""


def stops(names: Iterable[object]) -> list[object]:
    """Those that follow themselves once."""
    return [name for name, _ in groupby(names)]


async def test_tab_leads_an_operator_to_every_control_in_order_and_shows_where_it_is(
    operator: Operator, sessions: Sessions
) -> None:
    await fill(sessions)
    async with sessions.begin() as session:
        token = await staff.add_operator(
            session,
            "mira",
            "mira@vendor.example",
            Role.ADMIN,
            by="operator:ana",
            reason="a test",
            now=datetime.now(UTC),
        )
    await operator.go(f"/ops/enter/{token}", "")
    await operator.send(f"/enter/{token}", "")
    for path, name in PAGES.items():
        await operator.go(path, name)
        controls = await operator.page.evaluate(CONTROLS)
        reached = await tabbed_through(operator.page)
        assert stops(each["name"] for each in reached) == stops(controls), path
        by_name = groupby(reached, itemgetter("name"))
        assert [name for name, its in by_name if not any(each["seen"] for each in its)] == [], path
