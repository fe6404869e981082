"""Many cases from the list: chosen, looked at ahead, done, told honestly, taken back; nothing is written before the clerk presses."""

import io
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.cases import queries as cases
from gezhi.cases.bulk.models import Bulk
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.journal.models import Entry
from gezhi.reports.queries import tracking_code
from gezhi.web.desk.bulk import choosing, deeds
from gezhi.web.desk.bulk.choosing import short
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text
from tests.working import tick

KEY = "key-of-a-bulk-form-0001"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def opened_ones(cast: Cast, noon: datetime) -> list[Case]:
    """Three that Chen accepted."""
    made = [cast.lin_reports(noon, text=f"楼道门玻璃碎了 {number}") for number in range(3)]
    return [walk(one, (cast.chen, Move("accept")), at=noon) for one in made]


def ask(client: Client, deed: str, found: list[Case], **more: str) -> Any:
    return client.get("/desk/bulk/", {"deed": deed, "cases": [short(one.number) for one in found], **more})


def ticked(page: Any) -> list[str]:
    """What the boxes of a preview would send."""
    return [
        unescape(one)
        for one in re.findall(r'name="cases" value="([^"]+)" form="deed"', page.content.decode())
    ]


def press(client: Client, deed: str, page: Any, **more: Any) -> Any:
    """The form below a preview, as a browser sends it."""
    hidden = dict(re.findall(r'type="hidden" name="(key|into|list)" value="([^"]*)"', page.content.decode()))
    said = {name: unescape(value) for name, value in hidden.items()}
    return client.post("/desk/bulk/do/", {**said, "deed": deed, "cases": ticked(page), **more})


def states(found: list[Case]) -> list[str]:
    return [Case.objects.get(id=one.id).state for one in found]


def written() -> int:
    return Entry.objects.count() + Bulk.objects.count()


# ---- choosing ----


def test_every_row_has_a_box_and_the_bar_takes_ticks_the_page_or_all(
    cast: Cast, opened_ones: list[Case], desk: Desk
) -> None:
    client = desk(cast.chen)
    html = client.get("/desk/?view=opened&q=玻璃").content.decode()
    assert re.findall(r'name="cases" value="([^"]+)" form="bulk"', html) == [
        short(one.number) for one in opened_ones
    ]
    chosen = {"deed": "dispatch", "list": "view=opened&q=玻璃"}
    page_cases = " ".join(short(one.number) for one in opened_ones[:2])
    both = client.get("/desk/bulk/", {**chosen, "which": "page", "page_cases": page_cases})
    every = client.get("/desk/bulk/", {**chosen, "which": "all"})
    assert (len(ticked(both)), len(ticked(every))) == (2, 3)
    assert "本页全部 3 件" in html


def test_all_that_fit_are_the_most_urgent_five_hundred_and_it_is_said(
    cast: Cast, opened_ones: list[Case], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "MOST", 2)
    answer = desk(cast.chen).get("/desk/bulk/", {"deed": "dispatch", "which": "all", "list": "view=opened"})
    assert (len(ticked(answer)), "下面是最急的" in text(answer)) == (2, True)


def test_without_a_choice_it_says_what_to_do(cast: Cast, desk: Desk) -> None:
    assert "还没有选案件" in text(desk(cast.chen).get("/desk/bulk/?deed=dispatch"))


