"""Tables people send: honest ones read whole, hostile ones refused by name. Seeds are made here."""

import io
import itertools
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pytest

from gezhi.kernel import sheet, workbook
from gezhi.kernel.sheet import BadSheet, Fault, Limits, Record, Row, by_head, read_sheet, safe_cell

WORKSHEET = "xl/worksheets/sheet1.xml"
HEADS = {"name": ("小区", "小区名称"), "households": ("户数",), "from": ("服务开始",)}
HALF_PAST_EIGHT = datetime.fromisoformat("2020-01-31T08:30")  # cells have no zone
NEVER = re.compile(rb"(?!)()")


def excel(*rows):
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def with_part(name, change, *rows):
    parts = parts_of(excel(*(rows or [("小区", "户数"), ("黄官花园", 120)])))
    return packed({**parts, name: change(parts.get(name, b""))})


def refusal(data, filename="places.xlsx", **options):
    with pytest.raises(BadSheet) as refused:
        read_sheet(data, filename, **options)
    return refused.value


def test_a_workbook_is_read_with_the_row_numbers_of_excel():
    data = excel(
        ("小区", "户数", "服务开始", "面积", "有电梯"),
        ("黄官花园", 120, date(2020, 1, 31), 88.5, True),
        (None, "  ", None, None, None),
        ("=1+1 不是公式", 3.0, HALF_PAST_EIGHT, None, False),
    )
    assert read_sheet(data, "Places.XLSX") == sheet.Sheet(
        ("小区", "户数", "服务开始", "面积", "有电梯"),
        (
            Row(2, ("黄官花园", 120, date(2020, 1, 31), 88.5, True)),
            Row(4, (None, 3, HALF_PAST_EIGHT, None, False)),
        ),
    )


def test_a_title_above_the_heads_is_passed_over():
    read = read_sheet(excel(("小区台账",), (), ("小区", "户数"), ("黄官花园", 120)), "a.xlsx")
    assert (read.heads, read.rows) == (("小区", "户数"), (Row(4, ("黄官花园", 120)),))


def test_a_hidden_first_sheet_is_not_the_one_meant():
    book = openpyxl.Workbook()
    book.active.append(["旧表"])
    book.active.sheet_state = "hidden"
    book.create_sheet("新").append(["小区"])
    data = io.BytesIO()
    book.save(data)
    assert read_sheet(data.getvalue(), "a.xlsx").heads == ("小区",)


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
def test_a_cell_in_error_is_flagged_and_not_taken(error):
    data = with_part(
        WORKSHEET,
        lambda part: part.replace(b'<c r="B2" t="n"><v>120</v>', f'<c r="B2" t="e"><v>{error}</v>'.encode()),
    )
    assert read_sheet(data, "a.xlsx").rows == (Row(2, ("黄官花园", None), (Fault(1, "error_value"),)),)


def test_a_cell_too_long_is_flagged_and_the_other_rows_are_kept():
    read = read_sheet(
        excel(("小区", "户数"), ("长" * 21, 1), ("短", 2)), "a.xlsx", limits=Limits(max_cell_signs=20)
    )
    assert read.rows == (Row(2, (None, 1), (Fault(0, "too_long"),)), Row(3, ("短", 2)))


# ---- bombs ----

DENSE = b"<!--" + b" " * 2_000_000 + b"-->"


def padded(part):
    return part + DENSE


def test_a_bomb_is_refused_by_its_sums():
    data = with_part(WORKSHEET, padded)
    assert refusal(data).details["limit"] == 100
    assert refusal(data, limits=Limits(max_ratio=10**6, max_bytes=10**6)).details["limit"] == 10**6
    assert read_sheet(data, "a.xlsx", limits=Limits(max_ratio=10**6)).heads == ("小区", "户数")  # the twin


def test_a_bomb_with_many_parts_is_refused():
    data = packed({**parts_of(excel(("小区",))), **{f"xl/{count}.txt": b"1" for count in range(1000)}})
    assert refusal(data).code == "bomb"
    assert read_sheet(data, "a.xlsx", limits=Limits(max_parts=2000)).heads == ("小区",)


