"""A point that the map is opened at: where a reporter put his finger, as `?pin=lon,lat`."""

from typing import Any

from gezhi.kernel.geo import BadPoint, point
from gezhi.web.mapframe import NEAR


def told(typed: str) -> dict[str, Any]:
    """For desk-map.js: `pin`, and the `box` around it in place of that of the cases. What is no point is left out."""
    try:
        lon, lat = point(*(float(part) for part in typed.split(",", 2) if len(part) <= 30))
    except (BadPoint, TypeError, ValueError):
        return {"pin": None}
    return {
        "pin": [lon, lat],
        "box": [lon - NEAR, lat - NEAR, lon + NEAR, lat + NEAR],
    }
