"""The front door: find a place, find a report; whoever guesses learns nothing."""

import re
from typing import Any

import pytest
from django.test import Client

from gezhi.cases.models import Case
from gezhi.kernel.actor import SYSTEM
from gezhi.places.actions import add_place
from gezhi.places.kinds import Kind
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.models import Jurisdiction
from gezhi.web.public import home as view
from tests.cast import Cast
from tests.web.public.conftest import report

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("words", ["悦海花园3号楼2单元", "yhhy", "371072-00003", "3"])
def test_a_place_is_found_by_what_people_type(door: Client, here: str, words: str) -> None:
    assert "悦海花园" in door.get("/", {"q": words}).content.decode()


def test_a_place_that_is_not_there_leads_to_saying_it_in_words(door: Client) -> None:
    html = door.get("/", {"q": "月亮背面"}).content.decode()
    assert "没有找到“月亮背面”" in html
    assert 'href="/r/?where=' in html


def test_the_place_page_names_todays_phones_and_what_was_solved(door: Client, here: str) -> None:
    html = door.get(here.replace("/r/", "/p/")).content.decode()
    assert html.index("长峰物业") < html.index("悦海花园业委会") < html.index("悦海社区</span>")
    assert "tel:0631-0000106" in html
    assert f'href="{here}"' in html


def test_an_unknown_place_is_not_found(door: Client) -> None:
    assert [door.get(f"/{face}/371072-99999").status_code for face in "pr"] == [404, 404]


def test_a_code_leads_to_its_page_however_it_is_written(door: Client, here: str) -> None:
    page = report(door, here)
    code = page.rsplit("/", 1)[1]
    for typed in (code, code.upper(), f"  {code[:6]} {code[7:]} "):
        answer = door.post("/find", {"code": typed})
        assert (answer.status_code, answer["Location"]) == (303, page)


def test_a_case_number_with_the_last_four_digits_leads_there_too(door: Client, here: str) -> None:
    page = report(door, here, contact="13800001234")
    answer = door.post("/find", {"number": Case.objects.get().number, "tail": "1234"})
    assert (answer.status_code, answer["Location"]) == (303, page)


def said(answer: Any, number: str) -> tuple[int, str]:
    """Status and words of an answer; what differs for every page (tokens, what was typed) is taken out."""
    html = answer.content.decode().replace(number, "")
    return answer.status_code, html[html.index('id="door-find"') :].split("csrfmiddlewaretoken")[0]


def test_a_wrong_tail_and_an_unknown_number_get_the_same_answer(door: Client, here: str) -> None:
    report(door, here, contact="13800001234")
    number = Case.objects.get().number
    wrong = said(door.post("/find", {"number": number, "tail": "0000"}), number)
    unknown = said(
        door.post("/find", {"number": "371072-2026-9999999", "tail": "0000"}), "371072-2026-9999999"
    )
    assert wrong == unknown
    assert wrong[0] == 404


def test_four_digits_cannot_be_guessed_through(door: Client, here: str, settings: Any) -> None:
    report(door, here, contact="13800001234")
    number = Case.objects.get().number
    settings.GEZHI_LIMITS = True
    for guess in range(view.TRIES_PER_NUMBER):
        door.post("/find", {"number": number, "tail": f"{guess:04d}"})
    answer = door.post("/find", {"number": number, "tail": "1234"})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_without_the_limit_the_next_guess_is_heard(door: Client, here: str) -> None:
    """Sabotage twin: GEZHI_LIMITS=off."""
    report(door, here, contact="13800001234")
    number = Case.objects.get().number
    for guess in range(view.TRIES_PER_NUMBER):
        door.post("/find", {"number": number, "tail": f"{guess:04d}"})
    assert door.post("/find", {"number": number, "tail": "1234"}).status_code == 303


def test_the_demonstration_says_that_it_is_one(door: Client, cast: Cast) -> None:
    assert "这是演示" not in door.get("/").content.decode()
    Jurisdiction.objects.update(demonstration=True)
    tenancy.forget()
    assert "这是演示" in door.get("/").content.decode()


@pytest.mark.parametrize(
    "words", ["%_" * 5000, "a" * 10_000, "楼" * 10_000, "'; DROP TABLE x; --", "\u202e", "🏠" * 300]
)
def test_any_words_may_be_searched_for(door: Client, words: str) -> None:
    assert door.post("/find", {"code": words, "number": "", "tail": words}).status_code == 404
    assert door.get("/", {"q": words[:2000]}).status_code == 200


@pytest.mark.parametrize("cut", [slice(7, None), slice(-7, None), slice(-2, None)])
def test_the_end_of_the_number_will_do(cut: slice, door: Client, here: str) -> None:
    page = report(door, here, contact="13800001234")
    answer = door.post("/find", {"number": Case.objects.get().number[cut], "tail": "1234"})
    assert (answer.status_code, answer["Location"]) == (303, page)


