"""Places are found by what people type, and points by the border they lie in."""

import json
import time
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import actions, check, map, outlines, queries, wording
from gezhi.places.actions import NewGrid
from gezhi.places.kinds import Kind
from gezhi.places.map import Located
from gezhi.places.models import GridCell, Place, PlaceRegister
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests.places.conftest import Town


def square(lon: float, lat: float, size: float = 0.01) -> str:
    """A square of `size` degrees with its lower left corner there."""
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def who(admin_actor: Actor, noon: datetime) -> dict[str, Any]:
    """By whom and when."""
    return {"actor": admin_actor, "at": noon}


THE_THIRD = (
    *(
        "悦海花园三号楼",
        "悦海花园3栋",
        "悦海花园3幢",
        "悦海花园3#",
        "悦海花园3#楼",
        "悦海花园３号",
        "悦海花园3",
        "三号楼",
        "3栋",
        "3#",
    ),
    *(
        "悦海小区3号",
        "悦海小区三号",
        "悦海花园小区 3号",
        "悦海3号楼",
        "悦海三号楼",
        "悅海花園三號樓",
        "yhhy3",
        "YHHY 3",
        "yhhy3hl",
    ),
    *("悦海花园3号楼301", "悦海花园3号楼三楼", "3号"),
)
ITS_SECOND = (
    *(
        "悦海花园三号楼二单元",
        "3-2",
        "3-2-301",
        "悦海花园3-2",
        "悦海花园3-2-301",
        "悦海花园 3-2-301室",
        "悦海小区3-2",
        "yhhy3-2",
    ),
    *(
        "悦海花园3#2单元",
        "悦海花园3号楼2单元301",
        "悦海3号楼2门",
        "3号楼二单元",
        "三号楼2单元",
        "yhhy 3 2",
        "悦海花园3号楼-2",
    ),
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("悦海花园", ["悦海社区 悦海花园小区"]),
        ("悅海花園", ["悦海社区 悦海花园小区"]),
        ("yhhy", ["悦海社区 悦海花园小区"]),
        ("YueHaiHua", ["悦海社区 悦海花园小区"]),
        ("hyf", ["韩乐坊社区"]),  # 乐 read the other way
        ("hlf", ["韩乐坊社区"]),
        ("韓樂坊", ["韩乐坊社区"]),
        ("3号楼", ["悦海社区 悦海花园小区 3号楼"]),
        ("３号楼", ["悦海社区 悦海花园小区 3号楼"]),
        ("悦海花园3号楼", ["悦海社区 悦海花园小区 3号楼"]),
        ("悦海花园 3号楼 2单元", ["悦海社区 悦海花园小区 3号楼 2单元"]),
        *((said, ["悦海社区 悦海花园小区 3号楼"]) for said in THE_THIRD),
        *((said, ["悦海社区 悦海花园小区 3号楼 2单元"]) for said in ITS_SECOND),
        *((said, ["悦海社区 悦海花园小区"]) for said in ("悦海小区", "悦海花园社区")),
        *(
            (said, [])
            for said in ("悦海花园13号楼", "悦海花园3号楼5单元", "悦海花园东门", "悦海花园3个井盖", "13号楼")
        ),
        ("371072-00003", ["悦海社区 悦海花园小区 3号楼 2单元"]),
        ("371072—00003", ["悦海社区 悦海花园小区 3号楼 2单元"]),
        ("00003", ["悦海社区 悦海花园小区 3号楼 2单元"]),
        ("3", ["悦海社区 悦海花园小区 3号楼 2单元", "悦海社区 悦海花园小区 3号楼"]),
        ("371072008015", ["悦海社区"]),
        ("龙宫", []),
        ("", []),
        ("  ", []),
        ("%", []),
        ("9" * 39, []),
        ("楼" * 300, []),
        ("1 1 1 1 1 1 1 1 1 1", []),
    ],
)
def test_a_place_is_found_by_what_people_type(words: str, found: list[str], town: Town) -> None:
    assert [row.full_name for row in queries.find(words)] == found


