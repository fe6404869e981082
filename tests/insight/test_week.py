"""The figures of a week, counted by hand on a few cases, beside the four weeks before; what is stuck and with whom; nobody small is set beside others."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from gezhi.cases import lists
from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.insight import week as weeks
from gezhi.insight.figures.counts import of_count
from gezhi.insight.week import BEFORE, Count, monday_of, week
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger.models import Line
from tests.cast import Cast, walk
from tests.showing import cleared, follow, left_out, solved

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)  # noon is on it


def line(case: Case, **fields: Any) -> None:
    """What the ledger says of a case, set by hand."""
    Line.objects.filter(case=case).update(**fields)


@pytest.fixture
def cases(cast: Cast, noon: datetime) -> list[Case]:
    """Six fresh ones of the week, all in 悦海花园."""
    made = [cast.lin_reports(noon, f"玻璃碎了 {n}") for n in range(6)]
    follow(noon)
    Line.objects.update(fix_due=None)
    return made


def test_ten_lines_counted_by_hand(cast: Cast, cases: list[Case], noon: datetime) -> None:
    one, two, three, four, five, six = cases
    ended = {"state": "closed", "ending": "solved"}
    line(one, **ended, closed_at=noon + DAY, done_at=noon, fix_due=noon + DAY)  # in time
    line(two, **ended, closed_at=noon + DAY, done_at=noon + 2 * DAY, fix_due=noon + DAY)  # late
    line(three, **ended | {"ending": "duplicate"}, closed_at=noon + DAY)  # no case of its own
    line(four, fix_due=noon + DAY)  # overdue at the end
    line(five, fix_due=noon + DAY, paused_since=noon)  # time stands still
    line(six, received_at=noon - 8 * DAY, fix_due=noon - 2 * DAY)  # of the week before last, still open
    found = week(MONDAY, "/", actor=SYSTEM, at=noon + 5 * DAY)
    assert found.whole.now == Count(received=5, closed=2, timed=2, on_time=1, overdue=2)
    assert found.whole.before == (Count(), Count(), Count(received=1), Count(overdue=1))
    assert [(part.id, part.now.received) for part in found.communities] == [(cast.town.community_a, 5)]
    assert sum(part.now.closed for part in found.categories) == 2


def test_on_time_means_what_it_means_in_the_figures(cast: Cast, cases: list[Case], noon: datetime) -> None:
    """What was extended or paused is neither in time nor late; what is left out of the figures is in no count and no list."""
    ended = {"state": "closed", "ending": "solved", "closed_at": noon + DAY, "done_at": noon}
    for case in cases[:4]:
        line(case, **ended, fix_due=noon + DAY)
    line(cases[1], extended_to=noon + DAY)
    line(cases[2], paused_minutes=60)
    line(cases[4], fix_due=noon)
    for case in cases[3:5]:
        left_out(cast, case, noon)
    found = week(MONDAY, "/", actor=SYSTEM, at=noon + 2 * DAY)
    assert found.whole.now == Count(received=4, closed=3, timed=1, on_time=1, overdue=0)
    assert found.overdue.cases == 0
    timed = of_count("timed", Line.objects.all(), frozenset())
    assert found.whole.now.timed == timed.count()


def test_a_week_that_is_over_says_what_was_overdue_then(
    cast: Cast, cases: list[Case], noon: datetime
) -> None:
    one, two, *_ = cases
    line(one, fix_due=noon + DAY, done_at=noon + 10 * DAY)
    line(
        two,
        state="closed",
        ending="solved",
        fix_due=noon + DAY,
        done_at=noon + 10 * DAY,
        closed_at=noon + 11 * DAY,
    )
    assert week(MONDAY, "/", actor=SYSTEM, at=noon + 21 * DAY).whole.now.overdue == 2
    assert week(MONDAY + 14 * DAY, "/", actor=SYSTEM, at=noon + 21 * DAY).whole.now.overdue == 0


def test_sunday_night_is_of_the_week_and_monday_of_the_next(
    cast: Cast, cases: list[Case], noon: datetime
) -> None:
    one, two, *_ = cases
    end = noon.replace(hour=16) + 6 * DAY  # midnight in Shanghai after Sunday 8 March
    line(one, received_at=end - timedelta(seconds=1))
    line(two, received_at=end)
    counted = [
        week(MONDAY + n * 7 * DAY, "/", actor=SYSTEM, at=noon + 20 * DAY).whole.now.received for n in (0, 1)
    ]
    assert counted == [5, 1]
    assert (monday_of(date(2026, 3, 8)), monday_of(MONDAY)) == (MONDAY, MONDAY)


def test_each_sees_his_own_ground_alone(cast: Cast, cases: list[Case], noon: datetime) -> None:
    path = cast.town.row(cast.town.community_b).path
    assert week(MONDAY, path, actor=cast.zhou, at=noon + DAY).whole.now.received == 0
    assert week(MONDAY, "/", actor=cast.chen, at=noon + DAY).whole.now.received == 6
    assert week(MONDAY, "/", actor=cast.mo, at=noon + DAY).whole.now.received == 0


def test_whoever_sees_the_whole_office_is_kept_from_complaints_of_his_own(
    cast: Cast, cases: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin is not told which they are."""
    his = min(cast.zhou.parties())
    Case.objects.filter(id=cases[0].id).update(complained_of_id=his)
    assert week(MONDAY, "/", actor=cast.zhou, at=noon + DAY).whole.now.received == len(cases) - 1
    monkeypatch.setattr("gezhi.cases.lists.counting.COUNTED", 0)  # more than are counted: asked case by case
    assert week(MONDAY, "/", actor=cast.zhou, at=noon + DAY).whole.now.received == len(cases) - 1
    monkeypatch.setattr("gezhi.ledger.seen.few_complaints_of", lambda parties: [])
    assert week(MONDAY, "/", actor=cast.zhou, at=noon + DAY).whole.now.received == len(cases)


