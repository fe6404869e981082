"""What the desk makes of the ledger: months that freeze, large files made beside, a superior's form filled."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.journal.sealing import seal
from gezhi.ledger import actions as ledger
from gezhi.ledger import files, forms, months
from gezhi.ledger.models import LedgerFile, MonthBook, SheetForm
from gezhi.parties import savedviews
from gezhi.web.desk.ledgers import byview
from tests.cast import Cast, walk
from tests.channels.superior import FIRST, TOTAL, as_bytes, street_form
from tests.web.desk.conftest import Desk, text

APRIL_3 = datetime(2026, 4, 3, 4, tzinfo=UTC)
MARCH = date(2026, 3, 1)


@pytest.fixture
def march(cast: Cast, desk: Desk, noon: datetime) -> Case:
    """A door in A1 and a lamp in B2."""
    case = cast.lin_reports(noon)
    cast.lin_reports(noon + timedelta(hours=1), "中街路灯不亮", place=cast.town.street_b)
    seal(at=noon)
    ledger.catch_up(at=noon)
    return case


def form_file(name: str = "城管月报.xlsx", book: Any = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_bytes(book or street_form()))


# ---- months ----


def test_chen_freezes_the_month_of_his_desk(march: Case, cast: Cast, desk: Desk) -> None:
    with time_machine.travel(APRIL_3, tick=False):
        client = desk(cast.chen)
        page = text(client.get("/desk/ledger/months/"))
        assert "2026年3月" in page
        answer = client.post("/desk/ledger/months/", {"desk": str(cast.desk_a), "month": "2026-03"})
        assert (answer.status_code, answer["Location"]) == (302, "/desk/ledger/months/")
        waiting = client.get("/desk/ledger/months/")
        assert ("正在冻结" in text(waiting), "0 / 1 件" in text(waiting)) == (True, True)
        assert '<option value="2026-03">' not in waiting.content.decode()
        worker.do_errands(APRIL_3)
        (book,) = MonthBook.objects.all()
        part = client.get("/desk/ledger/months/?part=books")
        assert ("hx-get" in part.content.decode(), "2026年3月" in text(part)) == (False, True)
        assert "冻结以后没有变化" in text(client.get(f"/desk/ledger/months/{book.id}/"))
        again = client.post("/desk/ledger/months/", {"desk": str(cast.desk_a), "month": "2026-03"})
        assert (again.status_code, "已经冻结过了" in text(again)) == (409, True)


@pytest.mark.parametrize(
    ("desk_of", "month", "status"),
    [
        ("desk_b", "2026-03", 403),
        ("desk_a", "2026-04", 422),
        ("desk_a", "2026-13", 422),
        ("desk_a", "9999-12", 422),
        ("desk_a", "", 422),
    ],
)
def test_what_may_not_be_frozen_is_refused(
    desk_of: str, month: str, status: int, march: Case, cast: Cast, desk: Desk
) -> None:
    with time_machine.travel(APRIL_3, tick=False):
        answer = desk(cast.chen).post(
            "/desk/ledger/months/", {"desk": str(getattr(cast, desk_of)), "month": month}
        )
    assert (answer.status_code, MonthBook.objects.count()) == (status, 0)


def test_corrections_stand_on_the_page_and_in_a_sheet_of_their_own(
    march: Case, cast: Cast, desk: Desk
) -> None:
    book = months.freeze(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3)
    walk(march, (cast.chen, Move("accept")), at=APRIL_3)
    with time_machine.travel(APRIL_3, tick=False):
        client = desk(cast.chen)
        seal(at=APRIL_3)
        ledger.catch_up(at=APRIL_3)
        page = text(client.get(f"/desk/ledger/months/{book}/"))
        taken = client.get(f"/desk/ledger/months/{book}/xlsx/")
    assert "已上报" in page
    assert "受理立案" in page
    made = openpyxl.load_workbook(io.BytesIO(b"".join(taken)))
    assert made.sheetnames == ["2026-03台账", "更正"]
    assert [made["2026-03台账"].cell(5, at).value for at in (1, 2)] == [march.number, "已上报"]
    rows = [[cell.value for cell in row] for row in made["更正"].iter_rows(min_row=4)]
    assert [march.number, "状态", "已上报", "已立案"] in [row[:4] for row in rows]


# ---- large files ----


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """More than one line is many."""
    settings.GEZHI_DATA = str(tmp_path)
    monkeypatch.setattr(files, "STRAIGHT", 1)
    monkeypatch.setattr("gezhi.web.desk.ledger.STRAIGHT", 1)


def test_a_large_ledger_is_asked_for_waited_for_and_taken_away(
    march: Case, cast: Cast, desk: Desk, few: None, noon: datetime
) -> None:
    client = desk(cast.zhou)
    asked = client.get("/desk/ledger/download/csv/?state=reported")
    assert asked["Location"] == "/desk/ledger/files/?state=reported"
    assert "在后台生成" in text(client.get(asked["Location"]))
    begun = client.post("/desk/ledger/files/", {"query": "state=reported", "suffix": "csv"})
    assert "正在生成台账" in text(client.get(begun["Location"]))
    assert client.get(begun["Location"] + "file/").status_code == 404
    (row,) = LedgerFile.objects.all()
    while files.go_on(row.id, at=noon) is not None:
        pass
    assert "台账做好了，共 2 件" in text(client.get(begun["Location"], headers={"HX-Request": "true"}))
    assert b"".join(client.get(begun["Location"] + "file/")).startswith(b"\xef\xbb\xbf")
    assert desk(cast.chen).get(begun["Location"]).status_code == 404


def test_a_small_one_is_written_straight(march: Case, cast: Cast, desk: Desk, few: None) -> None:
    assert desk(cast.chen).get("/desk/ledger/download/csv/").status_code == 200


def test_a_filter_that_cannot_be_read_makes_no_file(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    for query, status in (("since=morgen", 422), ("place=nirgends", 404), ("book=x", 404)):
        asked = client.post("/desk/ledger/files/", {"query": query, "suffix": "csv"})
        assert asked.status_code == status
    assert client.post("/desk/ledger/files/", {"query": "", "suffix": "pdf"}).status_code == 422
    assert not LedgerFile.objects.exists()


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("too_many", "放不下这么多行"),
        ("unreadable", "筛选条件读不出来"),
        (files.BROKE_OFF, "试了几次都没有成功"),
    ],
)
def test_a_file_that_came_to_nothing_says_why_and_asks_no_more(
    march: Case, cast: Cast, desk: Desk, few: None, noon: datetime, problem: str, said: str
) -> None:
    client = desk(cast.zhou)
    asked = {"query": "round=2&words=门", "suffix": "csv"}
    begun = client.post("/desk/ledger/files/", asked)
    LedgerFile.objects.update(problem=problem, ended_at=noon)
    page = client.get(begun["Location"])
    assert (said in text(page), "load delay:1s" in page.content.decode()) == (True, False)
    assert client.post("/desk/ledger/files/", asked).status_code == 302


# ---- forms of others ----


def uploaded(client: Any, file: SimpleUploadedFile | None = None) -> Any:
    return client.post("/desk/ledger/forms/", {"sheet": file or form_file()})


MAPPED = {
    **{f"c{at}": field for at, field in enumerate(("serial", "community", "place", "matter", "received_at", "party", "state"))},
    **{"c7": "", "c8": "constant", "t8": "环翠区", "name": "城管月报", "first": str(FIRST), "last": str(TOTAL - 1)},
}  # fmt: skip


def test_a_form_is_uploaded_mapped_once_and_filled_every_time(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    answer = uploaded(client)
    (form,) = SheetForm.objects.all()
    assert answer["Location"] == f"/desk/ledger/forms/{form.id}/columns/"
    page = client.get(answer["Location"]).content.decode()
    assert '<option value="received_at" selected>' in page
    assert client.post(answer["Location"], MAPPED)["Location"] == f"/desk/ledger/forms/{form.id}/"
    assert "城管月报" in text(client.get(f"/desk/ledger/forms/{form.id}/"))
    made = client.post(f"/desk/ledger/forms/{form.id}/", {"month": "2026-03"})
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).worksheets[0]
    assert [sheet.cell(FIRST, at).value for at in (1, 4, 9)] == [1, "楼道门玻璃碎了，地上有碎片", "环翠区"]
    assert sheet.cell(FIRST + 1, 1).value is None
    assert sheet.cell(TOTAL, 8).value == f"=SUM(H{FIRST}:H{TOTAL - 1})"
    assert "filename*=utf-8''" in made["Content-Disposition"]


def test_a_newer_version_with_the_same_heads_is_recognised(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(uploaded(client)["Location"], MAPPED)
    newer = street_form()
    newer["月报 表1"]["A1"] = "××街道城市管理问题月报表（2026 年修订）"
    answer = uploaded(client, form_file("新月报.xlsx", newer))
    (form,) = forms.forms()
    assert answer["Location"] == f"/desk/ledger/forms/{form.id}/"
    assert (form.name, form.version, form.filename, form.fields[8]) == (
        "城管月报",
        2,
        "新月报.xlsx",
        "=环翠区",
    )


def test_what_was_said_of_a_head_is_known_in_another_form(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(uploaded(client)["Location"], MAPPED | {"c7": "urges"})
    other = openpyxl.Workbook()
    sheet: Any = other.active
    sheet.append(["问题描述", "扣分", "上报时间"])
    page = client.get(uploaded(client, form_file("别的.xlsx", other))["Location"]).content.decode()
    assert '<option value="urges" selected>' in page


def test_nothing_that_was_chosen_is_lost_when_it_is_refused(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    address = uploaded(client)["Location"]
    for wrong in ({"first": "3"}, {"last": "x"}, {"name": " "}, {"c0": "nonsense"}):
        answer = client.post(address, MAPPED | wrong)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="环翠区"' in page
        assert '<option value="party" selected>' in page
    assert not SheetForm.objects.get().is_confirmed


def test_a_bad_file_is_refused_with_a_sentence_and_nothing_is_kept(
    march: Case, cast: Cast, desk: Desk
) -> None:
    client = desk(cast.chen)
    for name, data, said in (
        ("月报.xlsx", b"hello", "打不开"),
        ("月报.xlsm", as_bytes(street_form()), "宏"),
        ("月报.xls", b"\xd0\xcf\x11\xe0", "只收 .xlsx"),
    ):
        answer = uploaded(client, SimpleUploadedFile(name, data))
        assert (answer.status_code, said in text(answer)) == (422, True)
    assert not SheetForm.objects.exists()


def test_too_many_lines_for_a_fixed_form_keep_the_choice(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.zhou)
    address = uploaded(client)["Location"]
    client.post(address, MAPPED | {"last": str(FIRST), "fixed": "1"})
    answer = client.post(address.removesuffix("columns/"), {"month": "2026-03", "words": ""})
    assert (answer.status_code, "只有 1 行" in text(answer)) == (422, True)
    assert '<option value="2026-03" selected>' in answer.content.decode()


def test_each_fills_it_with_the_cases_he_may_see(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(uploaded(client)["Location"], MAPPED)
    (form,) = forms.forms()
    made = desk(cast.zhou).post(f"/desk/ledger/forms/{form.id}/", {"month": "2026-03"})
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).worksheets[0]
    assert [sheet.cell(FIRST + at, 4).value for at in range(3)] == [
        "楼道门玻璃碎了，地上有碎片",
        "中街路灯不亮",
        None,
    ]
    assert desk(cast.wei).get("/desk/ledger/forms/").status_code == 403


def matters(answer: Any) -> list[Any]:
    """What stands in the column of the matter of a filled form."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [value for at in range(3) if (value := sheet.cell(FIRST + at, 4).value)]


