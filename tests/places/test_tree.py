"""The place tree: numbered, moved, renamed and closed, and never in a circle."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.journal import queries as journal
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.places import actions, check, paths, planting, queries
from gezhi.places.actions import NewPlace
from gezhi.places.kinds import FixtureKind, Kind, NameKind
from gezhi.places.models import Place, PlaceName
from tests.places.conftest import Town


@pytest.fixture
def who(admin_actor: Actor, noon: datetime) -> dict[str, Any]:
    """By whom and when."""
    return {"actor": admin_actor, "at": noon}


def stored(place: Place) -> Place:
    """The row as the database has it now."""
    row = Place.objects.get(id=place.id)
    assert isinstance(row, Place)
    return row


def test_places_below_a_community_are_numbered_and_others_keep_their_national_code(town: Town) -> None:
    assert [
        (one.code, one.number)
        for one in (town.subdistrict, town.yuehai, town.garden, town.building, town.stairs)
    ] == [
        ("371072008", None),
        ("371072008015", None),
        ("371072-00001", 1),
        ("371072-00002", 2),
        ("371072-00003", 3),
    ]


def test_a_path_leads_from_the_root_to_the_place_itself(town: Town) -> None:
    chain = [town.district, town.subdistrict, town.yuehai, town.garden, town.building, town.stairs]
    assert town.stairs.path == "/" + "".join(f"{one.id.hex}/" for one in chain)
    assert [row.id for row in queries.ancestors(town.stairs.path)] == [one.id for one in chain]
    assert town.stairs.full_name == "悦海社区 悦海花园小区 3号楼 2单元"


def test_every_deed_is_in_the_journal(town: Town, who: dict[str, Any]) -> None:
    actions.rename_place(town.building.id, "三号楼", **who)
    actions.move_place(town.building.id, parent_id=town.yuehai.id, reason="改划", **who)
    actions.add_name(town.building.id, "东楼", NameKind.COMMON, **who)
    actions.close_place(town.building.id, on=date(2026, 4, 1), **who)
    story = journal.story("place", town.building.id)
    assert [step.entry.event for step in story] == ["added", "renamed", "moved", "named", "closed"]
    assert story[2].entry.before["parent"] == str(town.garden.id)
    assert story[2].entry.after["parent"] == str(town.yuehai.id)
    fixture = actions.add_fixture(town.garden.id, FixtureKind.LIFT, "1号电梯", **who)
    assert fixture.code == "371072-F00001"
    assert [step.entry.event for step in journal.story("fixture", fixture.id)] == ["added"]
    assert [step.entry.event for step in journal.story("grid", town.a1.id)] == ["added"]


def test_a_moved_place_takes_everything_below_along(town: Town, who: dict[str, Any]) -> None:
    moved = actions.move_place(
        town.garden.id, parent_id=town.hanlefang.id, grid_id=town.b2.id, reason="改划", **who
    )
    stairs = stored(town.stairs)
    assert stairs.path == f"{moved.path}{town.building.id.hex}/{town.stairs.id.hex}/"
    assert stairs.full_name == "韩乐坊社区 悦海花园小区 3号楼 2单元"
    assert (stairs.grid_id, stairs.jurisdiction_id) == (town.b2.id, town.garden.jurisdiction_id)
    assert list(check.findings()) == []


def test_a_community_goes_to_another_subdistrict_with_its_cells_and_names(
    town: Town, who: dict[str, Any]
) -> None:
    other = actions.add_place(
        kind=Kind.SUBDISTRICT, name="西苑街道", parent_id=town.district.id, code="371072009", **who
    )
    actions.move_place(town.yuehai.id, parent_id=other.id, reason="改划", **who)
    assert stored(town.stairs).full_name == town.stairs.full_name
    assert list(check.findings()) == []


def test_moving_costs_the_same_however_much_is_below(
    town: Town, who: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    new = [
        NewPlace(kind=Kind.BUILDING, name=f"{n}号楼", parent_id=town.garden.id, grid_id=town.a1.id)
        for n in range(10, 60)
    ]
    actions.add_places(new, **who)
    with django_assert_max_num_queries(16):
        actions.move_place(
            town.garden.id, parent_id=town.hanlefang.id, grid_id=town.b2.id, reason="改划", **who
        )
    assert list(check.findings()) == []


def test_a_new_community_asks_for_one_of_its_cells(town: Town, who: dict[str, Any]) -> None:
    for grid_id, code in ((None, "missing"), (town.a1.id, "other_community")):
        with pytest.raises(Invalid) as refused:
            actions.move_place(
                town.garden.id, parent_id=town.hanlefang.id, grid_id=grid_id, reason="改划", **who
            )
        assert (refused.value.field, refused.value.code) == ("grid", code)


def test_a_place_put_into_another_cell_takes_along_what_shared_the_old_one(
    town: Town, who: dict[str, Any]
) -> None:
    third_cell = actions.add_grid(community_id=town.yuehai.id, name="悦海三格", **who)
    fourth = actions.add_place(
        kind=Kind.BUILDING, name="4号楼", parent_id=town.garden.id, grid_id=third_cell.id, **who
    )
    second_cell = actions.add_grid(community_id=town.yuehai.id, name="悦海二格", **who)
    actions.move_place(town.garden.id, parent_id=town.yuehai.id, grid_id=second_cell.id, reason="改划", **who)
    assert [stored(one).grid_id for one in (town.garden, town.building, town.stairs, fourth)] == [
        second_cell.id,
        second_cell.id,
        second_cell.id,
        third_cell.id,
    ]


def test_a_place_is_not_moved_below_itself(town: Town, who: dict[str, Any]) -> None:
    inner = actions.add_place(
        kind=Kind.STREET, name="中街", parent_id=town.garden.id, grid_id=town.a1.id, **who
    )
    with pytest.raises(Invalid):
        actions.move_place(town.garden.id, parent_id=inner.id, reason="改划", **who)
    with pytest.raises(Invalid):
        actions.move_place(inner.id, parent_id=inner.id, reason="改划", **who)


def test_without_the_refusals_a_move_below_itself_makes_a_circle(
    town: Town, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin: nothing else keeps the circle out, and the check finds it."""
    monkeypatch.setattr(planting, "refuse_kind", lambda kind, parent: None)
    monkeypatch.setattr(paths, "is_within", lambda path, area: False)
    actions.move_place(town.garden.id, parent_id=town.building.id, reason="改划", **who)
    assert "its parents go in a circle" in {finding.what for finding in check.findings()}


