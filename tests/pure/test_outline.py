"""What is wrong with a drawn outline, each with its place. A square of Weihai is bent into every fault."""

import json
import time
from math import cos, sin, tau

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel import outline
from gezhi.kernel.outline import NOTES, Problem, polygon_problems

SW, SE, NE, NW = [122.0, 37.0], [122.5, 37.0], [122.5, 37.5], [122.0, 37.5]
SQUARE = [SW, SE, NE, NW, SW]
HOLE = [[122.125, 37.125], [122.125, 37.25], [122.25, 37.25], [122.25, 37.125], [122.125, 37.125]]
INNER_HOLE = [[122.15, 37.15], [122.15, 37.2], [122.2, 37.2], [122.2, 37.15], [122.15, 37.15]]
FAR_HOLE = [[123.0, 37.0], [123.0, 37.25], [123.25, 37.25], [123.0, 37.0]]
CROSSING_HOLE = [[122.25, 37.25], [122.25, 37.375], [122.75, 37.375], [122.75, 37.25], [122.25, 37.25]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def moved(ring, east):
    return [[lon + east, lat] for lon, lat in ring]


@pytest.mark.parametrize(
    "drawn",
    [
        polygon(SQUARE),
        polygon(SQUARE, HOLE),
        {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)},
        {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [moved(SQUARE, 1)]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [INNER_HOLE[::-1]]]},
        polygon([[*position, 12.5] for position in SQUARE]),
        polygon([tuple(position) for position in SQUARE]),
    ],
)
def test_a_good_outline_has_no_problem(drawn):
    assert polygon_problems(drawn) == ()


@pytest.mark.parametrize(
    ("drawn", "problem"),
    [
        (polygon([SW, SE, NE, NW]), Problem("unclosed", (122.0, 37.5), (0, 0))),
        (polygon([SW, NE, SE, NW, SW]), Problem("self_crossing", (122.25, 37.25), (0, 0))),
        (polygon([SW, SE, SW, SE, SW]), Problem("too_few", (122.0, 37.0), (0, 0))),
        (polygon([SW, NE, [122.25, 37.25], SW]), Problem("zero_area", (122.0, 37.0), (0, 0))),
        (polygon([SW, SE, SW]), Problem("too_few", (122.0, 37.0), (0, 0))),
        (polygon([SW]), Problem("too_few", (122.0, 37.0), (0, 0))),
        (polygon([SW, SE, NE, NE, NW, SW]), Problem("duplicate_point", (122.5, 37.5), (0, 0))),
        (polygon(SQUARE[::-1]), Problem("winding", (122.0, 37.0), (0, 0))),
        (polygon(SQUARE, HOLE[::-1]), Problem("winding", (122.125, 37.125), (0, 1))),
        (polygon(SQUARE, FAR_HOLE), Problem("hole_outside", (123.0, 37.0), (0, 0))),
        (polygon(SQUARE, CROSSING_HOLE), Problem("hole_crossing", (122.5, 37.25), (0, 0))),
        (polygon(SQUARE, HOLE, INNER_HOLE), Problem("holes_nested", (122.15, 37.15), (0, 0))),
        (polygon([[37.0, 122.0], *SQUARE]), Problem("swapped", (37.0, 122.0), (0, 0))),
        (polygon([[13_580_000, 4_439_000], *SQUARE]), Problem("metres", (13_580_000.0, 4_439_000.0), (0, 0))),
        (polygon([[181.0, 37.0], *SQUARE]), Problem("range", (181.0, 37.0), (0, 0))),
        (
            polygon([[179.0, 1], [-179.0, 1], [-179.0, 2], [179.0, 1]]),
            Problem("antimeridian", (179.0, 1.0), (0, 0)),
        ),
        (polygon([[float("nan"), 37], *SQUARE]), Problem("not_finite", None, (0, 0))),
        (polygon([[122, float("inf")], *SQUARE]), Problem("not_finite", None, (0, 0))),
        (polygon([[1e308, 37], *SQUARE]), Problem("not_finite", None, (0, 0))),
        (polygon([[10**400, 37], *SQUARE]), Problem("not_finite", None, (0, 0))),
        (polygon([["122", "37"], *SQUARE]), Problem("not_number", None, (0, 0))),
        (polygon([[True, False], *SQUARE]), Problem("not_number", None, (0, 0))),
        (polygon([[122], *SQUARE]), Problem("not_number", None, (0, 0))),
        (polygon([[122, 37, 1, 2], *SQUARE]), Problem("not_number", None, (0, 0))),
        (polygon([None, *SQUARE]), Problem("not_number", None, (0, 0))),
        (polygon(["12", *SQUARE]), Problem("not_number", None, (0, 0))),
        (polygon(), Problem("empty")),
        (polygon([]), Problem("empty")),
        (polygon("x"), Problem("not_polygon")),
        ({"type": "Polygon"}, Problem("not_polygon")),
        ({"type": "Polygon", "coordinates": 7}, Problem("not_polygon")),
        ({"type": "MultiPolygon", "coordinates": []}, Problem("empty")),
        ({"type": "MultiPolygon", "coordinates": [[]]}, Problem("empty")),
        ({"type": "Feature", "geometry": None}, Problem("not_polygon")),
        ({"type": "GeometryCollection", "geometries": []}, Problem("not_polygon")),
        ({"type": ["Polygon"]}, Problem("not_polygon")),
        ([], Problem("not_polygon")),
        (None, Problem("not_polygon")),
    ],
)
def test_a_fault_is_named_with_its_place(drawn, problem):
    assert polygon_problems(drawn) == (problem,)


