"""The connection to Temporal that worker, console and command line share.

Address and namespace are settings. TLS and API keys come from Temporal's own environment variables (`TEMPORAL_…`) or
profile file, as every Temporal tool reads them; the local stack has neither, and is never given them.
"""

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.envconfig import ClientConfig

from settings import Settings

_CONVERTERS = tuple(PydanticPayloadConverter().converters.values())


class PayloadConverter(CompositePayloadConverter):
    """Pydantic's converter. All workflows of a process share what it has learned of types.

    Temporal makes a converter for each run; each would build anew, and keep, the schema of every payload.
    """

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER = DataConverter(payload_converter_class=PayloadConverter)
"""How payloads are written: plain JSON, with dates, instants and enumerations read back as what they were."""


async def connect(settings: Settings) -> Client:
    """A client of the configured namespace. A setting that was given wins over the profile. Raises RuntimeError."""
    if settings.local_stack:
        return await Client.connect(
            settings.temporal_address, namespace=settings.temporal_namespace, data_converter=DATA_CONVERTER
        )
    profile = ClientConfig.load_client_connect_config()
    given = settings.model_fields_set
    if "temporal_address" in given or not profile.get("target_host"):
        profile["target_host"] = settings.temporal_address
    if "temporal_namespace" in given or not profile.get("namespace"):
        profile["namespace"] = settings.temporal_namespace
    return await Client.connect(**profile, data_converter=DATA_CONVERTER)
