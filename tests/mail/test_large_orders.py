"""Letters about an order of many subscriptions speak of all of them, in every language."""

from dataclasses import replace

import pytest

from mail.letter import Contacts
from mail.render import render
from renewals.letters import Kind
from renewals.money import Money
from tests.mail.conftest import LINES, VOUCHER, MakeLetter

CONTACTS = Contacts(account_url="https://account.example", support="support", sales="sales", partner="partners")
OF_MANY = replace(VOUCHER, amount=Money(1262500, "USD"), lines=LINES)
THREE = {"en-US": "3 subscriptions", "fr-FR": "3 abonnements", "ja-JP": "3件"}
each_locale = pytest.mark.parametrize("locale", THREE)


@each_locale
@pytest.mark.parametrize("kind", [Kind.VOUCHER_ISSUED, Kind.VOUCHER_EXPIRED])
def test_a_voucher_for_many_lists_them_all_with_their_sum(letter: MakeLetter, kind: Kind, locale: str) -> None:
    written = render(letter(kind, locale=locale, voucher=OF_MANY), CONTACTS)
    assert THREE[locale] in " ".join(written.subject.split())
    for number in ("S-1001", "S-1002", "S-1003"):
        assert number in written.text
        assert number in written.html
    assert "4821-0932" in written.text
    total = "12\N{NARROW NO-BREAK SPACE}625,00" if locale == "fr-FR" else "12,625.00"
    assert total in written.text


@each_locale
def test_a_voucher_for_one_names_no_others(letter: MakeLetter, locale: str) -> None:
    written = render(letter(Kind.VOUCHER_ISSUED, locale=locale), CONTACTS)
    assert "Draft Standard" in written.subject
    assert "S-1002" not in written.text


@each_locale
def test_a_declined_order_of_many_says_how_many(letter: MakeLetter, locale: str) -> None:
    declined = letter(Kind.PAYMENT_FAILED, locale=locale, own_order=Money(1262500, "USD"), own_lines=3, what="term")
    written = render(declined, CONTACTS)
    assert THREE[locale] in " ".join(written.text.split())
    assert "S-1001" in written.text
