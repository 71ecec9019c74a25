"""One subscription, one workflow, one run per term.

    resolve open attempts → plan the term → wait for the next step, or a wake-up → perform it → …
    → term over: continue as new; lapsed: done

The plan is data, made outside by a pure function (`renewals/plan.py`) and recorded in history; the workflow only walks
it. Commands and steps take turns under one lock. Histories carry ids, dates and amounts, nothing personal.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError
from temporalio.workflow import ContinueAsNewVersioningBehavior

from renewals.commands import Name
from renewals.plan import Step, in_words
from workflows import contract
from workflows.contract import Answer, Applied, CaughtUp, ReceivedSignal, Start, TermPlan
from workflows.failures import error_class
from workflows.options import AFTER_A_FAILURE, COMMAND, DATABASE, PLANNING_LOCALLY
from workflows.shown import attributes_given, attributes_of, show, status_of
from workflows.steps import PERFORMERS

with workflow.unsafe.imports_passed_through():
    from activities.commands import Commands
    from activities.planning import Planning


@workflow.defn(name=contract.SUBSCRIPTION_WORKFLOW)
class SubscriptionWorkflow:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self._number = start.number
        self._term_starts_on = start.term_starts_on
        self._plan: TermPlan | None = start.plan
        self._turn = asyncio.Lock()
        self._woken = start.plan is None
        self._handed: TermPlan | None = None
        self._written = attributes_of(start.plan) if start.plan else attributes_given()
        self._resting = False
        self._leaving = False
        self._signals = 0
        self._not_before: datetime | None = None

    @workflow.run
    async def run(self, start: Start) -> None:
        """Live one term of the subscription."""
        if start.plan:
            show(start.plan)
        while not self._term_is_over():
            step = await self._next_due()
            async with self._turn:
                if self._woken:
                    await self._plan_anew()
                elif step is not None and step is self._due_now():
                    await self._perform(step)
        await self._leave()

    async def _next_due(self) -> Step | None:
        """Wait until a step is due or something woke us; the step, if it is one."""
        while not self._woken and self._due_now() is None:
            self._resting = True
            await self._rest_until_due_or_planned_anew(self._plan)
            self._resting = False
        self._write_attributes()
        return self._due_now()

    async def _rest_until_due_or_planned_anew(self, plan: TermPlan | None) -> None:
        """One timer for the next step; a plan without steps waits for a wake-up."""
        step = plan.steps[0] if plan and plan.steps else None
        until = self._starts_at(step) if step else None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._woken or not (self._plan is plan or self._can_wait_until(until)),
                timeout=until - workflow.now() if until else None,
                timeout_summary=f"{in_words(step)} on {step.at:%Y-%m-%d}" if step else None,
            )

    def _can_wait_until(self, until: datetime | None) -> bool:
        """Was the plan handed to us, and has nothing to do before then? Then the timer that runs is left to run."""
        handed = self._handed
        if until is None or handed is None or self._plan is not handed:
            return False
        return not handed.steps or self._starts_at(handed.steps[0]) >= until

    def _due_now(self) -> Step | None:
        """The first step of the plan, if its time has come."""
        if self._plan is None or not self._plan.steps:
            return None
        step = self._plan.steps[0]
        return step if self._starts_at(step) <= workflow.now() else None

    def _starts_at(self, step: Step) -> datetime:
        """When a step is taken, in the world's time: at its own, or after a failure some time later."""
        at = self._wall(step.at)
        return max(at, self._not_before) if self._not_before else at

    def _wall(self, at: datetime) -> datetime:
        """The world's time of an instant in the subscription's own time."""
        return at - timedelta(seconds=self._plan.clock_ahead_seconds if self._plan else 0)

    async def _plan_anew(self) -> None:
        """Plan from the facts: in this very task if the database is there, else patiently.

        Facts that cannot be planned leave the plan as it was; who mends them wakes us.
        """
        self._woken, self._not_before = False, None
        handed = self._handed
        try:
            plan = await workflow.execute_local_activity_method(
                Planning.plan_term, args=[self._number, workflow.now()], **PLANNING_LOCALLY
            )
        except FailureError:  # a local activity's own error arrives without an ActivityError around it
            try:
                plan = await workflow.execute_activity_method(
                    Planning.plan_term, args=[self._number], summary="plan the term", **DATABASE
                )
            except ActivityError as failure:
                if error_class(failure) == contract.UNKNOWN_SUBSCRIPTION:
                    raise
                await self._hold_back("planning", failure)
                return
        self._adopt(plan, handed)

    async def _perform(self, step: Step) -> None:
        """Perform a step; the activity reads the facts again, and answers with the plan that follows."""
        performer = PERFORMERS[step.do]
        args = [self._number] + ([performer.argument(step)] if performer.argument else [])
        handed = self._handed
        try:
            plan = await workflow.execute_activity_method(
                performer.activity, args=args, summary=in_words(step), **performer.options
            )
        except ActivityError as failure:
            await self._hold_back(in_words(step), failure)
        else:
            self._adopt(plan, handed)

    async def _hold_back(self, what: str, failure: ActivityError) -> None:
        """Take no step for a while, so that commands have their turn, and tell the operators why."""
        self._not_before = workflow.now() + AFTER_A_FAILURE
        await self._report(what, failure)

    async def _report(self, what: str, failure: ActivityError) -> None:
        """Tell the operators of what trying again does not cure."""
        await workflow.execute_activity_method(
            Planning.report_failure, args=[self._number, what, error_class(failure)], summary="alarm", **DATABASE
        )

    def _adopt(self, plan: TermPlan, handed: TermPlan | None) -> None:
        """Go by a plan that was made for us, unless a newer one was handed over since the one we knew of.

        Otherwise ours is the truth whatever its count: a database restored from its backup counts from an older one.
        """
        if self._handed is handed or plan.replaces(self._plan):
            self._plan = plan
            self._term_starts_on = self._term_starts_on or plan.starts_on
            show(plan)
        self._write_attributes()

    def _write_attributes(self) -> None:
        """Write what Temporal's pages can filter by, where it changed."""
        if self._plan and (wanted := attributes_of(self._plan)) != self._written:
            workflow.upsert_search_attributes([key.value_set(value) for key, value in wanted.items()])
            self._written = wanted

    def _term_is_over(self) -> bool:
        if self._plan is None or self._woken:
            return False
        return self._ends_with(self._plan) or workflow.info().is_continue_as_new_suggested()

    def _ends_with(self, plan: TermPlan) -> bool:
        return plan.over or plan.starts_on != self._term_starts_on

    async def _leave(self) -> None:
        """End the run once every handler has answered: for good when lapsed, else into the next term."""
        self._leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._plan and not self._plan.over:
            workflow.continue_as_new(
                Start(self._number, self._plan.starts_on, None if self._woken else self._plan),
                initial_versioning_behavior=ContinueAsNewVersioningBehavior.AUTO_UPGRADE,
            )

    @workflow.update(name=contract.APPLY_UPDATE)
    async def apply(self, command_id: str) -> Answer:
        """Apply a stored command; answers with its outcome."""
        async with self._turn:
            handed = self._handed
            try:
                applied: Applied = await workflow.execute_activity_method(
                    Commands.apply_command, args=[self._number, command_id], summary=f"command {command_id}", **COMMAND
                )
            except ActivityError as failure:
                await self._report(f"command {command_id}", failure)
                if workflow.patched(contract.PLANS_AFTER_A_FAILED_COMMAND):
                    self._woken = True  # its order may stand, and be asked about
                raise ApplicationError("The command could not be applied; the operators have been told.") from None
            return self._applied(applied, handed)

    @apply.validator
    def _is_an_id(self, command_id: str) -> None:
        """Shape only: whether the command is allowed is for the facts to say."""
        UUID(command_id)

    @workflow.signal(name=contract.CANCEL_SIGNAL)
    async def cancel_auto_renew(self, request: Any = None) -> None:
        """Cancel auto-renew; the argument may be left out (contract)."""
        await self._take(Name.CANCEL_AUTO_RENEW, request)

    @workflow.signal(name=contract.RESUME_SIGNAL)
    async def resume_auto_renew(self, request: Any = None) -> None:
        """Resume auto-renew; the argument may be left out (contract)."""
        await self._take(Name.RESUME_AUTO_RENEW, request)

    async def _take(self, command: Name, request: object) -> None:
        self._signals += 1
        signal = ReceivedSignal(
            key=f"signal:{workflow.info().original_execution_run_id}:{self._signals}",  # a reset counts none again
            number=self._number,
            command=command,
            request=request,
            received_at=workflow.now(),
        )
        async with self._turn:
            handed = self._handed
            try:
                applied = await workflow.execute_activity_method(
                    Commands.take_signal, signal, summary=f"signal {command}", **DATABASE
                )
            except ActivityError as failure:
                await self._report(f"signal {command}", failure)
            else:
                self._applied(applied, handed)

    def _applied(self, applied: Applied, handed: TermPlan | None) -> Answer:
        if applied.plan:
            self._adopt(applied.plan, handed)
        return applied.answer

    @workflow.signal(name=contract.WAKE_SIGNAL)
    def wake(self, plan: TermPlan | None = None) -> None:
        """The facts may have changed: plan again, or go by the plan that the sender made of them.

        A plan that is handed over costs nothing more until the run acts next: its timer and search attributes wait.
        """
        if plan is None or self._plan is None or self._ends_with(plan):
            self._woken = True
        elif plan.replaces(self._plan):
            self._plan = self._handed = plan
            self._not_before = None
            show(plan)

    @workflow.update(name=contract.CATCH_UP_UPDATE)
    async def catch_up(self) -> CaughtUp:
        """Plan again, perform what is due, and answer when nothing is."""
        self._woken = True
        await workflow.wait_condition(lambda: self._leaving or (self._resting and not self._woken))
        return CaughtUp(resting=not self._leaving)

    @workflow.query(name=contract.STATUS_QUERY)
    def status(self) -> dict[str, Any]:
        """Where the subscription stood when it was last planned."""
        return status_of(self._number, self._plan)

    @workflow.query(name=contract.FORECAST_QUERY)
    def forecast(self) -> list[Step]:
        """The steps that remain of the current plan."""
        return list(self._plan.steps) if self._plan else []
