"""Sums of many cases, small enough that a million of them are added up in memory. PURE.

A cell is a dict: COUNTS → all counts in one integer, 32 bits each, so that adding two is one addition; bin → how many were done in so
long; CLOSED + bin → how many were closed. Differences may be below zero until they are added to what there was.
"""

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gezhi.insight.histogram import Spread, spread

COUNTS = -1
CLOSED = 1000
BITS = 32
Cell = dict[int, int]


class Sum(NamedTuple):
    """A cell as it is read: counts in order, and how long it took until done and until closed."""

    counts: Sequence[int]
    to_done: Mapping[int, int]
    to_closed: Mapping[int, int]

    def spread(self, of: str) -> Spread | None:
        """Quartiles in hours. of: to_done, to_closed."""
        return spread(self.to_done if of == "to_done" else self.to_closed)


def packed(places: Iterable[int]) -> int:
    """One in each of these places."""
    return sum(1 << (BITS * place) for place in places)


def unpacked(number: int, size: int) -> list[int]:
    """All counts. Raises OverflowError when one is below zero: more was taken away than there was."""
    counts = array("I", number.to_bytes(size * 4, "little"))
    return list(counts)


def add(cell: Cell, other: Mapping[int, int], sign: int = 1) -> None:
    """Add one cell to another (sign -1: take it away)."""
    for key, number in other.items():
        cell[key] = cell.get(key, 0) + sign * number


def is_empty(cell: Mapping[int, int]) -> bool:
    """Whether nothing is left in it."""
    return not any(cell.values())


def as_json(cells: Mapping[str, Cell], size: int) -> str:
    """Cells by their keys, as a row of the table keeps them; empty ones are left out: "{}" of none."""
    kept = {key: _plain(cell, size) for key, cell in sorted(cells.items()) if not is_empty(cell)}
    return json.dumps(kept, separators=(",", ":"))


def _plain(cell: Cell, size: int) -> list[Any]:
    done = {str(bin): n for bin, n in sorted(cell.items()) if 0 <= bin < CLOSED and n}
    closed = {str(bin - CLOSED): n for bin, n in sorted(cell.items()) if bin >= CLOSED and n}
    return [unpacked(cell.get(COUNTS, 0), size), done, closed]


def from_json(text: str) -> dict[str, Cell]:
    """The same back."""
    return {key: _cell(*plain) for key, plain in json.loads(text).items()}


FIRST = 7  # the sign at which the first count of a row with one key "" begins, counted from 1: {"":[[12,…
FIRST_SIGNS = 11  # of a number of 32 bits, and what ends it


def first_count(text: str) -> int:
    """The first count of such a row, of the signs from FIRST on: of a thousand rows their cells need not be read whole."""
    return int(text.partition(",")[0].partition("]")[0])


def _cell(counts: Sequence[int], done: Mapping[str, int], closed: Mapping[str, int]) -> Cell:
    cell = {COUNTS: int.from_bytes(array("I", counts).tobytes(), "little")}
    cell |= {int(bin): n for bin, n in done.items()}
    cell |= {CLOSED + int(bin): n for bin, n in closed.items()}
    return cell


def as_sum(cell: Mapping[int, int], size: int) -> Sum:
    """A cell as it is read."""
    done = {bin: n for bin, n in cell.items() if 0 <= bin < CLOSED and n}
    closed = {bin - CLOSED: n for bin, n in cell.items() if bin >= CLOSED and n}
    return Sum(unpacked(cell.get(COUNTS, 0), size), done, closed)
