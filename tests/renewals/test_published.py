"""What leaves the house: every event of the record has a type, and no field that a person could have typed."""

import doctest

import pytest

import renewals.published
from docs.explained import EVENTS
from docs.source import events_in_code
from renewals.published import TYPES, events_behind, every_published, told, type_of

PERSONAL = {"to", "by", "detail", "because", "why", "contact", "method", "claim", "reason"}
"""Fields that name somebody or hold a text. A refund's `because` is one of three words, a phase's `to` a phase."""


def test_the_examples_hold() -> None:
    assert doctest.testmod(renewals.published).failed == 0


def test_every_event_of_the_record_is_told_under_a_type() -> None:
    assert events_behind(TYPES) >= events_in_code()


@pytest.mark.parametrize("type_", TYPES)
def test_a_type_tells_only_fields_that_the_record_has(type_: str) -> None:
    event, published = every_published()[type_]
    said = {"refund": {"because"}, "refund_refused": {"because"}, "phase": {"to"}}.get(event, set())
    assert not set(published.fields) & (PERSONAL - said)
    for field in published.fields:
        assert f"`{field}`" in EVENTS[event][0], field


def test_what_is_not_known_is_not_told() -> None:
    assert type_of("payment", {"outcome": "odd"}) is None
    assert type_of("invented", {}) is None
    assert told("invented", {"name": "Ada"}, "ada@northwind.example") == {"by": "buyer"}
