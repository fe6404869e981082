"""A report that begins with its photo: where it was taken is asked, never assumed; nothing chosen is lost."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.evidence.models import Evidence
from gezhi.kernel.actor import SYSTEM
from gezhi.places import actions as places
from gezhi.places.models import Place
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.evidence.pictures import SVG, file_of, flood, heic, notes, photo, scene
from tests.web.public.conftest import form, picture

pytestmark = pytest.mark.django_db

AT_THE_COMPOUND = photo(exif=notes(gps=True))  # 122.1833 E, 37.4 N


def square(west: float, south: float, side: float = 0.05) -> str:
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
    ring = ", ".join(f"[{lon}, {lat}]" for lon, lat in [*corners, corners[0]])
    return f'{{"type": "Polygon", "coordinates": [[{ring}]]}}'


@pytest.fixture
def mapped(cast: Cast, noon: Any) -> Cast:
    """The grid of the compound has its borders; the compound stands where the photo was taken."""
    places.redraw_grid(cast.town.grid_a1, square(122.16, 37.38), actor=SYSTEM, at=noon)
    return cast


def look(door: Client, *photos: bytes, **more: str) -> str:
    """Send the photos alone and ask where that was; the page."""
    files = [picture(f"{n}.jpg", data) for n, data in enumerate(photos)]
    answer = door.post("/r/", {"key": form()["key"], "look": "1", "photos": files, **more})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def kept(html: str) -> list[str]:
    return re.findall(r'name="kept_photos" value="([^"]+)"', html)


def spots(html: str) -> list[str]:
    return re.findall(r'name="spot" value="([^"]+)"', html)


def test_the_page_begins_with_the_photo(door: Client) -> None:
    html = door.get("/r/").content.decode()
    assert html.index('name="photos"') < html.index('name="where"')
    assert html.index('name="look"') < html.index('name="where"')


def test_the_place_is_proposed_from_the_photo_and_confirmed_by_the_reporter(
    door: Client, mapped: Cast
) -> None:
    community = mapped.town.row(mapped.town.community_a)
    html = look(door, AT_THE_COMPOUND, text="井盖没了", where="")
    assert "照片是在这附近拍的，问题在哪里？" in html
    assert spots(html)[-2:] == [community.code, "-"]
    assert "checked" not in re.findall(r'<input[^>]*name="spot"[^>]*>', html)[0]
    assert ("井盖没了" in html, Report.objects.count()) == (True, 0)
    sent = form(text="井盖没了", spot=community.code, kept_photos=kept(html))
    assert door.post("/r/", sent).status_code == 303
    assert (Case.objects.get().place_id, Report.objects.get().channel) == (community.id, "web")
    assert Evidence.objects.get().claimed_id == Report.objects.get().id


def test_the_nearest_places_stand_first(door: Client, mapped: Cast) -> None:
    place = mapped.town.row(mapped.town.compound)

    Place.objects.filter(id=place.id).update(lon=122.1834, lat=37.4001)
    assert spots(look(door, AT_THE_COMPOUND))[0] == place.code


def test_a_proposal_that_is_not_answered_files_nothing_anywhere(door: Client, mapped: Cast) -> None:
    html = look(door, AT_THE_COMPOUND)
    for number, said in enumerate(({}, {"spot": "-"})):
        sent = form(
            key=f"{number}-form-shown-once-000", kept_photos=kept(html)[:0], where="公交站旁边", **said
        )
        assert door.post("/r/", sent).status_code == 303
    assert set(Case.objects.values_list("place_id", flat=True)) == {None}


@pytest.mark.parametrize(
    ("data", "words"),
    [(photo(), "照片里没有位置"), (photo(exif=notes(gps=True)), "本辖区以外")],
)
def test_a_photo_without_a_place_of_ours_says_so(door: Client, data: bytes, words: str) -> None:
    html = look(door, data)
    assert (words in html, spots(html), len(kept(html))) == (True, [], 1)


@pytest.mark.parametrize("spot", ["nowhere", "\0", "371072999999"])
def test_a_place_that_was_never_offered_is_refused_with_a_sentence(
    door: Client, mapped: Cast, spot: str
) -> None:
    answer = door.post("/r/", form(spot=spot))
    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert "楼道玻璃碎了" in answer.content.decode()


def test_a_phone_s_heic_proposes_its_place_too(door: Client, mapped: Cast) -> None:
    assert mapped.town.row(mapped.town.community_a).code in spots(look(door, heic("turned-6")))


BAD = {
    "pixel flood": flood(60_000, 60_000),
    "bomb of one colour": flood(8000, 8000),
    "SVG in disguise": SVG,
    "half a photo": photo()[: len(photo()) // 2],
    "half a HEIC": heic("plain")[:300],
    "film": file_of(scene(), "GIF"),
    "HEIC that is none": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200,
}


@pytest.mark.parametrize("bad", sorted(BAD))
def test_a_bad_picture_is_refused_with_a_sentence_and_the_good_one_and_the_words_are_kept(
    door: Client, here: str, bad: str
) -> None:
    files = [picture("good.jpg"), picture("bad.jpg", BAD[bad])]
    answer = door.post(here, form(photos=files))
    html = unescape(answer.content.decode())
    assert (answer.status_code, Report.objects.count(), len(kept(html))) == (422, 0, 1)
    assert ("“bad.jpg”" in html, "楼道玻璃碎了" in html) == (True, True)
    assert door.post(here, form(kept_photos=kept(html))).status_code == 303
    assert Evidence.objects.get().claimed_id == Report.objects.get().id
