"""A book as its keeper left it: which sheet, where the heads stand, what stands below them. PURE.

Titles above the heads, heads over two rows with merged cells, empty columns and rows are how ledgers look.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gezhi.channels.excel import likeness
from gezhi.kernel.sheet import (
    BOOKS,
    BadSheet,
    Cell,
    Fault,
    Grid,
    Limits,
    Row,
    letters,
    read_grid,
    read_grids,
)
from gezhi.kernel.workbook import ERROR_TEXTS

HEAD_WITHIN = 15  # filled rows: what stands above the heads is a title, a unit, a period
MOST_LOOKED_AT = 12  # sheets, when nobody said which
MOST_ROWS = 100_000  # below the heads
LIMITS = Limits(max_rows=MOST_ROWS + HEAD_WITHIN + 1)
Numbered = tuple[int, Sequence[Cell]]


class Book(NamedTuple):
    """heads: as written, of two rows joined ("反映人 电话"), "" where none stands. head_row: the last row of the heads, as Excel numbers it.

    sheets: names to choose from; encoding: how a text file was read. has_macros: they were not run.
    above: what stands above the heads: a title, a period.
    """

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    head_row: int
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""
    has_macros: bool = False
    above: str = ""


def read_book(
    data: bytes, filename: str, *, sheet: str = "", encoding: str = "", limits: Limits = LIMITS
) -> Book:
    """One sheet of a book (the one whose heads are known best when none is named). Raises BadSheet, as kernel.sheet.read_grid."""
    if not sheet and filename.lower().endswith(tuple(f".{suffix}" for suffix in BOOKS)):
        grid = _likeliest(read_grids(data, filename, most=MOST_LOOKED_AT, limits=limits))
    else:
        grid = read_grid(data, filename, sheet=sheet, encoding=encoding, limits=limits)
    if not grid.rows:
        raise BadSheet("empty")
    first, last = _head_rows(grid.rows)
    heads = _joined(grid.rows[first][1], grid.rows[last][1]) if last > first else _plain(grid.rows[last][1])
    width = _width(heads, grid.rows[last + 1 :])
    heads += [""] * (width - len(heads))
    rows = tuple(_row(number, cells, width, limits) for number, cells in grid.rows[last + 1 :])
    return Book(
        tuple(heads[:width]),
        rows,
        grid.rows[last][0],
        grid.sheets,
        grid.sheet,
        grid.encoding,
        filename.lower().endswith(".xlsm"),
        " ".join(str(cell) for _n, cells in grid.rows[:first] for cell in cells if isinstance(cell, str))[
            :400
        ],
    )


def _likeliest(grids: Iterator[Grid]) -> Grid:
    """Of the sheets of one book; never more than two are held at a time."""
    best = next(grids)
    known = _known_heads(best.rows)
    for grid in grids:
        if (more := _known_heads(grid.rows)) > known:
            best, known = grid, more
    return best


def name_of(heads: Sequence[str], column: int) -> str:
    """How a column is called to people: its head; a head that stands twice, or none, with its letter."""
    head = heads[column]
    if not head:
        return letters(column)
    return f"{head} ({letters(column)})" if heads.count(head) > 1 else head


_LABEL = re.compile(r"[：:]|[_＿]{2,}|\d{4}\s*年")  # what is written above a table, no head of it


def _known_heads(rows: Sequence[Numbered]) -> int:
    return max((_weight(cells) for _, cells in rows[:HEAD_WITHIN]), default=0)


def _weight(cells: Sequence[Cell]) -> int:
    return sum(likeness.is_known(cell) for cell in cells if isinstance(cell, str))


def _head_rows(rows: Sequence[Numbered]) -> tuple[int, int]:
    """Indices of the first and the last row of the heads: the same, or neighbours."""
    early = rows[:HEAD_WITHIN]
    weights = [_weight(cells) for _, cells in early]
    best = max(range(len(early)), key=lambda at: (weights[at], -at))
    if not weights[best]:
        wide = [at for at, (_, cells) in enumerate(early) if sum(cell is not None for cell in cells) > 1]
        return (wide[0], wide[0]) if wide else (0, 0)
    if best + 1 < len(early) and _is_under(early[best], early[best + 1]):
        return best, best + 1
    if best and _is_under(early[best - 1], early[best]):
        return best - 1, best
    return best, best


def _is_under(above: Numbered, below: Numbered) -> bool:
    """Whether the lower row goes on with the heads of the upper: words alone, and only where a merged head spreads or none stands."""
    if below[0] != above[0] + 1 or not all(
        cell is None or isinstance(cell, str) for cell in (*above[1], *below[1])
    ):
        return False
    if any(isinstance(cell, str) and _LABEL.search(cell) for cell in above[1]):
        return False  # 填报单位：… 2026年__月
    upper = [*above[1], *[None] * (len(below[1]) - len(above[1]))]
    filled = [at for at, cell in enumerate(below[1]) if cell is not None]
    if sum(cell is not None for cell in upper) < 2 or not filled:
        return False  # a lone title
    spreads = [upper[at] is None or (at + 1 in filled and upper[at + 1] is None) for at in filled]
    return all(spreads) and any(upper[at] is None for at in filled) and _weight(below[1]) > 0


def _plain(cells: Sequence[Cell]) -> list[str]:
    return [_words(cell) for cell in cells]


def _joined(above: Sequence[Cell], below: Sequence[Cell]) -> list[str]:
    """Heads over two rows: the lower one under its merged upper one, or the upper one alone."""
    width, group, heads = max(len(above), len(below)), "", []
    for at in range(width):
        upper = _words(above[at]) if at < len(above) else ""
        lower = _words(below[at]) if at < len(below) else ""
        group = upper or (group if lower else "")
        heads.append(
            lower
            if likeness.is_known(lower) and not likeness.is_personal(group)
            else f"{group} {lower}".strip()
        )
    return heads


def _words(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())[:200]


def _width(heads: Sequence[str], rows: Sequence[Numbered]) -> int:
    """Up to the last column that has a head or something below it."""
    filled = max((at + 1 for at, head in enumerate(heads) if head), default=0)
    return max([filled, *(_last_filled(cells) for _, cells in rows)])


def _last_filled(cells: Sequence[Cell]) -> int:
    at = len(cells)
    while at and cells[at - 1] is None:
        at -= 1
    return at


def _row(number: int, cells: Sequence[Cell], width: int, limits: Limits) -> Row:
    kept: list[Cell] = [*cells[:width], *[None] * (width - len(cells))]
    faults = []
    for column, cell in enumerate(kept):
        if isinstance(cell, str) and (cell in ERROR_TEXTS or len(cell) > limits.max_cell_signs):
            faults.append(Fault(column, "error_value" if cell in ERROR_TEXTS else "too_long"))
            kept[column] = None
    return Row(number, tuple(kept), tuple(faults))
