"""The list under the public map, narrowed to a piece of it: what the map shows there, and nothing nearer to a home than the map tells."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from gezhi.cases import face
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM
from gezhi.places import pins
from gezhi.web.public.face import page as face_page
from tests.cast import Cast, solved
from tests.web.public.facing import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("face_at_one")]
HOUR = timedelta(hours=1)
COMPOUND = "122.1799,37.3999,122.1801,37.4001"
BUILDING = "122.1899,37.4099,122.1901,37.4101"
NOISE = "1201"


def _listed(door: Client, query: str) -> int:
    """How many the list says, and shows, of this piece."""
    face._kept.clear()
    page = text(door.get(f"/map?{query}"))
    said = re.search(r"按下按钮时图上的 ([0-9]+) 件", page) or re.search(r"共 ([0-9]+) 件", page)
    assert said
    assert page.count("<article") == int(said[1])
    return int(said[1])


@pytest.fixture
def two(cast: Cast, now: datetime) -> None:
    """One case at the compound, one at a house with a point of its own."""
    pins.pin_place(cast.town.building, 122.19, 37.41, actor=SYSTEM, at=now - 2 * HOUR)
    solved(cast, now - HOUR, place=cast.town.compound)
    solved(cast, now - HOUR, place=cast.town.building, text="路灯不亮了")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("", 2),
        (f"box={COMPOUND}", 1),
        (f"box={BUILDING}", 1),
        ("box=122,37,123,38", 2),
        ("box=10,10,11,11", 0),
        (f"box={BUILDING}&place=韩乐坊社区", 0),
        ("box=x", 2),
        ("box=nan,nan,nan,nan", 2),
        ("box=3,2,1,0", 2),
        (f"box={'1' * 400}", 2),
    ],
)
def test_a_piece_lists_what_the_map_shows_there(query: str, many: int, door: Client) -> None:
    assert _listed(door, query) == many


@pytest.mark.usefixtures("two")
def test_the_map_itself_stays_whole_and_there_is_a_way_back_to_all(door: Client) -> None:
    page = text(door.get(f"/map?family=05&box={BUILDING}"))
    assert "按下按钮时图上的 1 件，全部 2 件" in page
    assert 'href="/map?family=05#list"' in page
    assert '"total": 2' in unescape(page)


@pytest.mark.usefixtures("two")
def test_turning_pages_stays_in_the_piece(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_page, "PAGE", 1)
    page = unescape(text(door.get("/map?box=122,37,123,38")))
    assert 'href="?box=122.000000%2C37.000000%2C123.000000%2C38.000000&page=2#list"' in page


def test_without_script_the_whole_list_stands_and_no_button(door: Client) -> None:
    page = text(door.get("/map"))
    (button,) = re.findall(r"<a[^>]*data-map-narrow[^>]*>", page)
    assert ("js-only" in button, " hidden" in button) == (True, True)


def _of_a_home(door: Client, cast: Cast, now: datetime) -> tuple[int, int]:
    """A case that points at somebody's home, at a house with a point: how many are listed (at the house, at its compound)."""
    pins.pin_place(cast.town.building, 122.19, 37.41, actor=SYSTEM, at=now - 2 * HOUR)
    solved(cast, now - HOUR, place=cast.town.building, category=catalogue.by_code(NOISE).id)
    return _listed(door, f"box={BUILDING}"), _listed(door, f"box={COMPOUND}")


def test_by_narrowing_nobody_learns_at_which_house_it_was(door: Client, cast: Cast, now: datetime) -> None:
    assert _of_a_home(door, cast, now) == (0, 1)


def test_twin_were_places_not_told_roughly_the_house_would_be_found(
    door: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "is_discreet", lambda _code: False)
    assert _of_a_home(door, cast, now) == (1, 0)
