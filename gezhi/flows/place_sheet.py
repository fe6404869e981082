"""A plain sheet of places as values: what each row wants, and every cell that cannot be taken, by row and column.

One row = one compound (no building) or one building of a compound. Nothing is looked up here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from typing import Any, NamedTuple, TypeVar

from gezhi.flows.cells import BadCell, RowFinding, day_of, text_of
from gezhi.kernel.private import phone_key
from gezhi.kernel.sheet import Cell, Record, by_head, heads_as_written, read_sheet, small
from gezhi.kernel.text import BadText, clean_name

MOST_ROWS = 20_000  # buildings of one sheet
COLUMNS = {
    "community": ("社区", "所属社区", "居委会", "community"),
    "compound": ("小区", "小区名称", "院落", "compound"),
    "building": ("楼栋", "楼号", "楼幢", "building"),
    "stairs": ("单元", "单元数", "stairs", "stairwells"),
    "households": ("户数", "住户数", "households"),
    "grid": ("网格", "所属网格", "网格编码", "grid"),
    "company": ("物业公司", "物业企业", "物业", "property company", "company"),
    "phone": ("电话", "物业电话", "值班电话", "phone"),
    "starts": ("起", "起始日期", "服务起", "from"),
    "ends": ("止", "终止日期", "服务止", "to"),
    "other_names": ("别名", "其他名称", "俗称", "other names"),
    "former_names": ("曾用名", "旧称", "原名", "former names"),
}
OPTIONAL = frozenset(COLUMNS) - {"compound"}
MAX_STAIRS = 60
MAX_HOUSEHOLDS = 100_000
_BETWEEN = re.compile(r"[、，,;；/\n]+")
_COUNT = re.compile(r"(\d{1,4})\s*(?:个?单元)?")
_RANGE = re.compile(r"(\d{1,4})\s*(?:单元)?\s*[-–—~～至到]\s*(\d{1,4})\s*(?:单元)?")
_HOUSE_NUMBER = re.compile(r"(\d{1,5})\s*(?:号楼?|栋|幢|#|＃)?楼?")


class Term(NamedTuple):
    """A property company for a time. ends_on: the first day it no longer serves (the sheet names its last day)."""

    company: str
    phone: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one row wants to be true. building: "" = the row is about the compound itself."""

    row: int
    compound: str
    building: str = ""
    community: str = ""
    grid: str = ""
    stairs: tuple[str, ...] = ()
    households: int | None = None
    term: Term | None = None
    other_names: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """A whole sheet as read. heads: by key, as written (the first spelling when the column is absent)."""

    heads: dict[str, str]
    rows: list[Wanted] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    count: int = 0

    def refuse(self, row: int, key: str, code: str, **params: Any) -> None:
        """Note that a cell cannot be taken. other: the key of another column, which is named by its head."""
        if "other" in params:
            params["other"] = self.heads[params["other"]]
        self.findings.append(RowFinding(row, self.heads[key], code, params))


def read(data: bytes, filename: str, zone: tzinfo) -> Reading:
    """The sheet's rows; days are those of `zone`. Raises kernel.sheet.BadSheet when the file as a whole cannot be read."""
    sheet = read_sheet(data, filename, limits=small(MOST_ROWS, megabytes=60))
    reading = Reading(heads_as_written(sheet, COLUMNS))
    for record in by_head(sheet, COLUMNS, OPTIONAL):
        reading.count += 1
        before = len(reading.findings)
        for key, code in record.faults.items():
            reading.refuse(record.number, key, code)
        wanted = _row(record, reading, zone)
        if wanted is not None and len(reading.findings) == before:
            reading.rows.append(wanted)
    return reading


T = TypeVar("T")


