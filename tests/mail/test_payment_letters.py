"""What letters say of vouchers, added seats, bulk orders, quotes and refunds."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from mail.dealings import OrderLine, SeatsAdded, Voucher
from mail.letter import Contacts, Letter
from mail.lines import width
from mail.render import render
from mail.table import rows
from mail.wording import Wording, letter_locale
from renewals.facts import Channel
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind
from tests.mail.conftest import SEATS_ADDED

MakeLetter = Callable[..., Letter]
LOCALES = ("en-GB", "fr-FR", "ja-JP")
BY_HAND: dict[str, Any] = {"automatic": False, "charge_on": None}
OVER: dict[str, Any] = {"today": date(2027, 4, 2), **BY_HAND}

in_each_language = pytest.mark.parametrize("locale", LOCALES)


def words(letter: Letter, contacts: Contacts) -> str:
    """The text on one line, with ordinary spaces; none between Japanese lines."""
    text = render(letter, contacts).text
    return "".join(text.split("\n")) if letter.locale == "ja-JP" else " ".join(text.split())


def shown(letter: Letter) -> dict[str, str]:
    """The table of facts, with ordinary spaces."""
    facts = rows(letter, Wording(letter_locale(letter.locale)))
    return {row.label: re.sub("[\u00a0\u202f]", " ", row.value) for row in facts}


def by(kind: MethodKind, letter: Letter) -> Voucher:
    assert letter.voucher
    return replace(letter.voucher, kind=kind)


def added(letter: MakeLetter, **changes: Any) -> SeatsAdded:
    facts = letter(Kind.SEATS_ADDED).seats_added
    assert facts
    return replace(facts, **changes)


@pytest.fixture
def hundred(letter: MakeLetter) -> tuple[OrderLine, ...]:
    order = letter(Kind.ORDER_CONFIRMATION).order
    assert order
    return tuple(replace(order.lines[0], number=f"S-{n}", amount=Money(n * 100, "USD")) for n in range(2001, 2101))


def test_a_store_code_says_what_to_pay_where_and_until_when(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.VOUCHER_ISSUED, locale="en-GB", **BY_HAND), contacts)
    assert "please pay USD 6,060.00 at a Konbini." in said
    assert "Store payment code: 4821-0932 To be paid until: 4 March 2027, 23:59" in said
    assert "At the store, enter the code at the terminal or show it at the till" in said
    assert "The term is renewed as soon as the money has come" in said
    assert "The renewal date does not change: the term starts on 31 March 2027, whenever you pay." in said


@pytest.mark.parametrize(
    ("locale", "charged"), [("en-GB", "charged"), ("fr-FR", "prélevé"), ("ja-JP", "請求")], ids=LOCALES
)
def test_that_nothing_is_charged_by_itself_is_said_once(
    letter: MakeLetter, contacts: Contacts, locale: str, charged: str
) -> None:
    assert words(letter(Kind.VOUCHER_ISSUED, locale=locale, **BY_HAND), contacts).count(charged) == 1


def test_a_bank_transfer_is_asked_for_to_the_cent_and_with_its_reference(
    letter: MakeLetter, contacts: Contacts
) -> None:
    transfer = by(MethodKind.BANK_TRANSFER, letter(Kind.VOUCHER_ISSUED))
    said = words(letter(Kind.VOUCHER_ISSUED, voucher=transfer, **BY_HAND), contacts)
    assert "Transfer reference: 4821-0932" in said
    assert "Transfer exactly this amount, and give the reference with it" in said
    assert "Konbini" not in said


@in_each_language
def test_the_code_and_its_last_minute_stand_in_a_box(letter: MakeLetter, contacts: Contacts, locale: str) -> None:
    html = render(letter(Kind.VOUCHER_ISSUED, locale=locale), contacts).html
    boxed = html.partition('class="limit"')[2].partition("</td>")[0]
    assert "4821-0932" in boxed
    assert re.search("23:59|23\u00a0h\u00a059|23時59分", boxed)


@pytest.mark.parametrize(
    ("locale", "at_the_store"),
    [
        ("en-GB", "At the store, enter the code"),
        ("fr-FR", "Au magasin, saisissez le code"),
        ("ja-JP", "店頭の端末に払込番号を入力するか、"),
    ],
)
def test_konbini_and_transfer_have_their_own_instructions(
    letter: MakeLetter, contacts: Contacts, locale: str, at_the_store: str
) -> None:
    konbini = letter(Kind.VOUCHER_ISSUED, locale=locale)
    assert at_the_store in words(konbini, contacts)
    transfer = replace(konbini, voucher=by(MethodKind.BANK_TRANSFER, konbini))
    assert at_the_store not in words(transfer, contacts)


def test_a_card_is_no_voucher(letter: MakeLetter) -> None:
    with pytest.raises(ValueError, match="nothing is paid by voucher with card"):
        by(MethodKind.CARD, letter(Kind.VOUCHER_ISSUED))


def test_an_expired_code_tells_how_to_renew_again_and_until_when(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.VOUCHER_EXPIRED, locale="en-GB", **BY_HAND), contacts)
    assert "The store payment code 4821-0932 for USD 6,060.00 ran out unpaid on 4 March 2027, 23:59." in said
    assert "Nothing was charged" in said
    assert "To renew it, open the subscription in your account." in said
    assert "After that it can still be renewed late, until 15 May 2027" in said
    late = words(letter(Kind.VOUCHER_EXPIRED, locale="en-GB", **OVER), contacts)
    assert "The subscription can still be renewed late, until 15 May 2027, at the list price" in late


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "en-GB",
            "We received USD 4,060.00 of USD 6,060.00. USD 2,000.00 remains to be paid until 4 March 2027, 23:59.",
        ),
        ("fr-FR", "Nous avons reçu 4 060,00 USD sur 6 060,00 USD. Il reste 2 000,00 USD à payer jusqu’au 4 mars 2027"),
        (
            "ja-JP",
            "USD 6,060.00のうち、USD 4,060.00のご入金を確認いたしました。残りのUSD 2,000.00を2027年3月4日",
        ),
    ],
)
def test_a_part_of_a_payment_is_told_with_what_remains_and_until_when(
    letter: MakeLetter, contacts: Contacts, locale: str, said: str
) -> None:
    told = words(letter(Kind.VOUCHER_PART_RECEIVED, locale=locale, **BY_HAND), contacts)
    assert said in re.sub("[\u00a0\u202f]", " ", told)


def test_a_code_that_ran_out_part_paid_says_that_its_money_goes_back(letter: MakeLetter, contacts: Contacts) -> None:
    paid = letter(Kind.VOUCHER_EXPIRED)
    assert paid.voucher
    in_part = replace(paid.voucher, received=Money(406000, "USD"))
    said = words(letter(Kind.VOUCHER_EXPIRED, voucher=in_part, **BY_HAND), contacts).replace("\u00a0", " ")
    assert "Only USD 4,060.00 had come by then: we are sending it back" in said
    assert "unpaid on" not in said
    assert shown(letter(Kind.VOUCHER_EXPIRED, voucher=in_part))["Unpaid amount"] == "USD 2,000.00"


@pytest.mark.parametrize(
    ("because", "said"),
    [
        (
            "paid_in_part",
            "Of USD 6,060.00 for Draft Standard, only USD 100.00 came by bank transfer while it could be paid.",
        ),
        (
            "paid_too_much",
            "and USD 100.00 more than that. We are sending back what was too much; what you bought stands.",
        ),
    ],
)
def test_a_refund_says_why_it_comes(letter: MakeLetter, contacts: Contacts, because: str, said: str) -> None:
    refund = letter(Kind.REFUND).refund
    assert refund
    back: Any = replace(refund, amount=Money(10000, "USD"), because=because, price=Money(606000, "USD"))  # type: ignore[arg-type]
    told = words(letter(Kind.REFUND, refund=back, **BY_HAND), contacts).replace("\u00a0", " ")
    assert said in told
    assert "To renew it, open the subscription" in told
    bought = replace(back, renewable=False)
    assert "To renew it" not in words(letter(Kind.REFUND, refund=bought, **BY_HAND), contacts)


@pytest.mark.parametrize("kind", [Kind.VOUCHER_ISSUED, Kind.VOUCHER_EXPIRED])
def test_an_automatic_renewal_goes_on_after_an_unpaid_code(letter: MakeLetter, contacts: Contacts, kind: Kind) -> None:
    said = words(letter(kind, locale="en-GB"), contacts)
    assert "Automatic renewal goes on. On 31 March 2027 we will charge USD 6,060.00" in said
    past_due = {"today": date(2027, 4, 2), "access_ends_on": date(2027, 4, 15)}
    late = words(letter(kind, locale="en-GB", **past_due), contacts)
    assert "Automatic renewal goes on. Access ends on 15 April 2027 at 00:00" in late


@pytest.mark.parametrize(
    ("locale", "facts"),
    [
        (
            "en-US",
            {
                "Seats added": "3",
                "Seats now": "15",
                "Remaining days": "30 of 365, day of purchase counted",
                "Computed as": "USD 560.00 × 3 × 30 ÷ 365",
                "Amount paid": "USD 138.08",
                "Amount of the next term": "USD 7,575.00",
            },
        ),
        (
            "fr-FR",
            {
                "Postes ajoutés": "3",
                "Postes au total": "15",
                "Jours restants": "30 sur 365, jour de l’achat compris",
                "Calcul": "560,00 USD × 3 × 30 ÷ 365",
                "Montant réglé": "138,08 USD",
                "Prix de la prochaine période": "7 575,00 USD",
            },
        ),
        (
            "ja-JP",
            {
                "追加シート数": "3",
                "追加後のシート数": "15",
                "残りの日数": "365日のうち30日（ご購入日を含む）",
                "計算式": "USD 560.00 × 3 × 30 ÷ 365",
                "お支払い額": "USD 138.08",
                "次の契約期間の料金": "USD 7,575.00",
            },
        ),
    ],
)
def test_added_seats_show_how_their_amount_was_computed(
    letter: MakeLetter, contacts: Contacts, locale: str, facts: dict[str, str]
) -> None:
    assert shown(letter(Kind.SEATS_ADDED, locale=locale)).items() >= facts.items()


def test_added_seats_share_the_renewal_date_and_the_next_charge(letter: MakeLetter, contacts: Contacts) -> None:
    said = words(letter(Kind.SEATS_ADDED, locale="en-GB"), contacts)
    assert "All seats share one renewal date: 31 March 2027." in said
    assert "On 31 March 2027 we will charge USD 7,575.00 to your card, for 15 seats" in said


@pytest.mark.parametrize(
    ("price", "count", "days", "term_days", "share"),
    [
        pytest.param(56000, 3, 30, 365, 13808, id="down"),
        pytest.param(1, 1, 1, 2, 1, id="a half is rounded up"),
        pytest.param(100, 2, 365, 365, 200, id="the first day of the term"),
        pytest.param(100001, 1, 1, 1096, 91, id="the last day of three years"),
    ],
)
def test_the_share_of_a_term_is_rounded_half_up_once(
    letter: MakeLetter, price: int, count: int, days: int, term_days: int, share: int
) -> None:
    facts = added(letter, list_price=Money(price, "USD"), count=count, days=days, term_days=term_days)
    assert facts.prorated == Money(share, "USD")


def test_a_next_term_that_was_paid_before_is_told_apart(letter: MakeLetter, contacts: Contacts) -> None:
    both = letter(Kind.SEATS_ADDED, seats_added=added(letter, amount=Money(13808 + 151500, "USD")))
    assert "The next term was already paid, so the amount also holds its price for the added seats: USD 1,515.00." in (
        words(both, contacts)
    )
    told = shown(both)
    assert told["For this term"] == "USD 138.08"
    assert told["For the next term, paid before"] == "USD 1,515.00"
    assert told["Amount paid"] == "USD 1,653.08"


def test_an_amount_that_the_formula_does_not_make_is_not_explained_by_it(
    letter: MakeLetter, contacts: Contacts
) -> None:
    less = letter(Kind.SEATS_ADDED, seats_added=added(letter, amount=Money(10000, "USD")))
    assert "÷" not in words(less, contacts)
    assert "times the remaining days" not in words(less, contacts)


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        ("en-US", "Order O-2027-32: 100 subscriptions renewed"),
        ("fr-FR", "Commande O-2027-32\u202f: renouvellement de 100\u00a0abonnements"),
        ("ja-JP", "ご注文O-2027-32：サブスクリプション100件を更新いたしました"),
    ],
)
def test_one_confirmation_lists_a_hundred_subscriptions(
    letter: MakeLetter, contacts: Contacts, hundred: tuple[OrderLine, ...], locale: str, subject: str
) -> None:
    order = letter(Kind.ORDER_CONFIRMATION).order
    assert order
    written = render(letter(Kind.ORDER_CONFIRMATION, locale=locale, order=replace(order, lines=hundred)), contacts)
    assert written.subject == subject
    for line in hundred:
        assert written.text.count(f"{line.number})") + written.text.count(f"{line.number}）") == 1
    assert max(map(width, written.text.split("\n"))) <= 72
    assert len(written.html.encode()) < 100_000, "Gmail clips a page that is longer"


class Table(HTMLParser):
    """The cells of the first table with column headings, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(html.partition("<thead>")[2].partition("</table>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += " ".join(data.split(" "))


@pytest.mark.parametrize("kind", [Kind.ORDER_CONFIRMATION, Kind.QUOTE_ISSUED, Kind.QUOTE_EXPIRING])
def test_the_list_is_a_table_with_headings_and_a_total(letter: MakeLetter, contacts: Contacts, kind: Kind) -> None:
    heading, first, *_, total = Table(render(letter(kind), contacts).html).rows
    assert [cell.strip() for cell in heading] == ["Subscription", "Seats", "Amount"]
    assert [cell.replace("\u00a0", " ").strip() for cell in first] == [
        "Draft Standard S-10011 year, March 31, 2027 to March 30, 2028",
        "12",
        "USD 6,060.00",
    ]
    assert [cell.replace("\u00a0", " ").strip() for cell in total] == ["Total", "USD 12,625.00"]


@in_each_language
def test_the_amounts_of_a_list_make_one_column_in_text(letter: MakeLetter, contacts: Contacts, locale: str) -> None:
    text = render(letter(Kind.QUOTE_ISSUED, locale=locale), contacts).text
    listed = re.findall("^     (.*  )[^ ]*USD", text, re.MULTILINE)
    assert len(listed) == 4
    assert {width(before) for before in listed} == {28}


@in_each_language
@pytest.mark.parametrize("kind", [Kind.ORDER_CONFIRMATION, Kind.QUOTE_ISSUED])
def test_a_list_of_one_leads_to_its_own_page(
    letter: MakeLetter, contacts: Contacts, hundred: tuple[OrderLine, ...], kind: Kind, locale: str
) -> None:
    made = letter(kind, locale=locale)
    assert made.basket
    alone = replace(made.basket, lines=hundred[:1])
    one = letter(kind, locale=locale, **{"order" if made.order else "quote": alone})
    assert "/subscriptions/S-2001\n" in render(one, contacts).text
    assert "/subscriptions\n" in render(made, contacts).text


def test_a_refund_of_a_late_payment_says_why_and_that_it_comes_by_itself(
    letter: MakeLetter, contacts: Contacts
) -> None:
    said = words(letter(Kind.REFUND, **BY_HAND), contacts)
    assert "Your payment of USD 6,060.00 by bank transfer for Draft Standard came after the time to pay" in said
    assert "The money comes back by itself." in said
    assert "To renew it, open the subscription in your account." in said


def test_a_refund_by_an_operator_blames_nobody(letter: MakeLetter, contacts: Contacts) -> None:
    refund = letter(Kind.REFUND).refund
    assert refund
    said = words(letter(Kind.REFUND, refund=replace(refund, because="operator", renewable=False), **BY_HAND), contacts)
    assert "We are sending back USD 6,060.00 that was paid by bank transfer for Draft Standard." in said
    assert "came after" not in said
    assert "To renew it" not in said


@pytest.mark.parametrize("kind", [Kind.QUOTE_ISSUED, Kind.QUOTE_EXPIRING])
def test_a_quote_says_how_to_accept_it_and_what_follows_if_nobody_does(
    letter: MakeLetter, contacts: Contacts, kind: Kind
) -> None:
    said = words(letter(kind, locale="en-GB"), contacts)
    assert "Last day to accept: 20 March 2027" in said
    assert "open it in your account and choose how to pay" in said
    assert "The quote ends after 20 March 2027, and nothing is charged for it." in said
    assert contacts.sales in words(letter(kind, self_service=False), contacts)
    by_partner = words(letter(kind, channel=Channel.PARTNER), contacts)
    assert "name your purchase order. The partner who sold you the subscriptions sends the invoice." in by_partner


@in_each_language
def test_a_quote_speaks_of_a_document_only_when_it_has_one(letter: MakeLetter, contacts: Contacts, locale: str) -> None:
    quote = letter(Kind.QUOTE_ISSUED).quote
    assert quote
    assert "PDF" in words(letter(Kind.QUOTE_ISSUED, locale=locale), contacts)
    bare = letter(Kind.QUOTE_ISSUED, locale=locale, quote=replace(quote, document=False))
    assert "PDF" not in words(bare, contacts)


def test_line_breaks_in_a_list_cannot_make_lines_of_their_own(
    letter: MakeLetter, contacts: Contacts, hundred: tuple[OrderLine, ...]
) -> None:
    order = letter(Kind.ORDER_CONFIRMATION).order
    assert order
    crooked = replace(order, reference="O-1\r\nBcc: x", lines=(replace(hundred[0], product="Draft\r\n\r\nBcc: y"),))
    written = render(letter(Kind.ORDER_CONFIRMATION, order=crooked), contacts)
    assert written.subject.startswith("Order O-1 Bcc: x: 1 subscription")
    assert "\nBcc" not in written.text


AGAIN = {
    "en-GB": "The quote Q-1001 can be accepted again until the end of 20 March 2027, also another way.",
    "fr-FR": "Le devis Q-1001 peut de nouveau être accepté jusqu’à la fin du 20 mars 2027",
    "ja-JP": "お見積りQ-1001は、2027年3月20日の終わりまで、別のお支払い方法でも再び承諾いただけます。",
}


@pytest.mark.parametrize("kind", [Kind.VOUCHER_ISSUED, Kind.VOUCHER_EXPIRED])
@in_each_language
def test_the_code_of_a_quote_says_that_the_quote_is_open_again_without_it(
    letter: MakeLetter, contacts: Contacts, locale: str, kind: Kind
) -> None:
    plain = letter(kind, locale=locale, **BY_HAND)
    assert plain.voucher
    of_quote = replace(plain.voucher, quote="Q-1001", quote_until=date(2027, 3, 20))
    assert AGAIN[locale] in words(replace(plain, voucher=of_quote), contacts)
    assert AGAIN[locale] not in words(plain, contacts)


@in_each_language
@pytest.mark.parametrize("kind", [Kind.VOUCHER_ISSUED, Kind.VOUCHER_PART_RECEIVED, Kind.VOUCHER_EXPIRED])
def test_no_line_ends_within_a_code(letter: MakeLetter, contacts: Contacts, kind: Kind, locale: str) -> None:
    written = render(letter(kind, locale=locale), contacts)
    body = written.html.partition('class="sheet')[2]
    assert body.count("4821-0932") == body.count('<span style="white-space: nowrap;">4821-0932</span>') > 0
    assert "4821-0932" in written.text


def test_seats_of_a_term_whose_next_one_is_paid_renew_after_that_one(
    letter: Callable[..., Letter], contacts: Contacts
) -> None:
    """As the account says wherever it names the renewal date."""
    ahead = {"next_starts_on": date(2028, 3, 31), "next_renews_on": date(2029, 3, 31), "charge_on": date(2028, 3, 31)}
    added = replace(SEATS_ADDED, amount=Money(165308, "USD"))
    text = " ".join(render(letter(Kind.SEATS_ADDED, seats_added=added, **ahead), contacts).text.split())
    assert "All seats share one renewal date: March 31, 2028." in text
    assert "Renewal date: March 31, 2028" in text
