"""The examples in the docstrings hold."""

import doctest

import mail.address
import mail.lines
import renewals.addresses


def test_the_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(mail.address) == (0, 1)
    assert doctest.testmod(mail.lines) == (0, 3)
    assert doctest.testmod(renewals.addresses) == (0, 3)
