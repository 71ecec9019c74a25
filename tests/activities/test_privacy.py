"""No personal data and no token in Temporal's history or in logs: histories carry ids, dates and amounts."""

import base64
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.activities.desk import Desk
from tests.scenarios.portfolios import BUYER
from tests.scenarios.theatre import Life, Theatre
from workflows import contract

OPERATOR = "operator:ana"
TOKEN, NEW_TOKEN = "insufficient_funds", "timeout-then-paid"
SECRETS = {
    "the buyer's address": BUYER,
    "the buyer's name": "Ada Quill",
    "the customer's name": "Northwind Surveying",
    "the payment token": NEW_TOKEN,
    "the admin's address": "boss@northwind.example",
    "an address in a wrong command": "eve@elsewhere.example",
    "the domain of every address": "northwind.example",
}
"""Everything that the life below knows and Temporal may not."""


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that anybody logs, at every level, save by the mail server that stands in for the world."""
    caplog.set_level(logging.WARNING, "mail.log")
    caplog.set_level(logging.DEBUG)
    return caplog


async def live(theatre: Theatre) -> Life:
    """Declines, refused and accepted commands, signals, mails that wait and mails that are refused."""
    life = await theatre.subscription(method_token=TOKEN, admin_email="boss@northwind.example")
    await life.signal_at("2027-02-01 12:00", contract.CANCEL_SIGNAL)
    assert await life.command("2027-02-02 12:00", "resume-auto-renew") == "done"
    assert await life.command("2027-02-03 12:00", "reduce-seats", to=9) == "done"
    assert (
        await life.command("2027-02-03 12:00", "cancel-auto-renew", by="eve@elsewhere.example") == "refused not_buyer"
    )
    malformed = await life.command("2027-02-04 12:00", "cancel-auto-renew", by="Ada Quill <eve@elsewhere.example>")
    assert malformed == "refused bad_arguments"
    assert await life.command("2027-02-05 12:00", "park", by=OPERATOR, reason=f"{BUYER} called") == "done"
    assert await life.command("2027-02-06 12:00", "release", by=OPERATOR, reason="Ada Quill agrees") == "done"
    theatre.sink.respond = lambda command, to: f"550 <{to}> unknown" if command == "RCPT" else None
    await life.until("2027-04-02")
    theatre.sink.respond = None
    method = {"kind": "card", "token": NEW_TOKEN, "expires": "2030-01"}
    assert await life.command("2027-04-02 12:00", "set-payment-method", **method) == "done"
    await life.until("2027-04-10")
    return life


async def histories(life: Life) -> str:
    """Every run of the workflow, as text: its events, and once more each payload decoded."""
    parts: list[str] = []
    async for run in life.client.list_workflows(f"WorkflowId = '{contract.workflow_id(life.number)}'"):
        handle = life.client.get_workflow_handle(run.id, run_id=run.run_id)
        events = (await handle.fetch_history()).to_json_dict()
        parts.append(json.dumps(events, ensure_ascii=False))
        parts.extend(decoded(events))
    return "\n".join(parts)


def decoded(events: Any) -> Iterator[str]:
    """The payloads anywhere in a history, in plain text."""
    if isinstance(events, dict):
        if isinstance(events.get("data"), str) and "metadata" in events:
            yield base64.b64decode(events["data"]).decode()
        for value in events.values():
            yield from decoded(value)
    elif isinstance(events, list):
        for value in events:
            yield from decoded(value)


async def test_a_life_leaves_no_personal_data_in_history_or_logs(
    theatre: Theatre, logs: pytest.LogCaptureFixture
) -> None:
    life = await live(theatre)
    told = await life.diary()
    assert {words for _, words in told} >= {"failed payment_failed", "reduce-seats done", "alarm mail_rejected"}
    assert len([words for _, words in told if words.startswith("payment")]) > 2
    history, logged = await histories(life), logs.text
    assert "temporalio.worker" in logged, "nothing was captured"
    assert f'"number":"{life.number}"' in history, "the payloads were not decoded"
    assert history.count("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED") > 1, "only one run was read"
    assert [what for what, secret in SECRETS.items() if secret.casefold() in history.casefold()] == []
    assert [what for what, secret in SECRETS.items() if secret.casefold() in logged.casefold()] == []


async def test_an_error_of_the_database_does_not_quote_the_row(desk: Desk) -> None:
    await desk.open()
    await desk.change("ALTER TABLE notices ADD CONSTRAINT nobody CHECK (recipient = 'nobody')")
    await desk.change("ALTER TABLE payment_methods ADD CONSTRAINT no_token CHECK (token = 'ok')")
    with pytest.raises(IntegrityError, match="nobody") as refused:
        await desk.walk("2027-01-01")
    with pytest.raises(IntegrityError, match="no_token") as refused_token:
        await desk.give("2027-01-01", "set-payment-method", kind="card", token=NEW_TOKEN, expires="2030-01")
    for error in (refused.value, refused_token.value):
        said = f"{error!r} {error} {error.orig!r} {error.orig} {error.__cause__}"
        assert [what for what, secret in SECRETS.items() if secret in said] == []
