"""Points and outlines on the map: WGS-84 longitude, latitude in degrees. Which cell holds a point. Pure.

GCJ-02 and BD-09 are converted where they come in. Areas and distances are of the sphere, good to 0.5 %.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import prcoords
import shapely
from shapely.geometry import shape

from gezhi.kernel.outline import BadOutline, Problem, coordinate_problem, polygon_problems
from gezhi.kernel.refusal import Refusal

__all__ = [
    "BadOutline",
    "BadPoint",
    "CellIndex",
    "Gap",
    "Overlap",
    "Point",
    "Problem",
    "enclosed_gaps",
    "from_bd09",
    "from_gcj02",
    "gaps",
    "metres",
    "overlaps",
    "point",
    "polygon_problems",
    "to_bd09",
    "to_gcj02",
]

EARTH_RADIUS = 6_371_008.8  # metres, mean (IUGG)
DEGREE_METRES = math.radians(EARTH_RADIUS)
NULL_ISLAND_DEGREES = 0.01
SLIVER_SQUARE_METRES = 1.0  # less comes from rounding the same border twice
MOST_CROSSINGS = 1_000_000  # the corners of two cells multiplied: two with 1,000 each are looked at whole
MOST_OVERLAPS = 1000  # among cells that all lie on one another each pair is one


class BadPoint(Refusal, ValueError):
    """No place on earth is meant. `.code`: not_number, not_finite, range, metres, swapped, null_island."""

    code = "range"


class Point(NamedTuple):
    """WGS-84 degrees, longitude first. Made by `point`, which checks it."""

    lon: float
    lat: float


def point(lon: object, lat: object) -> Point:
    """A checked point. Strings and booleans are not numbers here. Raises BadPoint."""
    if isinstance(lon, bool) or isinstance(lat, bool):
        raise BadPoint("not_number")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        raise BadPoint("not_number")
    if code := coordinate_problem(lon, lat):
        raise BadPoint(code)
    if math.hypot(lon, lat) < NULL_ISLAND_DEGREES:
        raise BadPoint("null_island")
    return Point(float(lon), float(lat))


def metres(a: Point, b: Point) -> float:
    """The way between two points as the crow flies."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))


# ---- the shifted systems of Chinese maps; outside China they are WGS-84 ----


def from_gcj02(lon: float, lat: float) -> Point:
    """From the system of Amap and Tencent. Off by less than a centimetre. Raises BadPoint."""
    return _converted(prcoords.gcj_wgs_bored, lon, lat)


def from_bd09(lon: float, lat: float) -> Point:
    """From the system of Baidu. Off by less than 10 cm. Raises BadPoint."""
    return _converted(prcoords.bd_wgs_bored, lon, lat)


def to_gcj02(lon: float, lat: float) -> Point:
    """For a link into Amap or Tencent maps. Raises BadPoint."""
    return _converted(prcoords.wgs_gcj, lon, lat)


def to_bd09(lon: float, lat: float) -> Point:
    """For a link into Baidu maps. Raises BadPoint."""
    return _converted(prcoords.wgs_bd, lon, lat)


def _converted(convert: Any, lon: float, lat: float) -> Point:
    given = point(lon, lat)
    latitude_first = prcoords.Coords(given.lat, given.lon)
    if not prcoords.sanity_in_china_p(latitude_first):
        return given
    made = convert(latitude_first, False)
    return point(float(made.lon), float(made.lat))


# ---- cells ----


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=Ordered)


