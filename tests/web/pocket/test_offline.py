"""What the pocket gives a phone for the cellar: pages that say whose they are, the places of one's own area, deeds that may wait."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.places import queries as places
from gezhi.reports.models import Report
from gezhi.web import kept
from gezhi.web.pocket import found
from tests.cast import Cast
from tests.web.pocket.conftest import Phone, hidden, picture

pytestmark = pytest.mark.django_db
FOUND = "/my/found/"


def own(client: Client) -> list[str]:
    return re.findall(r'href="/my/found/\?pick=([\w-]+)" data-number', client.get(FOUND).content.decode())


def test_each_page_says_whose_it_is_and_no_two_people_are_told_alike(cast: Cast, phone: Phone) -> None:
    marks = {who.id: phone(who).get("/my/")["Gezhi-Who"] for who in (cast.wei, cast.mo)}
    assert len(set(marks.values())) == 2
    assert phone(cast.wei).get(FOUND)["Gezhi-Who"] == marks[cast.wei.id]
    assert phone(cast.wei).get("/unsent/token").json()["who"] == marks[cast.wei.id]
    assert str(cast.wei.id) not in marks[cast.wei.id]
    assert "Gezhi-Who" not in Client(HTTP_HOST="localhost").get("/my/")


def test_the_places_of_my_area_stand_in_the_first_page_of_a_walk(
    cast: Cast, phone: Phone, plate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, his = own(phone(cast.wei)), own(phone(cast.mo))
    assert plate in mine
    assert set(mine) & set(his) == set()
    monkeypatch.setattr(found, "OWN_PLACES", 1)
    assert own(phone(cast.wei)) == mine[:1]


def test_a_closed_place_is_not_offered(cast: Cast, phone: Phone, plate: str) -> None:
    row = places.by_code(plate)
    assert row.closed_on is None
    assert all(places.by_code(code).closed_on is None for code in own(phone(cast.wei)))


@pytest.mark.parametrize("times", [1, 3])
def test_what_was_mended_in_the_cellar_is_one_case_however_often_it_is_sent(
    cast: Cast, phone: Phone, plate: str, times: int
) -> None:
    wei = phone(cast.wei)
    for _ in range(times):
        said = {"key": "made-on-the-phone-000001", "place": plate, "typed": plate, "category": "0501"}
        answer = wei.post(FOUND, said | {"after": [picture("after.jpg")], "waited": "7200"})
        assert (answer.status_code, answer.cookies[kept.DONE].value) == (303, said["key"])
    report = Report.objects.get()
    assert report.said_at == report.received_at - timedelta(hours=2)
    assert Case.objects.count() == 1


def test_a_deed_that_waited_too_long_is_told_so_and_its_words_come_back(
    cast: Cast, phone: Phone, in_hand: Case, plate: str
) -> None:
    address = f"/my/cases/{in_hand.number}/done/"
    qian = phone(cast.qian)
    html = qian.get(address).content.decode()
    old: dict[str, Any] = {
        "version": hidden(html, "version"),
        "key": "made-on-the-phone-000002",
        "waited": "7200",
    }
    first = qian.post(address, old | {"note": "先到一步", "photos": [picture("1.jpg")]})
    assert (first.status_code, first.cookies[kept.DONE].value) == (303, old["key"])
    late = qian.post(address, old | {"note": "换了一块玻璃", "photos": [picture("2.jpg")]})
    assert late.status_code == 409
    assert "您写的都还在" in late.content.decode()
    assert "换了一块玻璃" in late.content.decode()
