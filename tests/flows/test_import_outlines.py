"""One map of grid cells: all of it or nothing, and the same map again changes nothing."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.flows import import_outlines as flow
from gezhi.flows import outline_plan
from gezhi.flows.cells import SENTENCES
from gezhi.flows.import_outlines import OutlineResult, import_outlines
from gezhi.flows.outline_plan import OUTLINE_SENTENCES, OutlineFinding
from gezhi.journal import queries as journal
from gezhi.kernel import geojson, outline
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.geojson import BadGeoJson
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.places import actions, check, queries
from gezhi.places.kinds import Kind
from gezhi.tenancy.models import Jurisdiction

A1, B2 = "371072008015-01", "371072008019-01"
Found = tuple[int, str, tuple[float, float] | None]


@pytest.fixture
def who(admin_actor: Actor, noon: datetime) -> dict[str, Any]:
    """By whom and when."""
    return {"actor": admin_actor, "at": noon}


@pytest.fixture
def cells(office: Jurisdiction, who: dict[str, Any]) -> dict[str, Any]:
    """悦海社区 with A1, 韩乐坊社区 with B2, none drawn; ids by code."""
    district = actions.add_place(kind=Kind.DISTRICT, name="经区", parent_id=None, code="371072", **who)
    street = actions.add_place(
        kind=Kind.SUBDISTRICT, name="皇冠街道", parent_id=district.id, code="371072008", **who
    )
    made: dict[str, Any] = {}
    for name, code, grid in (
        ("悦海社区", "371072008015", "悦海一格 A1"),
        ("韩乐坊社区", "371072008019", "韩乐坊二格 B2"),
    ):
        community = actions.add_place(kind=Kind.COMMUNITY, name=name, parent_id=street.id, code=code, **who)
        cell = actions.add_grid(community_id=community.id, name=grid, **who)
        made |= {code: community.id, cell.code: cell.id}
    return made


def square(east: float, north: float = 0, side: float = 1) -> list[list[float]]:
    """A ring; units of a hundredth of a degree from 122, 37."""
    west, south, width = 122 + east / 100, 37 + north / 100, side / 100
    corners = [[west, south], [west + width, south], [west + width, south + width], [west, south + width]]
    return [[round(lon, 4), round(lat, 4)] for lon, lat in [*corners, corners[0]]]


def feature(*rings: list[list[float]], **properties: Any) -> dict[str, Any]:
    """A shape with its words."""
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


@pytest.fixture
def bring(cells: dict[str, Any], who: dict[str, Any]) -> Any:
    """bring(feature, …) = the import of a map by the administrator."""

    def brought(*features: Any) -> OutlineResult:
        data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        return import_outlines(data, **who)

    return brought


def drawn() -> dict[str, list[Any]]:
    """Coordinates by the cell's code."""
    outlines = queries.outlines()
    return {
        one.code: json.loads(outlines[one.id])["coordinates"] for one in queries.grids() if one.id in outlines
    }


def found(result: OutlineResult) -> list[Found]:
    return [(one.number, one.code, one.at) for one in result.findings]


TOWN = (
    feature(square(0), code=A1),
    feature(square(1), name="悦海二格", community="悦海"),
    feature(square(2), square(2.25, 0.25, 0.5)[::-1], 网格="韩乐坊二格 B2"),
)


def test_a_map_draws_cells_and_adds_new_ones(bring: Any, cells: dict[str, Any]) -> None:
    result = bring(*TOWN)
    assert result._replace(warnings=()) == OutlineResult(3, 1, 2, 0, 0, ())
    hole = square(2.25, 0.25, 0.5)[::-1]
    assert drawn() == {A1: [square(0)], "371072008015-02": [square(1)], B2: [square(2), hole]}
    assert queries.locate(122.005, 37.005) == queries.Located(cells[A1], cells["371072008015"])
    assert queries.locate(122.025, 37.005) is None
    assert list(check.findings()) == []


def test_every_border_is_in_the_journal(bring: Any, cells: dict[str, Any]) -> None:
    bring(*TOWN)
    bring(feature(square(0, 0.5, 0.5), code=A1))
    story = [step.entry for step in journal.story("grid", cells[A1])]
    assert [entry.event for entry in story] == ["added", "redrawn", "redrawn"]
    assert json.loads(story[-1].before["outline"])["coordinates"] == [square(0)]
    (new,) = [one for one in queries.grids() if one.name == "悦海二格"]
    assert [step.entry.event for step in journal.story("grid", new.id)] == ["added"]


