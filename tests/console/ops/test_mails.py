"""The local stack's letters, which only its operators read."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from temporalio.testing import WorkflowEnvironment

from console.app import create_app
from mail.sender import Mailer
from models.engine import Sessions
from renewals.roles import Role
from settings import Settings
from tests.console.ops.staff import People, Person, acts

LETTER = b"""Message-ID: <one@example.com>\r
From: renewals@example.com\r
To: ada@northwind.example\r
Subject: Your subscription <renews>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
In plain words.\r
--b\r
Content-Type: text/html\r
\r
<p style="color: red">In colour.</p><script>alert(1)</script>\r
--b--\r
"""
MAIL_ID = "20261122T120000000000Z-000001-_one_example.com_"
MAIL = f"/ops/mails/{MAIL_ID}"


@pytest.fixture
async def mira(settings: Settings, people: People) -> Person:
    settings.mails_dir.mkdir()
    (settings.mails_dir / f"{MAIL_ID}.eml").write_bytes(LETTER)
    return await people.signed_in("mira", Role.VIEWER)


async def test_a_mail_is_listed_and_read_and_the_reading_is_on_record(mira: Person, sessions: Sessions) -> None:
    assert "Your subscription &lt;renews&gt;" in await mira.page("/ops/mails")
    answer = await mira.get(MAIL)
    assert "In plain words." in answer.text
    assert "Message-ID: &lt;one@example.com&gt;" in answer.text
    assert f'src="{MAIL}/letter"' in answer.text
    assert " sandbox>" in answer.text
    assert "In colour." not in answer.text
    assert "frame-src 'self'" in answer.headers["content-security-policy"]
    assert ("operator:mira", "mail.read", MAIL_ID, None) in await acts(sessions)


async def test_a_letter_runs_and_loads_nothing(mira: Person) -> None:
    answer = await mira.get(f"{MAIL}/letter")
    policy = answer.headers["content-security-policy"].split("; ")
    assert "In colour." in answer.text
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert not any(rule.startswith("script-src") for rule in policy)


@pytest.mark.parametrize("path", ["/ops/mails/nothing", "/ops/mails/..%2f..%2fetc%2fpasswd", "/ops/elsewhere"])
async def test_what_does_not_exist_is_a_page_that_leads_back(mira: Person, path: str) -> None:
    answer = await mira.get(path)
    assert answer.status_code == 404
    assert 'href="/ops/"' in answer.text


async def test_away_from_the_local_stack_there_is_no_mail_sink_to_show(
    sessions: Sessions, temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path)
    app: FastAPI = create_app(settings, sessions, temporal.client, Mailer("127.0.0.1", 9, tls="none"))
    mira = await People(app, sessions, settings, "https://localhost").signed_in("mira")
    assert (await mira.get("/ops/mails")).status_code in (303, 404)
    assert (await mira.get("/mails")).status_code == 404
