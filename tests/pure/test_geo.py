"""Points, cells and outlines. The demonstration's ground: 122.0–122.1° E, 37.0–37.1° N, Weihai."""

import time
from uuid import UUID

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel import geo
from gezhi.kernel.geo import (
    BadOutline,
    BadPoint,
    CellIndex,
    Point,
    enclosed_gaps,
    from_bd09,
    from_gcj02,
    gaps,
    metres,
    overlaps,
    point,
    to_bd09,
    to_gcj02,
)

LON, LAT = st.floats(74, 134), st.floats(4, 53)
BEYOND_DOUBLE = 10**400


def square(west, south, size=0.001):
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def grid(columns, rows):
    """Cells of a thousandth of a degree that share their borders exactly."""
    return [
        (f"371002{column:03d}{row:03d}", square(122 + column / 1024, 37 + row / 1024, 1 / 1024))
        for column in range(columns)
        for row in range(rows)
    ]


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (37.5, 122.1, "swapped"),
        (39.9, 116.4, "swapped"),
        (3.0, 73.0, "swapped"),
        (float("nan"), 37, "not_finite"),
        (122, float("inf"), "not_finite"),
        (float("-inf"), float("nan"), "not_finite"),
        (1e308, 37, "not_finite"),
        (BEYOND_DOUBLE, 37, "not_finite"),
        (122, -BEYOND_DOUBLE, "not_finite"),
        (13_580_000.0, 4_439_000.0, "metres"),
        (450_123.4, 4_150_000.1, "metres"),
        (180.1, 37, "range"),
        (-122, 90.5, "range"),
        (122, -91, "range"),
        (0, 0, "null_island"),
        (-0.0, 0.0, "null_island"),
        (0.0001, -0.0001, "null_island"),
        ("122", "37", "not_number"),
        ("122", 37, "not_number"),
        (None, None, "not_number"),
        (True, False, "not_number"),
        ([122], 37, "not_number"),
        ({}, 37, "not_number"),
        (122 + 1j, 37, "not_number"),
    ],
)
def test_what_is_no_place_is_refused_by_name(lon, lat, code):
    with pytest.raises(BadPoint) as refused:
        point(lon, lat)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("lon", "lat"), [(122.1, 37.5), (122, 37), (-0.1, 51.5), (180, -90), (-180, 90), (151.2, -33.9)]
)
def test_a_place_on_earth_is_taken(lon, lat):
    assert point(lon, lat) == Point(float(lon), float(lat)) == (lon, lat)


def test_without_the_protection_swapped_points_would_be_taken(monkeypatch):
    monkeypatch.setattr(geo, "coordinate_problem", lambda lon, lat: "")
    assert point(37.5, 122.1) == (37.5, 122.1)


@pytest.mark.parametrize(
    ("a", "b", "way"),
    [
        (Point(122, 37), Point(122, 38), 111_195),
        (Point(122, 37), Point(123, 37), 88_803),
        (Point(122, 37), Point(122, 37), 0),
        (Point(122, 37), Point(122, 37.00001), 1.112),
        (Point(0, 0), Point(180, 0), 20_015_115),
        (Point(179.5, 0), Point(-179.5, 0), 111_195),
    ],
)
def test_a_way_is_measured_in_metres(a, b, way):
    assert metres(a, b) == metres(b, a) == pytest.approx(way, rel=1e-3)


@given(LON, LAT)
def test_a_point_of_another_map_comes_back_within_a_metre(lon, lat):
    here = point(lon, lat)
    assert metres(from_gcj02(*to_gcj02(*here)), here) < 0.1
    assert metres(from_bd09(*to_bd09(*here)), here) < 0.5
    assert 10 < metres(to_gcj02(*here), here) < 1500


def test_the_shifts_in_weihai_are_hundreds_of_metres():
    here = point(122.1, 37.5)
    assert 100 < metres(to_gcj02(*here), here) < 700
    assert 500 < metres(to_bd09(*here), to_gcj02(*here)) < 1500


def test_outside_china_nothing_is_shifted():
    assert from_gcj02(-0.1, 51.5) == from_bd09(-0.1, 51.5) == to_gcj02(-0.1, 51.5) == (-0.1, 51.5)
    with pytest.raises(BadPoint):
        from_gcj02(37.5, 122.1)


# ---- cells ----


def test_ten_thousand_cells_are_asked_without_walking_through_them():
    """A guard against a walk over all cells (which costs milliseconds); the figure itself is measured by `gezhi bench locate`."""
    index = CellIndex(grid(100, 100))
    started = time.process_time()
    found = [index.at(122 + step % 97 / 1000, 37 + step % 89 / 1000) for step in range(5000)]
    assert None not in found
    assert (time.process_time() - started) / 5000 < 500e-6


def test_every_cell_is_found_by_a_point_inside_it():
    cells = grid(12, 12)
    index = CellIndex(cells)
    inside = [(key, shapely.geometry.shape(cell).representative_point()) for key, cell in cells]
    assert [index.at(spot.x, spot.y) for _, spot in inside] == [key for key, _ in cells]
    assert len(index) == 144


@pytest.mark.parametrize("reverse", [False, True])
def test_a_point_on_a_shared_border_belongs_to_the_smallest_key(reverse):
    index = CellIndex(sorted(grid(2, 2), reverse=reverse))
    side, middle = 122 + 1 / 1024, 37 + 1 / 2048
    assert index.at(side, middle) == "371002000000"
    assert index.at(side, 37 + 1 / 1024) == "371002000000"
    assert index.at(side + 1 / 2048, 37 + 1 / 1024) == "371002001000"