def test_every_ring_is_looked_at():
    drawn = {
        "type": "MultiPolygon",
        "coordinates": [[SQUARE], [moved(SQUARE, 1)[:-1]], [[SW, NE, SE, NW, SW]]],
    }
    assert polygon_problems(drawn) == (
        Problem("unclosed", (123.0, 37.5), (1, 0)),
        Problem("self_crossing", (122.25, 37.25), (2, 0)),
    )


def test_two_outlines_of_one_cell_may_not_overlap():
    (problem,) = polygon_problems({"type": "MultiPolygon", "coordinates": [[SQUARE], [moved(SQUARE, 0.25)]]})
    assert (problem.code, problem.ring) == ("shells_overlap", None)
    assert problem.at is not None


def test_notes_do_not_stop_an_outline():
    problems = polygon_problems(polygon([SW, NW, NW, NE, SE, SW]))
    assert [(problem.code, problem.stops) for problem in problems] == [
        ("duplicate_point", False),
        ("winding", False),
    ]
    assert {code for code in NOTES if Problem(code).stops} == set()
    assert Problem("self_crossing").stops


def test_half_a_million_corners_are_the_most(monkeypatch):
    many = [[122.0, 37.0]] * 500_001
    assert polygon_problems(polygon(many)) == (Problem("too_many"),)
    assert polygon_problems({"type": "MultiPolygon", "coordinates": [[[SW]]] * 10_001}) == (
        Problem("too_many"),
    )
    monkeypatch.setattr(outline, "MAX_VERTICES", 10**6)
    assert [problem.code for problem in polygon_problems(polygon(many))] == [
        *["duplicate_point"] * 20,
        "too_few",
    ]


def test_a_hundred_thousand_corners_cost_no_more_than_a_walk_along_them():
    corners = [[122 + cos(tau * at / 10**5) / 10, 37 + sin(tau * at / 10**5) / 10] for at in range(10**5)]
    started = time.process_time()
    assert polygon_problems(polygon([*corners, corners[0]])) == ()
    assert time.process_time() - started < 10


@pytest.mark.parametrize("depth", [3, 20, 900])
def test_deep_nesting_is_no_polygon_and_no_crash(depth):
    nested = json.loads("[" * depth + "1" + "]" * depth)
    assert polygon_problems({"type": "Polygon", "coordinates": nested})[0].code in (
        "not_polygon",
        "not_number",
    )
    assert polygon_problems({"type": "MultiPolygon", "coordinates": nested})[0].stops


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=30,
)
POSITIONS = st.tuples(st.floats(121, 123), st.floats(36, 38)).map(list)


@given(st.sampled_from(["Polygon", "MultiPolygon", "Feature", "Point"]), JSON)
def test_any_json_gets_an_answer(kind, coordinates):
    assert polygon_problems({"type": kind, "coordinates": coordinates, "geometry": coordinates})


@given(st.lists(POSITIONS, min_size=3, max_size=9))
def test_any_scribble_is_good_or_has_a_place(corners):
    for problem in polygon_problems(polygon([*corners, corners[0]])):
        assert problem.at is not None
        assert problem.ring == (0, 0)
