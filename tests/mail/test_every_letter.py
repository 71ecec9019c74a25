"""What holds for every letter: each kind, in each language, in each situation."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from mail.dealings import Order, OrderLine, Quote, Refund, SeatsAdded, Voucher
from mail.letter import Contacts, Letter
from mail.lines import width
from mail.render import TEMPLATES, Rendered, render
from mail.table import rows
from mail.wording import LANGUAGES, Wording, letter_locale
from mail.words import WORDS
from renewals.facts import Channel, Term
from renewals.letters import Kind
from renewals.money import Money
from renewals.payments import MethodKind
from tests.mail.conftest import LINES, REFUND

UNKNOWN: dict[str, Any] = dict.fromkeys(
    ("charge_on", "price", "unit_price", "list_amount", "method", "method_valid_through", "late_window_last_day")
)
PENDING = {"next_seats": 9, "next_term": Term.THREE_YEARS, "next_renews_on": date(2030, 3, 31)}
PAST_DUE = {"today": date(2027, 4, 2), "access_ends_on": date(2027, 4, 15)}
ONE_LINE = (
    OrderLine(
        number="S-1001",
        product="Draft Standard",
        seats=1,
        term=Term.MONTH,
        starts_on=date(2027, 2, 28),
        renews_on=date(2027, 3, 31),
        amount=Money(88000, "JPY"),
    ),
)
PAID_OTHERWISE: dict[str, Any] = {
    "voucher": Voucher(
        kind=MethodKind.BANK_TRANSFER,
        code="P-88-1204",
        amount=Money(88000, "JPY"),
        expires_on=date(2027, 3, 1),
        starts_on=date(2027, 2, 28),
        renews_on=date(2027, 3, 31),
        seats=1,
        term=Term.MONTH,
        received=Money(40000, "JPY"),
        part=Money(1, "JPY"),
    ),
    "seats_added": SeatsAdded(
        count=1,
        seats=13,
        amount=Money(150000, "JPY"),
        list_price=Money(100001, "JPY"),
        days=1096,
        term_days=1096,
        method=MethodKind.PAYPAL,
        next_amount=None,
        reference="O-3",
    ),
    "order": Order(reference="O-4", total=Money(88000, "JPY"), method=MethodKind.KONBINI, lines=ONE_LINE),
    "quote": Quote(
        reference="Q-5", total=Money(88000, "JPY"), expires_on=date(2027, 3, 1), lines=ONE_LINE, document=False
    ),
    "refund": Refund(
        amount=Money(88000, "JPY"),
        method=MethodKind.PAYPAL,
        reference="R-6",
        because="operator",
        price=Money(88000, "JPY"),
    ),
}
_REFUND = Refund(
    amount=Money(100, "JPY"),
    method=MethodKind.KONBINI,
    reference="R-7",
    because="paid_late",
    price=Money(88000, "JPY"),
)
SITUATIONS: dict[str, dict[str, Any]] = {
    "card": {},
    "monthly by direct debit": {
        "term": Term.MONTH,
        "next_term": Term.MONTH,
        "method": MethodKind.DIRECT_DEBIT,
        "method_valid_through": None,
    },
    "paypal, one seat": {"method": MethodKind.PAYPAL, "method_valid_through": None, "seats": 1, "next_seats": 1},
    "pending changes": PENDING,
    "pending seats": {"next_seats": 9, "what": "term"},
    "by hand, with a card": {"automatic": False, "charge_on": None},
    "konbini": {"automatic": False, "charge_on": None, "method": MethodKind.KONBINI, "price": Money(88000, "JPY")},
    "bank transfer": {"automatic": False, "charge_on": None, "method": MethodKind.BANK_TRANSFER},
    "partner": {"automatic": False, "channel": Channel.PARTNER, "method": None},
    "partner, nothing known": {"automatic": False, "channel": Channel.PARTNER, **UNKNOWN},
    "legacy": {"automatic": False, "channel": Channel.LEGACY, "method": None},
    "sold by sales, not in the account": {"automatic": False, "channel": Channel.DIRECT_SALES, "self_service": False},
    "nothing known": UNKNOWN,
    "nothing known, by hand": {"automatic": False, **UNKNOWN},
    "past due, retried": {**PAST_DUE, "retry_on": date(2027, 4, 3), "decline_code": "insufficient_funds"},
    "past due, at its end": {**PAST_DUE, "today": date(2027, 4, 28)},
    "past due, card expired": {**PAST_DUE, "decline_code": "expired_card"},
    "expired": {**PAST_DUE, "automatic": False, "access_ends_on": date(2027, 3, 31)},
    "lapsed": {"today": date(2027, 5, 16), "automatic": False},
    "cancelled too late": {"automatic": False, "too_late_for_this_term": True},
    "the eve": {"automatic": False, "today": date(2027, 3, 30), "what": "seats"},
    "no name": {"buyer_name": ""},
    "paid otherwise": PAID_OTHERWISE,
    "paid in part": {**PAID_OTHERWISE, "refund": replace(_REFUND, because="paid_in_part")},
    "paid too much": {**PAID_OTHERWISE, "refund": replace(_REFUND, because="paid_too_much")},
    "paid late together": {"refund": replace(REFUND, lines=LINES)},
    "paid in part together": {"refund": replace(REFUND, lines=LINES, because="paid_in_part")},
    "paid too much together": {"refund": replace(REFUND, lines=LINES, because="paid_too_much")},
    "refunded together": {"refund": replace(REFUND, lines=LINES, because="operator")},
    "paid otherwise, by hand": {"automatic": False, "charge_on": None, **PAID_OTHERWISE},
}

JAPANESE = "[\u3041-\u30ff\u4e00-\u9fff]"
ENGLISH = r"(?i)\b(the|your|you|is|are|will|with|and|of|from|by|has|this|not|seats?|term|until|renewal)\b"
FACTS_AS_THEY_ARE = (
    r"Draft\s+Standard|Northwind\s+Surveying\s+LLC|Ada\s+Quill|[A-Z]-[-\dA-Z]+|PayPal|Vendor|PDF"
    r"|[A-Z]{3}\s|\S+@\S+|https?://\S+"
)

every_letter = pytest.mark.parametrize("kind", Kind)
in_each_language = pytest.mark.parametrize("locale", ["en-US", "fr-FR", "ja-JP"])
in_every_situation = pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS.keys())


@pytest.fixture
def letters(letter: Callable[..., Letter]) -> Callable[..., list[Letter]]:
    """Of every kind, each of the same facts: thousands of letters, in a test for each language and situation."""
    return lambda **facts: [letter(kind, **facts) for kind in Kind]


class Outline(HTMLParser):
    """The tags of a page, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def squeezed(text: str) -> str:
    """The text on one line; no-break spaces stay."""
    return re.sub(r"[ \n]+", " ", text).strip(" ")


