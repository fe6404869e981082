"""What was solved is told from the building upward: nobody reads at which stairwell, and of a matter at somebody's home nothing."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from gezhi.cases import solvings
from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.places.kinds import Kind
from gezhi.reports.actions import publish_run, start_run
from gezhi.web.public import trust
from tests.cast import Cast, solved
from tests.plans import on_sqlite

HOUR = timedelta(hours=1)
BROKEN = "0501"


def said(cast: Cast, name: str) -> str:
    return (
        Client(HTTP_HOST="localhost")
        .get(f"/p/{cast.town.row(getattr(cast.town, name)).code}")
        .content.decode()
    )


@pytest.fixture
def other(cast: Cast, noon: datetime) -> str:
    """Another stairwell of the same building."""
    made = places.add_place(
        kind=Kind.STAIRWELL,
        name="9单元",
        parent_id=cast.town.building,
        grid_id=cast.town.grid_a1,
        actor=SYSTEM,
        at=noon - HOUR,
    )
    return made.code


def test_a_stairwells_page_tells_of_its_building(cast: Cast, other: str, noon: datetime) -> None:
    solved(cast, noon - HOUR)  # in the first stairwell
    what = catalogue.by_code(BROKEN).plain_label("zh-hans")
    for name in ("stairwell", "building", "compound", "community_a"):
        assert what in said(cast, name), name
    page = Client(HTTP_HOST="localhost").get(f"/p/{other}").content.decode()
    assert "这栋楼最近办好的" in page
    assert what in page


def test_twin_asked_at_the_stairwell_itself_one_learns_which_it_was(
    cast: Cast, other: str, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved(cast, noon - HOUR)
    monkeypatch.setattr(trust, "open_path", lambda place: place.path)
    assert "这栋楼最近办好的" not in said(cast, "stairwell")


def test_a_matter_at_somebodys_home_is_told_nowhere(cast: Cast, noon: datetime) -> None:
    noise = catalogue.by_code("1201")
    solved(cast, noon - HOUR, category=noise.id)
    for name in ("stairwell", "building", "compound"):
        assert noise.plain_label("zh-hans") not in said(cast, name)


@pytest.mark.parametrize("name", ["community_a", "subdistrict", "district"])
def test_the_last_of_a_community_are_looked_for_among_the_last_closings_of_the_office(
    name: str, cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many came since, and are open: they are no closings."""
    old = solved(cast, noon - 5 * HOUR)
    path = cast.town.row(getattr(cast.town, name)).path
    monkeypatch.setattr(solvings, "LOOKED_AT", 1)
    for _ in range(2):
        cast.lin_reports(noon)
    assert [one.id for one in solvings.last_solved(path)] == [old.id]
    solved(cast, noon)
    assert old.id not in [one.id for one in solvings.last_solved(path)]
    monkeypatch.setattr(solvings, "LOOKED_AT", 2)
    assert len(solvings.last_solved(path)) == 2


def test_what_an_import_brings_is_told_when_it_is_published(cast: Cast, noon: datetime) -> None:
    run = start_run("message-board", "0" * 64, actor=SYSTEM, at=noon)
    case = solved(cast, noon)
    Case.objects.filter(id=case.id).update(run_id=run)
    paths = [cast.town.row(getattr(cast.town, name)).path for name in ("building", "compound", "community_a")]
    assert [len(solvings.last_solved(path)) for path in paths] == [0, 0, 0]
    publish_run(run, read=1, actor=SYSTEM, at=noon)
    assert [len(solvings.last_solved(path)) for path in paths] == [1, 1, 1]


@on_sqlite
@pytest.mark.parametrize("name", ["community_a", "subdistrict", "district", ""])
def test_closings_are_walked_along_their_index_until_enough_are_met(name: str, cast: Cast) -> None:
    path = cast.town.row(getattr(cast.town, name)).path if name else "/"
    plan = str(solvings.last_solved(path)[:3].explain())
    assert plan.count("closed_cases_by_closing (jurisdiction_id=? AND closed_at>?)") == 2, plan
    assert "TEMP B-TREE" not in plan


@on_sqlite
def test_what_was_solved_in_a_compound_is_read_along_its_index(cast: Cast) -> None:
    plan = str(solvings.last_solved(cast.town.row(cast.town.compound).path)[:3].explain())
    assert "closed_cases_of_a_compound" in plan
    assert "TEMP B-TREE" not in plan
