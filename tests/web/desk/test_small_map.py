"""The small map in the page of a case: what the page tells in words, and no more; nothing of it comes before it is opened."""

import json
from typing import Any

import pytest

from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.reports.models import Report
from gezhi.web.desk.map import of_case
from tests.cast import walk
from tests.web.desk.conftest import Desk, address

SQUARE = (
    '{"type":"Polygon","coordinates":[[[122.1,37.3],[122.3,37.3],[122.3,37.5],[122.1,37.5],[122.1,37.3]]]}'
)
PIN = {"lon": 122.1801, "lat": 37.4004}


def _told(client: Any, case: Any) -> dict[str, Any]:
    answer = client.get(f"{address(case)}map")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_it_shows_the_place_and_the_border_of_its_cell(cast, opened, noon, desk: Desk):
    places.redraw_grid(cast.town.grid_a1, SQUARE, actor=SYSTEM, at=noon)
    places.redraw_grid(cast.town.grid_b2, SQUARE.replace("122.", "123."), actor=SYSTEM, at=noon)
    told = _told(desk(cast.chen), opened)
    assert (told["place"], told["pins"], told["said"]) == ([122.18, 37.4], [], "圆点：悦海社区 悦海花园")
    assert [one["properties"]["name"] for one in told["cell"]["features"]] == ["悦海一格 A1"]
    assert [122.18, 37.4, "悦海花园", 1] in told["names"]
    assert (told["frame"]["tiles"], told["frame"]["box"]) == ("", [122.179, 37.399, 122.181, 37.401])


def test_a_finger_on_the_map_is_shown_to_whoever_reads_in_full_and_to_nobody_else(
    cast, opened, noon, desk: Desk
):
    Report.objects.update(**PIN)
    case = walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    told = _told(desk(cast.chen), case)
    assert (told["pins"], "图钉" in told["said"]) == ([[122.1801, 37.4004]], True)
    answer = desk(cast.qian).get(f"{address(case)}map").content.decode()
    assert ("122.1801" in answer, "图钉" in answer, '"pins": []' in answer) == (False, False, True)


def test_twin_were_it_not_asked_who_reads_in_full_a_handler_would_see_the_finger(
    cast, opened, noon, desk: Desk, monkeypatch
):
    Report.objects.update(**PIN)
    case = walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    monkeypatch.setattr(of_case, "reads_full_words", lambda roles: True)
    assert _told(desk(cast.qian), case)["pins"] == [[122.1801, 37.4004]]


def test_whoever_may_not_see_the_case_sees_no_map_of_it(cast, opened, desk: Desk):
    assert desk(cast.mo).get(f"{address(opened)}map").status_code == 404


def test_of_a_place_without_any_point_it_says_so(cast, noon, desk: Desk):
    case = cast.lin_reports(noon, place=cast.town.street_b)
    told = _told(desk(cast.zhou), case)
    assert (told["place"], told["said"]) == (None, "这个位置在地图上还没有点")


def test_in_the_middle_of_a_cell_it_says_that_it_is_the_middle(cast, noon, desk: Desk):
    places.redraw_grid(cast.town.grid_b2, SQUARE.replace("122.", "123."), actor=SYSTEM, at=noon)
    case = cast.lin_reports(noon, place=cast.town.street_b)
    assert "“韩乐坊二格 B2”的中间" in _told(desk(cast.zhou), case)["said"]


def test_the_page_itself_brings_nothing_of_a_map(cast, opened, desk: Desk):
    page = desk(cast.chen).get(address(opened)).content.decode()
    assert f'data-small-map="{address(opened)}map"' in page
    head = page[: page.index("</head>")]
    assert ("leaflet" in head, "map.css" in head) == (False, False)


@pytest.mark.parametrize("reports", [1, 5])
def test_it_costs_the_same_for_one_report_and_for_five(
    reports, cast, opened, noon, desk: Desk, django_assert_num_queries
):
    for _ in range(reports - 1):
        other = cast.lin_reports(noon)
        walk(other, (cast.chen, Move("join", into=opened.id)), at=noon)
    client = desk(cast.chen)
    _told(client, opened)
    with django_assert_num_queries(COST):
        _told(client, opened)


COST = 11
