"""A late case that others hold: whoever reads it is given their phone and a line to say so, not an empty bar."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from gezhi.cases.lifecycle import State
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.web.casework import buttons
from tests.cast import Cast, done, walk
from tests.web.desk.conftest import Desk, address

CALL = '<a class="btn" href="tel:0631-0000106">'
NOTE = "move/note/"


@pytest.fixture
def dispatched(cast: Cast, opened: Case, noon: datetime) -> Case:
    """With the property company, to be made safe within two hours."""
    return walk(opened, (cast.chen, Move("dispatch", party=cast.property)), at=noon)


def bar(client: Client, case: Case) -> str:
    """What stands before the menu of the rest."""
    html = client.get(address(case), HTTP_HX_REQUEST="true").content.decode()
    return html.split('class="sheet-offers"')[1].split("<details")[0]


def late(case: Case, noon: datetime) -> None:
    Case.objects.filter(id=case.id).update(due_at=noon - timedelta(hours=1))


def test_who_holds_a_late_case_is_rung_up_and_a_line_says_so(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime
) -> None:
    assert CALL not in bar(desk(cast.chen), dispatched)
    late(dispatched, noon)
    shown = bar(desk(cast.chen), dispatched)
    assert (CALL in shown, "打电话催：0631-0000106" in shown) == (True, True)
    assert (NOTE in shown, "btn-primary" in shown) == (True, False)


def test_what_is_late_with_others_is_urged_before_it_is_raised(
    cast: Cast, dispatched: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken, it may go a level up; the desk urges first. In time it does neither. The twin leaves the order as it was."""
    walk(dispatched, (cast.qian, Move("take")), at=noon)
    assert "move/urge/" not in bar(desk(cast.chen), dispatched)
    late(dispatched, noon)
    shown = bar(desk(cast.chen), dispatched)
    assert shown.index("move/urge/") < shown.index("move/raise/")
    assert "move/urge/" not in bar(desk(cast.sun), dispatched)
    monkeypatch.setattr(buttons, "_urging_first", lambda deeds: deeds)
    assert "move/urge/" not in bar(desk(cast.chen), dispatched)


def test_nobody_rings_himself_up(cast: Cast, dispatched: Case, desk: Desk, noon: datetime) -> None:
    late(dispatched, noon)
    shown = bar(desk(cast.sun), dispatched)
    assert (CALL in shown, "btn-primary" in shown) == (False, True)


def test_twin_whoever_has_done_his_part_would_be_rung_up(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reporter is late with his answer, not the company."""
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
    )
    case = walk(cast.lin_reports(noon), *moves, at=noon)
    late(case, noon)
    assert CALL not in bar(desk(cast.chen), case)
    monkeypatch.setattr(buttons, "IS_WORKED_ON", buttons.IS_WORKED_ON | {State.TO_CONFIRM})
    assert CALL in bar(desk(cast.chen), case)
