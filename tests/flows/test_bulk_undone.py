"""The way back of a bulk deed: case by case, within ten minutes; what somebody moved on meanwhile is named and left."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import check, effects
from gezhi.cases.bulk import actions, queries
from gezhi.cases.bulk.kinds import UNDO
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import bulk
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.web.desk.bulk import wording
from tests.cast import Cast, walk
from tests.flows.test_bulk import MINUTE, deeds, dispatch, fresh, some, states, whole
from tests.working import tick


def test_it_is_taken_back_case_by_case_and_what_was_taken_on_stays(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = whole(dispatch(cast, found), actor=cast.chen, at=noon)
    walk(found[1], (cast.sun, Move("take")), at=noon + MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=noon + 2 * MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=noon + 3 * MINUTE)
    assert not bulk.go_on(id, at=noon + 3 * MINUTE)
    assert states(id) == [("undone", ""), ("kept", "stale"), ("undone", "")]
    assert [one.state for one in fresh(found)] == ["opened", "in_hand", "opened"]
    assert deeds("undo_dispatch") == 2
    assert [*check.findings()] == []


def sent_on(cast: Cast, case: Case, at: datetime) -> None:
    """The company did not take it, and the officer gave it to somebody else."""
    moves = (
        (cast.sun, Move("return", reason="市政管线")),
        (cast.zhou, Move("dispatch", party=cast.agency)),
    )
    walk(case, *moves, at=at)


def test_what_somebody_else_sent_on_is_not_taken_from_him(cast: Cast, noon: datetime) -> None:
    (case,) = some(cast, noon, 1)
    id = whole(dispatch(cast, [case]), actor=cast.chen, at=noon)
    sent_on(cast, case, noon + MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=noon + MINUTE)
    bulk.go_on(id, at=noon + MINUTE)
    assert (states(id), Case.objects.get(id=case.id).lead_id) == ([("kept", "stale")], cast.agency)


def test_twin_without_the_version_it_would_be(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case,) = some(cast, noon, 1)
    id = whole(dispatch(cast, [case]), actor=cast.chen, at=noon)
    sent_on(cast, case, noon + MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=noon + MINUTE)
    monkeypatch.setattr(bulk, "Move", lambda event, version=None, **more: Move(event, **more))
    bulk.go_on(id, at=noon + MINUTE)
    assert (states(id), Case.objects.get(id=case.id).state) == ([("undone", "")], "opened")


def test_the_worker_takes_back_what_its_asker_left(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = whole(dispatch(cast, found), actor=cast.chen, at=noon)
    actions.ask_undo(id, actor=cast.chen, at=noon + MINUTE)
    bulk.go_on(id, at=noon + MINUTE, most=1)
    tick(noon + MINUTE + actions.WORKER_WAITS)
    assert [state for state, _why in states(id)] == ["undone"] * 3


def test_ten_minutes_later_it_stands(cast: Cast, noon: datetime) -> None:
    id = whole(dispatch(cast, some(cast, noon)), actor=cast.chen, at=noon)
    assert queries.bulk(id, actor=cast.chen).may_undo(noon + UNDO)
    with pytest.raises(Invalid):
        actions.ask_undo(id, actor=cast.chen, at=noon + UNDO + MINUTE)


def test_nobody_takes_back_or_looks_at_what_another_did(cast: Cast, noon: datetime) -> None:
    id = whole(dispatch(cast, some(cast, noon)), actor=cast.chen, at=noon)
    for deed in (actions.ask_undo, actions.stop):
        with pytest.raises(NotFound):
            deed(id, actor=cast.zhou, at=noon)
    with pytest.raises(NotFound):
        queries.bulk(id, actor=cast.zhou)
    assert ([one.id for one in queries.recent(cast.chen)], queries.recent(cast.zhou)) == ([id], [])


# ---- the clock ----

CLOCK = ("entered_at", "stage_due", "fix_due", "make_safe_due", "due_at", "reminded_at", "is_provisional")


def clock(case: Case) -> list[object]:
    row = Case.objects.get(id=case.id)
    return [getattr(row, name) for name in CLOCK]


def test_what_was_overdue_is_overdue_after_a_dispatch_that_was_taken_back(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    late = noon + timedelta(days=20)
    before = [clock(one) for one in found]
    id = whole(dispatch(cast, fresh(found)), actor=cast.chen, at=late)
    assert [clock(one) for one in found] != before
    actions.ask_undo(id, actor=cast.chen, at=late + MINUTE)
    bulk.go_on(id, at=late + MINUTE)
    assert states(id) == [("undone", "")] * 3
    assert [clock(one) for one in found] == before
    assert [*check.findings()] == []


def test_twin_without_the_clocks_of_before_an_hour_of_the_desk_would_be_won(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "stood_before", lambda case, event: None)
    (case,) = some(cast, noon, 1)
    (before, late) = clock(case), noon + timedelta(hours=1)
    id = whole(dispatch(cast, [case]), actor=cast.chen, at=late)
    actions.ask_undo(id, actor=cast.chen, at=late)
    bulk.go_on(id, at=late)
    assert clock(case) != before


def test_that_the_clock_reminded_and_escalated_keeps_nobody_from_taking_it_back(
    cast: Cast, noon: datetime
) -> None:
    found, late = some(cast, noon, 2), noon + timedelta(days=20)
    id = whole(dispatch(cast, fresh(found)), actor=cast.chen, at=late)
    tick(late + MINUTE)
    assert deeds("escalate") == 2
    walk(found[1], (SYSTEM, Move("remind")), at=late + MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=late + 2 * MINUTE)
    bulk.go_on(id, at=late + 2 * MINUTE)
    assert states(id) == [("undone", "")] * 2
    assert [*check.findings()] == []


def test_twin_a_colleagues_note_does(cast: Cast, noon: datetime) -> None:
    (case,) = some(cast, noon, 1)
    id = whole(dispatch(cast, [case]), actor=cast.chen, at=noon)
    walk(case, (cast.sun, Move("note", note="下午去看")), at=noon + MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=noon + MINUTE)
    bulk.go_on(id, at=noon + MINUTE)
    assert states(id) == [("kept", "stale")]


def test_where_the_system_moved_it_on_nobody_is_said_to_have(cast: Cast, noon: datetime) -> None:
    (case,) = some(cast, noon, 1)
    id = whole(dispatch(cast, [case]), actor=cast.chen, at=noon)
    walk(case, (SYSTEM, Move("hand_over", party=cast.agency)), at=noon + MINUTE)
    actions.ask_undo(id, actor=cast.chen, at=noon + MINUTE)
    bulk.go_on(id, at=noon + MINUTE)
    assert states(id) == [("kept", "stale.system")]
    assert "有人" not in wording.why("stale.system")
