"""`gezhi check` finds and names every case that breaks a promise: each row here was broken by hand, behind the database's back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection
from django.db.models import Model

from gezhi.cases import check
from gezhi.cases.actions import advance
from gezhi.cases.models import Case, CaseEvidence, CaseReport, Escalation
from gezhi.cases.move import Move, Shown
from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.finding import Finding
from gezhi.parties.models import Party
from gezhi.tenancy.current import city_scope
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, done, photo, walk


@contextmanager
def unguarded(*names: str) -> Iterator[None]:
    """The check constraints of the cases switched off, as on a database that somebody repaired by hand."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for name in names:
                cursor.execute(f"ALTER TABLE cases_case DROP CONSTRAINT {name}")
            yield  # the test's transaction is rolled back


def found() -> list[Finding]:
    """What is found beside the fold, which finds every change made by hand as well."""
    return [one for one in check.findings() if one.invariant != "I7"]


def fold_breaks(field: str) -> list[str]:
    """Numbers of the cases whose journal says something else of this field."""
    return [one.where for one in check.findings() if one.invariant == "I7" and one.what.startswith(field)]


def set_by_hand(case: Case, **fields: object) -> None:
    Case.objects.filter(id=case.id).update(**fields)


def solved(cast: Cast, at: datetime) -> Case:
    return walk(
        cast.lin_reports(at),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(at)),
        (cast.zhao, Move("pass_check", note="好")),
        (cast.chen, Move("satisfied")),
        at=at,
    )


def test_a_whole_story_is_found_in_order(cast: Cast, noon: datetime) -> None:
    solved(cast, noon)
    cast.lin_reports(noon)
    assert list(check.findings()) == []


def test_an_open_case_of_a_closed_party_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    Party.objects.filter(id=cast.desk_a).update(closed_on=noon.date())
    assert found() == [("I1", case.number, "its accountable party YH is closed")]
    advance(case.id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    assert found() == []


def test_an_open_case_without_deadline_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    with unguarded("open_case_has_a_deadline"):
        set_by_hand(case, due_at=None)
        assert found() == [("I2", case.number, "has no deadline")]


def test_an_open_case_whose_timer_was_marked_done_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    Errand.objects.filter(subject_id=case.id).update(done_at=noon)
    assert found() == [("I2", case.number, "has no timer")]


UNSEEN = "closed without a check by another and without the reporter's yes"


def test_a_case_solved_without_check_and_yes_is_found(cast: Cast, noon: datetime) -> None:
    case = solved(cast, noon)
    with unguarded("solved_only_when_checked_in_this_round_or_confirmed"):
        set_by_hand(case, confirmed_at=None, checker=None)
        assert found() == [("I3", case.number, UNSEEN)]


def test_a_case_checked_by_whoever_handled_it_is_found(cast: Cast, noon: datetime) -> None:
    case = solved(cast, noon)
    with unguarded("nobody_checks_his_own_work"):
        set_by_hand(case, confirmed_at=None, checker=cast.qian.id)
        assert found() == [("I3", case.number, UNSEEN)]


def test_a_case_closed_on_a_check_of_an_earlier_round_is_found(cast: Cast, noon: datetime) -> None:
    case = solved(cast, noon)
    with unguarded("solved_only_when_checked_in_this_round_or_confirmed"):
        set_by_hand(case, confirmed_at=None, round=2)
        assert found() == [("I4", case.number, "closed on a check of an earlier round")]


def test_a_case_closed_on_the_spot_without_picture_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("facts", "effects"):
        monkeypatch.setattr(f"gezhi.cases.{module}.is_drawn", lambda case: False)
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.wei, at=noon)
    mend = Move("solve_on_spot", shown=(Shown(photo(noon)),), presence="place_code")
    advance(case.id, mend, actor=cast.wei, at=noon)
    assert found() == []
    CaseEvidence.objects.filter(case=case).delete()
    assert found() == [("I3", case.number, "closed on the spot without an after picture")]