class CellIndex(Generic[K]):
    """Which of many cells holds a point. Built once, read by many threads."""

    def __init__(self, cells: Iterable[tuple[K, object]]) -> None:
        """cells: (key, GeoJSON mapping or shapely geometry). Raises BadOutline (its details name the key)."""
        self._keys, shapes = _sorted_shapes(cells)
        self._tree = shapely.STRtree(shapes)
        shapely.prepare(shapes)
        # The point locator of a cell is made at its first question; asked here, threads only read later.
        shapely.intersects(shapes, shapely.centroid(shapes))

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, lon: float, lat: float) -> K | None:
        """The key of the cell that holds the point, of several (on a shared border) the smallest, or None."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._keys[hits.min()] if len(hits) else None


def _sorted_shapes(cells: Iterable[tuple[K, object]]) -> tuple[list[K], list[Any]]:
    """Keys in order and their shapes. All are checked at once; only a bad one is looked at closely."""
    ordered = sorted(cells, key=lambda pair: pair[0])
    shapes = [_drawn(cell) for _, cell in ordered]
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    is_on_earth = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    for at in (~(shapely.is_valid(shapes) & is_on_earth)).nonzero()[0].tolist():
        key, cell = ordered[at]
        problem = next((one for one in polygon_problems(cell) if one.stops), Problem("invalid"))
        raise BadOutline(problem.code, key=str(key), at=problem.at)
    return [key for key, _ in ordered], shapes


def _drawn(cell: object) -> Any:
    """The shape as it was drawn, right or wrong; None when it is no outline at all."""
    geometry = cell.get("geometry", cell) if isinstance(cell, Mapping) else None
    if geometry is None:
        return cell if isinstance(cell, shapely.Polygon | shapely.MultiPolygon) else None
    try:
        is_outline = geometry["type"] in ("Polygon", "MultiPolygon")
        return shape(geometry) if is_outline else None
    except Exception:  # hostile nesting fails in many ways; polygon_problems says which
        return None


class Overlap(NamedTuple, Generic[K]):
    """Two cells claim the same ground. first < second; at: a point inside it. is_part: of very ragged ones only a piece was looked at."""

    first: K
    second: K
    square_metres: float
    at: Point
    is_part: bool = False


class Gap(NamedTuple):
    """Ground of the outer area in no cell; at: a point inside it."""

    square_metres: float
    at: Point


def overlaps(cells: Iterable[tuple[K, object]], most: int = MOST_OVERLAPS) -> tuple[Overlap[K], ...]:
    """The pairs of cells that share more than a sliver (1 m²), largest first; no more than `most` are looked for. Raises BadOutline."""
    keys, shapes = _sorted_shapes(cells)
    if not shapes:  # the tree below takes no empty list
        return ()
    lefts, rights = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found: list[Overlap[K]] = []
    for left, right in zip(lefts.tolist(), rights.tolist(), strict=True):
        if left < right:
            shared = _shared(shapes[left], shapes[right])
            if (size := _square_metres(shared)) > SLIVER_SQUARE_METRES:
                is_part = _are_ragged(shapes[left], shapes[right])
                found.append(Overlap(keys[left], keys[right], size, _inside(shared), is_part))
        if len(found) == most:
            break
    return tuple(sorted(found, key=lambda overlap: -overlap.square_metres))


def _shared(one: Any, other: Any) -> Any:
    """The ground of both; of two ragged ones a piece larger than a sliver: crossing combs share more pieces than memory holds."""
    if not _are_ragged(one, other):
        return shapely.intersection(one, other)
    common = shapely.intersection(shapely.box(*one.bounds), shapely.box(*other.bounds))
    if _square_metres(common) <= SLIVER_SQUARE_METRES:
        return shapely.Polygon()
    west, south, east, north = common.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    for corner in ((west, south), (east, south), (west, north), (east, north)):
        quarter = shapely.box(
            min(corner[0], lon), min(corner[1], lat), max(corner[0], lon), max(corner[1], lat)
        )
        found = _shared(shapely.intersection(one, quarter), shapely.intersection(other, quarter))
        if _square_metres(found) > SLIVER_SQUARE_METRES:
            return found
    return shapely.Polygon()


def _are_ragged(one: Any, other: Any) -> bool:
    return int(shapely.get_num_coordinates(one) * shapely.get_num_coordinates(other)) > MOST_CROSSINGS


def gaps(outer: object, cells: Iterable[tuple[K, object]]) -> tuple[Gap, ...]:
    """Every piece of `outer` larger than a sliver (1 m²) that no cell covers, largest first. Raises BadOutline."""
    _, shapes = _sorted_shapes(cells)
    _, (whole,) = _sorted_shapes([("outer", outer)])
    left = shapely.difference(whole, shapely.union_all(shapes))
    pieces = [piece for piece in shapely.get_parts(left) if _square_metres(piece) > SLIVER_SQUARE_METRES]
    found = (Gap(_square_metres(piece), _inside(piece)) for piece in pieces)
    return tuple(sorted(found, key=lambda gap: -gap.square_metres))


def enclosed_gaps(cells: Iterable[tuple[K, object]]) -> tuple[Gap, ...]:
    """Every piece larger than a sliver (1 m²) that cells lie around and no cell covers, largest first. Raises BadOutline."""
    _, shapes = _sorted_shapes(cells)
    parts = shapely.get_parts(shapely.union_all(shapes))
    filled = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    holes = shapely.difference(shapely.union_all(filled), shapely.union_all(parts))
    pieces = [piece for piece in shapely.get_parts(holes) if _square_metres(piece) > SLIVER_SQUARE_METRES]
    found = (Gap(_square_metres(piece), _inside(piece)) for piece in pieces)
    return tuple(sorted(found, key=lambda gap: -gap.square_metres))


def _square_metres(area: Any) -> float:
    if area.is_empty:
        return 0.0
    return float(area.area) * DEGREE_METRES**2 * math.cos(math.radians(area.centroid.y))


def _inside(area: Any) -> Point:
    found = shapely.point_on_surface(area)
    return Point(float(found.x), float(found.y))
