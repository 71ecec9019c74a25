"""What the single kinds of letters say, and what they must not say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mail.letter import Contacts, Letter
from mail.render import render
from renewals.facts import Channel, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind

MakeLetter = Callable[..., Letter]
LOCALES = ("en-GB", "fr-FR", "ja-JP")
PAST_DUE: dict[str, Any] = {"today": date(2027, 4, 2), "access_ends_on": date(2027, 4, 15)}
BY_HAND: dict[str, Any] = {"automatic": False, "charge_on": None}


def words(letter: Letter, contacts: Contacts) -> str:
    """The text on one line, with ordinary spaces."""
    return " ".join(render(letter, contacts).text.split())


def test_an_advance_charge_notice_says_all_that_the_law_asks(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.ADVANCE_CHARGE_NOTICE, locale="en-GB"), contacts)
    assert (
        "On 31 March 2027 we will charge USD 6,060.00 to your card, for 12 seats and the term of 1 year from"
        " 31 March 2027 to 30 March 2028." in said
    )
    assert "Last day to cancel this renewal: 30 March 2027" in said
    assert (
        "To cancel, open the subscription in your account and turn off automatic renewal:"
        " https://account.vendor.example/subscriptions/S-1001" in said
    )


def test_the_french_advance_charge_notice_boxes_the_last_day_to_refuse(letter: MakeLetter, contacts: Contacts) -> None:
    written = render(letter(Kind.ADVANCE_CHARGE_NOTICE, locale="fr-FR"), contacts)
    assert "Dernier jour pour refuser ce renouvellement\u202f: 30\u00a0mars 2027" in written.text
    boxed = written.html.partition('class="limit"')[2].partition("</td>")[0]
    assert "30\u00a0mars 2027" in boxed


@pytest.mark.parametrize("kind", [Kind.PAYMENT_FAILED, Kind.ACTION_REQUIRED])
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "code", ["lost_card", "stolen_card", "fraudulent", "revocation_of_authorization", "account_closed"]
)
def test_a_hard_decline_reads_the_same_whatever_its_reason(
    letter: MakeLetter, contacts: Contacts, kind: Kind, locale: str, code: str
) -> None:
    unnamed = render(letter(kind, locale=locale, **PAST_DUE), contacts)
    assert render(letter(kind, locale=locale, decline_code=code, **PAST_DUE), contacts) == unnamed
    for hint in (
        "lost",
        "stolen",
        "fraud",
        "revoked",
        "closed",
        "perdu",
        "volé",
        "frauduleu",
        "révoqué",
        "clos",
        "紛失",
        "盗難",
        "不正",
        "取り消",
        "解約",
    ):
        assert hint not in unnamed.text.lower()
        assert hint not in unnamed.subject.lower()


@pytest.mark.parametrize(
    ("code", "english", "french"),
    [
        (
            "authentication_required",
            "Your bank asks you to confirm the payment",
            "Votre banque vous demande de confirm",
        ),
        ("expired_card", "The card has expired.", "La carte a expiré."),
        ("incorrect_cvc", "The security code of the card was not", "Le code de sécurité de la carte n’a pas"),
        ("card_not_supported", "The card does not allow this kind", "La carte n’autorise pas ce type"),
    ],
)
def test_a_decline_that_the_buyer_can_cure_says_how(
    letter: MakeLetter, contacts: Contacts, code: str, english: str, french: str
) -> None:
    act = {"decline_code": code, **PAST_DUE}
    assert english in words(letter(Kind.ACTION_REQUIRED, **act), contacts)
    assert french in words(letter(Kind.ACTION_REQUIRED, locale="fr-FR", **act), contacts)


def test_a_failed_payment_names_the_next_try(letter: MakeLetter, contacts: Contacts) -> None:
    retried = {**PAST_DUE, "retry_on": date(2027, 4, 3)}
    assert "We will try again on 3 April 2027." in words(
        letter(Kind.PAYMENT_FAILED, locale="en-GB", **retried), contacts
    )
    assert "Nous réessaierons le 3 avril 2027." in words(
        letter(Kind.PAYMENT_FAILED, locale="fr-FR", **retried), contacts
    )


def test_the_last_failed_payment_says_that_no_try_follows_and_when_access_ends(
    letter: MakeLetter, contacts: Contacts
) -> None:
    said = words(letter(Kind.PAYMENT_FAILED, locale="en-GB", **PAST_DUE), contacts)
    assert "We will not try again automatically." in said
    assert "Access ends on 15 April 2027 at 00:00 if the term is still unpaid then." in said
    late = words(letter(Kind.PAYMENT_FAILED, locale="en-GB", **{**PAST_DUE, "today": date(2027, 4, 28)}), contacts)
    assert "Access has been suspended since 15 April 2027" in late


@pytest.mark.parametrize("kind", [Kind.EXPIRED, Kind.LATE_WINDOW_CLOSING])
def test_an_expired_subscription_learns_until_when_and_at_what_price(
    letter: MakeLetter, contacts: Contacts, kind: Kind
) -> None:
    over = {**BY_HAND, "today": date(2027, 3, 31)}
    said = words(letter(kind, locale="en-GB", **over), contacts)
    assert "renewed late, until 15 May 2027, at the list price (USD 6,720.00)" in said
    assert "USD 6,060.00" not in said
    assert "jusqu’au 15 mai 2027, au prix catalogue (6 720,00 USD)" in words(
        letter(kind, locale="fr-FR", **over), contacts
    )


def test_an_expiring_card_is_tried_all_the_same(letter: MakeLetter, contacts: Contacts) -> None:
    expiring = {"method_valid_through": date(2027, 2, 28)}
    said = words(letter(Kind.CARD_EXPIRING, locale="en-GB", **expiring), contacts)
    assert "valid through 28 February 2027" in said
    assert "We will try the stored card all the same" in said


@pytest.mark.parametrize("locale", LOCALES)
def test_a_partners_customer_is_sent_to_the_partner(letter: MakeLetter, contacts: Contacts, locale: str) -> None:
    said = words(letter(Kind.REMINDER, locale=locale, channel=Channel.PARTNER, **BY_HAND), contacts)
    assert contacts.partner in said
    assert "list price" not in said
    assert "prix catalogue" not in said
    assert "標準価格" not in said


def test_whoever_can_be_asked_in_several_ways_has_a_link_for_each(letter: MakeLetter, contacts: Contacts) -> None:
    reached = replace(contacts, support="help@vendor.example, https://vendor.example/chat, +33 1 23 45 67 89")
    written = render(letter(Kind.REMINDER), reached)
    assert reached.support in " ".join(written.text.split())
    for link in ("mailto:help@vendor.example", "https://vendor.example/chat", "tel:+33123456789"):
        assert f'<a href="{link}">' in written.html


@pytest.mark.parametrize("kind", [Kind.WINDOW_OPEN, Kind.REMINDER, Kind.EXPIRED, Kind.LATE_WINDOW_CLOSING])
def test_an_order_from_an_older_system_is_renewed_by_sales(letter: MakeLetter, contacts: Contacts, kind: Kind) -> None:
    assert contacts.sales in words(letter(kind, channel=Channel.LEGACY, **BY_HAND), contacts)


@pytest.mark.parametrize("kind", [Kind.WINDOW_OPEN, Kind.REMINDER, Kind.METHOD_CHANGED, Kind.EXPIRED])
def test_konbini_and_bank_transfer_carry_their_instructions(letter: MakeLetter, contacts: Contacts, kind: Kind) -> None:
    konbini = words(letter(kind, method=MethodKind.KONBINI, **BY_HAND), contacts)
    assert "At checkout you receive a store code" in konbini
    transfer = words(letter(kind, method=MethodKind.BANK_TRANSFER, **BY_HAND), contacts)
    assert "At checkout you receive a transfer reference" in transfer


def test_pending_changes_are_announced(letter: MakeLetter, contacts: Contacts) -> None:
    pending = {"next_seats": 9, "next_term": Term.THREE_YEARS, "next_renews_on": date(2030, 3, 31)}
    said = words(letter(Kind.WINDOW_OPEN, **pending), contacts)
    assert "the next term has 9 seats instead of 12 and runs for 3 years instead of 1 year." in said
    dit = words(letter(Kind.WINDOW_OPEN, locale="fr-FR", **pending), contacts)
    assert "la prochaine période comprend 9 postes au lieu de 12 et dure 3 ans au lieu de 1 an." in dit


def test_a_receipt_announces_the_next_charge(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.RENEWED, locale="en-GB"), contacts)
    assert "Amount paid: USD 6,060.00" in said
    assert "Reference: O-2026-77" in said
    assert "Next charge: USD 6,060.00 (12 × USD 505.00) Next charge on: 31 March 2027" in said


def test_a_receipt_for_a_term_renewed_by_hand_announces_no_charge(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.RENEWED, locale="en-GB", **BY_HAND), contacts)
    assert "does not renew automatically: it expires on 31 March 2027" in said
    assert "we will charge" not in said


def test_a_cancellation_says_how_long_access_lasts(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.AUTO_RENEW_CANCELLED, locale="en-GB", **BY_HAND), contacts)
    assert "You keep access until 31 March 2027 at 00:00; nothing is charged automatically." in said


@pytest.mark.parametrize("locale", LOCALES)
def test_a_cancellation_after_the_payment_offers_a_refund_by_support(
    letter: MakeLetter, contacts: Contacts, locale: str
) -> None:
    late = letter(Kind.AUTO_RENEW_CANCELLED, locale=locale, too_late_for_this_term=True, **BY_HAND)
    said = words(late, contacts)
    assert any(promise in said for promise in ("can refund it", "peut la rembourser", "返金を承ります"))
    assert said.count("support@vendor.example") == 2


def test_a_method_set_while_past_due_is_tried_now(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.METHOD_CHANGED, **PAST_DUE), contacts)
    assert "The open payment for the next term is now tried with this method." in said


@pytest.mark.parametrize(("what", "english"), [("seats", "The next term has 12 seats."), ("term", "for 1 year.")])
def test_a_withdrawn_change_says_what_holds_again(
    letter: MakeLetter, contacts: Contacts, what: str, english: str
) -> None:
    assert english in words(letter(Kind.CHANGE_WITHDRAWN, what=what), contacts)


@pytest.mark.parametrize("kind", [Kind.AUTO_RENEW_CANCELLED, Kind.CHANGE_WITHDRAWN, Kind.SEATS_ADDED, Kind.REFUND])
def test_a_term_that_is_paid_ahead_counts_as_paid(letter: MakeLetter, contacts: Contacts, kind: Kind) -> None:
    ahead = {"next_starts_on": date(2028, 3, 31), "next_renews_on": date(2029, 3, 31), "today": date(2027, 4, 1)}
    said = words(letter(kind, locale="en-GB", **ahead, **BY_HAND), contacts)
    assert "The subscription expires on 31 March 2028" in said


def test_a_change_beside_a_paid_term_names_the_renewal_at_which_it_applies(
    letter: MakeLetter, contacts: Contacts
) -> None:
    ahead = {"next_starts_on": date(2028, 3, 31), "next_renews_on": date(2029, 3, 31), "charge_on": date(2028, 3, 31)}
    said = words(letter(Kind.SEATS_REDUCTION_SCHEDULED, next_seats=9, **ahead), contacts)
    assert "Renewal date: March 31, 2028" in said
    assert "March 31, 2027" not in said


def test_the_eve_is_called_tomorrow(letter: MakeLetter, contacts: Contacts) -> None:
    eve = letter(Kind.REMINDER, today=date(2027, 3, 30), **BY_HAND)
    assert "EXPIRES TOMORROW" in render(eve, contacts).text


def test_amounts_without_decimals_stay_whole(letter: MakeLetter, contacts: Contacts) -> None:
    yen = {"price": Money(88000, "JPY"), "unit_price": Money(88000, "JPY"), "next_seats": 1}
    for locale in ("en-US", "ja-JP"):
        assert "JPY 88,000 " in words(letter(Kind.REMINDER, locale=locale, **yen, **BY_HAND), contacts)


def test_a_japanese_reader_is_addressed_by_company_and_name(letter: MakeLetter, contacts: Contacts) -> None:
    names = {"customer": "株式会社ミナト設計", "buyer_name": "佐藤 恵"}
    assert "\n株式会社ミナト設計 佐藤 恵 様\n" in render(letter(Kind.REMINDER, locale="ja-JP", **names), contacts).text
    unnamed = letter(Kind.REMINDER, locale="ja-JP", **names | {"buyer_name": ""})
    assert "\n株式会社ミナト設計 ご担当者様\n" in render(unnamed, contacts).text


def test_a_japanese_advance_charge_notice_says_all_that_the_english_one_says(
    letter: MakeLetter, contacts: Contacts
) -> None:
    written = render(letter(Kind.ADVANCE_CHARGE_NOTICE, locale="ja-JP"), contacts)
    said = "".join(written.text.split("\n"))
    assert (
        "2027年3月31日に、次の契約期間（2027年3月31日から2028年3月30日までの1年、12シート）の料金として"
        "USD\u00a06,060.00を、ご登録のカードにて請求いたします。" in said
    )
    boxed = written.html.partition('class="limit"')[2].partition("</td>")[0]
    assert "今回の更新を停止（解約）できる最終日：2027年3月30日" in boxed


ENDED = {"en-GB": "30 March 2027", "fr-FR": "30 mars 2027", "ja-JP": "2027年3月30日"}
NEXT_DAY = {"en-GB": "31 March 2027", "fr-FR": "31 mars 2027", "ja-JP": "2027年3月31日"}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        pytest.param(Kind.WINDOW_OPEN, BY_HAND, id="window open"),
        pytest.param(Kind.REMINDER, BY_HAND, id="reminder"),
        pytest.param(Kind.EXPIRED, BY_HAND | {"today": date(2027, 3, 31)}, id="expired"),
        pytest.param(Kind.LATE_WINDOW_CLOSING, BY_HAND | {"today": date(2027, 5, 1)}, id="late window closing"),
        pytest.param(Kind.LAPSED, BY_HAND | {"today": date(2027, 5, 16)}, id="lapsed"),
        pytest.param(Kind.AUTO_RENEW_CANCELLED, BY_HAND | {"today": date(2027, 4, 2)}, id="cancelled when it was over"),
        pytest.param(Kind.AUTO_RENEW_CANCELLED, BY_HAND | {"too_late_for_this_term": True}, id="cancelled too late"),
        pytest.param(Kind.AUTO_RENEW_RESUMED, {}, id="resumed"),
    ],
)
def test_a_term_ends_on_its_last_day_as_the_pages_say_and_expires_on_the_next(
    letter: MakeLetter, contacts: Contacts, kind: Kind, facts: dict[str, Any], locale: str
) -> None:
    """A term is half-open (domain.md 1): the renewal date, the day it expires, is the first that is not in it."""
    text = render(letter(kind, locale=locale, **facts), contacts).text
    lead = "".join(text.split("\n\n")[2:4]) if locale == "ja-JP" else " ".join(text.split("\n\n")[2].split())
    assert ENDED[locale] in lead or f"{NEXT_DAY[locale]}午前0時まで" in lead


@pytest.mark.parametrize("locale", LOCALES)
def test_a_receipt_names_the_last_day_in_its_subject(letter: MakeLetter, contacts: Contacts, locale: str) -> None:
    said = letter(Kind.RENEWED, locale=locale)
    assert said.paid
    assert said.paid.renews_on == date(2027, 3, 31)
    assert ENDED[locale] in " ".join(render(said, contacts).subject.split())


@pytest.mark.parametrize(
    ("locale", "open_"),
    [
        ("en-GB", "A code or reference that you can still pay is open for this term."),
        ("fr-FR", "Un code de paiement ou une référence de virement reste valable pour cette période."),
        ("ja-JP", "この契約期間については、現在もお支払いいただける番号がございます。"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        pytest.param(Kind.ADVANCE_CHARGE_NOTICE, {}, id="advance charge notice"),
        pytest.param(Kind.CARD_EXPIRING, {}, id="card expiring"),
        pytest.param(Kind.METHOD_CHANGED, {}, id="method changed"),
        pytest.param(Kind.REMINDER, BY_HAND, id="reminder"),
    ],
)
def test_whoever_is_told_of_a_charge_or_the_end_while_a_code_is_open_is_told_of_the_code_once(
    letter: MakeLetter, contacts: Contacts, kind: Kind, facts: dict[str, Any], locale: str, open_: str
) -> None:
    text = render(letter(kind, locale=locale, code_open=True, **facts), contacts).text
    said = "".join(text.split("\n")) if locale == "ja-JP" else " ".join(text.split())
    assert said.count(open_) == 1
    assert open_ not in words(letter(kind, locale=locale, **facts), contacts)
