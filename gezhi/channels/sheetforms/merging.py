"""Cells that are merged within the first line of a form: each new line gets the same."""

from collections.abc import Sequence
from typing import Any

from gezhi.channels.sheetforms.shifting import cell, split

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MOST = 100  # pieces of one row


def within(sheet: Any, row: int) -> list[tuple[int, int]]:
    """First and last column of what is merged within one row. Looks at all that is merged once. Raises ValueError for more than MOST."""
    found = set[tuple[int, int]]()
    for one in sheet.iter(f"{{{MAIN}}}mergeCell"):
        start, _, end = one.get("ref").partition(":")
        from_, to = split(start), split(end or start)
        if end and from_[1] == row == to[1]:
            found.add((from_[0], to[0]))
    if len(found) > MOST:
        raise ValueError(f"{len(found)} merged cells in one row")
    return sorted(found)


def alike(sheet: Any, merges: Sequence[tuple[int, int]], rows: range) -> None:
    """The same columns of each of these rows."""
    from lxml import etree

    if not merges:
        return
    group = next(one for one in sheet if one.tag == f"{{{MAIN}}}mergeCells")
    for number in rows:
        for start, end in merges:
            made = etree.SubElement(group, f"{{{MAIN}}}mergeCell")
            made.set("ref", f"{cell(start, number)}:{cell(end, number)}")
    group.set("count", str(len(group)))
