"""Bars of a drawing say what was counted and stay inside it."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.bars import Bar, Frame, drawn

FRAME = Frame(100, 60, head=10, foot=10)
VALUES = st.lists(st.lists(st.none() | st.floats(0, 1e6), min_size=5, max_size=5), min_size=1, max_size=3)


def test_the_highest_fills_the_height_and_the_others_are_as_much_lower() -> None:
    assert drawn([[4, 2], [0, None]], FRAME).bars == (
        Bar(0, 0, 7.5, 10, 17.5, 40),
        Bar(0, 1, 25.0, 50, 17.5, 0),
        Bar(1, 0, 57.5, 30, 17.5, 20),
    )
    assert drawn([[4, 2]], FRAME).middles == (25.0, 75.0)


def test_a_line_lies_where_a_bar_of_its_value_ends() -> None:
    made = drawn([[0.5]], FRAME, top=1.0)
    assert made.level(0.5) == made.bars[0].y == 30


def test_nothing_counted_is_still_seen_where_the_frame_says_so() -> None:
    (bar,) = drawn([[0]], FRAME._replace(least=1.0)).bars
    assert (bar.y, bar.high) == (49, 1)


def test_without_values_there_is_no_bar() -> None:
    assert drawn([], FRAME).bars == drawn([[None, None]], FRAME).bars == ()


@given(VALUES, st.floats(0, 5))
def test_no_bar_leaves_its_frame_or_meets_another(values: list[list[float | None]], between: float) -> None:
    bars = drawn(values, FRAME._replace(between=between)).bars
    assert all(0 <= bar.x <= 100 and 10 - 0.1 <= bar.y <= 50.1 and bar.high <= 40 for bar in bars)
    assert all(one.x + one.wide <= other.x + 0.2 for one, other in pairwise(bars))
