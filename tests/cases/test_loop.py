"""The closed loop with real rows: one case from a voice to its end, and everything that must be refused on the way."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from gezhi.cases import check, effects, policy
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move, Shown
from gezhi.catalogue import queries as catalogue
from gezhi.journal.models import Errand
from gezhi.kernel.actor import SYSTEM, VISITOR, Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours, Stale
from gezhi.parties import queries as parties
from tests.cast import Cast, done, lin, photo, proof, walk


def in_hand(cast: Cast, at: datetime) -> Case:
    """A case of Lin's that Qian of the property company has in hand."""
    return walk(
        cast.lin_reports(at),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        at=at,
    )


def test_a_report_opens_a_case_at_the_community_desk(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    assert (case.state, case.lead_id, case.desk_id, case.number) == (
        "reported",
        cast.desk_a,
        cast.desk_a,
        "371072-2026-0000001",
    )
    assert case.due_at is not None


def test_a_case_goes_round_the_whole_loop(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    resident = lin(case)
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.sun, Move("return", reason="这栋楼由产权单位自管")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("fail_check", note="看了现场", reason="还有玻璃碴")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="干净了")),
        (resident, Move("satisfied")),
        at=noon + timedelta(hours=1),
    )
    assert (case.state, case.ending, case.round, case.returns) == ("closed", "solved", 2, 1)
    assert list(check.findings()) == []


def test_the_same_picture_is_proof_only_once(cast: Cast, noon: datetime) -> None:
    case, shown = in_hand(cast, noon), proof(noon)
    advance(case.id, Move("done", note="好了", shown=shown, count=1), actor=cast.qian, at=noon)
    walk(case, (cast.zhao, Move("fail_check", reason="没好")), at=noon)
    with pytest.raises(Invalid):
        advance(case.id, Move("done", note="好了", shown=shown, count=1), actor=cast.qian, at=noon)


def test_done_names_each_kind_of_proof_that_lacks(cast: Cast, noon: datetime) -> None:
    case = in_hand(cast, noon)
    asked = catalogue.proof(case.category_id).kinds
    with pytest.raises(Missing) as refused:
        advance(case.id, Move("done"), actor=cast.qian, at=noon)
    assert refused.value.facts == tuple(sorted(asked))


def test_who_handled_it_may_not_check_it(cast: Cast, noon: datetime) -> None:
    case = in_hand(cast, noon)
    case = advance(case.id, done(noon), actor=cast.qian, at=noon)
    with pytest.raises(NotYours):
        advance(case.id, Move("pass_check", note="好"), actor=cast.qian, at=noon)


