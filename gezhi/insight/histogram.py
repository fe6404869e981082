"""Durations in steps of five percent, and what is read from them. PURE.

A bin holds what lasted at least its edge and less than 1.05 times as much. A quartile is that of the nearest rank (the k-th shortest, k =
the quarter of n rounded up), given as the middle of its bin: at most 2.5 % beside what it was.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil, sqrt
from typing import NamedTuple

STEP = 1.05
MINUTE = timedelta(minutes=1)
EDGES = tuple(STEP**n for n in range(330))  # minutes; the last is eighteen years


class Spread(NamedTuple):
    """low, high: the lower and the upper quartile. In the unit of what was counted; of a histogram: hours."""

    n: int
    low: float
    median: float
    high: float


def bin_of(lasted: timedelta) -> int:
    """The bin of a duration; what is shorter than a minute counts as one, what is longer than eighteen years as that."""
    return max(0, bisect_right(EDGES, lasted / MINUTE) - 1)


def hours(bin: int) -> float:
    """The middle of a bin."""
    return EDGES[bin] * sqrt(STEP) / 60


def spread(bins: Mapping[int, int]) -> Spread | None:
    """Quartiles of a histogram, None of an empty one."""
    n = sum(bins.values())
    if not n:
        return None
    low, median, high = (_at(bins, ceil(n * part / 4)) for part in (1, 2, 3))
    return Spread(n, low, median, high)


def _at(bins: Mapping[int, int], rank: int) -> float:
    seen = 0
    for bin in sorted(bins):
        seen += bins[bin]
        if seen >= rank:
            return hours(bin)
    raise ValueError("no such rank")


def spread_of(values: Sequence[float]) -> Spread | None:
    """Quartiles of single values by the same rank, None of none."""
    if not values:
        return None
    ordered, n = sorted(values), len(values)
    low, median, high = (ordered[ceil(n * part / 4) - 1] for part in (1, 2, 3))
    return Spread(n, low, median, high)