def form_of_a_view(cast: Cast, desk: Desk, noon: datetime, **more: Any) -> tuple[UUID, str]:
    """A form that takes the lamps, and its address: a view of 周's party unless it is said whose."""
    view = savedviews.keep(
        "路灯", "view=open&q=路灯", actor=cast.zhou, at=noon, **{"party": cast.zhou.posts[0].party} | more
    )
    client = desk(cast.zhou)
    address = uploaded(client)["Location"]
    page = client.get(address).content.decode()
    assert f'<option value="{view.hex}">路灯</option>' in page
    assert client.post(address, MAPPED | {"view": view.hex}).status_code == 302
    return view, address.removesuffix("columns/")


def test_a_form_takes_the_cases_of_a_view_and_a_month(
    march: Case, cast: Cast, desk: Desk, noon: datetime
) -> None:
    view, address = form_of_a_view(cast, desk, noon)
    client = desk(cast.zhou)
    page = client.get(address)
    assert f'<option value="{view.hex}" selected>' in page.content.decode()
    assert "条件：全部在办、内容或编号：路灯" in text(page)
    assert matters(client.post(address, {"month": "2026-03", "view": view.hex})) == ["中街路灯不亮"]
    assert matters(client.post(address, {"month": "2026-02", "view": view.hex})) == []
    assert len(matters(client.post(address, {"month": "2026-03", "view": ""}))) == 2
    assert SheetForm.objects.get().view == view


