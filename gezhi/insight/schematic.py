"""Cells and compounds as a drawing without a map behind it: numbers for an SVG. Pure; no word of anybody is in it but names of places."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

WIDE, HIGH, MARGIN = 1000.0, 1060.0, 16.0
TINY_DEGREES = 1e-6
MOST_POINTS = 120  # of a ring: a wall is seen from six metres
MOST_LABELS = 16
SMALLEST, LARGEST = 14.0, 42.0  # radius of a compound with one case, and with the most
SIGN, LINE_HIGH = 34.0, 40.0


class Area(NamedTuple):
    """A cell. geometry: GeoJSON, (Multi)Polygon in WGS-84. clock: overdue, due_soon, in_time, paused or none."""

    geometry: Mapping[str, Any]
    clock: str


class Spot(NamedTuple):
    """A compound or street that has open cases."""

    name: str
    lon: float
    lat: float
    clock: str
    cases: int


class Shape(NamedTuple):
    d: str
    clock: str


class Dot(NamedTuple):
    """label: "" where it would lie on another one."""

    x: float
    y: float
    r: float
    clock: str
    cases: int
    label: str
    label_x: float
    anchor: str


class Drawing(NamedTuple):
    wide: float
    high: float
    shapes: tuple[Shape, ...]
    dots: tuple[Dot, ...]


class _Scale(NamedTuple):
    west: float
    north: float
    shortened: float
    per_degree: float
    left: float
    top: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = self.left + (lon - self.west) * self.shortened * self.per_degree
        return round(x, 1), round(self.top + (self.north - lat) * self.per_degree, 1)


def drawn(areas: Sequence[Area], spots: Sequence[Spot]) -> Drawing | None:
    """All of it within WIDE × HIGH, north above; None when nothing has a point."""
    rings = [(area.clock, [_thinned(ring) for ring in _rings(area.geometry)]) for area in areas]
    points = [point for _, found in rings for ring in found for point in ring]
    points += [(spot.lon, spot.lat) for spot in spots]
    if not points:
        return None
    scale = _fitting(points)
    shapes = tuple(Shape("".join(_path(ring, scale) for ring in found), clock) for clock, found in rings)
    return Drawing(WIDE, HIGH, shapes, tuple(_dots(spots, scale)))


def _rings(geometry: Mapping[str, Any]) -> Iterable[Sequence[Sequence[float]]]:
    parts = geometry.get("coordinates") or ()
    polygons = parts if geometry.get("type") == "MultiPolygon" else [parts]
    return [ring for polygon in polygons for ring in polygon if len(ring) > 2]


def _thinned(ring: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    step = max(1, math.ceil(len(ring) / MOST_POINTS))
    return [(one[0], one[1]) for one in ring[::step]]


def _fitting(points: Sequence[tuple[float, float]]) -> _Scale:
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shortened = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * shortened, TINY_DEGREES), max(north - south, TINY_DEGREES)
    per_degree = min((WIDE - 2 * MARGIN) / across, (HIGH - 2 * MARGIN) / down)
    left, top = (WIDE - across * per_degree) / 2, (HIGH - down * per_degree) / 2
    return _Scale(west, north, shortened, per_degree, left, top)


def _path(ring: Sequence[tuple[float, float]], scale: _Scale) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in (scale.at(*point) for point in ring)) + "Z"


def _dots(spots: Sequence[Spot], scale: _Scale) -> Iterable[Dot]:
    """The small ones first, so that none lies hidden; names for the largest, as long as they lie on nothing."""
    most = max((spot.cases for spot in spots), default=1)
    taken: list[tuple[float, float, float, float]] = []
    made = []
    for rank, spot in enumerate(sorted(spots, key=lambda one: (-one.cases, one.name))):
        x, y = scale.at(spot.lon, spot.lat)
        r = round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(spot.cases / most), 1)
        is_left = x > WIDE * 0.72
        wide = SIGN * len(spot.name)
        label_x = x - r - 8 if is_left else x + r + 8
        low = label_x - wide if is_left else label_x
        box = (low, y - LINE_HIGH / 2, low + wide, y + LINE_HIGH / 2)
        is_free = rank < MOST_LABELS and low >= 0 and low + wide <= WIDE
        is_free = is_free and not any(_meet(box, other) for other in taken)
        taken.append((x - r, y - r, x + r, y + r))
        if is_free:
            taken.append(box)
        label = spot.name if is_free else ""
        made.append(Dot(x, y, r, spot.clock, spot.cases, label, label_x, "end" if is_left else "start"))
    return reversed(made)


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
