"""How payment methods are written: what a name of one may hold."""

import pytest

from renewals.cards import method_label


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
