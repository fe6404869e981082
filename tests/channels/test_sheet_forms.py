"""A superior's form is filled from the ledger, and everything but the filled cells stays what it was."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import structlog
import xlsxwriter

from gezhi.channels.sheetforms import paper as papers
from gezhi.channels.sheetforms.filling import filled
from gezhi.channels.sheetforms.finding import Found, judged
from gezhi.channels.sheetforms.shifting import Shift
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.workbook import BadSheet
from gezhi.ledger.keyed import BY_KEY, LATE
from tests.channels.superior import FIRST, FRAME, TOTAL, as_bytes, street_form

TZ = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 2, 12, 30, tzinfo=TZ)
FORMULA = '=HYPERLINK("http://example.org","点我")'


class Told:
    """What a column says, without a line behind it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.fixed_on_time = (True, False, None)[number % 3]


@pytest.fixture(autouse=True)
def _columns(monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Callable[[Any], Any]] = {
        "number": lambda one: f"371072-{one.number}",
        "community": lambda one: "悦海社区",
        "place": lambda one: f"悦海花园{one.number}号楼",
        "matter": lambda one: FORMULA if one.number == 1 else f"第{one.number}件",
        "received_at": lambda one: AT,
        "party": lambda one: "悦海物业",
        "state": lambda one: "已结案" if one.number % 2 else "",
    }
    for key, value in said.items():
        column = BY_KEY[key]
        monkeypatch.setitem(
            BY_KEY, key, type(column)(column.group, column.head, column.width, column.kind, value)
        )


def found(data: bytes | None = None) -> Found:
    return judged(data or as_bytes(street_form()), "月报.xlsx")


def sheet_with(lines: int, data: bytes | None = None, **more: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made(lines, data, **more)))


def made(lines: int, data: bytes | None = None, **more: Any) -> bytes:
    data = data or as_bytes(street_form())
    one = found(data)
    fields = more.pop("fields", one.fields)
    rows: Any = [Told(number) for number in range(1, lines + 1)]
    return filled(
        data, sheet=one.sheet, first=one.first_row, last=one.last_row, fields=fields, rows=rows, tz=TZ, **more
    )


def test_heads_over_two_rows_and_the_rows_for_lines_are_found() -> None:
    one = found()
    assert (one.sheet, one.head_row, one.first_row, one.last_row) == ("月报 表1", 4, FIRST, TOTAL - 1)
    assert one.fields == ("serial", "community", "place", "matter", "received_at", "party", "state", "", "")


def test_a_form_is_filled() -> None:
    sheet = sheet_with(2)["月报 表1"]
    assert [sheet.cell(FIRST, at).value for at in range(1, 8)] == [
        1,
        "悦海社区",
        "悦海花园1号楼",
        FORMULA,
        AT.replace(tzinfo=None),
        "悦海物业",
        "已结案",
    ]
    assert sheet.cell(FIRST, 4).data_type == "s"
    assert [sheet.cell(FIRST + 2, at).value for at in range(1, 8)] == [None] * 7
    assert sheet.cell(FIRST, 8).value == f'=IF(G{FIRST}="",0,1)'


def looks(sheet: Any, row: int) -> list[Any]:
    """How a row looks: style, height."""
    return [sheet.row_dimensions[row].height, *(cell.style_id for cell in sheet[row])]


def as_it_came() -> Any:
    return openpyxl.load_workbook(io.BytesIO(as_bytes(street_form())))


def settings_of(sheet: Any) -> dict[str, Any]:
    return {
        "widths": {name: one.width for name, one in sheet.column_dimensions.items()},
        "page": (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_margins.left),
        "titles": sheet.print_title_rows,
        "footer": sheet.oddFooter.center.text,
        "frozen": sheet.freeze_panes,
    }


