"""Returns are capped (design §4), through the real screens: first back, second a joint visit, third one level up, and a person at the end."""

from datetime import datetime, timedelta

import pytest
import time_machine

from gezhi.cases import check
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.config import worker
from gezhi.kernel.actor import Actor
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk, address, text

DAY = timedelta(days=1)


def given_back(cast: Cast, case: Case, desk: Desk, who: Actor, reason: str) -> Case:
    """By the form, as whoever has it."""
    case.refresh_from_db()
    answer = desk(who).post(address(case, "return"), {"version": case.version, "reason": reason})
    assert answer.status_code == 302, text(answer)
    case.refresh_from_db()
    return case


def sent(cast: Cast, case: Case, party: object, desk: Desk) -> Case:
    case.refresh_from_db()
    answer = desk(cast.chen).post(address(case, "dispatch"), {"version": case.version, "party": str(party)})
    assert answer.status_code == 302, text(answer)
    case.refresh_from_db()
    return case


@pytest.fixture
def twice(cast: Cast, opened: Case, desk: Desk) -> Case:
    """Given back by the property company, then by the agency."""
    given_back(cast, sent(cast, opened, cast.property, desk), desk, cast.sun, "市政管线，不归物业")
    return given_back(cast, sent(cast, opened, cast.agency, desk), desk, cast.gao, "小区内，归物业")


def test_the_first_return_comes_back_to_the_desk_and_books_nothing(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    case = given_back(cast, sent(cast, opened, cast.property, desk), desk, cast.sun, "市政管线，不归物业")
    assert (case.state, case.lead_id, case.meeting_at) == ("opened", cast.desk_a, None)
    page = text(desk(cast.chen).get(address(case)))
    assert ("联合踏勘" in page, "市政管线，不归物业" in page) == (False, True)


def test_the_second_return_books_a_joint_visit_with_everybody_who_has_had_it(
    cast: Cast, twice: Case, desk: Desk, noon: datetime
) -> None:
    assert (twice.state, twice.lead_id) == ("opened", cast.desk_a)
    assert twice.meeting_at is not None
    assert noon + 2 * DAY < twice.meeting_at < noon + 4 * DAY  # three working days
    for who, url in ((cast.chen, address(twice)), (cast.wei, f"/my/cases/{twice.number}/")):
        page = text(desk(who).get(url))
        assert "联合踏勘" in page
        assert "请到场：悦海社区、长峰物业、区综合行政执法局" in page
        assert "小区内，归物业" in page


def test_the_company_complained_of_is_not_asked_to_the_visit(cast: Cast, opened: Case, desk: Desk) -> None:
    given_back(cast, sent(cast, opened, cast.property, desk), desk, cast.sun, "不归物业")
    given_back(cast, sent(cast, opened, cast.agency, desk), desk, cast.gao, "归物业")
    Case.objects.filter(id=opened.id).update(complained_of=cast.property)
    page = text(desk(cast.chen).get(address(opened)))
    assert "请到场：悦海社区、区综合行政执法局" in page


def test_the_third_return_goes_one_level_up_and_the_next_no_lower(
    cast: Cast, twice: Case, desk: Desk, noon: datetime
) -> None:
    case = given_back(cast, sent(cast, twice, cast.property, desk), desk, cast.sun, "管不了")
    # the agency had had it, and a level never goes down
    assert (case.state, case.lead_id, case.level) == ("dispatched", cast.office_desk, "district")
    case = given_back(cast, case, desk, cast.zhou, "街道也没有力量")
    assert (case.state, case.lead_id, case.returns) == (
        "dispatched",
        cast.office_desk,
        4,
    )  # nobody stands above
    moves = (
        (cast.zhou, Move("take")),
        (cast.zhou, Move("raise", party=cast.property, reason="再试一次")),
    )
    case = given_back(cast, walk(case, *moves, at=noon), desk, cast.sun, "管不了")
    assert case.lead_id == cast.office_desk
    assert list(check.findings()) == []


def test_what_nobody_takes_at_the_top_ends_at_a_person(
    cast: Cast, twice: Case, desk: Desk, noon: datetime
) -> None:
    case = given_back(cast, sent(cast, twice, cast.property, desk), desk, cast.sun, "管不了")
    for days in range(1, 9):
        worker.do_errands(noon + days * DAY)
    case.refresh_from_db()
    assert (case.ladder_ended, case.escalated_person_id) == (True, cast.zhou.id)
    with time_machine.travel(noon + 9 * DAY, tick=False):
        assert case.number in desk(cast.zhou).get("/desk/?view=to_me").content.decode()
    assert list(check.findings()) == []


def test_the_desk_may_go_on_after_the_visit(cast: Cast, twice: Case, desk: Desk, noon: datetime) -> None:
    case = sent(cast, twice, cast.property, desk)
    case = advance(case.id, Move("take"), actor=cast.qian, at=noon)
    assert case.meeting_at is not None
    assert "联合踏勘" in text(desk(cast.qian).get(address(case)))


def test_a_reason_is_at_hand_and_the_form_says_which_return_it_is(
    cast: Cast, opened: Case, desk: Desk
) -> None:
    case = sent(cast, opened, cast.property, desk)
    page = text(desk(cast.sun).get(address(case, "return")))
    assert ("这是第 1 次退回" in page, "不属本单位职责" in page, "需其他单位先办" in page) == (
        True,
        True,
        True,
    )
    empty = desk(cast.sun).post(address(case, "return"), {"version": case.version})
    assert empty.status_code == 422
    desk(cast.sun).post(
        address(case, "return"), {"version": case.version, "ready": "not_ours", "reason": "是市政管线"}
    )
    case.refresh_from_db()
    assert (case.state, case.returns) == ("opened", 1)
    assert "不属本单位职责：是市政管线" in text(desk(cast.chen).get(address(case)))
    again = sent(cast, case, cast.property, desk)
    assert "这是第 2 次退回：回到受理席，同时约定联合踏勘" in text(
        desk(cast.sun).get(address(again, "return"))
    )


def test_after_it_was_taken_the_page_says_where_to_go_instead(cast: Cast, opened: Case, desk: Desk) -> None:
    case = sent(cast, opened, cast.property, desk)
    assert "签收以后不再退回" not in text(desk(cast.sun).get(address(case)))
    desk(cast.sun).post(address(case, "take"), {"version": case.version})
    assert "签收以后不再退回" in text(desk(cast.sun).get(address(case)))
    assert "签收以后不再退回" not in text(desk(cast.chen).get(address(case)))
