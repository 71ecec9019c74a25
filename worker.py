"""The worker: where settings, engine, mailer, gateway and task queue come together."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import time, timedelta
from importlib.metadata import version
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from activities.baskets import Baskets
from activities.breaker import Breaker
from activities.charging import Charging
from activities.commands import Commands
from activities.foreseeing import Foreseeing
from activities.holds import Holds
from activities.notices import Notices
from activities.operator_mail import OperatorMail, Telling
from activities.overlooked import Listener
from activities.phases import Phases
from activities.planning import Planning
from activities.posting import Posting
from activities.quotes import Quotes
from activities.refunds import Refunds
from activities.turns import again_and_again, beside
from activities.watch import DAYS_OF_USE_KEPT, SIGN_INS_KEPT, TRIES_KEPT, Watch
from gateways.outbound import outbound_of
from gateways.port import Gateway
from gateways.sandbox import SandboxGateway
from mail.letter import Contacts
from mail.sender import Mailer
from mail.to_operators import Desk
from models.engine import Sessions, create_engine, sessions_of
from models.sealing import seal_of
from renewals.breaker import Bounds
from renewals.refunding import TakesTwo
from settings import Settings
from workflows import contract
from workflows.bulk_checkout import BulkCheckoutWorkflow
from workflows.client import reach
from workflows.foresight import ForesightWorkflow
from workflows.quote import QuoteWorkflow
from workflows.subscription import SubscriptionWorkflow
from workflows.watchdog import WatchdogWorkflow

_log = logging.getLogger(__name__)

WORKFLOWS = [SubscriptionWorkflow, BulkCheckoutWorkflow, QuoteWorkflow, ForesightWorkflow, WatchdogWorkflow]
DATABASE_CONNECTIONS = 20
POST_EVERY, WRITE_EVERY = timedelta(seconds=1), timedelta(seconds=10)
"""How often the record is looked at for other systems, and for the operators."""
LISTEN_EVERY = timedelta(minutes=1)
"""How often it is asked whether the watchdog has looked."""
DATA_SECONDS = 100.0
"""How long the mail server may take to accept a mail's body; after that the same bytes are sent again."""


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set; then finish what is under way. Raises `NoTemporal`."""
    client = await reach(settings)
    engine = create_engine(settings.database, connections=DATABASE_CONNECTIONS, pre_ping=False)
    try:
        async with mailer_of(settings) as mailer:
            sessions = sessions_of(engine)
            worker = build_worker(
                client,
                sessions,
                mailer,
                contacts_of(settings),
                settings.mail_from,
                signing_key=settings.signing,
                sign_ins_kept=timedelta(days=settings.sign_ins_kept_days),
                days_of_use_kept=timedelta(days=settings.days_of_use_kept_days),
                ops_zone=settings.ops_time_zone,
                tries_kept=timedelta(days=settings.webhook_tries_kept_days),
                breaker=breaker_of(settings, sessions),
                refund_takes_two=settings.refund_takes_two,
            )
            seal = seal_of(settings.sealed_under)
            posting = Posting(sessions, outbound_of(settings), settings.ops_url, seal)
            every = timedelta(seconds=settings.watch_every_seconds)
            await watch(client, every)
            letters = OperatorMail(sessions, mailer, telling_of(settings))
            turns = beside(
                again_and_again("webhooks", posting.turn, POST_EVERY),
                again_and_again("letters to operators", letters.turn, WRITE_EVERY),
                again_and_again("the watchdog", Listener(sessions, every).turn, LISTEN_EVERY),
            )
            async with worker, turns:
                await _keep_watching(client, every, stop)
    finally:
        await engine.dispose()


def build_worker(
    client: Client,
    sessions: Sessions,
    mailer: Mailer,
    contacts: Contacts,
    sender: str,
    *,
    refund_takes_two: TakesTwo,
    gateway: Gateway | None = None,
    signing_key: bytes = b"",
    sign_ins_kept: timedelta = SIGN_INS_KEPT,
    days_of_use_kept: timedelta = DAYS_OF_USE_KEPT,
    ops_zone: str = "UTC",
    tries_kept: timedelta = TRIES_KEPT,
    breaker: Breaker | None = None,
    **options: Any,
) -> Worker:
    """A worker of the task queue `renewals`, with the sandbox gateway unless another is given.

    `signing_key` is that of the previews that the console hands out; without one none of them binds.
    `refund_takes_two` says of which refunds two people must agree, as the console and the command line ask.

    Workflows run outside Temporal's own sandbox unless another runner is given: the tests that guard them do (ADR 12).
    """
    gateway = gateway or SandboxGateway(sessions)
    charging, holds = Charging(sessions, gateway, signing_key, breaker), Holds(sessions, gateway)
    notices = Notices(sessions, mailer, contacts, sender, signing_key)
    phases = Phases(sessions, signing_key)
    watch_ = Watch(
        sessions, client, sign_ins_kept=sign_ins_kept, days_of_use_kept=days_of_use_kept, tries_kept=tries_kept
    )
    commands, planning = Commands(sessions, gateway, signing_key, refund_takes_two), Planning(sessions)
    quotes = Quotes(sessions, client)
    foreseeing = Foreseeing(sessions, client, ops_zone)
    baskets = Baskets(sessions, gateway, client, signing_key)
    return Worker(
        client,
        task_queue=contract.TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=[
            charging.charge,
            charging.ask_gateway,
            holds.end_hold,
            Refunds(sessions, gateway).send_back,
            commands.apply_command,
            commands.take_signal,
            notices.send_notice,
            notices.send_queued,
            notices.miss_notices,
            phases.enter_phase,
            phases.begin_paid_term,
            phases.suspend_access,
            phases.park,
            planning.plan_term,
            planning.report_failure,
            quotes.look_at_quote,
            quotes.report_quote_failure,
            baskets.open_basket,
            baskets.reserve_order,
            baskets.pay_order,
            baskets.wake_lines,
            baskets.close_basket,
            baskets.report_order,
            baskets.give_up_basket,
            watch_.look,
            foreseeing.look_ahead,
            foreseeing.foresee,
            foreseeing.give_up,
        ],
        deployment_config=WorkerDeploymentConfig(
            version=WorkerDeploymentVersion("perennial", version("perennial")), use_worker_versioning=False
        ),
        graceful_shutdown_timeout=timedelta(seconds=20),
        **{"workflow_runner": UnsandboxedWorkflowRunner()} | options,
    )


@asynccontextmanager
async def mailer_of(settings: Settings) -> AsyncIterator[Mailer]:
    """The connections to the mail server of the settings."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    mailer = Mailer(
        settings.smtp_host,
        settings.smtp_port,
        username=settings.smtp_username,
        password=password,
        tls=settings.smtp_tls,
        data_timeout=DATA_SECONDS,
    )
    try:
        yield mailer
    finally:
        await mailer.close()


