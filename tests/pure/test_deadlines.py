"""Both clocks of a case, stage limits and the timer's next act, by the calendars an office gets (2026, Asia/Shanghai)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gezhi.catalogue
from gezhi.cases.deadlines import (
    WAITS_FOR_REPORTER,
    Act,
    Limits,
    StageLimits,
    Standing,
    clocks,
    earliest,
    next_act,
    stage_due,
)
from gezhi.cases.lifecycle import ARROWS, OPEN, Role, State
from gezhi.kernel.worktime import Pause, WorkCalendar, calendar_from_json

BOOK = Path(gezhi.catalogue.__file__).parent / "data" / "calendars.json"
CALENDARS: dict[str, WorkCalendar] = {
    one["code"]: calendar_from_json(one["hours"]) for one in json.loads(BOOK.read_text())["calendars"]
}
OFFICE, SEVEN = CALENDARS["office"], CALENDARS["property_seven_day"]
ONE_DAY = Limits(fix=480)
STAGES = StageLimits(
    accept=240, take=240, check=960, ask_days=5, confirm_days=7, remind_percent=75, escalation=240
)


def local(words: str) -> datetime:
    """ "02-14 17:00" of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{words.replace(' ', 'T')}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


MONDAY = local("03-02 09:00")


# ---- both clocks ----


@pytest.mark.parametrize(
    ("calendar", "received", "minutes", "due"),
    [
        ("office", "03-02 09:00", 480, "03-03 09:00"),
        ("office", "03-02 12:30", 60, "03-02 14:30"),  # at noon nobody works
        ("office", "03-06 17:00", 480, "03-09 17:00"),  # over a weekend
        ("office", "02-13 17:00", 480, "02-14 17:00"),  # the Saturday before the Spring Festival is worked
        ("office", "02-14 17:00", 480, "02-24 17:00"),  # the festival, 15–23 February, is not
        ("office", "02-27 17:00", 480, "02-28 17:00"),  # the Saturday after it is worked, too
        ("office", "09-30 17:00", 480, "10-08 17:00"),  # National Day, 1–7 October
        ("office", "09-30 17:00", 1440, "10-10 17:00"),  # made up for on Saturday the 10th
        ("office", "09-19 10:00", 60, "09-20 09:30"),  # a worked Sunday
        ("property_seven_day", "02-14 17:00", 480, "02-15 17:00"),
        ("property_seven_day", "09-30 17:00", 480, "10-01 17:00"),
        ("round_the_clock", "02-17 23:50", 30, "02-18 00:20"),
    ],
)
def test_the_fix_clock_counts_working_minutes_from_receipt(
    calendar: str, received: str, minutes: int, due: str
) -> None:
    found = clocks(local(received), Limits(fix=minutes), CALENDARS[calendar])
    assert (found.fix, found.make_safe, found.provisional) == (local(due), None, False)


def test_a_dangerous_category_runs_day_and_night_while_the_repair_keeps_office_hours() -> None:
    limits = Limits(make_safe=60, round_make_safe=True, fix=480)
    found = clocks(local("02-14 23:30"), limits, OFFICE)
    assert (found.make_safe, found.fix) == (local("02-15 00:30"), local("02-24 18:00"))


def test_a_pause_is_added_to_both_clocks() -> None:
    limits = Limits(make_safe=120, round_make_safe=True, fix=480)
    pause = Pause(local("03-02 10:00"), local("03-04 10:00"))
    found = clocks(MONDAY, limits, OFFICE, [pause])
    assert (found.make_safe, found.fix) == (local("03-04 11:00"), local("03-05 09:00"))


def test_nothing_is_due_while_a_pause_is_open() -> None:
    limits = Limits(make_safe=120, round_make_safe=True, fix=480)
    found = clocks(MONDAY, limits, OFFICE, [Pause(local("03-02 10:00"))])
    assert (found.make_safe, found.fix) == (None, None)


def test_a_clock_without_a_limit_does_not_run() -> None:
    assert clocks(MONDAY, Limits(), OFFICE).fix is None


