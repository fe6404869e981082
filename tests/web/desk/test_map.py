"""The desk's map: a page whose list is whole without script, views as JSON, the cases of a spot; and what lies below it."""

import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from gezhi.evidence.models import Evidence
from gezhi.flows import map_plan
from gezhi.insight.mapping import boxes
from gezhi.journal.queries import deeds
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.places import backgrounds, pins
from gezhi.places.models import MapBackground, MapPlan, Place
from gezhi.web.desk import filters
from tests.web.desk.conftest import Desk, text

WHOLE = "bbox=100,20,140,50&zoom=18"
SQUARE = (
    '{"type":"Polygon","coordinates":[[[122.1,37.3],[122.3,37.3],[122.3,37.5],[122.1,37.5],[122.1,37.3]]]}'
)
TILES = "https://tile.example.org/{z}/{x}/{y}.png"


def _seen(client: Any, query: str = WHOLE) -> dict[str, Any]:
    answer = client.get(f"/desk/map/points?{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_what_is_on_the_map_stands_in_the_list_of_the_same_page(cast, reported, desk: Desk):
    client = desk(cast.zhou)
    page = client.get("/desk/map/")
    (sign,) = _seen(client)["signs"]
    assert (sign[4], sign[5], sum(sign[2])) == (
        cast.town.row(cast.town.compound).code,
        "悦海社区 悦海花园",
        1,
    )
    assert f'href="/desk/map/spots/{sign[4]}/?view=open"' in page.content.decode()
    spot = client.get(f"/desk/map/spots/{sign[4]}/")
    assert f'href="/desk/cases/{reported.number}/"' in spot.content.decode()
    assert f'href="{_escaped(_in_list(sign))}"' in spot.content.decode()


def _in_list(sign: list[Any]) -> str:
    return "/desk/?" + urlencode({"view": "open", "box": boxes.written(boxes.Box(*sign[:2], *sign[:2]))})


def _escaped(address: str) -> str:
    return address.replace("&", "&amp;")


def _listed(client: Any, address: str) -> int:
    """How many the list says it has."""
    said = re.search(r"共 ([0-9]+) 件", text(client.get(address)))
    return int(said[1]) if said else 0


def _scattered(cast: Any, noon: Any, words: str = "积水") -> None:
    """Four cases in front of two buildings, one at a street that lies nowhere."""
    town = cast.town
    pins.pin_place(town.building, 122.181, 37.401, actor=SYSTEM, at=noon)
    for place in (town.compound, town.building, town.building, town.compound, town.street_b):
        cast.lin_reports(noon, place=place, text=f"{words}，走不过去")


@pytest.mark.parametrize(
    "query",
    ["view=open", "view=open&q=积水", "view=reported&q=积水", "month=2026-03", "q=积水&month=2026-03"],
)
def test_a_piece_of_the_map_leads_into_the_list_of_exactly_its_cases(query, cast, noon, desk: Desk):
    _scattered(cast, noon)
    client = desk(cast.zhou)
    far = _seen(client, f"bbox=100,20,140,50&zoom=8&{query}")
    (cluster,) = far["signs"]
    assert (cluster[3], sum(cluster[2])) == (2, 4)
    address = f"{far['list']}&{urlencode({'box': cluster[6]})}"
    assert _listed(client, address) == _listed(client, far["here"]) == 4
    near = _seen(client, f"bbox=122.1805,37.4005,122.1815,37.4015&zoom=18&{query}")
    assert _listed(client, near["here"]) == sum(near["inside"]) == 2
    page = client.get(f"/desk/map/?{query}").content.decode()
    apart = re.search(r'href="([^"]*box=off[^"]*)"', page)
    assert apart
    assert _listed(client, unescape(apart[1])) == 1


def test_twin_a_box_that_is_not_asked_of_the_list_is_found_by_its_count(cast, noon, desk: Desk, monkeypatch):
    _scattered(cast, noon)
    client = desk(cast.zhou)
    near = _seen(client, "bbox=122.1805,37.4005,122.1815,37.4015&zoom=18")
    monkeypatch.setattr(filters, "_on_map", lambda typed, problems: None)
    assert _listed(client, near["here"]) == 5 != sum(near["inside"])


def test_what_is_no_piece_of_the_map_is_said_and_an_empty_one_is_empty(cast, reported, desk: Desk):
    client = desk(cast.zhou)
    assert "地图没有认出来，没有按它筛选。" in text(client.get("/desk/?box=1,2,3"))
    assert "没有符合条件的案件" in text(client.get("/desk/?box=1,2,3,4"))
    assert _seen(client, f"{WHOLE}&box=1,2,3,4")["here"] == ""


def test_of_what_was_open_at_the_end_of_a_month_there_is_no_list(cast, reported, desk: Desk):
    found = _seen(desk(cast.zhou), f"{WHOLE}&month=2026-03&mode=open")
    assert (found["list"], found["here"]) == ("", "")


def test_the_search_of_the_list_is_shown_on_the_map_and_named_there(cast, reported, desk: Desk):
    client = desk(cast.zhou)
    asked = urlencode({"view": "open", "q": "玻璃"})
    assert f'href="/desk/map/?{_escaped(asked)}"' in client.get(f"/desk/?{asked}").content.decode()
    page = client.get(f"/desk/map/?{asked}").content.decode()
    assert f'href="/desk/?{_escaped(asked)}"' in page
    assert "去掉条件“内容或编号：玻璃”" in page


def test_who_sees_nothing_of_a_ground_sees_nothing_of_it_on_the_map(cast, reported, desk: Desk):
    client = desk(cast.mo)
    assert (_seen(client)["signs"], _seen(client)["total"], _seen(client)["heat"]) == ([], [0, 0, 0, 0], {})
    code = cast.town.row(cast.town.compound).code
    assert reported.number not in client.get(f"/desk/map/spots/{code}/").content.decode()


@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("q=玻璃", 1),
        ("q=积水", 0),
        ("place=悦海花园", 1),
        ("place=韩乐坊社区", 0),
        ("place=没有这个地方", 0),
        ("place=没有这个地方&month=2026-03", 0),
        ("view=to_check&state=reported", 0),
        ("clock=overdue", 0),
        ("view=closed", 1),
        ("month=2026-03", 1),
        ("month=2026-03&mode=open", 1),
        ("month=2026-03&until=2026-03-01", 0),
        ("month=2026-03&mode=open&until=2026-03-01", 0),
        ("month=2026-03&since=2026-03-03", 0),
        ("month=2026-03&since=2026-03-02&until=2026-03-02", 1),
        ("month=2026-02", 0),
        ("month=2026-02&mode=open", 0),
        ("month=1999-01", 1),
        ("month=x&mode=y", 1),
    ],
)
def test_the_filters_of_the_list_and_the_months_hold_on_the_map(query, many, cast, reported, desk: Desk):
    assert sum(_seen(desk(cast.zhou), f"{WHOLE}&{query}")["total"]) == many


