"""Where it is, put on the map without dragging: the point is kept, the places around it are asked about, and the box alone will do."""

import json
from typing import Any

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.mooring import Mark
from gezhi.places import actions as places
from gezhi.places import backgrounds
from gezhi.places.models import MapBackground
from gezhi.reports.models import Report
from gezhi.tenancy.clock import new_id
from gezhi.web.public import pin, where_asked
from tests.cast import Cast
from tests.web.public.conftest import form

pytestmark = pytest.mark.django_db
SQUARE = (
    '{"type":"Polygon","coordinates":[[[122.1,37.3],[122.3,37.3],[122.3,37.5],[122.1,37.5],[122.1,37.3]]]}'
)
FAR = {"lon": "122.25", "lat": "37.45"}  # in A1, no place within 200 m
NEAR = {"lon": "122.1801", "lat": "37.4"}  # beside the compound


@pytest.fixture
def drawn(cast: Cast, noon: Any) -> None:
    places.redraw_grid(cast.town.grid_a1, SQUARE, actor=SYSTEM, at=noon)


def _sent(**more: str) -> dict[str, Any]:
    return {**form(text="路面塌了一块"), **more}


def test_a_point_alone_finds_its_community_and_stays_with_the_report(
    door: Client, cast: Cast, drawn: None
) -> None:
    assert door.post("/r/", _sent(**FAR)).status_code == 303
    found, case = Report.objects.get(), Case.objects.get()
    assert (found.lon, found.lat) == (122.25, 37.45)
    assert (case.place_id, case.grid_id) == (cast.town.community_a, cast.town.grid_a1)


def test_places_beside_the_point_are_asked_about_and_none_of_them_is_an_answer(
    door: Client, cast: Cast, drawn: None
) -> None:
    asked = door.post("/r/", _sent(**NEAR)).content.decode()
    assert ("是这里吗" in asked, "悦海花园" in asked, Report.objects.count()) == (True, True, 0)
    assert 'value="122.1801"' in asked
    assert door.post("/r/", _sent(**NEAR, asked="1", spot="-")).status_code == 303
    assert Case.objects.get().place_id == cast.town.community_a


def test_a_place_chosen_while_typing_is_the_place(door: Client, cast: Cast) -> None:
    row = cast.town.row(cast.town.building)
    assert door.post("/r/", _sent(where=row.full_name, named=row.code)).status_code == 303
    assert Case.objects.get().place_id == row.id


def test_a_pin_beside_a_scanned_code_is_kept_too(door: Client, here: str, cast: Cast) -> None:
    assert door.post(here, _sent(**NEAR, apart="1")).status_code == 303
    assert (Report.objects.get().lon, Case.objects.get().place_id) == (122.1801, cast.town.stairwell)


@pytest.mark.parametrize(
    "bad",
    [
        {"lon": "122.2"},
        {"lon": "122.2", "lat": "x"},
        {"lon": "nan", "lat": "1"},
        {"lon": "37.4", "lat": "122.2"},
        {"lon": "0", "lat": "0"},
    ],
)
def test_a_point_that_is_none_is_said_and_nothing_typed_is_lost(
    bad: dict[str, str], door: Client, cast: Cast
) -> None:
    answer = door.post("/r/", _sent(where="海滨路", **bad))
    page = answer.content.decode()
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert "地图上的点" in page
    assert "路面塌了一块" in page
    assert door.post("/r/", _sent(where="海滨路", lon="", lat="")).status_code == 303


def test_a_code_that_is_no_place_is_said(door: Client, cast: Cast) -> None:
    assert door.post("/r/", _sent(named="371072-99999")).status_code == 422


@pytest.mark.parametrize("said", ["悦海花园3栋", "三号楼", "yhhy3"])
def test_places_are_offered_for_what_people_say(said: str, door: Client, cast: Cast) -> None:
    found = json.loads(door.get("/find/spots", {"q": said}).content)["places"]
    assert found[0] == {
        "code": cast.town.row(cast.town.building).code,
        "name": "悦海社区 悦海花园 3号楼",
        "lon": 122.18,
        "lat": 37.4,
    }


def test_a_view_names_what_lies_in_it_and_no_stairwell(door: Client, cast: Cast) -> None:
    found = json.loads(door.get("/find/spots", {"bbox": "122,37,123,38", "zoom": "15"}).content)["places"]
    assert [one["name"] for one in found] == ["悦海花园"]
    assert door.get("/find/spots", {"bbox": "a"}).status_code == 422


@pytest.mark.parametrize("address", ["/find/spots?q=3", "/find/map", "/find/cells"])
def test_too_many_questions_of_one_address_are_put_off(
    address: str, door: Client, cast: Cast, settings: Any, monkeypatch: Any
) -> None:
    settings.GEZHI_LIMITS = True
    monkeypatch.setattr(pin, "ASKED_PER_TEN_MINUTES", 1)
    answers = [door.get(address) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 429]
    assert ("no-store" in answers[1]["Cache-Control"], int(answers[1]["Retry-After"]) > 0) == (True, True)


