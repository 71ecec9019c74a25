"""The examples in the docstrings of console/words.py are true."""

import doctest

import console.words


def test_the_examples_hold() -> None:
    assert doctest.testmod(console.words) == (0, 6)
