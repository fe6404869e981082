"""Where things are: every place with the point it is shown at, kept in each process.

A place without a point is shown at the nearest one above it that has one, else in the middle of its grid cell or of its community's cells.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry import shape

from gezhi.insight.mapping import named
from gezhi.insight.mapping.boxes import DIGITS, Box
from gezhi.insight.mapping.clusters import Points
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.map import stamp
from gezhi.tenancy.current import current

LOOK_SECONDS = 1.0  # so often the stamp of the map is asked for
KEPT_SECONDS = 60.0  # a new place without a border is seen after that, or when a case lies there
KEPT_OFFICES = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A point that things are shown at. key: code of its place, or of one that is shown there; is_cell: it is the middle of a grid cell."""

    key: str
    name: str
    grid: UUID | None
    is_cell: bool


@dataclass(slots=True)
class Ground:
    """spot_of: by place, the index of the spot it is shown at. points: where the spots are, in the same order.

    cells: the grid cells in which there are spots; cell_of: for each spot the number of its cell, -1 for none.
    box: west, south, east and north of all spots and borders, None when there is nothing. nowhere: places that are shown at no spot. named: what is called how, and where.
    """

    spots: list[Spot]
    points: Points
    spot_of: dict[UUID | None, int]
    cells: list[UUID]
    cell_of: Any
    nowhere: list[UUID]
    named: named.Named
    box: list[float] | None
    stamp: UUID | None
    read_at: float
    looked_at: float

    def places_at(self, place: UUID) -> list[UUID]:
        """All that is shown where this place is shown; [] when it is shown nowhere."""
        at = self.spot_of.get(place)
        return [] if at is None else [one for one, spot in self.spot_of.items() if spot == at and one]

    def spots_in(self, box: Box) -> set[int]:
        """Indexes of the spots inside."""
        lon, lat = self.points.lon, self.points.lat
        is_in = (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
        return set(np.flatnonzero(is_in).tolist())

    def places_in(self, box: Box) -> list[UUID]:
        """All that is shown inside."""
        spots = self.spots_in(box)
        return [one for one, spot in self.spot_of.items() if spot in spots and one]

    def counted(self, rows: Iterable[tuple[UUID | None, tuple[int, ...]]], kinds: int) -> "Counted":
        """Counts of places gathered by spot. rows: (place, its counts); what has no spot is counted apart."""
        found = np.zeros((len(self.spots), kinds), dtype=np.int64)
        apart = [0] * kinds
        for place, counts in rows:
            at = self.spot_of.get(place, -1) if place else -1
            if at < 0:
                apart = [one + more for one, more in zip(apart, counts, strict=True)]
            else:
                found[at] += counts
        whole = found.sum(axis=1)
        inside = self.cell_of >= 0
        by_cell = np.bincount(self.cell_of[inside], weights=whole[inside], minlength=len(self.cells))
        return Counted(
            found,
            tuple(apart),
            whole,
            np.flatnonzero(whole),
            (found.sum(axis=0) + np.array(apart, dtype=np.int64)).tolist(),
            by_cell.astype(np.int64).tolist(),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """What every view of a map needs, worked out once. by_spot: a row for each spot, a column for each kind; apart: what lies at no spot.

    whole: each row's sum; some: the spots that count anything; total: with what lies apart; by_cell: sums in the order of ground.cells.
    """

    by_spot: Any
    apart: tuple[int, ...]
    whole: Any
    some: Any
    total: list[int]
    by_cell: list[int]


_grounds: dict[UUID, Ground] = {}


def ground(place: UUID | None = None) -> Ground:
    """The office's spots. place: one that has to be known, so a new one is read. 0, 1 or 3 queries."""
    office, now = current(), time.monotonic()
    known = _grounds.get(office)
    if known is not None and not _is_old(known, now, place):
        return known
    fresh = _read(stamp(), now)
    if len(_grounds) >= KEPT_OFFICES and office not in _grounds:
        _grounds.clear()
    _grounds[office] = fresh
    return fresh


def _is_old(known: Ground, now: float, place: UUID | None) -> bool:
    if now - known.read_at > KEPT_SECONDS:
        return True
    if place is not None and place not in known.spot_of and now - known.read_at > LOOK_SECONDS:
        return True
    if now - known.looked_at < LOOK_SECONDS:
        return False
    known.looked_at = now
    return stamp() != known.stamp


def _read(stamped: UUID | None, now: float) -> Ground:
    """3 queries, one of them over all places: closed ones too, for cases still lie there."""
    rows = places.subtree("").order_by("path")
    columns = ("id", "path", "lon", "lat", "code", "full_name", "grid_id", "name", "kind", "closed_on")
    middles, bounds = _middles()
    spots: list[Spot] = []
    where: list[tuple[float, float]] = []
    spot_of: dict[UUID | None, int] = {}  # parents come before their children
    nowhere: list[UUID] = []
    own: dict[str, UUID] = {}  # by hex: with a point of their own, narrow enough to stand for what lies below
    called: list[named.Place] = []
    for id, path, lon, lat, code, name, grid, short, kind, closed in rows.values_list(*columns):
        steps = path.split("/")[1:-1]
        if closed is None and (rank := named.RANKS.get(kind)) is not None:
            over = UUID(hex=steps[-2]) if len(steps) > 1 else None
            called.append(named.Place(id, over, rank, short, None if lon is None else (lon, lat)))
        community = UUID(hex=steps[paths.COMMUNITY - 1]) if len(steps) >= paths.COMMUNITY else None
        above = next((own[step] for step in reversed(steps) if step in own), None)
        cell = next((one for one in (grid, community) if one in middles), None)
        if lon is None and (above or cell in spot_of):
            spot_of[id] = spot_of[above or cell]
            continue
        if lon is None and cell is None:
            nowhere.append(id)
            continue
        if lon is None and cell != id:
            spot_of[cell] = len(spots)
        elif lon is not None and community not in {None, id}:
            own[id.hex] = id
        is_cell = lon is None and cell != id
        spot_of[id] = len(spots)
        spots.append(Spot(code, middles[cell].name if is_cell else name, grid, is_cell))
        where.append((lon, lat) if lon is not None else middles[cell].at)
    cells = list({spot.grid: None for spot in spots if spot.grid})
    number = {cell: at for at, cell in enumerate(cells)}
    cell_of = np.array([number[one.grid] if one.grid else -1 for one in spots], dtype=np.int64)
    bounds += [(lon, lat, lon, lat) for lon, lat in where]
    box = _around(bounds)
    points = Points.of([(round(lon, DIGITS), round(lat, DIGITS)) for lon, lat in where])
    names = named.gathered(called, {id: one.at for id, one in middles.items() if id}, spot_of)
    return Ground(spots, points, spot_of, cells, cell_of, nowhere, names, box, stamped, now, now)


class _Middle(NamedTuple):
    at: tuple[float, float]
    name: str


def _around(bounds: list[tuple[float, ...]]) -> list[float] | None:
    if not bounds:
        return None
    west, south, east, north = zip(*bounds, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _middles() -> tuple[dict[UUID | None, _Middle], list[tuple[float, ...]]]:
    """A point inside of each cell that is drawn, and of each community of such cells, with its name; the bounds of all. 2 queries."""
    drawn = places.outlines()
    found: dict[UUID | None, _Middle] = {}
    by_community: dict[UUID, list[Any]] = defaultdict(list)
    for cell in places.grids():
        if cell.id in drawn:
            area = shape(json.loads(drawn[cell.id]))
            found[cell.id] = _Middle(_inside(area), cell.name)
            by_community[cell.community_id].append(area)
    for community, areas in by_community.items():
        found[community] = _Middle(_inside(shapely.union_all(areas)), "")
    return found, [area.bounds for areas in by_community.values() for area in areas]


def _inside(area: Any) -> tuple[float, float]:
    point = area.representative_point()
    return float(point.x), float(point.y)