def test_a_deadline_behind_the_last_published_holidays_is_provisional() -> None:
    assert clocks(local("12-31 17:00"), ONE_DAY, OFFICE).provisional
    assert not clocks(local("12-31 17:00"), ONE_DAY, SEVEN).provisional


# ---- stages ----


@pytest.mark.parametrize(
    ("state", "fix", "due"),
    [
        (State.REPORTED, None, "03-02 14:30"),
        (State.REPORTED, "03-02 10:00", "03-02 14:30"),  # accepting has its own limit only
        (State.ASKED, None, "03-09 09:00"),
        (State.OPENED, None, "03-02 14:30"),
        (State.OPENED, "03-02 10:00", "03-02 10:00"),
        (State.DISPATCHED, "03-05 09:00", "03-02 14:30"),
        (State.IN_HAND, "03-05 09:00", "03-05 09:00"),
        (State.IN_HAND, None, "03-04 09:00"),
        (State.TO_CHECK, "03-02 10:00", "03-04 09:00"),
        (State.TO_CONFIRM, None, "03-09 09:00"),
    ],
)
def test_each_stage_has_its_deadline(state: State, fix: str | None, due: str) -> None:
    fix_due = local(fix) if fix else None
    assert stage_due(state, MONDAY, fix_due, STAGES, OFFICE) == local(due)


def test_a_closed_case_has_no_deadline() -> None:
    with pytest.raises(ValueError, match="closed"):
        stage_due(State.CLOSED, MONDAY, None, STAGES, OFFICE)


def test_five_working_days_for_an_answer_leave_out_the_holidays() -> None:
    assert stage_due(State.ASKED, local("09-30 09:00"), None, STAGES, OFFICE) == local("10-13 09:00")


def test_seven_days_for_a_confirmation_are_plain_days() -> None:
    assert stage_due(State.TO_CONFIRM, local("09-30 09:00"), None, STAGES, OFFICE) == local("10-07 09:00")


# ---- the timer ----

WORKING = Standing(State.IN_HAND, MONDAY, MONDAY + timedelta(hours=8))
OVERDUE = replace(WORKING, reminded=True)


def act(standing: Standing) -> tuple[datetime, Act]:
    return next_act(standing, STAGES, OFFICE)


def test_it_reminds_when_most_of_the_time_is_used_up() -> None:
    assert act(WORKING) == (MONDAY + timedelta(hours=6), Act.REMIND)


def test_it_escalates_at_the_deadline() -> None:
    assert act(OVERDUE) == (OVERDUE.due, Act.ESCALATE)


def test_the_next_rung_follows_so_many_working_minutes_later() -> None:
    later = replace(OVERDUE, last_escalated_at=local("03-02 17:00"))
    assert act(later) == (local("03-03 11:30"), Act.ESCALATE)


def test_from_the_last_rung_on_it_reminds_once_a_working_day() -> None:
    ended = replace(OVERDUE, last_escalated_at=local("03-06 17:00"), ladder_ended=True)
    assert act(ended) == (local("03-09 17:00"), Act.REMIND)


@pytest.mark.parametrize("ladder_ended", [False, True])
def test_whoever_was_late_once_is_left_in_peace_until_the_next_deadline(ladder_ended: bool) -> None:
    """An overdue acceptance went up the ladder; then the work itself has its own, later deadline."""
    standing = replace(
        OVERDUE, due=MONDAY + timedelta(days=9), last_escalated_at=MONDAY, ladder_ended=ladder_ended
    )
    assert act(standing)[0] == standing.due


