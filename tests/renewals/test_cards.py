"""How payment methods are written: what a name of one may hold, and where a card number hides."""

import pytest

from renewals.cards import holds_card_number, method_label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param("Office card", "Office card", id="as it is"),
        pytest.param("  Office \t card ", "Office card", id="spaces"),
        pytest.param("本社のカード 1234", "本社のカード 1234", id="the last digits"),
        pytest.param(" ", None, id="blank"),
        pytest.param("\u200b \u3164", None, id="nothing to be seen"),
        pytest.param("x" * 40, "x" * 40, id="the longest"),
    ],
)
def test_a_name_is_kept_on_one_line(text: str, label: str | None) -> None:
    assert method_label(text) == label


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("x" * 41, "at most 40 characters", id="too long"),
        pytest.param("mine\x07", "on one line", id="a bell"),
        pytest.param("4111 1111 1111 1111", "a card number", id="a card number"),
        pytest.param("card 411111111", "a card number", id="the most of one"),
        pytest.param("４１１１１１１１１１１１１１１１", "a card number", id="in wide digits"),
    ],
)
def test_what_can_be_no_name_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        method_label(text)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        pytest.param("card 4242424242424242, thanks", True, id="in a sentence"),
        pytest.param("4242-4242-4242-4242 08-29 123", True, id="with expiry and code behind it"),
        pytest.param("since 2019 4242 4242 4242 4242", True, id="with a year before it"),
        pytest.param("４２４２４２４２４２４２４２４２", True, id="in wide digits"),
        pytest.param("42424242-4242-4242-8242-424242424242", False, id="an id"),
        pytest.param("1 " * 30_000 + "1", False, id="many digits with a space between each two"),
        pytest.param("PO4242424242424242", False, id="part of a longer name"),
        pytest.param("call +33 1 23 45 67 89", False, id="a telephone number"),
        pytest.param("2027-03-31 06:00, 1200 seats", False, id="dates and numbers"),
    ],
)
def test_a_card_number_is_found_within_a_text(text: str, does: bool) -> None:
    assert holds_card_number(text) is does
