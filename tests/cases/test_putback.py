"""What is taken back leaves the clocks as they stood, and the clock's own reminders keep nobody from it; none comes as the deed is done."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import actions, check, timing
from gezhi.cases.actions import advance
from gezhi.cases.models import Case, Pause
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Stale
from gezhi.web import refusals
from tests.cases.test_clocks import dispatched, work
from tests.cast import Cast, walk

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLOCK = (
    *("entered_at", "stage_due", "fix_due", "make_safe_due", "due_at"),
    *("reminded_at", "review_at", "is_provisional"),
)


def clock(case: Case) -> dict[str, object]:
    row = Case.objects.get(id=case.id)
    return {name: getattr(row, name) for name in CLOCK}


def reminders(case: Case) -> int:
    return Entry.objects.filter(subject_id=case.id, event="remind").count()


def is_whole() -> bool:
    return not [*check.findings()]


# ---- a dispatch ----


@pytest.fixture
def overdue(cast: Cast, noon: datetime) -> Case:
    """Accepted three weeks ago and dispatched by nobody; its timer has reminded and escalated."""
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    for days in range(21):
        work(noon + days * DAY)
    return Case.objects.get(id=case.id)


def test_nothing_is_won_by_a_dispatch_and_its_undo(cast: Cast, overdue: Case, noon: datetime) -> None:
    before, late = clock(overdue), noon + 21 * DAY
    walk(overdue, (cast.chen, Move("dispatch", party=cast.property)), at=late)
    walk(overdue, (cast.chen, Move("undo_dispatch")), at=late + MINUTE)
    assert clock(overdue) == before
    assert before["due_at"] is not None
    assert is_whole()


def test_nor_where_another_company_came_between(cast: Cast, overdue: Case, noon: datetime) -> None:
    before, late = clock(overdue), noon + 21 * DAY
    moves = (
        (cast.chen, Move("dispatch", party=cast.property)),
        (SYSTEM, Move("hand_over", party=cast.agency)),
        (cast.chen, Move("undo_dispatch")),
    )
    walk(overdue, *moves, at=late)
    assert clock(overdue)["due_at"] == before["due_at"]
    assert is_whole()


def test_what_was_corrected_meanwhile_is_counted_by_its_own_limits(cast: Cast, noon: datetime) -> None:
    """Broken glass became a matter with other limits while it lay with the company: its clocks are those, its stage goes on."""
    case = dispatched(cast, noon)
    began = Entry.objects.get(subject_id=case.id, event="accept").at
    other = catalogue.by_code("0508").id
    moves = ((cast.chen, Move("correct", category=other)), (cast.chen, Move("undo_dispatch")))
    case = walk(case, *moves, at=noon + MINUTE)
    assert (case.entered_at, case.due_at) == (began, timing.due(case))
    assert is_whole()


def test_a_return_begins_anew_and_so_does_the_dispatch_after_it(
    cast: Cast, overdue: Case, noon: datetime
) -> None:
    late = noon + 21 * DAY
    moves = (
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.sun, Move("return", reason="不归我们")),
    )
    walk(overdue, *moves, at=late)
    returned = clock(overdue)
    moves = ((cast.chen, Move("dispatch", party=cast.agency)), (cast.chen, Move("undo_dispatch")))
    walk(overdue, *moves, at=late + MINUTE)
    assert clock(overdue) == returned


# ---- a join ----


def test_a_join_taken_back_leaves_the_clocks_as_they_stood(cast: Cast, overdue: Case, noon: datetime) -> None:
    other, late = cast.lin_reports(noon, "另一件"), noon + 21 * DAY
    before = clock(overdue)
    walk(overdue, (cast.chen, Move("join", into=other.id)), at=late)
    walk(overdue, (cast.chen, Move("undo_join")), at=late + MINUTE)
    assert clock(overdue) == before
    assert is_whole()


def test_a_pause_that_a_join_ended_goes_on(cast: Cast, noon: datetime) -> None:
    case, other = dispatched(cast, noon), cast.lin_reports(noon, "另一件")
    moves = (
        (cast.qian, Move("take")),
        (cast.zhou, Move("carry_forward", reason="等开春", until=noon + 30 * DAY)),
    )
    walk(case, *moves, at=noon + MINUTE)
    before = clock(case)
    walk(case, (cast.chen, Move("join", into=other.id)), at=noon + DAY)
    walk(case, (cast.chen, Move("undo_join")), at=noon + DAY + MINUTE)
    assert clock(case) == before
    assert [one.ended_at for one in Pause.objects.filter(case=case)] == [None]
    walk(case, (cast.zhou, Move("resume")), at=noon + 2 * DAY)
    assert is_whole()


# ---- whose deed it was ----


def test_a_reminder_keeps_nobody_from_taking_it_back(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    seen = Case.objects.get(id=case.id).version
    walk(case, (SYSTEM, Move("remind")), at=noon + MINUTE)
    moved = advance(case.id, Move("undo_dispatch", version=seen), actor=cast.chen, at=noon + MINUTE)
    assert moved.state == "opened"


def test_but_from_any_other_deed_and_nobody_is_said_to_have_been_faster(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    seen = Case.objects.get(id=case.id).version
    walk(case, (SYSTEM, Move("remind")), at=noon + MINUTE)
    with pytest.raises(Stale) as late:
        advance(case.id, Move("correct", version=seen), actor=cast.chen, at=noon + MINUTE)
    assert "系统" in refusals.sentence(late.value)
    assert "有人" not in refusals.sentence(late.value)


def test_twin_a_colleague_is(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    seen = Case.objects.get(id=case.id).version
    walk(case, (SYSTEM, Move("remind")), (cast.sun, Move("note", note="去看")), at=noon + MINUTE)
    with pytest.raises(Stale) as late:
        advance(case.id, Move("undo_dispatch", version=seen), actor=cast.chen, at=noon + MINUTE)
    assert "有人" in refusals.sentence(late.value)


# ---- no reminder as the deed is done ----


def test_what_was_late_as_it_was_dispatched_is_not_reminded_of_in_that_minute(
    cast: Cast, overdue: Case, noon: datetime
) -> None:
    before, late = reminders(overdue), noon + 21 * DAY - HOUR
    moves = ((cast.chen, Move("dispatch", party=cast.property)), (cast.sun, Move("take")))
    for move in moves:
        walk(overdue, move, at=late)
        work(late)
        work(late + MINUTE)
    assert reminders(overdue) == before


def test_twin_where_reminders_simply_begin_anew_it_is(
    cast: Cast, overdue: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = timing.set_stage

    def anew(case: Case, at: datetime) -> None:
        put(case, at)
        case.reminded_at = None

    monkeypatch.setattr(actions.timing, "set_stage", anew)
    before, late = reminders(overdue), noon + 21 * DAY - HOUR
    walk(overdue, (cast.chen, Move("dispatch", party=cast.property)), at=late)
    work(late)
    assert reminders(overdue) == before + 1


def test_what_comes_near_later_is_reminded_of(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    work(timing.timer_at(case))
    assert reminders(case) == 1
