"""即将到期: not from the first minute, and the same in the list as on the chip."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import lists as cases
from gezhi.cases.lists import CaseFilter
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM
from gezhi.web.casework import lists
from tests.cast import Cast, done, walk

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SOON = CaseFilter(clock="due_soon")


def listed(at: datetime) -> set[str]:
    """Numbers in the list of what is due soon."""
    found = cases.listed(SOON, actor=SYSTEM, at=at, soon=lists.soon_at(at))
    assert cases.tallies({"soon": SOON}, actor=SYSTEM, at=at, soon=lists.soon_at(at)) == {"soon": len(found)}
    return {case.number for case in found}


def chips(at: datetime) -> set[str]:
    """Numbers of cases whose chip says so."""
    rows = lists.rows(list(Case.objects.filter(closed_at=None)), at=at)
    return {row.number for row in rows if row.clock.state == "due_soon"}


def test_a_limit_of_two_hours_is_soon_in_its_last_half_hour(cast: Cast, noon: datetime) -> None:
    """Broken glass: to be made safe within 120 minutes, day and night."""
    case = cast.lin_reports(noon)
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    moments = (noon, noon + 90 * MINUTE, noon + 91 * MINUTE, noon + 119 * MINUTE, noon + 121 * MINUTE)
    assert [bool(listed(at)) for at in moments] == [False, False, True, True, False]
    assert [bool(chips(at)) for at in moments] == [False, False, True, True, False]


def test_of_a_long_limit_the_last_half_day_is_soon(cast: Cast, noon: datetime) -> None:
    """Made safe at once, it is to be mended until noon of Wednesday."""
    case = cast.lin_reports(noon)
    given = (cast.chen, Move("dispatch", party=cast.property))
    safe = (cast.qian, Move("made_safe", note="扫净"))
    walk(case, (cast.chen, Move("accept")), given, (cast.qian, Move("take")), safe, at=noon)
    evening, morning = noon + timedelta(hours=29), noon + timedelta(hours=46)
    assert (listed(evening), listed(morning)) == (set(), {case.number})
    assert (chips(evening), chips(morning)) == (set(), {case.number})


def test_what_is_given_away_late_is_soon_at_once(cast: Cast, noon: datetime) -> None:
    """The clock of the case began at its receipt, not when somebody else got it."""
    case, late = cast.lin_reports(noon), noon + 110 * MINUTE
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=late)
    assert (listed(late), chips(late)) == ({case.number}, {case.number})


@pytest.fixture
def many(cast: Cast, noon: datetime) -> None:
    """Cases of several limits in every stage, begun over a day."""
    steps = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好了")),
    )
    for hours, code in enumerate(("0501", "0201", "0105", "0701", "0401")):
        for stage in range(len(steps) + 1):
            at = noon - timedelta(hours=5 * hours + stage)
            kind = catalogue.by_code(code).id
            moves = [(who, done(noon) if what.event == "done" else what) for who, what in steps[:stage]]
            walk(cast.lin_reports(at, category=kind), *moves, at=at)


def test_the_list_and_the_chips_agree_at_every_hour(many: None, noon: datetime) -> None:
    found = [(listed(at), chips(at)) for at in (noon + timedelta(hours=n) for n in range(-8, 60, 2))]
    assert [one for one, _ in found] == [other for _, other in found]
    assert any(one for one, _ in found)


def test_without_the_last_quarter_they_would_disagree(
    many: None, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: the list asks for half a day only."""
    monkeypatch.setattr(cases, "NEARLY", 0)
    monkeypatch.setattr(cases, "_tallying", cases._tallying.__wrapped__)
    moments = [noon + timedelta(hours=n) for n in range(-8, 60, 2)]
    assert any(listed(at) != chips(at) for at in moments)
