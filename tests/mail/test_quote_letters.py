"""An order of several terms that is invoiced says so, in every language."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mail.letter import Contacts, Letter
from mail.render import render
from renewals.facts import Channel
from renewals.letters import Kind
from tests.mail.conftest import ORDER


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
