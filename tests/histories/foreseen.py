"""The lives that are recorded of what is only looked at: a forecast that is walked, and one that breaks."""

from datetime import date
from uuid import UUID

from activities import foreseeing
from activities.starting import start_foresight
from models.forecasts import ask_forecast
from tests.histories.troubles import Beside, breaking
from tests.scenarios.diary import instant
from tests.scenarios.theatre import Life, Theatre
from workflows import contract

DAY = date(2027, 3, 31)


async def a_forecast_is_walked(theatre: Theatre) -> Life:
    life = await theatre.subscription(live="2027-02-01")
    return await _carried_on(life, await _asked(life))


async def a_forecast_breaks(theatre: Theatre) -> Life:
    """An error of ours is told on its page, and ends nothing else."""
    life = await theatre.subscription(live="2027-02-01")
    with breaking(foreseeing, "foresee_slice", ValueError("odd"), times=1):
        return await _carried_on(life, await _asked(life))


LIVES = (a_forecast_is_walked, a_forecast_breaks)


async def _asked(life: Life) -> UUID:
    async with life.sessions.begin() as session:
        now = instant("2027-03-30 20:00", life.zone)
        id_ = await ask_forecast(session, DAY, DAY, life.zone, by="operator:ana", now=now)
    assert id_ is not None
    return id_


async def _carried_on(life: Life, id_: UUID) -> Beside:
    await start_foresight(life.client, "forecast", id_)
    walked = Beside(**vars(life), workflow_id=contract.foresight_id("forecast", id_))
    await life.client.get_workflow_handle(walked.workflow_id).result()
    return walked
