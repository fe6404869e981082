"""The way back of a bulk deed: case by case, within ten minutes; what somebody moved on meanwhile is named and left."""

from datetime import datetime

import pytest

from gezhi.cases import check
from gezhi.cases.bulk import actions, queries
from gezhi.cases.bulk.kinds import UNDO
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import bulk
from gezhi.kernel.refusal import Invalid, NotFound
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
