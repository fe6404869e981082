"""What is looked for in the desk's list is found in whatever list it lies, by number, code or words, and shown as people read it."""

import re
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.reports import queries as reports
from gezhi.web import words
from gezhi.web.desk import tallies
from gezhi.web.desk.listing import meant
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_inbox import numbers
from tests.web.desk.test_listing import chips


@pytest.fixture
def shut(cast: Cast, desk: Desk, noon: datetime) -> Case:
    """A closed case of standing water, beside an open one of it."""
    case = cast.lin_reports(noon, text="车库积水")
    cast.lin_reports(noon, text="路口积水")
    walk(case, (cast.chen, Move("decline", reason="不在辖区")), at=noon)
    worker.keep_books(noon)
    case.refresh_from_db()
    assert case.closed_at is not None
    return case


def beside(answer: Any) -> list[tuple[str, str]]:
    return [(one.name, one.held) for one in answer.context["elsewhere"]]


def test_a_list_says_what_the_others_hold(cast: Cast, shut: Case, desk: Desk) -> None:
    client = desk(cast.zhou)
    found = client.get("/desk/", {"q": "积水", "place": "悦海花园"})
    assert beside(found) == [("已结案", "1")]
    there = client.get(f"/desk/{found.context['elsewhere'][0].url}")
    assert numbers(there) == [shut.number]
    assert beside(there) == [("全部在办", "1")]
    assert beside(client.get("/desk/", {"q": "积水", "view": "to_check"})) == [
        ("全部在办", "1"),
        ("已结案", "1"),
    ]
    assert beside(client.get("/desk/", {"q": "积水", "view": "reported"})) == [("已结案", "1")]
    assert beside(client.get("/desk/")) == beside(client.get("/desk/", {"q": "没有的"})) == []
    assert beside(desk(cast.mo).get("/desk/", {"q": "积水"})) == []


def test_views_keep_the_words(cast: Cast, shut: Case, desk: Desk) -> None:
    answer = desk(cast.zhou).get("/desk/", {"q": "积水 &a"})
    assert {unquote(view["url"].partition("&q=")[2]) for view in answer.context["views"]} == {"积水 &a"}


