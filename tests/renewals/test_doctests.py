"""The examples in the docstrings of the core are true."""

import doctest
import importlib
import pkgutil

import pytest

import renewals

MODULES = [found.name for found in pkgutil.iter_modules(renewals.__path__)]


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in MODULES])
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(f"renewals.{name}")
    assert doctest.testmod(module).failed == 0


def test_the_worst_dates_of_the_calendar_are_examples() -> None:
    assert doctest.testmod(importlib.import_module("renewals.calendar")).attempted >= 5


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in MODULES])
def test_every_module_says_what_it_is_for(name: str) -> None:
    assert (importlib.import_module(f"renewals.{name}").__doc__ or "").strip()
