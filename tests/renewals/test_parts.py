"""Whose part of a sum is whose: what goes back of an order adds up, for each refund and for each line."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from renewals.parts import shares_in_turn


@st.composite
def orders_in_parts(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """What each line of an order costs, and sums that go back of it one after the other, all of it in the end."""
    amounts = draw(st.lists(st.integers(0, 400), min_size=1, max_size=6).filter(any))
    whole = sum(amounts)
    ends = sorted(draw(st.sets(st.integers(1, whole), max_size=8)) | {whole})
    return amounts, [end - begin for begin, end in pairwise([0, *ends])]


@given(orders_in_parts())
def test_each_refund_is_told_apart_in_full_and_no_line_gets_more_back_than_it_cost(
    order: tuple[list[int], list[int]],
) -> None:
    amounts, sums = order
    told = shares_in_turn(sums, amounts)
    assert [sum(each) for each in told] == sums
    assert all(share >= 0 for each in told for share in each)
    assert [sum(line) for line in zip(*told, strict=True)] == amounts


@given(orders_in_parts())
def test_a_further_refund_leaves_what_was_told_of_those_before_it(order: tuple[list[int], list[int]]) -> None:
    amounts, sums = order
    assert shares_in_turn(sums[:-1], amounts) == shares_in_turn(sums, amounts)[:-1]