def test_the_same_map_again_changes_nothing(bring: Any, cells: dict[str, Any]) -> None:
    bring(*TOWN)
    assert bring(*TOWN)[:5] == (3, 0, 0, 3, 0)
    assert len(journal.story("grid", cells[A1])) == 2


def test_a_new_cell_may_take_ground_that_a_sister_gives_up(bring: Any) -> None:
    bring(feature(square(0, side=2), code=A1))
    result = bring(feature(square(1), name="悦海二格", community="悦海社区"), feature(square(0), code=A1))
    assert result[:5] == (2, 1, 1, 0, 0)
    assert drawn() == {A1: [square(0)], "371072008015-02": [square(1)]}


def test_two_sisters_change_ground_in_one_map(bring: Any) -> None:
    one, other = square(0), square(1)
    bring(feature(one, code=A1), feature(other, name="悦海二格", community="悦海社区"))
    assert bring(feature(other, code=A1), feature(one, code="371072008015-02"))[:5] == (2, 0, 2, 0, 0)
    assert drawn() == {A1: [other], "371072008015-02": [one]}


CROSSING = [square(0)[0], square(0)[2], square(0)[1], square(0)[3], square(0)[0]]


def test_one_bad_shape_keeps_the_whole_map_out_and_is_named(bring: Any) -> None:
    result = bring(*TOWN[:2], feature(CROSSING, name="韩乐坊二格 B2"))
    assert result[:5] == (3, 1, 1, 0, 1)
    (finding,) = result.findings
    assert finding == OutlineFinding(3, "韩乐坊二格 B2", "self_crossing", finding.at)
    assert finding.at == pytest.approx((122.005, 37.005))
    assert finding.sentence() == (
        f"第 3 个图形（韩乐坊二格 B2）：边界与自己相交（经度 {finding.at[0]:.15g}，纬度 {finding.at[1]:.15g}）"
    )
    assert drawn() == {}
    assert len(queries.grids()) == 2


def test_a_failure_half_way_leaves_nothing_behind(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow.book, "add_grids", failing)
    with pytest.raises(Invalid):
        bring(*TOWN)
    assert drawn() == {}


def test_sabotage_without_one_transaction_half_of_it_would_stay(
    bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow.book, "add_grids", failing)
    monkeypatch.setattr(flow, "write", flow.write.__wrapped__)
    with pytest.raises(Invalid):
        bring(*TOWN)
    assert set(drawn()) == {A1, B2}


def failing(*_: Any, **__: Any) -> None:
    raise Invalid("name", "taken")


# ---- which cell is meant ----


@pytest.mark.parametrize(
    ("properties", "code", "values"),
    [
        ({}, "needs_community", {}),
        ({"community": "悦海社区"}, "needs_name", {}),
        ({"name": "新格"}, "needs_community", {}),
        ({"name": "新格", "community": "没有的社区"}, "no_such_community", {"value": "没有的社区"}),
        (
            {"name": "新格", "community": "悦海", "code": "371072008019-07"},
            "foreign_code",
            {"community": "371072008015"},
        ),
        (
            {"name": "新格", "community": "悦海", "code": "371072008015/7"},
            "foreign_code",
            {"community": "371072008015"},
        ),
        ({"code": A1, "name": "悦海二格"}, "other_name", {"name": "悦海一格 A1"}),
        ({"code": A1, "community": "韩乐坊社区"}, "other_community", {"community": "悦海社区"}),
        ({"code": "371072008015-09", "name": "悦海一格A1"}, "other_code", {"known": A1}),
    ],
)
def test_a_shape_whose_cell_is_not_clear_is_refused(
    bring: Any, properties: dict[str, str], code: str, values: dict[str, str]
) -> None:
    (finding,) = bring(feature(square(0), **properties)).findings
    assert (finding.number, finding.code, finding.values) == (1, code, values)
    assert drawn() == {}


def test_a_new_cell_may_bring_its_own_code(bring: Any) -> None:
    assert bring(feature(square(0), name="悦海七格", code="371072008015007")).new == 1
    assert set(drawn()) == {"371072008015007"}


