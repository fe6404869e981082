"""An outline as lines of numbers that a person can write: "122.18, 37.41", one corner each, a blank line between two parts. Pure.

Outlines with holes are not written so.
"""

import re
from decimal import Decimal
from typing import Any

from gezhi.kernel.refusal import Refusal

MOST_SIGNS = 400_000
_CORNER = re.compile(r"\s*(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*[,，\s]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,20})?)\s*")


class BadCorners(Refusal, ValueError):
    """A line that is no corner. details: line = its number from 1, written = what stands there."""

    code = "not_a_corner"


def as_lines(geometry: dict[str, Any]) -> str | None:
    """The corners of a GeoJSON Polygon or MultiPolygon, none twice; None when it has holes."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    if any(len(rings) != 1 for rings in polygons):
        return None
    parts = [
        "\n".join(f"{_plain(lon)}, {_plain(lat)}" for lon, lat, *_ in rings[0][:-1]) for rings in polygons
    ]
    return "\n\n".join(parts)


def _plain(degrees: float) -> str:
    """All digits, and never 6e-05."""
    return format(Decimal(repr(degrees)).normalize(), "f")


def as_geometry(lines: str) -> dict[str, Any] | None:
    """The GeoJSON of such lines; None when there are none. Raises BadCorners."""
    if len(lines) > MOST_SIGNS:
        raise BadCorners("too_long")
    rings: list[list[list[float]]] = [[]]
    for number, line in enumerate(lines.splitlines(), 1):
        found = _CORNER.fullmatch(line)
        if found:
            rings[-1].append([float(found[1]), float(found[2])])
        elif line.strip():
            raise BadCorners(line=number, written=line.strip()[:40])
        elif rings[-1]:
            rings.append([])
    closed = [[[*ring, ring[0]]] for ring in rings if ring]
    if not closed:
        return None
    if len(closed) == 1:
        return {"type": "Polygon", "coordinates": closed[0]}
    return {"type": "MultiPolygon", "coordinates": closed}
