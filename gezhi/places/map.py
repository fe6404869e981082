"""Which grid cell holds a point: an index of the whole jurisdiction, kept in each process.

The stamp in the register changes with every outline; a process looks at it at most once a second, so a border drawn
elsewhere is seen within that second, and a point costs microseconds otherwise.
"""

import json
import time
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from gezhi.kernel.geo import CellIndex
from gezhi.places.models import GridCell, PlaceRegister
from gezhi.tenancy.current import current

FRESH_SECONDS = 1.0
KEPT_JURISDICTIONS = 64


class Located(NamedTuple):
    """Where a point lies: the grid cell, and its community as the place."""

    grid_id: UUID
    place_id: UUID


@dataclass(slots=True)
class _Map:
    stamp: UUID | None
    index: CellIndex[str]
    cells: dict[str, Located]
    looked_at: float  # monotonic seconds


_maps: dict[UUID, _Map] = {}


def locate(lon: float, lat: float) -> Located | None:
    """The cell that holds a WGS-84 point, None outside all. On a shared border the smaller code. 0 or 1 statement."""
    found = _fresh_map()
    code = found.index.at(lon, lat)
    return None if code is None else found.cells[code]


def stamp() -> UUID | None:
    """What changes with every border and every point that is put elsewhere. 1 query."""
    found: UUID | None = PlaceRegister.objects.values_list("map_stamp", flat=True).first()
    return found


def forget_map(jurisdiction: UUID) -> None:
    """Look again at the next question (after a border was drawn in this process)."""
    _maps.pop(jurisdiction, None)


def _fresh_map() -> _Map:
    jurisdiction, now = current(), time.monotonic()
    known = _maps.get(jurisdiction)
    if known and now - known.looked_at < FRESH_SECONDS:
        return known
    drawn = stamp()
    if known is None or known.stamp != drawn:
        known = _read(drawn, now)
        if len(_maps) >= KEPT_JURISDICTIONS:
            _maps.clear()
        _maps[jurisdiction] = known
    known.looked_at = now
    return known


def _read(drawn: UUID | None, now: float) -> _Map:
    """The stamp was read before the cells: a border drawn in between makes the map old, never falsely new."""
    rows = list(GridCell.objects.exclude(outline="").values_list("code", "outline", "id", "community_id"))
    index = CellIndex((code, json.loads(outline)) for code, outline, _, _ in rows)
    return _Map(drawn, index, {code: Located(id, community) for code, _, id, community in rows}, now)
