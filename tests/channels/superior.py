"""Forms as offices send them: titles above, heads over two rows with merged cells, a totals row with formulas, signatures, widths, checks, print settings."""

import io
from typing import Any

import openpyxl
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

THIN = Side(style="thin")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEADS = ("序号", "所属社区", "问题情况", None, "上报时间", "责任单位", "办理情况", "扣分", "备注")
FIRST, TOTAL = 5, 10  # five rows for lines, then the totals


def street_form() -> openpyxl.Workbook:
    """Five rows for lines, totals below, a second sheet that adds up the first."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "月报 表1"
    sheet["A1"] = "××街道城市管理问题月报表"
    sheet.merge_cells("A1:I1")
    sheet["A1"].font = Font(name="方正小标宋简体", size=22, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.row_dimensions[1].height = 42
    sheet["A2"] = "填报单位（盖章）：        填报时间：    年  月  日"
    sheet.merge_cells("A2:I2")
    for at, head in enumerate(HEADS, start=1):
        sheet.cell(3, at, head)
    sheet["C4"], sheet["D4"] = "具体地点", "问题描述"
    sheet.merge_cells("C3:D3")
    for letter in "ABEFGHI":
        sheet.merge_cells(f"{letter}3:{letter}4")
    for row in range(3, TOTAL + 1):
        for at in range(1, 10):
            cell = sheet.cell(row, at)
            cell.border = FRAME
            cell.font = Font(name="仿宋_GB2312", size=12, bold=row < FIRST)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.row_dimensions[row].height = 33.75
    _with_formulas(sheet)
    _with_settings(sheet)
    other = book.create_sheet("汇总")
    other["A1"] = "扣分合计"
    other["B1"] = f"='月报 表1'!H{TOTAL}+SUM('月报 表1'!H{FIRST}:H{TOTAL - 1})"
    book.defined_names["扣分"] = DefinedName("扣分", attr_text=f"'月报 表1'!$H${FIRST}:$H${TOTAL - 1}")
    return book


def _with_formulas(sheet: Any) -> None:
    for row in range(FIRST, TOTAL):
        sheet.cell(row, 5).number_format = "yyyy/m/d"
        sheet.cell(row, 8).value = f'=IF(G{row}="",0,1)'
    sheet.cell(TOTAL, 1, "合计")
    sheet.merge_cells(f"A{TOTAL}:B{TOTAL}")
    sheet.cell(TOTAL, 8, f"=SUM(H{FIRST}:H{TOTAL - 1})").fill = PatternFill("solid", fgColor="FFF2CC")
    sheet.cell(TOTAL, 3, f"=COUNTA(C{FIRST}:C{TOTAL - 1})")
    sheet.cell(TOTAL + 2, 1, "审核人：            填表人：            联系电话：")
    sheet.merge_cells(f"A{TOTAL + 2}:I{TOTAL + 2}")


def _with_settings(sheet: Any) -> None:
    for letter, width in zip("ABCDEFGHI", (6, 14, 18, 40, 13, 16, 20, 8, 12), strict=True):
        sheet.column_dimensions[letter].width = width
    check = DataValidation(type="list", formula1='"已办结,正在办理"', allow_blank=True)
    check.add(f"G{FIRST}:G{TOTAL - 1}")
    sheet.add_data_validation(check)
    sheet.conditional_formatting.add(
        f"H{FIRST}:H{TOTAL - 1}",
        CellIsRule(operator="greaterThan", formula=["0"], fill=PatternFill("solid", bgColor="FFC7CE")),
    )
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_margins.left = 0.31
    sheet.print_title_rows = "3:4"
    sheet.print_area = f"A1:I{TOTAL + 2}"
    sheet.oddFooter.center.text = "第 &P 页"
    sheet.freeze_panes = f"A{FIRST}"


def as_bytes(book: openpyxl.Workbook) -> bytes:
    """The workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