def test_who_has_no_desk_is_offered_the_file_only(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    client = desk(cast.sun)
    html = client.get("/desk/?party=all").content.decode()
    assert re.findall(r'name="deed" value="(\w+)"', html) == ["export"]
    assert ask(client, "dispatch", opened_ones).status_code == 403
    assert ask(client, "nonsense", opened_ones).status_code == 404


def test_what_he_may_not_see_is_not_shown_but_counted(
    cast: Cast, opened_ones: list[Case], desk: Desk
) -> None:
    answer = ask(desk(cast.mo), "export", opened_ones)
    assert (ticked(answer), opened_ones[0].number in answer.content.decode()) == ([], False)
    theirs = cast.lin_reports(opened_ones[0].received_at, text="积水", place=cast.town.street_b)
    answer = ask(desk(cast.chen), "dispatch", [*opened_ones, theirs])
    assert (len(ticked(answer)), "有 1 件您现在看不到了" in text(answer)) == (3, True)


# ---- looking ahead ----


def test_the_preview_says_for_each_what_will_happen_and_writes_nothing(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime
) -> None:
    taken = walk(opened_ones[2], (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    before = written()
    answer = ask(desk(cast.chen), "dispatch", opened_ones)
    said = text(answer)
    assert ("派给长峰物业" in said, "按类别的“由谁办”" in said) == (True, True)
    assert "现在是“已派遣”，不能派遣" in said
    assert ticked(answer) == [f"{short(one.number)}:{one.version}:{cast.property}" for one in opened_ones[:2]]
    assert (written(), taken.state) == (before, "dispatched")


def test_all_to_one_party_is_looked_at_before(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    answer = ask(desk(cast.chen), "dispatch", opened_ones, to=str(cast.agency))
    assert text(answer).count("派给区综合行政执法局") >= 3
    assert {one.rpartition(":")[2] for one in ticked(answer)} == {str(cast.agency)}
    assert ask(desk(cast.chen), "dispatch", opened_ones, to="nonsense").status_code == 200


def test_who_serves_the_places_of_the_chosen_stands_before_all_others(
    cast: Cast, opened_ones: list[Case], desk: Desk
) -> None:
    page = ask(desk(cast.chen), "dispatch", opened_ones).content.decode()
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    assert groups[0][0] == "服务这些地点的单位"
    assert str(cast.property) in groups[0][1]
    assert str(cast.team_b2) not in groups[0][1]
    assert [str(cast.property) in options for _kind, options in groups].count(True) == 1


@pytest.mark.parametrize("deed", ["dispatch", "urge", "join", "export"])
def test_a_preview_costs_the_same_for_one_and_for_many(
    cast: Cast, opened_ones: list[Case], desk: Desk, deed: str
) -> None:
    client = desk(cast.chen)
    ask(client, deed, opened_ones)  # what is kept is kept now
    costs = []
    for found in (opened_ones[:2], opened_ones):
        with CaptureQueriesContext(connection) as asked:
            assert ask(client, deed, found).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]


# ---- doing ----


def test_three_are_dispatched_and_taken_back(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    client = desk(cast.chen)
    page = ask(client, "dispatch", opened_ones, list="view=opened&q=玻璃")
    answer = press(client, "dispatch", page, note="周五前")
    assert states(opened_ones) == ["dispatched"] * 3
    shown = client.get(answer["Location"])
    assert ("3 件里派遣了 3 件" in text(shown), "撤销" in text(shown)) == (True, True)
    assert shown.context["chosen"].typed["q"] == "玻璃"
    undo = re.search(r'action="(/desk/bulk/deeds/[^"]+/undo/)"', shown.content.decode())
    assert undo is not None
    told = client.post(undo[1], follow=True)
    assert (states(opened_ones), "撤销了 3 件" in text(told)) == (["opened"] * 3, True)
    assert "撤销了 3 件" in text(client.get("/desk/bulk/deeds/"))


def test_what_moved_meanwhile_is_named_with_why(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    page = ask(client, "dispatch", opened_ones)
    walk(opened_ones[1], (cast.zhou, Move("note", note="我来看看")), at=noon)
    strip = client.get(press(client, "dispatch", page)["Location"])
    assert "3 件里派遣了 2 件，1 件没有动" in text(strip)
    told = text(client.get(f"/desk/bulk/deeds/{Bulk.objects.get().id}/"))
    assert (short(opened_ones[1].number) in told, "这期间有人动过它" in told) == (True, True)


def test_pressed_twice_it_is_done_once(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    client = desk(cast.chen)
    page = ask(client, "dispatch", opened_ones)
    first, again = press(client, "dispatch", page), press(client, "dispatch", page)
    assert (first["Location"], Bulk.objects.count()) == (again["Location"], 1)
    assert Entry.objects.filter(event="dispatch").count() == 3


def test_a_form_that_comes_back_changed_is_another_wish_and_is_shown_anew(
    cast: Cast, opened_ones: list[Case], desk: Desk
) -> None:
    client = desk(cast.chen)
    page = ask(client, "dispatch", opened_ones)
    press(client, "dispatch", page, cases=ticked(page)[:1])
    answer = press(client, "dispatch", page, note="还有这两件")
    assert (answer.status_code, "那一次办的是另一批" in text(answer), "还有这两件" in text(answer)) == (
        409,
        True,
        True,
    )
    assert len(ticked(answer)) == 2
    press(client, "dispatch", answer)
    assert states(opened_ones) == ["dispatched"] * 3


def test_voices_go_into_the_one_that_was_chosen(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    client = desk(cast.chen)
    page = ask(client, "join", opened_ones, into=short(opened_ones[1].number))
    press(client, "join", page)
    into = {Case.objects.get(id=one.id).joined_into_id for one in (opened_ones[0], opened_ones[2])}
    assert (into, states(opened_ones)) == ({opened_ones[1].id}, ["closed", "opened", "closed"])


def test_an_urge_says_before_that_it_cannot_be_unsaid_and_reaches_who_has_it(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime
) -> None:
    for one in opened_ones:
        walk(one, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    client = desk(cast.chen)
    page = ask(client, "urge", opened_ones)
    assert ("催长峰物业" in text(page), "催办发出去就收不回来" in text(page)) == (True, True)
    strip = text(client.get(press(client, "urge", page)["Location"]))
    assert ("3 件里催了 3 件" in strip, "前可以撤销" in strip) == (True, False)
    undo = client.post(f"/desk/bulk/deeds/{Bulk.objects.get().id}/undo/")
    assert (undo.status_code, "收不回来" in text(undo)) == (409, True)
    worker.keep_books(noon)
    assert "催办，请抓紧" in text(desk(cast.sun).get("/desk/notices/"))
    page = ask(desk(cast.zhou), "urge", opened_ones)
    assert (ticked(page), "刚刚催过" in text(page)) == ([], True)


def test_one_case_may_be_urged_as_well_and_its_story_says_by_whom(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime
) -> None:
    case = walk(opened_ones[0], (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    client, url = desk(cast.chen), f"/desk/cases/{case.number}/move/urge/"
    said = {"version": case.version, "note": "明天有检查"}
    assert client.post(url, said).status_code == 302
    told = text(client.get(f"/desk/cases/{case.number}/"))
    assert ("受理席催办" in told, "上报人催办" in told) == (True, False)
    report = cases.report_ids([case.id])[case.id][0]
    public = text(client.get(f"/t/{tracking_code(report)}"))
    assert ("受理的单位催了一次" in public, "另一位反映的人" in public) == (True, False)
    again = client.post(url, {**said, "version": case.version + 1})
    assert (again.status_code, "刚刚催过" in text(again)) == (422, True)


# ---- in slices ----


def test_what_does_not_fit_into_a_moment_is_the_workers_and_the_page_says_how_far_it_is(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deeds, "AT_ONCE", 1)
    monkeypatch.setattr(deeds, "monotonic", iter([0.0, 0.0, 9.0]).__next__)
    client = desk(cast.chen)
    answer = press(client, "dispatch", ask(client, "dispatch", opened_ones))
    assert answer["Location"] == f"/desk/bulk/deeds/{Bulk.objects.get().id}/"
    shown = text(client.get(answer["Location"]))
    assert ("正在派遣" in shown, "1 / 3" in shown) == (True, True)
    fragment = client.get(answer["Location"], HTTP_HX_REQUEST="true")
    assert "<html" not in fragment.content.decode()
    tick(noon + MINUTE)
    ended = client.get(answer["Location"], HTTP_HX_REQUEST="true")
    assert (states(opened_ones), ended["HX-Refresh"]) == (["dispatched"] * 3, "true")


def test_it_can_be_stopped(cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime) -> None:
    client = desk(cast.chen)
    page = ask(client, "dispatch", opened_ones)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deeds, "SECONDS", -1.0)
        press(client, "dispatch", page)
    url = f"/desk/bulk/deeds/{Bulk.objects.get().id}/"
    told = text(client.post(url + "stop/", follow=True))
    assert ("3 件里派遣了 0 件，3 件没有动" in told, "还没有轮到" in told) == (True, True)
    tick(noon + MINUTE)
    assert states(opened_ones) == ["opened"] * 3


# ---- the way back ----


def test_after_ten_minutes_the_strip_and_the_button_are_gone(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    press(client, "dispatch", ask(client, "dispatch", opened_ones))
    url = f"/desk/bulk/deeds/{Bulk.objects.get().id}/"
    with time_machine.travel(noon + 11 * MINUTE, tick=False):
        assert "/undo/" not in client.get(url).content.decode()
        late = client.post(url + "undo/")
    assert (late.status_code, "已经过了十分钟" in text(late)) == (422, True)
    assert states(opened_ones) == ["dispatched"] * 3


def test_nobody_else_looks_at_it_or_takes_it_back(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    client = desk(cast.chen)
    press(client, "dispatch", ask(client, "dispatch", opened_ones))
    url = f"/desk/bulk/deeds/{Bulk.objects.get().id}/"
    other = desk(cast.zhou)
    assert [other.get(url).status_code, other.post(url + "undo/").status_code] == [404, 404]
    assert text(other.get(f"/desk/?bulk={Bulk.objects.get().id}")).count("派遣了") == 0


def test_the_list_asks_nothing_more_for_bar_and_strip(
    cast: Cast, opened_ones: list[Case], desk: Desk
) -> None:
    client = desk(cast.chen)
    press(client, "dispatch", ask(client, "dispatch", opened_ones))
    costs = []
    for address in ("/desk/", "/desk/?bulk=nonsense", f"/desk/?bulk={Bulk.objects.get().id}"):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        costs.append(len(asked))
    assert (costs[1] - costs[0], costs[2] - costs[0]) == (0, 2)


# ---- the file ----


def test_the_chosen_rows_are_lines_of_the_ledger(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime
) -> None:
    client = desk(cast.sun)
    assert "台账里还没有" in text(ask(client, "export", opened_ones))
    worker.keep_books(noon)
    page = ask(client, "export", opened_ones[:2])
    assert len(ticked(page)) == 2
    answer = client.post("/desk/bulk/export/", {"suffix": "xlsx", "cases": ticked(page)})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    held = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert [one.number in held for one in opened_ones] == [True, True, False]
    table = client.post("/desk/bulk/export/", {"suffix": "csv", "cases": ticked(page)})
    assert b"".join(table.streaming_content).decode("utf-8-sig").count("楼道门玻璃碎了") == 2
    assert client.post("/desk/bulk/export/", {"suffix": "exe", "cases": ticked(page)}).status_code == 404


def test_twin_a_file_that_asked_nobody_would_hold_what_he_may_not_see(
    cast: Cast, opened_ones: list[Case], desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.keep_books(noon)
    said = {"suffix": "csv", "cases": [short(one.number) for one in opened_ones]}
    assert desk(cast.mo).post("/desk/bulk/export/", said).status_code == 422
    monkeypatch.setattr("gezhi.cases.bulk.queries.visible_to", lambda actor: Case.objects.all())
    monkeypatch.setattr("gezhi.ledger.queries.visible_to", lambda actor: Case.objects.all())
    leaked = b"".join(desk(cast.mo).post("/desk/bulk/export/", said).streaming_content).decode("utf-8-sig")
    assert "楼道门玻璃碎了" in leaked


# ---- what nobody's browser sends ----


@pytest.mark.parametrize(
    "cases",
    [
        ["x"],
        ["2026-0000001"],
        ["2026-0000001:-1:"],
        ["2026-0000001:9999999999:"],
        ["::"],
        ["2026-9999999:1:"],
    ],
)
def test_nonsense_is_a_sentence(cast: Cast, desk: Desk, cases: list[str]) -> None:
    answer = desk(cast.chen).post("/desk/bulk/do/", {"deed": "dispatch", "key": KEY, "cases": cases})
    assert answer.status_code == 422
    assert "地址不完整" in text(answer)


def test_a_party_that_is_none_is_a_sentence(cast: Cast, opened_ones: list[Case], desk: Desk) -> None:
    client = desk(cast.chen)
    one = opened_ones[0]
    strange = f"{short(one.number)}:{one.version}:{one.id}"
    answer = client.post(
        "/desk/bulk/do/", {"deed": "dispatch", "key": KEY, "cases": [strange], "note": "别丢"}
    )
    assert (answer.status_code, "别丢" in text(answer), Bulk.objects.count()) == (422, True, 0)


def test_nothing_ticked_is_nothing_done(cast: Cast, desk: Desk) -> None:
    answer = desk(cast.chen).post("/desk/bulk/do/", {"deed": "dispatch", "key": KEY}, follow=True)
    assert "没有勾选案件" in text(answer)
