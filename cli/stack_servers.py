"""The parts of the local stack that run inside its own process: mail sink, worker, console."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

import worker
from cli.stack_process import STOP_SECONDS, StackFailed, until_ready
from console.app import create_app
from mail.sink import Sink
from models.engine import Sessions
from settings import Settings
from workflows.contract import TASK_QUEUE

_log = logging.getLogger(__name__)


@dataclass
class Part:
    """Something that runs as a task until it is told to stop."""

    name: str
    task: asyncio.Task[None]

    async def ended(self) -> None:
        """Raise StackFailed once it has ended without having been asked to."""
        await asyncio.wait([self.task])
        error = self.task.exception()
        if error is None:
            raise StackFailed(f"The {self.name} ended by itself; perennial.log may say why.")
        _log.error("the %s failed", self.name, exc_info=error)
        raise StackFailed(f"The {self.name} failed ({error or type(error).__name__}); perennial.log says where.")

    async def ready(self, is_ready: Callable[[], Awaitable[bool]]) -> None:
        await until_ready(f"The {self.name}", is_ready, self.ended(), lambda: " See perennial.log.")

    async def finish(self) -> None:
        """Wait until it has ended as asked; cut it off when it has not after 20 s."""
        await asyncio.wait([self.task], timeout=STOP_SECONDS)
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@contextlib.asynccontextmanager
async def running_mail_sink(settings: Settings) -> AsyncIterator[None]:
    """The mail server that keeps every letter as a file and delivers none. Raises StackFailed."""
    sink = Sink(settings.mails_dir, port=settings.smtp_port)
    try:
        await sink.start()
    except OSError as error:
        raise StackFailed(f"The mail sink cannot listen on port {settings.smtp_port} ({error.strerror}).") from None
    try:
        yield
    finally:
        await sink.close()


@contextlib.asynccontextmanager
async def running_worker(settings: Settings, client: Client) -> AsyncIterator[Part]:
    """The worker, once it asks Temporal for work. Raises StackFailed."""
    stop = asyncio.Event()
    part = Part("worker", asyncio.create_task(worker.run(settings, stop)))
    try:
        await part.ready(lambda: _asks_for_work(client))
        yield part
    finally:
        stop.set()
        await part.finish()


async def _asks_for_work(client: Client) -> bool:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return bool((await client.workflow_service.describe_task_queue(request)).pollers)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: Ctrl-C is the stack's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def running_console(
    settings: Settings, sessions: Sessions, client: Client, web: socket.socket
) -> AsyncIterator[Part]:
    """The console on this bound socket."""
    async with worker.mailer_of(settings) as mailer:
        app = create_app(settings, sessions, client, mailer)
        async with _served(app, web) as part:
            yield part


@contextlib.asynccontextmanager
async def _served(app: FastAPI, web: socket.socket) -> AsyncIterator[Part]:
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="off", timeout_graceful_shutdown=3
    )
    server = _Server(config)
    part = Part("console", asyncio.create_task(server.serve([web])))

    async def started() -> bool:
        return server.started

    try:
        await part.ready(started)
        yield part
    finally:
        server.should_exit = True
        await part.finish()
