"""Limits and rules as people say them: no minutes to convert, no word of the list that only its makers can read."""

import re

import pytest

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.book import load_book
from gezhi.kernel.actor import Actor
from gezhi.web.desk import other_limits
from gezhi.web.desk.catalogue import amount
from tests.cast import Cast
from tests.web.desk.conftest import Desk

LIMITS = [
    limit
    for row in load_book().categories
    for one in row.conditions
    for limit in (one.fix, one.make_safe)
    if limit is not None and limit.alternatives
]


@pytest.mark.parametrize("words", sorted({one.alternatives for one in LIMITS}))
def test_what_the_list_says_beside_a_limit_is_said_in_words(words: str) -> None:
    assert not re.search(r"[A-Za-z\[\]]", other_limits.said(words))


def test_what_an_office_wrote_itself_stays() -> None:
    assert other_limits.said("看天气") == "看天气"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (240, "working_minutes", "4 小时（工作时间）"),
        (960, "working_minutes", "2 个工作日"),
        (60, "minutes", "1 小时"),
        (5, "working_days", "5 个工作日"),
        (20, "percent", "20 %"),
    ],
)
def test_a_rule_is_said_as_people_say_it(value: int, unit: str, said: str) -> None:
    assert amount(value, unit) == said


@pytest.mark.django_db
def test_the_forms_say_beside_the_minutes_what_they_are(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    assert "现在是 2 个工作日。" in client.get("/desk/catalogue/rules/check_minutes/").content.decode()
    one = catalogue.default_condition(catalogue.by_code("0201").id)
    assert "现在是 3 个工作日。" in client.get(f"/desk/catalogue/conditions/{one.id}/").content.decode()
    assert "《消防法》" in client.get("/desk/catalogue/0201/").content.decode()


def test_the_licence_is_chosen_by_its_name_and_its_page_says_what_it_is_for(
    keeper: Actor, desk: Desk
) -> None:
    client = desk(keeper)
    page = client.get("/desk/catalogue/rules/open_data_licence/").content.decode()
    for words in ("不写", "CC BY 4.0", "CC0 1.0", 'type="radio"', "下载的表能怎么用"):
        assert words in page
    assert 'type="number"' not in page
    sent = {"value": "1", "revision": "1"}
    assert client.post("/desk/catalogue/rules/open_data_licence/", sent).status_code == 302
    assert amount(1, "choice") == "CC BY 4.0"
    assert (
        client.post("/desk/catalogue/rules/open_data_licence/", {"value": "3", "revision": "2"}).status_code
        == 422
    )


@pytest.mark.parametrize("key", ["public_map", "public_map_open"])
def test_what_turns_the_public_map_on_says_what_appears_to_whom(key: str, keeper: Actor, desk: Desk) -> None:
    assert "任何人" in desk(keeper).get(f"/desk/catalogue/rules/{key}/").content.decode()
