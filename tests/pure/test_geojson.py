"""A GeoJSON file: measured before it is parsed, every shape judged, every fault with its shape and its place."""

import json
import tracemalloc

import pytest

from gezhi.kernel import geojson
from gezhi.kernel.geojson import CHINA, BadGeoJson, Box, Fault, Reading, Shape, ground, read, strays
from tests.pure.maps import BENT, HOLE, SQUARE, collection, feature, shape, written

LARGE = 1024 * 1024  # of the hostile files here; the limit in bytes stands in a test of its own


def refusal(data):
    with pytest.raises(BadGeoJson) as refused:
        read(data)
    return refused.value.code, refused.value.details


def only_fault(one):
    """The one fault of the second of two shapes; the first one is good."""
    got = read(written(collection(feature([SQUARE], name="A1"), one)))
    assert (got.total, [shape.number for shape in got.shapes]) == (2, [1])
    (fault,) = got.faults
    assert fault.number == 2
    return fault


def test_every_shape_is_read_with_its_words_and_its_corners_as_pairs():
    high = [[lon, lat, 12.5] for lon, lat in SQUARE]
    data = written(
        collection(
            feature([high, HOLE], 网格="悦海一格", 社区="悦海社区"),
            feature([[SQUARE]], "MultiPolygon", code=371072008015001, NAME=" A1 "),
            crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        )
    )
    first = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
    second = {"type": "MultiPolygon", "coordinates": [[SQUARE]]}
    expected = [
        Shape(1, "", "悦海一格", "悦海社区", first),
        Shape(2, "371072008015001", "A1", "", second),
    ]
    assert read(data) == Reading(2, expected, [])
    assert read(b"\xef\xbb\xbf" + data) == Reading(2, expected, [])
    assert read(written(feature([SQUARE]))).total == 1


@pytest.mark.parametrize("name", ["EPSG:4326", "urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:EPSG:6.9:4326"])
def test_other_names_of_the_same_degrees_are_taken(name):
    crs = {"type": "name", "properties": {"name": name}}
    assert read(written(collection(feature([SQUARE]), crs=crs))).faults == []


def test_a_winding_the_other_way_round_is_taken():
    assert read(written(collection(feature([SQUARE[::-1], HOLE[::-1]])))).faults == []


# ---- class 20: too much of it ----

