"""A sheet of orders as their issuer exports it, one row an order, judged as a whole before anything is written. PURE."""

from dataclasses import dataclass, replace
from datetime import datetime

from gezhi.cases.orders.number import number_key
from gezhi.channels.orders.labels import LABELS, is_about_a_person, key_of
from gezhi.channels.orders.moments import Here
from gezhi.channels.orders.paste import MOST_SHORT, Read, apart, gathered
from gezhi.flows.cells import BadCell, RowFinding
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.kernel.sheet import BadSheet, Cell, Row, Sheet, read_sheet, small
from gezhi.kernel.text import BadText, clean_name
from gezhi.reports.intake import IMPORT_LIMIT, words

MOST_ROWS = 500
NUMBER_SIGNS = 80
NEEDED = {"number": "number", "due": "due_at", "content": "text"}


@dataclass(frozen=True, slots=True)
class JudgedOrders:
    """orders: one per number, in the sheet's order. repeats: rows that say again what an earlier one said."""

    read: int
    orders: tuple[Read, ...]
    repeats: int
    findings: tuple[RowFinding, ...]


def judge(data: bytes, filename: str, *, issuer: str, here: Here) -> JudgedOrders:
    """Read and judge it. here: the zone in which its times were written, and now. Raises BadSheet: no table, columns missing, too many rows."""
    sheet = read_sheet(data, filename, limits=small(MOST_ROWS))
    keys = [key_of(head) for head in sheet.heads]
    lacking = [LABELS[key][0] for key in ("number", "due") if key not in keys]
    if not {"content", "title"} & set(keys):
        lacking.append(LABELS["content"][0])
    if lacking:
        raise BadSheet("missing_heads", keys=tuple(lacking), heads=tuple(lacking))
    if len(sheet.rows) > MOST_ROWS:
        raise BadSheet("too_many_rows", rows=len(sheet.rows), limit=MOST_ROWS)
    first: dict[str, Read] = {}
    findings, repeats = [], 0
    for row in sheet.rows:
        try:
            found = _order(row, sheet, keys, issuer, here)
            known = first.setdefault(number_key(found.number), found)
            if known != replace(found, number=known.number):
                raise BadCell("number", "twice")
            repeats += known is not found
        except BadCell as bad:
            findings.append(RowFinding(row.number, _head(sheet, keys, bad.key), bad.code, bad.values))
    return JudgedOrders(len(sheet.rows), tuple(first.values()), repeats, tuple(findings))


def _order(row: Row, sheet: Sheet, keys: list[str], issuer: str, here: Here) -> Read:
    for fault in row.faults:
        raise BadCell(keys[fault.column] if fault.column < len(keys) else "", fault.code)
    cells = dict(zip(keys, row.cells, strict=True))
    if isinstance(cells["number"], float | bool | datetime):
        raise BadCell("number", "unreadable")  # a spreadsheet rounded it
    parts = [
        (key or "other", head, _text(cell))
        for key, head, cell in zip(keys, sheet.heads, row.cells, strict=True)
        if key or not is_about_a_person(head)
    ]
    found = gathered(list(apart(parts)), here, issuer=issuer)
    if not found.number:
        raise BadCell("number", "required")
    try:
        clean_name(found.number, NUMBER_SIGNS)
    except Refusal as refused:
        raise BadCell("number", refused.code) from refused
    if found.due_at is None:
        raise BadCell("due", "unreadable" if _text(cells["due"]) else "required")
    if not (_text(cells.get("content")) or _text(cells.get("title"))):
        raise BadCell("content", "required")
    _judge_words(found)
    return found


def _judge_words(found: Read) -> None:
    """What writing it would refuse is said of its row, before anything is written. Raises BadCell."""
    try:
        words(found.text, "content", IMPORT_LIMIT)
    except Invalid as bad:
        raise BadCell("content", bad.code) from bad
    for key, text in (("category", found.category), ("wanted", found.wanted)):
        try:
            clean_name(text, MOST_SHORT)
        except BadText as bad:
            raise BadCell(key, bad.code) from bad


def _text(cell: Cell) -> str:
    """A day without a clock stays a day: it lasts until its last minute."""
    if isinstance(cell, datetime):
        return (
            f"{cell:%Y-%m-%d}"
            if (cell.hour, cell.minute, cell.second) == (0, 0, 0)
            else f"{cell:%Y-%m-%d %H:%M:%S}"
        )
    return "" if cell is None else str(cell).strip()


def _head(sheet: Sheet, keys: list[str], key: str) -> str:
    return sheet.heads[keys.index(key)] if key in keys else LABELS.get(key, (key,))[0]
