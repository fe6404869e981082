"""Ledgers as communities keep them: where the heads stand, what each column is, and that nothing is guessed silently."""

import io
import time
import zipfile
from datetime import datetime

import openpyxl
import pytest

from gezhi.channels.excel import likeness, mapping
from gezhi.channels.excel.book import MOST_ROWS, read_book
from gezhi.channels.excel.heads import FIELDS, SPELLINGS
from gezhi.kernel import oldbook
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.sheet import BadSheet, Limits
from tests import oldbooks

HEADS = ("编号", "上报时间", "地点", "类别", "问题描述", "联系电话", "责任单位", "办理情况")
ROW = (
    "2024-001",
    "2024-03-05 09:30",
    "悦海花园3号楼",
    "路灯",
    "楼下路灯不亮",
    "13812345678",
    "物业",
    "已办结",
)


def excel(*rows, merged=(), more=()):
    made = openpyxl.Workbook()
    page = made.active
    for row in rows:
        page.append(list(row))
    for span in merged:
        page.merge_cells(span)
    for title, its_rows in more:
        other = made.create_sheet(title)
        for row in its_rows:
            other.append(list(row))
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def fields(book):
    return {one.name: one.field for one in mapping.propose(book)}


def reasons(book):
    return {one.name: one.why for one in mapping.propose(book)}


# ---- the heads ----


def test_titles_and_empty_lines_above_the_heads_are_no_heads():
    data = excel(
        ("悦海社区2024年一季度问题台账", *[None] * 7),
        (),
        ("填报单位：悦海社区", None, "填报人：", *[None] * 5),
        HEADS,
        ROW,
        merged=("A1:H1",),
    )
    book = read_book(data, "台账.xlsx")
    assert (book.heads, book.head_row, [row.number for row in book.rows]) == (HEADS, 4, [5])
    assert fields(book) == {
        "编号": "number",
        "上报时间": "said_at",
        "地点": "place",
        "类别": "category",
        "问题描述": "text",
        "联系电话": "contact",
        "责任单位": "party",
        "办理情况": "status",
    }


def test_heads_over_two_rows_are_read_together():
    data = excel(
        ("序号", "问题描述", "反映人", None, "发生地点", None, "办结时间"),
        (None, None, "姓名", "电话", "小区", "楼栋", None),
        (1, "路灯不亮", "林女士", "13812345678", "悦海花园", "3号楼", datetime(2024, 3, 9)),  # noqa: DTZ001 - cells have no zone
        merged=("C1:D1", "E1:F1", "A1:A2", "B1:B2", "G1:G2"),
    )
    book = read_book(data, "台账.xlsx")
    assert book.heads == ("序号", "问题描述", "反映人 姓名", "反映人 电话", "小区", "楼栋", "办结时间")
    assert fields(book) == {
        "序号": "",
        "问题描述": "text",
        "反映人 姓名": "",
        "反映人 电话": "contact",
        "小区": "place",
        "楼栋": "place",
        "办结时间": "closed_at",
    }
    (record,) = mapping.records(book, mapping.as_fields(mapping.propose(book), len(book.heads)))
    assert (record.number, record.cells["place"], record.cells["contact"]) == (
        3,
        "悦海花园 3号楼",
        "13812345678",
    )


def test_a_first_row_of_data_is_no_second_row_of_heads():
    book = read_book(excel(("问题描述", "地点", "备注"), ("路灯不亮", "东门", None)), "台账.xlsx")
    assert (book.head_row, len(book.rows)) == (1, 1)


def test_empty_columns_between_are_left_alone_and_columns_without_a_head_are_named_by_their_letter():
    book = read_book(excel(("问题描述", None, "地点"), ("路灯不亮", None, "东门", "随手写的")), "台账.xlsx")
    assert fields(book) == {"问题描述": "text", "地点": "place", "D": ""}


def test_of_several_sheets_the_one_with_known_heads_is_read_and_the_others_can_be_chosen():
    data = excel(("说明",), ("请勿改动",), more=[("一季度", [HEADS, ROW]), ("附件", [("甲", "乙")])])
    book = read_book(data, "台账.xlsx")
    assert (book.sheet, book.sheets, book.heads) == ("一季度", ("Sheet", "一季度", "附件"), HEADS)
    assert read_book(data, "台账.xlsx", sheet="附件").heads == ("甲", "乙")
    with pytest.raises(BadSheet) as refused:
        read_book(data, "台账.xlsx", sheet="二季度")
    assert refused.value.code == "no_such_sheet"