def lying(data, name, size):
    """The directory says `size` bytes for one part, with the checksum of its first `size` bytes."""
    part = parts_of(data)[name]
    checksum = struct.pack("<L", zlib.crc32(part[:size]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    at = data.index(name.encode(), start) - 46
    return data[: at + 16] + checksum + data[at + 20 : at + 24] + struct.pack("<L", size) + data[at + 28 :]


def test_a_part_longer_than_its_header_says_is_refused():
    honest = with_part(WORKSHEET, padded)
    length = len(parts_of(honest)[WORKSHEET])
    data = lying(honest, WORKSHEET, length - len(DENSE))
    assert (refusal(data).code, refusal(data).details["part"]) == ("bomb", WORKSHEET)


def overlapping(data):
    """Two directory entries for the bytes of one part, under two names of one length."""
    name, other = WORKSHEET.encode(), WORKSHEET.replace("sheet1", "sheet2").encode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, count = archive.start_dir, len(archive.infolist())
    at = data.index(name, start) - 46
    entry = data[at : data.index(b"PK", at + 46)]
    directory = data[start : data.rindex(b"PK\x05\x06")] + entry.replace(name, other)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(directory), start, 0)
    return data[:start] + directory + end


def test_overlapping_parts_are_refused(monkeypatch):
    data = overlapping(excel(("小区",), ("黄官花园",)))
    assert refusal(data).code == "overlap"
    monkeypatch.setattr(workbook, "_refuse_overlaps", lambda entries: None)
    assert read_sheet(data, "a.xlsx").heads == ("小区",)


@pytest.mark.parametrize("name", ["xl/inner.xlsx", "xl/inner.ZIP", "xl/media/image1.png"])
def test_an_archive_within_the_archive_is_refused(name):
    inner = packed({"a": b"1"}, zipfile.ZIP_STORED)
    assert refusal(packed({**parts_of(excel(("小区",))), name: inner})).code == "nested"


CELL = b'<row r="%d"><c r="%s%d" t="n"><v>1</v></c></row></sheetData>'


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (1_048_576, b"A", "too_many_rows"),
        (2, b"XFD", "too_many_columns"),
        (90_000, b"IV", "too_many_cells"),
        (9_999_999, b"ZZZ", "too_many_rows"),
    ],
)
def test_one_far_cell_is_not_laid_out_as_a_full_rectangle(row, column, code):
    data = with_part(WORKSHEET, lambda part: part.replace(b"</sheetData>", CELL % (row, column, row)))
    assert refusal(data).code == code


def test_a_far_cell_within_the_limits_is_read():
    data = with_part(WORKSHEET, lambda part: part.replace(b"</sheetData>", CELL % (5000, b"B", 5000)))
    assert read_sheet(data, "a.xlsx").rows[-1] == Row(5000, (None, 1))
    assert refusal(data, limits=Limits(max_cells=9_999)).code == "too_many_cells"


def test_one_long_text_repeated_by_every_cell_is_refused():
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(3, 2000)
    )
    parts = parts_of(excel(("小区",), ("花园",)))
    parts["xl/sharedStrings.xml"] = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        + "长".encode() * 30_000
        + b"</t></si></sst>"
    )
    parts[WORKSHEET] = parts[WORKSHEET].replace(b"</sheetData>", cells + b"</sheetData>")
    data = packed(parts)
    assert refusal(data, limits=Limits(max_ratio=10**6, max_signs=59_000_000)).code == "too_much_text"
    assert workbook.repacked(data, Limits(max_ratio=10**6))


# ---- XML that asks for something ----

DOCTYPES = [
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>',
    b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">',
    b"<!doctype a>",
    b'<!ENTITY % p SYSTEM "x">',
]
XML_PARTS = [
    WORKSHEET,
    "xl/workbook.xml",
    "xl/styles.xml",
    "_rels/.rels",
    "[Content_Types].xml",
    "docProps/core.xml",
]


@pytest.mark.parametrize(("name", "doctype"), list(itertools.product(XML_PARTS, DOCTYPES)))
def test_a_document_type_is_refused_in_every_part(name, doctype):
    data = with_part(name, lambda part: re.sub(rb"^(<\?xml.*?\?>)?", lambda head: head[0] + doctype, part))
    assert refusal(data).code == "doctype"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_document_type_in_another_encoding_is_refused(encoding):
    data = with_part("xl/styles.xml", lambda part: ("<!DOCTYPE a>" + part.decode()).encode(encoding))
    assert refusal(data).code == "doctype"


def test_without_the_protection_a_document_type_would_pass(monkeypatch):
    monkeypatch.setattr(workbook, "_DOCTYPE", NEVER)
    data = with_part(WORKSHEET, lambda part: b"<!DOCTYPE worksheet>" + part)
    assert read_sheet(data, "a.xlsx").heads == ("小区", "户数")


# ---- broken and foreign files ----


