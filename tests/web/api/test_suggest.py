"""POST suggest: for programs of staff, and nothing is done by asking."""

from datetime import datetime

import pytest

from gezhi.cases.models import Case
from tests.cast import Cast
from tests.web.api.conftest import Programs


def test_category_place_danger_and_what_may_be_the_same(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    known = cast.lin_reports(noon, "电梯停了，有人困在里面")
    building = cast.town.row(cast.town.building)
    said = f"{cast.town.row(cast.town.compound).name}{building.name}电梯停了，有人困在里面"
    found = programs(cast.chen).post("suggest", {"text": said}).json()
    assert found["categories"][0]["code"] == "0503"
    assert 1 <= len(found["categories"]) <= 3
    assert found["places"][0]["code"] == building.code
    assert (found["danger"], found["call"]) == (True, "119")
    assert [one["number"] for one in found["similar"]] == [known.number]
    assert all(one["why"] and 0 <= one["score"] <= 1 for one in (*found["categories"], *found["places"]))
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 200),
        ({"text": "灯"}, 200),
        ({"text": "灯" * 5000}, 200),
        ({"text": "灯" * 5001}, 422),
        ({"text": "a\0b"}, 422),
        ({}, 422),
        ({"text": "灯", "place": "nowhere"}, 422),
        ({"text": "灯", "point": [200, 0]}, 422),
        ({"text": "灯", "point": [122.1, 37.4]}, 200),
        ({"text": "灯", "more": 1}, 422),
    ],
)
def test_any_body_is_answered(cast: Cast, programs: Programs, body: dict[str, object], status: int) -> None:
    assert programs(cast.chen).post("suggest", body).status_code == status


def test_without_a_token_nobody_is_told(programs: Programs) -> None:
    assert programs().post("suggest", {"text": "灯"}).status_code == 401