@pytest.mark.parametrize("month", ["", "&month=2026-03"])
def test_a_place_that_nobody_knows_shows_nothing_and_says_so(month, cast, reported, desk: Desk):
    client, code = desk(cast.zhou), cast.town.row(cast.town.compound).code
    for page in ("/desk/map/", f"/desk/map/spots/{code}/"):
        answer = client.get(f"{page}?place=没有这个地方{month}")
        assert "没有叫这个名字的位置" in text(answer)
        assert 'class="map-row"' not in answer.content.decode()
        assert 'class="map-row"' in client.get(f"{page}?place=悦海花园{month}").content.decode()


@pytest.mark.parametrize(
    "query",
    ["", "bbox=1,2,3", "bbox=a,b,c,d&zoom=3", "bbox=3,2,1,4&zoom=3", "bbox=nan,2,3,4&zoom=3", "bbox=inf,inf,inf,inf&zoom=3",
     "bbox=1,2,3,4&zoom=99", "bbox=1,2,3,4&zoom=-1", "bbox=1,2,3,4", "bbox=1,2,3,999&zoom=3"],
)  # fmt: skip
def test_a_view_that_is_none_is_refused_with_a_sentence(query, cast, desk: Desk):
    answer = desk(cast.zhou).get(f"/desk/map/points?{query}")
    assert answer.status_code == 422
    assert "地图" in text(answer)


@pytest.mark.parametrize("cases", [1, 30])
def test_a_view_costs_the_same_for_one_case_and_for_thirty(cases, cast, noon, desk: Desk):
    for _ in range(cases):
        cast.lin_reports(noon)
    client = desk(cast.zhou)
    client.get(f"/desk/map/points?{WHOLE}")
    with CaptureQueriesContext(connection) as warm:
        client.get(f"/desk/map/points?{WHOLE}")
    with CaptureQueriesContext(connection) as page:
        client.get("/desk/map/")
    assert (len(warm), len(page)) == (VIEW, PAGE)


VIEW = 4  # who asks, and the codes of the cells
PAGE = 10