@pytest.mark.parametrize(
    ("words", "found", "left"),
    [
        ("悦海花园东门", "悦海社区 悦海花园小区", "东门"),
        ("悦海花园3号楼门口", "悦海社区 悦海花园小区 3号楼", "门口"),
        ("悦海花园13号楼", "悦海社区 悦海花园小区", "13号楼"),
        ("悦海小区西门", "悦海社区 悦海花园小区", "西门"),
    ],
)
def test_what_is_known_in_part_leads_to_what_is_known_with_the_rest(
    words: str, found: str, left: str, town: Town
) -> None:
    assert queries.find(words) == []
    rows, rest = queries.find_around(words)
    assert ([row.full_name for row in rows], rest) == ([found], left)


def test_a_part_of_a_name_that_two_compounds_bear_is_neither(town: Town, who: dict[str, Any]) -> None:
    actions.add_place(
        kind=Kind.COMPOUND, name="悦海家园小区", parent_id=town.hanlefang.id, grid_id=town.b2.id, **who
    )
    actions.add_place(
        kind=Kind.COMPOUND, name="悦海小区", parent_id=town.hanlefang.id, grid_id=town.b2.id, **who
    )
    assert [row.full_name for row in queries.find("悦海小区")] == ["韩乐坊社区 悦海小区"]


@pytest.mark.parametrize("words", ITS_SECOND)
def test_where_two_compounds_have_such_a_stairwell_the_one_that_was_named_is_found(
    words: str, town: Town, who: dict[str, Any]
) -> None:
    new = {"grid_id": town.b2.id, **who}
    other = actions.add_place(kind=Kind.COMPOUND, name="馨安苑", parent_id=town.hanlefang.id, **new)
    house = actions.add_place(kind=Kind.BUILDING, name="3号楼", parent_id=other.id, **new)
    actions.add_place(kind=Kind.STAIRWELL, name="2单元", parent_id=house.id, **new)
    rows = [row.full_name for row in queries.find(words)]
    both = ["悦海社区 悦海花园小区 3号楼 2单元", "韩乐坊社区 馨安苑 3号楼 2单元"]
    assert sorted(rows) == (both if words[0] in "3三" else both[:1])


def test_of_equal_names_those_of_ones_own_area_come_first(town: Town, who: dict[str, Any]) -> None:
    other = actions.add_place(
        kind=Kind.COMPOUND, name="馨安苑", parent_id=town.hanlefang.id, grid_id=town.b2.id, **who
    )
    actions.add_place(kind=Kind.BUILDING, name="3号楼", parent_id=other.id, grid_id=town.b2.id, **who)
    actions.add_place(kind=Kind.BUILDING, name="13号楼", parent_id=other.id, grid_id=town.b2.id, **who)
    for near in (queries.Ground(under=(other.path,)), queries.Ground(grids=(town.b2.id,))):
        rows = [row.full_name for row in queries.find("三号楼", near=near)]
        assert rows == ["韩乐坊社区 馨安苑 3号楼", "悦海社区 悦海花园小区 3号楼"]


def test_the_exact_name_comes_before_longer_ones(town: Town) -> None:
    assert [row.name for row in queries.find("悦海")] == ["悦海社区", "悦海花园小区"]


NOT_A_NAME = ("(", "（", "，", "、", "：", "。", "_", "((", "\ufdfa" * 100, "㋿" * 199, "１" * 201)


@pytest.mark.parametrize("words", NOT_A_NAME, ids=range(len(NOT_A_NAME)))
def test_signs_by_which_nothing_is_called_find_nothing(words: str, town: Town) -> None:
    assert (queries.find(words), queries.find_around(words)[0]) == ([], [])


@pytest.mark.parametrize("words", ["悦海花园 3号楼 \u200b", "悦海花园 3号楼（"])
def test_signs_beside_a_name_do_not_hide_it(words: str, town: Town) -> None:
    assert [row.full_name for row in queries.find(words)] == ["悦海社区 悦海花园小区 3号楼"]


