"""What is wrong with an outline drawn as GeoJSON, said with coordinates. Nothing is repaired here. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

import shapely

from gezhi.kernel.refusal import Refusal

MAX_VERTICES = 500_000
MAX_RINGS = 10_000
MAX_NOTES = 20  # doubled points named in one ring
BEYOND = 1e12  # no map has coordinates as large, in whatever unit
NOTHING_SQUARE_DEGREES = 1e-11  # a tenth of a square metre
NOTES = frozenset(["winding", "duplicate_point"])
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)

Position = tuple[float, float]


class BadOutline(Refusal, ValueError):
    """An outline that cannot hold anything. `.code` = a problem's code; details: key = whose, at = where."""

    code = "invalid"


class Problem(NamedTuple):
    """at: lon, lat as written, None when the whole is meant. ring: (polygon, ring) from 0, ring 0 is the shell.

    code: not_polygon, empty, too_many, not_number, not_finite, metres, swapped, range, antimeridian, too_few,
    unclosed, duplicate_point, zero_area, self_crossing, hole_outside, hole_crossing, holes_nested, shells_overlap, invalid, winding.
    """

    code: str
    at: Position | None = None
    ring: tuple[int, int] | None = None

    @property
    def stops(self) -> bool:
        """Whether the outline cannot be used so; winding and doubled points are only noted."""
        return self.code not in NOTES


def coordinate_problem(lon: float, lat: float) -> str:
    """not_finite, swapped, metres, range or "". An integer of any length may come in."""
    if not (abs(lon) <= BEYOND and abs(lat) <= BEYOND):
        return "not_finite"
    if CHINA_LAT[0] <= lon <= CHINA_LAT[1] and CHINA_LON[0] <= lat <= CHINA_LON[1]:
        return "swapped"
    if abs(lon) > 180 or abs(lat) > 90:
        return "metres" if max(abs(lon), abs(lat)) > 1000 else "range"
    return ""


def polygon_problems(geojson: object) -> tuple[Problem, ...]:
    """Everything wrong with a GeoJSON Polygon, MultiPolygon or Feature of one; () = good (RFC 7946 §3.1.6)."""
    polygons = _polygons(geojson)
    if isinstance(polygons, Problem):
        return (polygons,)
    found: list[Problem] = []
    for polygon_at, rings in enumerate(polygons):
        for ring_at, ring in enumerate(rings):
            found += [
                problem._replace(ring=(polygon_at, ring_at)) for problem in _ring_problems(ring, ring_at)
            ]
    has_relations = len(polygons) > 1 or len(polygons[0]) > 1
    if has_relations and not any(problem.stops for problem in found):
        found += _relation_problems(polygons)
    return tuple(found)


def _polygons(geojson: object) -> list[list[list[Any]]] | Problem:
    """The rings of each polygon, or why there are none. Counts before it looks at any number."""
    if isinstance(geojson, Mapping) and geojson.get("type") == "Feature":
        geojson = geojson.get("geometry")
    if not isinstance(geojson, Mapping) or geojson.get("type") not in ("Polygon", "MultiPolygon"):
        return Problem("not_polygon")
    coordinates: Any = geojson.get("coordinates")
    polygons = [coordinates] if geojson["type"] == "Polygon" else coordinates
    if not _is_list(polygons) or not all(_is_list(rings) and all(map(_is_list, rings)) for rings in polygons):
        return Problem("not_polygon")
    if not polygons or not all(rings and all(rings) for rings in polygons):
        return Problem("empty")
    counts = [len(ring) for rings in polygons for ring in rings]
    if sum(counts) > MAX_VERTICES or len(counts) > MAX_RINGS:
        return Problem("too_many")
    return [[list(ring) for ring in rings] for rings in polygons]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _ring_problems(ring: list[Any], ring_at: int) -> Iterator[Problem]:
    """One problem of the numbers, or all of the shape."""
    for position in ring:
        if code := _position_problem(position):
            yield Problem(code, None if code.startswith("not_") else (float(position[0]), float(position[1])))
            return
    line: list[Position] = [(float(position[0]), float(position[1])) for position in ring]
    if line[0] != line[-1]:
        yield Problem("unclosed", line[-1])
        return
    doubled = (Problem("duplicate_point", one) for one, other in pairwise(line) if one == other)
    yield from islice(doubled, MAX_NOTES)
    if len(set(line)) < 3:
        yield Problem("too_few", line[0])
    elif max(lon for lon, _ in line) - min(lon for lon, _ in line) > 180:
        yield Problem("antimeridian", line[0])
    else:
        yield from _shape_problems(line, is_shell=ring_at == 0)


def _position_problem(position: object) -> str:
    if not _is_list(position) or len(position) not in (2, 3):  # type: ignore[arg-type]
        return "not_number"
    lon, lat = position[:2]  # type: ignore[index]
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in (lon, lat)):
        return "not_number"
    return coordinate_problem(lon, lat)


def _shape_problems(line: list[Position], *, is_shell: bool) -> Iterator[Problem]:
    area = shapely.Polygon(line)
    crossing = _reason(area)
    # and the hull, for a figure of eight has no area either
    if area.area < NOTHING_SQUARE_DEGREES and area.convex_hull.area < NOTHING_SQUARE_DEGREES:
        yield Problem("zero_area", line[0])
    elif crossing:
        yield crossing
    elif shapely.is_ccw(shapely.LinearRing(line)) != is_shell:
        yield Problem("winding", line[0])


def _relation_problems(polygons: list[list[list[Any]]]) -> list[Problem]:
    """Between rings: holes outside or in one another, shells that overlap. Each at the first place found."""
    made = []
    for polygon_at, rings in enumerate(polygons):
        shell, *holes = [[position[:2] for position in ring] for ring in rings]
        area = shapely.Polygon(shell, holes)
        if problem := _reason(area):
            code = "hole_crossing" if problem.code == "self_crossing" else problem.code
            return [problem._replace(code=code, ring=(polygon_at, 0))]
        made.append(area)
    if len(made) > 1 and (problem := _reason(shapely.MultiPolygon(made))):
        return [problem._replace(code="shells_overlap")]
    return []


_REASON = re.compile(r"(.*?)\s*\[([-+.e\d]+) ([-+.e\d]+)")
_CODES = {
    "Self-intersection": "self_crossing",
    "Ring Self-intersection": "self_crossing",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "holes_nested",
    "Nested shells": "shells_overlap",
    "Too few points in geometry component": "too_few",
}


def _reason(area: Any) -> Problem | None:
    """The geometry library's own finding as a Problem; None when the area is valid."""
    reason = str(shapely.is_valid_reason(area))
    if reason == "Valid Geometry":
        return None
    found = _REASON.match(reason)
    if found is None:
        return Problem("invalid")
    return Problem(_CODES.get(found[1], "invalid"), (float(found[2]), float(found[3])))
