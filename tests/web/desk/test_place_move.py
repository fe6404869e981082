"""A place is moved from its own page, with a reason, after reading what goes along and what stays."""

from datetime import datetime

import pytest

from gezhi.cases.models import Case
from gezhi.config import worker
from gezhi.flows import closing
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.places import actions as places
from gezhi.places import queries as grounds
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text


def door(cast: Cast) -> str:
    """Where the building is moved."""
    return f"/desk/places/{cast.town.row(cast.town.building).code}/move/"


def test_a_building_moves_to_another_community_with_its_open_case(
    cast: Cast, keeper: Actor, opened: Case, desk: Desk, noon: datetime
) -> None:
    client, town = desk(keeper), cast.town
    assert door(cast) in client.get(door(cast).removesuffix("move/")).content.decode()
    page = text(client.get(door(cast)))
    assert ("下面的 1 个位置" in page, "正在办的 1 件" in page) == (True, True)
    sent = {"parent": town.row(town.street_b).code, "grid": str(town.grid_a1), "reason": "楼栋改划"}
    asked = client.post(door(cast), sent)
    assert (asked.status_code, "请选择网格。" in text(asked)) == (422, True)
    assert f'value="{town.grid_b2}"' in asked.content.decode()
    answer = client.post(door(cast), sent | {"grid": str(town.grid_b2)})
    assert answer["Location"] == door(cast).removesuffix("move/")
    assert town.row(town.building).parent_id == town.street_b
    moved = next(step for step in story("place", town.building) if step.entry.event == "moved")
    assert (moved.words, moved.entry.actor_id) == ({"reason": "楼栋改划"}, keeper.id)
    worker.do_errands(noon)
    opened.refresh_from_db()
    assert (opened.grid_id, opened.desk_id) == (town.grid_b2, cast.desk_b)


def test_the_form_helps_in_the_readers_language(cast: Cast, keeper: Actor, desk: Desk) -> None:
    page = text(desk(keeper).get(door(cast), headers={"accept-language": "en"}))
    assert ("名称、编号" in page, "Under which place" in page) == (False, True)


def test_into_another_cell_of_its_community_it_moves_where_it_stands(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    town = cast.town
    cell = places.add_grid(community_id=town.community_a, name="A2", actor=keeper, at=noon)
    page = desk(keeper).get(door(cast)).content.decode()
    assert f'value="{town.row(town.compound).code}"' in page
    sent = {"parent": town.row(town.compound).code, "grid": str(cell.id), "reason": "两格重划"}
    assert desk(keeper).post(door(cast), sent).status_code == 302
    assert [town.row(one).grid_id for one in (town.building, town.stairwell)] == [cell.id, cell.id]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"parent": "stairwell"}, "这种位置不能放在那里"),
        ({"parent": "district"}, "这种位置不能放在那里"),
        ({"parent": ""}, ""),
        ({"reason": " "}, ""),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_the_form(
    wrong: dict[str, str], says: str, cast: Cast, keeper: Actor, desk: Desk
) -> None:
    town = cast.town
    sent = {"parent": town.row(town.compound).code, "grid": str(town.grid_a1), "reason": "改划"} | wrong
    if hasattr(town, sent["parent"]):
        sent["parent"] = town.row(getattr(town, sent["parent"])).code
    answer = desk(keeper).post(door(cast), sent)
    assert (answer.status_code, says in text(answer)) == (422, True)
    assert town.row(town.building).parent_id == town.compound


@pytest.mark.parametrize("who", ["chen", "zhou", "wei"])
def test_only_the_keeper_moves_and_takes_back(who: str, cast: Cast, desk: Desk, noon: datetime) -> None:
    client, town = desk(getattr(cast, who)), cast.town
    sent = {"parent": town.row(town.street_b).code, "grid": str(town.grid_b2), "reason": "x"}
    assert [client.get(door(cast)).status_code, client.post(door(cast), sent).status_code] == [403, 403]
    assert "/move/" not in client.get(door(cast).removesuffix("move/")).content.decode()
    for address in ("/desk/catalogue/0501/reopen/", "/desk/places/371072008015/cells/x/reopen/"):
        assert client.post(address, {"reason": "x"}).status_code == 403


def test_the_root_and_what_ended_are_not_moved(cast: Cast, keeper: Actor, desk: Desk, noon: datetime) -> None:
    places.close_place(cast.town.building, on=noon.date(), actor=keeper, at=noon)
    client = desk(keeper)
    assert client.get(door(cast)).status_code == 404
    assert client.get("/desk/places/371072/move/").status_code == 404
    assert "/move/" not in client.get("/desk/places/371072/").content.decode()


# ---- taken back ----


def test_a_cell_closed_by_mistake_is_in_use_again(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    town, client = cast.town, desk(keeper)
    sister = places.add_grid(community_id=town.community_a, name="A2", actor=keeper, at=noon)
    ended = {"on": noon.date(), "reason": "错", "into": sister.id, "actor": keeper, "at": noon}
    cells, code = "/desk/places/371072008015/cells/", grounds.grid(town.grid_a1).code
    assert client.post(f"{cells}{code}/reopen/", {"reason": "x"}).status_code == 404
    closing.close_grid(town.grid_a1, **ended)
    assert f"{cells}{code}/reopen/" in client.get(cells).content.decode()
    assert client.get(f"{cells}{code}/reopen/").status_code == 200
    assert client.post(f"{cells}{code}/reopen/", {"reason": " "}).status_code == 422
    assert client.post(f"{cells}{code}/reopen/", {"reason": "看错了"})["Location"] == cells
    assert (town.row(town.building).grid_id, grounds.grid(town.grid_a1).closed_on) == (town.grid_a1, None)


def test_a_category_closed_by_mistake_is_in_use_again(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, page = desk(keeper), "/desk/catalogue/0501/"
    assert client.get(f"{page}reopen/").status_code == 404
    client.post(f"{page}close/", {"on": "2026-03-02", "reason": "错", "revision": "1"})
    assert f"{page}reopen/" in client.get(page).content.decode()
    assert client.post(f"{page}reopen/", {"reason": "看错了", "revision": "1"}).status_code == 422
    assert client.post(f"{page}reopen/", {"reason": "看错了", "revision": "2"})["Location"] == page
    shown = text(client.get(page))
    assert ("已停用" in shown, "看错了" in shown) == (False, True)
