"""What may be the same matter, by real rows: the same building, 30 m inside a compound, 250 m on streets; strangers are shown no more than they may see."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gezhi.cases import likely, public, sameness
from gezhi.cases.actions import advance
from gezhi.cases.likely import LOOKED_AT, Said, Told, alike, alike_in_public, alike_to
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.geo import Point
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.reports.models import Report
from tests.cast import Cast

pytestmark = pytest.mark.django_db
GLASS = "0501"
LON, LAT = 122.19, 37.41  # 0.0002° of longitude are 18 m there, 0.0005° 44 m, 0.002° 177 m, 0.004° 353 m


def ground(cast: Cast, kind: Kind, name: str, east: float, noon: datetime, under: UUID | None = None) -> UUID:
    """A building or a street so many degrees further east."""
    add: dict[str, Any] = {"grid_id": cast.town.grid_a1, "actor": SYSTEM, "at": noon}
    parent = under or cast.town.community_a
    return places.add_place(kind=kind, name=name, parent_id=parent, lon=LON + east, lat=LAT, **add).id


def sorted_at(cast: Cast, place: UUID, noon: datetime, code: str = GLASS, text: str = "玻璃碎了一地") -> Case:
    case = cast.lin_reports(noon, text, place=place, category=catalogue.by_code(code).id)
    return advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=noon)


def public_at(cast: Cast, place: UUID, noon: datetime, code: str = GLASS, text: str = "") -> list[str]:
    said = Said(text, noon, (code,), cast.town.row(place))
    return [one.case.number for one in alike_in_public(said)]


@pytest.mark.parametrize(("east", "is_shown"), [(0.0002, True), (0.0005, False)])
def test_in_a_compound_30_metres(cast: Cast, noon: datetime, east: float, is_shown: bool) -> None:
    here, there = (
        ground(cast, Kind.BUILDING, f"{n}号楼", n * east, noon, cast.town.compound) for n in (7, 8)
    )
    case = sorted_at(cast, there, noon)
    assert (public_at(cast, here, noon) == [case.number]) is is_shown


@pytest.mark.parametrize(("east", "is_shown"), [(0.002, True), (0.004, False)])
def test_on_streets_250_metres(cast: Cast, noon: datetime, east: float, is_shown: bool) -> None:
    here, there = (ground(cast, Kind.STREET, f"第{n}街", n * east, noon) for n in (1, 2))
    case = sorted_at(cast, there, noon, "0301")
    found = alike_in_public(Said("", noon, ("0301",), cast.town.row(here)))
    assert [one.case.number for one in found] == ([case.number] if is_shown else [])
    by_the_desk = alike(Said("玻璃碎了", noon, ("0301",), cast.town.row(here)), actor=cast.chen)
    assert [one.case.number for one in by_the_desk] == [one.case.number for one in found]
    assert [150 < (one.metres_off or 0) < 200 for one in by_the_desk] == [True] * is_shown


def test_another_stairwell_of_the_same_building_is_the_same_building(cast: Cast, noon: datetime) -> None:
    add: dict[str, Any] = {"grid_id": cast.town.grid_a1, "actor": SYSTEM, "at": noon}
    other = places.add_place(kind=Kind.STAIRWELL, name="1单元", parent_id=cast.town.building, **add).id
    case = sorted_at(cast, other, noon)
    assert public_at(cast, cast.town.stairwell, noon) == [case.number]
    assert public_at(cast, cast.town.stairwell, noon, "0504") == []


# ---- what strangers may see ----


def hidden(cast: Cast, noon: datetime) -> dict[str, str]:
    """The kind of each hidden case, by its number: four that strangers are shown nothing of."""
    here = cast.town.stairwell
    complaint = next(one for one in catalogue.open_leaves() if one.complains_of_party)
    closed = sorted_at(cast, here, noon)
    Case.objects.filter(id=closed.id).update(
        run_id=None,
        state="closed",
        ending="solved_on_spot_unchecked",
        closed_at=noon,
        stage_due=None,
        due_at=None,
    )
    return {
        cast.lin_reports(noon).number: "unsorted",
        sorted_at(cast, here, noon, "1201").number: "at somebody's home",
        sorted_at(cast, here, noon, complaint.code).number: "a complaint",
        closed.number: "closed",
    }


def seen_of(cast: Cast, kinds: dict[str, str], noon: datetime) -> set[str]:
    """The kinds of what a stranger is shown, whatever category he names."""
    codes = {catalogue.category(one.category_id).code for one in Case.objects.filter(number__in=kinds)}
    return {kinds[number] for code in codes for number in public_at(cast, cast.town.stairwell, noon, code)}


def test_strangers_are_shown_nothing_unsorted_veiled_closed_or_complaining(
    cast: Cast, noon: datetime
) -> None:
    assert seen_of(cast, hidden(cast, noon), noon) == set()
    assert public.named_at("/", 9) == []


def test_twin_without_what_is_named_in_public_they_would_see_all_four(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = hidden(cast, noon)
    monkeypatch.setattr(public, "named", Case.objects.all)
    assert seen_of(cast, kinds, noon) == set(kinds.values())


@pytest.fixture
def on_the_map(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The town of these tests has no outlines: every photo was taken in community A."""
    path = cast.town.row(cast.town.community_a).path
    monkeypatch.setattr(likely, "_community_of", lambda point: path if point else "")


