"""Joins whole: chains there and back, who hears with whom, a call that is owed meanwhile, nobody left who cannot be asked (I11, I12)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.cases.move import Move
from gezhi.flows import reach_reporter
from gezhi.journal import check as journal_check
from gezhi.journal.models import Errand
from gezhi.journal.sealing import seal
from gezhi.kernel.refusal import NotFound, NotFromHere, Stale
from gezhi.reports.models import Report
from tests.cases.test_calls import PHONE, by_phone
from tests.cast import Cast, walk

HOUR = timedelta(hours=1)


def reports_of(case: Case) -> set[UUID]:
    return set(cases.report_ids([case.id]).get(case.id, []))


def join(cast: Cast, one: Case, other: Case, at: datetime) -> None:
    advance(one.id, Move("join", into=other.id), actor=cast.chen, at=at)


def undo(cast: Cast, one: Case, at: datetime) -> Case:
    return advance(one.id, Move("undo_join"), actor=cast.chen, at=at)


def told(report: UUID) -> list[tuple[str, str]]:
    rows = Errand.objects.filter(kind="message.reporter", subject_id=report).order_by("id")
    return [(row.payload["what"], row.payload.get("into", "")) for row in rows]


def all_is_well(at: datetime) -> None:
    seal(at=at)
    assert [*check.findings(), *journal_check.findings()] == []


@pytest.fixture
def three(cast: Cast, noon: datetime) -> tuple[Case, Case, Case]:
    """The first joined the second, the second joined the third."""
    first, second, third = (cast.lin_reports(noon) for _ in range(3))
    join(cast, first, second, noon)
    join(cast, second, third, noon)
    return first, second, third


def test_everybody_whose_case_is_joined_on_hears_under_which_number_it_goes_on(
    cast: Cast, three: tuple[Case, Case, Case], noon: datetime
) -> None:
    first, second, third = three
    advance(third.id, Move("accept"), actor=cast.chen, at=noon)
    of = {case.id: CaseReport.objects.get(origin=case).report_id for case in three}
    on, accepted = ("joined", third.number), ("accepted", "")
    assert told(of[first.id]) == [("joined", second.number), on, accepted]
    assert told(of[second.id]) == [on, accepted]
    assert told(of[third.id]) == [accepted]
    all_is_well(noon)


def test_a_case_that_others_joined_takes_them_along_when_its_own_join_is_undone(
    cast: Cast, three: tuple[Case, Case, Case], noon: datetime
) -> None:
    first, second, third = three
    own = {case.id: CaseReport.objects.get(origin=case).report_id for case in three}
    undo(cast, second, noon + HOUR)
    assert (reports_of(second), reports_of(third)) == ({own[first.id], own[second.id]}, {own[third.id]})
    undo(cast, first, noon + HOUR)
    assert (reports_of(first), reports_of(second)) == ({own[first.id]}, {own[second.id]})
    all_is_well(noon + HOUR)


def test_the_first_of_a_chain_comes_back_from_its_end(
    cast: Cast, three: tuple[Case, Case, Case], noon: datetime
) -> None:
    first, second, third = three
    own = CaseReport.objects.get(origin=first).report_id
    undo(cast, first, noon + HOUR)
    assert (reports_of(first), own in reports_of(third)) == ({own}, False)
    assert told(own)[-1] == ("apart", third.number)
    assert undo(cast, second, noon + HOUR).state == "reported"
    all_is_well(noon + HOUR)


def test_a_chain_that_grew_while_somebody_waited_for_it_is_not_undone_halfway(
    cast: Cast, three: tuple[Case, Case, Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the second had joined the third between the look at the chain and the lock."""
    first, second, _third = three
    monkeypatch.setattr("gezhi.cases.actions.chain", lambda id: [first.id, second.id])
    with pytest.raises(Stale):
        undo(cast, first, noon + HOUR)


def test_whoever_is_left_after_an_undone_join_is_asked_only_if_he_can_be(cast: Cast, noon: datetime) -> None:
    mute, loud = cast.lin_reports(noon), cast.lin_reports(noon)
    Case.objects.filter(id=mute.id).update(is_askable=False)
    Report.objects.filter(id=CaseReport.objects.get(origin=mute).report_id).update(channel="staff")
    join(cast, loud, mute, noon)
    assert Case.objects.get(id=mute.id).is_askable
    undo(cast, loud, noon)
    assert not Case.objects.get(id=mute.id).is_askable


# ---- calls owed meanwhile ----


def test_the_number_of_whoever_is_to_be_told_of_a_join_can_be_looked_up(cast: Cast, noon: datetime) -> None:
    case, other = by_phone(cast, noon), cast.lin_reports(noon)
    join(cast, case, other, noon)
    call = cases.owed_calls(cast.chen).get(kind="joined")
    assert (
        reach_reporter.reveal_contact(call.case_id, call.report_id, "告知", actor=cast.chen, at=noon) == PHONE
    )
    CallBack.objects.filter(id=call.id).update(done_at=noon)
    with pytest.raises(NotFound):  # once nothing is owed, the case it belongs to now is the way
        reach_reporter.reveal_contact(call.case_id, call.report_id, "告知", actor=cast.chen, at=noon)


def test_an_undone_join_is_told_and_the_call_about_the_join_is_not_owed_any_more(
    cast: Cast, noon: datetime
) -> None:
    case, other = by_phone(cast, noon), cast.lin_reports(noon)
    join(cast, case, other, noon)
    undo(cast, case, noon + HOUR)
    assert [call.kind for call in cases.owed_calls(cast.chen)] == ["apart"]
    all_is_well(noon + HOUR)


def test_twin_an_undone_join_that_nobody_was_told_of_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = cast.lin_reports(noon), cast.lin_reports(noon)
    join(cast, case, other, noon)
    monkeypatch.setattr("gezhi.cases.actions.tell", lambda case, doing: None)
    undo(cast, case, noon)
    assert [(one.invariant, one.where) for one in check.findings()] == [("I12", case.number)]


# ---- no circle ----


def test_no_order_of_joins_undone_and_joined_again_makes_a_circle(
    cast: Cast, three: tuple[Case, Case, Case], noon: datetime
) -> None:
    first, second, third = three
    undo(cast, first, noon)
    join(cast, third, first, noon)  # the second hangs on the third, and that on the first
    with pytest.raises(NotFromHere):
        join(cast, second, first, noon)
    undo(cast, second, noon)
    join(cast, second, first, noon)
    all_is_well(noon)
    assert len(reports_of(first)) == 3


def test_a_join_does_not_forget_the_pause_and_its_undo_lets_it_go_on(cast: Cast, noon: datetime) -> None:
    case, other = cast.lin_reports(noon), cast.lin_reports(noon)
    until = noon + 99 * HOUR
    walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.zhou, Move("carry_forward", reason="等玻璃", until=until)),
        (cast.chen, Move("join", into=other.id)),
        (cast.chen, Move("undo_join")),
        at=noon,
    )
    case.refresh_from_db()
    assert (case.state, case.review_at, case.due_at) == ("in_hand", until, until)
    all_is_well(noon)
