"""Calling back: who must be rung up, three tries and then a note, and an answer on the phone moves the case (I12)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from gezhi.cases import calls, check, telling
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.fold import FOLDED
from gezhi.cases.lifecycle import Arrow, State
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal.models import Errand
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, Refusal
from gezhi.reports.intake import Intake
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, done, lin, walk
from tests.journal.crowd import together

PHONE = "13800138000"
HOUR = timedelta(hours=1)


def by_phone(cast: Cast, at: datetime, **more: object) -> Case:
    """Lin rings the desk up; Chen types it."""
    row = cast.town.row(cast.town.stairwell)
    known = {"category": catalogue.by_code("0501").id} | more
    intake = Intake("phone", text="门坏了", place=row.id, place_path=row.path, contact=PHONE, **known)
    return cases.of_report(receive_report(Voice(intake, row), actor=cast.chen, at=at).report_id)


def in_hand(cast: Cast, case: Case, at: datetime) -> Case:
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
    )
    return walk(case, *moves, at=at)


def to_confirm(cast: Cast, case: Case, at: datetime) -> Case:
    case = in_hand(cast, case, at)
    return walk(case, (cast.qian, done(at)), (cast.zhao, Move("pass_check", note="好")), at=at)


def owed(actor: Actor) -> list[str]:
    return [call.kind for call in cases.owed_calls(actor)]


def to_confirm_call(cast: Cast, case: Case) -> UUID:
    found: UUID = cases.owed_calls(cast.chen).get(kind="please_confirm", case=case).id
    return found


# ---- who is called ----


def test_who_reported_by_phone_hears_of_acceptance_pause_extension_and_the_end_by_phone(
    cast: Cast, noon: datetime
) -> None:
    case = in_hand(cast, by_phone(cast, noon), noon)
    assert owed(cast.chen) == ["accepted"]
    until = noon + timedelta(days=20)
    moves = (
        (cast.qian, Move("request_extension", reason="定制玻璃", until=until)),
        (cast.zhou, Move("approve_extension")),
        (cast.zhou, Move("carry_forward", reason="等玻璃", until=until)),
        (cast.zhou, Move("not_ours", reason="归房管")),
    )
    walk(case, *moves, at=noon)
    assert sorted(owed(cast.chen)) == ["accepted", "closed", "extended", "paused"]


@pytest.mark.parametrize(
    ("event", "kind"),
    [(Move("ask", note="哪个门？"), "asked"), (Move("decline", reason="不属实"), "declined")],
)
def test_who_reported_by_phone_hears_questions_and_refusals_by_phone(
    event: Move, kind: str, cast: Cast, noon: datetime
) -> None:
    advance(by_phone(cast, noon).id, event, actor=cast.chen, at=noon)
    assert owed(cast.chen) == [kind]


def test_a_second_question_is_a_second_call(cast: Cast, noon: datetime) -> None:
    case = by_phone(cast, noon)
    ask = Move("ask", note="哪个门？")
    advance(case.id, ask, actor=cast.chen, at=noon)
    calls.note_call(cases.owed_calls(cast.chen).get().id, "told", "", actor=cast.chen, at=noon)
    walk(case, (cast.chen, Move("answer", note="北门")), (cast.chen, ask), at=noon + HOUR)
    assert owed(cast.chen) == ["asked"]
    assert CallBack.objects.count() == 2


def test_a_call_that_is_owed_already_is_not_owed_twice(cast: Cast, noon: datetime) -> None:
    case = by_phone(cast, noon)
    ask, answer = (cast.chen, Move("ask", note="哪个门？")), (cast.chen, Move("answer", note="北门"))
    walk(case, ask, answer, ask, at=noon)
    assert owed(cast.chen) == ["asked"]


def test_who_has_the_status_page_is_called_only_to_confirm(cast: Cast, noon: datetime) -> None:
    to_confirm(cast, cast.lin_reports(noon, contact=PHONE), noon)
    assert owed(cast.chen) == ["please_confirm"]


def test_who_left_no_number_is_not_called_but_told_on_the_status_page(cast: Cast, noon: datetime) -> None:
    to_confirm(cast, cast.lin_reports(noon), noon)
    assert owed(cast.chen) == []
    told = [row.payload["what"] for row in Errand.objects.filter(kind="message.reporter").order_by("id")]
    assert told == ["accepted", "please_confirm"]


def test_everybody_who_reported_the_same_thing_by_phone_is_called(cast: Cast, noon: datetime) -> None:
    first, second = by_phone(cast, noon), by_phone(cast, noon)
    advance(second.id, Move("join", into=first.id), actor=cast.chen, at=noon)
    advance(first.id, Move("accept"), actor=cast.chen, at=noon)
    assert sorted(owed(cast.chen)) == ["accepted", "accepted", "joined"]


def test_the_list_is_the_desks_own(cast: Cast, noon: datetime) -> None:
    advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    others = (cast.wei, cast.zhao, cast.sun, cast.gao, cast.mo, cast.zhou)
    assert [owed(actor) for actor in others] == [[]] * 6


# ---- tries ----


def test_three_tries_then_a_note_is_demanded_and_the_days_run_out(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, by_phone(cast, noon), noon)
    call = to_confirm_call(cast, case)
    for hours in (1, 2):
        row = calls.note_call(call, "not_reached", "", actor=cast.chen, at=noon + hours * HOUR)
        assert (row.tries, row.done_at) == (hours, None)
    with pytest.raises(Missing) as refused:
        calls.note_call(call, "not_reached", " ", actor=cast.chen, at=noon + 3 * HOUR)
    assert refused.value.facts == ("note",)
    assert CallBack.objects.get(id=call).tries == 2
    row = calls.note_call(call, "not_reached", "关机", actor=cast.chen, at=noon + 3 * HOUR)
    assert (row.tries, row.outcome, row.done_at) == (3, "not_reached", noon + 3 * HOUR)
    case.refresh_from_db()
    events = [step.entry.event for step in story("case", case.id)]
    assert (case.state, events[-3:]) == ("to_confirm", ["call_back"] * 3)
    assert list(check.findings()) == []


def test_a_yes_on_the_phone_closes_as_solved(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, by_phone(cast, noon), noon)
    call = calls.note_call(
        to_confirm_call(cast, case), "satisfied", "说修得不错", actor=cast.chen, at=noon + HOUR
    )
    case.refresh_from_db()
    assert (case.state, case.ending, case.confirmed_at) == ("closed", "solved", noon + HOUR)
    assert (call.outcome, call.tries) == ("satisfied", 1)


def two_by_phone(cast: Cast, at: datetime) -> tuple[Case, UUID]:
    """Lin and somebody else rang up about the same door; it waits for their yes. The call owed to Lin."""
    first, second = by_phone(cast, at), by_phone(cast, at)
    advance(second.id, Move("join", into=first.id), actor=cast.chen, at=at)
    CallBack.objects.filter(case=second).update(done_at=at, outcome="told")
    case = to_confirm(cast, first, at)
    lin_s = cases.report_ids([case.id])[case.id][0]
    return case, cases.owed_calls(cast.chen).get(kind="please_confirm", report=lin_s).id


def owed_to(actor: Actor) -> list[tuple[str, UUID]]:
    return [(call.kind, call.report_id) for call in cases.owed_calls(actor)]


def test_who_said_yes_on_the_phone_is_not_rung_up_again_but_the_others_are(
    cast: Cast, noon: datetime
) -> None:
    case, call = two_by_phone(cast, noon)
    _lin, other = cases.report_ids([case.id])[case.id]
    calls.note_call(call, "satisfied", "", actor=cast.chen, at=noon)
    assert owed_to(cast.chen) == [("closed", other)]
    told = Errand.objects.filter(kind="message.reporter", payload__what="closed")
    assert set(told.values_list("subject_id", flat=True)) == {_lin, other}
    assert list(check.findings()) == []


def test_who_says_yes_on_the_status_page_is_not_rung_up_about_it(cast: Cast, noon: datetime) -> None:
    case, _call = two_by_phone(cast, noon)
    _lin, other = cases.report_ids([case.id])[case.id]
    advance(case.id, Move("satisfied"), actor=lin(case), at=noon)
    assert owed_to(cast.chen) == [("closed", other)]


def test_twin_a_yes_that_does_not_say_whose_it_is_owes_everybody_a_call(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.calls.Move", lambda *args, heard=None, **more: Move(*args, **more))
    _case, call = two_by_phone(cast, noon)
    calls.note_call(call, "satisfied", "", actor=cast.chen, at=noon)
    assert [kind for kind, _report in owed_to(cast.chen)] == ["closed", "closed"]


def test_a_no_on_the_phone_begins_a_new_round_and_needs_its_reason(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, by_phone(cast, noon), noon)
    call = to_confirm_call(cast, case)
    with pytest.raises(Missing):
        calls.note_call(call, "unsatisfied", "", actor=cast.chen, at=noon)
    assert CallBack.objects.get(id=call).done_at is None
    calls.note_call(call, "unsatisfied", "门还是关不上", actor=cast.chen, at=noon)
    case.refresh_from_db()
    assert (case.state, case.round) == ("in_hand", 2)
    again = walk(case, (cast.qian, done(noon)), (cast.zhao, Move("pass_check", note="好了")), at=noon)
    assert (again.state, owed(cast.chen).count("please_confirm")) == ("to_confirm", 1)


def test_what_was_not_told_yet_stays_on_the_list_when_the_work_goes_back(cast: Cast, noon: datetime) -> None:
    case, call = two_by_phone(cast, noon)
    _lin, other = cases.report_ids([case.id])[case.id]
    CallBack.objects.filter(report=_lin, kind="accepted").update(done_at=noon, outcome="told")
    calls.note_call(call, "unsatisfied", "门还是关不上", actor=cast.chen, at=noon + HOUR)
    assert owed_to(cast.chen) == [("accepted", other)]
    assert list(check.findings()) == []


def test_twin_a_call_that_vanishes_from_the_list_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, call = two_by_phone(cast, noon)
    _lin, other = cases.report_ids([case.id])[case.id]
    strike_off = telling.strike_off
    monkeypatch.setattr(telling, "strike_off", lambda case, at, **which: strike_off(case, at))
    calls.note_call(call, "unsatisfied", "门还是关不上", actor=cast.chen, at=noon + HOUR)
    assert owed_to(cast.chen) == []
    what = f"the call to report {other} (accepted) was struck off unmade"
    assert list(check.findings()) == [("I12", case.number, what)]


def test_telling_settles_the_call_and_moves_nothing(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    calls.note_call(cases.owed_calls(cast.chen).get().id, "told", "", actor=cast.chen, at=noon)
    assert (owed(cast.chen), Case.objects.get(id=case.id).version) == ([], case.version)


def noted(case: Case) -> list[tuple[str, str, str]]:
    """(event, outcome, note) of the calls that stand in the case's story."""
    steps = [step for step in story("case", case.id) if step.entry.event == "call_back"]
    return [
        (step.entry.event, step.entry.after.get("outcome", ""), step.words.get("note", "")) for step in steps
    ]