def _row(record: Record, reading: Reading, zone: tzinfo) -> Wanted | None:
    """Every cell is tried, so that one look at the findings mends the whole row."""
    failed = False

    def tried(read_cell: Callable[[dict[str, Cell]], T], default: T) -> T:
        nonlocal failed
        try:
            return read_cell(record.cells)
        except BadCell as bad:
            failed = True
            reading.refuse(record.number, bad.key, bad.code, **bad.values)
            return default

    wanted = Wanted(
        record.number,
        tried(_compound, ""),
        tried(_building, ""),
        tried(lambda cells: _name(cells, "community"), ""),
        tried(lambda cells: _name(cells, "grid"), ""),
        tried(_stairs, ()),
        tried(_households, None),
        tried(lambda cells: _term(cells, zone), None),
        tried(lambda cells: _names(cells, "other_names"), ()),
        tried(lambda cells: _names(cells, "former_names"), ()),
    )
    return None if failed else wanted


def _compound(cells: dict[str, Cell]) -> str:
    name = _name(cells, "compound")
    if not name:
        raise BadCell("compound", "required")
    return name


def _building(cells: dict[str, Cell]) -> str:
    """A bare number is a number of a building: 3, 3栋, 3# → 3号楼."""
    name = _name(cells, "building")
    number = _HOUSE_NUMBER.fullmatch(name)
    return f"{int(number[1])}号楼" if number else name


def _stairs(cells: dict[str, Cell]) -> tuple[str, ...]:
    """3 → three; 1-3 → the same; 1、2、3 or 东单元、西单元 → these."""
    text = _name(cells, "stairs", limit=600)
    if not text:
        return ()
    if not text_of(cells["building"]):
        raise BadCell("stairs", "needs_building")
    count, span = _COUNT.fullmatch(text), _RANGE.fullmatch(text)
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if count:
        names = [f"{number}单元" for number in range(1, min(int(count[1]), MAX_STAIRS + 1) + 1)]
    elif span:
        first, last = int(span[1]), int(span[2])
        names = [f"{number}单元" for number in range(first, min(last, first + MAX_STAIRS) + 1)]
    else:
        names = [f"{int(part)}单元" if part.isascii() and part.isdigit() else part for part in parts]
    if (
        not names
        or len(names) > MAX_STAIRS
        or len(set(names)) < len(names)
        or max(map(len, names)) > MAX_STAIRS
    ):
        raise BadCell("stairs", "not_stairs", limit=MAX_STAIRS)
    return tuple(names)


def _households(cells: dict[str, Cell]) -> int | None:
    text = text_of(cells["households"]).removesuffix("户").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_HOUSEHOLDS))):
        raise BadCell("households", "not_a_count")
    if int(text) > MAX_HOUSEHOLDS:
        raise BadCell("households", "too_many", limit=MAX_HOUSEHOLDS)
    return int(text)


def _term(cells: dict[str, Cell], zone: tzinfo) -> Term | None:
    company, phone = _name(cells, "company"), text_of(cells["phone"])
    starts, last_day = day_of(cells, "starts", zone), day_of(cells, "ends", zone)
    if not company:
        if key := next((key for key in ("phone", "starts", "ends") if text_of(cells[key])), ""):
            raise BadCell("company", "required_with", other=key)
        return None
    if phone and phone_key(phone) is None:
        raise BadCell("phone", "not_a_phone")
    if starts is None:
        raise BadCell("starts", "required_with", other="company")
    if last_day is not None and last_day < starts:
        raise BadCell("ends", "before_start")
    return Term(company, phone, starts, last_day + timedelta(days=1) if last_day else None)


def _names(cells: dict[str, Cell], key: str) -> tuple[str, ...]:
    parts = _BETWEEN.split(text_of(cells[key]))
    return tuple(dict.fromkeys(_cleaned(part, key, 60) for part in parts if part.strip()))


def _name(cells: dict[str, Cell], key: str, limit: int = 60) -> str:
    return _cleaned(text_of(cells[key]), key, limit)


def _cleaned(text: str, key: str, limit: int) -> str:
    try:
        return clean_name(text, limit)
    except BadText as bad:
        raise BadCell(key, bad.code, **bad.details) from bad