def with_a_label() -> bytes:
    """As street offices send them: title, whose and of which month, heads in one row."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "表"
    sheet["A1"] = "问题月报表"
    sheet["A2"], sheet["D2"], sheet["E2"] = "填报单位：悦海社区", "2026年__月", "填报时间：    年  月  日"
    for at, head in enumerate(("序号", "具体地点", "问题描述", "责任单位", "是否超期"), start=1):
        sheet.cell(3, at, head)
    for row in (4, 5, 6):
        sheet.cell(row, 1).border = FRAME
    return as_bytes(book)


def test_what_is_written_above_the_heads_is_none_of_them_and_the_month_is_filled_in() -> None:
    data = with_a_label()
    assert found(data).heads == ("序号", "具体地点", "问题描述", "责任单位", "是否超期")
    sheet = sheet_with(2, data, month=date(2026, 3, 1))["表"]
    assert [sheet.cell(2, at).value for at in (1, 4, 5)] == [
        "填报单位：悦海社区",
        "2026年3月",
        "填报时间：    年  月  日",
    ]
    assert sheet_with(2, data, month=date(2025, 3, 1))["表"]["D2"].value == "2026年__月"
    assert sheet_with(2, data)["表"]["D2"].value == "2026年__月"


def test_whether_it_was_late_is_our_in_time_the_other_way_round() -> None:
    data = with_a_label()
    assert found(data).fields[-1] == LATE
    sheet = sheet_with(3, data)["表"]
    assert [sheet.cell(row, 5).value for row in (4, 5, 6)] == ["是", None, "否"]


def test_everything_but_the_filled_cells_is_the_same() -> None:
    before, after = as_it_came(), sheet_with(3)
    one, two = before["月报 表1"], after["月报 表1"]
    assert settings_of(one) == settings_of(two)
    assert [looks(one, row) for row in range(1, TOTAL + 3)] == [
        looks(two, row) for row in range(1, TOTAL + 3)
    ]
    assert sorted(map(str, one.merged_cells.ranges)) == sorted(map(str, two.merged_cells.ranges))
    assert [str(check.sqref) for check in two.data_validations.dataValidation] == [f"G{FIRST}:G{TOTAL - 1}"]
    filled_cells = {(row, column) for row in range(FIRST, TOTAL) for column in range(1, 8)}
    others = {
        (cell.row, cell.column): cell.value
        for row in one
        for cell in row
        if (cell.row, cell.column) not in filled_cells
    }
    assert {key: two.cell(*key).value for key in others} == others
    assert after["汇总"]["B1"].value == before["汇总"]["B1"].value


def test_parts_that_are_not_touched_are_the_same_bytes() -> None:
    data = as_bytes(street_form())
    with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(io.BytesIO(made(2, data))) as two:
        same = [name for name in one.namelist() if one.read(name) == two.read(name)]
    assert {"xl/styles.xml", "xl/theme/theme1.xml", "docProps/core.xml"} <= set(same)


def test_more_lines_push_the_totals_down_and_their_formulas_grow() -> None:
    book = sheet_with(12)
    sheet, more = book["月报 表1"], 12 - (TOTAL - FIRST)
    total, last = TOTAL + more, TOTAL - 1 + more
    assert [sheet.cell(row, 1).value for row in range(FIRST, total + 1)] == [*range(1, 13), "合计"]
    assert sheet.cell(total, 8).value == f"=SUM(H{FIRST}:H{last})"
    assert sheet.cell(total, 3).value == f"=COUNTA(C{FIRST}:C{last})"
    assert [sheet.cell(row, 8).value for row in (FIRST + 7, last)] == [
        f'=IF(G{row}="",0,1)' for row in (FIRST + 7, last)
    ]
    assert looks(sheet, last) == looks(as_it_came()["月报 表1"], FIRST)
    assert looks(sheet, total) == looks(as_it_came()["月报 表1"], TOTAL)
    assert {f"A{total}:B{total}", f"A{total + 2}:I{total + 2}"} <= set(map(str, sheet.merged_cells.ranges))
    assert [str(check.sqref) for check in sheet.data_validations.dataValidation] == [f"G{FIRST}:G{last}"]
    assert [str(one.sqref) for one in sheet.conditional_formatting] == [f"H{FIRST}:H{last}"]
    assert sheet.print_area == f"'月报 表1'!$A$1:$I${total + 2}"
    assert sheet.print_title_rows == "$3:$4"
    assert book["汇总"]["B1"].value == f"='月报 表1'!H{total}+SUM('月报 表1'!H{FIRST}:H{last})"
    assert book.defined_names["扣分"].attr_text == f"'月报 表1'!$H${FIRST}:$H${last}"


def test_a_form_without_room_to_grow_says_so() -> None:
    with pytest.raises(Invalid) as refused:
        made(6, is_fixed=True)
    assert (refused.value.field, refused.value.code, refused.value.details) == (
        "lines",
        "form_is_full",
        {"field": "lines", "count": 6, "limit": 5},
    )
    assert sheet_with(5, is_fixed=True)["月报 表1"].cell(TOTAL, 1).value == "合计"


def test_last_months_lines_are_gone_and_columns_nobody_fills_stay() -> None:
    book = street_form()
    sheet: Any = book["月报 表1"]
    for row in range(FIRST, TOTAL):
        sheet.cell(row, 4).value, sheet.cell(row, 9).value = "上个月的事", "按季度报"
    sheet = sheet_with(1, as_bytes(book))["月报 表1"]
    assert [sheet.cell(row, 4).value for row in range(FIRST, TOTAL)] == [FORMULA, None, None, None, None]
    assert [sheet.cell(row, 9).value for row in range(FIRST, TOTAL)] == ["按季度报"] * 5


def test_a_column_may_have_the_same_words_in_every_line() -> None:
    fields = (*found().fields[:-1], "=环翠区")
    sheet = sheet_with(2, fields=fields)["月报 表1"]
    assert [sheet.cell(FIRST + at, 9).value for at in range(3)] == ["环翠区", "环翠区", None]


def test_a_form_with_one_row_grows_from_it() -> None:
    book = street_form()
    book["月报 表1"].delete_rows(FIRST + 1, TOTAL - FIRST - 1)
    sheet: Any = book["月报 表1"]
    for merged in list(sheet.merged_cells.ranges):
        if merged.min_row >= FIRST:
            sheet.merged_cells.remove(merged)
    sheet.cell(FIRST + 1, 8).value = f"=SUM(H{FIRST}:H{FIRST})"
    sheet = sheet_with(3, as_bytes(book))["月报 表1"]
    assert sheet.cell(FIRST + 3, 8).value == f"=SUM(H{FIRST}:H{FIRST + 2})"


def test_shared_formulas_and_merged_lines_are_copied() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("表")
    for at, head in enumerate(("编号", "问题描述", "", "责任单位", "倍数")):
        sheet.write(0, at, head)
    sheet.merge_range(1, 1, 1, 2, "")
    sheet.write_formula(1, 4, "=ROW()*2")
    sheet.write(2, 0, "合计")
    book.close()
    data = out.getvalue()
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as one:
        parts = {name: one.read(name) for name in one.namelist()}
    parts[part] = parts[part].replace(b"<f>ROW()*2</f>", b'<f t="shared" ref="E2:E2" si="0">ROW()*2</f>')
    shared = io.BytesIO()
    with zipfile.ZipFile(shared, "w") as two:
        for name, said in parts.items():
            two.writestr(name, said)
    sheet = sheet_with(3, shared.getvalue())["表"]
    assert {"B2:C2", "B3:C3", "B4:C4"} <= set(map(str, sheet.merged_cells.ranges))
    assert [sheet.cell(row, 5).value for row in (2, 3, 4)] == ["=ROW()*2"] * 3


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ("SUM(E5:E9)", "SUM(E5:E16)"),
        ("SUM($E$5:$E$9)/E10", "SUM($E$5:$E$16)/E17"),
        ("E9+E5", "E9+E5"),
        ("SUM(E5:E8)", "SUM(E5:E8)"),
        ("SUM(E:E)", "SUM(E:E)"),
        ('IF(A12="E10",E10,"见 E11")', 'IF(A18="E10",E17,"见 E11")'),
        ("Other!E10", "Other!E10"),
        ("'月报 表1'!E10", "'月报 表1'!E17"),
        ("SUM(E9:F9)", "SUM(E9:F9)"),
        ("SUM(11:12)", "SUM(18:19)"),
    ],
)
def test_references_go_where_their_cells_go(said: str, moved: str) -> None:
    shift = Shift("月报 表1", 5, 9, 7)
    moved = moved.replace("A18", "A19") if "A12" in said else moved
    assert shift.formula(said, here="月报 表1", grows=True) == moved


# ---- bad files ----


def with_part(name: str, part: bytes) -> bytes:
    out = io.BytesIO(as_bytes(street_form()))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, part)
    return out.getvalue()


def wide(columns: int) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append([f"第{at}列" for at in range(columns)])
    return as_bytes(book)


def linked() -> bytes:
    book = street_form()
    book["汇总"]["B2"] = "='[别处.xlsx]表'!A1"
    return as_bytes(book)


def headless() -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"] = "通知"
    return as_bytes(book)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
BAD = {
    "not a workbook": (b"hello", "月报.xlsx", "not_xlsx"),
    "a picture called so": (b"\x89PNG\r\n\x1a\n", "月报.xlsx", "not_xlsx"),
    "cut off": (as_bytes(street_form())[:2000], "月报.xlsx", "broken"),
    "old": (OLD, "月报.xlsx", "old_format"),
    "encrypted": (OLD + "EncryptedPackage".encode("utf-16-le"), "月报.xlsx", "encrypted"),
    "macros by name": (as_bytes(street_form()), "月报.xlsm", "macros"),
    "macros inside": (with_part("xl/vbaProject.bin", b"x"), "月报.xlsx", "macros"),
    "another kind": (b"a,b", "月报.csv", "only_xlsx"),
    "a bomb": (with_part("xl/media/a.xml", bytes(30_000_000)), "月报.xlsx", "bomb"),
    "a thousand columns": (wide(1000), "月报.xlsx", "too_many_columns"),
    "seventy columns": (wide(70), "月报.xlsx", "too_many_columns"),
    "links to other files": (linked(), "月报.xlsx", "formula"),
    "no heads": (headless(), "月报.xlsx", "no_heads"),
    "too large": (bytes(2_000_001), "月报.xlsx", "sheet_form_too_large"),
    "empty": (as_bytes(openpyxl.Workbook()), "月报.xlsx", "empty"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_with_its_reason(what: str) -> None:
    data, name, code = BAD[what]
    with pytest.raises((Invalid, BadSheet)) as refused:
        judged(data, name)
    assert refused.value.code == code


def test_a_text_written_carelessly_would_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin: it is `put` that makes a text of it."""

    def careless(self: Any, column: int, row: int, value: Any) -> None:
        found = self.cell(column, row)
        for child in list(found):
            found.remove(child)
        if str(value).startswith("="):
            self._sub(found, "f").text = str(value)[1:]

    monkeypatch.setattr(papers.Paper, "put", careless)
    assert sheet_with(1)["月报 表1"].cell(FIRST, 4).data_type == "f"


def test_a_mistake_of_our_own_column_is_not_said_to_be_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(row: Any) -> Any:
        raise TypeError("ours")

    column = BY_KEY["matter"]
    monkeypatch.setitem(
        BY_KEY, "matter", type(column)(column.group, column.head, column.width, column.kind, wrong)
    )
    with pytest.raises(TypeError, match="ours"):
        made(1)


@pytest.mark.parametrize("raised", [Invalid("lines", "form_is_full"), RuntimeError("ours")])
def test_what_is_refused_already_and_what_no_file_does_pass_as_they_are(
    monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def put(*_: Any) -> None:
        raise raised

    monkeypatch.setattr(papers.Paper, "put", put)
    with pytest.raises(type(raised)) as passed:
        made(1)
    assert passed.value is raised


def test_a_file_that_lacks_a_part_is_a_broken_form_and_logged() -> None:
    one = found()
    data = as_bytes(street_form())
    with structlog.testing.capture_logs() as told, pytest.raises(Invalid) as refused:
        filled(data, sheet="没有", first=one.first_row, last=one.last_row, fields=one.fields, rows=[], tz=TZ)
    assert (refused.value.code, [one["log_level"] for one in told]) == ("broken_form", ["warning"])
