"""A scanned plan laid on the map by two or three points that stand on both. Pure.

Two points turn and scale it; three may stretch and shear it, too, as a photo of a plan on a wall needs.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from gezhi.kernel.geo import DEGREE_METRES, Point
from gezhi.kernel.refusal import Refusal

LEAST_PIXELS = 20.0  # two marks closer together say too little
LEAST_METRES, MOST_METRES = 0.001, 100.0  # of one pixel


class BadMooring(Refusal, ValueError):
    """The marks do not lay the plan anywhere. `.code`: too_few, too_close, on_a_line, mirrored, scale."""

    code = "too_close"


class Mark(NamedTuple):
    """A point of the plan, in pixels from its upper left corner, and where it is in degrees of WGS-84."""

    x: float
    y: float
    lon: float
    lat: float


class Corners(NamedTuple):
    """Where three corners of the plan lie; the fourth follows."""

    upper_left: Point
    upper_right: Point
    lower_left: Point


def moored(marks: Sequence[Mark], width: int, height: int) -> Corners:
    """The corners of a plan of so many pixels. marks: two or three. Raises BadMooring."""
    if len(marks) not in (2, 3):
        raise BadMooring("too_few")
    lon, lat = marks[0].lon, marks[0].lat
    wide = DEGREE_METRES * math.cos(math.radians(lat))
    plan = [complex(one.x, -one.y) for one in marks]  # upwards, as on the earth
    ground = [complex((one.lon - lon) * wide, (one.lat - lat) * DEGREE_METRES) for one in marks]
    if any(abs(plan[0] - one) < LEAST_PIXELS for one in plan[1:]) or len(set(ground)) < len(ground):
        raise BadMooring("too_close")
    along, across = _turned(plan, ground) if len(marks) == 2 else _stretched(plan, ground)
    if not (LEAST_METRES < abs(along) < MOST_METRES and LEAST_METRES < abs(across) < MOST_METRES):
        raise BadMooring("scale")
    if (along.conjugate() * across).imag <= 0:
        raise BadMooring("mirrored")

    def at(x: float, y: float) -> Point:
        found = ground[0] + along * (x - plan[0].real) + across * (-y - plan[0].imag)
        return Point(lon + found.real / wide, lat + found.imag / DEGREE_METRES)

    return Corners(at(0, 0), at(width, 0), at(0, height))


def _turned(plan: Sequence[complex], ground: Sequence[complex]) -> tuple[complex, complex]:
    """One pixel to the right and one upwards, in metres east and north (imaginary)."""
    along = (ground[1] - ground[0]) / (plan[1] - plan[0])
    return along, along * 1j


def _stretched(plan: Sequence[complex], ground: Sequence[complex]) -> tuple[complex, complex]:
    first, second = plan[1] - plan[0], plan[2] - plan[0]
    whole = first.real * second.imag - first.imag * second.real
    if abs(whole) < LEAST_PIXELS * max(abs(first), abs(second)):
        raise BadMooring("on_a_line")
    to_first, to_second = ground[1] - ground[0], ground[2] - ground[0]
    along = (to_first * second.imag - to_second * first.imag) / whole
    across = (to_second * first.real - to_first * second.real) / whole
    return along, across