def test_nobody_checks_his_own_work_even_if_the_policy_slept(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: with the policy switched off the database itself refuses."""
    case = advance(in_hand(cast, noon).id, done(noon), actor=cast.qian, at=noon)
    monkeypatch.setattr("gezhi.cases.actions.roles_now", lambda actor, case: frozenset({"checker"}))
    with pytest.raises(IntegrityError), transaction.atomic():
        advance(case.id, Move("pass_check", note="好"), actor=cast.qian, at=noon)


def test_a_stale_sign_off_is_refused(cast: Cast, noon: datetime) -> None:
    seen = advance(in_hand(cast, noon).id, done(noon), actor=cast.qian, at=noon)
    walk(seen, (cast.zhao, Move("fail_check", reason="没好")), (cast.qian, done(noon)), at=noon)
    with pytest.raises(Stale):
        advance(seen.id, Move("pass_check", note="好", version=seen.version), actor=cast.zhao, at=noon)


def test_a_check_of_an_earlier_round_cannot_close_even_if_the_lifecycle_slept(
    cast: Cast, noon: datetime
) -> None:
    """Twin of I4: the constraint compares the round of the check with the round of the work."""
    case = in_hand(cast, noon)
    case = walk(case, (cast.qian, done(noon)), (cast.zhao, Move("pass_check", note="好")), at=noon)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(id=case.id).update(
            state="closed", ending="solved", closed_at=noon, round=case.round + 1
        )


def test_a_worker_of_another_grid_sees_nothing(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    assert list(policy.visible_to(cast.mo)) == []
    with pytest.raises(NotFound):
        advance(case.id, Move("note", note="x"), actor=cast.mo, at=noon)
    with pytest.raises(NotFound):
        cases.by_number(case.number, actor=cast.mo)


def test_who_may_see_but_not_act_is_refused(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    with pytest.raises(NotYours):
        advance(case.id, Move("decline", reason="不归我们"), actor=cast.qian, at=noon)


def test_a_visitor_may_do_nothing(cast: Cast, noon: datetime) -> None:
    with pytest.raises(NotFound):
        advance(cast.lin_reports(noon).id, Move("satisfied"), actor=VISITOR, at=noon)


def test_the_second_return_books_a_site_visit_and_the_third_goes_one_level_up(
    cast: Cast, noon: datetime
) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    send, back = Move("dispatch", party=cast.property), Move("return", reason="不归我们修")
    case = walk(case, (cast.chen, send), (cast.sun, back), at=noon)
    assert (case.state, case.meeting_at, case.lead_id) == ("opened", None, cast.desk_a)
    case = walk(case, (cast.chen, send), (cast.sun, back), at=noon)
    assert (case.state, case.lead_id) == ("opened", cast.desk_a)
    assert case.meeting_at is not None
    case = walk(case, (cast.chen, send), (cast.sun, back), at=noon)
    assert (case.state, case.lead_id, case.level) == ("dispatched", cast.office_desk, "subdistrict")


def test_the_company_complained_of_neither_handles_nor_checks_nor_sees(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon, "物业一周没扫楼道了", category=catalogue.by_code("1204").id)
    assert case.complained_of_id == cast.property
    case = advance(case.id, Move("accept"), actor=cast.chen, at=noon)
    with pytest.raises(Invalid):
        advance(case.id, Move("dispatch", party=cast.property), actor=cast.chen, at=noon)
    assert list(policy.visible_to(cast.sun)) == []
    assert policy.roles_for(cast.sun, case) == frozenset()


def test_an_unlocated_report_is_the_intake_desks(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(place=None, place_path="", grid=None)
    assert parties.desk_of("", noon) == cast.office_desk


def test_work_on_the_spot_closes_unchecked_or_goes_to_another(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = {}
    for is_drawn in (False, True):
        monkeypatch.setattr("gezhi.cases.facts.is_drawn", lambda case, drawn=is_drawn: drawn)
        monkeypatch.setattr("gezhi.cases.effects.is_drawn", lambda case, drawn=is_drawn: drawn)
        case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.wei, at=noon)
        mend = Move("solve_on_spot", shown=(Shown(photo(noon)),), presence="place_code")
        case = advance(case.id, mend, actor=cast.wei, at=noon)
        ends[is_drawn] = (case.state, case.ending)
    assert ends == {False: ("closed", "solved_on_spot_unchecked"), True: ("to_check", "")}


@pytest.mark.parametrize(
    ("mend", "lacks"),
    [
        (Move("solve_on_spot", presence="place_code"), ("photo_after",)),
        (Move("solve_on_spot"), ("on_site", "photo_after")),
    ],
)
def test_on_the_spot_needs_presence_and_an_after_picture(
    mend: Move, lacks: tuple[str, ...], cast: Cast, noon: datetime
) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.wei, at=noon)
    with pytest.raises(Missing) as refused:
        advance(case.id, mend, actor=cast.wei, at=noon)
    assert refused.value.facts == lacks


def test_carrying_forward_stops_the_clocks_and_resuming_adds_the_pause(cast: Cast, noon: datetime) -> None:
    case = in_hand(cast, noon)
    due = case.fix_due
    pause = Move("carry_forward", reason="等配件", until=noon + timedelta(days=10))
    case = advance(case.id, pause, actor=cast.zhou, at=noon)
    assert case.due_at == case.review_at == noon + timedelta(days=10)
    case = advance(case.id, Move("resume"), actor=cast.qian, at=noon + timedelta(days=7))
    assert (case.fix_due, case.review_at) == (due + timedelta(days=7), None)  # type: ignore[operator]
    assert [(one.reason, one.approver_id) for one in cases.pauses(case)] == [("等配件", cast.zhou.id)]


def test_a_case_is_not_raised_to_whoever_has_it(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        advance(
            in_hand(cast, noon).id,
            Move("raise", reason="办不了", party=cast.property),
            actor=cast.qian,
            at=noon,
        )
    assert (refused.value.field, refused.value.code) == ("party", "has_it")


def test_every_round_has_a_draw_of_its_own(cast: Cast, noon: datetime) -> None:
    """Who was not drawn once would else know that nobody will look the next time."""
    shown = Move("solve_on_spot", shown=(Shown(photo(noon)),), presence="place_code")
    case = walk(cast.lin_reports(noon), (cast.wei, Move("accept")), (cast.wei, shown), at=noon)
    assert case.is_drawn in {False, True}
    if case.state == "to_check":
        case = advance(case.id, Move("fail_check", note="看了", reason="没好"), actor=cast.zhao, at=noon)
    else:
        case = advance(case.id, Move("reopen", reason="又碎了"), actor=cast.chen, at=noon)
    assert (case.round, case.is_drawn) == (2, None)
    assert list(check.findings()) == []


def test_a_join_moves_the_reports_and_can_be_undone_for_a_day(cast: Cast, noon: datetime) -> None:
    first, second = cast.lin_reports(noon), cast.lin_reports(noon, "同一块玻璃")
    joined = advance(second.id, Move("join", into=first.id), actor=cast.chen, at=noon)
    assert (joined.state, joined.ending, joined.joined_into_id) == ("closed", "duplicate", first.id)
    assert len(cases.report_ids([first.id])[first.id]) == 2
    with pytest.raises(NotFromHere):
        advance(second.id, Move("undo_join"), actor=cast.chen, at=noon + timedelta(hours=25))
    back = advance(second.id, Move("undo_join"), actor=cast.chen, at=noon + timedelta(hours=23))
    assert (back.state, len(cases.report_ids([first.id])[first.id])) == ("reported", 1)
    assert list(check.findings()) == []


def test_joins_make_no_circle(cast: Cast, noon: datetime) -> None:
    first, second = cast.lin_reports(noon), cast.lin_reports(noon)
    with pytest.raises(Invalid):
        advance(first.id, Move("join", into=first.id), actor=cast.chen, at=noon)
    advance(first.id, Move("join", into=second.id), actor=cast.chen, at=noon)
    with pytest.raises(Invalid):
        advance(second.id, Move("join", into=first.id), actor=cast.chen, at=noon)


def test_a_circle_of_joins_put_in_by_hand_is_found(cast: Cast, noon: datetime) -> None:
    first, second, third = cast.lin_reports(noon), cast.lin_reports(noon), cast.lin_reports(noon)
    advance(first.id, Move("join", into=second.id), actor=cast.chen, at=noon)
    advance(second.id, Move("join", into=third.id), actor=cast.chen, at=noon)
    Case.objects.filter(id=second.id).update(joined_into=first.id)
    assert "I11" in {finding.invariant for finding in check.findings()}


def test_a_state_changed_behind_the_journals_back_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    Case.objects.filter(id=case.id).update(level="grid")
    found = list(check.findings())
    assert [(one.invariant, one.where) for one in found] == [("I7", case.number)]


def test_an_open_case_without_timer_is_found(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    Errand.objects.filter(subject_id=case.id).delete()
    assert [(one.invariant, one.where) for one in check.findings()] == [("I2", case.number)]


def test_whoever_left_a_phone_number_is_called_to_confirm(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon, contact="13800138000")
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好")),
        at=noon,
    )
    owed = [(call.kind, call.case_id) for call in cases.owed_calls(cast.chen)]
    assert owed == [("please_confirm", case.id)]
    advance(case.id, Move("satisfied"), actor=cast.chen, at=noon)
    assert CallBack.objects.get().outcome == "settled"


def test_the_reporters_no_waits_for_the_desk_and_its_review_begins_a_new_round(
    cast: Cast, noon: datetime
) -> None:
    case = in_hand(cast, noon)
    resident = lin(case)
    case = walk(case, (cast.qian, done(noon)), (cast.zhao, Move("pass_check", note="好")), at=noon)
    case = advance(case.id, Move("unsatisfied", reason="门还是关不上"), actor=resident, at=noon)
    assert (case.state, case.has_objection) == ("to_confirm", True)
    with pytest.raises(NotFromHere):
        advance(case.id, Move("confirm_lapses"), actor=SYSTEM, at=noon + timedelta(days=30))
    case = advance(case.id, Move("unsatisfied", reason="属实"), actor=cast.chen, at=noon)
    assert (case.state, case.round, case.has_objection) == ("in_hand", 2, False)


def test_messages_to_the_reporter_are_queued_with_the_move(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    assert [row.payload["what"] for row in Errand.objects.filter(kind="message.reporter")] == ["accepted"]
    assert case.state == "opened"


def test_a_move_that_cannot_be_journalled_is_not_made(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("journal")

    case = cast.lin_reports(noon)
    monkeypatch.setattr("gezhi.cases.actions.record", fail)
    with pytest.raises(RuntimeError):
        advance(case.id, Move("accept"), actor=cast.chen, at=noon)
    assert Case.objects.get(id=case.id).state == "reported"


def test_coming_back_within_ninety_days_is_linked(cast: Cast, noon: datetime) -> None:
    case = in_hand(cast, noon)
    resident = lin(case)
    first = walk(
        case,
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="好")),
        (resident, Move("satisfied")),
        at=noon,
    )
    later = noon + timedelta(days=60)
    again = advance(cast.lin_reports(later).id, Move("accept"), actor=cast.chen, at=later)
    much_later = noon + timedelta(days=200)
    long_after = advance(cast.lin_reports(much_later).id, Move("accept"), actor=cast.chen, at=much_later)
    assert (again.came_back_from_id, long_after.came_back_from_id) == (first.id, None)


def test_levels_only_go_up() -> None:
    assert effects.higher("subdistrict", effects.Level.GRID) == "subdistrict"
    assert effects.higher("grid", effects.Level.DISTRICT) == "district"


def test_an_officer_over_everything_sees_every_case(cast: Cast, noon: datetime) -> None:
    numbers = {cast.lin_reports(noon).number, cast.lin_reports(noon, place=cast.town.street_b).number}
    assert {case.number for case in policy.visible_to(cast.zhou)} == numbers
    assert cast.zhou.has(Duty.OFFICER)


def test_every_case_names_a_party_that_answers(cast: Cast, noon: datetime) -> None:
    leads: set[UUID] = set(Case.objects.values_list("lead_id", flat=True))
    cast.lin_reports(noon)
    assert all(parties.party(lead).standing_phone for lead in leads)


def test_a_moment_in_another_zone_is_journalled_as_the_moment_it_is(cast: Cast, noon: datetime) -> None:
    advance(
        cast.lin_reports(noon.astimezone(ZoneInfo("Asia/Shanghai"))).id,
        Move("accept"),
        actor=cast.chen,
        at=noon,
    )
    assert list(check.findings()) == []


def test_what_turns_out_to_be_a_complaint_goes_back_from_the_company_to_the_desk(
    cast: Cast, noon: datetime
) -> None:
    case = in_hand(cast, noon)
    complaint = Move("correct", category=catalogue.by_code("1204").id)
    case = advance(case.id, complaint, actor=cast.chen, at=noon)
    assert (case.complained_of_id, case.lead_id, case.handler_id) == (cast.property, cast.desk_a, None)
    case = advance(case.id, Move("correct", category=catalogue.by_code("0501").id), actor=cast.chen, at=noon)
    assert case.complained_of_id is None
    assert list(check.findings()) == []
