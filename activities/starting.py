"""How workflows are started, by whoever does: under the name of what they are about.

That of a subscription is findable from its first event. Search attributes that the start has already need not be
written by the first plan: an action and an event less, and less that a worker keeps of each run.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlmodel import col
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.planning import plans_of
from models.engine import Sessions
from models.parties import CustomerRow
from models.subscriptions import SubscriptionRow
from renewals.calendar import midnight
from renewals.facts import Phase
from workflows import contract
from workflows.contract import Start, TermPlan, workflow_id

_log = logging.getLogger(__name__)

AT_ONCE = 20
"""How many starts are under way at the same time."""

MOST_DROPPED = 20
"""How often in a row an update may be dropped as signals come; each is one task of a run that ends."""


@dataclass(frozen=True, slots=True)
class Startable:
    """What the start of a subscription's workflow says of it. `new`: it was never planned."""

    number: str
    customer: str
    time_zone: str
    phase: str
    renews_on: date
    auto_renew: bool
    new: bool

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        """From a row of `STARTABLE`."""
        return cls(*row)

    def __str__(self) -> str:
        return self.number

    def attributes(self) -> TypedSearchAttributes:
        renews_at = midnight(self.renews_on, self.time_zone)
        return given(contract.search_attributes(Phase(self.phase), renews_at, self.customer, self.auto_renew))

    def options(self) -> dict[str, Any]:
        """What every start of it is given."""
        return {
            "id": workflow_id(self.number),
            "task_queue": contract.TASK_QUEUE,
            "static_summary": f"Renewals of {self.number}",
            "search_attributes": self.attributes(),
        }


def given(attributes: Mapping[SearchAttributeKey[Any], Any]) -> TypedSearchAttributes:
    """Search attributes as a start takes them."""
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in attributes.items()])


STARTABLE = select(
    col(SubscriptionRow.number),
    col(SubscriptionRow.csn),
    col(CustomerRow.time_zone),
    col(SubscriptionRow.phase),
    col(SubscriptionRow.renews_on),
    col(SubscriptionRow.auto_renew),
    col(SubscriptionRow.planned_under).is_(None),
).join(CustomerRow, col(CustomerRow.csn) == col(SubscriptionRow.csn))
"""The columns of `Startable`, of every subscription unless narrowed."""


async def start_or_wake(client: Client, it: Startable, plan: TermPlan | None = None) -> None:
    """Start the workflow, or wake it where it runs already: to go by that plan, or else to plan anew."""
    if it.new:
        try:
            await client.start_workflow(contract.SUBSCRIPTION_WORKFLOW, Start(it.number), **it.options())
        except WorkflowAlreadyStartedError:  # it runs, and could not plan: wake it below
            pass
        else:
            return
    await client.start_workflow(
        contract.SUBSCRIPTION_WORKFLOW,
        Start(it.number),
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=contract.WAKE_SIGNAL,
        start_signal_args=[plan] if plan else [],
        **it.options(),
    )


async def wake_all(client: Client, sessions: Sessions, numbers: Sequence[str], wall_now: datetime) -> None:
    """Plan subscriptions again and hand each workflow its plan, a few at a time; one that does not run is started.

    Raises `RPCError` of the first that could not be woken.
    """
    try:
        plans = await plans_of(sessions, numbers, wall_now)
    except Exception as odd:  # one has facts that cannot be planned: each plans for itself, and that one says so
        _log.warning("%d subscriptions could not be planned together: %s", len(numbers), type(odd).__name__)
        plans = {}
    async with sessions() as session:
        query = STARTABLE.where(col(SubscriptionRow.number).in_(numbers)).order_by(col(SubscriptionRow.number))
        rows = (await session.execute(query)).all()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(it: Startable) -> None:
        async with gate:
            await start_or_wake(client, it, plans.get(it.number))

    await asyncio.gather(*(one(Startable.of(row)) for row in rows))


async def follow(client: Client, reference: str) -> None:
    """Let a quote's workflow look at it; one that does not run is started."""
    await client.start_workflow(
        contract.QUOTE_WORKFLOW, reference, start_signal=contract.WAKE_SIGNAL, **quote_options(reference)
    )


def quote_options(reference: str) -> dict[str, Any]:
    """What every start of a quote's workflow is given."""
    return {
        "id": contract.quote_workflow_id(reference),
        "task_queue": contract.TASK_QUEUE,
        "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
        "static_summary": f"Quote {reference}",
    }


async def start_foresight(client: Client, what: str, id_: UUID) -> None:
    """Have a `forecast` or a `what-if` walked, unless that is under way."""
    await client.start_workflow(
        contract.FORESIGHT_WORKFLOW,
        args=[what, str(id_)],
        id=contract.foresight_id(what, id_),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        priority=Priority(priority_key=5),  # whoever waits for a renewal comes before whoever only looks
        static_summary=f"The {what} that was asked for",
    )


async def start_bulk_checkout(client: Client, basket_id: UUID) -> WorkflowHandle[Any, Any]:
    """Let a stored bulk checkout be carried out; one that is under way goes on, and repeating it is harmless.

    Raises `RPCError`.
    """
    return await client.start_workflow(
        contract.BULK_CHECKOUT_WORKFLOW,
        str(basket_id),
        id=contract.bulk_checkout_id(basket_id),
        task_queue=contract.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="Bulk checkout",
        priority=Priority(priority_key=1),  # its buyer waits, while a hundred workflows that it woke plan anew
    )


async def ask_subscription(client: Client, it: Startable, update: str, *args: Any, result: type[Any]) -> Any:
    """The answer of a subscription's workflow to an update; it is started where it does not run."""
    workflow_, conflict = contract.SUBSCRIPTION_WORKFLOW, WorkflowIDConflictPolicy.USE_EXISTING
    start = partial(
        WithStartWorkflowOperation, workflow_, Start(it.number), id_conflict_policy=conflict, **it.options()
    )
    return await _ask(client, start, update, args, result)


async def ask_quote(client: Client, reference: str, update: str) -> None:
    """Have a quote's workflow carry out an update; it is started where it does not run."""
    start = partial(WithStartWorkflowOperation, contract.QUOTE_WORKFLOW, reference, **quote_options(reference))
    await _ask(client, start, update, (), None)


async def _ask(
    client: Client,
    start: Callable[[], WithStartWorkflowOperation[Any, Any]],
    update: str,
    args: Sequence[Any],
    result: type[Any] | None,
) -> Any:
    """A signal that comes as a run ends has its last task taken again: Temporal drops what that task was to answer.

    That is asked again, under another id, as an id that failed once would fail for the rest of the run.
    """
    for last in [False] * MOST_DROPPED + [True]:
        try:
            return await client.execute_update_with_start_workflow(
                update, args=args, start_workflow_operation=start(), id=str(uuid4()), result_type=result
            )
        except RPCError as dropped:
            if last or dropped.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
    raise AssertionError("the last time answers or raises")