def test_borders_are_told_roughly_where_they_have_many_corners(cast, noon, desk: Desk):
    places.redraw_grid(cast.town.grid_a1, SQUARE, actor=SYSTEM, at=noon)
    (cell,) = json.loads(desk(cast.zhou).get("/desk/map/cells").content)["features"]
    assert (cell["properties"]["name"], cell["geometry"]["type"]) == ("悦海一格 A1", "Polygon")


# ---- what lies below ----


def _tiles(**more: str) -> dict[str, str]:
    plain = {"version": "0", "tiles": TILES, "labels": "", "attribution": "© 示例", "system": "wgs84"}
    return {**plain, "most_zoom": "18", **more}


def test_without_tiles_no_other_host_is_let_in(cast, desk: Desk):
    policy = desk(cast.zhou).get("/desk/map/")["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in f"{policy};"


def test_the_page_lets_in_the_host_of_the_tiles_and_no_other(cast, keeper, desk: Desk):
    client = desk(keeper)
    assert client.post("/desk/map/background/", _tiles())["Location"] == "/desk/map/background/"
    page = desk(cast.zhou).get("/desk/map/")
    assert "img-src 'self' data: blob: https://tile.example.org" in page["Content-Security-Policy"]
    assert "example" not in desk(cast.zhou).get("/desk/")["Content-Security-Policy"]
    assert "© 示例" in page.content.decode()
    assert "gcoord.js" not in page.content.decode()


def test_a_shifted_background_brings_what_shifts_it(cast, keeper, desk: Desk):
    desk(keeper).post("/desk/map/background/", _tiles(system="gcj02"))
    assert "gcoord.js" in desk(cast.zhou).get("/desk/map/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("tiles", "ftp://tile.example.org/{z}/{x}/{y}", "https://"),
        ("tiles", "https://{s}.example.org/{z}/{x}/{y}.png", "主机要写完整"),
        ("tiles", "https://a@tile.example.org/{z}/{x}/{y}", "主机要写完整"),
        ("tiles", "https://tile.example.org; script-src *//{z}/{x}/{y}", "主机要写完整"),
        ("tiles", "https://tile.example.org/{z}/{x}/{y}'", "主机要写完整"),
        ("tiles", "https://[::1/{z}/{x}/{y}", "主机要写完整"),
        ("tiles", "https://tile.example.org/{z}/{x}.png", "{y}"),
        ("labels", "https://other.example.org/{z}/{x}/{y}.png", "同一个主机"),
        ("attribution", "", "写明来源"),
        ("system", "mars", ""),
        ("most_zoom", "99", ""),
    ],
)
def test_an_address_that_would_not_do_is_refused_and_comes_back(field, value, said, keeper, desk: Desk):
    answer = desk(keeper).post("/desk/map/background/", _tiles(**{field: value}))
    assert (answer.status_code, MapBackground.objects.count()) == (422, 0)
    assert said in text(answer)


def test_two_who_change_the_tiles_do_not_overwrite_one_another(keeper, desk: Desk):
    client = desk(keeper)
    client.post("/desk/map/background/", _tiles())
    assert client.post("/desk/map/background/", _tiles(attribution="别人")).status_code == 422
    assert MapBackground.objects.get().attribution == "© 示例"


def test_a_key_in_an_address_stands_in_no_line_of_the_history(keeper, desk: Desk):
    address = "https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=SECRET"
    desk(keeper).post("/desk/map/background/", _tiles(tiles=address))
    row = MapBackground.objects.get()
    assert (row.tiles, "SECRET" in str([one.after for one in deeds("map", row.id)])) == (address, False)


@pytest.mark.parametrize("path", ["background/", "plans/"])
def test_who_keeps_no_places_keeps_no_background(path, cast, desk: Desk):
    assert desk(cast.zhou).post(f"/desk/map/{path}", _tiles()).status_code == 403


def _picture(name: str = "plan.jpg") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (2000, 1000), "#eeddcc").save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


MARKS = {
    "name": "悦海花园平面图",
    **{"x1": "100", "y1": "100", "lon1": "122.2", "lat1": "37.4"},
    **{"x2": "1500", "y2": "700", "lon2": "122.204", "lat2": "37.3985"},
}


