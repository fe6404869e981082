"""What may be dangerous stands before everything else at the desk, with the word that says so and the number to call, until somebody has looked."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import VISITOR
from gezhi.notices import queries as notices
from gezhi.notices.whom import News
from gezhi.reports.intake import Intake
from gezhi.web.desk.listing import paging
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text
from tests.web.desk.test_inbox import numbers

pytestmark = pytest.mark.django_db
GAS = "楼道里有煤气味，头有点晕"
WARNING, MARK = "可能有危险：煤气味，先打 119", "煤气味 119"


@pytest.fixture
def gas(cast: Cast, noon: datetime) -> Case:
    """A week-old matter that is overdue, and a smell of gas that was reported just now."""
    cast.lin_reports(noon - timedelta(days=7), "楼道堆了纸箱")
    place = cast.town.row(cast.town.stairwell)
    receive_report(
        Voice(Intake(channel="qr", text=GAS, place=place.id, place_path=place.path), place),
        actor=VISITOR,
        at=noon,
    )
    return Case.objects.get(title=GAS)


@pytest.mark.parametrize("view", ["open", "reported"])
def test_a_danger_stands_before_what_is_long_overdue(cast: Cast, desk: Desk, gas: Case, view: str) -> None:
    page = text(desk(cast.chen).get(f"/desk/?view={view}"))
    assert page.count(MARK) == 1
    assert page.index(MARK) < page.index("楼道堆了纸箱")


def test_the_page_of_the_case_says_whom_to_call_first(cast: Cast, desk: Desk, gas: Case) -> None:
    assert WARNING in text(desk(cast.chen).get(f"/desk/cases/{gas.number}/"))


def test_words_that_come_late_in_a_long_text_are_found_too(cast: Cast, desk: Desk, noon: datetime) -> None:
    place = cast.town.row(cast.town.stairwell)
    words = "物业您好，" + "我是三楼的住户，" * 20 + GAS
    receive_report(
        Voice(Intake(channel="qr", text=words, place=place.id, place_path=place.path), place),
        actor=VISITOR,
        at=noon,
    )
    case = Case.objects.get()
    assert "可能有危险" in text(desk(cast.chen).get("/desk/"))
    assert WARNING in text(desk(cast.chen).get(f"/desk/cases/{case.number}/"))


def test_once_somebody_has_looked_it_is_one_among_the_others(
    cast: Cast, desk: Desk, gas: Case, noon: datetime
) -> None:
    lamp = catalogue.by_code("0504").id
    advance(gas.id, Move("accept", category=lamp), actor=cast.chen, at=noon)
    page = text(desk(cast.chen).get("/desk/"))
    assert MARK not in page
    assert page.index("楼道堆了纸箱") < page.index(GAS)


def test_the_notice_says_that_it_may_be_dangerous(cast: Cast, gas: Case, noon: datetime) -> None:
    worker.keep_books(noon)
    assert News.DANGER in {one.news for one in notices.unread(cast.chen)}


def test_however_many_dangers_there_are_each_stands_on_one_page_and_so_does_everything_else(
    cast: Cast, desk: Desk, gas: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 3)
    place = cast.town.row(cast.town.stairwell)
    for number in range(6):
        intake = Intake(channel="qr", text=f"{number}楼有煤气味", place=place.id, place_path=place.path)
        receive_report(Voice(intake, place), actor=VISITOR, at=noon)
    cast.lin_reports(noon, "路灯不亮")
    client = desk(cast.chen)
    pages, url = [], "/desk/"
    while url:
        answer = client.get(url)
        pages.append(numbers(answer))
        url = answer.context["pager"]["next_url"] and "/desk/" + answer.context["pager"]["next_url"]
    assert [len(page) for page in pages] == [3, 3, 3]
    assert sorted(one for page in pages for one in page) == sorted(
        Case.objects.values_list("number", flat=True)
    )
    fearful = set(Case.objects.filter(feared__isnull=False).values_list("number", flat=True))
    assert set(pages[0]) | set(pages[1]) | set(pages[2][:1]) == fearful
