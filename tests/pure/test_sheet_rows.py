"""Cells drawn as XML: what people wrote stays text, XML stays whole, moments are the office's."""

import io
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import xlsxwriter

from gezhi.ledger import sheetrows
from gezhi.ledger.sheetrows import Draw, count_cell, moment_cell, serial, text_cell, write_rows
from tests.seeds.formulas import formulas

TZ = ZoneInfo("Asia/Shanghai")
DRAWS = (text_cell("0", TZ), count_cell("0", TZ), moment_cell("0", TZ))


def read_back(text: str, draw: Draw = DRAWS[0]) -> object:
    """What a reader finds where a text was drawn."""
    lines, shell, made = io.BytesIO(), io.BytesIO(), io.BytesIO()
    list(write_rows([[text]], [draw], 1, lines))
    book = xlsxwriter.Workbook(shell)
    book.add_worksheet()
    book.close()
    with zipfile.ZipFile(shell) as parts, zipfile.ZipFile(made, "w") as into:
        for name in parts.namelist():
            part = parts.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"<sheetData/>", b"<sheetData>" + lines.getvalue() + b"</sheetData>")
            into.writestr(name, part)
    cell = openpyxl.load_workbook(made).active["A1"]
    assert cell.data_type == "s"
    return cell.value


@pytest.mark.parametrize("text", ["a<b>&c", " leading", "two\nlines", "]]>", *formulas()[:40]])
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    assert str(read_back(text)).replace("_x000D_", "\r") == text


def test_signs_that_xml_cannot_hold_are_written_as_excel_writes_them() -> None:
    assert "<t>a_x0007_b_x0000_c</t>" in DRAWS[0]("A1", "a\x07b\x00c")
    assert "<t>_x005F_x0041_</t>" in DRAWS[0]("A1", "_x0041_")


def test_a_cell_holds_as_much_as_a_cell_can() -> None:
    assert len(str(read_back("长" * 40_000))) == sheetrows.CELL_SIGNS


def test_moments_are_days_in_the_offices_zone() -> None:
    assert serial(datetime(2026, 3, 2, 4, 0, tzinfo=UTC), TZ) == 46083.5
    assert DRAWS[2]("A1", None) == '<c r="A1" s="0"/>'
    assert DRAWS[1]("B2", 0) == '<c r="B2" s="0"><v>0</v></c>'


def test_without_escapes_the_sheet_would_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin: it is the escapes that keep the XML whole."""
    monkeypatch.setattr(sheetrows, "_text", lambda text: f"<t>{text}</t>")
    with pytest.raises(SyntaxError):
        read_back("a<b>&c")
