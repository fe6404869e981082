"""CSV as offices send it: any encoding, any line ends, any delimiter, or refused with the row."""

import csv
import io
import itertools

import pytest

from gezhi.kernel.sheet import BadSheet, Fault, Limits, Row, read_sheet

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
NEWLINES = ["\n", "\r\n", "\r"]
DELIMITERS = [",", ";", "\t"]


def refusal(data, filename="a.csv", **options):
    with pytest.raises(BadSheet) as refused:
        read_sheet(data, filename, **options)
    return refused.value


@pytest.mark.parametrize(
    ("encoding", "newline", "delimiter"), list(itertools.product(ENCODINGS, NEWLINES, DELIMITERS))
)
def test_a_text_table_is_read_however_it_was_saved(encoding, newline, delimiter):
    table = [
        ["小区", "户数", "备注"],
        ["黄官花园", "120", f'三{newline}行"引{delimiter}号"'],
        [],
        ["路南里", "", " "],
    ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(table)
    read = read_sheet(text.getvalue().encode(encoding), "places.csv")
    assert (read.heads, read.rows) == (
        ("小区", "户数", "备注"),
        (Row(2, ("黄官花园", "120", f'三{newline}行"引{delimiter}号"')), Row(4, ("路南里", None, None))),
    )


def test_mixed_line_ends_are_read():
    read = read_sheet(b"a,b\r\n1,2\r3,4\n5,6", "a.csv")
    assert read.rows == (Row(2, ("1", "2")), Row(3, ("3", "4")), Row(4, ("5", "6")))


def test_the_encoding_found_is_told():
    assert read_sheet("小区,户\n花园,1".encode("gbk"), "a.csv").encoding == "gb18030"
    assert read_sheet("小区,户\n花园,1".encode(), "a.csv").encoding == "utf-8"


def test_a_rare_name_in_everyday_chinese_is_no_reason_to_ask():
    assert (
        read_sheet("姓名,小区——备注\n王喆堃,黄官花园路灯不亮".encode("gb18030"), "a.csv").encoding
        == "gb18030"
    )


@pytest.mark.parametrize(
    "data",
    [
        "編號,內容\n1,路燈不亮了請修理一下謝謝".encode("big5"),
        "Straße,né\n1,ü ö ä é è ß".encode("latin-1"),
        "名前,内容\n1,街灯が消えています".encode("shift_jis"),
        b"\xff\xff\xff\xff",
        b"a,b\n\xc0\xaf,\xed\xa0\x80",
    ],
)
def test_a_guess_at_the_encoding_is_not_made(data):
    assert refusal(data).code == "encoding"


def test_the_answer_of_the_person_is_taken_from_a_closed_list():
    data = "編號,內容\n1,路燈".encode("big5")
    assert read_sheet(data, "a.csv", encoding="big5").heads == ("編號", "內容")
    assert refusal(data, encoding="utf-8").details == {"tried": "utf-8"}
    assert refusal(data, encoding="unicode_escape").code == "unknown_encoding"


@pytest.mark.parametrize("damaged", ['3,"x\n4,y', '3,"x"y', '3,"x" ,"y"z'])
def test_a_damaged_quote_is_named_by_its_row(damaged):
    assert (
        refusal(f"a,b\n1,2\n{damaged}\n".encode()).code,
        refusal(f"a,b\n1,2\n{damaged}\n".encode()).details,
    ) == (
        "quotes",
        {"row": 3},
    )


def test_a_cell_of_ten_megabytes_is_named_by_its_row():
    error = refusal(b"a,b\n1," + b"x" * 10_000_000)
    assert (error.code, error.details) == ("too_long", {"row": 2})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b\n" + "1,2\n" * 11, "too_many_rows"),
        ("a" + ",a" * 11, "too_many_columns"),
        ("a,b,c\n" * 9, "too_many_cells"),
    ],
)
def test_a_table_beyond_the_limits_is_refused(text, code):
    limits = Limits(max_rows=11, max_columns=11, max_cells=26)
    assert refusal(text.encode(), limits=limits).code == code
    assert read_sheet(text.encode(), "a.csv", limits=Limits(max_rows=12, max_columns=12, max_cells=27)).heads


def test_a_file_beyond_the_size_is_refused():
    assert refusal(b"a,b\n1,2", limits=Limits(max_bytes=6)).code == "bomb"


def test_a_stray_delimiter_is_a_fault_of_its_row():
    assert read_sheet(b"a,b\n1,2,3\n4,5,\n", "a.csv").rows == (
        Row(2, ("1", "2"), (Fault(2, "beyond_heads"),)),
        Row(3, ("4", "5")),
    )


def test_two_heads_of_one_name_are_no_fault_until_one_of_them_is_wanted():
    assert read_sheet(b"a,a,b\n1,2,3", "a.csv").heads == ("a", "a", "b")


def test_text_keeps_its_leading_zeros_and_signs():
    assert read_sheet("编号,内容\n0012,=1+1".encode(), "a.csv").rows == (Row(2, ("0012", "=1+1")),)


@pytest.mark.parametrize("data", [bytes(100), bytes(99) + b"a", b"\0\0\0\x01" * 30, b"a\0\0\0b\0\0\0" * 20])
def test_what_is_mostly_nul_is_no_text(data):
    with pytest.raises(BadSheet):
        read_sheet(data, "nul.csv")
