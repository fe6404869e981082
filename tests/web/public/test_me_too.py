"""Others have said it: one tap. And where it is dangerous, whom to call stands on the receipt."""

import re
from datetime import datetime

import pytest
from django.test import Client

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import deeds
from gezhi.reports import check
from gezhi.reports.actions import reveal_contact
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.web.public.conftest import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def sorted_one(cast: Cast, noon: datetime) -> Case:
    case = cast.lin_reports(noon, "我家姓林，二楼玻璃碎了")
    return advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=noon)


def test_what_others_said_here_is_named_without_their_words(
    door: Client, here: str, sorted_one: Case
) -> None:
    page = door.get(here).content.decode()
    assert sorted_one.number in page
    assert "我也遇到了" in page
    assert "姓林" not in page


def test_what_nobody_has_sorted_or_what_is_closed_is_not_named(
    door: Client, here: str, cast: Cast, noon: datetime
) -> None:
    case = cast.lin_reports(noon, "我家姓林，二楼玻璃碎了")
    assert case.number not in door.get(here).content.decode()


def test_what_points_at_somebodys_home_is_not_named_at_its_door(
    door: Client, here: str, cast: Cast, noon: datetime
) -> None:
    case = cast.lin_reports(noon, "楼上半夜跳绳", category=catalogue.by_code("1201").id)
    case = advance(case.id, Move("accept", version=case.version), actor=cast.chen, at=noon)
    assert case.number not in door.get(here).content.decode()
    Case.objects.filter(id=case.id).update(
        state="closed", ending="solved_on_spot_unchecked", closed_at=noon, stage_due=None, due_at=None
    )
    assert cases.solved_at(cast.town.row(cast.town.stairwell).path) == []


def test_one_tap_is_a_report_of_its_own_that_the_desk_finds_first(
    door: Client, here: str, sorted_one: Case
) -> None:
    tap = {"key": "one-tap-on-a-phone-0", "same": sorted_one.number}
    answers = [door.post(here, tap) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert len({one["Location"] for one in answers}) == 1
    second = Report.objects.exclude(text__contains="姓林").get()
    case = cases.of_report(second.id)
    assert (case.state, case.category_id) == ("reported", sorted_one.category_id)
    assert sorted_one.number in case.title


def test_who_taps_too_late_is_told_and_may_write(door: Client, here: str, sorted_one: Case) -> None:
    answer = door.post(here, {"key": "one-tap-on-a-phone-0", "same": "371072-2026-9999999"})
    assert answer.status_code == 409
    assert 'name="text"' in answer.content.decode()
    assert Report.objects.count() == 1


def test_danger_words_show_the_number_on_the_receipt(door: Client, here: str) -> None:
    page = report(door, here, text="电梯停了，有人困在里面", category="")
    for address in (page, f"{page}?new=1"):
        assert re.search(r'class="btn btn-primary" href="tel:119"', door.get(address).content.decode())
    quiet = report(door, here, text="玻璃碎了", key="another-form-shown-00")
    assert 'btn-primary" href="tel:' not in door.get(quiet).content.decode()


def test_the_receipt_of_one_tap_says_who_has_the_matter_it_means(
    door: Client, here: str, cast: Cast, sorted_one: Case, noon: datetime
) -> None:
    tapped = door.post(here, {"key": "one-tap-on-a-phone-0", "same": sorted_one.number}).url
    assert "已有人反映，已经受理，正在安排由谁来办" in door.get(tapped).content.decode()
    advance(
        sorted_one.id,
        Move("dispatch", version=sorted_one.version, party=cast.property),
        actor=cast.chen,
        at=noon,
    )
    page = door.get(tapped).content.decode()
    assert re.search(r"已有人反映，已经交给长峰物业，(预计|应在) .+ 前办好.*。社区看过是同一件", page)
    assert "社区会先看一看，预计" not in page
    plain = report(door, here, text="楼道灯不亮", key="another-form-shown-00", apart="1")
    assert "社区会先看一看，预计" in door.get(plain).content.decode()


def test_a_phone_may_be_left_later_once_and_nobody_reads_it_in_the_journal(
    door: Client, here: str, cast: Cast, sorted_one: Case, noon: datetime
) -> None:
    tapped = door.post(here, {"key": "one-tap-on-a-phone-0", "same": sorted_one.number}).url
    assert 'value="leave_phone"' in door.get(tapped).content.decode()
    wrong = door.post(tapped, {"event": "leave_phone", "contact": "12ab"})
    assert (wrong.status_code, 'value="12ab"' in wrong.content.decode()) == (422, True)
    assert door.post(tapped, {"event": "leave_phone", "contact": "138 0000 1234"}).status_code == 303
    row = Report.objects.exclude(text__contains="姓林").get()
    assert reveal_contact(row.id, "约时间", actor=cast.chen, at=noon) == "13800001234"
    said = [(one.event, one.after) for one in deeds("report", row.id)]
    assert ("contact_left", {"may_call": False}) in said
    assert "1380000" not in str(said)
    assert 'value="leave_phone"' not in door.get(tapped).content.decode()
    assert door.post(tapped, {"event": "leave_phone", "contact": "13900001234"}).status_code == 409
    assert list(check.findings()) == []
