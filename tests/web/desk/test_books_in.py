"""A ledger kept elsewhere, on the screen: upload, columns, dry run, import, the way back; and every hostile file is one sentence."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gezhi.cases.models import Case
from gezhi.channels import books as channel
from gezhi.journal.models import Entry
from gezhi.kernel import sheet as kernel_sheet
from gezhi.kernel import workbook
from gezhi.kernel.workbook import Limits
from gezhi.reports import books
from gezhi.reports.models import IncomingBook, Layout, Report
from tests import oldbooks
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.working import tick

BOOKS = "/desk/ledger/books/"
HEADS = ("编号", "地点", "问题描述", "投诉人", "联系电话", "办理情况", "咋办的")
ROWS = (
    ("1", "悦海花园3号楼", "路灯不亮", "林秀英", "13812345678", "", "=1+1"),
    ("2", "月球背面", "井盖松动", "", "13812345678", "处理中", ""),
    ("3", "中街", "积水", "", "13812345678", "已办结", ""),
)


def excel(*rows: Any, sheets: tuple[str, ...] = ()) -> bytes:
    book, to = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    for name in sheets:
        book.create_sheet(name).append(["说明", "甲"])
    book.save(to)
    return to.getvalue()


def csv(*rows: tuple[str, ...]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


def sent(client: Any, data: bytes, name: str = "台账.csv", **more: str) -> Any:
    return client.post(BOOKS, {"sheet": SimpleUploadedFile(name, data), **more})


def columns(book: IncomingBook, **said: str) -> dict[str, str]:
    """The form of the columns as it was shown, and what is said otherwise."""
    return {f"c{at}": field for at, field in enumerate(book.fields)} | {"finished": "leave_out"} | said


def kept() -> IncomingBook:
    return IncomingBook.objects.get()


# ---- the whole way ----


def test_a_book_is_uploaded_understood_tried_and_brought_in(cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.chen)
    answer = sent(client, csv(HEADS, *ROWS))
    book = kept()
    assert (answer.status_code, answer["Location"]) == (302, f"{BOOKS}{book.id}/")
    said = text(client.get(answer["Location"]))
    assert "表头在第 1 行，下面 3 行" in said
    assert "是个人信息，不导入" in said  # the names of people
    assert "没有认出来，请选择或不导入" in said  # 咋办的: nothing is guessed silently
    assert "路灯不亮 / 井盖松动 / 积水" in said
    assert Report.objects.count() == 0

    answer = client.post(f"{BOOKS}{book.id}/", columns(book, c6="note"))
    assert answer["Location"] == f"{BOOKS}{book.id}/trial/"
    said = text(client.get(answer["Location"]))
    assert "会新增 2 已有，不重复 0 读不懂 0 已办结，不导入 1" in said
    assert "第 3 行，地点：没有找到“月球背面”" in said
    assert "导入 2 件" in said
    assert Report.objects.count() == 0

    answer = client.post(f"{BOOKS}{book.id}/begin/")
    assert answer["Location"] == f"{BOOKS}{book.id}/"
    assert "正在导入" in text(client.get(f"{BOOKS}{book.id}/"))
    tick(noon)
    assert "新增 2 已有，不重复 0" in text(client.get(f"{BOOKS}{book.id}/"))
    assert "台账.csv" in text(client.get(BOOKS))
    assert sorted(Report.objects.values_list("text", flat=True)) == [
        "井盖松动\n地点：月球背面\n办理情况：处理中",
        "路灯不亮\n咋办的：=1+1",
    ]
    assert Layout.objects.get().fields == ["number", "place", "text", "", "contact", "status", "note"]

    assert client.post(f"{BOOKS}{book.id}/take-back/").status_code == 302
    tick(noon)
    said = text(client.get(f"{BOOKS}{book.id}/"))
    assert "已撤回 1" in said  # the unlocated one lies at the office's desk, not at hers
    assert set(Case.objects.values_list("ending", flat=True)) == {"declined", ""}
    number = Case.objects.get(ending="").number
    assert number in said
    page = client.get(f"{BOOKS}{book.id}/").content.decode()
    assert f"/desk/cases/{number}/" not in page  # a link that she may not follow is none


def test_a_known_layout_goes_straight_to_the_trial(cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, ROWS[0]))
    client.post(f"{BOOKS}{kept().id}/begin/")
    tick(noon)
    answer = sent(client, csv(HEADS, *ROWS), "二月.csv")
    book = IncomingBook.objects.latest("brought_at", "id")
    assert answer["Location"] == f"{BOOKS}{book.id}/trial/"
    assert "会新增 1 已有，不重复 1" in text(client.get(answer["Location"]))


def test_the_same_file_sent_twice_waits_once(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    assert sent(client, csv(HEADS, *ROWS))["Location"] == sent(client, csv(HEADS, *ROWS))["Location"]
    assert IncomingBook.objects.count() == 1


def test_a_button_pressed_twice_is_told_that_it_has_begun(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, *ROWS))
    client.post(f"{BOOKS}{kept().id}/begin/")
    answer = client.post(f"{BOOKS}{kept().id}/begin/")
    assert answer.status_code == 409
    assert "已经开始处理" in text(answer)


def test_the_bar_asks_again_and_the_page_comes_anew_at_the_end(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, *ROWS))
    client.post(f"{BOOKS}{kept().id}/begin/")
    part = client.get(f"{BOOKS}{kept().id}/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'hx-trigger="load delay:2s"' in part.content.decode()
    tick(noon)
    assert client.get(f"{BOOKS}{kept().id}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


# ---- what the columns are ----


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"c2": ""}, "请选出哪一列是“问题描述”"),
        ({"c6": "number"}, "有两列选成了同一项"),
        ({"c6": "password"}, "有一列选的内容不认识"),
        ({"finished": "solved"}, "没有找到，请重新选择"),
    ],
)
def test_a_choice_that_cannot_be_comes_back_with_what_was_chosen(
    said: dict[str, str], sentence: str, cast: Cast, desk: Desk
) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, *ROWS))
    answer = client.post(f"{BOOKS}{kept().id}/", columns(kept(), **said, c5="note"))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert '<option value="note" selected>' in answer.content.decode()


def test_another_sheet_can_be_chosen(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    sent(client, excel(HEADS, *ROWS, sheets=("附件",)), "台账.xlsx")
    answer = client.post(f"{BOOKS}{kept().id}/", {"sheet": "附件", "again": "1"})
    assert answer["Location"] == f"{BOOKS}{kept().id}/"
    assert kept().sheet == "附件"
    answer = client.post(f"{BOOKS}{kept().id}/", {"sheet": "没有", "again": "1"})
    assert (answer.status_code, "没有这张工作表" in text(answer)) == (422, True)


def test_an_encoding_that_cannot_be_seen_is_asked_for(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    data = "問題描述,地點\n路燈壞了,東門\n".encode("big5")
    assert (sent(client, data).status_code, IncomingBook.objects.count()) == (422, 0)
    assert "看不出文字编码" in text(sent(client, data))
    assert sent(client, data, encoding="big5").status_code == 302
    assert "路燈壞了" in text(client.get(f"{BOOKS}{kept().id}/"))
    assert client.post(f"{BOOKS}{kept().id}/", {"encoding": "utf-8", "again": "1"}).status_code == 422


def test_all_findings_are_downloaded_and_none_is_a_formula(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    sent(client, csv(("问题描述", "=类别", "类别"), ("", "", ""), ("路灯", "", "=cmd|x"), ("", "a", "b")))
    client.post(f"{BOOKS}{kept().id}/", columns(kept()))
    trial = client.get(f"{BOOKS}{kept().id}/trial/")
    assert (trial.status_code, "1 行要改，改好前不能导入" in text(trial)) == (422, True)
    answer = client.get(f"{BOOKS}{kept().id}/findings/")
    assert answer.content.decode("utf-8-sig").splitlines() == [
        '"行","列","轻重","怎么回事、怎么办"',
        '"4","问题描述","要改","不能为空"',
        '"3","\'=类别","提醒","没有“=cmd|x”这个类别，先不归类，原话留在内容里"',
    ]
    client.post(f"{BOOKS}{kept().id}/", columns(kept(), skip_bad="1"))
    assert client.get(f"{BOOKS}{kept().id}/trial/").status_code == 200


# ---- hostile files: classes 4, 12, 13, 31 ----


def zipped(parts: dict[str, bytes]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return to.getvalue()


def with_part(name: str, part: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(excel(HEADS, *ROWS))) as old:
        parts = {one: old.read(one) for one in old.namelist()}
    return zipped(parts | {name: part})


def of_one_gigabyte() -> bytes:
    """A directory that says 1 GB, with a few bytes behind it."""
    data = bytearray(with_part("xl/worksheets/sheet1.xml", b"x"))
    at = data.rfind(b"PK\x01\x02", 0, data.find(b"xl/worksheets/sheet1.xml", data.find(b"PK\x01\x02")))
    data[at + 24 : at + 28] = (2**30).to_bytes(4, "little")
    return bytes(data)


HOSTILE = {
    "flat": (zipped({"xl/worksheets/sheet1.xml": b" " * 30_000_000}), "展开后太大"),
    "1 GB": (of_one_gigabyte(), "展开后太大"),
    "nested": (with_part("xl/media/a.zip", b"PK\x03\x04"), "还套着压缩文件"),
    "xxe": (
        with_part("xl/sharedStrings.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><sst/>'),
        "外部引用",
    ),
    "no book": (b"\x7fELF" * 100, "这个文件打不开"),
    "half": (excel(HEADS, *ROWS)[:900], "这个文件打不开"),
    "encrypted": (oldbooks.xls(HEADS, extra=oldbooks.record(0x2F, b"\0" * 6)), "文件有密码"),
    "empty": (excel(), "表里没有内容"),
}


@pytest.mark.parametrize("which", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_nothing_is_kept(
    which: str, cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, sentence = HOSTILE[which]
    if which in {"flat", "1 GB"}:
        monkeypatch.setattr(workbook, "_inflated", None)  # refused by the sums of its directory
    answer = sent(desk(cast.chen), data, "台账.xls" if data.startswith(b"\xd0\xcf") else "台账.xlsx")
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert IncomingBook.objects.count() == 0


def test_paths_inside_a_workbook_lead_nowhere(cast: Cast, desk: Desk) -> None:
    answer = sent(desk(cast.chen), with_part("../../../etc/cron.d/x", b"* * * * * root true"), "台账.xlsx")
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["../../etc/台账.csv", "台账\r\nSet-Cookie: a=b.csv", "长" * 300 + ".csv"])
def test_the_name_of_a_file_is_a_word_and_no_path(name: str, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    assert sent(client, csv(HEADS, *ROWS), name).status_code in (302, 422)
    assert client.get(BOOKS).status_code == 200


def test_markup_in_a_book_is_words(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    sent(client, csv(("问题描述", "<script>x</script>"), ("<img src=x onerror=y>", "a")), "<b>.csv")
    page = client.get(f"{BOOKS}{kept().id}/").content.decode()
    assert "<script>x" not in page
    assert "<img src=x" not in page


# ---- whose it is ----


def test_nobody_else_sees_what_somebody_uploaded(cast: Cast, desk: Desk, keeper: Any) -> None:
    sent(desk(cast.chen), csv(HEADS, *ROWS))
    for path in ("", "trial/", "findings/"):
        assert desk(cast.zhou).get(f"{BOOKS}{kept().id}/{path}").status_code == 404
        assert desk(keeper).get(f"{BOOKS}{kept().id}/{path}").status_code == 403
    assert desk(cast.zhou).post(f"{BOOKS}{kept().id}/begin/").status_code == 404


def test_without_that_question_anybody_would(cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(desk(cast.chen), csv(HEADS, *ROWS))
    monkeypatch.setattr("gezhi.reports.books.book", lambda id, *, actor: IncomingBook.objects.get(id=id))
    assert desk(cast.zhou).get(f"{BOOKS}{kept().id}/").status_code == 200


def test_names_of_people_are_in_no_row_of_the_office(cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, *ROWS))
    client.post(f"{BOOKS}{kept().id}/begin/")
    tick(noon)
    everything = [
        *Report.objects.all(),
        *Case.objects.all(),
        *Entry.objects.all(),
        *IncomingBook.objects.all(),
    ]
    assert [one for one in everything if "林秀英" in str(vars(one))] == []


def test_an_old_workbook_comes_in_like_a_new_one(cast: Cast, desk: Desk, noon: datetime) -> None:
    client = desk(cast.chen)
    sent(client, oldbooks.xls(HEADS, *ROWS), "台账.xls")
    channel.begin(kept(), actor=cast.chen, at=noon)
    tick(noon)
    assert (Report.objects.count(), kept().stage) == (2, "done")


def test_a_workbook_is_opened_once_for_all_its_sheets(
    cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, repack = [], kernel_sheet.repacked

    def counted(data: bytes, limits: Limits) -> bytes:
        opened.append(len(data))
        return repack(data, limits)

    monkeypatch.setattr(kernel_sheet, "repacked", counted)
    sent(desk(cast.chen), excel(("说明",), sheets=tuple("甲乙丙丁")), "台账.xlsx")
    assert (kept().sheet, len(opened)) == ("Sheet", 1)


@pytest.mark.parametrize(
    ("stage", "sentence"),
    [("staging", "什么都没有写入"), ("closing", "案件都已导入"), ("withdrawing", "撤回中途停下")],
)
def test_a_book_that_nobody_goes_on_with_says_how_far_it_came(
    stage: str, sentence: str, cast: Cast, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    sent(client, csv(HEADS, *ROWS))
    IncomingBook.objects.update(stage=stage, began_at=noon - timedelta(days=2))
    books.purge(at=noon)
    assert sentence in text(client.get(f"{BOOKS}{kept().id}/"))


def test_whose_desk_gets_what_has_no_place_is_said_before_it_comes_in(cast: Cast, desk: Desk) -> None:
    """The clerk would look for those rows in vain afterwards; the officer of the office sees them anyway."""
    said = {}
    for who in (cast.chen, cast.zhou):
        IncomingBook.objects.all().delete()
        client = desk(who)
        sent(client, csv(HEADS, *ROWS))
        book = kept()
        client.post(f"{BOOKS}{book.id}/", columns(book, c6="note"))
        said[who.id] = "不能定位的会交给" in text(client.get(f"{BOOKS}{book.id}/trial/"))
    assert said == {cast.chen.id: True, cast.zhou.id: False}
