"""One view of the map as values: signs, heat by grid cell, what lies nowhere. Which counts are shown is the caller's to say."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from gezhi.insight.mapping.clusters import View, signs
from gezhi.insight.mapping.counts import Layer


def seen(layer: Layer, view: View, *, cells: Mapping[UUID, str]) -> dict[str, Any]:
    """signs: [lon, lat, counts, spots, code, name], code and name "" for several; heat: by code of the grid cell; total, apart.

    cells: codes by id. total: of the whole office, not of the view; inside: of the view.
    """
    here, counted = layer.ground, layer.counted
    found = signs(here.points, counted.by_spot, view)
    rows = []
    for one in found:
        spot = here.spots[one.spot] if one.spot >= 0 else None
        at = [round(one.lon, 6), round(one.lat, 6)]
        rows.append([*at, list(one.counts), one.spots, spot.code if spot else "", spot.name if spot else ""])
    kinds = counted.by_spot.shape[1]
    return {
        "signs": rows,
        "heat": heat(layer, cells),
        "total": (counted.by_spot.sum(axis=0) + np.array(counted.apart)).tolist(),
        "inside": [sum(one.counts[kind] for one in found) for kind in range(kinds)],
        "apart": list(counted.apart),
    }


def heat(layer: Layer, cells: Mapping[UUID, str]) -> dict[str, int]:
    """How many there are in each grid cell, by its code; cells without any are left out."""
    whole, cell_of = layer.counted.by_spot.sum(axis=1), layer.ground.cell_of
    inside = cell_of >= 0
    sums = np.bincount(cell_of[inside], weights=whole[inside], minlength=len(layer.ground.cells)).tolist()
    known = zip(layer.ground.cells, sums, strict=True)
    return {cells[id]: int(many) for id, many in known if many and id in cells}


def bounds(layer: Layer, corners: Sequence[tuple[float, float]] = ()) -> list[float] | None:
    """West, south, east and north of all spots and of these corners; None when there is nothing at all."""
    points = layer.ground.points
    lon = [*points.lon.tolist(), *(one for one, _ in corners)]
    lat = [*points.lat.tolist(), *(one for _, one in corners)]
    return [min(lon), min(lat), max(lon), max(lat)] if lon else None
