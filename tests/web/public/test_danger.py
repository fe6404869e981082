"""While somebody types: words of danger bring the number to call, at once."""

from datetime import datetime

import pytest
from django.test import Client

from gezhi.web.public import danger
from tests.web.public.conftest import report

pytestmark = pytest.mark.django_db


def test_danger_words_bring_the_number_while_they_are_typed(door: Client) -> None:
    assert door.post("/danger", {"text": "电梯停了，有人困在里面"}).json() == {
        "said": "电梯…困",
        "call": "119",
    }
    assert door.post("/danger", {"text": "路灯不亮"}).json() == {}
    assert (door.post("/danger").json(), door.get("/danger").status_code) == ({}, 405)


def test_it_keeps_nothing_and_asks_the_database_nothing(door: Client, django_assert_num_queries) -> None:
    door.post("/danger", {"text": "漏气"})
    with django_assert_num_queries(0):
        door.post("/danger", {"text": "煤气漏了"})


def test_who_asks_too_often_is_told_on_the_receipt_only(
    door: Client, here: str, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GEZHI_LIMITS = True
    monkeypatch.setattr(danger, "ASKED_PER_TEN_MINUTES", 2)
    said = [door.post("/danger", {"text": "电梯停了，有人困在里面"}).status_code for _ in range(3)]
    assert said == [200, 200, 429]
    page = report(door, here, text="电梯停了，有人困在里面", category="")
    assert 'href="tel:119"' in door.get(page).content.decode()


def test_the_form_has_the_place_for_it(door: Client, here: str, noon: datetime) -> None:
    page = door.get(here).content.decode()
    assert 'data-danger-at="/danger"' in page
