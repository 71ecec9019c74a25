"""The connection to Temporal that worker, console and command line share.

Address and namespace are settings. TLS and API keys come from Temporal's own environment variables (`TEMPORAL_…`) or
profile file, as every Temporal tool reads them; the local stack has neither, and is never given them.
"""

from typing import Any

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from settings import Settings
from workflows.contract import WATCHDOG_SCHEDULE

_CONVERTERS = tuple(PydanticPayloadConverter().converters.values())


class PayloadConverter(CompositePayloadConverter):
    """Pydantic's converter. All workflows of a process share what it has learned of types.

    Temporal makes a converter for each run; each would build anew, and keep, the schema of every payload.
    """

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER = DataConverter(payload_converter_class=PayloadConverter)
"""How payloads are written: plain JSON, with dates, instants and enumerations read back as what they were."""


class NoTemporal(Exception):
    """Temporal cannot be used with these settings: what was seen, and what to do; together one sentence."""

    def __init__(self, seen: str, cure: str) -> None:
        super().__init__(seen, cure)
        self.seen, self.cure = seen, cure

    def __str__(self) -> str:
        return f"{self.seen}: {self.cure}"


async def reach(settings: Settings) -> Client:
    """A client of the configured namespace, which is there. Raises NoTemporal, or RPCError for another refusal.

    Temporal itself takes any namespace for good until it is first used, when a command may have been stored already.
    """
    options = _options(settings)
    address, namespace = options["target_host"], options["namespace"]
    try:
        client = await Client.connect(**options)
    except RuntimeError:
        secured = " and, as it is called with TLS, the TEMPORAL_… variables" if options.get("tls") else ""
        raise NoTemporal(
            f"Temporal cannot be reached at {address}",
            f"check PERENNIAL_TEMPORAL_ADDRESS{secured}, or start it (`perennial up` on a machine of your own).",
        ) from None
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
            raise NoTemporal(
                f"Temporal at {address} has no namespace {namespace[:100]}",
                "correct PERENNIAL_TEMPORAL_NAMESPACE, or create it with `temporal operator namespace create --address "
                f"{address} --namespace {namespace[:100]}`.",
            ) from None
        raise
    return client


async def connect(settings: Settings) -> Client:
    """A client of the configured namespace, whether or not that is there. Raises RuntimeError or NoTemporal."""
    return await Client.connect(**_options(settings))


def _options(settings: Settings) -> dict[str, Any]:
    """What `Client.connect` wants. A setting that was given wins over the profile. Raises NoTemporal."""
    ours = {
        "target_host": settings.temporal_address,
        "namespace": settings.temporal_namespace,
        "data_converter": DATA_CONVERTER,
    }
    if settings.local_stack:
        return ours
    try:
        profile = ClientConfig.load_client_connect_config()
    except (OSError, RuntimeError) as error:
        said = str(error).partition("\n")[0]  # further lines quote the profile, which may hold a key
        raise NoTemporal(
            f"Temporal's own settings cannot be read ({said})",
            "correct the TEMPORAL_… variables, or the profile and the files that they name.",
        ) from None
    given = settings.model_fields_set
    if "temporal_address" in given or not profile.get("target_host"):
        profile["target_host"] = settings.temporal_address
    if "temporal_namespace" in given or not profile.get("namespace"):
        profile["namespace"] = settings.temporal_namespace
    return ours | profile


async def let_watchdog_look(client: Client) -> None:
    """Let the watchdog look now instead of at its next turn. Raises RPCError; then it looks when it is back."""
    await client.get_schedule_handle(WATCHDOG_SCHEDULE).trigger()
