"""Whoever was too late: he sees the fresh state, and finds again what he wrote."""

from datetime import datetime

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from tests.cast import Cast, walk
from tests.web.pocket.conftest import Phone, address, hidden
from tests.web.pocket.test_one_case import press, shown


def test_two_press_at_once_and_the_second_sees_the_fresh_state(
    cast: Cast, phone: Phone, dispatched: Case, noon: datetime
) -> None:
    qian, sun = phone(cast.qian), phone(cast.sun)
    html = shown(sun, dispatched, "return")
    assert press(qian, dispatched, "take").status_code == 303
    late = sun.post(
        address(dispatched, "return"), {"version": hidden(html, "version"), "reason": "这栋楼不归我们"}
    )
    said = late.content.decode()
    assert late.status_code == 409
    assert "情况刚刚有了变化" in said
    assert "这栋楼不归我们" in said
    assert "现在是“处置中”" in said
    assert Case.objects.get().handler_id == cast.qian.id


def test_what_went_to_somebody_else_meanwhile_gives_the_words_back(
    cast: Cast, phone: Phone, dispatched: Case, noon: datetime
) -> None:
    """The company still sees the case, for it serves there, but may not return it any more."""
    sun = phone(cast.sun)
    version = hidden(shown(sun, dispatched, "return"), "version")
    moves = ((cast.chen, Move("undo_dispatch")), (cast.chen, Move("dispatch", party=cast.team_a1)))
    walk(dispatched, *moves, at=noon)
    late = sun.post(address(dispatched, "return"), {"version": version, "reason": "这栋楼不归我们"})
    assert (late.status_code, "这栋楼不归我们" in late.content.decode()) == (409, True)
    version = Case.objects.get().version
    assert (
        sun.post(address(dispatched, "return"), {"version": version, "reason": "不归我们"}).status_code == 403
    )


@pytest.mark.parametrize("door", ["/my/cases/{}/return/", "/desk/cases/{}/move/return/"])
def test_what_has_left_his_sight_gives_the_words_back(
    door: str, cast: Cast, phone: Phone, noon: datetime
) -> None:
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.agency)))
    case = walk(cast.lin_reports(noon), *moves, at=noon)
    moves = ((cast.chen, Move("undo_dispatch")), (cast.chen, Move("dispatch", party=cast.team_a1)))
    said = {"version": case.version, "reason": "这条路不归我们"}
    walk(case, *moves, at=noon)
    late = phone(cast.gao).post(door.format(case.number), said)
    assert (late.status_code, "这条路不归我们" in late.content.decode()) == (404, True)
    assert "A1网格" not in late.content.decode()  # who has it now is not his to know
