"""Nobody else's data, no forms from elsewhere, nothing that runs in a browser."""

import re
from itertools import pairwise
from string import Formatter
from typing import Any

import httpx
import pytest

from console.account.guard import FORM_COOKIE
from console.account.words import WORDS
from renewals.facts import Phase
from renewals.letters import Kind
from renewals.permission import BUYER_MAY
from tests.console.account.browser import SUBSCRIPTIONS, Browser, form
from tests.scenarios.portfolios import PUNCTUAL, SECOND
from tests.scenarios.theatre import Life, Theatre

OTHER: dict[str, Any] = {"number": SECOND, "buyer_email": "eve@elsewhere.example", "buyer_name": "Eve"}
KEY = "8b6b2b7e-6f6e-4e9c-9d0a-0f6d1f5b3c11"


@pytest.fixture
async def life(theatre: Theatre) -> Life:
    """A subscription of somebody else beside the person's own, who is signed in."""
    life = await theatre.subscription()
    await theatre.subscription(**OTHER)
    await life.move_to("2027-02-01 10:00")
    return life


async def csrf_of(browser: Browser) -> str:
    return form(await browser.page(SUBSCRIPTIONS), "/sign-out").fields["csrf"]


@pytest.mark.parametrize("number", [SECOND, "S-0000", "..%2f..%2fetc", "%00"])
async def test_other_peoples_numbers_are_as_good_as_none(browser: Browser, life: Life, number: str) -> None:
    await browser.sign_in()
    for beneath in ("", "/renew", "/add-seats", "/anything"):
        assert (await browser.get(f"{SUBSCRIPTIONS}/{number}{beneath}")).status_code == 404
    assert (await browser.get(f"{SUBSCRIPTIONS}?after={number}")).status_code in (200, 404)
    csrf = await csrf_of(browser)
    for command in (*BUYER_MAY, "park", "record-renewal", "nonsense"):
        answer = await browser.client.post(f"{SUBSCRIPTIONS}/{number}/{command}", data={"csrf": csrf, "key": KEY})
        assert answer.status_code == 404, command
    assert await life.rows("SELECT 1 FROM commands WHERE client_key LIKE 'account:%'") == []
    assert SECOND not in await browser.page(SUBSCRIPTIONS)


@pytest.mark.parametrize("command", ["park", "record-renewal", "resolve-payment", "go-live"])
async def test_operators_commands_have_no_form(browser: Browser, life: Life, command: str) -> None:
    await browser.sign_in()
    data = {"csrf": await csrf_of(browser), "key": KEY, "reason": "x"}
    assert (await browser.client.post(f"{SUBSCRIPTIONS}/{PUNCTUAL}/{command}", data=data)).status_code == 404