def test_an_ending_without_approver_or_reason_is_found(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    case = advance(case.id, Move("wont_do", reason="超出职责"), actor=cast.zhou, at=noon)
    with unguarded("not_ours_and_wont_do_have_approver_and_reason"):
        set_by_hand(case, ended_by=None)
        assert found() == [("I3", case.number, "closed without an approver")]
        set_by_hand(case, ended_by=cast.zhou.id, ending_reason="")
        assert found() == [("I3", case.number, "closed without a reason")]


def test_a_decline_without_public_reason_is_found(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    with unguarded("declined_has_a_public_reason"):
        set_by_hand(case, ending_reason="")
        assert found() == [("I3", case.number, "closed without a reason")]


@pytest.mark.parametrize(
    ("field", "value"),
    [("level", "grid"), ("round", 5), ("returns", 1), ("is_askable", False), ("claim", "solved")],
)
def test_every_folded_field_that_was_changed_by_hand_is_found(
    field: str, value: object, cast: Cast, noon: datetime
) -> None:
    case = cast.lin_reports(noon)
    set_by_hand(case, **{field: value})
    assert fold_breaks(field) == [case.number]


def test_a_case_put_in_by_hand_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    with city_scope("a hand that deletes asks no jurisdiction"):
        Entry.objects.filter(subject_kind="case").delete()
    assert [(one.invariant, one.where, one.what) for one in check.findings()] == [
        ("I7", case.number, "is not in the journal")
    ]


def test_a_case_that_was_deleted_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    with city_scope("a hand that deletes asks no jurisdiction"):
        CaseReport.objects.all().delete()
        Case.objects.all().delete()
    wanted = ("I7", str(case.id), "stands in the journal but not among the cases")
    assert [tuple(one) for one in check.findings() if one.invariant != "I11"] == [wanted]


def test_a_move_that_no_arrow_allows_is_found(cast: Cast, noon: datetime) -> None:
    """A deed of another program's making: journalled, folded, but never drawn."""
    case = cast.lin_reports(noon)
    set_by_hand(case, state="to_check", due_at=case.stage_due)
    leap = Deed("case", case.id, "done", before={"state": "reported"}, after={"state": "to_check"})
    record(leap, actor=SYSTEM, at=noon)
    assert found() == [("I9", case.number, "done led from reported to to_check: no such arrow")]


@pytest.mark.django_db(transaction=True)
def test_a_rung_climbed_twice_is_found(cast: Cast, office: Jurisdiction, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    advance(case.id, Move("escalate", party=cast.desk_a), actor=SYSTEM, at=noon)
    with without_constraint(Escalation, "once_per_level_and_round"):
        Escalation.objects.create(case=case, round=1, level=1, party_id=cast.desk_a, at=noon)
        assert found() == [("I10", case.number, "escalated 2 times to level 1")]


@contextmanager
def without_constraint(model: type[Model], name: str) -> Iterator[None]:
    """The table without one of its constraints; its rows are gone afterwards."""
    whole = model._meta.constraints
    (wanted,) = [one for one in whole if one.name == name]
    try:
        # SQLite makes the table anew from the model as it stands
        model._meta.constraints = [one for one in whole if one is not wanted]
        with city_scope("tables are changed for all offices"), connection.schema_editor() as editor:
            editor.remove_constraint(model, wanted)
        yield
    finally:
        model._meta.constraints = whole
        with city_scope("tables are changed for all offices"):
            model._base_manager.all().delete()
            with connection.schema_editor() as editor:
                editor.add_constraint(model, wanted)


def test_a_case_that_lost_its_report_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    report = CaseReport.objects.get(case=case).report_id
    CaseReport.objects.filter(case=case).delete()
    assert found() == [
        ("I11", case.number, "has no report"),
        ("I11", f"report {report}", "belongs to no case"),
    ]


def test_cases_joined_in_a_circle_are_found(cast: Cast, noon: datetime) -> None:
    first, second = cast.lin_reports(noon), cast.lin_reports(noon)
    advance(first.id, Move("join", into=second.id), actor=cast.chen, at=noon)
    set_by_hand(second, joined_into=first.id)
    circle = {(str(one.id), "is joined in a circle") for one in (first, second)}
    assert {one[1:] for one in found() if one[0] == "I11"} == circle
