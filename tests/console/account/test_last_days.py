"""Days on the pages: access ends at the first instant of a day, as the letters say it; a term on the day before."""

from datetime import UTC, datetime

import pytest

from console.account.speech import speech_of
from tests.console.account.browser import SUBSCRIPTIONS, Browser, words
from tests.scenarios.portfolios import PUNCTUAL
from tests.scenarios.theatre import Theatre


@pytest.mark.parametrize(
    ("locale", "kept"),
    [
        ("en-GB", "You keep access until 31 March 2027 at 00:00; no new term is charged."),
        ("fr-FR", "Vous gardez l’accès jusqu’au 31 mars 2027 à 0 h"),
        ("ja-JP", "2027年3月31日午前0時までご利用いただけます。"),
    ],
)
async def test_who_cancels_keeps_access_up_to_the_renewal_date(
    theatre: Theatre, browser: Browser, locale: str, kept: str
) -> None:
    life = await theatre.subscription(locale=locale)
    await life.move_to("2027-02-01 10:00")
    await browser.sign_in()
    assert kept in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))


@pytest.mark.parametrize(
    ("locale", "morning", "last_minute"),
    [
        ("en-GB", "31 March 2027, 09:00", "31 March 2027, 23:59"),
        ("fr-FR", "31 mars 2027 à 9 h", "31 mars 2027 à 23 h 59"),
        ("fr-CA", "31 mars 2027 à 9 h", "31 mars 2027 à 23 h 59"),
        ("ja-JP", "2027年3月31日 9:00", "2027年3月31日 23:59"),
    ],
)
def test_a_moment_is_written_on_the_customers_clock(locale: str, morning: str, last_minute: str) -> None:
    t = speech_of(locale)
    moments = [t.moment(datetime(2027, 3, 31, *utc, tzinfo=UTC), "Europe/Paris") for utc in ((7, 0), (21, 59))]
    assert [each.replace("\u00a0", " ") for each in moments] == [morning, last_minute]


async def test_a_page_says_until_which_instant_access_lasts_while_past_due(theatre: Theatre, browser: Browser) -> None:
    life = await theatre.subscription(method_token="insufficient_funds")
    await life.move_to("2027-04-02 10:00")
    await browser.sign_in()
    assert "Access until 15 April 2027 at 00:00" in words(await browser.page(f"{SUBSCRIPTIONS}/{PUNCTUAL}"))


async def test_a_subscription_that_is_over_ended_on_the_last_day_of_its_term(
    theatre: Theatre, browser: Browser
) -> None:
    life = await theatre.subscription(auto_renew="no")
    await life.move_to("2027-05-17 10:00")
    await browser.sign_in()
    assert "ended on 30 March 2027" in words(await browser.page(SUBSCRIPTIONS))