def test_keys_of_any_order_do():
    cells = [(UUID(int=2), square(122, 37)), (UUID(int=1), square(122, 37))]
    assert CellIndex(cells).at(122.0005, 37.0005) == UUID(int=1)
    assert CellIndex([(7, shapely.box(122, 37, 123, 38))]).at(122.5, 37.5) == 7


@pytest.mark.parametrize(
    ("lon", "lat"), [(121.9, 37), (0, 0), (37, 122), (float("nan"), 37), (float("inf"), 37), (1e308, 1e308)]
)
def test_a_point_in_no_cell_is_nobody_s(lon, lat):
    assert CellIndex(grid(3, 3)).at(lon, lat) is None
    assert CellIndex([]).at(lon, lat) is None


def test_a_point_in_a_hole_is_nobody_s():
    ring = square(122, 37, 0.01)["coordinates"] + [square(122.004, 37.004)["coordinates"][0][::-1]]
    index = CellIndex([("a", {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": ring}})])
    assert (index.at(122.001, 37.001), index.at(122.0045, 37.0045)) == ("a", None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "not_polygon"),
        ("POLYGON EMPTY", "not_polygon"),
        ({"type": "Point", "coordinates": [122, 37]}, "not_polygon"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [["x"]]}, "not_number"),
        (
            {"type": "Polygon", "coordinates": [[[122, 37], [123, 38], [123, 37], [122, 38], [122, 37]]]},
            "self_crossing",
        ),
        ({"type": "Polygon", "coordinates": [[[37, 122], [38, 122], [38, 123], [37, 122]]]}, "swapped"),
        ({"type": "Polygon", "coordinates": [[[1e6, 4e6], [2e6, 4e6], [2e6, 5e6], [1e6, 4e6]]]}, "metres"),
    ],
)
def test_a_bad_cell_is_named_and_no_index_is_built(cell, code):
    with pytest.raises(BadOutline) as refused:
        CellIndex([("good", square(122, 37)), ("bad", cell)])
    assert (refused.value.code, refused.value.details["key"]) == (code, "bad")


def test_cells_that_only_touch_do_not_overlap():
    assert overlaps(grid(5, 5)) == ()


def test_two_cells_that_claim_the_same_ground_are_named_with_a_place_inside_it():
    (found,) = overlaps([("b", square(122.0005, 37)), ("a", square(122, 37)), ("c", square(122.01, 37))])
    assert (found.first, found.second) == ("a", "b")
    assert found.square_metres == pytest.approx(0.5 * 111_195 * 111_195 * 0.7986 * 1e-6, rel=0.01)
    assert 122.0005 < found.at.lon < 122.001
    assert 37 < found.at.lat < 37.001


def test_the_largest_overlap_comes_first():
    found = overlaps([("a", square(122, 37)), ("b", square(122.0008, 37)), ("c", square(122.0005, 37))])
    assert [(one.first, one.second) for one in found] == [("b", "c"), ("a", "c"), ("a", "b")]


def test_no_more_overlaps_are_looked_for_than_asked():
    piled = [(str(at), square(122 + at / 10**5, 37)) for at in range(60)]
    assert len(overlaps(piled)) == 1000
    assert len(overlaps(piled, most=7)) == 7
    assert overlaps([]) == ()


def comb(teeth, is_lying):
    width = 0.1 / teeth
    tops = [
        (at * width + by * width, y)
        for at in range(teeth)
        for by, y in ((0, 0.1), (0.5, 0.1), (0.5, 0.001), (1, 0.001))
    ]
    ring = [(0, 0), *tops, (0.1, 0), (0, 0)]
    return shapely.Polygon([(122 + y, 37 + x) if is_lying else (122 + x, 37 + y) for x, y in ring])


def test_of_two_crossing_combs_a_piece_is_measured_that_fits_in_memory(monkeypatch):
    monkeypatch.setattr(geo, "MOST_CROSSINGS", 10_000)
    upright, lying = comb(60, False), comb(60, True)
    (found,) = overlaps([("a", upright), ("b", lying)])
    assert found.is_part
    assert upright.contains(shapely.Point(found.at))
    assert lying.contains(shapely.Point(found.at))
    assert shapely.get_num_geometries(geo._shared(upright, lying)) < 300


def test_sabotage_looked_at_whole_they_share_the_square_of_their_teeth(monkeypatch):
    monkeypatch.setattr(geo, "MOST_CROSSINGS", 10**9)
    assert shapely.get_num_geometries(geo._shared(comb(60, False), comb(60, True))) > 3000


def test_ragged_neighbours_that_only_touch_do_not_overlap(monkeypatch):
    monkeypatch.setattr(geo, "MOST_CROSSINGS", 10)
    assert overlaps(grid(3, 3)) == ()


def test_ground_that_cells_lie_around_is_found_without_an_outer_border():
    ring = [cell for cell in grid(4, 4) if cell[0] not in ("371002000001", "371002002002", "371002003003")]
    (gap,) = enclosed_gaps(ring)
    assert CellIndex(grid(4, 4)).at(*gap.at) == "371002002002"
    assert enclosed_gaps(grid(4, 4)) == enclosed_gaps([]) == ()


def test_ground_in_no_cell_is_found_with_a_place_inside_it():
    outer = square(122, 37, 4 / 1024)
    cells = [cell for cell in grid(4, 4) if cell[0] not in ("371002001001", "371002003003", "371002003002")]
    first, second = gaps(outer, cells)
    assert CellIndex(grid(4, 4)).at(*second.at) == "371002001001"
    assert CellIndex(grid(4, 4)).at(*first.at) in ("371002003003", "371002003002")
    assert first.square_metres == pytest.approx(2 * second.square_metres, rel=0.001)
    assert gaps(outer, grid(4, 4)) == ()
    assert len(gaps(outer, [])) == 1
