"""问题处理台账 as a real workbook: what an office prints, filters and files. Written row by row, so its size costs no memory."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, BinaryIO

from gezhi.kernel.refusal import Invalid
from gezhi.ledger.columns import COLUMNS, PRINTED, Column, Kind
from gezhi.ledger.heading import Heading
from gezhi.ledger.rows import Row

TITLE, ABOUT, GROUPS, HEADS = range(4)  # rows above the lines
FROZEN_COLUMNS = 2  # number and state stay in sight
MOST_LINES = 2**20 - HEADS - 1  # what a sheet can hold
SHEET_NAME_SIGNS = 31
FOOTER_SIGNS = 255
PAPER_A4 = 9
BAND, RULE = "#E7EEF7", "#9AA7B8"
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


def write(rows: Iterable[Row], to: BinaryIO, heading: Heading) -> int:
    """Write the workbook into a binary file, in the language in force. Returns how many lines.

    Raises Invalid("lines", "too_many") when a sheet cannot hold them.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(
        to,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    formats = {name: book.add_format(how) for name, how in FORMATS.items()}
    sheet = book.add_worksheet(heading.title[:SHEET_NAME_SIGNS])
    _set_up(sheet, heading)
    _write_heads(sheet, heading, formats)
    count = 0
    for count, row in enumerate(_bounded(rows), start=1):
        _write_line(sheet, HEADS + count, row, heading, formats)
    sheet.autofilter(HEADS, 0, HEADS + count, len(COLUMNS) - 1)
    sheet.print_area(0, 0, HEADS + count, len(PRINTED) - 1)
    book.close()
    return count


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_LINES:
            raise Invalid("lines", "too_many", limit=MOST_LINES)
        yield row


def _set_up(sheet: Any, heading: Heading) -> None:
    """Panes, widths and the printed page: A4 across, as wide as the paper, heads on every page."""
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width)
    sheet.freeze_panes(HEADS + 1, FROZEN_COLUMNS)
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TITLE, HEADS)
    covers = heading.covers.replace("&", "&&")
    sheet.set_footer(f"&L{covers}&R&P / &N"[:FOOTER_SIGNS])


def _write_heads(sheet: Any, heading: Heading, formats: dict[str, Any]) -> None:
    last = len(PRINTED) - 1
    about = "    ".join(
        part for part in (heading.office, heading.period, heading.chosen, heading.covers) if part
    )
    sheet.set_row(TITLE, 32)
    sheet.merge_range(TITLE, 0, TITLE, last, "", formats["title"])
    sheet.write_string(TITLE, 0, heading.title, formats["title"])
    sheet.set_row(ABOUT, 20)
    sheet.merge_range(ABOUT, 0, ABOUT, last, "", formats["about"])
    sheet.write_string(ABOUT, 0, about, formats["about"])
    for name, columns in groupby(enumerate(COLUMNS), key=lambda numbered: str(numbered[1].group)):
        places = [at for at, _ in columns]
        sheet.merge_range(GROUPS, places[0], GROUPS, places[-1], "", formats["head"])
        sheet.write_string(GROUPS, places[0], name, formats["head"])
    sheet.set_row(HEADS, 32)
    for at, column in enumerate(COLUMNS):
        sheet.write_string(HEADS, at, str(column.head), formats["head"])


def _write_line(sheet: Any, number: int, row: Row, heading: Heading, formats: dict[str, Any]) -> None:
    for at, column in enumerate(COLUMNS):
        _write_cell(sheet, number, at, column, column.value(row), heading, formats[column.kind.name])


def _write_cell(
    sheet: Any, number: int, at: int, column: Column, value: object, heading: Heading, how: Any
) -> None:
    """A text is written as text whatever it begins with: nothing somebody said is ever run as a formula."""
    if value is None or value == "":
        sheet.write_blank(number, at, None, how)
    elif isinstance(value, datetime):
        local = value.astimezone(heading.tz).replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(number, at, local, how)
    elif column.kind is Kind.COUNT:
        sheet.write_number(number, at, value, how)
    else:
        sheet.write_string(number, at, str(value), how)