MOVES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_no_row_of_moves_breaks_the_tree(
    moves: list[tuple[int, int]], town: Town, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic(), monkeypatch.context() as patched:
        # kinds are left out of it, or the rank alone would keep every circle away
        patched.setattr(planting, "refuse_kind", lambda kind, parent: None)
        ids = _spots(town, who)
        parents: dict[UUID, UUID] = dict.fromkeys(ids, town.garden.id)
        for moved, target in moves:
            if _is_above(ids[moved], ids[target], parents):
                with pytest.raises(Invalid, match="circle"):
                    actions.move_place(ids[moved], parent_id=ids[target], reason="改划", **who)
            else:
                actions.move_place(ids[moved], parent_id=ids[target], reason="改划", **who)
                parents[ids[moved]] = ids[target]
        below = {
            place.id: place.parent_id for place in queries.subtree(town.garden.path) if place.id in parents
        }
        assert below == parents
        assert [one for one in check.findings() if "may not stand" not in one.what] == []
        transaction.set_rollback(True)


def _spots(town: Town, who: dict[str, Any]) -> list[UUID]:
    new = [
        NewPlace(kind=Kind.SPOT, name=f"点位{n}", parent_id=town.garden.id, grid_id=town.a1.id)
        for n in range(8)
    ]
    return [place.id for place in actions.add_places(new, **who)]


def _is_above(one: UUID, other: UUID, parents: dict[UUID, UUID]) -> bool:
    step: UUID | None = other
    while step is not None and step != one:
        step = parents.get(step)
    return step == one


def test_a_renamed_place_is_still_found_by_its_old_name(town: Town, who: dict[str, Any]) -> None:
    actions.rename_place(town.garden.id, "悦海新苑", **who)
    assert [row.full_name for row in queries.find("悦海花园3号楼")] == ["悦海社区 悦海新苑 3号楼"]
    assert queries.other_names(town.garden.id) == [("悦海花园小区", "former")]
    actions.rename_place(town.garden.id, "悦海花园小区", **who)
    assert queries.other_names(town.garden.id) == [("悦海新苑", "former")]


def test_a_closed_place_keeps_its_row_and_its_number_and_frees_its_name(
    town: Town, who: dict[str, Any]
) -> None:
    actions.close_place(town.building.id, on=date(2026, 4, 1), **who)
    assert queries.by_code(town.stairs.code).closed_on == date(2026, 4, 1)
    assert queries.children(town.garden.id) == []
    assert queries.find("3号楼") == []
    again = actions.add_place(
        kind=Kind.BUILDING, name="3号楼", parent_id=town.garden.id, grid_id=town.a1.id, **who
    )
    assert again.number == 4
    with pytest.raises(Invalid):
        actions.add_place(kind=Kind.SPOT, name="门口", parent_id=town.building.id, grid_id=town.a1.id, **who)


REFUSED = [
    ({"kind": Kind.STAIRWELL, "parent": "garden", "grid": "a1"}, ("parent", "kind")),
    ({"kind": Kind.DISTRICT, "parent": "garden"}, ("parent", "kind")),
    ({"kind": Kind.BUILDING, "parent": None, "grid": "a1"}, ("parent", "kind")),
    ({"kind": Kind.BUILDING, "parent": "garden"}, ("grid", "missing")),
    ({"kind": Kind.BUILDING, "parent": "garden", "grid": "b2"}, ("grid", "other_community")),
    ({"kind": Kind.BUILDING, "parent": "garden", "grid": "a1", "name": "3号楼"}, ("name", "taken")),
    ({"kind": Kind.BUILDING, "parent": "garden", "grid": "a1", "name": " "}, ("name", "empty")),
    ({"kind": Kind.COMMUNITY, "parent": "subdistrict"}, ("code", "national")),
    ({"kind": Kind.COMMUNITY, "parent": "subdistrict", "code": "110101001001"}, ("code", "national")),
    ({"kind": Kind.COMMUNITY, "parent": "subdistrict", "code": "371072008015"}, ("code", "taken")),
    (
        {"kind": Kind.COMMUNITY, "parent": "subdistrict", "code": "371072008001", "grid": "a1"},
        ("grid", "above_grids"),
    ),
    ({"kind": Kind.BUILDING, "parent": "garden", "grid": "a1", "lon": 122.1}, ("lon", "half_a_point")),
]


@pytest.mark.parametrize(("wanted", "reason"), REFUSED)
def test_a_place_that_fits_nowhere_is_refused_and_nothing_is_numbered(
    wanted: dict[str, Any], reason: tuple[str, str], town: Town, who: dict[str, Any]
) -> None:
    parent, cell = wanted.pop("parent", None), wanted.pop("grid", None)
    known = {"parent_id": getattr(town, parent).id if parent else None}
    known["grid_id"] = getattr(town, cell).id if cell else None
    before = Place.objects.count()
    with pytest.raises(Invalid) as refused:
        actions.add_place(**{"name": "9号楼", **known, **wanted}, **who)
    wanted |= {"parent": parent, "grid": cell}
    assert (refused.value.field, refused.value.code) == reason
    assert Place.objects.count() == before
    fine = actions.add_place(
        kind=Kind.BUILDING, name="9号楼", parent_id=town.garden.id, grid_id=town.a1.id, **who
    )
    assert fine.number == 4


def test_a_parent_or_cell_that_is_not_there_is_not_found(town: Town, who: dict[str, Any]) -> None:
    for parent_id, grid_id in ((uuid4(), town.a1.id), (town.garden.id, uuid4())):
        with pytest.raises(NotFound):
            actions.add_place(kind=Kind.BUILDING, name="9号楼", parent_id=parent_id, grid_id=grid_id, **who)
    with pytest.raises(NotFound):
        queries.by_code("371072-99999")


def test_only_who_keeps_places_changes_them(town: Town, noon: datetime) -> None:
    other: dict[str, Any] = {"actor": VISITOR, "at": noon}
    deeds: list[Any] = [
        lambda: actions.rename_place(town.garden.id, "新名", **other),
        lambda: actions.move_place(town.garden.id, parent_id=town.hanlefang.id, reason="改划", **other),
        lambda: actions.close_place(town.garden.id, on=noon.date(), **other),
        lambda: actions.add_name(town.garden.id, "新名", NameKind.COMMON, **other),
        lambda: actions.add_places([], **other),
        lambda: actions.add_grids([], **other),
        lambda: actions.redraw_grid(town.a1.id, "", **other),
        lambda: actions.add_fixtures([], **other),
        lambda: actions.change_households({}, **other),
    ]
    for deed in deeds:
        with pytest.raises(NotYours):
            deed()


BROKEN_ROWS: list[tuple[str, dict[str, Any]]] = [
    ("place_kind_is_known", {"kind": "castle"}),
    ("only_the_root_has_no_parent", {"parent_id": None}),
    ("grid_for_every_place_below_a_community", {"grid_id": None}),
    ("spoken_number_below_the_community_only", {"number": None}),
    ("place_point_is_on_earth_or_absent", {"lon": 122.2, "lat": 91.0}),
    ("place_point_is_on_earth_or_absent", {"lon": 122.2, "lat": None}),
    ("place_name_is_not_empty", {"name": ""}),
    ("number", {"number": 1}),
    ("code", {"code": "371072-00001"}),
]


@pytest.mark.parametrize(("rule", "broken"), BROKEN_ROWS)
def test_the_database_itself_refuses_a_row_that_breaks_a_rule(
    rule: str, broken: dict[str, Any], town: Town
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Place.objects.filter(id=town.building.id).update(**broken)


def test_the_database_itself_refuses_a_parent_that_is_the_place(town: Town) -> None:
    with pytest.raises(IntegrityError, match="place_is_not_its_own_parent"), transaction.atomic():
        Place.objects.filter(id=town.building.id).update(parent_id=town.building.id)


def test_two_places_of_one_name_under_one_parent_are_refused_by_the_database_too(
    town: Town, who: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage twin of the refusal "name taken": with it switched off the constraint still stands."""
    monkeypatch.setattr(planting, "refuse_taken_names", lambda wanted: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.add_place(
            kind=Kind.BUILDING, name="3号楼", parent_id=town.garden.id, grid_id=town.a1.id, **who
        )


def test_other_names_come_with_a_new_place(town: Town, who: dict[str, Any]) -> None:
    new = NewPlace(
        kind=Kind.COMPOUND,
        name="木工小区",
        parent_id=town.yuehai.id,
        grid_id=town.a1.id,
        other_names=(("木器厂宿舍", NameKind.FORMER),),
    )
    actions.add_places([new], **who)
    assert PlaceName.objects.get().name == "木器厂宿舍"
    assert [row.name for row in queries.find("mqcss")] == ["木工小区"]
