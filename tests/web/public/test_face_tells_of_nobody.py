"""What nobody is told by the public face: names, numbers, stairwells, minutes, what points at a home, what is complained of."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from gezhi.cases import face, publicly
from gezhi.cases.models import Case, PublicWords
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.models import Evidence
from gezhi.places.models import Place
from gezhi.web.links import disguised
from tests.cast import Cast, solved
from tests.web.public.facing import WHOLE, doors, entries, table, text, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("face_at_one")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOISE = "1201"


def told_of_nobody(door: Client, cast: Cast, now: datetime) -> dict[str, list[str]]:
    """Which planted secrets each of the answers holds."""
    name, phone, plate = "欧阳建国", "13812345678", "鲁K12345"
    words = f"2单元302室{name}家 {phone} {plate}"
    case = solved(cast, now - 3 * HOUR, text=words, contact=phone)
    noise = solved(cast, now - 2 * HOUR, text=words, category=catalogue.by_code(NOISE).id)
    for one in (case, noise):
        Case.objects.filter(id=one.id).update(title=words, ending_reason=words)
        PublicWords.objects.create(
            case_id=one.id, text=f"已处理，{phone}", version=1, at=now, by_id=cast.chen.id
        )
    stairwell = cast.town.row(cast.town.stairwell)
    building = cast.town.row(cast.town.building)
    Place.objects.filter(id=stairwell.id).update(lon=122.187654, lat=37.412345)
    # every map begins with the bounds of the whole ground
    Place.objects.filter(id=cast.town.street_b).update(lon=122.2, lat=37.5)
    Case.objects.filter(id=case.id).update(category_id=catalogue.by_code("0508").id)  # thrown from above
    secrets = {
        "name": name,
        "phone": phone,
        "plate": plate,
        "flat": "302室",  # three digits alone stand in one of some hundred random names
        "stairwell": stairwell.code,
        "stairwell's name": stairwell.full_name,
        "its point": "122.1876",
        "building": building.code,
        "number": case.number,
        "id": case.id.hex[:12],
        "minute": "T10:00",
    }
    answers = told(door, cast)
    return {url: [what for what, said in secrets.items() if said in page] for url, page in answers.items()}


def test_no_name_phone_plate_stairwell_or_minute_is_told_anywhere(
    door: Client, cast: Cast, now: datetime
) -> None:
    assert told_of_nobody(door, cast, now) == {url: [] for url in doors(cast)}


def test_sabotage_were_places_not_cut_and_numbers_not_masked_all_answers_but_none_would_tell(
    door: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "NEVER_NAMED", frozenset())
    monkeypatch.setattr(face, "is_discreet", lambda _code: False)
    monkeypatch.setattr(publicly, "is_discreet", lambda _code: False)
    monkeypatch.setattr("gezhi.web.public.face.matters.mask_private", lambda text: text)
    found = told_of_nobody(door, cast, now)
    assert all("stairwell" in found[url] for url in doors(cast) if "/map/points" not in url)
    assert "its point" in found[f"/map/points?{WHOLE}"]
    assert all("phone" in found[url] for url in doors(cast) if "/map/points" not in url)


def test_what_points_at_a_home_is_counted_at_its_compound_without_words_and_pictures(
    door: Client, cast: Cast, now: datetime
) -> None:
    solved(cast, now - HOUR, category=catalogue.by_code(NOISE).id)
    (row,) = table(door)
    assert (row["place_code"], row["words"]) == (cast.town.row(cast.town.compound).code, "")
    assert entries(door, cast.town.row(cast.town.building).code) == []
    assert len(entries(door, cast.town.row(cast.town.compound).code)) == 1


def test_complaints_and_what_is_referred_out_are_nowhere(door: Client, cast: Cast, now: datetime) -> None:
    case = solved(cast, now - HOUR)
    for change in ({"complained_of_id": cast.property}, {"category_id": catalogue.by_code("1204").id}):
        Case.objects.filter(id=case.id).update(complained_of_id=None)
        Case.objects.filter(id=case.id).update(**change)
        assert table(door) == []


def test_sabotage_were_complaints_not_kept_back_they_would_be_told(
    door: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = solved(cast, now - HOUR)
    Case.objects.filter(id=case.id).update(category_id=catalogue.by_code("1204").id)
    monkeypatch.setattr("gezhi.cases.public._kept_back", list)
    assert len(table(door)) == 1


def test_pictures_are_shown_only_when_somebody_has_cleared_them(
    door: Client, cast: Cast, now: datetime
) -> None:
    case = solved(cast, now - HOUR)
    assert "/photo/" not in text(door.get("/map"))
    Evidence.objects.filter(claimed_kind="case", claimed_id=case.id).update(public_at=now, served_at=now)
    assert text(door.get("/map")).count("/photo/") == 2  # small, and large behind it
    # at once, also while the rows are kept
    Case.objects.filter(id=case.id).update(category_id=catalogue.by_code(NOISE).id)
    assert "/photo/" not in text(door.get("/map"))
    face._kept.clear()
    assert "/photo/" not in text(door.get("/map"))


def ids_told(door: Client, cast: Cast, now: datetime) -> int:
    """How many ids of ours stand in all that strangers are told of a case with a picture: such an id tells the very moment when it was made."""
    case = solved(cast, now - HOUR)
    pictures = Evidence.objects.filter(claimed_kind="case", claimed_id=case.id)
    pictures.update(public_at=now, served_at=now)
    pages = [*told(door, cast).values(), text(door.get(f"/p/{cast.town.row(cast.town.building).code}"))]
    assert sum("/photo/" in page for page in pages) == 2  # map and place
    ours = {str(one.id) for one in (case, *pictures)}
    return sum(one in page for page in pages for one in ours)


def test_no_address_of_a_picture_tells_the_moment_when_it_came(
    door: Client, cast: Cast, now: datetime
) -> None:
    assert ids_told(door, cast, now) == 0


def test_sabotage_an_id_of_ours_would_tell_it(
    door: Client, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.links.disguised", lambda id: id)
    assert ids_told(door, cast, now) >= 2


def test_the_name_that_strangers_know_a_picture_by_opens_it_as_long_as_it_is_open(
    door: Client, cast: Cast, now: datetime
) -> None:
    case = solved(cast, now - HOUR)
    rows = Evidence.objects.filter(claimed_kind="case", claimed_id=case.id)
    named = f"/photo/{disguised(rows[0].id)}/400"
    assert door.get(named).status_code == 404
    rows.update(public_at=now)
    assert door.get(named).status_code == 200
    assert door.get(f"/photo/{disguised(case.id)}/400").status_code == 404


def test_a_cell_that_a_sheet_would_run_is_made_harmless(door: Client, cast: Cast, now: datetime) -> None:
    case = solved(cast, now - HOUR)
    PublicWords.objects.create(case_id=case.id, text="=1+1", version=1, at=now, by_id=cast.chen.id)
    assert table(door)[0]["words"] == "'=1+1"
