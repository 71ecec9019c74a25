"""Columns and line ends of plain text, where characters are wide and words have no spaces between them."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.lines import fill, padded, unfolded, width

LATIN = st.text("abcdé.,-’\u00a0\u202f", min_size=1, max_size=12).filter(str.strip)
JAPANESE = st.text("更新日は、。「」（）シートー年月日12 aé", min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("Seats", 5, id="latin"),
        pytest.param("シート数：", 10, id="kana, kanji and a wide colon"),
        pytest.param("JPY\u00a088,000", 10, id="a no-break space"),
        pytest.param("ﾃｽﾄ", 3, id="kana of half width"),
        pytest.param("e\u0301", 1, id="an accent of its own"),
    ],
)
def test_a_text_is_as_wide_as_a_screen_shows_it(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(padded(text, 33)) == 33


def test_a_text_wider_than_its_column_is_left_whole() -> None:
    assert padded("更新日", 4) == "更新日"


@given(st.lists(LATIN, min_size=1, max_size=40), st.integers(10, 72))
def test_a_language_with_spaces_breaks_at_them_and_nowhere_else(words: list[str], columns: int) -> None:
    text = " ".join(words)
    assert fill(text, columns) == textwrap.fill(text, columns, break_long_words=False, break_on_hyphens=False)


@given(JAPANESE.map(str.strip).filter(bool), st.integers(20, 72))
def test_a_line_neither_begins_nor_ends_as_it_may_not(text: str, columns: int) -> None:
    lines = fill(text, columns).split("\n")
    assert not [line for line in lines[1:] if line[0] in "、。」）ー"]
    assert not [line for line in lines[:-1] if line[-1] in "「（"]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("本日から更新できます。", ["本日から", "更新でき", "ます。"], id="between any two characters"),
        pytest.param("本日更新した。", ["本日更新", "した。"], id="a full stop fits"),
        pytest.param("本日更新日です。", ["本日更新", "日です。"], id="a full stop goes along"),
        pytest.param("更新は「次」から", ["更新は", "「次」か", "ら"], id="an opening bracket goes along"),
        pytest.param("更新「 次", ["更新", "「 次"], id="an opening bracket and a space"),
        pytest.param("本日更新 。次", ["本日更", "新 。次"], id="a space and a full stop"),
        pytest.param("今日は12日です", ["今日は", "12日です"], id="a number keeps its unit"),
        pytest.param("今日は23時59分", ["今日は", "23時59分"], id="a time of day is whole"),
        pytest.param("今日、シートを", ["今日、", "シートを"], id="a word in katakana is whole"),
        pytest.param("次 https://x.example/a を", ["次", "https://x.example/a", "を"], id="an address is whole"),
    ],
)
def test_japanese_is_broken_as_it_is_written(text: str, lines: list[str]) -> None:
    assert fill(text, 8).split("\n") == lines


def test_a_date_is_never_divided() -> None:
    assert fill("契約期間は2027年3月31日までです。", 20).split("\n") == ["契約期間は", "2027年3月31日までで", "す。"]


def test_the_line_ends_of_a_template_are_spaces_only_between_spaced_words() -> None:
    assert unfolded(" to\n  Draft \n\t図面 スタンダード\nnow ", spaced=True) == "to Draft 図面 スタンダード now"
    assert unfolded(" 佐藤 恵\n  様の\nDraft \n\t図面 ", spaced=False) == "佐藤 恵様のDraft図面"
    assert unfolded("Draft\nStandard", spaced=False) == "Draft Standard"
