"""The clocks of real cases and the worker that acts on them: reminders, the ladder, silences, pauses, lost days (I2, I10)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from gezhi.cases import check, timing
from gezhi.cases.actions import advance
from gezhi.cases.models import Case, Escalation
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.journal import outbox
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import actions as parties
from tests.cast import Cast, done, lin, walk

SHANGHAI, HOUR, DAY = ZoneInfo("Asia/Shanghai"), timedelta(hours=1), timedelta(days=1)


def local(words: str) -> datetime:
    """ "02-14 17:00" of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{words.replace(' ', 'T')}").replace(tzinfo=SHANGHAI)


def work(at: datetime) -> None:
    """The worker at this moment, until nothing is due any more."""
    assert any(not worker.do_errands(at) for _ in range(30)), "the worker never comes to rest"


def deeds(case: Case) -> list[str]:
    """What was done to the case so far, without the opening."""
    return [step.entry.event for step in story("case", case.id)][1:]


def told(case: Case) -> list[tuple[str, str]]:
    """What the clock did and when, in Shanghai."""
    steps = [step.entry for step in story("case", case.id) if step.entry.actor_kind == "system"]
    return [(step.event, f"{step.at.astimezone(SHANGHAI):%m-%d %H:%M}") for step in steps]


def rungs(case: Case) -> list[tuple[int, int, str]]:
    """(round, level, party's name) of every escalation."""
    rows = Escalation.objects.filter(case=case).order_by("round", "level")
    return list(rows.values_list("round", "level", "party__name"))


def dispatched(cast: Cast, at: datetime) -> Case:
    """A case of rubbish (fix in 240 working minutes, no make-safe clock) that the property company has not taken yet."""
    return walk(
        cast.lin_reports(at, "垃圾没人清", category=catalogue.by_code("0101").id),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        at=at,
    )


def to_confirm(cast: Cast, at: datetime) -> Case:
    return walk(
        dispatched(cast, at),
        (cast.qian, Move("take")),
        (cast.qian, done(at)),
        (cast.zhao, Move("pass_check", note="干净")),
        at=at,
    )


# ---- where the clocks stand ----


def test_both_clocks_start_at_receipt_not_at_signing(cast: Cast, noon: datetime) -> None:
    """0501: two hours day and night to make safe, two working days to mend."""
    case = cast.lin_reports(noon)
    case = advance(case.id, Move("accept"), actor=cast.chen, at=noon + 3 * HOUR)
    assert (case.make_safe_due, case.fix_due) == (local("03-02 14:00"), local("03-04 12:00"))
    assert case.due_at == local("03-02 14:00")


def test_the_festival_does_not_count_for_an_office_but_for_a_seven_day_company(cast: Cast) -> None:
    """Received on the worked Saturday before the Spring Festival; the clocks are those of whoever has it."""
    at = local("02-14 17:00")
    who = {"actor": SYSTEM, "at": at}
    company = parties.add_party(
        "property",
        "七日物业",
        "qr",
        "0631-0000109",
        parent_id=cast.desk_a,
        calendar="property_seven_day",
        **who,
    )
    case = advance(cast.lin_reports(at).id, Move("accept"), actor=cast.chen, at=at)
    at_the_desk = case.fix_due
    case = advance(case.id, Move("dispatch", party=company), actor=cast.chen, at=at)
    at_the_company = case.fix_due
    case = advance(case.id, Move("undo_dispatch"), actor=cast.chen, at=at)
    assert (at_the_desk, at_the_company) == (local("02-25 17:00"), local("02-16 17:00"))
    assert case.fix_due == at_the_desk


def test_national_day_moves_the_deadline_and_the_made_up_saturday_counts(cast: Cast) -> None:
    at = local("09-30 17:00")
    case = cast.lin_reports(at, "有人从楼上扔东西", category=catalogue.by_code("0508").id)
    case = advance(case.id, Move("accept"), actor=cast.chen, at=at)
    minutes = catalogue.default_condition(case.category_id).fix.minutes
    assert (minutes, case.fix_due) == (5 * 480, local("10-13 17:00"))
    assert case.make_safe_due == local("09-30 18:00")


