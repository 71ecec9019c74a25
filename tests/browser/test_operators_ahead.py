"""An operator looks ahead: forecasts, offerings, policies and what-ifs, without JavaScript, in both languages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from playwright.async_api import expect
from temporalio.client import Client

from activities.foreseeing import Foreseeing
from models import staff
from models.engine import Sessions
from models.pauses import Pausable, pause
from renewals.roles import Role
from tests.activities.desk import run_at
from tests.browser.staff import Operator, language, operator, read_by_axe
from tests.console.ops.ahead import change, fill, walk

__all__ = ["language", "operator", "read_by_axe"]


async def answered(operator: Operator, sessions: Sessions, name: str) -> str:
    """Let a worker answer what was asked for, and keep the page that it then is."""
    place = operator.page.url.removeprefix(operator.base)
    await walk(sessions, place)
    await operator.go(place, name)
    return place


async def test_an_operator_looks_ahead(operator: Operator, sessions: Sessions, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        why: dict[str, Any] = {"by": "operator:ana", "reason": "a test", "now": now}
        token = await staff.add_operator(session, "mira", "mira@vendor.example", Role.ADMIN, **why)
    await operator.go(f"/ops/enter/{token}", "enter")
    await operator.send(f"/enter/{token}", "overview")
    for room in ("forecast", "offerings", "policies", "what-if"):
        await operator.go(f"/ops/{room}", f"{room}-empty")
    await fill(sessions, tmp_path)
    bell: list[str] = []

    class Bell:
        async def start_workflow(self, *_: object, id: str, **__: object) -> None:
            bell.append(id)

    await run_at(now, Foreseeing(sessions, cast("Client", Bell())).look_ahead)
    await walk(sessions, "/ops/" + bell[0].replace("forecast-", "forecast/", 1))
    await operator.go("/ops/forecast", "forecasts")
    days = {"from": now.date().isoformat(), "to": (now + timedelta(days=20)).date().isoformat()}
    await operator.send("/ops/forecast", "forecast-walking", **days)
    place = await answered(operator, sessions, "forecast")
    await operator.go("/ops/forecast", "")
    await operator.send("/ops/forecast", "", **days | {"to": (now + timedelta(days=365)).date().isoformat()})
    await answered(operator, sessions, "forecast-of-a-year")
    await operator.page.locator("main summary").first.click()
    await operator.album.keep(operator.page, "forecast-of-a-year-by-day")
    await operator.go(place, "")
    await change(
        sessions,
        "UPDATE forecasts SET since_at = since_at - interval '40 days', until_at = until_at - interval '40 days',"
        " asked_at = asked_at - interval '40 days'",
        "UPDATE forecast_lines SET at = at - interval '40 days'",
    )
    await operator.send("/compare", "forecast-comparing")
    await answered(operator, sessions, "forecast-compared")
    await operator.go(f"{place}?verdict=not_happened", "forecast-differences")
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="odd", now=now)
    await operator.go("/ops/forecast", "forecasts-paused")
    await operator.send("/ops/forecast", "forecast-wrong", **{"from": "2020-01-01", "to": "2020-01-01"})
    await change(sessions, "UPDATE pauses SET ended_at = now(), ended_by = 'x', ended_because = 'x'")

    await operator.go("/ops/offerings", "offerings")
    await operator.go("/ops/offerings/DRAFT-STD", "offering")
    price = {"list_price": "540.00", "renewal_price": "400.00", "effective_on": now.date().isoformat()}
    await operator.page.locator('[name="price"]').select_option("year EUR")
    await operator.send("/DRAFT-STD", "price-wrong", **price | {"renewal_price": "4.001"})
    await operator.send("/DRAFT-STD", "price-walking", **price)
    await answered(operator, sessions, "price-what-if")
    await operator.send("/apply", "price-asked", reason="the market")
    await operator.go("/ops/second-person", "second-person")

    await operator.go("/ops/policies/new?country=FR", "policy-form")
    await operator.send("/ops/policies", "policy-wrong", reminder_days="soon")
    values = {"reminder_days": "45, 14, 1", "charge_time": "09:30", "effective_on": now.date().isoformat()}
    await operator.send("/ops/policies", "policy-walking", **values)
    await answered(operator, sessions, "policy-what-if")
    for n in (0, 1):
        await change(
            sessions,
            "INSERT INTO policies (id, country, version, effective_on, values, set_by, reason, set_at)"  # noqa: S608 - a number of ours
            f" SELECT gen_random_uuid(), 'FR', version + {n}, effective_on + 9 * {n}, args->'values', 'operator:nils',"
            " 'the bank asked', now() FROM what_ifs WHERE what = 'policy'",
        )
    await operator.go("/ops/policies", "policies")
    await operator.go("/ops/what-if", "what-ifs")
    await expect(operator.page.locator("tbody tr")).to_have_count(2)
    assert await operator.album.everything_read() == []
