"""What a paper says, in three languages; that its sums are right, and that the same facts make the same file."""

import random
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from documents.paper import Paper
from documents.pdf import pdf_of
from documents.sheet import file_name, sheet_of
from documents.words import WORDS
from renewals.money import Money
from renewals.payments import MethodKind, Purpose, Way
from tests.documents.papers import line, quote, receipt, seats_line


def read(paper: Paper) -> PdfReader:
    return PdfReader(BytesIO(pdf_of(paper)))


def text_of(paper: Paper) -> str:
    """What a reader of the file finds, with plain spaces and on one line."""
    pages = "\n".join(page.extract_text() for page in read(paper).pages)
    return " ".join(pages.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_a_quote_says_what_it_offers_and_until_when() -> None:
    text = text_of(quote())
    for words in (
        "Quote Q-1001",
        "Northwind Surveying LLC",
        "5100000001",
        "Ada Quill",
        "Issued on February 1, 2027",
        "Can be accepted until March 3, 2027",
        "Renewal: 1 year, March 31, 2027 to March 30, 2028",
        "12 seats × EUR 486.00 (renewal price)",
        "EUR 5,832.00",
        "EUR 1,458.00",
        "Total EUR 7,290.00",
        "or by a purchase order, which is invoiced.",
        "Page 1 of 1",
    ):
        assert words in text, text
    assert "purchase order" not in text_of(quote(invoice=False))


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        pytest.param(
            "fr-FR",
            ["Devis", "Émis le 1er février 2027", "12 postes × 486,00 EUR", "5 832,00 EUR", "Total 7 290,00 EUR"],
            id="French",
        ),
        pytest.param("fr-CA", ["Devis", "7 290,00 EUR"], id="Canadian French"),
        pytest.param(
            "ja-JP",
            ["御見積書", "2027年2月1日", "12シート × EUR 486.00（更新価格）", "合計 EUR 7,290.00"],
            id="Japanese",
        ),
        pytest.param("de-DE", ["Quote", "Total EUR 7,290.00"], id="a language that we do not speak"),
    ],
)
def test_it_speaks_the_customers_language(locale: str, said: list[str]) -> None:
    text = text_of(quote(locale=locale)).replace(" ", "")
    for words in said:
        assert words.replace(" ", "") in text


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        pytest.param(receipt(), ["Receipt", "Settled on February 1, 2027", "Paid with Card"], id="renewal by card"),
        pytest.param(
            receipt(method=MethodKind.KONBINI, voucher="1234-5678"), ["Konbini", "Payment code 1234-5678"], id="voucher"
        ),
        pytest.param(
            receipt(way=Way.QUOTE, method=None, ordered_as="PO-4711", quote="Q-1001"),
            ["on invoice", "Purchase order PO-4711", "Quote Q-1001"],
            id="quote by purchase order",
        ),
        pytest.param(
            receipt(way=Way.RECORDED, method=None, ordered_as="R-9"),
            ["ordered elsewhere", "Order number R-9"],
            id="recorded",
        ),
        pytest.param(
            receipt(refunds=((Money(10000, "EUR"), date(2027, 4, 5)), (Money(5000, "EUR"), date(2027, 5, 1)))),
            ["Refunded EUR 100.00 on April 5, 2027", "Refunded EUR 50.00 on May 1, 2027", "Total EUR 7,290.00"],
            id="refunded in part, twice",
        ),
        pytest.param(
            receipt(way=Way.SEATS, lines=(seats_line(), line(1, purpose=Purpose.NEXT_SEATS, seats=2))),
            [
                "Seats added until March 30, 2027",
                "EUR 540.00 × 2 × 58 ÷ 365 (list price; 58 of 365 days, day of purchase counted)",
                "EUR 171.62",
                "Seats added to the next term, March 31, 2027 to March 30, 2028",
                "Total EUR 1,143.62",
            ],
            id="seats, with the share and the next term",
        ),
    ],
)
def test_each_kind_of_receipt_says_how_it_was_paid(paper: Paper, said: list[str]) -> None:
    text = text_of(paper)
    for words in said:
        assert words in text, text


def test_a_hundred_lines_go_over_several_pages_with_the_head_of_the_table_on_each() -> None:
    file = read(receipt(way=Way.QUOTE, lines=tuple(line(n) for n in range(1, 101))))
    texts = [page.extract_text() for page in file.pages]
    assert len(texts) > 5
    assert all("Computed as" in text for text in texts)
    for n in range(1, 101):
        assert sum(f"S-{1000 + n}\n" in f"{text}\n" for text in texts) == 1
    assert ["Total" in text for text in texts].count(True) == 1
    assert f"Page {len(texts)} of {len(texts)}" in texts[-1]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 10**7)), min_size=1, max_size=100),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_what_is_shown_adds_up(rows: list[tuple[int, int]], currency: str) -> None:
    lines = tuple(line(n, currency=currency, seats=seats, price=price) for n, (seats, price) in enumerate(rows, 1))
    paper = receipt(lines=lines)
    assert paper.total == Money(sum(seats * price for seats, price in rows), currency)
    sheet = sheet_of(paper)
    digits = [int("".join(filter(str.isdigit, row.amount))) for row in sheet.rows]
    assert int("".join(filter(str.isdigit, sheet.total[1]))) == sum(digits)


