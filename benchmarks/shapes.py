"""Workflows to compare ours with."""

from datetime import datetime, timedelta

from temporalio import activity, workflow


@workflow.defn
class Leanest:
    """The leanest that could renew: one timer, two activities that do nothing."""

    @workflow.run
    async def run(self, due_at: datetime) -> None:
        await workflow.sleep(due_at - workflow.now())
        for empty in (charge_nothing, mail_nothing):
            await workflow.execute_activity(empty, start_to_close_timeout=timedelta(minutes=2))


@activity.defn
async def charge_nothing() -> None:
    """Nothing."""


@activity.defn
async def mail_nothing() -> None:
    """Nothing."""


@workflow.defn
class Waiting:
    """Does nothing but wait."""

    @workflow.run
    async def run(self, _: str) -> None:
        await workflow.wait_condition(lambda: False)


@workflow.defn
class Answering:
    """Answers an update at once."""

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def answer(self, what: str) -> str:
        return what
