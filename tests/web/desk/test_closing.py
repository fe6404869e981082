"""Categories and grid cells end: not while a case is open in them, and what lay there keeps them."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows import closing
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.places import actions as places_book
from gezhi.places import queries as places
from gezhi.places.models import GridCell, Place
from tests.cast import Cast, walk
from tests.flows.test_closing import no_more_of, with_the_agency
from tests.web.desk.conftest import Desk, text

TODAY = "2026-03-02"
CATEGORY = "/desk/catalogue/0501/close/"
SENT = {"on": TODAY, "reason": "并入 0502", "revision": "1"}
OUTLINE = (
    '{"type":"Polygon","coordinates":[[[122.1,37.4],[122.2,37.4],[122.2,37.5],[122.1,37.5],[122.1,37.4]]]}'
)


def test_a_category_is_offered_no_longer_and_what_lay_in_it_keeps_it(
    cast: Cast, keeper: Actor, opened: Case, desk: Desk, noon: datetime
) -> None:
    walk(opened, (cast.zhou, Move("wont_do", reason="已拆除")), at=noon)
    client, door = desk(keeper), Client(HTTP_HOST="localhost")
    leaf = catalogue.by_code("0501")
    form = f"/r/{cast.town.row(cast.town.stairwell).code}"
    assert f'value="{leaf.code}"' in door.get(form).content.decode()
    assert client.post(CATEGORY, SENT)["Location"] == "/desk/catalogue/0501/"
    page = text(client.get("/desk/catalogue/0501/"))
    assert "已停用 2026-03-02" in page
    assert "并入 0502" in page
    assert f'value="{leaf.code}"' not in door.get(form).content.decode()
    fresh = cast.lin_reports(noon, text="又碎了", category=None)
    chen = desk(cast.chen)
    choices = chen.get(f"/desk/cases/{fresh.number}/move/correct/").content.decode()
    assert f'value="{leaf.id}"' not in choices
    assert leaf.label("zh-hans") in text(chen.get(f"/desk/cases/{opened.number}/"))
    assert [step.entry.event for step in story("category", leaf.id)][-1] == "closed"


def test_a_party_with_open_cases_is_closed_once_they_are(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    case = with_the_agency(cast, noon)
    no_more_of(cast.agency, noon)
    client, here = desk(keeper), f"/desk/parties/{cast.agency}/close/"
    refused = client.post(here)
    assert (refused.status_code, "还有 1 件没有办完，现在不能停用。" in text(refused)) == (422, True)
    walk(case, (cast.zhou, Move("wont_do", reason="已拆除")), at=noon)
    done = client.post(here)
    assert done.status_code == 302, text(done)


def test_into_a_closed_category_nothing_new_is_put(
    cast: Cast, keeper: Actor, desk: Desk, noon: datetime
) -> None:
    desk(keeper).post(CATEGORY, SENT)
    with pytest.raises(Invalid) as reported:
        cast.lin_reports(noon)
    fresh = cast.lin_reports(noon, text="又碎了", category=catalogue.by_code("0502").id)
    wish = Move("correct", category=catalogue.by_code("0501").id)
    with pytest.raises(Invalid) as corrected:
        advance(fresh.id, wish, actor=cast.chen, at=noon)
    refusals = [(one.value.field, one.value.code) for one in (reported, corrected)]
    assert refusals == [("category", "closed")] * 2


def test_a_category_with_an_open_case_stays_and_the_case_is_named(
    cast: Cast, keeper: Actor, opened: Case, desk: Desk
) -> None:
    client = desk(keeper)
    page = client.get(CATEGORY)
    assert "还有 1 件没有办完" in text(page)
    assert opened.number in page.content.decode()
    answer = client.post(CATEGORY, SENT)
    assert (answer.status_code, catalogue.by_code("0501").closed_on) == (422, None)


def test_without_the_question_for_open_cases_it_would_be_closed(
    cast: Cast, keeper: Actor, opened: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing.cases, "open_in", lambda **which: Case.objects.none())
    assert desk(keeper).post(CATEGORY, SENT).status_code == 302
    assert catalogue.by_code("0501").closed_on == date(2026, 3, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"on": "2026-03-03"},
        {"on": ""},
        {"on": "0001-01-01"},
        {"revision": "9"},
        {"reason": "x" * 201},
    ],
)
def test_a_closing_that_cannot_be_is_refused_in_the_form(
    wrong: dict[str, str], cast: Cast, keeper: Actor, desk: Desk
) -> None:
    answer = desk(keeper).post(CATEGORY, SENT | wrong)
    assert (answer.status_code, catalogue.by_code("0501").closed_on) == (422, None)


@pytest.mark.parametrize("code", ["05", "9999"])
def test_a_top_class_is_not_closed(code: str, cast: Cast, keeper: Actor, desk: Desk) -> None:
    assert desk(keeper).get(f"/desk/catalogue/{code}/close/").status_code == 404


def cell_door(cast: Cast) -> str:
    """Where A1 is closed."""
    return f"/desk/places/371072008015/cells/{places.grid(cast.town.grid_a1).code}/close/"


@pytest.fixture
def sister(cast: Cast, noon: datetime, admin_actor: Actor) -> GridCell:
    """A2, the other cell of 悦海社区."""
    return places_book.add_grid(
        community_id=cast.town.community_a, name="悦海二格 A2", actor=admin_actor, at=noon
    )


def test_a_grid_cell_ends_and_its_places_go_into_another(
    cast: Cast, keeper: Actor, sister: GridCell, desk: Desk, noon: datetime, admin_actor: Actor
) -> None:
    places_book.redraw_grid(cast.town.grid_a1, OUTLINE, actor=admin_actor, at=noon)
    assert places.locate(122.15, 37.45) is not None
    client, sent = desk(keeper), {"on": TODAY, "reason": "两格并一格", "into": str(sister.id)}
    answer = client.post(cell_door(cast), sent)
    assert answer["Location"] == "/desk/places/371072008015/cells/"
    assert set(Place.objects.exclude(grid=None).values_list("grid_id", flat=True)) == {
        sister.id,
        cast.town.grid_b2,
    }
    assert places.locate(122.15, 37.45) is None
    assert [cell.name for cell in places.grids(cast.town.community_a)] == ["悦海二格 A2"]
    shown = text(client.get("/desk/places/371072008015/cells/"))
    assert "已停用 2026-03-02" in shown
    assert [step.words.get("reason") for step in story("grid", cast.town.grid_a1)][-1] == "两格并一格"
    assert client.post(cell_door(cast), sent).status_code == 404


def test_places_are_not_left_in_a_cell_that_ends(
    cast: Cast, keeper: Actor, sister: GridCell, desk: Desk
) -> None:
    sent = {"on": TODAY, "reason": "两格并一格"}
    client = desk(keeper)
    left = client.post(cell_door(cast), sent)
    assert (left.status_code, "3 个位置在这个网格里" in text(left)) == (422, True)
    foreign = client.post(cell_door(cast), sent | {"into": str(cast.town.grid_b2)})
    assert foreign.status_code == 422
    assert places.grid(cast.town.grid_a1).closed_on is None


def test_a_cell_with_an_open_case_stays_and_nothing_is_moved(
    cast: Cast, keeper: Actor, sister: GridCell, opened: Case, desk: Desk
) -> None:
    client, sent = desk(keeper), {"on": TODAY, "reason": "两格并一格", "into": str(sister.id)}
    assert opened.number in client.get(cell_door(cast)).content.decode()
    assert client.post(cell_door(cast), sent).status_code == 422
    assert not Place.objects.filter(grid_id=sister.id).exists()


def test_into_a_closed_cell_no_place_is_put(
    cast: Cast, keeper: Actor, sister: GridCell, noon: datetime, admin_actor: Actor
) -> None:
    ended = {"on": noon.date() - timedelta(days=1), "reason": "没有用过", "actor": admin_actor, "at": noon}
    places_book.close_grid(sister.id, **ended)
    with pytest.raises(Invalid) as refused:
        places_book.move_place(
            cast.town.compound,
            parent_id=cast.town.community_a,
            grid_id=sister.id,
            reason="改划",
            actor=admin_actor,
            at=noon,
        )
    assert (refused.value.field, refused.value.code) == ("grid", "closed")


@pytest.mark.parametrize("who", ["chen", "zhou", "wei"])
def test_only_the_keeper_closes(who: str, cast: Cast, sister: GridCell, desk: Desk, noon: datetime) -> None:
    actor = getattr(cast, who)
    client = desk(actor)
    assert client.get(CATEGORY).status_code == 403
    assert (
        client.post(cell_door(cast), {"on": TODAY, "reason": "x", "into": str(sister.id)}).status_code == 403
    )
    with pytest.raises(NotYours):
        closing.close_grid(
            cast.town.grid_a1, on=noon.date(), reason="x", into=sister.id, actor=actor, at=noon
        )
    one = catalogue.by_code("0501")
    with pytest.raises(NotYours):
        closing.close_category(one.id, on=noon.date(), reason="x", revision=1, actor=actor, at=noon)


def test_an_empty_cell_ends_without_an_heir(cast: Cast, keeper: Actor, sister: GridCell, desk: Desk) -> None:
    client, door = desk(keeper), f"/desk/places/371072008015/cells/{sister.code}/close/"
    assert 'name="into"' not in client.get(door).content.decode()
    assert client.post(door, {"on": TODAY, "reason": "没有用过"}).status_code == 302
    assert places.grid(sister.id).closed_on == date(2026, 3, 2)
