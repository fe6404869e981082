"""问题处理台账 as a real workbook: what an office prints, filters and files. Written row by row, so its size costs no memory.

XlsxWriter makes the book with one line in it; the lines themselves are drawn by `sheetrows` and put in the place of that one.
"""

import io
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, BinaryIO, cast

from gezhi.kernel.refusal import Invalid
from gezhi.ledger.columns import COLUMNS, PRINTED, Kind, Value
from gezhi.ledger.heading import Heading
from gezhi.ledger.rows import Row
from gezhi.ledger.sheetrows import Draw, count_cell, moment_cell, text_cell, write_rows

TITLE, ABOUT, GROUPS, HEADS = range(4)  # rows above the lines
FROZEN_COLUMNS = 2  # number and state stay in sight
MOST_LINES = 2**20 - HEADS - 1  # what a sheet can hold
SHEET_NAME_SIGNS = 31
FOOTER_SIGNS = 255
BESIDE_AT_ONCE = 500  # rows of a second sheet
PAPER_A4 = 9
BAND, RULE = "#E7EEF7", "#9AA7B8"
DRAWN_BY = {Kind.TEXT: text_cell, Kind.COUNT: count_cell, Kind.MOMENT: moment_cell}
FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 18, "align": "center", "valign": "vcenter"},
    "about": {"font_size": 10, "align": "left", "valign": "vcenter"},
    "head": {
        **{"bold": True, "font_size": 10, "bg_color": BAND, "border": 1, "border_color": RULE},
        **{"align": "center", "valign": "vcenter", "text_wrap": True},
    },
    Kind.TEXT.name: {"font_size": 10, "border": 1, "border_color": RULE, "valign": "top", "text_wrap": True},
    Kind.COUNT.name: {
        **{"font_size": 10, "border": 1, "border_color": RULE, "valign": "top", "num_format": "0"},
    },
    Kind.MOMENT.name: {
        **{"font_size": 10, "border": 1, "border_color": RULE, "valign": "top", "align": "center"},
        "num_format": "yyyy-mm-dd hh:mm",
    },
}


@dataclass(frozen=True, slots=True)
class Beside:
    """A second sheet of the same book. columns: head, width, kind; rows: a value for each."""

    title: str
    about: str
    columns: Sequence[tuple[str, int, Kind]]
    rows: Iterable[Sequence[Value]]


def write(rows: Iterable[Row], to: BinaryIO, heading: Heading, beside: Sequence[Beside] = ()) -> int:
    """Write the workbook into a binary file, in the language in force. Returns how many lines. Raises as `writing`."""
    count = 0
    for reached in writing(rows, to, heading, beside):
        count = reached
    return count


def writing(
    rows: Iterable[Row], to: BinaryIO, heading: Heading, beside: Sequence[Beside] = ()
) -> Iterator[int]:
    """As `write`, step by step: how many lines are written after each step, and at the end.

    Raises Invalid("lines", "too_many") when a sheet cannot hold them.
    """
    values = ([column.value(row) for column in COLUMNS] for row in _bounded(rows))
    draws = _draws([column.kind for column in COLUMNS], _styles(), heading)
    count = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        with made.open(LINES, "w", force_zip64=True) as lines:
            lines.write(_around(_shell(heading, 1))[0])
            for count in write_rows(values, draws, HEADS + 2, cast(BinaryIO, lines)):
                yield count
            shell = yield from _shelling(heading, count, beside)
            lines.write(_around(shell)[1])
        for part in shell.infolist():
            if part.filename != LINES:
                made.writestr(part.filename, shell.read(part))
    yield count


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_LINES:
            raise Invalid("lines", "too_many", limit=MOST_LINES)
        yield row


def _draws(kinds: Sequence[Kind], styles: dict[str, str], heading: Heading) -> list[Draw]:
    return [DRAWN_BY[kind](styles[kind.name], heading.tz) for kind in kinds]


def _open(to: BinaryIO) -> tuple[Any, dict[str, Any]]:
    import xlsxwriter

    plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(to, {"constant_memory": True, **plain})
    return book, {name: book.add_format(how) for name, how in FORMATS.items()}


def _styles() -> dict[str, str]:
    """Which number each format of a line has in a book made like this one, found in such a book."""
    made = io.BytesIO()
    book, formats = _open(made)
    sheet = book.add_worksheet()
    for at, name in enumerate(FORMATS):
        sheet.write_blank(0, at, None, formats[name])
    book.close()
    with zipfile.ZipFile(made) as parts:
        found = re.findall(rb'<c r="[A-Z]1" s="([0-9]+)"', parts.read("xl/worksheets/sheet1.xml"))
    return {name: number.decode() for name, number in zip(FORMATS, found, strict=True)}