# ---- what a column is ----


@pytest.mark.parametrize(
    ("field", "spelling"), [(field, one) for field in FIELDS for one in SPELLINGS[field]]
)
def test_every_spelling_on_the_list_is_known_as_itself(field, spelling):
    found = likeness.like(spelling)
    assert (found.field, found.score) == (field, 1.0)


@pytest.mark.parametrize(
    ("head", "field", "why"),
    [
        ("问题描叙", "text", "near"),
        ("联系电话（必填）", "contact", "bare"),
        ("＊ 问 题 描 述：", "text", "same"),
        ("問題類別", "category", "same"),
        ("聯繫電話", "contact", "same"),
        ("办理情况说明", "status", "near"),
        ("REPORTED AT", "said_at", "same"),
    ],
)
def test_heads_written_a_little_otherwise_are_known(head, field, why):
    found = likeness.like(head)
    assert (found.field, found.why) == (field, why)


@pytest.mark.parametrize(
    "head",
    [
        "办理时限",
        "处置时限",
        "满意度",
        "网格员",
        "督办领导",
        "经度",
        "附件",
        "a",
        "反映人",
        "身份证号码",
        "序号",
    ],
)
def test_what_is_something_else_is_not_guessed(head):
    assert likeness.like(head) is None


def test_cells_that_contradict_their_head_stay_unmapped_and_it_is_said():
    book = read_book(excel(("问题描述", "联系电话", "上报时间"), *[("路灯", "无", "上周")] * 3), "台账.xlsx")
    assert fields(book) == {"问题描述": "text", "联系电话": "", "上报时间": ""}
    assert reasons(book) == {"问题描述": "same", "联系电话": "disagrees", "上报时间": "disagrees"}


def test_a_column_of_phone_numbers_under_a_strange_head_is_proposed_with_its_reason():
    book = read_book(excel(("问题描述", "咋找他"), *[("路灯", 13812345678)] * 3), "台账.xlsx")
    (_, found) = mapping.propose(book)
    assert (found.field, found.score, found.why, found.samples) == (
        "contact",
        0.6,
        "cells",
        ("13812345678",) * 3,
    )


def test_names_of_people_and_counts_of_rows_are_not_taken():
    book = read_book(excel(("序号", "投诉人", "问题描述"), (1, "林女士", "路灯")), "台账.xlsx")
    assert reasons(book) == {"序号": "count", "投诉人": "personal", "问题描述": "same"}


def test_of_two_columns_for_one_thing_the_likelier_is_taken_and_the_other_is_listed():
    book = read_book(
        excel(("问题描述", "受理时间", "登记日期"), ("路灯", "2024-3-5", "2024-3-6")), "台账.xlsx"
    )
    assert fields(book) == {"问题描述": "text", "受理时间": "received_at", "登记日期": ""}
    assert reasons(book)["登记日期"] == "weaker"


def test_a_head_that_stands_twice_is_told_apart_by_its_letter():
    book = read_book(excel(("问题描述", "备注", "备注"), ("路灯", "甲", "乙")), "台账.xlsx")
    assert fields(book) == {"问题描述": "text", "备注 (B)": "note", "备注 (C)": "note"}
    (record,) = mapping.records(book, ("text", "note", "note"))
    assert record.cells["note"] == "甲\n乙"