def test_another_condition_sets_the_clocks_anew_from_receipt(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    rubbish = catalogue.by_code("0101").id
    case = advance(case.id, Move("correct", category=rubbish), actor=cast.chen, at=noon + 5 * DAY)
    assert (case.make_safe_due, case.fix_due) == (None, local("03-02 17:30"))


def test_what_is_made_safe_has_only_the_second_clock_left(cast: Cast, noon: datetime) -> None:
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    work(local("03-02 14:00"))
    assert rungs(case) == [(1, 1, "悦海社区")]
    case = advance(case.id, Move("made_safe", note="围好了"), actor=cast.wei, at=local("03-02 14:05"))
    assert (case.made_safe_at, case.due_at) == (local("03-02 14:05"), local("03-02 17:30"))
    assert check_is_clean()


def test_made_safe_a_second_time_keeps_the_first_moment(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    safe = Move("made_safe", note="围好了")
    case = walk(case, (cast.wei, safe), at=noon + HOUR)
    assert walk(case, (cast.wei, safe), at=noon + 2 * HOUR).made_safe_at == noon + HOUR


def check_is_clean() -> bool:
    return list(check.findings()) == []


# ---- reminder and ladder ----


def test_the_worker_reminds_then_climbs_to_the_officer_and_reminds_him_daily(
    cast: Cast, noon: datetime
) -> None:
    """Taken by nobody: limit 17:30, reminded when three quarters are used up, a rung each 240 working minutes."""
    case = dispatched(cast, noon)
    for minutes in range(0, 4 * 24 * 60, 15):
        work(noon + timedelta(minutes=minutes))
    assert told(case) == [
        ("remind", "03-02 16:15"),
        ("escalate", "03-02 17:30"),
        ("escalate", "03-03 12:00"),
        ("escalate", "03-03 17:30"),
        ("remind", "03-04 17:30"),
        ("remind", "03-05 17:30"),
    ]
    assert rungs(case) == [(1, 1, "长峰物业"), (1, 2, "悦海社区"), (1, 3, "皇冠街道办事处")]
    case.refresh_from_db()
    assert (case.ladder_ended, case.escalated_to_id, case.lead_id) == (True, cast.office_desk, cast.property)
    assert check_is_clean()


def test_a_case_taken_in_time_bothers_nobody(cast: Cast, noon: datetime) -> None:
    case = advance(dispatched(cast, noon).id, Move("take"), actor=cast.qian, at=noon + HOUR)
    work(noon + 2 * HOUR)
    assert (told(case), rungs(case)) == ([], [])


def test_an_overdue_check_is_first_a_matter_of_the_desk_that_has_it_checked(
    cast: Cast, noon: datetime
) -> None:
    """The company has done its work; it is not late."""
    case = walk(dispatched(cast, noon), (cast.qian, Move("take")), (cast.qian, done(noon)), at=noon)
    for days in range(10):
        work(noon + days * DAY)
    assert rungs(case) == [(1, 1, "悦海社区"), (1, 2, "皇冠街道办事处")]


def test_a_case_one_level_up_is_not_led_down_again(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    back, send = Move("return", reason="不归我们"), Move("dispatch", party=cast.property)
    moves = ((cast.sun, back), (cast.chen, send), (cast.sun, back), (cast.chen, send), (cast.sun, back))
    case = walk(case, *moves, at=noon)
    for days in range(5):
        work(noon + days * DAY)
    assert rungs(case) == [(1, 1, "皇冠街道办事处")]


def test_a_new_round_starts_the_ladder_anew(cast: Cast, noon: datetime) -> None:
    case = advance(dispatched(cast, noon).id, Move("take"), actor=cast.qian, at=noon)
    work(noon + DAY)
    late = noon + DAY + HOUR
    case = walk(case, (cast.qian, done(late)), (cast.zhao, Move("fail_check", reason="没清完")), at=late)
    assert (case.escalations, case.ladder_ended, case.last_escalated_at, case.escalated_to_id) == (
        0,
        False,
        None,
        None,
    )
    work(late)
    assert rungs(case) == [(1, 1, "长峰物业"), (2, 1, "长峰物业")]
    assert check_is_clean()


def test_the_database_refuses_the_same_rung_twice_even_if_the_count_slept(cast: Cast, noon: datetime) -> None:
    """Twin of I10: the count of escalations set back by hand."""
    case = dispatched(cast, noon)
    up = Move("escalate", party=cast.property)
    advance(case.id, up, actor=SYSTEM, at=noon)
    Case.objects.filter(id=case.id).update(escalations=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        advance(case.id, up, actor=SYSTEM, at=noon)


def test_an_officer_reminded_of_an_overdue_acceptance_is_left_in_peace_while_the_work_has_time(
    cast: Cast, noon: datetime
) -> None:
    case = cast.lin_reports(noon, "井盖松了", category=catalogue.by_code("0403").id)
    for hours in range(0, 48, 2):
        work(noon + hours * HOUR)
    monday = local("03-04 12:00")
    assert Case.objects.get(id=case.id).ladder_ended
    moves = (
        (cast.chen, Move("accept")),
        (cast.wei, Move("made_safe", note="围好了")),
        (cast.chen, Move("dispatch", party=cast.agency)),
        (cast.gao, Move("take")),
        (cast.gao, Move("request_extension", reason="等井盖", until=monday + 20 * DAY)),
        (cast.zhou, Move("approve_extension")),
    )
    case = walk(case, *moves, at=monday)
    before = len(told(case))
    for days in range(1, 14):
        work(monday + days * DAY)
    assert told(case)[before:] == []


# ---- silences ----


def test_a_question_without_answer_lapses_after_five_working_days(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("ask", note="哪个门？"), actor=cast.chen, at=noon)
    work(local("03-09 11:59"))
    assert deeds(case) == ["ask"]
    work(local("03-09 12:00"))
    case.refresh_from_db()
    assert (deeds(case), case.state) == (["ask", "ask_lapses"], "reported")
    assert case.due_at == local("03-09 17:30")


def test_what_is_dangerous_raises_the_alarm_before_anybody_has_sorted_it(cast: Cast, noon: datetime) -> None:
    """A drain overflows on Saturday evening: the desk's own four working hours would end on Monday."""
    saturday = local("03-07 18:56")
    case = cast.lin_reports(saturday, "污水冒出来了", category=catalogue.by_code("0404").id)
    assert case.due_at == case.make_safe_due == saturday + 2 * HOUR
    work(saturday + 2 * HOUR)
    assert "escalate" in deeds(case)


def test_an_answer_in_time_stops_the_lapse(cast: Cast, noon: datetime) -> None:
    case = advance(cast.lin_reports(noon).id, Move("ask", note="哪个门？"), actor=cast.chen, at=noon)
    advance(case.id, Move("answer", note="北门"), actor=lin(case), at=local("03-09 11:00"))
    work(local("03-09 12:00"))
    assert deeds(case) == ["ask", "answer"]


def test_seven_silent_days_close_as_no_answer(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, noon)
    work(noon + 7 * DAY - timedelta(seconds=1))
    assert Case.objects.get(id=case.id).state == "to_confirm"
    work(noon + 7 * DAY)
    case.refresh_from_db()
    assert (case.state, case.ending, case.closed_at) == ("closed", "no_answer", noon + 7 * DAY)
    assert check_is_clean()


def test_an_objection_is_never_silenced_by_the_clock(cast: Cast, noon: datetime) -> None:
    case = to_confirm(cast, noon)
    case = advance(case.id, Move("unsatisfied", reason="还有味道"), actor=lin(case), at=noon + DAY)
    for days in range(30):
        work(noon + days * DAY)
    case.refresh_from_db()
    assert (case.state, case.has_objection) == ("to_confirm", True)
    assert rungs(case) == [(1, 1, "悦海社区"), (1, 2, "皇冠街道办事处")]


# ---- pauses ----


def test_the_worker_ends_a_pause_on_its_review_day(cast: Cast, noon: datetime) -> None:
    case = advance(dispatched(cast, noon).id, Move("take"), actor=cast.qian, at=noon)
    due = case.fix_due
    pause = Move("carry_forward", reason="等配件", until=noon + 7 * DAY)
    case = advance(case.id, pause, actor=cast.zhou, at=noon)
    for days in range(7):
        work(noon + days * DAY)
    assert told(case) == []
    work(noon + 7 * DAY)
    case.refresh_from_db()
    assert (told(case)[0], case.review_at) == (("resume", "03-09 12:00"), None)
    assert case.fix_due == case.due_at == due + 7 * DAY  # type: ignore[operator]


@pytest.mark.parametrize("event", ["done", "raise", "not_found", "not_ours", "hand_over"])
def test_whoever_moves_a_paused_case_on_ends_the_pause(event: str, cast: Cast, noon: datetime) -> None:
    case = advance(dispatched(cast, noon).id, Move("take"), actor=cast.qian, at=noon)
    due = case.fix_due
    pause = Move("carry_forward", reason="等配件", until=noon + 30 * DAY)
    advance(case.id, pause, actor=cast.zhou, at=noon)
    actor, move = {
        "done": (cast.qian, done(noon)),
        "raise": (cast.chen, Move("raise", reason="要执法", party=cast.agency)),
        "not_found": (cast.qian, Move("not_found", note="没看到")),
        "not_ours": (cast.zhou, Move("not_ours", reason="归法院管")),
        "hand_over": (SYSTEM, Move("hand_over", party=cast.agency)),
    }[event]
    case = advance(case.id, move, actor=actor, at=noon + 7 * DAY)
    assert case.review_at is None
    assert case.fix_due == due + 7 * DAY  # type: ignore[operator]
    assert [one.ended_at for one in timing.Pause.objects.filter(case=case)] == [noon + 7 * DAY]
    for days in range(7, 40):
        work(noon + days * DAY)
    assert list(outbox.parked()) == []
    assert check_is_clean()