def _shell(heading: Heading, count: int) -> zipfile.ZipFile:
    """The whole book, but with one empty line where so many belong."""
    try:
        next(_shelling(heading, count))
    except StopIteration as ended:
        return cast(zipfile.ZipFile, ended.value)
    raise AssertionError("there is nothing beside it to be written in steps")


def _shelling(
    heading: Heading, count: int, beside: Sequence[Beside] = ()
) -> Generator[int, None, zipfile.ZipFile]:
    """The same in steps of `BESIDE_AT_ONCE` rows of what stands beside; each says `count`."""
    to = io.BytesIO()
    book, formats = _open(to)
    sheet = book.add_worksheet(heading.title[:SHEET_NAME_SIGNS])
    # formats get their numbers in the order of their first use: here the same as in `_styles`
    for name in FORMATS:
        formats[name]._get_xf_index()
    _set_up(sheet, heading)
    _write_heads(sheet, heading, formats)
    sheet.write_blank(HEADS + 1, 0, None, formats[Kind.TEXT.name])
    sheet.autofilter(HEADS, 0, HEADS + count, len(COLUMNS) - 1)
    sheet.print_area(0, 0, HEADS + count, len(PRINTED) - 1)
    for one in beside:
        for _step in _write_beside(book.add_worksheet(one.title[:SHEET_NAME_SIGNS]), one, heading, formats):
            yield count
    book.close()
    return zipfile.ZipFile(to)


LINES = "xl/worksheets/sheet1.xml"
_LINE = re.compile(rb'<row r="5"[^>]*>.*?</row>', re.DOTALL)
# how far it reaches is not known before; it may be left out
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')


def _around(shell: zipfile.ZipFile) -> tuple[bytes, bytes]:
    """What stands before and behind the lines."""
    before, after = _LINE.split(_DIMENSION.sub(b"", shell.read(LINES), count=1), maxsplit=1)
    return before, after


def _set_up(sheet: Any, heading: Heading) -> None:
    """Panes, widths and the printed page: A4 across, as wide as the paper, heads on every page."""
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width)
    sheet.freeze_panes(HEADS + 1, FROZEN_COLUMNS)
    _set_page(sheet, heading, HEADS)


def _set_page(sheet: Any, heading: Heading, last_head: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TITLE, last_head)
    covers = heading.covers.replace("&", "&&")
    sheet.set_footer(f"&L{covers}&R&P / &N"[:FOOTER_SIGNS])


def _write_heads(sheet: Any, heading: Heading, formats: dict[str, Any]) -> None:
    about = "    ".join(
        part for part in (heading.office, heading.period, heading.chosen, heading.covers) if part
    )
    _write_title(sheet, heading.title, about, len(PRINTED) - 1, formats)
    for name, columns in groupby(enumerate(COLUMNS), key=lambda numbered: str(numbered[1].group)):
        places = [at for at, _ in columns]
        sheet.merge_range(GROUPS, places[0], GROUPS, places[-1], "", formats["head"])
        sheet.write_string(GROUPS, places[0], name, formats["head"])
    sheet.set_row(HEADS, 32)
    for at, column in enumerate(COLUMNS):
        sheet.write_string(HEADS, at, str(column.head), formats["head"])


def _write_title(sheet: Any, title: str, about: str, last: int, formats: dict[str, Any]) -> None:
    sheet.set_row(TITLE, 32)
    sheet.merge_range(TITLE, 0, TITLE, last, "", formats["title"])
    sheet.write_string(TITLE, 0, title, formats["title"])
    sheet.set_row(ABOUT, 20)
    sheet.merge_range(ABOUT, 0, ABOUT, last, "", formats["about"])
    sheet.write_string(ABOUT, 0, about, formats["about"])


def _write_beside(sheet: Any, one: Beside, heading: Heading, formats: dict[str, Any]) -> Iterator[None]:
    """A plain table below its title: heads in the third row. A step for each `BESIDE_AT_ONCE` rows."""
    heads = ABOUT + 1
    _write_title(sheet, one.title, one.about, len(one.columns) - 1, formats)
    for at, (head, width, _kind) in enumerate(one.columns):
        sheet.set_column(at, at, width)
        sheet.write_string(heads, at, head, formats["head"])
    sheet.freeze_panes(heads + 1, 0)
    _set_page(sheet, heading, heads)
    for number, row in enumerate(one.rows, start=heads + 1):
        for at, (value, (_head, _width, kind)) in enumerate(zip(row, one.columns, strict=True)):
            how = formats[kind.name]
            if value is None or value == "":
                sheet.write_blank(number, at, None, how)
            elif isinstance(value, datetime):
                sheet.write_datetime(
                    number, at, value.astimezone(heading.tz).replace(tzinfo=None, microsecond=0), how
                )
            elif kind is Kind.COUNT:
                sheet.write_number(number, at, value, how)
            else:
                sheet.write_string(number, at, str(value), how)
        if (number - heads) % BESIDE_AT_ONCE == 0:
            yield
