"""Dates and amounts in each locale, and which locale a letter is written in."""

from collections.abc import Callable
from datetime import date

import pytest

from mail.letter import Contacts, Letter
from mail.render import render
from mail.wording import Wording, letter_locale
from renewals.letters import Kind
from renewals.money import Money

NARROW, NO_BREAK = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("locale", "euros", "yen", "dinars", "day"),
    [
        pytest.param("en-US", "EUR 1,234.50", "JPY 123,450", "KWD 123.450", "March 1, 2027", id="en-US"),
        pytest.param("en-AU", "EUR 1,234.50", "JPY 123,450", "KWD 123.450", "1 March 2027", id="en-AU"),
        pytest.param("en-GB", "EUR 1,234.50", "JPY 123,450", "KWD 123.450", "1 March 2027", id="en-GB"),
        pytest.param("fr-FR", "1_234,50 EUR", "123_450 JPY", "123,450 KWD", "1er mars 2027", id="fr-FR"),
        pytest.param("fr-CA", "1 234,50 EUR", "123 450 JPY", "123,450 KWD", "1er mars 2027", id="fr-CA"),
        pytest.param("ja-JP", "EUR 1,234.50", "JPY 123,450", "KWD 123.450", "2027年3月1日", id="ja-JP"),
    ],
)
def test_amounts_carry_their_iso_code_and_decimals_and_days_are_written_out(
    locale: str, euros: str, yen: str, dinars: str, day: str
) -> None:
    w = Wording(letter_locale(locale))
    amounts = [w.amount(Money(123450, currency)) for currency in ("EUR", "JPY", "KWD")]
    assert amounts == [text.replace(" ", NO_BREAK).replace("_", NARROW) for text in (euros, yen, dinars)]
    assert w.day(date(2027, 3, 1)) == (day.replace(" ", NO_BREAK, 1) if w.language == "fr" else day)


@pytest.mark.parametrize(
    ("customer", "letter"),
    [
        ("fr-CA", "fr-CA"),
        ("fr_FR", "fr-FR"),
        ("fr-XX", "fr"),
        ("fr", "fr"),
        ("FR-be", "fr-BE"),
        ("en-AU", "en-AU"),
        ("en-Latn-GB", "en-GB"),
        ("ja-JP", "ja-JP"),
        ("ja", "ja"),
        ("de-DE", "en"),
        ("", "en"),
        ("../x", "en"),
        ("en-../..", "en"),
    ],
)
def test_the_letter_speaks_the_customers_language_or_else_english(customer: str, letter: str) -> None:
    assert Wording(letter_locale(customer)).tag == letter


def test_a_term_is_named_by_its_first_and_last_day() -> None:
    begin, end = date(2027, 2, 1), date(2027, 3, 1)
    french = Wording(letter_locale("fr-FR")).span(begin, end)
    assert french == f"du 1er{NO_BREAK}février 2027 au 28{NO_BREAK}février 2027"
    assert Wording(letter_locale("ja-JP")).span(begin, end) == "2027年2月1日から2027年2月28日まで"


@pytest.mark.parametrize(
    ("locale", "row"),
    [
        ("en-US", "USD 4,545.00 (9 × USD 505.00)"),
        ("fr-FR", "4_545,00 USD (9 × 505,00 USD)"),
        ("fr-CA", "4 545,00 USD (9 × 505,00 USD)"),
        ("ja-JP", "USD 4,545.00（9 × USD 505.00）"),
    ],
)
def test_the_amount_shows_its_factors(letter: Callable[..., Letter], contacts: Contacts, locale: str, row: str) -> None:
    reduced = letter(Kind.ADVANCE_CHARGE_NOTICE, locale=locale, next_seats=9, price=Money(454500, "USD"))
    shown = row.replace(" ", NO_BREAK).replace(f"USD{NO_BREAK}(", "USD (").replace(f"00{NO_BREAK}(", "00 (")
    assert shown.replace("_", NARROW) in render(reduced, contacts).text


def test_factors_that_do_not_make_the_amount_are_not_shown(letter: Callable[..., Letter], contacts: Contacts) -> None:
    odd = letter(Kind.ADVANCE_CHARGE_NOTICE, price=Money(100000, "USD"))
    assert "×" not in render(odd, contacts).text