STOOD = (0.0, 0.0012, 0.004)  # how far east of the middle of a street somebody stood


def found_by_photos(cast: Cast, noon: datetime) -> list[list[list[tuple[float, float | None]]]]:
    """What photos tell that a stranger says were taken here or there, by where the reporter stood: score and distance of what is shown."""
    street = ground(cast, Kind.STREET, "长街", 0, noon)
    case = sorted_at(cast, street, noon, "0301")
    report = CaseReport.objects.get(case=case).report_id
    answers = []
    for stood in STOOD:
        Report.objects.filter(id=report).update(lon=LON + stood, lat=LAT)
        row = cast.town.row(street)
        asked = [
            Said("", noon, ("0301",), place, Point(LON + east, LAT))
            for east in STOOD
            for place in (None, row)
        ]
        answers.append(
            [[(one.sameness.score, one.metres_off) for one in alike_in_public(each)] for each in asked]
        )
    return answers


@pytest.mark.usefixtures("on_the_map")
def test_photos_from_here_and_there_do_not_tell_where_a_reporter_stood(cast: Cast, noon: datetime) -> None:
    first, *others = found_by_photos(cast, noon)
    assert [one == first for one in others] == [True, True]
    assert [bool(each) for each in first] == [True, True, True, True, False, True]
    assert {off for each in first for _score, off in each} == {None}


@pytest.mark.usefixtures("on_the_map")
def test_twin_compared_with_where_he_stood_they_would_tell(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(name: str, _point: Point | None) -> Told:
        row = Report.objects.exclude(lon=None).get()
        return Told(name, Point(row.lon, row.lat))

    monkeypatch.setattr(likely, "Told", told)
    first, *others = found_by_photos(cast, noon)
    assert [one == first for one in others] != [True, True]


WORDS = "张三家门口贴着催债的纸条"


def asked_by_words(cast: Cast, noon: datetime) -> list[list[float]]:
    """What a stranger learns by typing the very words of somebody, and by typing others."""
    sorted_at(cast, cast.town.stairwell, noon, text=WORDS)
    row = cast.town.row(cast.town.stairwell)
    found = [alike_in_public(Said(text, noon, (GLASS,), row)) for text in (WORDS, "完全是另一回事")]
    return [[one.sameness.score for one in some] for some in found]


def test_by_typing_words_nobody_finds_out_what_somebody_said(cast: Cast, noon: datetime) -> None:
    first, second = asked_by_words(cast, noon)
    assert first == second
    assert len(first) == 1


def test_twin_weighed_by_what_was_said_it_would_tell(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likely, "Told", lambda _name, point=None: (WORDS, point))
    first, second = asked_by_words(cast, noon)
    assert first != second


# ---- for the desk ----


def test_what_the_words_name_by_its_number_comes_first_however_far(cast: Cast, noon: datetime) -> None:
    near = cast.lin_reports(noon)
    far = cast.lin_reports(noon, place=cast.town.compound, category=catalogue.by_code("0504").id)
    tap = cast.lin_reports(noon, f"我也遇到了：玻璃（{far.number}）")
    found = alike_to(tap, actor=cast.zhou)
    assert [(one.case.id, one.is_named) for one in found] == [(far.id, True), (near.id, False)]


def test_where_somebody_stood_says_more_than_the_name_of_a_street(cast: Cast, noon: datetime) -> None:
    """Both name the same long street; one stood at its other end."""
    street = ground(cast, Kind.STREET, "长街", 0, noon)
    one, other = (sorted_at(cast, street, noon, "0301") for _time in range(2))
    assert [each.case.id for each in alike_to(one, actor=cast.chen)] == [other.id]
    for case, east in ((one, 0.0), (other, 0.004)):
        report = CaseReport.objects.get(case=case).report_id
        Report.objects.filter(id=report).update(lon=LON + east, lat=LAT)
    assert alike_to(one, actor=cast.chen) == []


def test_an_old_matter_in_the_same_building_is_found_behind_many_new_ones_of_the_compound(
    cast: Cast, noon: datetime
) -> None:
    old = cast.lin_reports(noon - timedelta(days=2))
    for _ in range(LOOKED_AT):
        cast.lin_reports(noon, "垃圾桶满了", place=cast.town.compound, category=catalogue.by_code("0303").id)
    said = Said("楼道门玻璃碎了", noon, (GLASS,), cast.town.row(cast.town.stairwell))
    assert [one.case.id for one in alike(said, actor=cast.chen)] == [old.id]


@pytest.mark.parametrize("more", [0, 5])
def test_the_question_costs_the_same_however_many_lie_there(
    cast: Cast, noon: datetime, more: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(1 + more):
        sorted_at(cast, cast.town.stairwell, noon)
    said = Said("楼道门玻璃碎了", noon, (GLASS,), cast.town.row(cast.town.stairwell))
    with django_assert_max_num_queries(11):
        assert alike(said, actor=cast.chen)
    with django_assert_max_num_queries(5):
        assert alike_in_public(said)
    with django_assert_max_num_queries(15):
        assert alike_to(Case.objects.latest("id"), actor=cast.chen) or not more


def test_the_weighing_itself_is_the_one_that_was_measured() -> None:
    assert (sameness.IN_A_COMPOUND, sameness.ON_STREETS, sameness.SHOWN_FROM) == (30.0, 250.0, 0.72)