HOSTILE = {
    "lists": (b"[" + b"[]," * LARGE + b"[]]", "too_many"),
    "objects": (b"[" + b"{}," * LARGE + b"{}]", "too_many_shapes"),
    "numbers": (b"[" + b"1," * 4 * LARGE + b"1]", "too_many"),
    "words": (b"[" + b'"",' * 2 * LARGE + b'""]', "too_many"),
    "open brackets": (b"[" * LARGE, "too_many"),
    "ten thousand deep": (b"[" * 10_000 + b"]" * 10_000, "nested"),
    "one long number": (b"[" + b"1" * LARGE + b"]", "long_number"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_fill_the_memory_is_refused_before_it_is_parsed(name):
    data, code = HOSTILE[name]
    tracemalloc.start()
    assert refusal(data)[0] == code
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4 * len(data) + LARGE


@pytest.mark.parametrize("name", ["lists", "objects"])
def test_sabotage_unmeasured_it_would_cost_many_times_its_size(name, monkeypatch):
    data = HOSTILE[name][0]
    data = data[: 1 + len(data) // 60 * 3] + data[-3:]  # a twentieth, in whole pieces of three signs
    monkeypatch.setattr(geojson, "measure", lambda data: None)
    tracemalloc.start()
    assert refusal(data)[0] == "not_collection"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most > 15 * len(data)


def test_sabotage_unmeasured_deep_nesting_would_break_the_parser(monkeypatch):
    monkeypatch.setattr(geojson, "measure", lambda data: None)
    with pytest.raises(RecursionError):
        read(HOSTILE["ten thousand deep"][0])


def test_more_than_50_mb_are_not_looked_at():
    assert refusal(b" " * (50 * 1024 * 1024 + 1)) == ("too_large", {"limit": 50})


def test_brackets_and_quotes_within_words_count_for_nothing():
    name = '[[{"\\' * 12
    (shape,) = read(written(collection(feature([SQUARE], name=name)))).shapes
    assert shape.name == name


def test_depth_is_counted_up_to_twenty_and_names_the_shape():
    def nested(depth):
        one = feature([SQUARE])
        one["properties"] = json.loads('{"a":' * depth + "1" + "}" * depth)
        return written(collection(feature([SQUARE]), one))

    assert read(nested(17)).faults == []
    assert refusal(nested(18)) == ("too_deep", {"limit": 20, "shape": 2})


def test_half_a_million_corners_in_all_are_the_most(monkeypatch):
    monkeypatch.setattr(geojson, "MAX_VERTICES", 12)
    assert read(written(collection(feature([SQUARE]), feature([SQUARE])))).faults == []
    assert refusal(written(collection(*[feature([SQUARE])] * 3))) == ("too_many", {"limit": 12, "shape": 3})


def test_one_cell_has_forty_thousand_corners_at_most(monkeypatch):
    monkeypatch.setattr(geojson, "MOST_CORNERS_OF_ONE", 5)
    assert only_fault(feature([SQUARE, HOLE])) == Fault(
        2, "", "too_many_corners", (122.0, 37.0), {"limit": 5}
    )


def test_twenty_thousand_shapes_are_the_most(monkeypatch):
    monkeypatch.setattr(geojson, "MOST_SHAPES", 2)
    assert refusal(written(collection(*[feature([SQUARE])] * 3))) == ("too_many_shapes", {"limit": 2})


# ---- the file as a whole ----


@pytest.mark.parametrize(
    ("data", "code", "details"),
    [
        (b"", "broken", {"line": 1, "column": 1}),
        (b'{"type":\n "FeatureCollection",', "broken", {"line": 2, "column": 22}),
        (written(collection(feature([SQUARE], name="悦")))[:-4], "broken", None),
        ('{"a":"悦"}'.encode("gb18030"), "encoding", {"byte": 6}),
        ('{"a":"悦"}'.encode("utf-16"), "encoding", {"byte": 0}),
        (b"[]", "not_collection", {}),
        (b"7", "not_collection", {}),
        (written({"type": "Polygon", "coordinates": [SQUARE]}), "not_collection", {}),
        (written({"type": "FeatureCollection"}), "not_collection", {}),
        (written({"type": "FeatureCollection", "features": {}}), "not_collection", {}),
        (written(collection()), "empty", {}),
        (
            b'{"type":"FeatureCollection","features":[],"features":[{}]}',
            "doubled_key",
            {"key": "features"},
        ),
    ],
)
def test_a_file_that_is_no_map_is_refused_as_a_whole(data, code, details):
    assert refusal(data) == (code, details if details is not None else refusal(data)[1])


@pytest.mark.parametrize("name", ["EPSG:4547", "EPSG:3857", "EPSG:44900", "北京54", None, 7, "4326 " * 100])
def test_another_system_of_coordinates_is_named(name):
    crs = {"type": "name", "properties": {"name": name}}
    assert refusal(written(collection(feature([SQUARE]), crs=crs))) == ("crs", {"name": str(name)[:60]})
    assert only_fault({**feature([SQUARE]), "crs": crs}).code == "crs"


def test_a_key_said_twice_deep_in_the_file_is_found_too():
    data = written(collection(feature([SQUARE], more={"a": 1}))).replace(b'"a": 1', b'"a": 1, "a": 2')
    assert refusal(data) == ("doubled_key", {"key": "a"})


@pytest.mark.parametrize("key", ["name", "coordinates", "geometry"])
def test_a_key_said_twice_is_named_with_its_shape(key):
    data = written(collection(feature([SQUARE]), feature([SQUARE], name="A1")))
    at = data.rindex(f'"{key}"'.encode())
    doubled = data[:at] + f'"{key}": null, '.encode() + data[at:]
    (fault,) = read(doubled).faults
    assert (fault.number, fault.code, fault.values) == (2, "doubled_key", {"key": key})


def test_sabotage_read_plainly_the_last_of_two_would_win_in_silence(monkeypatch):
    data = written(collection(feature([SQUARE], name="A1"))).replace(b'"name"', b'"name": "B2", "name"')
    assert [fault.code for fault in read(data).faults] == ["doubled_key"]
    monkeypatch.setattr(geojson, "_parsed", lambda data: (json.loads(data), []))
    assert [one.name for one in read(data).shapes] == ["A1"]


# ---- class 21 and 22: what is drawn wrongly ----


@pytest.mark.parametrize("code", BENT)
def test_a_fault_names_its_shape_and_its_place(code):
    coordinates, at = BENT[code]
    fault = only_fault(feature(coordinates, name="A2"))
    assert fault._replace(at=None) == Fault(2, "A2", code)
    assert fault.at == pytest.approx(at, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[NaN, 37]", "not_finite", "[nan, 37]"),
        ("[122, Infinity]", "not_finite", "[122, inf]"),
        ("[1e308, 37]", "not_finite", "[1e+308, 37]"),
        ("[1e999, 37]", "not_finite", "[inf, 37]"),
        ("[" + "9" * 400 + ", 37]", "not_finite", "[" + "9" * 59),
        ('["122", "37"]', "not_number", "[122, 37]"),
        ("[true, false]", "not_number", "[True, False]"),
        ("[122]", "not_number", "[122]"),
        ("null", "not_number", "None"),
        ('"\\u202e12"', "not_number", "\ufffd12"),
    ],
)
def test_what_is_no_coordinate_is_shown_as_it_is_written(text, code, said):
    data = written(collection(feature([SQUARE]), feature([["HERE", *SQUARE]]))).replace(
        b'"HERE"', text.encode()
    )
    (fault,) = read(data).faults
    assert (fault.number, fault.code, fault.at) == (2, code, None)
    assert fault.values["corner"] == 1
    assert fault.values["written"].startswith(said[:50])


@pytest.mark.parametrize("one", [None, 7, [], {"type": "Polygon"}, {"type": "feature"}])
def test_what_is_no_feature_is_named(one):
    assert only_fault(one) == Fault(2, "", "not_feature")


@pytest.mark.parametrize("kind", ["Point", "LineString", "GeometryCollection"])
def test_a_point_or_a_line_is_no_cell(kind):
    assert only_fault(feature(SQUARE[0], kind, name="A2")) == Fault(2, "A2", "not_polygon")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ({}, "not_text"),
        (True, "not_text"),
        (1.5, "not_text"),
        ("a\u202eb", "hidden"),
        ("长" * 61, "too_long"),
    ],
)
def test_a_name_that_cannot_be_kept_is_refused(name, code):
    assert only_fault(feature([SQUARE], name=name)) == Fault(2, "", code, None, {"key": "name"})


