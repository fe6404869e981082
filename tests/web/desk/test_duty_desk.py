"""The form for typing while listening: place by initials, category by number, joined at once, the next form straight away."""

from datetime import datetime
from typing import Any

import pytest

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text


def form(**changed: Any) -> dict[str, Any]:
    return {"key": "a-form-shown-once-000", "channel": "counter", "text": "门口灯坏了", "next": "1"} | changed


def test_saved_the_next_form_is_empty_and_says_the_number_just_made(cast: Cast, desk: Desk) -> None:
    answer = desk(cast.chen).post("/desk/new/", form())
    assert f"已登记：{Case.objects.get().number}" in text(answer)
    assert answer.context["key"] != form()["key"]
    assert answer.context["form"]["channel"].value() == "counter"
    assert "门口灯坏了</textarea>" not in answer.content.decode()


@pytest.mark.parametrize("typed", ["yhhy 3 2", "悦海花园3号楼2单元", "悦海花园 3 2"])
def test_a_place_typed_by_initials_or_signs_needs_no_choice_when_it_is_the_only_one(
    typed: str, cast: Cast, desk: Desk
) -> None:
    desk(cast.chen).post("/desk/new/", form(place_words=typed))
    assert Case.objects.get().place_id == cast.town.stairwell


@pytest.mark.parametrize("typed", ["0501", "0501 楼宇门/玻璃破损", "0107"])
def test_a_category_is_typed_by_its_number_and_counts_before_a_chip(
    typed: str, cast: Cast, desk: Desk
) -> None:
    chip = str(catalogue.by_code("0601").id)
    desk(cast.chen).post("/desk/new/", form(code=typed, category=chip))
    assert Case.objects.get().category_id == catalogue.by_code(typed[:4]).id


def test_a_number_that_no_category_has_is_said_with_every_word_kept(cast: Cast, desk: Desk) -> None:
    answer = desk(cast.chen).post("/desk/new/", form(code="9999"))
    assert (answer.status_code, "没有这个类别编号" in text(answer)) == (422, True)
    assert "门口灯坏了" in answer.content.decode()


def test_whoever_wants_a_call_back_leaves_a_number_and_the_desk_reads_it(cast: Cast, desk: Desk) -> None:
    client = desk(cast.chen)
    assert "要回电，请问对方的电话" in text(client.post("/desk/new/", form(call_back="on")))
    client.post("/desk/new/", form(call_back="on", contact="13800001234"))
    assert Report.objects.get().text == "门口灯坏了（对方要回电）"


def test_what_was_said_before_is_joined_at_once_and_takes_its_place(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    known = cast.lin_reports(noon, "门口的灯坏了")
    answer = desk(cast.chen).post("/desk/new/", form(join=known.number))
    assert f"已登记：{known.number}" in text(answer)
    assert len(cases.report_ids([known.id])[known.id]) == 2
    assert Report.objects.latest("received_at", "id").place_id == known.place_id


@pytest.mark.parametrize("button", ["next", "once"])
def test_a_join_that_is_refused_leaves_a_case_of_its_own_and_says_why(
    button: str, cast: Cast, desk: Desk
) -> None:
    said = form(join="371072-2026-9999999")
    answer = desk(cast.chen).post(
        "/desk/new/", {one: value for one, value in said.items() if one != "next" or button == "next"}
    )
    assert "没能并入，单独立了一件" in text(answer)
    assert Case.objects.get().state == "reported"


def test_what_was_chosen_among_the_suggestions_stays_chosen_while_typing_goes_on(
    cast: Cast, desk: Desk
) -> None:
    leaf = str(catalogue.by_code("0503").id)
    said = {"text": "悦海花园3号楼电梯停了", "category": leaf, "place": str(cast.town.building)}
    page = desk(cast.chen).post("/desk/find/suggestions/", said).content.decode()
    assert f'value="{leaf}" checked' in page
    assert f'value="{cast.town.building}" checked' in page
