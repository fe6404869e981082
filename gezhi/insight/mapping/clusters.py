"""Places with their counts, cut to a view of the map and gathered to clusters of its zoom. Pure: numbers in, numbers out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gezhi.insight.mapping.boxes import Box

TILE = 256  # pixels of the whole earth at zoom 0
CLUSTER_PIXELS = 72  # what lies closer together is one sign
SINGLE_ZOOM = 18  # from here on every place is by itself
MOST_SIGNS = 300  # in one answer, so that it stays below 60 kB
MOST_LATITUDE = 85.05112878


class View(NamedTuple):
    """What somebody looks at: WGS-84 degrees and the zoom of the usual tiles (0 to 22)."""

    west: float
    south: float
    east: float
    north: float
    zoom: int


class Sign(NamedTuple):
    """One sign on the map. counts: of its places together. spots: how many they are; spot: index of the one with most; box: around all of them."""

    lon: float
    lat: float
    counts: tuple[int, ...]
    spots: int
    spot: int
    box: Box


@dataclass(frozen=True, slots=True)
class Points:
    """Places as columns. lon, lat: degrees; x, y: 0 to 1 over the earth as the tiles have it (Web Mercator)."""

    lon: Any
    lat: Any
    x: Any
    y: Any

    @classmethod
    def of(cls, spots: Sequence[tuple[float, float]]) -> "Points":
        """spots: (lon, lat) in degrees."""
        degrees = np.array(spots, dtype=np.float64).reshape(-1, 2)
        lon, lat = degrees[:, 0], np.clip(degrees[:, 1], -MOST_LATITUDE, MOST_LATITUDE)
        y = 0.5 - np.log(np.tan(math.pi / 4 + np.radians(lat) / 2)) / (2 * math.pi)
        return cls(lon, degrees[:, 1], (lon + 180) / 360, y)


def signs(points: Points, counts: Any, view: View, some: Any = None) -> list[Sign]:
    """The signs of a view, those with most first; a place that counts nothing has none.

    counts: one row for each place, one column for each kind. some: the places that count anything, when that is known. At the closest zoom each place is a sign, unless there are too many.
    """
    some = np.flatnonzero(counts.sum(axis=1)) if some is None else some
    lon, lat = points.lon[some], points.lat[some]
    found = some[(lon >= view.west) & (lon <= view.east) & (lat >= view.south) & (lat <= view.north)]
    if view.zoom >= SINGLE_ZOOM and len(found) <= MOST_SIGNS:
        return _sorted([_single(points, counts, int(at)) for at in found])
    pixels = CLUSTER_PIXELS
    while True:
        gathered = _gathered(points, counts, found, TILE * 2**view.zoom / pixels)
        if len(gathered) <= MOST_SIGNS:
            return _sorted(gathered)
        pixels *= 2


def busiest(points: Points, counts: Any, limit: int) -> list[Sign]:
    """The places that count most, each by itself."""
    whole = counts.sum(axis=1)
    order = np.argsort(-whole, kind="stable")[:limit]
    return [_single(points, counts, at) for at in order.tolist() if whole[at]]


def _single(points: Points, counts: Any, at: int) -> Sign:
    lon, lat = float(points.lon[at]), float(points.lat[at])
    return Sign(lon, lat, tuple(counts[at].tolist()), 1, at, Box(lon, lat, lon, lat))


def _gathered(points: Points, counts: Any, found: Any, cells: float) -> list[Sign]:
    """One sign for each square of the earth that has a place; it stands where most of what it counts is."""
    if not len(found):
        return []
    # a number for each square: its column and its row side by side
    squares = np.floor(points.x[found] * cells).astype(np.int64) << 32
    squares |= np.floor(points.y[found] * cells).astype(np.int64)
    _, which = np.unique(squares, return_inverse=True)
    many = int(which.max()) + 1
    here = counts[found]
    columns = [np.bincount(which, weights=here[:, kind], minlength=many) for kind in range(here.shape[1])]
    sums = np.stack(columns, axis=1).astype(np.int64)
    weights = here.sum(axis=1)
    whole = np.bincount(which, weights=weights, minlength=many)
    lon = np.bincount(which, weights=weights * points.lon[found], minlength=many) / whole
    lat = np.bincount(which, weights=weights * points.lat[found], minlength=many) / whole
    spots = np.bincount(which, minlength=many)
    order = np.argsort(weights, kind="stable")
    most = np.zeros(many, dtype=np.int64)
    most[which[order]] = found[order]  # the last one written is the one with most
    boxes = _boxes(points, found, which, many)
    whole_signs = (
        lon.tolist(),
        lat.tolist(),
        map(tuple, sums.tolist()),
        spots.tolist(),
        most.tolist(),
        boxes,
    )
    return [Sign(*one) for one in zip(*whole_signs, strict=True)]


def _boxes(points: Points, found: Any, which: Any, many: int) -> list[Box]:
    """Around the places of each square. No place of another one lies in it, for the squares do not meet."""
    order = np.argsort(which, kind="stable")
    begins = np.searchsorted(which[order], np.arange(many))
    lon, lat = points.lon[found][order], points.lat[found][order]
    edges = [ends.reduceat(one, begins).tolist() for ends in (np.minimum, np.maximum) for one in (lon, lat)]
    return [Box(*one) for one in zip(*edges, strict=True)]


def _sorted(found: list[Sign]) -> list[Sign]:
    return sorted(found, key=lambda sign: (-sum(sign.counts), sign.lon, sign.lat))
