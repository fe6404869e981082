"""A plan laid on the map: two points turn and scale it, three may stretch it; what lays it nowhere is refused."""

import pytest

from gezhi.kernel.geo import Point, metres
from gezhi.kernel.mooring import BadMooring, Mark, moored

EAST, NORTH = 0.001, 0.001
HERE = Point(122.2, 37.4)


def _near(one: Point, other: Point) -> bool:
    return metres(one, other) < 0.05


def test_two_points_of_an_upright_plan_give_its_corners():
    left, right = Mark(100, 500, 122.2, 37.4), Mark(900, 500, 122.204, 37.4)
    found = moored([left, right], 1000, 1000)
    per_pixel = 0.004 / 800
    assert _near(found.upper_left, Point(122.2 - 100 * per_pixel, found.upper_left.lat))
    assert _near(found.upper_right, Point(122.2 + 900 * per_pixel, found.upper_left.lat))
    assert found.lower_left.lat < 37.4 < found.upper_left.lat


def test_a_plan_lying_on_its_side_is_turned():
    found = moored([Mark(0, 0, 122.2, 37.4), Mark(0, 1000, 122.21, 37.4)], 1000, 1000)
    assert _near(found.lower_left, Point(122.21, 37.4))  # what goes down on the plan goes east
    assert found.upper_right.lat > 37.4  # and what goes right goes north


@pytest.mark.parametrize("count", [2, 3])
def test_the_marks_come_out_where_they_were_put(count):
    corners = [Mark(0, 0, 122.2, 37.41), Mark(800, 0, 122.21, 37.41), Mark(0, 600, 122.2, 37.404)]
    found = moored(corners[:count], 800, 600)
    for mark, corner in list(zip(corners, found, strict=True))[:count]:
        assert _near(Point(mark.lon, mark.lat), corner)


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([], "too_few"),
        ([Mark(0, 0, 122.2, 37.4)], "too_few"),
        ([Mark(0, 0, 122.2, 37.4), Mark(5, 5, 122.3, 37.5)], "too_close"),
        ([Mark(0, 0, 122.2, 37.4), Mark(500, 5, 122.2, 37.4)], "too_close"),
        ([Mark(0, 0, 122.2, 37.4), Mark(100, 0, 125.2, 37.4)], "scale"),
        (
            [Mark(0, 0, 122.2, 37.4), Mark(100, 0, 122.201, 37.4), Mark(200, 0, 122.202, 37.4)],
            "on_a_line",
        ),
        (
            [Mark(0, 0, 122.2, 37.4), Mark(500, 0, 122.205, 37.4), Mark(0, 500, 122.2, 37.405)],
            "mirrored",
        ),
    ],
)
def test_marks_that_lay_it_nowhere_are_refused(marks, code):
    with pytest.raises(BadMooring) as refused:
        moored(marks, 1000, 1000)
    assert refused.value.code == code
