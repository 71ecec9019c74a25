"""The examples in the docstrings hold."""

import doctest

import mail.address
import renewals.addresses


def test_the_examples_of_addresses_hold() -> None:
    assert doctest.testmod(mail.address) == (0, 1)
    assert doctest.testmod(renewals.addresses) == (0, 1)
