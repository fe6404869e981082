"""The drawing of a wall: cells and compounds as numbers, each where it belongs, names on nothing."""

from gezhi.insight.schematic import HIGH, MOST_LABELS, MOST_POINTS, WIDE, Area, Spot, drawn

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[122.0, 37.4], [122.1, 37.4], [122.1, 37.5], [122.0, 37.5], [122.0, 37.4]]],
}


def test_nothing_to_draw_is_no_drawing() -> None:
    assert drawn([], []) is None


def test_a_cell_and_a_compound_lie_within_the_drawing_north_above() -> None:
    found = drawn(
        [Area(SQUARE, "overdue")],
        [Spot("北苑", 122.05, 37.49, "overdue", 4), Spot("南苑", 122.05, 37.41, "in_time", 1)],
    )
    assert found is not None
    north, south = found.dots
    assert (found.shapes[0].clock, found.shapes[0].d[0], found.shapes[0].d[-1]) == ("overdue", "M", "Z")
    assert (north.label, south.label, north.y < south.y, north.r > south.r) == ("北苑", "南苑", True, True)
    assert all(0 <= dot.x <= WIDE and 0 <= dot.y <= HIGH for dot in found.dots)


def test_a_name_that_would_lie_on_another_dot_goes_to_the_other_side_or_is_left_out() -> None:
    crowd = [Spot(f"很长的小区名{n}", 122.05 + n * 0.0005, 37.45, "in_time", 9 - n) for n in range(9)]
    found = drawn([Area(SQUARE, "none")], crowd)
    assert found is not None
    named = [dot for dot in found.dots if dot.label]
    assert len(found.dots) == 9
    assert 0 < len(named) < 9


def test_a_border_of_thousands_of_points_stays_small_and_so_do_many_compounds() -> None:
    ring = [[122 + n / 50_000, 37.4] for n in range(5000)] + [[122.1, 37.5], [122.0, 37.4]]
    many = [Spot(f"小区{n}", 122 + n / 2000, 37.4 + (n % 50) / 500, "paused", 1) for n in range(200)]
    found = drawn([Area({"type": "MultiPolygon", "coordinates": [[ring]]}, "none")], many)
    assert found is not None
    assert found.shapes[0].d.count("L") <= MOST_POINTS
    assert sum(1 for dot in found.dots if dot.label) <= MOST_LABELS