def test_half_a_sign_in_a_name_is_refused():
    data = written(collection(feature([SQUARE], name="A1"))).replace(b'"A1"', b'"\\ud800"')
    assert read(data).faults == [Fault(1, "", "surrogate", None, {"key": "name"})]


# ---- where it lies ----


def test_cells_lie_near_what_the_office_knows():
    box = ground([(122.0, 37.0), (122.2, 37.3)], [shape(1, 116.0, 40.0)])
    assert box == Box(121.5, 36.5, pytest.approx(122.7), pytest.approx(37.8))
    drawn = [shape(1, 122.1, 37.1), shape(2, 116.0, 40.0), shape(3, 122.695, 37.1)]
    assert [(one.number, one.code, one.at) for one in strays(drawn, box)] == [
        (2, "outside", (116.0, 40.0)),
        (3, "outside", (122.705, 37.1)),
    ]


def test_the_first_cells_of_an_office_lie_in_china_and_near_one_another():
    drawn = [shape(1, 122.1, 37.1), shape(2, 122.2, 37.1), shape(3, 103.0, 30.0), shape(4, 0.0, 0.0)]
    assert [one.number for one in strays(drawn, ground([], drawn))] == [3, 4]
    abroad = [shape(1, -0.1, 51.5), shape(2, -0.2, 51.5)]
    assert [one.number for one in strays(abroad, ground([], abroad))] == [1, 2]
    assert ground([], []) == CHINA
