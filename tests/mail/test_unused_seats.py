"""A word on seats that hardly anybody uses: in the letters before the renewal, beside what those have to say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from mail.letter import Contacts, Letter
from mail.render import render
from renewals.letters import Kind
from renewals.usage import UnusedSeats

MakeLetter = Callable[..., Letter]
UNUSED = UnusedSeats(seats=12, used=7, days=90, told_on=date(2026, 11, 20))
SAID = {
    "en-GB": "You have 12 seats; 7 of them were used in the 90 days up to 20 November 2026.",
    "fr-FR": "Vous avez 12 postes ; au cours des 90 jours allant jusqu’au 20 novembre 2026 inclus, 7 ont été utilisés.",
    "ja-JP": "現在の12シートのうち、2026年11月20日までの90日間に利用されたのは7シートです。",
}
HOW = {
    "en-GB": "you can reduce the seats of the next term in your account",
    "fr-FR": "vous pouvez réduire le nombre de postes de la prochaine période dans votre compte",
    "ja-JP": "アカウントで次の契約期間のシート数を減らすことができます",
}
BEFORE_THE_RENEWAL = [Kind.WINDOW_OPEN, Kind.REMINDER, Kind.ADVANCE_CHARGE_NOTICE]


def words(text: str, locale: str) -> str:
    joined = ("" if locale == "ja-JP" else " ").join(text.split())
    return joined.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize("kind", BEFORE_THE_RENEWAL)
@pytest.mark.parametrize("locale", SAID)
def test_it_stands_in_the_letter_and_takes_nothing_away(
    letter: MakeLetter, contacts: Contacts, kind: Kind, locale: str
) -> None:
    plain = render(letter(kind, locale=locale), contacts)
    told = render(letter(kind, locale=locale, unused=UNUSED, may_reduce_seats=True), contacts)
    assert (told.subject, SAID[locale] in words(told.text, locale)) == (plain.subject, True)
    assert HOW[locale] in words(told.text, locale)
    without = told.text.splitlines()
    assert [line for line in plain.text.splitlines() if line not in without] == []
    assert SAID[locale][-12:] in words(told.html, locale)


@pytest.mark.parametrize("locale", SAID)
def test_who_may_not_reduce_seats_is_not_told_to(letter: MakeLetter, contacts: Contacts, locale: str) -> None:
    told = words(render(letter(Kind.REMINDER, locale=locale, unused=UNUSED), contacts).text, locale)
    assert SAID[locale] in told
    assert HOW[locale] not in told


def test_a_single_seat_that_is_used_is_one(letter: MakeLetter, contacts: Contacts) -> None:
    told = render(letter(Kind.REMINDER, locale="en-GB", unused=replace(UNUSED, used=1)), contacts)
    assert "1 of them was used" in words(told.text, "en-GB")


def test_in_french_nothing_is_counted_as_none(letter: MakeLetter, contacts: Contacts) -> None:
    told = render(letter(Kind.REMINDER, locale="fr-FR", unused=replace(UNUSED, used=0)), contacts)
    assert "novembre 2026 inclus, aucun n’a été utilisé." in words(told.text, "fr-FR")
