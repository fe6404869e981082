"""A table that somebody sends, .xlsx, .xls or .csv: heads, rows with the numbers people see in Excel, cells as values.

Nothing is guessed that can change a meaning: dates are year first or refused, columns are found by their heads.
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import python_calamine

from gezhi.kernel import oldbook
from gezhi.kernel.moment import BadMoment, as_moment
from gezhi.kernel.sheettext import ENCODINGS, decoded, delimiter_of, text_rows
from gezhi.kernel.workbook import (
    ENCRYPTED_PACKAGE,
    ERROR_TEXTS,
    OLD_OFFICE,
    BadSheet,
    Limits,
    repacked,
    small,
)

__all__ = [
    "BOOKS",
    "ENCODINGS",
    "BadMoment",
    "BadSheet",
    "Cell",
    "Fault",
    "Grid",
    "Limits",
    "Record",
    "Row",
    "Sheet",
    "as_moment",
    "by_head",
    "head_key",
    "heads_as_written",
    "letters",
    "read_grid",
    "read_grids",
    "read_sheet",
    "safe_cell",
    "small",
]

Cell = str | int | float | bool | date | datetime | None
BOOKS = ("xlsx", "xlsm", "xls")
TITLE_ROWS = 5  # a merged title may stand above the heads
EXACT = 2**53  # the last integer a float holds for certain


class Fault(NamedTuple):
    """One cell that was not taken (it is None). column from 0; code: error_value, too_long, beyond_heads."""

    column: int
    code: str


class Row(NamedTuple):
    """One filled row. number as Excel shows it; cells as many as there are heads."""

    number: int
    cells: tuple[Cell, ...]
    faults: tuple[Fault, ...] = ()


class Grid(NamedTuple):
    """One worksheet as it stands: its filled rows by number. sheets: names of all visible ones; sheet: of this one, "" of a text file."""

    rows: Sequence[tuple[int, Sequence[Cell]]]
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""


class Sheet(NamedTuple):
    """heads as written (missing ones ""); wholly empty rows are left out. encoding: how a text file was read."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str = ""


class Record(NamedTuple):
    """One row by wanted key: every key is there, an absent column or empty cell is None."""

    number: int
    cells: dict[str, Cell]
    faults: dict[str, str]
    is_total: bool = False  # it adds up the rows above


def read_sheet(data: bytes, filename: str, *, limits: Limits | None = None, encoding: str = "") -> Sheet:
    """The first visible worksheet, or the text file, below its heads.

    encoding: what the person answered when asked; without it BOM, UTF-8, UTF-16 and GB18030 are tried in turn.
    Text keeps its padding, cells of white space only are None. Raises BadSheet: unknown_suffix, empty, those of
    `workbook.repacked`, and for text encoding, unknown_encoding, quotes, too_long, too_many_rows, too_many_columns, too_many_cells.
    """
    limits = limits or Limits()
    if _suffix(filename) == "xls":
        raise BadSheet("unknown_suffix", suffix="xls")
    grid = read_grid(data, filename, limits=limits, encoding=encoding)
    return _sheet(iter(grid.rows), limits)._replace(encoding=grid.encoding)


def read_grid(
    data: bytes, filename: str, *, sheet: str = "", limits: Limits | None = None, encoding: str = ""
) -> Grid:
    """The filled rows of one visible worksheet (the first when none is named), or of a text file, heads and titles among them.

    Formulas are their stored values, macros are not looked at. Raises as `read_sheet`, and BadSheet("no_such_sheet").
    """
    limits = limits or Limits()
    suffix = _suffix(filename)
    if suffix in BOOKS:
        return _excel_grid(data, suffix, sheet, limits)
    if suffix not in ("csv", "tsv", "txt"):
        raise BadSheet("unknown_suffix", suffix=suffix[:20])
    if len(data) > limits.max_bytes:
        raise BadSheet("bomb", bytes=len(data), limit=limits.max_bytes)
    text, found = decoded(data, encoding)
    delimiter = "\t" if suffix == "tsv" else delimiter_of(text)
    return Grid(list(text_rows(text, delimiter, limits)), encoding=found)


def read_grids(data: bytes, filename: str, *, most: int, limits: Limits | None = None) -> Iterator[Grid]:
    """The first `most` visible worksheets of a book that is opened once; each is laid out when it is asked for. Raises as `read_grid`."""
    limits = limits or Limits()
    suffix = _suffix(filename)
    if suffix not in BOOKS:
        raise BadSheet("unknown_suffix", suffix=suffix[:20])
    book, names = _opened(_safe(data, suffix, limits))
    for name in names[:most]:
        yield Grid(_filled(_table(book, name)), names, name)


def _suffix(filename: str) -> str:
    return filename.rpartition(".")[2].lower()


def _sheet(rows: Iterator[tuple[int, Sequence[Cell]]], limits: Limits) -> Sheet:
    early: list[tuple[int, Sequence[Cell]]] = []
    for numbered in rows:
        early.append(numbered)
        if len(early) == TITLE_ROWS:
            break
    if not early:
        raise BadSheet("empty")
    wide = [at for at, (_, cells) in enumerate(early) if sum(cell is not None for cell in cells) > 1]
    head_at = wide[0] if wide else 0
    heads = [" ".join(_as_text(cell).split()) for cell in early[head_at][1]]
    while heads and not heads[-1]:
        heads.pop()
    filled = [*early[head_at + 1 :], *rows]
    return Sheet(tuple(heads), tuple(_row(number, cells, len(heads), limits) for number, cells in filled))