def contacts_of(settings: Settings) -> Contacts:
    """Whom the letters name."""
    return Contacts(
        account_url=settings.account_url,
        support=settings.support_contact,
        sales=settings.sales_contact,
        partner=settings.partner_contact,
    )


def breaker_of(settings: Settings, sessions: Sessions) -> Breaker | None:
    """What stops charges by itself; None where that is switched off."""
    if not settings.breaker:
        return None
    bounds = Bounds(
        least=settings.breaker_least,
        declines_floor=settings.breaker_declines_floor_percent,
        declines_factor=settings.breaker_declines_factor_percent,
        volume_floor=settings.breaker_volume_floor,
        volume_factor=settings.breaker_volume_factor_percent,
    )
    return Breaker(sessions, bounds)


def telling_of(settings: Settings) -> Telling:
    """Whom of the operators to write to, and when."""
    return Telling(
        desk=Desk(settings.ops_url, settings.ops_time_zone),
        sender=settings.mail_from,
        morning=time.fromisoformat(settings.digest_at),
        alert_to=dict.fromkeys(settings.addresses(settings.alert_to), "en"),
        digest_to=dict.fromkeys(settings.addresses(settings.digest_to), "en"),
    )


async def _keep_watching(client: Client, every: timedelta, stop: asyncio.Event) -> None:
    """Until `stop` is set, see to it again and again: a Temporal that lost its data has lost the schedule too."""
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every.total_seconds())
            return
        try:
            await watch(client, every, look_now=False)
        except RPCError as error:
            _log.warning("the watchdog's schedule cannot be seen to: %s", error.message)


async def watch(client: Client, every: timedelta, *, look_now: bool = True) -> None:
    """See to it that the watchdog is scheduled. A look that was missed is not made up for: the next one sees all."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            contract.WATCHDOG_WORKFLOW, id=contract.WATCHDOG_SCHEDULE, task_queue=contract.TASK_QUEUE
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)),
    )
    try:
        await client.create_schedule(contract.WATCHDOG_SCHEDULE, schedule, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        if look_now:
            await client.get_schedule_handle(contract.WATCHDOG_SCHEDULE).trigger()
