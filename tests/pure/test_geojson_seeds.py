"""Bad input by the hundred, classes 20 to 23: whatever map comes, each wrong shape is named with its place."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gezhi.kernel.geojson import BadGeoJson, ground, read, strays
from tests.pure.maps import BENT, HOLE, SQUARE, collection, feature, shape, written

LONS, LATS = st.floats(122.0, 122.3), st.floats(37.0, 37.3)
CORNERS = st.lists(st.tuples(LONS, LATS).map(list), min_size=3, max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@settings(max_examples=150)
@given(CORNERS)
def test_any_scribble_is_taken_or_named_with_a_coordinate(corners):
    got = read(written(collection(feature([[*corners, corners[0]]], name="A1"))))
    assert bool(got.shapes) != bool(got.faults)
    assert all(fault.at for fault in got.faults)


@settings(max_examples=150)
@given(st.sampled_from(sorted(BENT)), st.floats(0, 0.3), st.integers(0, 5), st.booleans())
def test_a_fault_is_found_wherever_its_shape_stands(code, east, before, is_multi):
    coordinates, _ = BENT[code]
    assume(code != "range" or east < 0.2)
    moved = [[[lon + (east if 122 <= lon < 124 else 0), lat] for lon, lat in ring] for ring in coordinates]
    one = feature([moved], "MultiPolygon") if is_multi else feature(moved)
    got = read(written(collection(*[feature([SQUARE])] * before, one)))
    assert [(fault.number, fault.code, fault.at is not None) for fault in got.faults] == [
        (before + 1, code, True)
    ]


WILD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).filter(lambda at: not abs(at) <= 1e12),
    st.integers(min_value=10**13, max_value=10**40),
    st.text(max_size=8),
    st.booleans(),
    st.none(),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=150)
@given(WILD, st.integers(0, 4), st.booleans())
def test_what_is_no_number_is_named_with_its_corner(wild, at, is_lon):
    ring = [list(position) for position in SQUARE]
    ring[at][0 if is_lon else 1] = wild
    (fault,) = read(written(collection(feature([ring])))).faults
    assert fault.code in ("not_number", "not_finite")
    assert fault.values["corner"] == at + 1


@settings(max_examples=30)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_shape_elsewhere_on_earth_never_counts_as_near(lon, lat):
    assume(abs(lon - 122) > 0.6 or abs(lat - 37) > 0.6)
    box = ground([(122.0, 37.0)], [])
    assert [one.at for one in strays([shape(1, lon, lat)], box)] == [(lon, lat)]


@settings(max_examples=150)
@given(JSON)
def test_any_json_gets_an_answer(value):
    for document in (
        value,
        collection(value),
        collection({"type": "Feature", "geometry": value}),
        feature(value),
    ):
        try:
            got = read(written(document))
        except BadGeoJson:
            continue
        assert got.total == len(got.shapes) + len({fault.number for fault in got.faults})


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data):
    with pytest.raises(BadGeoJson):
        read(data)


@settings(max_examples=100)
@given(st.integers(0, 400))
def test_a_file_cut_anywhere_is_refused(at):
    data = written(collection(feature([SQUARE, HOLE], name="悦海一格"), feature([SQUARE], name="A2")))
    with pytest.raises(BadGeoJson):
        read(data[: len(data) * at // 401])