def test_a_workbook_cut_anywhere_is_refused():
    data = excel(("小区", "户数"), ("黄官花园", 120))
    codes = {refusal(data[: len(data) * percent // 100]).code for percent in range(100)}
    assert codes == {"not_xlsx", "broken"}


def test_a_workbook_with_any_byte_changed_is_read_or_refused():
    data = excel(("小区", "户数"), ("黄官花园", 120))
    for at in range(0, len(data), 7):
        changed = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
        with suppress(BadSheet):
            assert read_sheet(changed, "a.xlsx").heads


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.xlsx", "not_xlsx"),
        (b"<html>", "a.xlsx", "not_xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xlsx", "old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "encrypted"),
        (b"a,b", "a.xls", "unknown_suffix"),
        (b"a,b", "a", "unknown_suffix"),
        (b"", "a.csv", "empty"),
        (b"\r\n,,\n", "a.csv", "empty"),
        (packed({"a": b"1"}), "a.xlsx", "broken"),
        (excel(), "a.xlsx", "empty"),
    ],
)
def test_what_is_no_table_is_refused_by_name(data, filename, code):
    assert refusal(data, filename).code == code


def test_a_locked_part_is_refused():
    data = bytearray(excel(("小区",)))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)).code == "encrypted"


@pytest.mark.parametrize(
    "inside", [b"<row", b"<c r='1A'><v>1</v></c>", b"<c t='s'><v>" + b"9" * 9000 + b"</v></c>"]
)
def test_a_worksheet_that_makes_no_sense_is_refused(inside):
    data = with_part(WORKSHEET, lambda part: part.replace(b"</sheetData>", inside + b"</sheetData>"))
    assert refusal(data).code == "broken"


# ---- columns ----


def test_columns_are_found_by_their_heads_in_any_order():
    read = read_sheet(excel((" 户 数（户）", "小区\n名称*", "备注"), (120, "黄官花园", "x")), "a.xlsx")
    assert by_head(read, HEADS, optional={"from"}) == (
        Record(2, {"name": "黄官花园", "households": 120, "from": None}, {}),
    )


def test_an_exact_head_wins_over_one_with_a_bracket():
    read = read_sheet("电话（办公）,电话\n1,2".encode(), "a.csv")
    assert by_head(read, {"phone": ["电话"]}) == (Record(2, {"phone": "2"}, {}),)


def test_two_columns_for_one_thing_are_named():
    read = read_sheet("小区,户数,服务开始,小区名称\n1,2,3,4".encode(), "a.csv")
    with pytest.raises(BadSheet) as refused:
        by_head(read, HEADS)
    assert (refused.value.code, refused.value.details) == (
        "duplicate_head",
        {"head": "小区", "columns": ("A", "D")},
    )


def test_missing_columns_are_all_named():
    with pytest.raises(BadSheet) as refused:
        by_head(read_sheet("备注,户数\n1,2".encode(), "a.csv"), HEADS)
    assert refused.value.details == {"keys": ("name", "from"), "heads": ("小区", "服务开始")}


def test_the_columns_after_z_have_two_letters():
    assert [sheet.letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_a_fault_is_told_by_key():
    read = read_sheet(b"a,b\n#N/A,2,3", "a.csv")
    assert by_head(read, {"a": ["a"], "b": ["b"]}) == (
        Record(2, {"a": None, "b": "2"}, {"a": "error_value"}),
    )
    assert read.rows[0].faults == (Fault(0, "error_value"), Fault(2, "beyond_heads"))


# ---- formulas ----

TRIGGERS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
LEADS = ("", " ", "  ", "'", '"', "\u3000", "\xa0", "“", "＇", "\ufeff", "\u200b", "' ")
BODIES = ("cmd|' /C calc'!A0", "1+1", "SUM(A1:A9)", 'HYPERLINK("http://192.0.2.1")')
FORMULAS = ["".join(seed) for seed in itertools.product(LEADS, TRIGGERS, BODIES)]


@pytest.mark.parametrize("seed", [*FORMULAS, "\t=1", "\r=1", "\n=1", "\tx", "\rx", "@"])
def test_no_text_becomes_a_formula(seed):
    assert safe_cell(seed) == "'" + seed


def test_without_the_protection_formulas_would_run(monkeypatch):
    monkeypatch.setattr(sheet, "_FORMULA", re.compile("(?!)"))
    assert all(safe_cell(seed) == seed for seed in FORMULAS)


@pytest.mark.parametrize(
    "plain", ["", "路灯不亮", "3+2户", "a@b", "2019-02-28", "'引号'", "100%", "1=1", "（-）"]
)
def test_plain_text_stays_as_it_is(plain):
    assert safe_cell(plain) == plain
