"""An order of several terms that is invoiced says so, in every language."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mail.letter import Contacts, Letter
from mail.render import render
from renewals.facts import Channel
from renewals.letters import Kind
from renewals.payments import MethodKind
from tests.mail.conftest import ORDER, QUOTE, RECEIPT


@pytest.mark.parametrize(
    ("locale", "invoiced", "received"),
    [
        pytest.param("en-US", "We will invoice USD", "We received USD", id="English"),
        pytest.param("fr-FR", "Nous vous facturerons", "Nous avons reçu", id="French"),
        pytest.param("ja-JP", "後日ご請求いたします", "お支払いいただきました", id="Japanese"),
    ],
)
def test_what_is_invoiced_is_not_said_to_be_received(
    letter: Callable[..., Letter], contacts: Contacts, locale: str, invoiced: str, received: str
) -> None:
    on_invoice = render(
        letter(Kind.ORDER_CONFIRMATION, locale=locale, order=replace(ORDER, method=None)), contacts
    ).text
    assert invoiced in on_invoice
    assert received not in on_invoice
    assert received in render(letter(Kind.ORDER_CONFIRMATION, locale=locale), contacts).text


@pytest.mark.parametrize(
    ("locale", "by_partner", "by_us"),
    [
        pytest.param("en-US", "The partner who sold you the subscriptions will invoice USD", "We will", id="English"),
        pytest.param(
            "fr-FR", "Le partenaire qui vous a vendu les abonnements vous facturera", "Nous vous", id="French"
        ),
        pytest.param("ja-JP", "ご購入元の販売パートナーから後日ご請求", "は後日ご請求", id="Japanese"),
    ],
)
def test_what_a_partner_sold_is_invoiced_by_the_partner(
    letter: Callable[..., Letter], contacts: Contacts, locale: str, by_partner: str, by_us: str
) -> None:
    order = replace(ORDER, method=None)
    said = render(letter(Kind.ORDER_CONFIRMATION, locale=locale, order=order, channel=Channel.PARTNER), contacts).text
    joined = said.replace("\n", "" if locale == "ja-JP" else " ")
    assert by_partner in joined
    assert by_us not in joined


@pytest.mark.parametrize(
    ("locale", "renewing", "open_one", "open_all"),
    [
        pytest.param("en-US", "if you renew one of them yourself", "Open the subscription", "Open your", id="English"),
        pytest.param("fr-FR", "si vous renouvelez vous-même", "Ouvrir l’abonnement", "Ouvrir vos", id="French"),
        pytest.param("ja-JP", "ご自身で更新された場合", "サブスクリプションを開く", "一覧を開く", id="Japanese"),
    ],
)
def test_a_quote_of_a_partners_says_nothing_of_renewing_here_and_leads_to_what_it_is_for(
    letter: Callable[..., Letter], contacts: Contacts, locale: str, renewing: str, open_one: str, open_all: str
) -> None:
    def said(**changes: Any) -> str:
        text = render(letter(Kind.QUOTE_ISSUED, locale=locale, **changes), contacts).text
        return text.replace("\n", "" if locale == "ja-JP" else " ")

    ours, partners = said(), said(channel=Channel.PARTNER, quote=replace(QUOTE, lines=QUOTE.lines[:1]))
    assert (renewing in ours, open_all in ours) == (True, True)
    assert (renewing in partners, open_one in partners, open_all in partners) == (False, True, False)


@pytest.mark.parametrize(
    ("locale", "amount", "paid"),
    [
        pytest.param("en-US", "Amount: ", "Amount paid: ", id="English"),
        pytest.param("fr-FR", "Montant : ", "Montant réglé", id="French"),
        pytest.param("ja-JP", "金額：", "お支払い額", id="Japanese"),
    ],
)
def test_a_term_that_is_invoiced_is_not_said_to_be_paid(
    letter: Callable[..., Letter], contacts: Contacts, locale: str, amount: str, paid: str
) -> None:
    invoiced, by_card = (
        render(letter(Kind.RENEWED, locale=locale, paid=replace(RECEIPT, method=method)), contacts).text.replace(
            "\u202f", " "
        )
        for method in (None, MethodKind.CARD)
    )
    assert (amount in invoiced, paid in invoiced) == (True, False)
    assert paid in by_card


def test_whom_to_ask_about_each_thing_stands_by_itself(letter: Callable[..., Letter], contacts: Contacts) -> None:
    for locale, rest in (("en-US", "For everything else"), ("fr-FR", "Pour tout le reste")):
        text = render(letter(Kind.REMINDER, locale=locale, channel=Channel.PARTNER), contacts).text
        assert f"partners@vendor.example\n\n{rest}" in text
