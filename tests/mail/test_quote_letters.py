"""An order of several terms that is invoiced says so, in every language."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mail.letter import Contacts, Letter
from mail.render import render
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
