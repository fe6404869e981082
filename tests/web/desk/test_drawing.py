"""Drawing on a page: every corner comes back, what is wrong is said before it is saved, and what is heavy is looked at first."""

import json
from typing import Any

import pytest

from gezhi.flows import draw_cells
from gezhi.kernel import corners
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.places import queries as grounds
from gezhi.places.models import GridCell
from tests.flows.test_draw_cells import square
from tests.web.desk.conftest import Desk, text


def lines(west: float, east: float) -> str:
    return corners.as_lines(json.loads(square(west, east))) or ""


@pytest.fixture
def page(cast, noon, keeper, desk: Desk) -> Any:
    """(client, address, code of A1 as it is drawn)."""
    places.redraw_grid(cast.town.grid_a1, square(122.1, 122.2), actor=SYSTEM, at=noon)
    community = cast.town.row(cast.town.community_a).code
    return desk(keeper), f"/desk/places/{community}/cells/draw/", grounds.grid(cast.town.grid_a1).code


def _sent(code: str, **more: str) -> dict[str, str]:
    return {f"corners-{code}": lines(122.1, 122.2), "on": "2026-03-02", "reason": "改线", **more}


def test_the_corners_stand_in_fields_that_need_no_script(page):
    client, address, _code = page
    assert lines(122.1, 122.2) in client.get(address).content.decode()


def test_a_new_border_is_saved_and_told_in_the_history(page, cast):
    client, address, code = page
    answer = client.post(address, _sent(code, **{f"corners-{code}": lines(122.1, 122.25)}))
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert "122.25" in GridCell.objects.get(code=code).outline
    community = cast.town.row(cast.town.community_a).code
    assert "改画边界" in text(client.get(f"/desk/places/{community}/cells/"))


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ("东门\n122.2, 37.3", "第 1 行写的是“东门”"),
        ("122.1, 37.3\n122.2, 37.3", "至少要有三个不同的点"),
        ("122.1, 37.3\n122.2, 37.5\n122.2, 37.3\n122.1, 37.5", "边界与自己相交"),
        ("37.3, 122.1\n37.3, 122.2\n37.5, 122.2", "写反了"),
        ("", "边界空了"),
        ("122.1, 37.3\n\n122.2, 37.3\n\n122.2, 37.5", "至少要有三个不同的点"),
        ("1.1, 1.3\n1.2, 1.3\n1.2, 1.5", "不在本辖区附近"),
    ],
)
def test_a_border_that_is_none_is_refused_and_comes_back(drawn, said, page):
    client, address, code = page
    before = GridCell.objects.get(code=code).outline
    answer = client.post(address, _sent(code, **{f"corners-{code}": drawn}))
    assert answer.status_code == 422
    assert said in text(answer)
    assert all(line in answer.content.decode() for line in drawn.split("\n"))
    assert GridCell.objects.get(code=code).outline == before


def test_what_moves_a_place_into_another_cell_is_looked_at_first(page):
    client, address, code = page
    drawn = _sent(
        code,
        **{f"corners-{code}": lines(122.1, 122.15), "corners-new": lines(122.15, 122.2), "name": "悦海四格"},
    )
    first = client.post(address, drawn)
    assert "悦海花园: 悦海一格 A1 → 悦海四格" in text(first)
    assert GridCell.objects.count() == 2
    seen = first.context["seen"]
    other = client.post(address, drawn | {"seen": seen, "corners-new": lines(122.15, 122.19)})
    assert GridCell.objects.count() == 2, "another drawing than the one that was looked at"
    assert other.status_code == 200
    assert client.post(address, drawn | {"seen": seen}).status_code == 302
    assert GridCell.objects.count() == 3


def test_an_overlap_is_said_with_its_size_before_anything_is_saved(page):
    client, address, code = page
    answer = client.post(
        address, _sent(code, look="1", name="悦海四格", **{"corners-new": lines(122.19, 122.3)})
    )
    assert (answer.status_code, "重叠" in text(answer), GridCell.objects.count()) == (422, True, 2)


def test_a_cell_is_cut_along_a_line_into_the_fields(page):
    client, address, code = page
    answer = client.post(address, _sent(code, cut=code, line="122.13, 37.2\n122.13, 37.6"))
    typed = {one["code"]: one["lines"] for one in answer.context["cells"]}
    assert "122.1, " in typed["new"]
    assert "122.1, " not in typed[code]
    assert GridCell.objects.count() == 2


@pytest.mark.parametrize(
    "line", ["", "122.13, 37.2", "东门", "1, 1\n2, 2", "122.13, 37.2\n122.13, 37.6\n122.14, 37.2"]
)
def test_a_line_that_does_not_cut_is_said_and_nothing_is_lost(line, page):
    client, address, code = page
    answer = client.post(address, _sent(code, cut=code, line=line))
    assert (answer.status_code, "没有正好把网格切成两块" in text(answer)) == (422, True)
    assert lines(122.1, 122.2) in answer.content.decode()


def test_a_mistake_of_ours_while_cutting_is_not_said_to_be_the_line(page, monkeypatch):
    def broken(outline: str, line: Any) -> None:
        raise KeyError("geoms")

    client, address, code = page
    monkeypatch.setattr(draw_cells, "cut", broken)
    answer = client.post(address, _sent(code, cut=code, line="122.13, 37.2\n122.13, 37.6"))
    assert (answer.status_code, "没有正好把网格切成两块" in text(answer)) == (500, False)


def test_a_day_to_come_is_waited_for_shown_and_called_off(page):
    client, address, code = page
    sent = _sent(code, on="2026-04-01", **{f"corners-{code}": lines(122.1, 122.25)})
    assert "2026-04-01 起用新的边界" in text(client.post(address, sent, follow=True))
    assert "122.25" not in GridCell.objects.get(code=code).outline
    key = client.get(address).context["ahead"][0].key
    assert "已取消" in text(client.post(address, {"call_off": key}, follow=True))
    assert client.get(address).context["ahead"] == []


def test_nothing_changed_is_said_so(page):
    client, address, code = page
    assert "没有要保存的" in text(client.post(address, _sent(code)))


def test_only_who_keeps_places_draws(cast, page, desk: Desk):
    _client, address, _code = page
    assert desk(cast.zhou).get(address).status_code == 403