def test_an_amount_that_does_not_follow_from_its_factors_is_an_error() -> None:
    with pytest.raises(ValueError, match="not that of its factors"):
        line(amount=Money(1, "EUR"))
    with pytest.raises(ValueError, match="not that of its factors"):
        seats_line(amount=Money(17161, "EUR"))
    with pytest.raises(ValueError, match="cannot add"):
        _ = quote(lines=(line(1), line(2, currency="USD"))).total


@pytest.mark.parametrize("paper", [quote(), receipt(locale="ja-JP")], ids=["quote", "receipt"])
def test_the_same_facts_make_the_same_bytes(paper: Paper) -> None:
    first = pdf_of(paper)
    assert pdf_of(replace(paper)) == first
    assert pdf_of(replace(paper, made_at=paper.made_at + timedelta(seconds=1))) != first


def test_the_date_in_the_file_is_that_of_the_facts() -> None:
    told = read(quote()).metadata
    assert told is not None
    assert told.creation_date == datetime(2027, 2, 1, 10, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(("locale", "tag"), [("en-US", "en-US"), ("fr-CA", "fr-CA"), ("ja-JP", "ja-JP")])
def test_a_screen_reader_finds_title_language_heading_and_table(locale: str, tag: str) -> None:
    file = read(quote(locale=locale))
    root: Any = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == tag
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.metadata is not None
    assert "Q-1001" in str(file.metadata.title)
    assert "Northwind Surveying LLC" in str(file.metadata.title)
    assert [str(entry["/Title"]) for entry in file.outline if isinstance(entry, dict)] == [WORDS[locale[:2]]["quote"]]
    raw = pdf_of(quote(locale=locale))
    assert b"pdfuaid" in raw
    kinds = _kinds(root["/StructTreeRoot"])
    assert {"/H1", "/Table", "/TH", "/TD"} <= kinds


def _kinds(element: Any) -> set[str]:
    found = {str(element["/S"])} if "/S" in element else set()
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        child = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(child, dict):
            found |= _kinds(child)
    return found


def test_fonts_come_with_the_file() -> None:
    fonts: Any = read(quote(locale="ja-JP")).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        assert "NotoSansCJKjp" in inner["/BaseFont"]
        assert {"/FontFile3", "/FontFile2"} & set(inner["/FontDescriptor"])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("#bold[x] *a* _b_ $1+1$ `c` = d @e <f> //g", id="markup"),
        pytest.param('"; import "evil"', id="code"),
        pytest.param("{page} {pages} {customer}", id="places"),
        pytest.param("株式会社山田測量設計事務所 サン・マルタン支店", id="Japanese"),
        pytest.param("Société d’études — l’Œuvre №5", id="French"),
        pytest.param("Αθηνα Россия 한국 中国", id="other scripts that the fonts know"),
    ],
)
def test_a_name_stands_as_it_is_and_is_never_obeyed(name: str) -> None:
    paper = quote(customer=name, lines=(line(product=name),))
    assert name.replace(" ", "") in text_of(paper).replace(" ", "")
    assert b"pdfuaid" in pdf_of(paper)


def test_a_name_in_a_script_that_no_font_knows_still_makes_a_file() -> None:
    text = text_of(quote(customer="شركة المساحة ไทย 🌱"))
    assert "Q-1001" in text


def test_control_characters_do_no_harm() -> None:
    assert "Ada Quill" in text_of(quote(buyer="Ada\x00\r\n\u202eQuill"))


def test_long_names_stay_on_the_page() -> None:
    draw = random.Random(5)  # noqa: S311 - a reproducible name, nothing secret
    word = "".join(draw.choice(string.ascii_lowercase) for _ in range(60))
    paper = quote(customer=f"{word} " * 4, lines=tuple(line(n, product=f"{word} {word}") for n in range(1, 30)))
    assert len(read(paper).pages) > 1


def test_several_papers_at_once_do_not_get_mixed_up() -> None:
    papers = [quote(reference=f"Q-{n}", locale=("en", "fr", "ja")[n % 3]) for n in range(1001, 1013)]
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(pdf_of, papers))
    assert made == [pdf_of(paper) for paper in papers]


@pytest.mark.parametrize(("paper", "name"), [(quote(), "quote-Q-1001.pdf"), (receipt(reference="7"), "receipt-7.pdf")])
def test_a_file_has_a_plain_name(paper: Paper, name: str) -> None:
    assert file_name(paper) == name


def test_every_language_has_the_same_words() -> None:
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
