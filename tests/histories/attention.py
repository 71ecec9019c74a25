"""A client that speaks to a workflow only once it is at rest, so that a life has the same history each time.

A message that comes while an activity runs waits for its turn in the workflow; one that comes a millisecond later finds
a timer set, and cancels it. Both are right, and a golden timeline needs one of them.
"""

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)
from temporalio.service import RPCError, RPCStatusCode


def attentive(client: Client) -> Client:
    """The same client, with patience."""
    config = client.config()
    config["interceptors"] = [*config["interceptors"], _Attentive(client)]
    return Client(**config)


async def until_at_rest(client: Client, workflow_id: str) -> None:
    """Return once the workflow has nothing to decide and no activity under way, or does not run."""
    while not await _at_rest(client, workflow_id):
        async for _ in client.get_workflow_handle(workflow_id).fetch_history_events(wait_new_event=True):
            if await _at_rest(client, workflow_id):
                return


async def _at_rest(client: Client, workflow_id: str) -> bool:
    try:
        told = (await client.get_workflow_handle(workflow_id).describe()).raw_description
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return True
        raise
    if told.workflow_execution_info.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
        return True
    return not told.pending_activities and not told.HasField("pending_workflow_task")


class _Attentive(Interceptor):
    def __init__(self, client: Client) -> None:
        self._client = client

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Waiting(next, self._client)


class _Waiting(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, client: Client) -> None:
        super().__init__(next)
        self._client = client

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await until_at_rest(self._client, input.id)
        await super().signal_workflow(input)

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[object]:
        await until_at_rest(self._client, input.start_workflow_input.id)
        return await super().start_update_with_start_workflow(input)
