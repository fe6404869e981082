"""The map for programs: what its person may see, by clock, where it lies; anything else is refused with the field's name."""

import pytest

from tests.web.api.conftest import Programs

VIEW = {"bbox": "100,20,140,50", "zoom": "18"}


def test_open_cases_stand_where_they_lie_with_their_clocks(cast, noon, programs: Programs):
    cast.lin_reports(noon)
    found = programs(cast.zhou).get("map", **VIEW).json()
    code = cast.town.row(cast.town.compound).code
    assert found["kinds"] == ["in_time", "due_soon", "overdue", "paused"]
    (sign,) = found["signs"]
    assert (sign["point"], sum(sign["counts"]), sign["places"], sign["place"]) == ([122.18, 37.4], 1, 1, code)
    assert sum(found["total"]) == 1


def test_of_another_s_ground_it_says_nothing(cast, noon, programs: Programs):
    cast.lin_reports(noon)
    found = programs(cast.mo).get("map", **VIEW).json()
    assert (found["signs"], found["heat"], sum(found["total"])) == ([], {}, 0)


@pytest.mark.parametrize(
    ("more", "many"),
    [({"q": "玻璃"}, 1), ({"q": "积水"}, 0), ({"category": "0501"}, 1), ({"category": "0107"}, 0)],
)
def test_it_is_filtered_as_the_list_is(more, many, cast, noon, programs: Programs):
    cast.lin_reports(noon)
    assert sum(programs(cast.zhou).get("map", **VIEW, **more).json()["total"]) == many


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"bbox": "1,2,3", "zoom": "3"}, "bbox"),
        ({"bbox": "nan,1,2,3", "zoom": "3"}, "bbox"),
        ({"bbox": "1,2,3,4", "zoom": "23"}, "zoom"),
        ({**VIEW, "state": "closed"}, "state"),
        ({**VIEW, "category": "9999"}, "category"),
    ],
)
def test_what_is_no_view_is_refused(wanted, field, cast, programs: Programs):
    answer = programs(cast.zhou).get("map", **wanted)
    assert answer.status_code == 422
    assert field in answer.content.decode()


def test_nobody_looks_without_a_token(cast, programs: Programs):
    assert programs().get("map", **VIEW).status_code == 401
