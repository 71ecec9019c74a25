"""Calendars over the API: for whoever has a key, of one subscription or of a customer."""

import pytest
from icalendar import Calendar

from models.api_keys import Scope
from models.engine import Sessions
from tests.console.api.calling import Api, new_key, partners_key

pytestmark = pytest.mark.usefixtures("portfolio")


def uids(content: bytes) -> list[str]:
    return sorted(str(event["uid"]) for event in Calendar.from_ical(content).walk("VEVENT"))


async def test_a_subscription_has_its_three_days(api: Api) -> None:
    answer = await api.get("/subscriptions/S-1001/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="S-1001.ics"'
    assert uids(answer.content) == [
        "late_window_ends-S-1001-20270331@perennial",
        "renews-S-1001-20270331@perennial",
        "window_opens-S-1001-20270331@perennial",
    ]


async def test_a_customer_has_those_of_all_its_subscriptions_and_of_no_others(api: Api) -> None:
    mine = (await api.get("/subscriptions?customer=5100000003")).json()["items"]
    found = uids((await api.get("/customers/5100000003/calendar.ics")).content)
    each = [uids((await api.get(f"/subscriptions/{one['number']}/calendar.ics")).content) for one in mine]
    assert found == sorted(uid for some in each for uid in some)
    assert len(mine) == 2


async def test_what_is_known_is_not_sent_again_until_it_changes(api: Api) -> None:
    tag = (await api.get("/customers/5100000001/calendar.ics")).headers["etag"]
    again = await api.get("/customers/5100000001/calendar.ics", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/subscriptions/S-9999/calendar.ics", "/customers/9/calendar.ics"])
async def test_there_is_none_of_what_is_not_there(api: Api, path: str) -> None:
    assert (await api.get(path)).status_code == 404


async def test_it_takes_a_key_that_may_read(api: Api, sessions: Sessions) -> None:
    path = "/subscriptions/S-1001/calendar.ics"
    assert (await Api(api.app, None).get(path)).status_code == 401
    others = [scope for scope in Scope if scope not in (Scope.READ, Scope.PARTNER)]
    assert (await Api(api.app, await new_key(sessions, *others)).get(path)).status_code == 403
    assert (await Api(api.app, await partners_key(sessions)).get(path)).status_code == 403
    assert (await Api(api.app, await new_key(sessions, Scope.READ)).get(path)).status_code == 200
