"""What `perennial doctor` looks at in Temporal: the server, and what must be there and run on it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError

from cli.findings import Finding, Health, Unwell, look
from settings import Settings
from workflows.client import NoTemporal, reach
from workflows.contract import SEARCH_ATTRIBUTES, TASK_QUEUE, WATCHDOG_SCHEDULE

LOOKS_THAT_MAY_FAIL = 5
LONGEST_POLL = timedelta(seconds=90)
"""A worker asks for work at least this often; Temporal remembers those that have gone for minutes."""


async def examine_temporal(settings: Settings) -> list[Finding]:
    """Look at every part of it; at none where it cannot be reached."""
    where = "Look at it with `temporal operator cluster health`."
    try:
        client = await reach(settings)
    except NoTemporal as none:
        return [Finding("temporal", Health.WRONG, none.seen, f"{none.cure[:1].upper()}{none.cure[1:]}")]
    except RPCError as error:
        return [Finding("temporal", Health.WRONG, error.message, where)]
    return [
        await look("temporal", lambda: _server(client), where),
        await look("search attributes", lambda: _attributes(client), "Let the operator service be reached."),
        await look("worker", lambda: _worker(client), "Start `perennial worker`."),
        await look("watchdog", lambda: _watchdog(client, settings), "Start `perennial worker`, which schedules it."),
    ]


async def _server(client: Client) -> str:
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return f"server {info.server_version}, namespace {client.namespace}"


async def _attributes(client: Client) -> str:
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    types = known.custom_attributes
    there = [each for each in SEARCH_ATTRIBUTES if each.name in types]
    other = [each for each in there if types[each.name] != int(each.indexed_value_type)]
    if other:
        seen = f"of another type: {', '.join(each.name for each in other)}"
        removed = [f"temporal operator search-attribute remove --name {each.name}" for each in other]
        raise Unwell(seen, _to_run(client, *removed, *_creating(other)))
    missing = [each for each in SEARCH_ATTRIBUTES if each.name not in types]
    if missing:
        raise Unwell(f"{len(missing)} of {len(SEARCH_ATTRIBUTES)} missing", _to_run(client, *_creating(missing)))
    return f"{len(SEARCH_ATTRIBUTES)} of {len(SEARCH_ATTRIBUTES)}"


def _creating(attributes: Sequence[SearchAttributeKey[Any]]) -> list[str]:
    """The commands that create them."""
    return [
        f"temporal operator search-attribute create --name {each.name} --type "
        f"{each.indexed_value_type.name.capitalize()}"
        for each in attributes
    ]


def _to_run(client: Client, *commands: str) -> str:
    """What to copy into a terminal: Temporal's command line asks the environment alone where to go."""
    server = f"TEMPORAL_ADDRESS={client.service_client.config.target_host}"
    return f"Run: {' && '.join((f'export {server} TEMPORAL_NAMESPACE={client.namespace}', *commands))}"


async def _worker(client: Client) -> str:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    seen_since = datetime.now(UTC) - LONGEST_POLL
    described = await client.workflow_service.describe_task_queue(request)
    pollers = [each for each in described.pollers if each.last_access_time.ToDatetime(UTC) > seen_since]
    if not pollers:
        raise Unwell(f"nobody works on the task queue {TASK_QUEUE}", "Start `perennial worker`.")
    return f"{len(pollers)} on the task queue {TASK_QUEUE}"


async def _watchdog(client: Client, settings: Settings) -> str:
    description = await client.get_schedule_handle(WATCHDOG_SCHEDULE).describe()
    if description.schedule.state.paused:
        raise Unwell("paused", _to_run(client, f"temporal schedule toggle --schedule-id {WATCHDOG_SCHEDULE} --unpause"))
    if not description.info.recent_actions:
        raise Unwell("never looked", "Start `perennial worker`.")
    last = description.info.recent_actions[-1].started_at
    ago = datetime.now(UTC) - last
    if ago > timedelta(seconds=settings.watch_every_seconds * LOOKS_THAT_MAY_FAIL):
        raise Unwell(f"looked last {ago.total_seconds():.0f} s ago", "Is a look stuck? See the Temporal UI.")
    return f"looked {ago.total_seconds():.0f} s ago"
