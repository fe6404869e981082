"""A second matter becomes a case of its own: whose report is where, who hears, how it is taken back (I11, I12)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from gezhi.cases import beside, check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal import check as journal_check
from gezhi.journal.models import Errand
from gezhi.journal.queries import story
from gezhi.journal.sealing import seal
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere, NotYours
from tests.cases.test_calls import by_phone
from tests.cast import Cast, lin, walk

HOUR = timedelta(hours=1)


def reports_of(case: Case) -> list[UUID]:
    return cases.report_ids([case.id]).get(case.id, [])


def joined(cast: Cast, at: datetime, count: int = 2, make: Callable[..., Case] | None = None) -> Case:
    """A case with as many reports, an hour between any two; all but the first came by joins."""
    first, *others = ((make or Cast.lin_reports)(cast, at + n * HOUR) for n in range(count))
    for other in others:
        advance(other.id, Move("join", into=first.id), actor=cast.chen, at=at + count * HOUR)
    return Case.objects.get(id=first.id)


def split(cast: Cast, case: Case, at: datetime, **more: object) -> Case:
    """Chen splits something off; the child."""
    advance(case.id, Move("split", **more), actor=cast.chen, at=at)
    return Case.objects.get(split_from=case.id)


def all_is_well(at: datetime) -> None:
    seal(at=at)
    assert [*check.findings(), *journal_check.findings()] == []


def test_a_split_takes_its_reports_along_and_starts_its_clocks_when_they_were_said(
    cast: Cast, noon: datetime
) -> None:
    case, at = joined(cast, noon, 3), noon + 5 * HOUR
    kept, second, third = reports_of(case)
    lamp = catalogue.by_code("0504").id
    child = split(
        cast,
        case,
        at,
        reports=(third, second),
        note="三楼的灯也不亮",
        place=cast.town.building,
        category=lamp,
    )
    case.refresh_from_db()
    assert (reports_of(case), reports_of(child)) == ([kept], [second, third])
    assert (child.state, child.title, child.place_id, child.category_id) == (
        "opened",
        "三楼的灯也不亮",
        cast.town.building,
        lamp,
    )
    assert (child.received_at, child.entered_at, child.desk_id) == (noon + HOUR, at, cast.desk_a)
    assert (case.state, case.is_askable, child.is_askable) == ("reported", True, True)
    all_is_well(at)


def test_what_was_said_in_one_breath_is_split_with_words_alone(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    with pytest.raises(Missing) as refused:
        split(cast, case, noon + HOUR)
    assert refused.value.facts == ("note",)
    child = split(cast, case, noon + HOUR, note="楼道里还堆着纸箱", category=catalogue.by_code("0201").id)
    assert (reports_of(child), child.received_at, child.is_askable) == ([], noon, False)
    assert len(reports_of(case)) == 1
    all_is_well(noon + HOUR)


def test_a_report_never_leaves_its_case_without_one(cast: Cast, noon: datetime) -> None:
    case = joined(cast, noon)
    stranger = reports_of(cast.lin_reports(noon))[0]
    opening, second = reports_of(case)
    for chosen, code in (
        ((opening,), "one_stays"),
        ((opening, second), "one_stays"),
        ((stranger,), "unknown"),
    ):
        with pytest.raises(Invalid) as refused:
            split(cast, case, noon + 3 * HOUR, reports=chosen, note="另一件")
        assert (refused.value.field, refused.value.code) == ("reports", code)
    assert reports_of(case) == [opening, second]


def test_a_child_gives_away_some_of_its_reports_but_not_all(cast: Cast, noon: datetime) -> None:
    case, at = joined(cast, noon, 3), noon + 4 * HOUR
    _opening, *others = reports_of(case)
    child = split(cast, case, at, reports=tuple(others))
    with pytest.raises(Invalid, match="reports"):
        split(cast, child, at, reports=tuple(others))
    grandchild = split(cast, child, at, reports=(others[1],))
    assert (reports_of(child), reports_of(grandchild)) == ([others[0]], [others[1]])
    all_is_well(at)


@pytest.mark.parametrize("state", ["asked", "to_check", "to_confirm"])
def test_nothing_is_split_off_while_it_is_somebody_elses_turn(state: str, cast: Cast, noon: datetime) -> None:
    case = joined(cast, noon)
    Case.objects.filter(id=case.id).update(state=state)
    with pytest.raises(NotFromHere):
        advance(case.id, Move("split", note="另一件"), actor=cast.chen, at=noon)


def test_only_the_desk_splits(cast: Cast, noon: datetime) -> None:
    case = joined(cast, noon)
    for actor in (cast.wei, lin(case)):
        with pytest.raises(NotYours):
            advance(case.id, Move("split", note="另一件"), actor=actor, at=noon)


def test_a_complaint_is_not_carried_to_the_company_by_a_split(cast: Cast, noon: datetime) -> None:
    about = catalogue.by_code("1204").id
    case = joined(cast, noon, make=lambda cast, at: cast.lin_reports(at, category=about))
    assert case.complained_of_id == cast.property
    plain = {"category": catalogue.by_code("0501").id, "note": "玻璃也碎了"}
    with pytest.raises(Invalid, match="category"):
        split(cast, case, noon + 3 * HOUR, reports=(reports_of(case)[1],), **plain)
    assert split(cast, case, noon + 3 * HOUR, **plain).complained_of_id is None  # in the desk's words


# ---- who hears ----


def messages(report: UUID) -> list[tuple[str, str]]:
    rows = Errand.objects.filter(kind="message.reporter", subject_id=report).order_by("id")
    return [(row.payload["what"], row.payload.get("into", "")) for row in rows]


def test_who_was_split_off_hears_of_it_and_of_every_step_of_the_child(cast: Cast, noon: datetime) -> None:
    case, at = joined(cast, noon), noon + 3 * HOUR
    kept, moved = reports_of(case)
    child = split(cast, case, at, reports=(moved,))
    walk(child, (cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")), at=at)
    advance(child.id, Move("wont_do", reason="已列入改造"), actor=cast.zhou, at=at)
    advance(case.id, Move("accept"), actor=cast.chen, at=at)
    assert messages(moved) == [("joined", case.number), ("split", child.number), ("closed", "")]
    assert messages(kept) == [("accepted", "")]
    assert cases.of_report(moved).id == child.id
    all_is_well(at)


def test_who_rang_up_is_rung_up_about_the_split(cast: Cast, noon: datetime) -> None:
    case, at = joined(cast, noon, make=by_phone), noon + 3 * HOUR
    _kept, moved = reports_of(case)
    split(cast, case, at, reports=(moved,))
    assert [(call.kind, call.report_id) for call in cases.owed_calls(cast.chen)] == [
        ("joined", moved),
        ("split", moved),
    ]
    all_is_well(at)


def test_twin_a_split_that_tells_nobody_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = joined(cast, noon)
    monkeypatch.setattr("gezhi.cases.actions.tell", lambda case, doing: None)
    moved = reports_of(case)[1]
    split(cast, case, noon + 3 * HOUR, reports=(moved,))
    assert [(one.invariant, one.what) for one in check.findings()] == [
        ("I12", f"step 2 (split): the message to report {moved} is missing")
    ]


# ---- back again ----


def test_a_split_is_taken_back_while_nobody_has_worked_on_it(cast: Cast, noon: datetime) -> None:
    case, at = joined(cast, noon), noon + 3 * HOUR
    before = reports_of(case)
    child = split(cast, case, at, reports=(before[1],))
    child = advance(child.id, Move("dispatch", party=cast.property), actor=cast.chen, at=at)
    child = advance(child.id, Move("undo_split"), actor=cast.chen, at=at + HOUR)
    assert (child.state, child.ending, child.joined_into_id) == ("closed", "duplicate", case.id)
    assert (reports_of(child), reports_of(case)) == ([], before)
    assert messages(before[1])[-2:] == [("split", child.number), ("joined", case.number)]
    with pytest.raises(NotFromHere):  # whoever wants it apart again splits again
        advance(child.id, Move("undo_join"), actor=cast.chen, at=at + HOUR)
    other = advance(child.came_back_from_id or case.id, Move("accept"), actor=cast.chen, at=at + HOUR)
    assert other.state == "opened"
    all_is_well(at + HOUR)


@pytest.mark.parametrize(
    ("what", "hours"),
    [("nothing", 25), ("take", 1), ("note", 1), ("made_safe", 1), ("parent closed", 1)],
)
def test_a_split_stands_once_a_day_is_over_or_somebody_has_begun(
    what: str, hours: int, cast: Cast, noon: datetime
) -> None:
    case, at = joined(cast, noon), noon + 3 * HOUR
    child = split(cast, case, at, reports=(reports_of(case)[1],))
    if what == "take":
        walk(child, (cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")), at=at)
    elif what in {"note", "made_safe"}:
        advance(child.id, Move(what, note="围好了"), actor=cast.wei, at=at)
    elif what == "parent closed":
        advance(case.id, Move("decline", reason="不属实"), actor=cast.chen, at=at)
    with pytest.raises(NotFromHere):
        advance(child.id, Move("undo_split"), actor=cast.chen, at=at + hours * HOUR)
    all_is_well(at)


def test_what_a_child_gained_goes_back_with_it(cast: Cast, noon: datetime) -> None:
    case, at = joined(cast, noon), noon + 3 * HOUR
    _kept, moved = reports_of(case)
    child, late = split(cast, case, at, reports=(moved,)), cast.lin_reports(at)
    came = reports_of(late)[0]
    advance(late.id, Move("join", into=child.id), actor=cast.chen, at=at)
    advance(child.id, Move("undo_split"), actor=cast.chen, at=at + HOUR)
    assert set(reports_of(case)) == {_kept, moved, came}
    late = advance(late.id, Move("undo_join"), actor=cast.chen, at=at + HOUR)
    assert (late.state, reports_of(late), set(reports_of(case))) == ("reported", [came], {_kept, moved})
    all_is_well(at + HOUR)


def test_a_child_joins_another_case_and_comes_back(cast: Cast, noon: datetime) -> None:
    case, other, at = joined(cast, noon), cast.lin_reports(noon), noon + 3 * HOUR
    moved = reports_of(case)[1]
    child = split(cast, case, at, reports=(moved,))
    advance(child.id, Move("join", into=other.id), actor=cast.chen, at=at)
    assert moved in reports_of(other)
    child = advance(child.id, Move("undo_join"), actor=cast.chen, at=at + HOUR)
    assert (child.state, reports_of(child), len(reports_of(other))) == ("opened", [moved], 1)
    all_is_well(at + HOUR)


def test_a_joined_case_whose_report_was_split_off_does_not_come_back_empty(
    cast: Cast, noon: datetime
) -> None:
    case, gone = cast.lin_reports(noon), cast.lin_reports(noon)
    moved = reports_of(gone)[0]
    advance(gone.id, Move("join", into=case.id), actor=cast.chen, at=noon)
    child = split(cast, case, noon, reports=(moved,))
    with pytest.raises(NotFromHere):
        advance(gone.id, Move("undo_join"), actor=cast.chen, at=noon + HOUR)
    advance(child.id, Move("undo_split"), actor=cast.chen, at=noon + HOUR)
    gone = advance(gone.id, Move("undo_join"), actor=cast.chen, at=noon + 2 * HOUR)
    assert (gone.state, reports_of(gone)) == ("reported", [moved])
    all_is_well(noon + 2 * HOUR)


# ---- the proof can fail ----


@pytest.mark.parametrize("field", ["split_from", "came_back_from"])
def test_a_circle_of_links_put_in_by_hand_is_found(field: str, cast: Cast, noon: datetime) -> None:
    first, second = cast.lin_reports(noon), cast.lin_reports(noon)
    Case.objects.filter(id=first.id).update(**{field: second.id})
    Case.objects.filter(id=second.id).update(**{field: first.id})
    deed = {"split_from": "is split in a circle", "came_back_from": "is came back in a circle"}[field]
    found = {(one.where, one.what) for one in check.findings() if one.invariant == "I11"}
    assert found == {(str(one.id), deed) for one in (first, second)}


def test_a_report_that_a_split_lost_is_found(cast: Cast, noon: datetime) -> None:
    case = joined(cast, noon)
    moved = reports_of(case)[1]
    child = split(cast, case, noon + 3 * HOUR, reports=(moved,))
    CaseReport.objects.filter(report_id=moved).update(case=case)
    found = [one for one in check.findings() if one.invariant == "I11"]
    assert {one.where for one in found} == {case.number, child.number, f"report {moved}"}
    CaseReport.objects.filter(report_id=moved).delete()
    assert (f"report {moved}", "belongs to no case") in {(one.where, one.what) for one in check.findings()}


def test_the_call_about_a_split_that_was_taken_back_is_not_owed_any_more(cast: Cast, noon: datetime) -> None:
    case, at = joined(cast, noon, make=by_phone), noon + 3 * HOUR
    moved = reports_of(case)[1]
    child = split(cast, case, at, reports=(moved,))
    advance(child.id, Move("undo_split"), actor=cast.chen, at=at)
    assert not CallBack.objects.filter(kind="split", done_at=None).exists()
    all_is_well(at)


def test_parent_and_child_say_where_the_other_is(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    child = split(cast, case, noon, note="另一件")
    assert [(what, one.id) for what, one in beside.related(case, actor=cast.chen)] == [
        ("split_here", child.id)
    ]
    assert [(what, one.id) for what, one in beside.related(child, actor=cast.chen)] == [
        ("split_from", case.id)
    ]
    born, told = story("case", child.id)[0], story("case", case.id)[-1]
    assert (born.entry.event, born.words) == ("split_from", {"note": "另一件"})
    assert (told.entry.event, told.entry.after["child"], told.entry.after["reports"]) == (
        "split",
        str(child.id),
        [],
    )