@in_each_language
@in_every_situation
def test_a_letter_is_whole_in_every_situation(
    letters: Callable[..., list[Letter]], contacts: Contacts, locale: str, situation: dict[str, Any]
) -> None:
    for made in letters(locale=locale, **situation):
        written = render(made, contacts)
        page = Outline(written.html)
        for words in (written.subject, written.text, page.text):
            assert not re.search(r"None|Undefined|\{\{|\{%|\}\}|%\}", words), words
        for words in (written.text, page.text):
            assert "S-1001" in words
            assert "Draft Standard" in words
            assert page_of(made) in words.split(), words
            assert "support@vendor.example" in words
        assert written.subject == squeezed(written.subject)
        assert 20 < len(written.subject) < 120, written.subject
        assert_well_set(written, page)


def page_of(letter: Letter) -> str:
    """Where the account shows what the letter is about."""
    several = letter.basket and len(letter.basket.lines) > 1
    return "https://account.vendor.example/subscriptions" + ("" if several else "/S-1001")


def assert_well_set(written: Rendered, page: Outline) -> None:
    """Spaces and apostrophes stand as the language wants them; nothing is glued together or left over."""
    narrow = "\u202f"
    for text in (written.subject, squeezed(re.sub(r"https?://\S+|\S+@\S+", "", written.text))):
        assert not re.search(r" [.,]|[a-zé][A-Z0-9]|[.;,][A-Za-zé]", text.replace("PayPal", "Paypal")), text
        assert "'" not in text
        if written.locale.startswith("ja"):
            assert not re.search(f"{JAPANESE}[,.:;!?()]|[,.:;!?()]{JAPANESE}", text), text
            assert not re.search("[、。：]{2}|（）|、）|（、", text), text
        elif written.locale.startswith("fr"):
            assert not re.search(f"[^{narrow}][:;!?]", text), text
            assert not re.search(f"{narrow}(?![:;!?0-9])", text), text
        else:
            assert not re.search(r"\s[:;!?]", text), text
    assert "…" not in page.text
    for address in re.findall(r"https?://\S+|[\w.]+@\S+", written.text):
        assert address.isascii(), f"{address} goes on where its sentence does"


@in_every_situation
@pytest.mark.parametrize(("locale", "foreign"), [("fr-FR", ENGLISH), ("ja-JP", "[A-Za-z]")], ids=["fr-FR", "ja-JP"])
def test_no_word_is_left_in_english(
    letters: Callable[..., list[Letter]], contacts: Contacts, locale: str, foreign: str, situation: dict[str, Any]
) -> None:
    for made in letters(locale=locale, **situation):
        written = render(made, contacts)
        for text in (written.subject, written.text, Outline(written.html).text):
            assert not re.search(foreign, re.sub(FACTS_AS_THEY_ARE, "", text)), text


