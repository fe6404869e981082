"""Signs of a view: nothing outside it, nothing lost inside it, gathered where it is dense, each by itself at the closest zoom."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.insight.mapping import boxes, clusters
from gezhi.insight.mapping.boxes import Box
from gezhi.insight.mapping.clusters import MOST_SIGNS, SINGLE_ZOOM, Points, View, busiest, signs

HERE = (122.2, 37.4)
EVERYWHERE = View(-180, -85, 180, 85, 3)
spots = st.lists(
    st.tuples(st.floats(122.1, 122.3), st.floats(37.3, 37.5), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=60,
)


def _of(rows):
    return Points.of([(lon, lat) for lon, lat, *_ in rows]), np.array([counts for *_, counts in rows])


@given(rows=spots, zoom=st.integers(0, 22))
def test_around_the_places_of_a_sign_lies_no_place_of_another(rows, zoom):
    points, counts = _of([(lon, lat, (one, other)) for lon, lat, one, other in rows])
    for sign in signs(points, counts, View(-180, -85, 180, 85, zoom)):
        inside = [
            one + other
            for lon, lat, one, other in rows
            if sign.box.west <= lon <= sign.box.east and sign.box.south <= lat <= sign.box.north
        ]
        if sign.spots > 1:
            assert sum(inside) == sum(sign.counts)


@given(edges=st.tuples(*[st.floats(-80, 80)] * 4))
def test_a_box_is_read_as_it_is_written(edges):
    west, south, east, north = edges
    box = Box(min(west, east), min(south, north), max(west, east), max(south, north))
    read = boxes.read(boxes.written(box))
    assert read is not None
    assert read == pytest.approx(box, abs=1e-6)
    assert boxes.both(read, read) == read


@pytest.mark.parametrize(
    "text",
    ["", "off", "1,2,3", "1,2,3,4,5", "3,2,1,4", "nan,1,2,3", "inf,1,inf,2", "1,2,3,91", "1,2,3," + "4" * 31],
)
def test_what_is_no_box_is_none(text):
    assert boxes.read(text) is None


@given(rows=spots, zoom=st.integers(0, 22))
def test_what_is_inside_a_view_is_counted_once(rows, zoom):
    points, counts = _of([(lon, lat, (one, other)) for lon, lat, one, other in rows])
    view = View(122.15, 37.35, 122.25, 37.45, zoom)
    inside = [
        (one, other)
        for lon, lat, one, other in rows
        if view.west <= lon <= view.east and view.south <= lat <= view.north
    ]
    found = signs(points, counts, view)
    assert [sum(sign.counts[kind] for sign in found) for kind in (0, 1)] == [
        sum(one[kind] for one in inside) for kind in (0, 1)
    ]
    assert all(view.west <= sign.lon <= view.east and view.south <= sign.lat <= view.north for sign in found)
    assert all(sum(sign.counts) for sign in found)


def test_close_ones_are_one_sign_far_ones_two_and_at_the_closest_zoom_each_is_its_own():
    points, counts = _of([(122.2, 37.4, (1, 0)), (122.2003, 37.4, (0, 5)), (122.3, 37.4, (2, 0))])
    far = signs(points, counts, EVERYWHERE._replace(zoom=10))
    assert [(sign.counts, sign.spots, sign.spot) for sign in far] == [((1, 5), 2, 1), ((2, 0), 1, 2)]
    close = signs(points, counts, EVERYWHERE._replace(zoom=SINGLE_ZOOM))
    assert [(sign.counts, sign.spots, sign.spot) for sign in close] == [
        ((0, 5), 1, 1),
        ((2, 0), 1, 2),
        ((1, 0), 1, 0),
    ]


def test_a_sign_stands_where_most_of_what_it_counts_is():
    points, counts = _of([(122.2, 37.4, (1,)), (122.2004, 37.4, (3,))])
    (sign,) = signs(points, counts, EVERYWHERE)
    assert (round(sign.lon, 6), round(sign.lat, 6)) == (122.2003, 37.4)


@pytest.mark.parametrize("zoom", [3, 12, 15, 18, 22])
def test_ten_thousand_places_on_one_screen_stay_below_60_kb(zoom):
    random = np.random.default_rng(1)
    where = [(122 + lon / 5, 37 + lat / 5) for lon, lat in random.random((10_000, 2))]
    counts = random.integers(0, 200, (10_000, 4))
    found = signs(Points.of(where), counts, EVERYWHERE._replace(zoom=zoom))
    assert 0 < len(found) <= MOST_SIGNS
    name = "悦海社区 悦海花园小区 128号楼"
    rows = [
        [one.lon, one.lat, list(one.counts), one.spots, "371072-00128", name, boxes.written(one.box)]
        for one in found
    ]
    assert len(json.dumps(rows, ensure_ascii=False).encode()) < 60_000


def test_without_the_bound_there_would_be_more(monkeypatch):
    monkeypatch.setattr(clusters, "MOST_SIGNS", 100_000)
    with pytest.raises(AssertionError):
        test_ten_thousand_places_on_one_screen_stay_below_60_kb(18)


def test_the_busiest_places_come_first_and_empty_ones_not_at_all():
    points, counts = _of([(122.2, 37.4, (0,)), (122.3, 37.4, (2,)), (122.4, 37.4, (7,))])
    assert [(one.spot, one.counts) for one in busiest(points, counts, 5)] == [(2, (7,)), (1, (2,))]


def test_an_office_without_places_has_no_signs():
    assert signs(Points.of([]), np.zeros((0, 4), dtype=np.int64), EVERYWHERE) == []
