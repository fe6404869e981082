"""A form as a superior sends it: a title over all columns, heads, five rows for lines, totals below, widths and print settings."""

import io
from typing import Any

TITLE = "积水问题处置情况月报表"
HEADS = ("序号", "所属社区", "具体地点", "问题描述", "上报时间", "问题类别", "办理情况", "备注")
WIDTHS = (6, 14, 22, 40, 14, 18, 12, 12)
HEAD_ROW, FIRST, TOTAL = 3, 4, 9  # rows


def as_sent() -> bytes:
    """The file. openpyxl is read in here, at first use."""
    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, Side

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "月报"
    sheet["A1"] = TITLE
    sheet.merge_cells("A1:H1")
    sheet["A1"].font = Font(name="方正小标宋简体", size=22, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.row_dimensions[1].height = 42
    sheet["A2"] = "填报单位（盖章）：        填报时间：    年  月  日"
    sheet.merge_cells("A2:H2")
    thin = Side(style="thin")
    for at, (head, width) in enumerate(zip(HEADS, WIDTHS, strict=True), start=1):
        sheet.cell(HEAD_ROW, at, head)
        sheet.column_dimensions["ABCDEFGH"[at - 1]].width = width
        for row in range(HEAD_ROW, TOTAL + 1):
            sheet.cell(row, at).border = Border(left=thin, right=thin, top=thin, bottom=thin)
            sheet.cell(row, at).font = Font(name="仿宋_GB2312", size=12, bold=row == HEAD_ROW)
            sheet.row_dimensions[row].height = 33.75
    for row in range(FIRST, TOTAL):
        sheet.cell(row, 5).number_format = "yyyy/m/d"
    sheet.cell(TOTAL, 1, "合计")
    sheet.cell(TOTAL, 3, f"=COUNTA(C{FIRST}:C{TOTAL - 1})")
    sheet.cell(TOTAL + 2, 1, "审核人：            填表人：")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.freeze_panes = f"A{FIRST}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
