"""Where a reporter put his finger on the map: whoever reads him in full sees it beside his words, and nobody else."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.reports.models import Report
from gezhi.web.casework import spoken
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text

SAID = "地图上的点"
BESIDE = {"lon": 122.1801, "lat": 37.4004}  # some 45 m from the compound's point
ALONE = {"lon": 122.25, "lat": 37.45}


def pinned(case: Case, at: dict[str, float]) -> Case:
    """As if the form had come with this point."""
    Report.objects.update(**at)
    return case


def test_the_desk_reads_how_far_the_pin_is_from_what_it_knows_and_opens_it_on_its_map(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    client = desk(cast.chen)
    page = client.get(address(pinned(opened, BESIDE)))
    assert SAID in text(page)
    assert "悦海花园”约" in text(page)
    assert "?pin=122.1801,37.4004" in page.content.decode()
    shown = client.get("/desk/map/?pin=122.1801,37.4004")
    assert '"pin": [122.1801, 37.4004]' in shown.context["desk_map"]


def test_a_pin_far_from_every_place_is_said_by_its_figures(cast: Cast, opened: Case, desk: Desk) -> None:
    assert "37.45000，122.25000" in text(desk(cast.chen).get(address(pinned(opened, ALONE))))


def test_in_the_pocket_of_whoever_reads_in_full_it_stands_too(cast: Cast, opened: Case, desk: Desk) -> None:
    pinned(opened, BESIDE)
    assert SAID in text(desk(cast.chen).get(reverse("my_case", args=[opened.number])))


def test_whoever_reads_a_copy_never_learns_the_point(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    case = walk(pinned(opened, BESIDE), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    for page in (address(case), reverse("my_case", args=[case.number])):
        shown = desk(cast.qian).get(page)
        assert (shown.status_code, SAID in text(shown), "122.18" in shown.content.decode()) == (
            200,
            False,
            False,
        )


def test_sabotage_were_everybody_taken_for_a_reader_the_company_would_learn_the_point(
    cast: Cast, opened: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = walk(pinned(opened, BESIDE), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    monkeypatch.setattr(spoken, "reads_full_words", lambda roles: True)
    assert SAID in text(desk(cast.qian).get(address(case)))


def test_a_report_whose_words_were_erased_shows_no_point(
    cast: Cast, opened: Case, desk: Desk, noon: Any
) -> None:
    pinned(opened, BESIDE)
    Report.objects.update(
        erased_at=noon, text="", restatement="", contact=None, contact_key=None, contact_tail=""
    )
    assert SAID not in text(desk(cast.chen).get(address(opened)))


def test_twenty_pins_cost_what_one_costs(
    cast: Cast, opened: Case, noon: datetime, django_assert_num_queries: Any
) -> None:
    from gezhi.kernel.geo import Point
    from gezhi.places import queries as places

    for many in (1, 20):
        with django_assert_num_queries(1):
            found = places.nearest_each([Point(122.18 + n / 1000, 37.4) for n in range(many)], metres_off=500)
        assert len(found) == many
    with django_assert_num_queries(0):
        assert places.nearest_each([], metres_off=500) == []


@pytest.mark.parametrize("bad", ["x", "1", "nan,1", "999,99", "1,2,3", ","])
def test_a_pin_in_an_address_that_is_none_is_left_out(bad: str, cast: Cast, desk: Desk) -> None:
    client: Client = desk(cast.chen)
    shown = client.get("/desk/map/", {"pin": bad})
    assert (shown.status_code, '"pin": null' in shown.context["desk_map"]) == (200, True)