@pytest.mark.parametrize("again", [{"code": A1}, {"name": "悦海一格a1"}])
def test_two_shapes_of_one_cell_are_refused(bring: Any, again: dict[str, str]) -> None:
    (finding,) = bring(feature(square(0), code=A1), feature(square(1), **again)).findings
    assert (finding.number, finding.code, finding.values) == (2, "named_twice", {"first": 1})


def test_two_new_cells_of_one_name_or_code_are_refused(bring: Any) -> None:
    new = {"name": "悦海二格", "community": "悦海", "code": "371072008015-07"}
    result = bring(
        feature(square(0), **new),
        feature(square(1), **new | {"code": ""}),
        feature(square(2), **new | {"name": "悦海三格"}),
    )
    assert found(result) == [(2, "named_twice", None), (3, "named_twice", None)]


def test_a_closed_cell_is_not_drawn(bring: Any, cells: dict[str, Any], who: dict[str, Any]) -> None:
    actions.close_grid(cells[A1], on=date(2026, 3, 1), reason="并入", **who)
    assert found(bring(feature(square(0), code=A1))) == [(1, "closed_grid", None)]


# ---- as they will lie ----


def test_two_shapes_on_one_ground_are_refused_with_a_place_on_it(bring: Any) -> None:
    (finding,) = bring(
        feature(square(0), code=A1), feature(square(0.5), name="悦海二格", community="悦海")
    ).findings
    assert (finding.number, finding.code, finding.values["other"]) == (2, "overlap", A1)
    assert 122.005 < finding.at[0] < 122.01
    assert finding.values["size"] == pytest.approx(494_000, rel=0.01)
    assert drawn() == {}


def test_a_shape_on_the_ground_of_a_drawn_sister_is_refused(bring: Any) -> None:
    bring(feature(square(0), code=A1))
    (finding,) = bring(feature(square(0.5), name="悦海二格", community="悦海")).findings
    assert (finding.number, finding.code, finding.values["other"]) == (1, "overlap", f"{A1} 悦海一格 A1")
    assert len(drawn()) == 1


OVERLAPPING = (feature(square(0), code=A1), feature(square(0.5), name="悦海二格", community="悦海"))


def test_the_deed_itself_refuses_an_overlap_too(bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline_plan, "overlaps", lambda cells: ())
    with pytest.raises(Invalid):
        bring(*OVERLAPPING)
    assert drawn() == {}


def test_sabotage_with_neither_the_check_finds_the_overlap(
    bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outline_plan, "overlaps", lambda cells: ())
    monkeypatch.setattr("gezhi.places.actions.refuse_overlaps", lambda cells: None)
    assert bring(*OVERLAPPING)[:5] == (2, 1, 1, 0, 0)
    (finding,) = check.findings()
    assert finding.where == f"grid cell {A1}"


def test_across_communities_an_overlap_is_a_warning(bring: Any) -> None:
    result = bring(feature(square(0), code=A1), feature(square(0.5), code=B2))
    (warning,) = result.warnings
    assert (result.bad, warning.number, warning.code, warning.values["other"]) == (
        0,
        2,
        "neighbour_overlap",
        A1,
    )
    assert set(drawn()) == {A1, B2}


def test_a_gap_between_cells_is_a_warning_with_a_place_in_it(bring: Any) -> None:
    ring = [square(0, side=3), square(1, 1)[::-1]]
    (warning,) = bring(feature(*ring, code=A1)).warnings
    assert (warning.number, warning.code) == (0, "gap")
    assert warning.at == pytest.approx((122.015, 37.015), abs=0.001)
    assert warning.values["size"] == pytest.approx(987_000, rel=0.01)
    assert bring(feature(square(1, 1), code=B2)).warnings == ()


def test_a_cell_in_another_town_is_refused_once_the_office_knows_its_own(bring: Any) -> None:
    bring(feature(square(0), code=A1))
    assert found(bring(feature(square(-600, 300), code=B2))) == [(1, "outside", (116.0, 40.0))]


