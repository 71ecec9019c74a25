"""Signing in by a mailed link: once, in time, and without telling who is known."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa

from console.account.entering import MOST_PER_ADDRESS, MOST_PER_CLIENT
from console.account.guard import FORM_COOKIE, SESSION_COOKIE
from console.app import create_app
from mail.sender import Mailer
from mail.sink import list_mails, read_mail
from models.engine import Sessions
from models.tokens import digest
from settings import Settings
from tests.console.account.browser import SUBSCRIPTIONS, Browser, form, words
from tests.scenarios.portfolios import BUYER, PUNCTUAL, import_one


@pytest.fixture(autouse=True)
async def _customer(sessions: Sessions, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("portfolio")
    await import_one(sessions, folder, PUNCTUAL, datetime(2026, 11, 1, tzinfo=UTC), {}, locale="fr-FR")


async def change(sessions: Sessions, statement: str) -> None:
    async with sessions.begin() as session:
        await session.execute(sa.text(statement))


async def test_a_link_opens_the_account_once(browser: Browser) -> None:
    await browser.ask_for_link()
    (link,) = browser.links()
    answer = await browser.open_link(link)
    assert (answer.status_code, answer.headers["location"]) == (303, SUBSCRIPTIONS)
    assert "Draft Standard" in await browser.page(SUBSCRIPTIONS)
    assert (await browser.get(link)).status_code == 410
    again = await browser.client.post(link, data={"csrf": digest(f"form:{browser.client.cookies[FORM_COOKIE]}")})
    assert again.status_code == 410
    assert "set-cookie" not in again.headers


async def test_programs_that_follow_links_do_not_use_one_up(browser: Browser) -> None:
    await browser.ask_for_link()
    (link,) = browser.links()
    for _ in range(3):
        assert (await browser.get(link)).status_code == 200
    assert (await browser.client.head(link)).status_code in (200, 404, 405)
    assert (await browser.open_link(link)).status_code == 303


async def test_whoever_is_sent_somebody_elses_link_sees_whose_account_it_opens(browser: Browser) -> None:
    await browser.ask_for_link()
    assert f"Vous vous connectez en tant que {BUYER}." in words(await browser.page(browser.links()[0]))


async def test_a_link_is_over_after_a_quarter_of_an_hour(browser: Browser, sessions: Sessions) -> None:
    await browser.ask_for_link()
    await change(sessions, "UPDATE sign_in_links SET expires_at = expires_at - interval '15 minutes'")
    answer = await browser.get(browser.links()[0])
    assert answer.status_code == 410
    assert "ne fonctionne plus" in answer.text


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(browser: Browser, sessions: Sessions) -> None:
    known = await browser.ask_for_link(BUYER.upper())
    unknown = await browser.ask_for_link("mallory@elsewhere.example")
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert known.content == unknown.content
    assert [mail.to for mail in list_mails(browser.sink.directory)] == [BUYER]
    async with sessions() as session:
        rows = (await session.execute(sa.text("SELECT * FROM sign_in_links ORDER BY asked_at"))).mappings().all()
    assert [row["email"] for row in rows] == [BUYER, None]


async def test_what_is_no_mail_address_is_named_at_its_field(browser: Browser) -> None:
    answer = await browser.ask_for_link("ada@northwind.example, eve@elsewhere.example")
    assert answer.status_code == 422
    assert 'href="#field-email"' in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_the_mail_speaks_the_customers_language_and_is_no_notice(browser: Browser, sessions: Sessions) -> None:
    await browser.ask_for_link()
    (mail,) = list_mails(browser.sink.directory)
    letter = read_mail(browser.sink.directory, mail.id)
    assert letter is not None
    assert mail.subject == "Votre lien vers le compte"
    assert "Bonjour Ada Quill," in letter.text
    assert browser.links()[0] in letter.html.replace("&amp;", "&")
    assert "?lang=fr" in browser.links()[0]
    async with sessions() as session:
        assert await session.scalar(sa.text("SELECT count(*) FROM notices")) == 0


@pytest.mark.parametrize(
    ("most", "addresses"),
    [
        pytest.param(MOST_PER_ADDRESS, [BUYER], id="one address"),
        pytest.param(MOST_PER_ADDRESS, ["mallory@elsewhere.example"], id="an unknown address"),
        pytest.param(MOST_PER_CLIENT, [f"{n}@x.example" for n in range(MOST_PER_CLIENT + 1)], id="many addresses"),
    ],
)
async def test_requests_are_limited(browser: Browser, sessions: Sessions, most: int, addresses: list[str]) -> None:
    answers = [await browser.ask_for_link(addresses[n % len(addresses)]) for n in range(most + 1)]
    assert [answer.status_code for answer in answers] == [303] * most + [429]
    await change(sessions, "UPDATE sign_in_links SET asked_at = asked_at - interval '1 hour'")
    assert (await browser.ask_for_link(addresses[0])).status_code == 303


async def test_only_hashes_of_tokens_are_stored(browser: Browser, sessions: Sessions) -> None:
    await browser.sign_in()
    token = browser.links()[0].rpartition("/")[2].partition("?")[0]
    cookie = browser.client.cookies[SESSION_COOKIE]
    async with sessions() as session:
        links = (await session.execute(sa.text("SELECT * FROM sign_in_links"))).mappings().one()
        begun = (await session.execute(sa.text("SELECT * FROM account_sessions"))).mappings().one()
    assert (links["token_hash"], begun["token_hash"]) == (digest(token), digest(cookie))
    assert token not in str(links)
    assert cookie not in str(begun)
    assert begun["expires_at"] - begun["started_at"] == timedelta(hours=12)


async def test_signing_out_ends_the_session_for_good(browser: Browser) -> None:
    await browser.sign_in()
    cookie = browser.client.cookies[SESSION_COOKIE]
    answer = await browser.send(form(await browser.page(SUBSCRIPTIONS), "/sign-out"))
    assert answer.headers["location"] == "/account/sign-in"
    assert SESSION_COOKIE not in browser.client.cookies
    answer = await browser.get(SUBSCRIPTIONS, cookie=f"{SESSION_COOKIE}={cookie}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in")


async def test_a_session_ends_by_itself_after_twelve_hours(browser: Browser, sessions: Sessions) -> None:
    await browser.sign_in()
    await change(sessions, "UPDATE account_sessions SET expires_at = expires_at - interval '12 hours'")
    assert (await browser.get(SUBSCRIPTIONS)).status_code == 303


async def test_a_letters_link_leads_through_signing_in_to_its_subscription(browser: Browser) -> None:
    answer = await browser.get(f"{SUBSCRIPTIONS}/{PUNCTUAL}")
    assert answer.headers["location"] == f"/account/sign-in?number={PUNCTUAL}"
    await browser.ask_for_link(number=PUNCTUAL)
    answer = await browser.open_link(browser.links()[0])
    assert answer.headers["location"] == f"{SUBSCRIPTIONS}/{PUNCTUAL}"


@pytest.mark.parametrize("number", ["//evil.example", "https://evil.example", "..%2f..%2fx", "\\evil"])
async def test_signing_in_leads_nowhere_else(browser: Browser, number: str) -> None:
    await browser.ask_for_link(number=number)
    answer = await browser.open_link(browser.links()[0])
    assert re.fullmatch(rf"{SUBSCRIPTIONS}/[^/\\]+", answer.headers["location"])


async def test_the_cookie_is_for_the_account_alone_and_out_of_reach_of_scripts(browser: Browser) -> None:
    await browser.ask_for_link()
    answer = await browser.open_link(browser.links()[0])
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(SESSION_COOKIE)]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "max-age=43200", "path=/account", "samesite=lax"}


async def test_elsewhere_than_on_the_local_stack_cookies_travel_encrypted_only(
    sessions: Sessions, mailer: Mailer, settings: Settings, browser: Browser
) -> None:
    elsewhere = settings.model_copy(update={"local_stack": False, "account_url": "https://my.vendor.example/account"})
    transport = httpx.ASGITransport(create_app(elsewhere, sessions, None, mailer))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="https://my.vendor.example") as client:
        visitor = Browser(client, browser.sink)
        answer = await visitor.ask_for_link()
        assert answer.status_code == 303
        answer = await visitor.open_link(visitor.links()[0])
    assert all("; Secure" in each for each in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    ("asks_for", "language", "title"),
    [("fr-CH, fr;q=0.9", "fr", "Se connecter"), ("ja", "ja", "サインイン"), ("de, *;q=0.5", "en", "Sign in")],
)
async def test_whoever_is_not_known_yet_is_spoken_to_as_their_browser_asks(
    browser: Browser, asks_for: str, language: str, title: str
) -> None:
    page = (await browser.get("/account/sign-in", **{"accept-language": asks_for})).text
    assert re.search(rf'<html lang="{language}', page)
    assert f'<h1 class="small">{title}</h1>' in page
    assert "English" in words(page)
    assert "日本語" in words(page)


async def test_no_log_holds_an_address_or_a_token(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await browser.sign_in()
    ours = [record for record in caplog.records if record.name.startswith(("console", "uvicorn", "root"))]
    token = browser.links()[0].rpartition("/")[2].partition("?")[0]
    assert not any(secret in record.getMessage() for record in ours for secret in (BUYER, token))