def _row(number: int, cells: Sequence[Cell], width: int, limits: Limits) -> Row:
    faults = []
    kept: list[Cell] = [*cells[:width], *[None] * (width - len(cells))]
    for column, cell in enumerate(kept):
        if not isinstance(cell, str):
            continue
        if cell in ERROR_TEXTS or len(cell) > limits.max_cell_signs:
            faults.append(Fault(column, "error_value" if cell in ERROR_TEXTS else "too_long"))
            kept[column] = None
    faults += [
        Fault(column, "beyond_heads") for column in range(width, len(cells)) if cells[column] is not None
    ]
    return Row(number, tuple(kept), tuple(faults))


# ---- Excel ----


def _excel_grid(data: bytes, suffix: str, wanted: str, limits: Limits) -> Grid:
    book, names = _opened(_safe(data, suffix, limits))
    if wanted and wanted not in names:
        raise BadSheet("no_such_sheet", sheet=wanted[:100])
    name = wanted or names[0]
    return Grid(_filled(_table(book, name)), names, name)


def _filled(table: Sequence[Sequence[object]]) -> list[tuple[int, Sequence[Cell]]]:
    rows: list[tuple[int, Sequence[Cell]]] = []
    for number, row in enumerate(table, start=1):
        cells = [_value(cell) for cell in row]
        if any(cell is not None for cell in cells):
            rows.append((number, cells))
    return rows


def _safe(data: bytes, suffix: str, limits: Limits) -> bytes:
    """What a reader may be given: a book is what its bytes say, whatever its name says."""
    is_old = data.startswith(OLD_OFFICE) and suffix == "xls" and ENCRYPTED_PACKAGE not in data
    if not is_old:
        return repacked(data, limits)
    oldbook.measure(data, limits)
    return data


def _opened(safe: bytes) -> tuple[python_calamine.CalamineWorkbook, tuple[str, ...]]:
    """The book and the names of its visible worksheets, one at least."""
    with _of_the_reader():
        book = python_calamine.load_workbook(io.BytesIO(safe))
        names = tuple(
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        )
    if not names:
        raise BadSheet("empty")
    return book, names


def _table(book: python_calamine.CalamineWorkbook, name: str) -> Sequence[Sequence[object]]:
    with _of_the_reader():
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


@contextmanager
def _of_the_reader() -> Iterator[None]:
    """Whatever it raises means a book that cannot be read."""
    try:
        yield
    except BaseException as error:
        # a panic of the reader is no Exception; an order to stop is not ours to swallow
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BadSheet("broken") from error
        raise


def _value(cell: object) -> Cell:
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) <= EXACT else cell
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, time):
        return cell.isoformat("seconds")
    if isinstance(cell, bool | int | date):
        return cell
    return None


# ---- columns by their heads ----


def by_head(
    sheet: Sheet, wanted: Mapping[str, Iterable[str]], optional: AbstractSet[str] = frozenset()
) -> tuple[Record, ...]:
    """The rows by wanted key; each key lists the heads it accepts (spaces, case, width, ＊ and （…） do not matter).

    Raises BadSheet: missing_heads (heads = first spelling of each), duplicate_head (head, columns = ("B", "E")).
    """
    columns = {key: _column(sheet.heads, tuple(spellings)) for key, spellings in wanted.items()}
    missing = tuple(key for key, at in columns.items() if at is None and key not in optional)
    if missing:
        raise BadSheet(
            "missing_heads", keys=missing, heads=tuple(next(iter(wanted[key]), key) for key in missing)
        )
    return tuple(_record(row, columns) for row in sheet.rows)


def heads_as_written(sheet: Sheet, wanted: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """By wanted key the head that stands in the sheet, its first spelling where the column is absent. Raises BadSheet: duplicate_head."""
    columns = {key: _column(sheet.heads, tuple(spellings)) for key, spellings in wanted.items()}
    return {
        key: next(iter(wanted[key]), key) if at is None else sheet.heads[at] for key, at in columns.items()
    }


def _record(row: Row, columns: Mapping[str, int | None]) -> Record:
    faults = dict(row.faults)
    return Record(
        row.number,
        {key: None if at is None else row.cells[at] for key, at in columns.items()},
        {key: faults[at] for key, at in columns.items() if at is not None and at in faults},
    )


def _column(heads: Sequence[str], spellings: tuple[str, ...]) -> int | None:
    """Exact heads win over those equal only without their bracket: 电话 is not 电话（办公） when both stand there."""
    for key_of in (head_key, _bare_head_key):
        accepted = {key_of(spelling) for spelling in spellings}
        found = [at for at, head in enumerate(heads) if head and key_of(head) in accepted]
        if len(found) > 1:
            raise BadSheet("duplicate_head", head=heads[found[0]], columns=tuple(map(letters, found)))
        if found:
            return found[0]
    return None


def head_key(head: str) -> str:
    """A head as it is compared: without spaces, width, case, ＊ and colons."""
    return re.sub(r"[\s*:：＊\u200b\ufeff]+", "", unicodedata.normalize("NFKC", head[:200])).casefold()


def _bare_head_key(head: str) -> str:
    return re.sub(r"[(\[【].*$", "", head_key(head))


def letters(column: int) -> str:
    """The column's name as Excel shows it, from a count that starts at 0."""
    name = ""
    while column >= 0:
        name, column = chr(65 + column % 26) + name, column // 26 - 1
    return name


def _as_text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


_FORMULA = re.compile("[\\s'\"\u2018-\u201f＇＂`\ufeff\u200b]*[=+\\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]")


def safe_cell(text: str) -> str:
    """Text for a CSV cell that a spreadsheet must not run: a leading ' before whatever could start a formula.

    = + - @ and their full-width and small forms, also behind spaces or quotes, and a leading tab or line break. The
    writer must quote every field, or a delimiter would open a new cell. One leading ' taken off gives it back.
    """
    return "'" + text if _FORMULA.match(text) else text