def test_the_same_layout_is_recognised_whatever_its_spaces_and_width():
    assert mapping.layout_digest(("编 号", "问题描述：")) == mapping.layout_digest(("编号", "＊问题描述"))
    assert mapping.layout_digest(("编号", "问题描述")) != mapping.layout_digest(("问题描述", "编号"))


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (("number", "place"), "text"),
        (("text", "contact", "contact"), "twice"),
        (("text", "password"), "unknown"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(chosen, code):
    with pytest.raises(Invalid) as refused:
        mapping.judged(chosen, 3)
    assert (refused.value.field, refused.value.code) == ("mapping", code)


# ---- files of every kind ----


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_text_file_is_read_in_whatever_it_was_written(encoding, newline):
    lines = newline.join(",".join(row) for row in (HEADS, ROW))
    book = read_book(lines.encode(encoding), "台账.csv")
    assert (book.heads, book.rows[0].cells) == (HEADS, ROW)


def test_an_old_workbook_is_read_as_a_new_one():
    data = oldbooks.xls(("悦海社区台账",), HEADS, ROW, (*ROW[:4], "长" * 9000, *ROW[5:]))
    book = read_book(data, "台账.xls")
    assert (book.heads, book.sheet, book.head_row) == (HEADS, "台账", 2)
    assert [row.cells for row in book.rows] == [ROW, (*ROW[:4], "长" * 9000, *ROW[5:])]
    assert read_book(data[:-7], "台账.xls").heads == HEADS  # a last sector cut short is padding only


def test_a_workbook_with_macros_is_read_and_they_are_not_run():
    book = read_book(excel(HEADS, ROW), "台账.xlsm")
    assert (book.has_macros, book.rows[0].cells) == (True, ROW)


def test_formulas_are_their_stored_values():
    data = excel(("问题描述", "编号"), ("路灯", "=1+1"))
    inside = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(inside, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
                    b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
                )
            new.writestr(name, part)
    assert read_book(inside.getvalue(), "台账.xlsx").rows[0].cells == ("路灯", 2)


def test_a_cell_longer_than_a_spreadsheet_takes_is_left_out_and_named():
    book = read_book(("问题描述,备注\n路灯," + "长" * 40_000 + "\n").encode(), "台账.csv")
    (record,) = mapping.records(book, ("text", "note"))
    assert (record.cells["note"], record.faults) == (None, {"note": "too_long"})


# ---- hostile old workbooks ----


def far(row, column):
    return oldbooks.xls(HEADS, ROW, extra=oldbooks.number(row, column, 1))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (far(65535, 250), "too_many_cells"),
        (far(9, 700), "too_many_columns"),
        (
            oldbooks.xls(("长" * 30_000,), extra=b"".join(oldbooks.repeated(at, 1, 0) for at in range(3000))),
            "too_much_text",
        ),
        (oldbooks.xls(HEADS, extra=oldbooks.record(0x2F, b"\0" * 6)), "encrypted"),
        (oldbooks.xls(HEADS)[:600], "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "broken"),
        (b"PK\x03\x04", "broken"),
        (b"MZ", "not_xlsx"),
    ],
)
def test_a_hostile_old_workbook_is_refused_before_a_reader_sees_it(data, code, monkeypatch):
    monkeypatch.setattr("gezhi.kernel.sheet.python_calamine.load_workbook", None)
    with pytest.raises(BadSheet) as refused:
        read_book(data, "台账.xls")
    assert refused.value.code == code


def test_without_the_measure_the_far_cell_reaches_the_reader(monkeypatch):
    monkeypatch.setattr(oldbook, "measure", lambda data, limits: None)
    assert len(read_book(far(2000, 250), "台账.xls", limits=Limits(max_columns=100)).heads) > 100


def test_any_damage_is_a_refusal_and_quick():
    whole = oldbooks.xls(HEADS, ROW)
    begun = time.perf_counter()
    for at in range(0, len(whole), 97):
        for damaged in (
            whole[:at],
            whole[:at] + b"\xff" + whole[at + 1 :],
            whole[:at] + bytes(8) + whole[at + 8 :],
        ):
            try:
                oldbook.measure(damaged, Limits())
            except BadSheet:
                continue
    assert time.perf_counter() - begun < 5


def test_a_hundred_thousand_rows_come_in_below_their_heads() -> None:
    rows = "".join(f"{at},坏了\n" for at in range(MOST_ROWS))
    assert len(read_book(f"台账\n\n编号,问题描述\n{rows}".encode(), "台账.csv").rows) == MOST_ROWS


def test_twin_by_the_limit_of_other_sheets_the_last_ones_would_be_refused() -> None:
    rows = "".join(f"{at},坏了\n" for at in range(MOST_ROWS))
    with pytest.raises(BadSheet) as refused:
        read_book(f"编号,问题描述\n{rows}".encode(), "台账.csv", limits=Limits())
    assert refused.value.code == "too_many_rows"
