"""The desk's list: conditions that combine, each taken away by itself; views that people keep; columns; pages; and what renews itself."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue
from gezhi.catalogue import queries as categories
from gezhi.config import worker
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import savedviews
from gezhi.places import actions as places
from gezhi.web.desk import tallies
from gezhi.web.desk.listing import counters, paging
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_inbox import numbers


def chips(answer: Any) -> list[tuple[str, str]]:
    return [(one.whole, unquote(one.url)) for one in answer.context["chips"]]


def keep(cast: Cast, at: datetime, name: str = "灯", query: str = "view=open&q=灯", **more: Any) -> Any:
    return savedviews.keep(name, query, actor=more.pop("actor", cast.chen), at=at, **more)


def saved(answer: Any) -> list[tuple[str, str]]:
    return [(one["label"], one["count"]) for one in answer.context["saved"]]


# ---- conditions ----


def test_all_conditions_hold_at_once_and_each_has_its_chip(
    cast: Cast, reported: Case, opened: Case, desk: Desk, noon: datetime
) -> None:
    cast.lin_reports(noon, text="玻璃又碎了")
    asked = "/desk/?q=玻璃&place=悦海花园&state=opened&state=in_hand&clock=safe&channel=qr&level=community&round=1&since=2026-03-01&until=2026-03-02"
    answer = desk(cast.zhou).get(asked)
    assert numbers(answer) == [opened.number]
    assert [said for said, _url in chips(answer)] == [
        "内容或编号：玻璃",
        "位置：悦海社区 悦海花园及以下",
        "状态：处置中",
        "状态：已立案",
        "时限：还早",
        "来源：扫码",
        "层级：社区",
        "轮次：第一轮",
        "收到日期，从：2026-03-01",
        "到（含当天）：2026-03-02",
    ]
    for said, url in chips(answer):
        left = [one for one, _ in chips(desk(cast.zhou).get("/desk/" + url))]
        assert said not in left
        assert len(left) == 9


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("category=zz", "没有编号为“zz”的类别"),
        ("party=x", "单位没有认出来"),
        ("clock=y", "时限没有认出来"),
        ("channel=y", "来源没有认出来"),
        ("level=y", "层级没有认出来"),
        ("round=y", "轮次没有认出来"),
        ("order=y", "排列没有认出来"),
        ("state=y,opened", "有的状态没有认出来"),
        ("since=2026-02-30", "日期“2026-02-30”看不懂"),
        ("until=0001-01-01", "日期“0001-01-01”看不懂"),
        ("since=2026-03-02&until=2026-03-01", "起始晚于截止"),
        ("view=nowhere", "没有这个视图"),
        ("view=to_check&state=opened", "视图“待核查”里没有这样的状态"),
        ("place=火星", "没有叫这个名字的位置"),
    ],
)
def test_what_cannot_be_used_is_said(cast: Cast, opened: Case, desk: Desk, asked: str, said: str) -> None:
    answer = desk(cast.chen).get(f"/desk/?{asked}")
    assert (answer.status_code, said in text(answer)) == (200, True)


def test_a_state_of_closed_cases_may_be_asked_for_among_all(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    closed = walk(
        cast.lin_reports(noon, text="不在这里"), (cast.chen, Move("decline", reason="不在辖区")), at=noon
    )
    client = desk(cast.chen)
    assert numbers(client.get("/desk/?state=closed")) == [closed.number]
    assert sorted(numbers(client.get("/desk/?state=closed,opened"))) == sorted([opened.number, closed.number])


def test_without_script_the_form_alone_asks_for_it(cast: Cast, opened: Case, desk: Desk) -> None:
    page = desk(cast.chen).get("/desk/?state=opened").content.decode()
    form = page[page.index('role="search"') :].partition("</form>")[0]
    for name in (
        "q",
        "place",
        "state",
        "category",
        "party",
        "clock",
        "channel",
        "level",
        "round",
        "since",
        "until",
        "order",
    ):
        assert f'name="{name}"' in form
    assert 'value="opened" checked' in form


# ---- order and pages ----


def test_newest_first_and_best_first(cast: Cast, desk: Desk, noon: datetime) -> None:
    first = cast.lin_reports(noon - timedelta(hours=3), text="积水了，门口过不去")
    second = cast.lin_reports(noon - timedelta(hours=2), text="门口的路灯坏了，旁边还有积水")
    worker.keep_books(noon)
    client = desk(cast.chen)
    assert numbers(client.get("/desk/?q=积水")) == [first.number, second.number]
    assert numbers(client.get("/desk/?q=积水&order=newest")) == [second.number, first.number]
    assert numbers(client.get("/desk/?q=积水&order=best")) == [first.number, second.number]
    assert numbers(client.get("/desk/?order=newest")) == [second.number, first.number]


@pytest.mark.parametrize(
    "asked", ["", "order=newest", "channel=qr", "q=件&order=best", "view=reported&order=newest"]
)
def test_every_page_costs_the_same_and_they_lead_back_and_forth(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    made = [cast.lin_reports(noon - timedelta(minutes=number), text=f"第 {number} 件") for number in range(7)]
    worker.keep_books(noon)
    client, url, pages, costs = desk(cast.chen), f"?{asked}", [], []
    client.get("/desk/")
    while url:
        with CaptureQueriesContext(connection) as statements:
            answer = client.get("/desk/" + url)
        pages.append(numbers(answer))
        costs.append(len(statements))
        back, url = answer.context["pager"]["previous_url"], answer.context["pager"]["next_url"]
    assert sorted(one for page in pages for one in page) == sorted(case.number for case in made)
    assert max(costs[1:]) <= costs[0]
    assert numbers(client.get("/desk/" + back)) == pages[-2]
    assert answer.context["pager"]["text"] == "第 7–7 件，共 7 件"


def test_a_page_that_has_emptied_leads_to_the_first(cast: Cast, opened: Case, desk: Desk) -> None:
    answer = desk(cast.chen).get("/desk/?after=1.9999999999999999.00000000000000000000000000000000&page=9")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/?view=open")


@pytest.mark.parametrize("mark", ["x", "0.1", "9.9.9", "0.99999999999999999999999.00", "0.-1.zz", "٣.٣.٣"])
def test_a_row_that_is_none_shows_the_first_page(cast: Cast, opened: Case, desk: Desk, mark: str) -> None:
    assert numbers(desk(cast.chen).get("/desk/", {"after": mark})) == [opened.number]


def test_more_than_a_thousand_are_not_counted(
    cast: Cast, opened: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.kernel.counting.COUNTED", 1)
    cast.lin_reports(noon, text="路灯不亮")
    answer = desk(cast.chen).get("/desk/?channel=qr")
    assert (len(numbers(answer)), answer.context["pager"]["text"]) == (2, "第 1–2 件，共 1+ 件")


# ---- views ----


def test_a_list_is_kept_as_a_view_with_its_count(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    link = re.search(
        r'href="(/desk/views/new/\?[^"]+)"', client.get("/desk/?state=opened&place=yhhy").content.decode()
    )
    page = client.get(link[1].replace("&amp;", "&"))
    assert "条件：全部在办、位置：悦海社区 悦海花园及以下、状态：已立案" in text(page)
    sent = {
        "name": "悦海待派",
        "query": page.context["form"]["query"].value(),
        "columns": ["clock", "what", "received"],
    }
    answer = client.post("/desk/views/new/", sent, follow=True)
    assert saved(answer) == [("悦海待派", "1")]
    assert numbers(answer) == [opened.number] or "收到" in text(answer)
    assert [code for code, *_ in answer.context["heads"]] == ["clock", "at", "what", "received"]
    row = savedviews.seen_by(cast.chen)[0]
    assert cast.town.row(cast.town.compound).code in row.query


def test_a_name_that_is_taken_gives_the_form_back(cast: Cast, desk: Desk, noon: datetime) -> None:
    keep(cast, noon)
    answer = desk(cast.chen).post("/desk/views/new/", {"name": "灯", "query": "view=closed"})
    assert (answer.status_code, "已经有叫这个名字的视图" in text(answer)) == (422, True)
    assert answer.context["form"]["name"].value() == "灯"


def test_a_partys_view_counts_for_each_what_he_sees(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    keep(cast, noon, "全部", "view=open", party=cast.desk_a)
    assert saved(desk(cast.chen).get("/desk/")) == [("全部", "1")]
    assert saved(desk(cast.zhou).get("/desk/")) == []


@pytest.mark.parametrize("many", [1, 12])
def test_a_dozen_views_cost_what_one_costs(
    cast: Cast, opened: Case, desk: Desk, noon: datetime, many: int
) -> None:
    for number in range(many):
        keep(
            cast,
            noon,
            f"视图{number}",
            f"view=open&q=玻璃{number}&place={cast.town.row(cast.town.compound).code}",
        )
    rows = savedviews.seen_by(cast.chen)
    with CaptureQueriesContext(connection) as statements:
        counters.counted(rows, actor=cast.chen, at=noon, soon=noon)
    assert len(statements) == 5


def test_while_nothing_happens_views_are_not_counted_again(cast: Cast, opened: Case, noon: datetime) -> None:
    keep(cast, noon, "全部", "view=open")

    def cost(after: int) -> int:
        with CaptureQueriesContext(connection) as statements:
            counters.counters(cast.chen, at=noon + timedelta(seconds=after), soon=noon)
        return len(statements)

    assert cost(0) > cost(1) == 2
    cast.lin_reports(noon, text="路灯不亮")
    assert counters.counters(cast.chen, at=noon + timedelta(seconds=40), soon=noon)[0].total == 2


def test_a_view_of_what_is_gone_says_so(cast: Cast, opened: Case, desk: Desk, noon: datetime) -> None:
    kind = categories.category(opened.category_id)
    street = cast.town.row(cast.town.street_b)
    keep(cast, noon, "类", f"view=open&category={kind.code}")
    keep(cast, noon, "街", f"view=open&place={street.code}")
    keep(cast, noon, "无", "view=open&place=371072-99999&category=zz&party=x&state=never")
    gone = {"on": noon.date(), "actor": SYSTEM, "at": noon}
    catalogue.close_category(kind.id, reason="并入", revision=1, **gone)
    places.close_place(street.id, **gone)
    client = desk(cast.chen)
    page = client.get("/desk/")
    assert saved(page) == [("类", "1"), ("街", "0"), ("无", "0")]
    said = [text(client.get("/desk/" + one["url"])) for one in page.context["saved"]]
    assert "已停用，列出的是以前归在里面的" in said[0]
    assert "已停用，列出的是以前在那里的" in said[1]
    assert "没有叫这个名字的位置" in said[2]
    listed = text(client.get("/desk/views/"))
    assert "位置找不到了" in listed
    assert "没有编号为“zz”的类别" in listed


def test_a_changed_list_offers_to_change_its_view(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    view = keep(cast, noon, "灯", "view=open&state=opened")
    client = desk(cast.chen)
    same = client.get(f"/desk/?view=open&state=opened&saved={view}")
    other = client.get(f"/desk/?view=open&state=dispatched&saved={view}")
    assert (same.context["is_changed"], other.context["is_changed"]) == (False, True)
    assert same.context["saved"][0]["active"]
    form = client.get(f"/desk/views/{view}/?view=open&state=dispatched")
    client.post(f"/desk/views/{view}/", {"name": "灯", "query": form.context["form"]["query"].value()})
    assert savedviews.one(view, actor=cast.chen).query == "view=open&state=dispatched"


def test_views_are_moved_dropped_and_brought_back_by_buttons(cast: Cast, desk: Desk, noon: datetime) -> None:
    first, second = keep(cast, noon, "甲"), keep(cast, noon, "乙")
    client = desk(cast.chen)
    client.post(f"/desk/views/{second}/act/", {"act": "up"})
    page = client.post(f"/desk/views/{first}/act/", {"act": "drop"}, follow=True)
    assert "视图“甲”已删去" in text(page)
    assert saved(client.get("/desk/")) == [("乙", "0")]
    client.post(f"/desk/views/{first}/act/", {"act": "restore"})
    assert [label for label, _ in saved(client.get("/desk/"))] == ["乙", "甲"]
    assert client.post(f"/desk/views/{first}/act/", {"act": "x"}).status_code == 422


# ---- columns and rows ----


def test_columns_are_remembered_per_list_and_person(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    view = keep(cast, noon, "全部", "view=open")
    client = desk(cast.chen)
    answer = client.post("/desk/columns/", {"columns": ["level", "channel"], "back": "/desk/?view=open"})
    assert answer["Location"] == "/desk/?view=open"
    assert [code for code, *_ in client.get("/desk/").context["heads"]] == ["at", "channel", "level"]
    of_view = client.get(f"/desk/?view=open&saved={view}")
    assert [code for code, *_ in of_view.context["heads"]] == [
        "clock",
        "at",
        "what",
        "state",
        "who",
        "next",
        "number",
    ]
    client.post("/desk/columns/", {"columns": ["round"], "saved": str(view)})
    assert [code for code, *_ in client.get(f"/desk/?saved={view}").context["heads"]] == ["at", "round"]
    client.post("/desk/columns/", {"usual": "1"})
    assert len(client.get("/desk/").context["heads"]) == 7


@pytest.mark.parametrize(
    "back", ["https://example.org/", "//example.org", "/desk/../account/", "/desk/views/"]
)
def test_columns_lead_back_to_the_list_alone(cast: Cast, desk: Desk, back: str) -> None:
    assert desk(cast.chen).post("/desk/columns/", {"columns": "clock", "back": back})["Location"] == "/desk/"


def test_a_row_says_what_is_next_in_bold_to_whoever_may_do_it(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    assert "轮到您：</span>派给责任单位" in desk(cast.chen).get("/desk/").content.decode()
    assert "轮到您" not in text(desk(cast.zhao).get("/desk/"))


def test_how_long_somebody_has_it_is_said_in_his_working_time(cast: Cast, desk: Desk, noon: datetime) -> None:
    cast.lin_reports(noon - timedelta(days=2, hours=20), text="周五晚上报的")
    said = re.findall(
        r'<span class="muted">([^<]+)</span></td>', desk(cast.chen).get("/desk/").content.decode()
    )
    assert said in (["1 个工作日"], ["工作时间 7 小时"])  # of three days


# ---- anew ----


def test_rows_are_said_anew_only_when_something_has_happened(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    first = client.get("/desk/?part=rows&seen=")
    assert (first.status_code, numbers(first)) == (200, [opened.number])
    stamp = re.search(r'data-stamp="([^"]+)"', first.content.decode())[1]
    with CaptureQueriesContext(connection) as still:
        assert client.get("/desk/", {"part": "rows", "seen": stamp}).status_code == 204
    other = cast.lin_reports(noon, text="路灯不亮")
    tallies._kept.clear()
    anew = client.get("/desk/", {"part": "rows", "seen": stamp})
    assert sorted(numbers(anew)) == sorted([opened.number, other.number])
    assert 'id="views"' in anew.content.decode()
    assert "<html" not in anew.content.decode()
    assert sum("cases_case" in one["sql"] for one in still) == 0


def test_twin_without_its_stamp_it_would_be_said_each_time(cast: Cast, opened: Case, desk: Desk) -> None:
    client = desk(cast.chen)
    assert client.get("/desk/", {"part": "rows", "seen": "0.0"}).status_code == 200


def test_a_move_begun_in_a_filtered_list_leads_back_to_it(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    view = keep(cast, noon, "两种", "view=open&state=opened.dispatched")
    url = desk(cast.chen).get("/desk/").context["saved"][0]["url"]
    sent = {"party": str(cast.property), "version": str(opened.version), "back": f"/desk/{url}"}
    answer = desk(cast.chen).post(f"/desk/cases/{opened.number}/move/dispatch/", sent)
    assert answer["Location"] == f"/desk/?view=open&state=opened.dispatched&saved={view.hex}"
