"""No photo stands on a page that everybody sees before somebody of the office has looked at it; its reporter always sees his own."""

from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.evidence import actions as evidence
from gezhi.evidence.actions import keep
from gezhi.evidence.models import Evidence
from gezhi.flows import look_at_photo
from gezhi.reports import queries as reports
from gezhi.web.links import disguised
from tests.cast import Cast, done, lin, walk
from tests.evidence.pictures import Sent, photo

pytestmark = pytest.mark.django_db


def told(cast: Cast, at: datetime, text: str) -> tuple[Case, UUID]:
    (one,) = keep([Sent(photo())], at=at)
    case = cast.lin_reports(at, text=text, evidence=(one.id,), pictures=(one.sha256,))
    evidence.prepare(one.id, at=at)
    return case, one.id


@pytest.fixture
def solved(cast: Cast, noon: datetime) -> tuple[Case, UUID]:
    """A case that was opened by a report with a photo, mended with photos, checked, confirmed: closed."""
    case, photo_id = told(cast, noon, "玻璃碎了")
    steps = [
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
    ]
    walk(case, *steps, at=noon)
    Evidence.objects.filter(claimed_kind="case").update(served_at=noon)
    walk(case, (cast.zhao, Move("pass_check", note="好")), (lin(case), Move("satisfied")), at=noon)
    return case, photo_id


def photos_on(door: Client, url: str) -> list[str]:
    html = door.get(url).content.decode()
    ids = Evidence.objects.values_list("id", flat=True)
    return [str(id) for id in ids if f"/photo/{id}/" in html or f"/photo/{disguised(id)}/" in html]


def place_page(cast: Cast) -> str:
    return f"/p/{cast.town.row(cast.town.stairwell).code}"


def test_the_page_of_a_place_shows_what_was_looked_at_and_nothing_else(
    door: Client, cast: Cast, solved: tuple[Case, UUID], noon: datetime
) -> None:
    case, photo_id = solved
    assert "这栋楼最近办好的" in door.get(place_page(cast)).content.decode()
    assert photos_on(door, place_page(cast)) == []
    look_at_photo.decide(case.id, photo_id, is_public=True, actor=cast.chen, at=noon)
    assert photos_on(door, place_page(cast)) == [str(photo_id)]
    look_at_photo.decide(case.id, photo_id, is_public=False, actor=cast.chen, at=noon)
    assert photos_on(door, place_page(cast)) == []


def test_twin_unlooked_at_they_would_all_stand_there(
    door: Client, cast: Cast, solved: tuple[Case, UUID], noon: datetime
) -> None:
    Evidence.objects.update(public_at=noon)
    assert len(photos_on(door, place_page(cast))) == Evidence.objects.count() > 1


def test_while_it_is_covered_anew_it_stands_nowhere(
    door: Client, cast: Cast, solved: tuple[Case, UUID], noon: datetime
) -> None:
    case, photo_id = solved
    look_at_photo.decide(case.id, photo_id, is_public=True, actor=cast.chen, at=noon)
    box = [0.0, 0.0, 0.5, 0.5]
    look_at_photo.redact(case.id, photo_id, [box], "有人脸", actor=cast.chen, at=noon)
    assert photos_on(door, place_page(cast)) == []
    evidence.prepare(photo_id, at=noon)
    assert photos_on(door, place_page(cast)) == [str(photo_id)]


def test_another_reporter_of_the_same_matter_sees_it_once_it_was_looked_at_its_own_reporter_always(
    door: Client, cast: Cast, noon: datetime
) -> None:
    first, photo_id = told(cast, noon, "玻璃碎了")
    second, other_id = told(cast, noon, "玻璃碎了一地")
    lin_s, other_s = (f"/t/{reports.tracking_code(UUID(str(lin(case).id)))}" for case in (first, second))
    walk(first, (cast.chen, Move("accept")), at=noon)
    walk(second, (cast.chen, Move("join", into=first.id)), at=noon)
    assert photos_on(door, lin_s) == [str(photo_id)]
    assert photos_on(door, other_s) == [str(other_id)]
    look_at_photo.decide(first.id, photo_id, is_public=True, actor=cast.chen, at=noon)
    assert sorted(photos_on(door, other_s)) == sorted([str(photo_id), str(other_id)])
    assert photos_on(door, lin_s) == [str(photo_id)]
