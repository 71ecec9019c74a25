"""The examples in the docstrings hold."""

import doctest

import mail.address


def test_the_examples_of_addresses_hold() -> None:
    assert doctest.testmod(mail.address) == (0, 2)