def test_the_end_of_a_number_that_two_years_have_is_nobodys(door: Client, here: str, cast: Cast) -> None:
    page = report(door, here, contact="13800001234")
    report(door, here, contact="13900001234", key="another-form-shown-000", text="楼道灯不亮")
    first, second = Case.objects.order_by("number")
    office, year, running = first.number.split("-")
    Case.objects.filter(id=second.id).update(number=f"{office}-{int(year) - 1}-{running}")
    assert door.post("/find", {"number": running, "tail": "1234"}).status_code == 404
    whole = door.post("/find", {"number": first.number, "tail": "1234"})
    assert (whole.status_code, whole["Location"]) == (303, page)


def test_the_end_of_a_number_is_no_way_around_the_limit(door: Client, here: str, settings: Any) -> None:
    report(door, here, contact="13800001234")
    number = Case.objects.get().number
    settings.GEZHI_LIMITS = True
    for guess in range(view.TRIES_PER_NUMBER):
        door.post("/find", {"number": number, "tail": f"{guess:04d}"})
    ways = [number[7:], number[-7:], number[-7:].lstrip("0")]
    assert [door.post("/find", {"number": way, "tail": "1234"}).status_code for way in ways] == [429] * 3


def test_sabotage_were_each_way_of_writing_counted_by_itself_the_next_guess_would_be_heard(
    door: Client, here: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(door, here, contact="13800001234")
    number = Case.objects.get().number
    settings.GEZHI_LIMITS = True
    for guess in range(view.TRIES_PER_NUMBER):
        door.post("/find", {"number": number, "tail": f"{guess:04d}"})
    count = view.limits.count

    def by_what_was_typed(name: str, key: str, **most: Any) -> None:
        count(name, f"{key}, typed otherwise" if name == "tail" else key, **most)

    monkeypatch.setattr(view.limits, "count", by_what_was_typed)
    assert door.post("/find", {"number": number[7:], "tail": "1234"}).status_code == 303


def test_one_field_takes_the_code_or_the_number_with_the_digits_of_the_phone(door: Client, here: str) -> None:
    page = report(door, here, contact="13800001234")
    number = Case.objects.get().number
    for typed in (number, number[7:], number[-7:], number[-7:].lstrip("0")):
        answer = door.post("/find", {"code": typed, "tail": "1234"})
        assert (answer.status_code, answer["Location"]) == (303, page)


@pytest.mark.parametrize("typed", ["128", "371072-2026-9999999"])
def test_a_number_without_the_digits_is_told_what_it_lacks_whether_there_is_such_a_case_or_not(
    door: Client, here: str, typed: str
) -> None:
    report(door, here, contact="13800001234")
    number = Case.objects.get().number
    lacking, known = (said(door.post("/find", {"code": one}), one) for one in (typed, number))
    assert lacking == known
    assert lacking[0] == 422
    assert "再填留过的电话的后四位" in lacking[1]
    html = door.post("/find", {"code": typed}).content.decode()
    assert f'name="code" type="text" value="{typed}"' in html


def test_the_words_are_carried_to_the_form(door: Client, here: str) -> None:
    html = door.get("/", {"q": "月亮背面 3 号"}).content.decode()
    link = re.search(r'href="(/r/\?where=[^"]+)"', html)
    assert link is not None
    assert 'value="月亮背面 3 号"' in door.get(link[1]).content.decode()
    assert 'value="月亮背面"' in door.get("/r/", {"q": "月亮背面"}).content.decode()


def test_a_gate_that_is_not_registered_leads_to_its_compound_and_is_said_back(
    door: Client, here: str
) -> None:
    html = door.get("/", {"q": "悦海花园西门"}).content.decode()
    assert "没有单独登记“西门”" in html
    link = re.search(r'href="(/r/371072-\d+\?where=[^"]+)"', html)
    assert link is not None
    assert "西门：</textarea>" in door.get(link[1]).content.decode()


def test_where_more_are_called_so_the_page_says_it_and_lists_them(
    door: Client, cast: Cast, noon: Any
) -> None:
    town = cast.town
    who: dict[str, Any] = {"actor": SYSTEM, "at": noon}
    for one in range(view.FOUND_PLACES):
        new = {"kind": Kind.COMPOUND, "parent_id": town.community_a, "grid_id": town.grid_a1, **who}
        compound = add_place(name=f"甲{one}院", **new)
        add_place(**new | {"kind": Kind.BUILDING, "name": "3号楼", "parent_id": compound.id})
    few = door.get("/", {"q": "三号楼"}).content.decode()
    assert (few.count('class="cell"'), "全部列出" in few) == (view.FOUND_PLACES, True)
    every = door.get("/", {"q": "三号楼", "all": "1"}).content.decode()
    assert (every.count('class="cell"'), "全部列出" in every) == (view.FOUND_PLACES + 1, False)