def test_what_the_desk_says_on_the_phone_stands_in_the_story_of_a_closed_case(
    cast: Cast, noon: datetime
) -> None:
    case = advance(by_phone(cast, noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    said = "告诉他已经结案，他没有意见"
    calls.note_call(cases.owed_calls(cast.chen).get().id, "told", said, actor=cast.chen, at=noon + HOUR)
    after = Case.objects.get(id=case.id)
    assert noted(case) == [("call_back", "told", said)]
    assert (after.state, after.ending, after.ending_reason, after.closed_at, after.entered_at) == (
        "closed",
        "declined",
        "不属实",
        noon,
        noon,
    )
    assert (after.due_at, after.stage_due, list(check.findings())) == (None, None, [])


def told_of(cast: Cast, state: str, at: datetime) -> Case:
    """A case in this state, a call owed to Lin about something else than the result."""
    case = by_phone(cast, at)
    if state == "asked":
        return advance(case.id, Move("ask", note="哪个门？"), actor=cast.chen, at=at)
    if state == "reported":
        ask, answer = (cast.chen, Move("ask", note="哪个门？")), (cast.chen, Move("answer", note="北门"))
        return walk(case, ask, answer, at=at)
    moves = {
        "opened": (),
        "dispatched": ((cast.chen, Move("dispatch", party=cast.property)),),
        "in_hand": ((cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take"))),
    }
    to_check = (*moves["in_hand"], (cast.qian, done(at)))
    moves |= {"to_check": to_check, "to_confirm": (*to_check, (cast.zhao, Move("pass_check", note="好")))}
    closed = (*moves["to_confirm"], (cast.chen, Move("satisfied")))
    return walk(case, (cast.chen, Move("accept")), *(moves | {"closed": closed})[state], at=at)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("outcome", ["told", "not_reached"])
def test_a_note_on_a_call_stands_in_the_story_in_every_state_and_changes_nothing_else(
    state: State, outcome: str, cast: Cast, noon: datetime
) -> None:
    before = told_of(cast, state.value, noon)
    owed_here = cases.owed_calls(cast.chen).exclude(kind="please_confirm").filter(case=before)
    calls.note_call(owed_here[0].id, outcome, "他说知道了", actor=cast.chen, at=noon + HOUR)
    after = Case.objects.get(id=before.id)
    assert (before.state, noted(after)) == (state.value, [("call_back", outcome, "他说知道了")])
    changed = {name for name in FOLDED if getattr(before, name) != getattr(after, name)}
    assert changed == {"version"}
    assert (after.ending_reason, list(check.findings())) == (before.ending_reason, [])


def test_twin_an_arrival_that_closes_a_closed_case_again_is_seen(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Arrow, "closes", property(lambda arrow: arrow.target is State.CLOSED))
    case = advance(by_phone(cast, noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    call = cases.owed_calls(cast.chen).get().id
    try:
        calls.note_call(call, "told", "知道了", actor=cast.chen, at=noon + HOUR)
    except IntegrityError:
        return  # a decline without its public reason: the database refuses it
    after = Case.objects.get(id=case.id)
    assert (after.ending, after.closed_at) != ("declined", noon)


def test_only_a_call_from_the_list_is_written_into_a_closed_case(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("decline", reason="不属实"), actor=cast.chen, at=noon)
    with pytest.raises(NotFromHere):
        advance(case.id, Move("call_back", note="没有名单上的电话"), actor=cast.chen, at=noon)
    offered = {offer.event for offer in cases.offers_for(case, actor=cast.chen, at=noon)}
    assert offered == {"reopen"}


def test_an_owed_call_moves_with_its_case_to_another_desk(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    moved = Move("correct", place=cast.town.street_b)
    advance(case.id, moved, actor=cast.zhou, at=noon)
    assert list(CallBack.objects.values_list("kind", "desk")) == [("accepted", cast.desk_b)]
    assert owed(cast.chen) == []


@pytest.mark.parametrize(("kind", "outcome"), [("accepted", "satisfied"), ("please_confirm", "told")])
def test_an_outcome_that_does_not_fit_the_call_is_refused(
    kind: str, outcome: str, cast: Cast, noon: datetime
) -> None:
    case = by_phone(cast, noon)
    case = to_confirm(cast, case, noon) if kind == "please_confirm" else in_hand(cast, case, noon)
    call = cases.owed_calls(cast.chen).get(kind=kind)
    with pytest.raises(Invalid) as refused:
        calls.note_call(call.id, outcome, "x", actor=cast.chen, at=noon)
    assert (refused.value.field, refused.value.code) == ("outcome", "does_not_fit")


def test_an_unknown_outcome_is_refused(cast: Cast, noon: datetime) -> None:
    advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    with pytest.raises(Invalid):
        calls.note_call(cases.owed_calls(cast.chen).get().id, "busy", "", actor=cast.chen, at=noon)


def test_another_desk_finds_no_such_call_and_a_settled_one_is_gone(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, by_phone(cast, noon), noon)
    call = to_confirm_call(cast, case)
    for actor in (cast.mo, cast.zhao, cast.qian):
        with pytest.raises(NotFound):
            calls.note_call(call, "satisfied", "", actor=actor, at=noon)
    advance(case.id, Move("satisfied"), actor=lin(case), at=noon)
    for gone in (call, uuid4()):
        with pytest.raises(NotFound):
            calls.note_call(gone, "satisfied", "", actor=cast.chen, at=noon)


@pytest.mark.django_db(transaction=True)
def test_the_desk_on_the_phone_and_the_reporter_on_the_page_do_not_block_each_other(
    cast: Cast, office: Jurisdiction, noon: datetime
) -> None:
    """Both say yes at the same moment, again and again: one of them is told that it is done."""
    waiting = [to_confirm(cast, cast.lin_reports(noon, contact=PHONE), noon) for _ in range(6)]
    for case in waiting:
        call, resident = to_confirm_call(cast, case), lin(case)
        deeds: Iterator[Callable[[], object]] = iter(
            [
                partial(calls.note_call, call, "satisfied", "", actor=cast.chen, at=noon),
                partial(advance, case.id, Move("satisfied"), actor=resident, at=noon),
            ]
        )
        ends = together(partial(outcome, deeds), workers=2, jurisdiction=office.id)
        assert sorted(map(str, ends)) in (["call", "done"], ["done", "not_from_here"])
    assert set(Case.objects.values_list("state", "ending")) == {("closed", "solved")}


def outcome(deeds: Iterator[Callable[[], object]]) -> str:
    """Do the next deed: "done", or the refusal's code."""
    try:
        next(deeds)()
    except Refusal as refused:
        return refused.code
    return "done"