def test_a_plan_is_on_the_maps_of_residents_only_when_somebody_said_so(
    door: Client, cast: Cast, noon: Any
) -> None:
    plan = backgrounds.add_plan(
        id=new_id(),
        name="管线图",
        picture=new_id(),
        size=(800, 600),
        marks=[Mark(0, 0, 122.18, 37.4), Mark(800, 600, 122.19, 37.39)],
        actor=SYSTEM,
        at=noon,
    )

    def seen() -> list[str]:
        return [one["name"] for one in json.loads(door.get("/find/map").content)["plans"]]

    assert seen() == []
    backgrounds.show_plan(plan.id, is_public=True, actor=SYSTEM, at=noon)
    assert seen() == ["管线图"]
    backgrounds.show_plan(plan.id, is_public=False, actor=SYSTEM, at=noon)
    assert seen() == []


def test_the_map_is_made_around_the_place_and_lets_in_the_tiles_of_the_office(
    door: Client, here: str, cast: Cast
) -> None:
    MapBackground.objects.create(tiles="https://tile.example.org/{z}/{x}/{y}.png", attribution="© 示例")
    page = door.get(here)
    assert "https://tile.example.org" in page["Content-Security-Policy"]
    code = here.rsplit("/", 1)[1]
    frame = json.loads(door.get(f"/find/map?near={code}").content)
    assert (frame["attribution"], [round(one, 3) for one in frame["box"]]) == (
        "© 示例",
        [122.178, 37.398, 122.182, 37.402],
    )
    assert json.loads(door.get("/find/map?near=x").content)["box"] == [122.18, 37.4, 122.18, 37.4]
    assert json.loads(door.get("/find/cells").content)["features"] == []


# ---- the point and the place that was chosen ----


def _chosen(cast: Cast, **more: str) -> dict[str, Any]:
    row = cast.town.row(cast.town.building)
    return _sent(where=row.full_name, named=row.code, **FAR, **more)


def test_a_point_far_from_the_place_that_was_chosen_is_asked_about_once_and_nothing_typed_is_lost(
    door: Client, cast: Cast, drawn: None
) -> None:
    page = door.post("/r/", _chosen(cast)).content.decode()
    assert ("点的地方和写的地方不一样" in page, Report.objects.count()) == (True, 0)
    for words in ("路面塌了一块", 'value="122.25"', 'name="keep" value="pin"', 'name="keep" value="place"'):
        assert words in page
    assert door.post("/r/", _chosen(cast, weighed="1")).status_code == 303


def test_whoever_keeps_the_place_drops_the_point(door: Client, cast: Cast, drawn: None) -> None:
    assert door.post("/r/", _chosen(cast, weighed="1", keep="place")).status_code == 303
    assert (Report.objects.get().lon, Case.objects.get().place_id) == (None, cast.town.building)


def test_whoever_keeps_the_point_is_heard_there_and_his_words_say_what_he_wrote_first(
    door: Client, cast: Cast, drawn: None
) -> None:
    assert door.post("/r/", _chosen(cast, weighed="1", keep="pin")).status_code == 303
    found, case = Report.objects.get(), Case.objects.get()
    assert (found.lon, case.place_id) == (122.25, cast.town.community_a)
    assert found.text.startswith("位置：地图上点的地方（先写的是：")


def test_a_point_beside_the_place_danger_and_what_waited_are_not_asked(
    door: Client, cast: Cast, drawn: None
) -> None:
    row = cast.town.row(cast.town.compound)
    sent = _sent(where=row.full_name, named=row.code, **NEAR)
    assert door.post("/r/", sent).status_code == 303
    waited = _chosen(cast) | {"waited": "60", "key": "another-form-00000000"}
    assert door.post("/r/", waited).status_code == 303
    burns = _chosen(cast) | {"text": "着火了", "key": "a-third-form-000000000"}
    assert door.post("/r/", burns).status_code == 303


def test_sabotage_were_it_not_asked_both_would_go_in_beside_each_other(
    door: Client, cast: Cast, drawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where_asked, "FAR_METRES", 1e9)
    assert door.post("/r/", _chosen(cast)).status_code == 303
    assert (Report.objects.get().lon, Case.objects.get().place_id) == (122.25, cast.town.building)


# ---- told back ----


def test_the_receipt_and_the_status_page_say_where_the_finger_was(
    door: Client, cast: Cast, drawn: None
) -> None:
    beside = door.post("/r/", _sent(**NEAR, asked="1", spot="-"))
    for address in (beside["Location"], beside["Location"].split("?")[0]):
        assert "您在地图上点的地方：" in door.get(address).content.decode()
        assert "悦海花园附近" in door.get(address).content.decode()
    alone = door.post("/r/", _sent(**FAR) | {"key": "another-form-00000000"})
    assert "您在地图上点的地方：悦海社区" in door.get(alone["Location"]).content.decode()


def test_the_question_whether_it_is_here_has_its_own_button(door: Client, cast: Cast, drawn: None) -> None:
    page = door.post("/r/", _sent(**NEAR)).content.decode()
    card = page[page.index("是这里吗") :]
    assert '<button class="btn btn-primary"' in card[: card.index('type="file"')]
