"""One table per benchmark, as people and diffs read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """title: what was measured, with N. heads and rows: text. notes: what one must know to read it."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default_factory=tuple)


def show(table: Table) -> None:
    """Print it as a Markdown table, so that it can be pasted as it is."""
    lines = [list(table.heads), *(list(row) for row in table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.heads))]
    print(f"\n### {table.title}\n")
    print(_line(lines[0], widths))
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for line in lines[1:]:
        print(_line(line, widths))
    if table.notes:
        print()
    for note in table.notes:
        print(f"- {note}")
    print(flush=True)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