def test_a_plan_is_uploaded_laid_and_taken_off_again(cast, keeper, desk: Desk, settings):
    client = desk(keeper)
    lay = client.post("/desk/map/plans/", {"plan": _picture()})["Location"]
    page = client.get(lay)
    assert 'width="1600" height="800"' in page.content.decode()  # the copy without what the file tells
    assert client.post(lay, MARKS)["Location"] == "/desk/map/background/"
    plan, kept = MapPlan.objects.get(), Evidence.objects.get()
    assert (plan.picture, kept.claimed_kind, kept.claimed_id) == (kept.id, map_plan.KIND, plan.id)
    shown = desk(cast.zhou).get("/desk/map/").context["map"]
    (one,) = json.loads(shown)["plans"]
    assert client.get(one["url"]).status_code == 200
    assert (one["name"], len(one["corners"])) == ("悦海花园平面图", 3)
    assert (plan.is_public, "只有工作人员看得到" in text(client.get("/desk/map/background/"))) == (
        False,
        True,
    )
    client.post(f"/desk/map/plans/{plan.id}/residents/", {"residents": "1"})
    assert MapPlan.objects.get().is_public
    assert "不给居民看" in text(client.get("/desk/map/background/"))
    client.post(f"/desk/map/plans/{plan.id}/residents/")
    assert not MapPlan.objects.get().is_public
    client.post(f"/desk/map/plans/{plan.id}/remove/")
    assert json.loads(desk(cast.zhou).get("/desk/map/").context["map"])["plans"] == []


def test_a_plan_is_for_residents_when_the_tick_says_so(keeper, desk: Desk):
    client = desk(keeper)
    lay = client.post("/desk/map/plans/", {"plan": _picture()})["Location"]
    assert "也给居民看" in text(client.get(lay))
    client.post(lay, MARKS | {"residents": "on"})
    assert MapPlan.objects.get().is_public


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x2": "", "y2": "", "lon2": "", "lat2": ""}, "两个或三个点"),
        ({"lat2": ""}, "还没有填完"),
        ({"x2": "101", "y2": "100"}, "挨得太近"),
        ({"lon2": "99"}, "太大或太小"),
        ({"lon2": "500"}, ""),
        ({"name": ""}, ""),
        ({"name": "\u202e"}, ""),
    ],
)
def test_marks_that_lay_it_nowhere_come_back_with_a_sentence(change, said, keeper, desk: Desk):
    client = desk(keeper)
    lay = client.post("/desk/map/plans/", {"plan": _picture()})["Location"]
    answer = client.post(lay, MARKS | change)
    assert (answer.status_code, MapPlan.objects.count()) == (422, 0)
    assert said in text(answer)
    assert 'value="100' in answer.content.decode()


def test_what_is_no_picture_is_no_plan(keeper, desk: Desk):
    file = io.BytesIO(b"<svg/>")
    file.name = "plan.svg"
    client = desk(keeper)
    answer = client.post("/desk/map/plans/", {"plan": file})
    assert (answer.status_code, "plan.svg" in text(answer)) == (422, True)
    assert client.post("/desk/map/plans/").status_code == 422


# ---- a pin ----


def test_a_place_is_pinned_and_named_when_it_lies_in_another_cell(cast, noon, keeper, desk: Desk):
    places.redraw_grid(cast.town.grid_b2, SQUARE, actor=SYSTEM, at=noon)
    row = cast.town.row(cast.town.building)
    client = desk(keeper)
    answer = client.post(f"/desk/places/{row.code}/pin/", {"lon": "122.2", "lat": "37.41"}, follow=True)
    place = Place.objects.get(id=row.id)
    assert (place.lon, place.lat, place.grid_id) == (122.2, 37.41, cast.town.grid_a1)
    assert "落在 韩乐坊二格 B2" in text(answer)
    assert [one.event for one in deeds("place", row.id)][-1] == "pinned"
    client.post(f"/desk/places/{row.code}/pin/", {"lon": "", "lat": ""})
    assert Place.objects.get(id=row.id).lon is None


@pytest.mark.parametrize("point", [("122.2", ""), ("37.4", "122.2"), ("0", "0"), ("nan", "1"), ("x", "y")])
def test_half_a_pin_and_one_in_the_sea_of_nowhere_are_refused(point, cast, keeper, desk: Desk):
    code = cast.town.row(cast.town.building).code
    sent = dict(zip(("lon", "lat"), point, strict=True))
    assert desk(keeper).post(f"/desk/places/{code}/pin/", sent).status_code == 422
    assert Place.objects.get(code=code).lon is None


def test_the_tiles_are_the_office_s_own(cast, keeper, desk: Desk):
    assert backgrounds.background().version == 0
    desk(keeper).post("/desk/map/background/", _tiles())
    assert backgrounds.background().source == "https://tile.example.org"