def test_more_cases_than_a_form_holds_are_narrowed_by_the_condition(
    march: Case, cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, address = form_of_a_view(cast, desk, noon)
    monkeypatch.setattr(byview, "MOST_LINES", 0)
    answer = desk(cast.zhou).post(address, {"month": "2026-03", "view": view.hex})
    assert matters(answer) == ["中街路灯不亮"]


def test_a_view_that_was_deleted_says_so_and_nothing_is_filled_without_it(
    march: Case, cast: Cast, desk: Desk, noon: datetime
) -> None:
    view, address = form_of_a_view(cast, desk, noon)
    savedviews.drop(view, actor=cast.zhou, at=noon)
    client = desk(cast.zhou)
    assert "已经删去" in text(client.get(address))
    answer = client.post(address, {"month": "2026-03", "view": view.hex, "words": "灯"})
    assert (answer.status_code, "已经删去" in text(answer)) == (422, True)
    assert 'value="灯"' in answer.content.decode()
    refused = client.post(f"{address}columns/", MAPPED | {"view": view.hex})
    assert (refused.status_code, "已经删去" in text(refused)) == (422, True)
    assert len(matters(client.post(address, {"month": "2026-03", "view": ""}))) == 2


def test_twin_without_looking_for_the_view_it_would_be_filled_with_everything(
    march: Case, cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, address = form_of_a_view(cast, desk, noon)
    savedviews.drop(view, actor=cast.zhou, at=noon)
    monkeypatch.setattr(byview, "narrowed", lambda wanted, id, **who: wanted)
    assert len(matters(desk(cast.zhou).post(address, {"month": "2026-03", "view": view.hex}))) == 2


def test_who_fills_a_form_of_a_view_sees_what_he_may_see_alone(
    march: Case, cast: Cast, desk: Desk, noon: datetime
) -> None:
    own, address = form_of_a_view(cast, desk, noon, party=None)
    chen = desk(cast.chen)
    assert "别人自己的" in text(chen.get(address))
    option = chen.get(address).content.decode().partition(f'value="{own.hex}" selected>')[2]
    assert option.startswith("（用不了的视图）")
    assert chen.post(address, {"month": "2026-03", "view": own.hex}).status_code == 422
    his = savedviews.keep("都要", "view=open", actor=cast.chen, at=noon)
    assert matters(chen.post(address, {"month": "2026-03", "view": his.hex})) == [
        "楼道门玻璃碎了，地上有碎片"
    ]
    for nonsense in ("x", "0" * 32, "٣", "'"):
        assert chen.post(address, {"month": "2026-03", "view": nonsense}).status_code == 422


def test_a_dropped_form_is_gone_and_its_heads_are_remembered(march: Case, cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    client.post(uploaded(client)["Location"], MAPPED)
    (form,) = forms.forms()
    client.post(f"/desk/ledger/forms/{form.id}/drop/")
    assert client.get(f"/desk/ledger/forms/{form.id}/").status_code == 404
    assert forms.forms() == []
    page = client.get(uploaded(client)["Location"]).content.decode()
    assert 'value="环翠区"' in page
