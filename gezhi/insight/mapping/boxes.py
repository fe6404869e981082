"""A piece of the map, as an address says it: `west,south,east,north` in degrees. PURE."""

from typing import NamedTuple

OFF = "off"  # what lies at no point of the map
DIGITS = 6  # of a degree, some ten centimetres; points of the ground have no more


class Box(NamedTuple):
    """Its edges belong to it."""

    west: float
    south: float
    east: float
    north: float


def read(text: str) -> Box | None:
    """None for what is no box."""
    try:
        found = Box(*(float(part) for part in text.split(",") if len(part) <= 30))
    except (TypeError, ValueError):
        return None
    is_one = -360 <= found.west <= found.east <= 360 and -90 <= found.south <= found.north <= 90
    return found if is_one else None  # not-a-number is never so


def written(box: Box) -> str:
    """As `read` takes it; points of the ground keep what they are."""
    return ",".join(f"{one:.{DIGITS}f}" for one in box)


def both(one: Box, other: Box) -> Box | None:
    """What lies in both; None for nothing."""
    found = Box(
        max(one.west, other.west),
        max(one.south, other.south),
        min(one.east, other.east),
        min(one.north, other.north),
    )
    return found if found.west <= found.east and found.south <= found.north else None