def test_what_is_stuck_is_named_with_its_party_and_small_parties_are_one(
    cast: Cast, cases: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three, *_ = cases
    line(one, fix_due=noon, state="in_hand", lead_id=cast.property)
    line(two, state="dispatched", returns=2, dispatched_at=noon)
    line(three, state="in_hand", paused_since=noon - 3 * DAY)
    found = week(MONDAY, "/", actor=SYSTEM, at=noon + DAY)
    assert [
        (still.cases, still.oldest[0].number) for still in (found.overdue, found.returned, found.paused)
    ] == [
        (1, one.number),
        (1, two.number),
        (1, three.number),
    ]
    assert found.overdue.by_party == ((None, 1),)  # two people work there
    assert [one.party_id for one in found.overdue.oldest] == [cast.property]  # with whom it is stuck
    monkeypatch.setattr("gezhi.insight.figures.sheet.FEW_PEOPLE", 1)  # sabotage twin: nobody is few
    assert week(MONDAY, "/", actor=SYSTEM, at=noon + DAY).overdue.by_party == ((cast.property, 1),)


def _both(cast: Cast, noon: datetime) -> list[tuple[int, int, int]]:
    """On some days after: (in the desk's list of what is overdue, said to be so beside the brief's line, of these past the time to mend)."""
    made = [cast.lin_reports(noon, f"玻璃碎了 {n}", contact="13812345678") for n in range(4)]
    walk(made[1], (cast.chen, Move("accept")), at=noon)
    walk(made[2], (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    walk(made[3], (cast.chen, Move("ask", note="几号楼？")), at=noon)
    follow(noon)
    found = []
    for days in (0, 1, 4, 90):
        at = noon + days * DAY
        told = week(MONDAY, "/", actor=cast.chen, at=at)
        asked = CaseFilter(states=OPEN, clock="overdue")
        listed = lists.listed(asked, actor=cast.chen, at=at, soon=at + DAY).count()
        waits = Line.objects.filter(state="asked", fix_due__lt=at).count()
        assert told.overdue.cases == told.at_desk.to_mend + waits
        found.append((listed, *told.at_desk))
    return found


def test_what_the_desk_calls_overdue_is_said_beside_the_briefs_own_count(cast: Cast, noon: datetime) -> None:
    found = _both(cast, noon)
    assert [listed for listed, *_ in found] == [said for _, said, _ in found]
    assert any(mend < said for _, said, mend in found)  # another clock than that of mending
    assert found[0] == (0, 0, 0)
    assert found[-1] == (4, 4, 3)


def test_twin_were_the_brief_to_count_with_a_clock_of_its_own_they_would_differ(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = CaseFilter(states=OPEN, clock="paused")
    monkeypatch.setattr(weeks, "CaseFilter", lambda **_said: late)
    with pytest.raises(AssertionError):
        test_what_the_desk_calls_overdue_is_said_beside_the_briefs_own_count(cast, noon)


def test_good_ones_have_pictures_that_everybody_may_see_first(cast: Cast, noon: datetime) -> None:
    plain, shown = solved(cast, noon), solved(cast, noon)
    cleared(shown, noon)
    found = week(MONDAY, "/", actor=SYSTEM, at=noon + DAY).good
    assert [(one.number, one.is_clear) for one in found] == [(shown.number, True), (plain.number, False)]


@pytest.mark.parametrize("items", [1, 5])
def test_it_costs_the_same_for_one_case_and_for_many(
    items: int, cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    for n in range(items):
        case = cast.lin_reports(noon - (n + 1) * 7 * DAY)
        walk(case, (cast.chen, Move("accept")), at=noon)
    follow(noon)
    with django_assert_num_queries(19):  # two of them the desk's own count of what is overdue
        assert len(week(MONDAY, "/", actor=cast.zhou, at=noon + DAY).whole.before) == BEFORE
