"""Which Temporal the settings lead to: ours, or what Temporal's own environment says."""

import pytest
from temporalio.testing import WorkflowEnvironment

from settings import Settings
from workflows.client import connect


def address_of(temporal: WorkflowEnvironment) -> str:
    return temporal.client.service_client.config.target_host


async def test_the_setting_leads_there(temporal: WorkflowEnvironment) -> None:
    client = await connect(Settings(temporal_address=address_of(temporal)))
    assert await client.service_client.check_health()


async def test_temporals_own_variables_lead_there_when_the_settings_are_silent(
    temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address_of(temporal))
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "renewals")
    client = await connect(Settings())
    assert (client.service_client.config.target_host, client.namespace) == (address_of(temporal), "renewals")


async def test_a_setting_that_was_given_wins_over_temporals_own(
    temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    client = await connect(Settings(temporal_address=address_of(temporal)))
    assert client.service_client.config.target_host == address_of(temporal)


async def test_the_local_stack_gets_no_credentials_of_another(
    temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_API_KEY", "of-another-cluster")
    client = await connect(Settings(temporal_address=address_of(temporal), local_stack=True))
    assert client.service_client.config.api_key is None
