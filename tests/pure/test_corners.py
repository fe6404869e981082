"""An outline as lines that a person can write, and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel.corners import BadCorners, as_geometry, as_lines

TRIANGLE = {"type": "Polygon", "coordinates": [[[122.1, 37.4], [122.2, 37.4], [122.2, 37.5], [122.1, 37.4]]]}
numbers = st.floats(-89, 89).map(lambda one: round(one, 6))


def test_corners_are_written_one_a_line_and_the_last_is_not_said_twice():
    assert as_lines(TRIANGLE) == "122.1, 37.4\n122.2, 37.4\n122.2, 37.5"
    assert as_geometry("122.1, 37.4\n122.2, 37.4\n122.2, 37.5") == TRIANGLE


@pytest.mark.parametrize(
    "typed", ["122.1，37.4\n122.2，37.4\n122.2，37.5", "122.1 37.4\n 122.2  37.4\n122.2\t37.5\n\n"]
)
def test_a_chinese_comma_and_a_space_are_taken_too(typed):
    assert as_geometry(typed) == TRIANGLE


@given(st.lists(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=6), min_size=1, max_size=3))
def test_what_is_written_reads_the_same(rings):
    closed = [[[*(list(one) for one in ring), list(ring[0])]] for ring in rings]
    whole = (
        {"type": "Polygon", "coordinates": closed[0]}
        if len(closed) == 1
        else {"type": "MultiPolygon", "coordinates": closed}
    )
    assert as_geometry(as_lines(whole)) == whole


def test_nothing_is_no_outline_and_one_with_a_hole_is_not_written():
    assert as_geometry("\n \n") is None
    assert as_lines({"type": "Polygon", "coordinates": [TRIANGLE["coordinates"][0]] * 2}) is None


@pytest.mark.parametrize("line", ["东门", "122.1", "122.1, 37.4, 5", "1e5, 37", "<script>, 2", "٣, ٤"])
def test_a_line_that_is_no_corner_is_named(line):
    with pytest.raises(BadCorners) as refused:
        as_geometry(f"122.1, 37.4\n{line}")
    assert (refused.value.details["line"], refused.value.details["written"]) == (2, line)
