"""Numbers of subscriptions from a file: text or CSV, and every bad line by file, line and reason."""

import pytest

from portfolio.numbers_file import LARGEST_FILE, content_of, read_numbers, unknown_among
from portfolio.problems import Problems


def read(content: str | bytes) -> tuple[list[str], list[str]]:
    problems = Problems()
    raw = content if isinstance(content, bytes) else content.encode()
    found = read_numbers(raw, "mine.txt", problems)
    return list(found), [str(problem) for problem in problems.listed]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("S-1\nS-2\n", id="text"),
        pytest.param("\ufeffS-1\r\n\r\n  S-2  ", id="text of another system, with blanks"),
        pytest.param("number\nS-1\nS-2\n", id="CSV with its number"),
        pytest.param("customer,Subscription\n77,S-1\n77,S-2\n", id="CSV with its column elsewhere"),
        pytest.param('S-1,"a note, with a comma"\nS-2,\n', id="CSV without a header"),
    ],
)
def test_each_line_has_a_number(content: str) -> None:
    assert read(content) == (["S-1", "S-2"], [])


def test_every_bad_line_is_named_with_its_reason() -> None:
    _, problems = read("S-1\nS 2\nS-1\n4242 4242 4242 4242\nsubscription\n")
    assert [problem.partition(": ")[0] for problem in problems] == ["mine.txt:2", "mine.txt:3", "mine.txt:4"]
    assert problems[1] == "mine.txt:3: S-1 stands in line 1 already; keep one of the two lines."
    assert "4242" not in problems[2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "holds no number", id="empty"),
        pytest.param("number\n", "holds no number", id="only a header"),
        pytest.param(b"S-1\xff", "is not text in UTF-8", id="another encoding"),
        pytest.param('"S-1', "cannot be read as text or CSV", id="an open quote"),
    ],
)
def test_a_file_without_numbers_says_so(content: str | bytes, reason: str) -> None:
    _, (problem,) = read(content)
    assert problem.startswith(f"mine.txt: {reason}")


def test_a_file_without_end_is_refused_without_being_read_to_it() -> None:
    problems = Problems()
    with open("/dev/zero", "rb") as endless:
        content = content_of(endless)
    assert len(content) == LARGEST_FILE + 1
    assert read_numbers(content, "mine.txt", problems) == {}
    told = "mine.txt: is larger than 16 MB; write one number in each line, and split what is longer."
    assert [str(problem) for problem in problems.listed] == [told]


def test_a_number_that_nobody_has_is_a_bad_line() -> None:
    problems = Problems()
    unknown_among({"S-1": 1, "S-9": 4}, {"S-1"}, "mine.txt", problems)
    assert [str(problem) for problem in problems.listed] == [
        "mine.txt:4: there is no subscription S-9; correct it or drop the line."
    ]
