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


Box = tuple[float, float, float, float]


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
    label_y: float
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
    """The small ones last, so that none lies hidden; names for the largest, as long as they lie on nothing."""
    most = max((spot.cases for spot in spots), default=1)
    ordered = sorted(spots, key=lambda one: (-one.cases, one.name))
    placed = [(*scale.at(one.lon, one.lat), _radius(one.cases, most)) for one in ordered]
    taken = [(x - r, y - r, x + r, y + r) for x, y, r in placed]
    made = []
    for rank, (spot, (x, y, r)) in enumerate(zip(ordered, placed, strict=True)):
        label = (
            _label(spot.name, x, y, r, [*taken[:rank], *taken[rank + 1 :]]) if rank < MOST_LABELS else None
        )
        if label is not None:
            taken.append(label.room)
        shown = label or _Label(x, y, "start", taken[rank])
        name = spot.name if label else ""
        made.append(Dot(x, y, r, spot.clock, spot.cases, name, shown.x, shown.y, shown.anchor))
    return made


def _radius(cases: int, most: int) -> float:
    return round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt((cases - 1) / max(1, most - 1)), 1)


class _Label(NamedTuple):
    x: float
    y: float
    anchor: str
    room: Box


def _label(name: str, x: float, y: float, r: float, taken: Sequence[Box]) -> _Label | None:
    """Beside, below or above its dot, and the room it takes; None where all four are taken."""
    wide, away = SIGN * len(name), r + 8
    for anchor, at, low, middle in (
        ("start", x + away, x + away, y),
        ("end", x - away, x - away - wide, y),
        ("middle", x, x - wide / 2, y + r + LINE_HIGH / 2),
        ("middle", x, x - wide / 2, y - r - LINE_HIGH / 2),
    ):
        box = (low, middle - LINE_HIGH / 2, low + wide, middle + LINE_HIGH / 2)
        if low >= 0 and low + wide <= WIDE and not any(_meet(box, other) for other in taken):
            return _Label(round(at, 1), round(middle, 1), anchor, box)
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