def test_sabotage_without_the_bounds_a_cell_would_lie_in_another_town(
    bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(feature(square(0), code=A1))
    monkeypatch.setattr(outline_plan, "strays", lambda shapes, box: ())
    assert bring(feature(square(-600, 300), code=B2)).bad == 0


def test_a_map_drawn_in_the_wrong_town_can_be_drawn_anew(bring: Any) -> None:
    bring(feature(square(-600, 300), code=A1))
    assert found(bring(feature(square(0), code=B2))) == [(1, "outside", (122.0, 37.0))]
    assert bring(feature(square(0), code=A1), feature(square(1), code=B2)).bad == 0


def test_places_that_have_a_point_say_where_the_office_is(
    bring: Any, cells: dict[str, Any], who: dict[str, Any]
) -> None:
    actions.add_place(
        kind=Kind.COMPOUND,
        name="悦海花园小区",
        parent_id=cells["371072008015"],
        grid_id=cells[A1],
        lon=122.0,
        lat=37.0,
        **who,
    )
    assert found(bring(feature(square(-600, 300), code=B2))) == [(1, "outside", (116.0, 40.0))]


# ---- who, how much, in which words ----


def test_who_does_not_keep_places_draws_none(cells: dict[str, Any], noon: datetime) -> None:
    with pytest.raises(NotYours):
        import_outlines(json.dumps(TOWN[0]).encode(), actor=VISITOR, at=noon)
    assert drawn() == {}


def test_a_file_that_is_no_map_is_refused_as_a_whole(cells: dict[str, Any], who: dict[str, Any]) -> None:
    with pytest.raises(BadGeoJson):
        import_outlines(b"PK\x03\x04", **who)


@pytest.mark.parametrize("count", [1, 40])
def test_the_statements_do_not_grow_with_the_map(
    count: int, bring: Any, django_assert_max_num_queries: Any
) -> None:
    shapes = [feature(square(at), name=f"悦海{at}格", community="悦海") for at in range(count)]
    with django_assert_max_num_queries(20):
        assert bring(*shapes).new == count
    again = [feature(square(at, side=0.5), name=f"悦海{at}格", community="悦海") for at in range(count)]
    with django_assert_max_num_queries(
        20 + count
    ):  # the updates are one statement, told of once for each row
        assert bring(*again).redrawn == count


def test_every_finding_has_a_sentence() -> None:
    plan = Path(outline_plan.__file__).read_text()
    kernel = Path(geojson.__file__).read_text() + Path(outline.__file__).read_text()
    codes = set(re.findall(r'_Refused\("(\w+)"', plan))
    codes |= set(re.findall(r'Fault\(\s*\w+(?:\.\w+)?, (?:"", |label, |shape\.label, )"(\w+)"', kernel))
    codes |= set(re.findall(r'Problem\("(\w+)"', kernel)) - outline.NOTES
    codes |= set(re.findall(r'found\.append\(\("(\w+)"', kernel)) | set(outline._CODES.values())
    codes |= {"not_finite", "swapped", "metres", "range", "overlap", "neighbour_overlap", "gap"}
    codes |= {"hidden", "line_break", "too_long", "nul", "surrogate", "noncharacter", "hole_crossing"}
    assert len(codes) > 35
    assert codes <= OUTLINE_SENTENCES.keys() | SENTENCES.keys()


WORDS = st.dictionaries(
    st.sampled_from(["code", "name", "community", "网格", "other"]),
    st.sampled_from(
        [A1, B2, "悦海社区", "悦海一格 A1", "新格", "", "371072008015", "371072008015-33", None, 7]
    ),
)
RINGS = st.builds(square, st.integers(0, 4), st.integers(0, 2), st.sampled_from([0.5, 1, 2]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=st.lists(st.tuples(RINGS, WORDS), min_size=1, max_size=4))
def test_whatever_map_comes_it_is_taken_whole_or_not_at_all(
    shapes: list[tuple[Any, dict[str, Any]]], bring: Any
) -> None:
    features = [feature(ring, **words) for ring, words in shapes]
    with transaction.atomic():
        result = bring(*features)
        assert result.read == len(shapes) == result.new + result.redrawn + result.known + result.bad
        assert all(one.sentence() for one in (*result.findings, *result.warnings))
        if result.bad:
            assert (drawn(), len(queries.grids())) == ({}, 2)
        else:
            assert bring(*features).known == len(shapes)
        assert list(check.findings()) == []
        transaction.set_rollback(True)