@in_every_situation
def test_japanese_prose_has_no_spaces_and_no_line_that_begins_with_a_mark(
    letters: Callable[..., list[Letter]], contacts: Contacts, situation: dict[str, Any]
) -> None:
    for made in letters(locale="ja-JP", **situation):
        written = render(made, contacts)
        for text in (written.subject, Outline(written.html).text.replace("。 ", "。"), *written.text.split("\n")):
            assert not re.search(f"{JAPANESE} +[、。）」]", text), text
        for line in written.text.split("\n"):
            assert not re.search(f"{JAPANESE} +{JAPANESE}", line), line
            assert not re.match("[、。）」ー]", line), line
            assert width(line) <= 72 or "://" in line, line


@in_every_situation
def test_the_labels_of_japanese_rows_make_one_column(
    letters: Callable[..., list[Letter]], contacts: Contacts, situation: dict[str, Any]
) -> None:
    for made in letters(locale="ja-JP", **situation):
        labels = re.findall("^([^ ：\n]+： +)[^ ]", render(made, contacts).text, re.MULTILINE)
        assert len(labels) >= 5, made.kind
        assert {width(label) for label in labels} == {33}, made.kind


@in_each_language
@in_every_situation
def test_every_label_fits_its_column(
    letters: Callable[..., list[Letter]], locale: str, situation: dict[str, Any]
) -> None:
    for made in letters(locale=locale, **situation):
        for row in rows(made, Wording(letter_locale(locale))):
            assert width(row.label) <= 30, row


def test_every_language_has_the_same_letters_and_the_same_words() -> None:
    letters = {language: {file.name for file in (TEMPLATES / language).iterdir()} for language in LANGUAGES}
    assert set(map(frozenset, letters.values())) == {frozenset({"_shared.j2", *(f"{kind}.j2" for kind in Kind)})}
    assert len({frozenset(WORDS[language]) for language in LANGUAGES}) == 1


@every_letter
@in_each_language
def test_names_are_escaped_in_html_and_plain_in_text(
    letter: Callable[..., Letter], contacts: Contacts, kind: Kind, locale: str
) -> None:
    odd = '<b>&"'
    names = {"customer": f"Cust{odd}", "product": f"Prod{odd}", "buyer_name": f"Ada{odd}"}
    listed = letter(Kind.ORDER_CONFIRMATION).order, letter(Kind.QUOTE_ISSUED).quote
    order, quote = (
        replace(each, lines=tuple(replace(line, product=names["product"]) for line in each.lines))
        for each in listed
        if each
    )
    made = letter(kind, locale=locale, order=order, quote=quote, **names)
    written = render(made, contacts)
    assert "<b>" not in written.html
    for name in names.values():
        assert name in written.text
        assert name in Outline(written.html).text
    assert names["product"] in written.subject or made.basket


@every_letter
@in_each_language
def test_the_page_needs_nothing_from_elsewhere_and_says_its_language(
    letter: Callable[..., Letter], contacts: Contacts, kind: Kind, locale: str
) -> None:
    made = letter(kind, locale=locale)
    written = render(made, contacts)
    page = Outline(written.html)
    assert "@import" not in written.html
    assert not [tag for tag, _ in page.tags if tag in ("img", "link", "script", "iframe")]
    assert ("html", locale) in [(tag, attributes.get("lang")) for tag, attributes in page.tags]
    assert {"name": "color-scheme", "content": "light dark"} in [attributes for tag, attributes in page.tags]
    scopes = [attributes.get("scope") for tag, attributes in page.tags if tag == "th"]
    assert len(scopes) >= 6
    assert set(scopes) == ({"row", "col"} if made.basket else {"row"})


def test_line_breaks_in_names_cannot_make_lines_of_their_own(letter: Callable[..., Letter], contacts: Contacts) -> None:
    written = render(letter(Kind.REMINDER, product="Draft\r\n\r\nBcc: evil@x.example\x00\u202e"), contacts)
    assert written.subject.startswith("Draft Bcc: evil@x.example (S-1001)")
    assert "\nBcc" not in written.text
    assert not re.search(r"[\x00\r\u202e]", written.text + written.html)


def test_a_subscription_number_cannot_leave_its_place_in_the_link(
    letter: Callable[..., Letter], contacts: Contacts
) -> None:
    written = render(letter(Kind.REMINDER, number="S/../1?x"), contacts)
    assert "https://account.vendor.example/subscriptions/S%2F..%2F1%3Fx" in written.text


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        (Kind.RENEWED, "paid"),
        (Kind.VOUCHER_ISSUED, "voucher"),
        (Kind.VOUCHER_EXPIRED, "voucher"),
        (Kind.SEATS_ADDED, "seats_added"),
        (Kind.ORDER_CONFIRMATION, "order"),
        (Kind.QUOTE_ISSUED, "quote"),
        (Kind.QUOTE_EXPIRING, "quote"),
        (Kind.REFUND, "refund"),
    ],
)
def test_a_letter_without_what_it_is_about_is_refused(letter: Callable[..., Letter], kind: Kind, fact: str) -> None:
    with pytest.raises(ValueError, match=f"a letter of kind {kind} needs to know its {fact}"):
        letter(kind, **{fact: None})