def test_where_more_than_a_thousand_hold_the_words_nobody_counts(
    cast: Cast, shut: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.kernel.counting.COUNTED", 1)
    assert beside(desk(cast.zhou).get("/desk/", {"q": "积水"})) == [("已结案", "")]


def test_looking_elsewhere_costs_the_same_however_many_there_are(
    cast: Cast, shut: Case, desk: Desk, noon: datetime
) -> None:
    client = desk(cast.zhou)

    def cost() -> int:
        tallies._kept.clear()
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/", {"q": "积水"})
        return len(asked)

    cost()
    few = cost()
    for number in range(9):
        cast.lin_reports(noon, text=f"第 {number} 处积水")
    worker.keep_books(noon)
    assert cost() == few


def written(case: Case) -> list[str]:
    [report] = cases.report_ids([case.id])[case.id]
    code = reports.tracking_code(report)
    short = case.number.partition("-")[2]
    return [
        *(
            case.number,
            case.number.replace("-", ""),
            short,
            short.replace("-", " "),
            short[-4:].translate(WIDE),
        ),
        *(code, code.upper(), code.replace("-", ""), code.replace("-", " "), code.translate(WIDE)),
    ]


WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789"}


@pytest.mark.parametrize("way", range(10))
@pytest.mark.parametrize("view", ["open", "closed"])
def test_a_number_or_code_shows_its_case_whatever_view_is_lit(
    cast: Cast, shut: Case, desk: Desk, way: int, view: str
) -> None:
    answer = desk(cast.zhou).get("/desk/", {"q": written(shut)[way], "view": view})
    assert answer["Location"] == f"/desk/cases/{shut.number}/"


@pytest.mark.parametrize("way", range(10))
def test_a_number_or_code_tells_nothing_to_whom_the_case_is_hidden(
    cast: Cast, shut: Case, desk: Desk, way: int
) -> None:
    said = written(shut)[way]
    answer = desk(cast.mo).get("/desk/", {"q": said})
    none = desk(cast.mo).get("/desk/", {"q": "9" * len(said)})
    assert "没有符合条件的案件" in text(answer)
    assert text(answer).replace(said, "") == text(none).replace("9" * len(said), "")


def test_digits_that_several_hold_or_none_ends_with_show_a_list(cast: Cast, shut: Case, desk: Desk) -> None:
    assert desk(cast.zhou).get("/desk/", {"q": "2026"}).status_code == 200
    assert desk(cast.zhou).get("/desk/", {"q": "00000"}).status_code == 200
    assert desk(cast.zhou).get("/desk/", {"q": "2099-0000001"}).status_code == 200


class Said(NamedTuple):
    """A row as it is read: its place, matter and number, with the marks."""

    at: str
    matter: str
    short: str


def shown(answer: Any) -> list[Said]:
    page = answer.content.decode()
    places = re.findall(r"<b>(.*?)</b></a></td>", page)
    matters = re.findall(r'<span class="cell-text">(.*?)</span></td>', page)
    numbers = re.findall(r'class="keep cell-number muted" title="[^"]+">(.*?)</td>', page)
    return [Said(*row) for row in zip(places, matters, numbers, strict=True)]


def test_what_is_shown_of_a_hit_is_what_people_read(cast: Cast, desk: Desk, noon: datetime) -> None:
    case = cast.lin_reports(noon, "路灯不亮")
    cast.lin_reports(noon, "我是三楼的住户，" * 12 + "ＬＥＤ燈壞了")
    worker.keep_books(noon)
    plain = [row.matter for row in shown(desk(cast.zhou).get("/desk/"))]
    for typed in ("yhhy", case.number[:9], "悦海花园"):
        rows = shown(desk(cast.zhou).get("/desk/", {"q": typed}))
        assert [row.matter for row in rows] == plain
    assert {row.at.partition(" ")[0] for row in rows} == {"<mark>悦海花园</mark>"}
    [row] = shown(desk(cast.zhou).get("/desk/", {"q": case.number[-7:] + " 路灯"}))
    assert row.short == f"2026-<mark>{case.number[-7:]}</mark>"
    page = desk(cast.zhou).get("/desk/", {"q": "led灯坏"}).content.decode()
    assert "<mark>ＬＥＤ燈壞</mark>了" in page


def test_sabotage_without_it_a_code_of_a_closed_case_shows_nothing(
    cast: Cast, shut: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meant, "number_meant", lambda chosen, request: "")
    answer = desk(cast.zhou).get("/desk/", {"q": written(shut)[0]})
    assert (answer.status_code, numbers(answer)) == (200, [])


# ---- a month of the map ----


def test_every_state_of_a_month_is_one_condition_and_lights_no_view(
    cast: Cast, reported: Case, desk: Desk
) -> None:
    every = ".".join(sorted(words.STATES))
    answer = desk(cast.zhou).get(f"/desk/?view=open&state={every}&since=2026-02-01&until=2026-02-28&box=off")
    assert [said for said, _url in chips(answer)] == ["收到：2026-02", "地图：不在图上的"]
    assert "since=" not in chips(answer)[0][1]
    assert "until=" not in chips(answer)[0][1]
    assert [view["label"] for view in answer.context["views"] if view["active"]] == []


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-02-01", "2026-02-27"),
        ("2026-02-02", "2026-02-28"),
        ("2026-01-01", "2026-02-28"),
        ("", "2026-02-28"),
    ],
)
def test_other_days_are_said_as_they_are(
    cast: Cast, reported: Case, desk: Desk, since: str, until: str
) -> None:
    answer = desk(cast.zhou).get(f"/desk/?since={since}&until={until}")
    assert "收到：2026-02" not in [said for said, _url in chips(answer)]