def test_an_overdue_new_round_is_reminded_at_once() -> None:
    late = Standing(State.IN_HAND, MONDAY, MONDAY - timedelta(days=2))
    assert act(late) == (MONDAY, Act.REMIND)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(State.ASKED, MONDAY, local("03-09 09:00")), Act.ASK_LAPSES),
        (Standing(State.TO_CONFIRM, MONDAY, local("03-09 09:00")), Act.CONFIRM_LAPSES),
        (
            Standing(State.IN_HAND, MONDAY, local("03-09 09:00"), True, local("03-09 09:00")),
            Act.RESUME,
        ),
    ],
)
def test_a_silence_lapses_and_a_pause_ends_on_its_day(standing: Standing, expected: Act) -> None:
    assert act(standing) == (local("03-09 09:00"), expected)


def test_an_objection_does_not_lapse_but_is_reminded_and_escalated() -> None:
    objected = Standing(State.TO_CONFIRM, MONDAY, local("03-09 09:00"), has_objection=True)
    assert act(objected)[1] is Act.REMIND
    assert act(replace(objected, reminded=True)) == (local("03-09 09:00"), Act.ESCALATE)


@pytest.mark.parametrize(
    ("state", "flags"), [(state, flags) for state in OPEN for flags in product((False, True), repeat=4)]
)
def test_whatever_the_timer_does_is_a_drawn_arrow_of_the_clock(state: State, flags: tuple[bool, ...]) -> None:
    reminded, escalated, ended, objected = flags
    standing = Standing(
        state,
        MONDAY,
        MONDAY + timedelta(days=1),
        False,
        None,
        objected,
        reminded,
        MONDAY if escalated else None,
        ended,
    )
    drawn = {arrow.event for arrow in ARROWS if arrow.source is state and Role.SYSTEM in arrow.who}
    assert act(standing)[1].value in drawn


@given(
    entered=st.timedeltas(timedelta(days=-400), timedelta(days=280)).map(lambda since: MONDAY + since),
    span=st.timedeltas(timedelta(days=-30), timedelta(days=60)),
    since=st.none() | st.timedeltas(timedelta(), timedelta(days=30)),
    reminded=st.booleans(),
    ended=st.booleans(),
)
def test_an_escalation_never_comes_before_the_deadline(
    entered: datetime, span: timedelta, since: timedelta | None, reminded: bool, ended: bool
) -> None:
    standing = Standing(
        State.IN_HAND,
        entered,
        entered + span,
        reminded=reminded,
        last_escalated_at=None if since is None else entered + since,
        ladder_ended=ended,
    )
    when, what = act(standing)
    assert when.utcoffset() is not None
    assert what is not Act.ESCALATE or when >= standing.due


# ---- orders from above ----

EARLY, MIDDLE, LATE = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 3, 4))


def of_state(state: State, **changed: datetime | None) -> datetime:
    known = {"stage": MIDDLE, "fix": None, "make_safe": None, "review": None, "order": None}
    return earliest(state, **known | changed)


@pytest.mark.parametrize("state", sorted(set(State) - WAITS_FOR_REPORTER - {State.CLOSED}))
def test_an_order_that_is_due_first_counts_in_every_state_in_which_the_office_acts(state: State) -> None:
    assert of_state(state, order=EARLY) == EARLY
    assert of_state(state, order=LATE) == MIDDLE


@pytest.mark.parametrize("state", sorted(WAITS_FOR_REPORTER))
def test_an_order_does_not_cut_the_reporters_days_short(state: State) -> None:
    assert of_state(state, order=EARLY) == MIDDLE


def test_an_order_does_not_wake_what_was_carried_forward() -> None:
    assert of_state(State.IN_HAND, order=EARLY, review=LATE) == LATE


def test_both_clocks_of_a_case_count_beside_an_order() -> None:
    assert of_state(State.IN_HAND, fix=EARLY, order=LATE) == EARLY
    assert of_state(State.TO_CHECK, fix=EARLY, order=LATE) == MIDDLE


def test_both_clocks_of_a_case_count_before_anybody_has_sorted_it() -> None:
    assert of_state(State.REPORTED, fix=EARLY) == EARLY
    assert of_state(State.REPORTED, make_safe=EARLY, fix=LATE) == EARLY
    assert of_state(State.ASKED, make_safe=EARLY) == MIDDLE
