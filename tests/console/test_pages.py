"""The console's pages over real data, as a browser gets them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from console.app import create_app
from mail.sender import Mailer
from models.engine import Sessions, create_engine, sessions_of
from models.journal import raise_alarm, record
from models.pauses import Pausable, pause
from models.tables import SubscriptionRow
from portfolio.importing import import_portfolio
from settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, local_stack=True)


def browser_of(settings: Settings, sessions: Sessions, client: Client) -> httpx.AsyncClient:
    mailer = Mailer("127.0.0.1", 9, tls="none")
    transport = httpx.ASGITransport(create_app(settings, sessions, client, mailer))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
async def browser(
    settings: Settings, sessions: Sessions, temporal: WorkflowEnvironment
) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(settings, sessions, temporal.client) as browser:
        yield browser


@pytest.fixture
async def _example(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await import_portfolio(session, EXAMPLE, now=NOW, imported_by="operator:ada")


@pytest.fixture
def _letter(settings: Settings) -> None:
    settings.mails_dir.mkdir()
    (settings.mails_dir / f"{MAIL_ID}.eml").write_bytes(LETTER)


async def test_an_empty_installation_says_what_to_do(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert "There are no subscriptions yet." in page
    assert "No alarm is open." in page
    assert "Nothing has happened yet." in page
    assert "No mail has been sent yet." in page


@pytest.mark.usefixtures("_example")
async def test_subscriptions_are_counted_by_phase(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    assert "12 <span>subscriptions</span>" in page
    assert "12 not live yet" in page


@pytest.mark.usefixtures("_example")
async def test_what_comes_next_stands_in_the_order_of_time_and_on_its_own_clock(
    browser: httpx.AsyncClient, sessions: Sessions
) -> None:
    ahead = timedelta(days=365)
    soon = datetime.now(UTC) + timedelta(days=3, minutes=5)
    async with sessions.begin() as session:
        for number, at, shift in (("S-1001", soon, ahead), ("S-1005", soon + timedelta(days=1), timedelta(0))):
            change = sa.update(SubscriptionRow).where(col(SubscriptionRow.number) == number)
            await session.execute(change.values(next_step="charge USD 5.00", next_step_at=at, shift=shift))
    page = (await browser.get("/")).text
    assert page.index("S-1001") < page.index("S-1005")
    assert "<b>in 3 days</b>" in page
    assert "<b>in 4 days</b>" in page
    assert "its clock runs 365 days ahead" in page
    assert str((soon + ahead).year) in page
    assert page.count("charge USD 5.00") == 2


@pytest.mark.usefixtures("_example")
async def test_open_alarms_and_events_are_shown_in_words(browser: httpx.AsyncClient, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await raise_alarm(session, "S-1002", "parked", "Never tried in time: <look>.", NOW)
        record(session, "S-1001", NOW, "phase", {"from": "renewable", "to": "past_due"}, reason="budget")
    page = (await browser.get("/")).text
    assert "Never tried in time: &lt;look&gt;." in page
    assert "renewable → past due" in page
    assert "<q>budget</q>" in page
    assert "<title>(1) Perennial</title>" in page


async def test_what_is_paused_stands_on_the_page_with_who_and_why(
    browser: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await pause(session, Pausable.CHARGES, by="operator:ana", reason="moving <house>", now=NOW)
    page = (await browser.get("/")).text
    assert "All charges are paused" in page
    assert "moving &lt;house&gt;" in page
    assert "operator:ana" in page


@pytest.mark.usefixtures("_letter")
async def test_a_mail_is_listed_and_read(browser: httpx.AsyncClient) -> None:
    for page in ("/", "/mails"):
        assert "Your subscription &lt;renews&gt;" in (await browser.get(page)).text
    mail = (await browser.get(f"/mails/{MAIL_ID}")).text
    assert "In plain words." in mail
    assert "Message-ID: &lt;one@example.com&gt;" in mail
    assert f'src="/mails/{MAIL_ID}/letter"' in mail
    assert " sandbox>" in mail
    assert "In colour." not in mail


@pytest.mark.usefixtures("_letter")
async def test_a_letter_runs_and_loads_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/mails/{MAIL_ID}/letter")
    policy = answer.headers["content-security-policy"].split("; ")
    assert "In colour." in answer.text
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert not any(rule.startswith("script-src") for rule in policy)


@pytest.mark.parametrize("path", ["/mails/nothing", "/mails/..%2f..%2fetc%2fpasswd", "/elsewhere"])
async def test_what_does_not_exist_is_a_page_that_leads_back(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("path", ["/", "/mails", "/healthz", "/static/perennial.css", "/elsewhere"])
async def test_every_answer_carries_the_security_headers(browser: httpx.AsyncClient, path: str) -> None:
    headers = (await browser.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_page_of_elsewhere_cannot_borrow_the_local_console(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/", headers={"host": "evil.example"})).status_code == 400


async def test_it_is_ready_when_database_and_temporal_answer(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_not_ready_when_they_do_not_and_names_them(settings: Settings) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    client = await Client.connect("127.0.0.1:9", lazy=True)
    async with browser_of(settings, sessions_of(engine), client) as browser:
        answer = await browser.get("/readyz")
        assert (await browser.get("/healthz")).status_code == 200
    await engine.dispose()
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "no answer from": ["database", "temporal"]}


async def test_away_from_the_local_stack_there_is_no_mail_sink_to_show(
    sessions: Sessions, temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    async with browser_of(Settings(data_dir=tmp_path), sessions, temporal.client) as browser:
        assert "Mails" not in (await browser.get("/")).text
