"""I12 on live data: `gezhi check` names every step whose message or call is missing, and stays quiet where none was due."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import calls, check, hearing
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case
from gezhi.cases.move import Move
from gezhi.flows.reach_reporter import forget
from gezhi.journal.models import Errand
from gezhi.kernel.finding import Finding
from tests.cases.test_calls import PHONE, by_phone, to_confirm
from tests.cast import Cast, lin, walk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def report_of(case: Case) -> UUID:
    return cases.report_ids([case.id])[case.id][0]


def mute(case: Case, what: str) -> None:
    """The message is gone, as if nobody had queued it."""
    gone, _ = Errand.objects.filter(kind="message.reporter", payload__what=what).delete()
    assert gone == 1


def no_message(case: Case, step: int, event: str, report: UUID | None = None) -> Finding:
    of = report or report_of(case)
    return Finding("I12", case.number, f"step {step} ({event}): the message to report {of} is missing")


def no_call(case: Case, step: int, event: str) -> Finding:
    return Finding(
        "I12", case.number, f"step {step} ({event}): report {report_of(case)} is on no call-back list"
    )


def test_a_whole_story_with_every_telling_step_is_clean(cast: Cast, noon: datetime) -> None:
    until = noon + 20 * DAY
    case = walk(
        by_phone(cast, noon),
        (cast.chen, Move("ask", note="哪个门？")),
        (cast.chen, Move("answer", note="北门")),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, Move("request_extension", reason="定制玻璃", until=until)),
        (cast.zhou, Move("approve_extension")),
        (cast.zhou, Move("carry_forward", reason="等玻璃", until=until)),
        (cast.zhou, Move("not_ours", reason="归房管")),
        (cast.chen, Move("reopen", reason="弄错了")),
        at=noon,
    )
    told = Errand.objects.filter(kind="message.reporter").values_list("payload__what", flat=True)
    assert sorted(told) == ["accepted", "asked", "closed", "extended", "paused", "reopened"]
    assert list(check.findings()) == []
    assert case.state == "in_hand"


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (Move("accept"), "accepted"),
        (Move("ask", note="哪个门？"), "asked"),
        (Move("decline", reason="不属实"), "declined"),
    ],
)
def test_a_step_without_its_message_is_found(event: Move, what: str, cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, event, actor=cast.chen, at=noon)
    assert list(check.findings()) == []
    mute(case, what)
    assert list(check.findings()) == [no_message(case, 2, event.event)]


@pytest.mark.parametrize("what", ["please_confirm", "closed"])
def test_a_result_that_nobody_was_told_is_found(what: str, cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, cast.lin_reports(noon), noon)
    case = advance(case.id, Move("satisfied"), actor=lin(case), at=noon)
    mute(case, what)
    step = {"please_confirm": (6, "pass_check"), "closed": (7, "satisfied")}[what]
    assert list(check.findings()) == [no_message(case, *step)]


def test_twin_a_move_that_tells_nobody_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.actions.tell", lambda case, doing: None)
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    assert list(check.findings()) == [no_message(case, 2, "accept"), no_call(case, 2, "accept")]


# ---- who is to be rung up ----


def test_a_call_that_was_never_put_on_the_list_is_found(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    CallBack.objects.all().delete()
    assert list(check.findings()) == [no_call(case, 2, "accept")]


def test_the_call_is_the_message_of_whoever_has_no_other_channel(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    mute(case, "accepted")
    assert list(check.findings()) == []


def test_the_call_is_not_the_message_of_whoever_has_the_status_page(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, cast.lin_reports(noon, contact=PHONE), noon)
    mute(case, "please_confirm")
    assert list(check.findings()) == [no_message(case, 6, "pass_check")]


def test_a_call_owed_already_and_one_made_since_are_both_calls(cast: Cast, noon: datetime) -> None:
    ask, answer = (cast.chen, Move("ask", note="哪个门？")), (cast.chen, Move("answer", note="北门"))
    case = walk(by_phone(cast, noon), ask, answer, ask, at=noon)
    owed = cases.owed_calls(cast.chen).get().id
    calls.note_call(owed, "told", "", actor=cast.chen, at=noon + HOUR)
    walk(case, answer, ask, at=noon + 2 * HOUR)
    assert list(check.findings()) == []
    CallBack.objects.filter(done_at=None).delete()
    assert list(check.findings()) == [no_call(case, 6, "ask")]


def test_whoever_said_yes_in_a_call_needs_no_other_call(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, by_phone(cast, noon), noon)
    call = cases.owed_calls(cast.chen).get(kind="please_confirm").id
    calls.note_call(call, "satisfied", "", actor=cast.chen, at=noon + HOUR)
    assert list(check.findings()) == []
    CallBack.objects.filter(id=call).update(outcome="not_reached")
    unmade = f"the call to report {report_of(case)} (accepted) was struck off unmade"
    assert list(check.findings()) == [no_call(case, 7, "satisfied"), ("I12", case.number, unmade)]


# ---- joined cases ----


def test_who_came_with_another_case_hears_from_then_on(cast: Cast, noon: datetime) -> None:
    case, other = cast.lin_reports(noon), cast.lin_reports(noon)
    his = report_of(other)
    case = advance(case.id, Move("ask", note="哪个门？"), actor=cast.chen, at=noon)
    advance(other.id, Move("join", into=case.id), actor=cast.chen, at=noon)
    case = walk(case, (cast.chen, Move("answer", note="北门")), (cast.chen, Move("accept")), at=noon)
    assert list(check.findings()) == []
    Errand.objects.filter(key=f"{case.id}:{case.version}:{his}").delete()
    assert list(check.findings()) == [no_message(case, case.version, "accept", his)]


def test_who_was_taken_out_again_hears_of_his_own_case_only(cast: Cast, noon: datetime) -> None:
    case, other, third = (cast.lin_reports(noon) for _ in range(3))
    advance(other.id, Move("join", into=case.id), actor=cast.chen, at=noon)
    advance(case.id, Move("join", into=third.id), actor=cast.chen, at=noon)
    advance(other.id, Move("undo_join"), actor=cast.chen, at=noon)
    advance(case.id, Move("undo_join"), actor=cast.chen, at=noon)
    for one in (case, other, third):
        advance(one.id, Move("accept"), actor=cast.chen, at=noon)
    assert list(check.findings()) == []


# ---- forgotten people, many cases ----


def test_a_forgotten_reporter_is_not_missed_and_not_rung_up(cast: Cast, noon: datetime) -> None:
    case = advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    forget(case.id, report_of(case), "他要求的", actor=cast.chen, at=noon + HOUR)
    assert list(cases.owed_calls(cast.chen)) == []
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")), at=noon + HOUR)
    advance(case.id, Move("wont_do", reason="超出职责"), actor=cast.zhou, at=noon + HOUR)
    assert list(check.findings()) == []
    Errand.objects.filter(kind="message.reporter").delete()
    assert list(check.findings()) == []


def test_every_page_of_cases_is_looked_at(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "PAGE", 2)
    told = [advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon) for _ in range(5)]
    Errand.objects.filter(kind="message.reporter").delete()
    assert {one.where for one in check.findings()} == {case.number for case in told}


def test_a_page_costs_the_same_for_one_case_and_for_many(cast: Cast, noon: datetime) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert list(check.findings()) == []
        return len(asked)

    advance(by_phone(cast, noon).id, Move("accept"), actor=cast.chen, at=noon)
    one = queries()
    for _ in range(5):
        to_confirm(cast, by_phone(cast, noon), noon)
    assert queries() == one