def test_sabotage_a_way_of_writing_that_says_nothing_cannot_be_looked_up(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.places.search._key", lambda _words: "(")
    with pytest.raises(IndexError):
        queries.find("(")


def test_without_one_script_the_other_script_finds_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin of the folding."""
    for file in ("search", "gazetteer"):
        monkeypatch.setattr(f"gezhi.places.{file}.in_one_script", lambda words: words)
    assert queries.find("悅海花園") == []


def test_a_name_keeps_every_common_reading() -> None:
    assert wording.keys_of("长峰 128号楼").initials.split()[:2] == ["zf128hl", "cf128hl"]


def test_the_place_of_a_poster_costs_one_statement(town: Town, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        row = queries.by_code("371072-00003")
    assert row == queries.by_ids([town.stairs.id])[town.stairs.id]
    assert (row.full_name, row.community_id, row.grid_id) == (
        "悦海社区 悦海花园小区 3号楼 2单元",
        town.yuehai.id,
        town.a1.id,
    )


def test_a_name_that_ends_with_a_number_is_one_name() -> None:
    assert wording.pieces("小区77 13号楼3单元") == ["小区77", "13号楼", "3单元"]
    assert wording.pieces("yhhy3") == ["yhhy", "3"]


@pytest.mark.parametrize("ids", [1, 3])
def test_rows_by_id_cost_one_statement(ids: int, town: Town, django_assert_num_queries: Any) -> None:
    wanted = [town.garden.id, town.building.id, town.stairs.id][:ids]
    with django_assert_num_queries(1):
        assert queries.by_ids(wanted).keys() == set(wanted)


def test_a_subtree_is_a_place_and_all_below_it_and_nothing_beside(town: Town, who: dict[str, Any]) -> None:
    inside = queries.subtree(town.yuehai.path).values_list("id", flat=True)
    assert set(inside) == {town.yuehai.id, town.garden.id, town.building.id, town.stairs.id}
    assert queries.subtree("/").count() == queries.subtree("").count() == Place.objects.count()


def test_another_office_sees_none_of_these_places(town: Town, noon: datetime) -> None:
    other = Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon)
    with scope(other.id):
        assert (queries.find("悦海"), queries.subtree("").count(), queries.grids()) == ([], 0, [])
        assert queries.locate(122.155, 37.365) is None


# ---- points ----


@pytest.fixture
def drawn(town: Town, who: dict[str, Any]) -> Town:
    """A1 and B2 side by side."""
    actions.redraw_grid(town.a1.id, square(122.15, 37.36), **who)
    actions.redraw_grid(town.b2.id, square(122.16, 37.36), **who)
    return town


def test_a_point_lies_in_the_cell_whose_border_holds_it(drawn: Town) -> None:
    assert queries.locate(122.155, 37.365) == Located(drawn.a1.id, drawn.yuehai.id)
    assert queries.locate(122.165, 37.365) == Located(drawn.b2.id, drawn.hanlefang.id)
    assert queries.locate(122.16, 37.365) == Located(drawn.a1.id, drawn.yuehai.id)  # on the border
    assert queries.locate(122.3, 37.365) is None


def test_a_border_drawn_in_this_process_is_seen_at_once(drawn: Town, who: dict[str, Any]) -> None:
    assert queries.locate(122.155, 37.365) is not None
    actions.redraw_grid(drawn.a1.id, "", **who)
    assert queries.locate(122.155, 37.365) is None


def change_elsewhere(cell_id: UUID) -> None:
    """Another process wipes the outline: rows and stamp change, nothing is forgotten here."""
    kept = dict(map._maps)
    GridCell.objects.filter(id=cell_id).update(outline="")
    outlines.map_changed(PlaceRegister.objects.get())
    map._maps.update(kept)


def test_a_border_drawn_in_another_process_is_seen_within_a_second(
    drawn: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queries.locate(122.155, 37.365) is not None
    change_elsewhere(drawn.a1.id)
    assert queries.locate(122.155, 37.365) is not None
    later = time.monotonic() + map.FRESH_SECONDS
    monkeypatch.setattr("gezhi.places.map.time.monotonic", lambda: later)
    assert queries.locate(122.155, 37.365) is None


def test_without_the_stamp_another_process_would_go_on_with_the_old_border(
    drawn: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: the cell is wiped, the stamp is not changed."""
    assert queries.locate(122.155, 37.365) is not None
    GridCell.objects.filter(id=drawn.a1.id).update(outline="")
    later = time.monotonic() + map.FRESH_SECONDS
    monkeypatch.setattr("gezhi.places.map.time.monotonic", lambda: later)
    assert queries.locate(122.155, 37.365) is not None


def test_a_rolled_back_border_does_not_stay_in_the_map(
    drawn: Town, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        actions.redraw_grid(drawn.a1.id, "", **who)
        assert queries.locate(122.155, 37.365) is None
        transaction.set_rollback(True)
    later = time.monotonic() + map.FRESH_SECONDS
    monkeypatch.setattr("gezhi.places.map.time.monotonic", lambda: later)
    assert queries.locate(122.155, 37.365) is not None


def test_points_after_the_first_cost_no_statement(drawn: Town, django_assert_num_queries: Any) -> None:
    queries.locate(122.155, 37.365)
    with django_assert_num_queries(0):
        queries.locate(122.165, 37.365)


def test_a_cell_that_takes_ground_of_its_sister_is_refused(drawn: Town, who: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_grid(
            community_id=drawn.yuehai.id, name="悦海二格", outline=square(122.155, 37.365), **who
        )
    assert (refused.value.field, refused.value.code) == ("outline", "overlap")
    actions.add_grid(community_id=drawn.yuehai.id, name="悦海二格", outline=square(122.15, 37.37), **who)


def test_without_that_refusal_cells_overlap_and_the_check_says_where(
    drawn: Town, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin."""
    monkeypatch.setattr("gezhi.places.actions.refuse_overlaps", lambda cells: None)
    actions.add_grid(community_id=drawn.yuehai.id, name="悦海二格", outline=square(122.155, 37.365), **who)
    (finding,) = check.findings()
    assert finding.where == "grid cell 371072008015-01"
    assert "371072008015-02" in finding.what


@pytest.mark.parametrize(
    ("outline", "code"),
    [
        ("no json", "not_polygon"),
        ("[" * 100_000, "not_polygon"),
        ("{}", "not_polygon"),
        ('{"type": "Point", "coordinates": [122, 37]}', "not_polygon"),
        (square(37.36, 122.15), "swapped"),
        (square(122.15, 95.0), "range"),
    ],
)
def test_an_outline_that_holds_nothing_is_refused(
    outline: str, code: str, town: Town, who: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.redraw_grid(town.a1.id, outline, **who)
    assert (refused.value.field, refused.value.code) == ("outline", code)


def test_many_borders_are_drawn_anew_all_or_none(drawn: Town, who: dict[str, Any]) -> None:
    one, other, before = square(122.15, 37.36), square(122.16, 37.36), queries.outlines()
    for strange, why in ((uuid4(), NotFound), (drawn.b2.id, Invalid)):
        with pytest.raises(why):
            actions.redraw_grids({drawn.a1.id: other, strange: "{}"}, **who)
        assert queries.outlines() == before
    changed = actions.redraw_grids({drawn.a1.id: other, drawn.b2.id: one}, **who)
    assert [cell.id for cell in changed] == [drawn.a1.id, drawn.b2.id]
    located = queries.locate(122.155, 37.365)
    assert located is not None
    assert located.grid_id == drawn.b2.id


def test_grid_codes_begin_with_their_communitys_code(town: Town, who: dict[str, Any]) -> None:
    cells = actions.add_grids(
        [NewGrid(community_id=town.yuehai.id, name=name) for name in ("二格", "三格")], **who
    )
    assert [cell.code for cell in cells] == ["371072008015-02", "371072008015-03"]
    assert [row.name for row in queries.grids(town.yuehai.id)] == ["悦海一格 A1", "二格", "三格"]
    for name, code in (("二格", "taken"), (" ", "empty")):
        with pytest.raises(Invalid) as refused:
            actions.add_grid(community_id=town.yuehai.id, name=name, **who)
        assert (refused.value.field, refused.value.code) == ("name", code)
    with pytest.raises(Invalid):
        actions.add_grid(community_id=town.garden.id, name="格", **who)
