"""Posters of many doors at the desk: ticks, one PDF, and a sentence for what cannot be printed."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gezhi.channels.poster import press
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.places import actions as places
from gezhi.web.desk import posters as view
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(cast: Cast, desk: Desk, settings: Any, tmp_path: Path) -> Client:
    """陈 at the desk, with an own folder for what is printed."""
    settings.GEZHI_DATA = tmp_path
    return desk(cast.chen)


@pytest.fixture
def page(cast: Cast) -> str:
    """Where the posters of the compound are chosen."""
    return f"/desk/places/{cast.town.row(cast.town.compound).code}/posters/"


@pytest.fixture
def building(cast: Cast) -> str:
    """The code of the one building."""
    return cast.town.row(cast.town.building).code


def test_a_place_leads_to_the_posters_of_what_lies_below(cast: Cast, chen: Client, page: str) -> None:
    assert page in chen.get(page.removesuffix("posters/")).content.decode()
    assert "3号楼" in text(chen.get(page))


def test_ticked_buildings_become_one_pdf(chen: Client, page: str, building: str) -> None:
    answer = chen.post(page, {"below": [building], "doors": "both"})
    assert (answer.status_code, answer.url.startswith(page)) == (302, True)
    name = answer.url.removeprefix(page).strip("/")
    assert press.wait(name, lambda done, of: None)
    assert "下载 PDF" in text(chen.get(answer.url))
    file = chen.get(f"{answer.url}file.pdf")
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert "attachment" in file["Content-Disposition"]


def test_a_door_that_has_nothing_below_it_has_its_own_pdf(cast: Cast, chen: Client) -> None:
    code = cast.town.row(cast.town.stairwell).code
    page = f"/desk/places/{code}/posters/"
    assert page in chen.get(f"/desk/places/{code}/").content.decode()
    assert f'value="{code}" checked' in chen.get(page).content.decode()
    assert chen.post(page, {"below": [code], "doors": "all"}).status_code == 302


def test_while_it_is_made_the_page_says_how_far_it_is_and_asks_again(
    chen: Client, page: str, building: str, monkeypatch: Any
) -> None:
    answer = chen.post(page, {"below": [building], "doors": "stairs"})
    monkeypatch.setattr(press, "found", lambda name: press.Progress(3, 8))
    assert "3 / 8 张" in text(chen.get(answer.url))
    fragment = chen.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert (fragment.startswith("<section"), "hx-get" in fragment) == (True, True)
    assert chen.get(f"{answer.url}file.pdf").status_code == 404


def test_what_was_not_made_is_said(chen: Client, page: str, building: str, monkeypatch: Any) -> None:
    answer = chen.post(page, {"below": [building], "doors": "stairs"})
    monkeypatch.setattr(press, "found", lambda name: press.Progress(3, 8, is_lost=True))
    assert "没有做成" in text(chen.get(answer.url))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"doors": "stairs"}, "勾选的位置下面没有这样的门"),
        ({"doors": "roofs"}, "请选每个单元一张"),
        ({"doors": "stairs", "below": ["371072-99999"]}, "勾选的位置下面没有这样的门"),
    ],
)
def test_nothing_to_print_is_said_and_the_page_comes_back(
    chen: Client, page: str, said: dict[str, Any], words: str
) -> None:
    answer = chen.post(page, said)
    assert (answer.status_code, words in text(answer)) == (422, True)


def test_more_than_one_file_holds_is_refused_with_the_ticks_kept(
    chen: Client, page: str, building: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(view, "MOST", 1)
    answer = chen.post(page, {"below": [building], "doors": "both"})
    said = text(answer)
    assert (answer.status_code, "一次最多 1 张" in said) == (422, True)
    assert f'value="{building}" checked' in answer.content.decode()


def test_a_closed_place_has_no_posters(cast: Cast, chen: Client, page: str, noon: datetime) -> None:
    for one in (cast.town.stairwell, cast.town.building, cast.town.compound):
        places.close_place(one, on=noon.date(), actor=SYSTEM, at=noon)
    assert chen.get(page).status_code == 404


def test_a_job_that_never_was_is_not_found(chen: Client, page: str) -> None:
    assert chen.get(f"{page}{'0' * 32}/").status_code == 404
    assert chen.get(f"{page}{'0' * 32}/file.pdf").status_code == 404


@pytest.mark.parametrize("part", ["", "0", "2", "-1", "９", "x" * 50])
def test_any_part_asked_for_is_a_page(chen: Client, page: str, part: str) -> None:
    assert chen.get(page, {"part": part}).status_code == 200


@pytest.mark.parametrize(("rows", "parts"), [(0, 1), (50, 1), (51, 2), (120, 3)])
def test_a_form_shows_as_many_ticks_as_it_may_send(rows: int, parts: int) -> None:
    many: list[Any] = [None] * rows
    shown, part = view._part(many, "99")
    assert (part["number"], len(shown)) == (parts, rows - (parts - 1) * 50)


@pytest.mark.parametrize(
    ("code", "words"), [("own_first", "你们还有 2 份海报正在做"), ("others_first", "现在有 2 份海报正在做")]
)
def test_who_has_to_wait_is_told_so_and_keeps_his_ticks(
    chen: Client, page: str, building: str, monkeypatch: Any, code: str, words: str
) -> None:
    def refused(*_: Any, by: str) -> str:
        raise Invalid("places", code, count=2) if by else ValueError("whose?")

    monkeypatch.setattr(press, "start", refused)
    answer = chen.post(page, {"below": [building], "doors": "stairs"})
    assert (answer.status_code, words in text(answer)) == (422, True)
    assert f'value="{building}" checked' in answer.content.decode()
