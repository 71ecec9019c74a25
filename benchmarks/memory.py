"""Memory of a workflow that a worker keeps, against one that only waits; each in a process of its own.

The one that waits is run as Temporal's SDK runs workflows unless told otherwise, in its sandbox, and then as we do.
"""

import asyncio
import ctypes
import gc
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client
from temporalio.common import TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.starting import given
from benchmarks.counting import Completed
from benchmarks.figures import Bound, Figure
from benchmarks.renewal_day import Empty, start_all
from benchmarks.shapes import Waiting
from cli.rehearsal import HOST
from cli.stack_ports import free_port
from cli.stack_temporal import passing_temporal
from workflows.client import DATA_CONVERTER
from workflows.contract import SUBSCRIPTION_WORKFLOW, Start, search_attributes
from workflows.subscription import SubscriptionWorkflow

_EMPTY = Empty(datetime(2099, 1, 1, tzinfo=UTC))

COUNT = 800
WARM_UP = 200
"""Workflows that are cached before anything is measured: what is loaded once is no workflow's own."""


async def measure(count: int = COUNT, warm_up: int = WARM_UP) -> list[Figure]:
    """Bytes per cached workflow of each kind, and the ratios.

    A few workflows grow a process by less than its allocator moves; without a warm-up what is loaded once counts too.
    """
    ours = await _in_a_process(SUBSCRIPTION_WORKFLOW, count, warm_up, "plain")
    sandboxed = await _in_a_process("Waiting", count, warm_up, "sandboxed")
    plain = await _in_a_process("Waiting", count, warm_up, "plain")
    what, waiting = "memory of a cached workflow", "a workflow that only waits"
    return [
        Figure(what, ours / sandboxed, f"{waiting}, in the SDK's sandbox", _kib(ours, sandboxed), Bound.AT_MOST, 1.3),
        Figure(what, ours / plain, f"{waiting}, without the sandbox", _kib(ours, plain)),
    ]


def _kib(ours: float, other: float) -> str:
    return f"{ours / 1024:.0f} KiB against {other / 1024:.0f} KiB"


async def _in_a_process(workflow_type: str, count: int, warm_up: int, runner: str) -> float:
    command = (sys.executable, "-m", "benchmarks.memory", workflow_type, str(count), str(warm_up), runner)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{workflow_type} could not be measured; see above")
    return float(output.split()[-1])


async def _bytes_each(workflow_type: str, count: int, warm_up: int, runner: str) -> float:
    """How much this process grows with each workflow that its worker keeps."""
    completed = Completed()
    with tempfile.TemporaryDirectory() as place:
        address = f"{HOST}:{free_port(HOST)}"
        async with passing_temporal(Path(place) / "temporal.log", address=address):
            client = await Client.connect(address, data_converter=DATA_CONVERTER)
            async with Worker(
                client,
                task_queue="memory",
                workflows=[SubscriptionWorkflow if workflow_type == SUBSCRIPTION_WORKFLOW else Waiting],
                activities=[_EMPTY.plan_term],
                workflow_runner=UnsandboxedWorkflowRunner() if runner == "plain" else SandboxedWorkflowRunner(),
                interceptors=[completed],
                max_cached_workflows=count + warm_up,
            ):
                await _cache(client, workflow_type, 0, warm_up)
                before = _resident()
                await _cache(client, workflow_type, warm_up, count)
                return (_resident() - before) / count


async def _cache(client: Client, workflow_type: str, already: int, count: int) -> None:
    """Start so many more, and wait until each has been worked on."""
    numbers = range(already, already + count)
    ours = workflow_type == SUBSCRIPTION_WORKFLOW
    arguments: list[object] = [Start(f"M-{n}") if ours else "" for n in numbers]
    options = {"search_attributes": await _as_the_watchdog_gives_them()} if ours else {}
    await start_all(client, workflow_type, arguments, "memory", first=already, **options)
    for n in numbers:
        handle = client.get_workflow_handle(f"memory-subscription-{n}")
        while (await handle.describe()).history_length < 4:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.1)


async def _as_the_watchdog_gives_them() -> TypedSearchAttributes:
    plan = await _EMPTY.plan_term("")
    return given(search_attributes(plan.phase, plan.renews_at, plan.customer, plan.auto_renew))


def _resident() -> int:
    """Bytes of memory that this process needs: without garbage, and without what the allocator keeps for later."""
    gc.collect()
    with suppress(AttributeError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    kind, count, warm_up, runner = sys.argv[1:]
    sys.stdout.write(f"{asyncio.run(_bytes_each(kind, int(count), int(warm_up), runner))}\n")
