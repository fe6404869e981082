"""The desk looks at one picture: where it was taken, where else it was seen, what is covered, who may see it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.evidence import actions as evidence
from gezhi.evidence import queries
from gezhi.evidence.actions import Kept, keep
from gezhi.flows import look_at_photo
from gezhi.journal.queries import story
from gezhi.places.models import Place
from gezhi.tenancy.clock import new_id
from tests.cast import Cast, walk
from tests.evidence.pictures import Sent, file_of, notes, photo, scene
from tests.web.desk.conftest import Desk, address, text
from tests.web.pocket.conftest import hidden


def with_photo(cast: Cast, at: datetime, data: bytes | None = None, **more: Any) -> tuple[Case, UUID]:
    """A case that Lin opened with one picture, its copies made."""
    (one,) = keep([Sent(data or photo(exif=notes(gps=True, taken_at="2026:03:02 11:30:00")))], at=at)
    assert isinstance(one, Kept)
    case = cast.lin_reports(at, evidence=(one.id,), pictures=(one.sha256,), **more)
    evidence.prepare(one.id, at=at)
    return case, one.id


@pytest.fixture
def seen(cast: Cast, noon: datetime) -> tuple[Case, UUID]:
    return with_photo(cast, noon)


def at(seen: tuple[Case, UUID]) -> str:
    return f"{address(seen[0])}photos/{seen[1]}/"


def test_the_case_leads_the_desk_to_its_picture_and_others_to_the_copy(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk
) -> None:
    assert at(seen) in desk(cast.chen).get(address(seen[0])).content.decode()
    page = desk(cast.wei).get(address(seen[0])).content.decode()
    assert (at(seen) in page, f"/photo/{seen[1]}/1600" in page) == (False, True)


def test_where_it_was_taken_is_said_with_how_far_that_is(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk
) -> None:
    Place.objects.filter(id=seen[0].place_id).update(lon=122.183333, lat=37.401079)
    page = text(desk(cast.chen).get(at(seen)))
    assert "距此 120 米" in text(desk(cast.chen).get(address(seen[0])))
    assert "距此" not in text(desk(cast.wei).get(address(seen[0])))
    assert "照片里的位置" in page
    assert "37.40000, 122.18333" in page
    assert "距此 120 米" in page
    assert "2026-03-02 11:30" in page


def test_a_picture_that_says_nothing_has_no_such_line(cast: Cast, noon: datetime, desk: Desk) -> None:
    assert "照片里的位置" not in text(desk(cast.chen).get(at(with_photo(cast, noon, photo()))))


def test_the_desk_covers_a_part_and_its_address_changes(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    before = client.get(at(seen)).context["photo"]
    sent = {"act": "redact", "boxes": "0 0 50 50\n 10，20，5，5 ", "reason": "有人脸"}
    assert client.post(at(seen), sent).status_code == 302
    evidence.prepare(seen[1], at=noon)
    page = client.get(at(seen))
    after = page.context["photo"]
    assert (after.url != before.url, after.thumb != before.thumb, after.is_ready) == (True, True, True)
    assert page.context["boxes"] == "0 0 50 50\n10 20 5 5"
    assert "有人脸" in text(page)
    assert [row.boxes for row in queries.redactions(seen[1])] == [[[0, 0, 0.5, 0.5], [0.1, 0.2, 0.05, 0.05]]]
    assert client.get(after.url).status_code == 200


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"boxes": "1 2 3", "reason": "有人脸"}, "每行四个数字"),
        ({"boxes": "a b c d", "reason": "有人脸"}, "每行四个数字"),
        ({"boxes": "nan 0 50 50", "reason": "有人脸"}, "每行四个数字"),
        ({"boxes": "0 0 50 50", "reason": ""}, "理由"),
        ({"boxes": "", "reason": "有人脸"}, "没有改动"),
        ({"boxes": "0 0 50 50", "reason": "字" * 201}, "太长"),
    ],
)
def test_what_cannot_be_covered_comes_back_as_it_was_typed(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, sent: dict[str, str], words: str
) -> None:
    answer = desk(cast.chen).post(at(seen), {"act": "redact", **sent})
    assert (answer.status_code, words in text(answer)) == (422, True)
    assert (answer.context["boxes"], answer.context["reason"]) == (sent["boxes"], sent["reason"])
    assert queries.redactions(seen[1]) == []


def test_one_click_goes_back_to_what_was_covered_before(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, noon: datetime
) -> None:
    client = desk(cast.chen)
    client.post(at(seen), {"act": "redact", "boxes": "0 0 50 50", "reason": "有人脸"})
    client.post(at(seen), {"act": "redact", "boxes": "0 0 50 50\n60 60 9 9", "reason": "还有门牌"})
    client.post(at(seen), {"act": "show"})
    first = hidden(client.get(at(seen)).content.decode(), "seen")
    assert client.post(at(seen), {"act": "back", "seen": first}).status_code == 302
    history = queries.redactions(seen[1])
    assert history[0].boxes == [[0, 0, 0.5, 0.5]]
    assert [row.reason for row in history] == ["恢复到上一版", "还有门牌", "有人脸"]
    row = queries.by_ids([seen[1]])[seen[1]]
    assert (row.mark, row.public_at) == (history[0].id.hex, None)  # what came to light is looked at first
    events = [step.entry.event for step in story("evidence", seen[1])]
    assert events.count("redacted") == 3
    late = client.post(at(seen), {"act": "back", "seen": first})
    assert (late.status_code, "刚刚被改过" in text(late), len(queries.redactions(seen[1]))) == (409, True, 3)


def test_before_the_first_cover_the_picture_was_whole(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk
) -> None:
    client = desk(cast.chen)
    assert "恢复到上一版" not in text(client.get(at(seen)))
    client.post(at(seen), {"act": "redact", "boxes": "0 0 50 50", "reason": "遮错了"})
    client.post(at(seen), {"act": "back", "seen": hidden(client.get(at(seen)).content.decode(), "seen")})
    assert (queries.redactions(seen[1])[0].boxes, queries.by_ids([seen[1]])[seen[1]].mark) == ([], "")


@pytest.mark.parametrize("said", ["", "x", "00000000000000000000000000000000"])
def test_going_back_from_what_nobody_looked_at_changes_nothing(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, said: str
) -> None:
    client = desk(cast.chen)
    client.post(at(seen), {"act": "redact", "boxes": "0 0 50 50", "reason": "有人脸"})
    assert client.post(at(seen), {"act": "back", "seen": said}).status_code == 409
    assert len(queries.redactions(seen[1])) == 1


def test_everybody_sees_it_when_the_desk_says_so_and_no_longer(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk
) -> None:
    stranger, url = Client(HTTP_HOST="localhost"), f"/photo/{seen[1]}/400"
    assert stranger.get(url).status_code == 404
    assert desk(cast.chen).post(at(seen), {"act": "show"}).status_code == 302
    answer = stranger.get(url)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, max-age=3600, immutable")
    assert desk(cast.chen).post(at(seen), {"act": "hide"}).status_code == 302
    assert stranger.get(url).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("wei", 403), ("sun", 403), ("mo", 404), ("zhao", 403)])
def test_only_the_desk_decides(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, who: str, status: int
) -> None:
    for sent in (
        {"act": "show"},
        {"act": "back"},
        {"act": "redact", "boxes": "0 0 50 50", "reason": "有人脸"},
    ):
        assert desk(getattr(cast, who)).post(at(seen), sent).status_code == status
    row = queries.by_ids([seen[1]])[seen[1]]
    assert (row.public_at, row.mark) == (None, "")


def test_twin_unasked_anybody_would(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_at_photo, "may_look", lambda roles: True)
    assert desk(cast.wei).post(at(seen), {"act": "show"}).status_code == 302


def test_a_picture_of_another_case_is_not_found_here(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, noon: datetime
) -> None:
    other, _ = with_photo(cast, noon, file_of(scene()), text="又一件")
    assert desk(cast.chen).get(f"{address(other)}photos/{seen[1]}/").status_code == 404
    assert desk(cast.chen).get(f"{address(other)}photos/{new_id()}/").status_code == 404


def test_the_same_picture_in_another_case_is_said(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, noon: datetime
) -> None:
    for url in (at(seen), address(seen[0])):
        assert "同一张照片" not in text(desk(cast.chen).get(url))
    smaller = file_of(scene(200, 150), "WEBP")
    other, _ = with_photo(cast, noon + timedelta(minutes=1), smaller, text="又一件")
    page = desk(cast.chen).get(at(seen))
    assert "同一张照片" in text(page)
    assert "同一张照片在别处出现过" in text(desk(cast.chen).get(address(seen[0])))
    assert other.number in text(page)


def test_the_list_of_what_waits_decides_photos_too_and_what_is_decided_is_gone(
    cast: Cast, seen: tuple[Case, UUID], desk: Desk, noon: datetime
) -> None:
    walk(seen[0], (cast.chen, Move("accept")), at=noon)
    client = desk(cast.chen)

    def waits() -> bool:
        return at(seen) in client.get("/desk/review/").content.decode()

    assert waits()
    gone = client.post(at(seen), {"act": "hide", "back": "review"})
    assert (gone.status_code, gone.url) == (302, "/desk/review/?next=1")
    assert (waits(), queries.by_ids([seen[1]])[seen[1]].public_at) == (False, None)
    client.post(at(seen), {"act": "redact", "boxes": "10 10 20 20", "reason": "有人脸"})
    evidence.prepare(seen[1], at=noon)
    client.post(at(seen), {"act": "redact", "boxes": "", "reason": "看错了"})
    evidence.prepare(seen[1], at=noon)
    assert waits()  # more of it shows than when somebody looked


def test_the_same_photo_elsewhere_is_one_press_away(cast: Cast, desk: Desk, noon: datetime) -> None:
    first, second = with_photo(cast, noon), with_photo(cast, noon)
    page = desk(cast.chen).get(at(first)).content.decode()
    assert f'href="{at(second)}#cover"' in page
    assert "那一张也看看要不要遮" in page
