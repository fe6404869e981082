"""What a clerk accepts in a list stays open beside it, and whom it may go to fits on the screen."""

import re

import pytest

from gezhi.cases.models import Case
from gezhi.web.casework import offers
from tests.cast import Cast
from tests.web.desk.conftest import Desk, address


def _accepted(cast: Cast, reported: Case, desk: Desk, back: str) -> str:
    sent = {
        "version": 1,
        "place": str(reported.place_id),
        "category": str(reported.category_id),
        "back": back,
    }
    return str(desk(cast.chen).post(address(reported, "accept"), sent)["Location"])


def test_what_is_accepted_in_a_list_stays_open_beside_it(cast: Cast, reported: Case, desk: Desk) -> None:
    back = _accepted(cast, reported, desk, "/desk/?view=reported&opened=371072-2026-0000001")
    assert back == f"/desk/?view=reported&opened={reported.number}"
    html = desk(cast.chen).get(back).content.decode()
    assert f'hx-get="/desk/cases/{reported.number}/" hx-trigger="load" hx-target="#sheet"' in html


def test_the_next_move_closes_it(cast: Cast, reported: Case, desk: Desk) -> None:
    back = _accepted(cast, reported, desk, "/desk/?view=reported")
    sent = {"version": 2, "party": str(cast.property), "back": back}
    answer = desk(cast.chen).post(address(reported, "dispatch"), sent)
    assert answer["Location"] == "/desk/?view=reported"


@pytest.mark.parametrize("odd", ["../x", "1", "a" * 50, "<script>", "2026/0001/00001"])
def test_what_is_no_number_opens_nothing(cast: Cast, desk: Desk, odd: str) -> None:
    answer = desk(cast.chen).get("/desk/", {"opened": odd})
    assert (answer.status_code, 'hx-trigger="load"' in answer.content.decode()) == (200, False)


@pytest.mark.parametrize("most", [1, 8])
def test_whom_it_may_go_to_is_a_few_chips_and_the_rest_a_menu(
    cast: Cast, reported: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(offers, "MOST_CHIPS", most)
    _accepted(cast, reported, desk, "")
    html = desk(cast.chen).get(address(reported, "dispatch")).content.decode()
    chips = re.findall(r'type="radio" name="party" value="([^"]+)"', html)
    menu = re.findall(r'<option value="([0-9a-f-]{36})"', html)
    assert len(chips) <= most + 1
    assert str(cast.property) in chips
    assert not set(chips) & set(menu)
    assert str(cast.desk_a) in {*chips, *menu}