async def test_another_customers_payment_method_pays_nothing(browser: Browser, life: Life) -> None:
    await browser.sign_in()
    (foreign,) = await life.rows("SELECT id FROM payment_methods WHERE csn <> :csn", csn=f"C-{PUNCTUAL}")
    said = await browser.do(PUNCTUAL, "renew", on="/renew", method=str(foreign["id"]))
    assert "Not done: renewing." in said
    assert await life.rows("SELECT 1 FROM orders") == []


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        pytest.param({"csrf": ""}, {}, id="no token"),
        pytest.param({"csrf": "0" * 64}, {}, id="another token"),
        pytest.param({"csrf": "é"}, {}, id="a token that is none"),
        pytest.param({}, {"origin": "https://evil.example"}, id="another origin"),
        pytest.param({}, {"origin": "null"}, id="an origin that hides"),
        pytest.param({}, {"sec-fetch-site": "cross-site"}, id="another site"),
        pytest.param({}, {"sec-fetch-site": "same-site"}, id="a neighbour"),
        pytest.param({"token": "x" * 30_000}, {}, id="too long"),
        pytest.param({"token": "\x00"}, {}, id="what no database takes"),
    ],
)
async def test_forms_that_are_not_ours_are_refused(
    browser: Browser, life: Life, fields: dict[str, str], headers: dict[str, str]
) -> None:
    await browser.sign_in()
    good = form(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"), "/cancel-auto-renew")
    answer = await browser.client.post(good.action, data=good.fields | fields, headers=headers)
    assert answer.status_code == 403
    answer = await browser.client.post(
        "/account/sign-out", data={"csrf": good.fields["csrf"]} | fields, headers=headers
    )
    assert answer.status_code == 403
    assert (await life.row())["auto_renew"] is True
    same = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
    answer = await browser.client.post(good.action, data=good.fields, headers=same)
    assert answer.status_code == 303


async def test_the_forms_of_signing_in_are_guarded_too(browser: Browser, life: Life) -> None:
    page = await browser.page("/account/sign-in")
    good = form(page, "/sign-in")
    browser.client.cookies.delete(FORM_COOKIE)
    assert (await browser.send(good, email="eve@elsewhere.example")).status_code == 403
    await browser.ask_for_link()
    (link,) = browser.links()
    assert (await browser.client.post(link, data={})).status_code == 403
    assert (await browser.client.post(link, data={}, headers={"origin": "https://evil.example"})).status_code == 403
    assert (await browser.open_link(link)).status_code == 303


async def test_a_token_of_one_session_is_none_of_another(browser: Browser, life: Life) -> None:
    await browser.sign_in()
    first = await csrf_of(browser)
    await browser.sign_in()
    assert await csrf_of(browser) != first
    answer = await browser.client.post("/account/sign-out", data={"csrf": first})
    assert answer.status_code == 403


PAGES = (
    "/account/sign-in",
    "/account/sign-in/sent",
    "/account/sign-in/no-such-token",
    "/account/nowhere",
    SUBSCRIPTIONS,
    f"{SUBSCRIPTIONS}/{PUNCTUAL}",
    f"{SUBSCRIPTIONS}/{PUNCTUAL}/renew",
    f"{SUBSCRIPTIONS}/{PUNCTUAL}/add-seats?seats=2",
    f"{SUBSCRIPTIONS}/{PUNCTUAL}/change-term?term=month",
    f"{SUBSCRIPTIONS}/{SECOND}",
    f"/account/cart?number={PUNCTUAL}",
    "/account/contracts",
    f"/account/contracts/C-{PUNCTUAL}/direct_online",
)


async def test_no_page_runs_anything_or_is_kept(browser: Browser, life: Life) -> None:
    await browser.sign_in()
    for path in PAGES:
        answer = await browser.get(path)
        assert_quiet(answer)
        page = answer.text
        assert not re.search(r"<script|<style|<iframe|\son[a-z]+=|\sstyle=|javascript:", page, re.I), path
        headings = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(headings)), path
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
        assert set(re.findall(r'<label for="([^"]+)"', page)) <= set(ids), path


def assert_quiet(answer: httpx.Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "script-src" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "strict-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_public_pages_need_no_session_and_the_others_do(browser: Browser, life: Life) -> None:
    for path in PAGES[4:]:
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/account/sign-in")
        assert_quiet(answer)


def test_every_language_has_the_same_words_with_the_same_gaps() -> None:
    def gaps(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for language, own in WORDS.items():
        assert own.keys() == WORDS["en"].keys(), language
        assert [key for key in own if gaps(own[key]) != gaps(WORDS["en"][key])] == [], language


def test_every_phase_letter_and_command_has_words() -> None:
    wanted = {f"phase.{each}" for each in Phase} | {f"kind.{each}" for each in Kind}
    wanted |= {f"command.{each}" for each in BUYER_MAY}
    assert wanted <= WORDS["en"].keys()


def test_french_signs_keep_to_their_word_by_the_space_that_is_theirs() -> None:
    assert WORDS["fr"]["questions"] == "Des questions\u202f? Contactez notre assistance\u00a0:"
    assert "«\u00a0Carte du bureau\u00a0», 40 caractères au plus\u202f;" in WORDS["fr"]["methods.label_help"]
