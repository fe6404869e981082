"""Working time. 2026: Spring Festival 15–23 February, make-up Saturdays 14 and 28 February."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.catalogue.holidays import china_holidays
from gezhi.kernel import workcalendar, worktime
from gezhi.kernel.worktime import (
    ROUND_THE_CLOCK,
    WORKING_DAY_MINUTES,
    Due,
    Pause,
    Periods,
    Season,
    WorkCalendar,
    due_at,
    is_working,
    next_working,
    with_holidays,
    working_minutes,
)

CHINA = ZoneInfo("Asia/Shanghai")
HOURS = ((510, 720), (810, 1080))  # 08:30–12:00, 13:30–18:00


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def with_china(calendar: WorkCalendar, *years: int) -> WorkCalendar:
    for year in years:
        off, makeup = china_holidays(year) or pytest.fail(f"no table for {year}")
        calendar = with_holidays(calendar, year, off, makeup)
    return calendar


PLAIN = WorkCalendar(Periods.on_weekdays(*HOURS))
OFFICE = with_china(PLAIN, 2024, 2025, 2026)
NIGHT_SHIFT = WorkCalendar(Periods.every_day((1320, 1800)), seven_day=True)  # 22:00–06:00
NEW_YORK = WorkCalendar(Periods.every_day((0, 1440)), seven_day=True, zone="America/New_York")
EARLY_NEW_YORK = WorkCalendar(Periods.every_day((60, 240)), seven_day=True, zone="America/New_York")
SUMMER = replace(OFFICE, seasons=(Season((6, 1), (9, 30), Periods.on_weekdays((510, 720), (840, 1110))),))
SHIFTS_AND_DAYS = WorkCalendar(Periods(((),) * 4 + (((480, 720), (1320, 1800)),) + (((300, 600),), ())))
CALENDARS = (OFFICE, SUMMER, ROUND_THE_CLOCK, NIGHT_SHIFT, NEW_YORK, EARLY_NEW_YORK, SHIFTS_AND_DAYS)

calendars = st.sampled_from(CALENDARS)
moments = st.integers(0, 1_500_000).map(
    lambda minute: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)
minutes = st.integers(0, 20 * WORKING_DAY_MINUTES)


def due(start: datetime, count: float, calendar: WorkCalendar, *pauses: Pause) -> datetime:
    found = due_at(start, count, calendar, pauses)
    assert found is not None
    return found.at


@st.composite
def closed_pauses(draw: st.DrawFn) -> list[Pause]:
    starts = draw(st.lists(moments, max_size=4))
    return [Pause(start, start + timedelta(minutes=draw(st.integers(0, 20_000)))) for start in starts]


# --- days and hours


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-03-02 08:30", 480, "2026-03-02 18:00"),  # one working day ends that evening
        ("2026-03-02 09:00", 480, "2026-03-03 09:00"),
        ("2026-03-02 11:30", 60, "2026-03-02 14:00"),  # over the midday break
        ("2026-03-02 12:30", 1, "2026-03-02 13:31"),
        ("2026-03-06 17:30", 60, "2026-03-09 09:00"),  # over the weekend
        ("2026-03-07 03:00", 240, "2026-03-09 14:00"),
        ("2026-03-02 08:30", 0, "2026-03-02 08:30"),
        ("2026-03-07 03:00", 0, "2026-03-07 03:00"),  # at once, even at night
        ("2026-03-02 08:30", 0.5, "2026-03-02 08:30:30"),
    ],
)
def test_office_hours_are_counted_and_nothing_else(start: str, count: float, expected: str) -> None:
    assert due_at(here(start), count, OFFICE) == Due(here(expected).astimezone(UTC), provisional=False)


def test_the_answer_is_in_utc() -> None:
    assert due(here("2026-03-02 08:30"), 60, OFFICE).tzinfo is UTC
    assert next_working(here("2026-03-02 06:00"), OFFICE).tzinfo is UTC


def test_the_time_zone_of_the_question_does_not_matter() -> None:
    start = here("2026-03-02 09:00")
    assert due(start, 480, OFFICE) == due(start.astimezone(ZoneInfo("America/New_York")), 480, OFFICE)


def test_dangerous_matters_run_day_and_night() -> None:
    assert due_at(here("2026-02-16 23:00"), 24 * 60, ROUND_THE_CLOCK) == Due(
        here("2026-02-17 23:00").astimezone(UTC), provisional=False
    )


def test_midnight_is_the_end_of_one_day_and_the_start_of_the_next() -> None:
    assert due(here("2026-03-02 00:00"), 1440, ROUND_THE_CLOCK) == here("2026-03-03 00:00")
    assert is_working(here("2026-03-03 00:00"), ROUND_THE_CLOCK)


def test_the_leap_day_is_a_day() -> None:
    assert due(here("2024-02-28 17:00"), 480, OFFICE) == here("2024-02-29 17:00")
    assert due(here("2025-02-28 12:00"), 24 * 60, ROUND_THE_CLOCK) == here("2025-03-01 12:00")
    assert due(here("2024-02-28 12:00"), 24 * 60, ROUND_THE_CLOCK) == here("2024-02-29 12:00")


def test_a_period_begins_working_and_ends_not_working() -> None:
    assert [is_working(here(f"2026-03-02 {at}"), OFFICE) for at in ("08:29", "08:30", "11:59", "12:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_the_next_working_moment_is_now_or_the_next_opening() -> None:
    assert next_working(here("2026-03-02 10:00"), OFFICE) == here("2026-03-02 10:00")
    assert next_working(here("2026-03-06 18:00"), OFFICE) == here("2026-03-09 08:30")


# --- holidays


def test_spring_festival_is_skipped_and_the_saturdays_before_and_after_are_worked() -> None:
    assert due(here("2026-02-13 17:00"), 120, OFFICE) == here("2026-02-14 09:30")
    assert due(here("2026-02-14 17:00"), 120, OFFICE) == here("2026-02-24 09:30")
    assert working_minutes(here("2026-02-14 18:00"), here("2026-02-24 08:30"), OFFICE) == 0
    assert working_minutes(here("2026-02-28 00:00"), here("2026-03-01 00:00"), OFFICE) == 480


def test_without_the_holiday_table_the_same_deadline_falls_into_spring_festival() -> None:
    bare = replace(OFFICE, holidays=frozenset(), makeup_days=frozenset())
    assert due(here("2026-02-13 17:00"), 120, bare) == here("2026-02-16 09:30")


def test_a_makeup_day_without_hours_of_its_own_takes_those_of_the_first_working_weekday() -> None:
    sunday = date(2026, 1, 4)
    assert OFFICE.periods_on(sunday) == HOURS
    own = replace(OFFICE, periods=Periods((HOURS,) * 5 + (((540, 720),), ((600, 660),))))
    assert own.periods_on(sunday) == ((600, 660),)


def test_a_seven_day_service_works_through_the_holidays_and_is_never_provisional() -> None:
    service = WorkCalendar(
        Periods.every_day((480, 720)), seven_day=True, holidays=frozenset({date(2026, 2, 17)})
    )
    assert due_at(here("2026-02-17 08:00"), 60, service) == Due(
        here("2026-02-17 09:00").astimezone(UTC), False
    )
    assert due_at(here("2031-02-17 08:00"), 60, service) == Due(
        here("2031-02-17 09:00").astimezone(UTC), False
    )


@pytest.mark.parametrize(
    ("start", "count", "provisional"),
    [
        ("2026-12-30 09:00", 480, False),
        ("2026-12-31 17:00", 120, True),  # due in 2027
        ("2023-12-29 17:00", 480, True),  # began in 2023
        ("2027-06-01 09:00", 60, True),
    ],
)
def test_a_year_without_a_table_is_marked_provisional(start: str, count: int, provisional: bool) -> None:
    answer = due_at(here(start), count, OFFICE)
    assert answer is not None
    assert answer.provisional is provisional


def test_a_year_without_a_table_runs_on_the_plain_week() -> None:
    assert due(here("2027-02-08 17:00"), 120, OFFICE) == due(here("2027-02-08 17:00"), 120, PLAIN)


def test_sabotage_a_calendar_that_claims_every_year_is_not_provisional() -> None:
    boast = replace(OFFICE, known_years=frozenset(range(1900, 2200)))
    answer = due_at(here("2027-06-01 09:00"), 60, boast)
    assert answer is not None
    assert not answer.provisional


# --- seasons, nights, clocks that change


def test_summer_hours_hold_from_the_first_to_the_last_day_of_the_season() -> None:
    assert [
        due(here(f"{day} 12:00"), 1, SUMMER).astimezone(CHINA).hour for day in ("2026-05-29", "2026-06-01")
    ] == [
        13,
        14,
    ]
    assert due(here("2026-09-30 12:00"), 1, SUMMER) == here("2026-09-30 14:01")
    assert due(here("2026-10-08 12:00"), 1, SUMMER) == here("2026-10-08 13:31")


def test_a_season_may_cross_new_year() -> None:
    winter = Season((11, 15), (3, 15), Periods.every_day((540, 1020)))
    assert [winter.covers(date(2026, month, 15)) for month in (10, 11, 1, 3, 4)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_night_shift_crosses_midnight_and_is_counted_once() -> None:
    assert due(here("2026-03-02 21:00"), 480, NIGHT_SHIFT) == here("2026-03-03 06:00")
    assert working_minutes(here("2026-03-02 12:00"), here("2026-03-04 12:00"), NIGHT_SHIFT) == 960
    assert is_working(here("2026-03-03 03:00"), NIGHT_SHIFT)
    friday_noon, sunday = here("2026-03-06 12:00"), here("2026-03-08 00:00")
    assert working_minutes(friday_noon, sunday, SHIFTS_AND_DAYS) == 120 + 360 + 240  # 05:00–06:00 is in both


def test_a_shift_that_began_before_the_holiday_is_worked_to_its_end() -> None:
    nights = with_china(WorkCalendar(Periods((((1320, 1800),),) * 5 + ((), ()))), 2026)
    assert is_working(here("2026-05-01 05:00"), nights)
    assert not is_working(here("2026-05-01 23:00"), nights)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)])
def test_a_day_on_which_the_clocks_change_has_its_true_length(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=NEW_YORK.tz)
    assert working_minutes(midnight, midnight + timedelta(days=1), NEW_YORK) == hours * 60


def test_hours_the_clocks_skip_are_not_worked() -> None:
    spring = datetime(2026, 3, 8, tzinfo=EARLY_NEW_YORK.tz)
    assert working_minutes(spring, spring + timedelta(days=1), EARLY_NEW_YORK) == 120  # 01–02 and 03–04
    inside = WorkCalendar(Periods.every_day((120, 180)), seven_day=True, zone="America/New_York")
    assert working_minutes(spring, spring + timedelta(days=1), inside) == 0


def test_a_zone_that_lost_a_whole_day_still_gives_an_answer() -> None:
    samoa = WorkCalendar(Periods.every_day((0, 1440)), seven_day=True, zone="Pacific/Apia")
    start = datetime(2011, 12, 29, 12, tzinfo=samoa.tz)
    assert due(start, 1440, samoa) == datetime(2011, 12, 31, 12, tzinfo=samoa.tz)


# --- pauses


def test_a_pause_shifts_the_deadline_by_its_working_time() -> None:
    rain = Pause(here("2026-03-02 10:00"), here("2026-03-03 10:00"))  # 8 working hours
    assert due(here("2026-03-02 09:00"), 120, OFFICE, rain) == here("2026-03-03 11:00")
    assert due(here("2026-03-02 09:00"), 120, OFFICE) == here("2026-03-02 11:00")
    assert working_minutes(here("2026-03-02 09:00"), here("2026-03-03 11:00"), OFFICE, [rain]) == 120


def test_a_pause_outside_working_time_changes_nothing() -> None:
    weekend = Pause(here("2026-03-06 18:00"), here("2026-03-09 08:30"))
    assert due(here("2026-03-06 17:00"), 120, OFFICE, weekend) == due(here("2026-03-06 17:00"), 120, OFFICE)


def test_overlapping_pauses_count_once() -> None:
    first = Pause(here("2026-03-02 09:00"), here("2026-03-02 11:00"))
    second = Pause(here("2026-03-02 10:00"), here("2026-03-02 11:30"))
    assert due(here("2026-03-02 08:30"), 60, OFFICE, second, first) == here("2026-03-02 12:00")


def test_while_a_pause_is_open_nothing_is_due() -> None:
    open_pause = Pause(here("2026-03-02 10:00"))
    assert due_at(here("2026-03-02 09:00"), 61, OFFICE, [open_pause]) is None
    assert due(here("2026-03-02 09:00"), 60, OFFICE, open_pause) == here("2026-03-02 10:00")
    assert working_minutes(here("2026-03-02 09:00"), here("2026-03-05 09:00"), OFFICE, [open_pause]) == 60


def test_sabotage_without_the_cut_the_pause_would_not_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktime, "_without", lambda first, last, shut: iter([(first, last)]))
    with pytest.raises(AssertionError):
        test_a_pause_shifts_the_deadline_by_its_working_time()


def test_sabotage_without_merging_a_shared_hour_would_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workcalendar, "merged", lambda spans: tuple(sorted(spans)))
    SHIFTS_AND_DAYS._memo.clear()
    with pytest.raises(AssertionError):
        test_a_night_shift_crosses_midnight_and_is_counted_once()
    monkeypatch.undo()
    SHIFTS_AND_DAYS._memo.clear()
    NIGHT_SHIFT._memo.clear()


# --- what holds for every calendar


@given(start=moments, count=minutes, calendar=calendars, pauses=closed_pauses())
def test_working_minutes_undo_due_at(
    start: datetime, count: int, calendar: WorkCalendar, pauses: list[Pause]
) -> None:
    assert working_minutes(start, due(start, count, calendar, *pauses), calendar, pauses) == count


@given(start=moments, count=st.integers(1, 5000), calendar=calendars)
def test_a_deadline_is_the_first_such_moment(start: datetime, count: int, calendar: WorkCalendar) -> None:
    moment = due(start, count, calendar)
    assert working_minutes(start, moment - timedelta(seconds=1), calendar) < count


@given(start=moments, later=st.integers(0, 50_000), count=minutes, more=minutes, calendar=calendars)
def test_later_starts_and_longer_limits_are_never_due_earlier(
    start: datetime, later: int, count: int, more: int, calendar: WorkCalendar
) -> None:
    first = due(start, count, calendar)
    assert due(start + timedelta(minutes=later), count, calendar) >= first
    assert due(start, count + more, calendar) >= first


@given(start=moments, count=minutes, calendar=calendars, pauses=closed_pauses())
def test_pauses_never_bring_a_deadline_forward(
    start: datetime, count: int, calendar: WorkCalendar, pauses: list[Pause]
) -> None:
    assert due(start, count, calendar, *pauses) >= due(start, count, calendar)


@given(
    start=moments,
    middle=st.integers(0, 40_000),
    rest=st.integers(0, 40_000),
    calendar=calendars,
    pauses=closed_pauses(),
)
def test_working_time_adds_up(
    start: datetime, middle: int, rest: int, calendar: WorkCalendar, pauses: list[Pause]
) -> None:
    half, end = start + timedelta(minutes=middle), start + timedelta(minutes=middle + rest)
    parts = working_minutes(start, half, calendar, pauses) + working_minutes(half, end, calendar, pauses)
    assert working_minutes(start, end, calendar, pauses) == pytest.approx(parts)


@given(at=moments, calendar=calendars)
def test_the_next_working_moment_is_working_and_nothing_was_worked_before(
    at: datetime, calendar: WorkCalendar
) -> None:
    opening = next_working(at, calendar)
    assert opening >= at
    assert is_working(opening, calendar)
    assert working_minutes(at, opening, calendar) == 0


@given(first=moments, minutes_back=st.integers(0, 100_000), calendar=calendars)
def test_nothing_is_worked_backwards(first: datetime, minutes_back: int, calendar: WorkCalendar) -> None:
    assert working_minutes(first, first - timedelta(minutes=minutes_back), calendar) == 0


# --- refusals


@pytest.mark.parametrize(
    "ask",
    [
        lambda naive: due_at(naive, 1, OFFICE),
        lambda naive: working_minutes(naive, here("2026-03-02 09:00"), OFFICE),
        lambda naive: working_minutes(here("2026-03-02 09:00"), naive, OFFICE),
        lambda naive: is_working(naive, OFFICE),
        lambda naive: next_working(naive, OFFICE),
        lambda naive: due_at(here("2026-03-02 09:00"), 1, OFFICE, [Pause(naive)]),
    ],
)
def test_a_time_without_zone_is_refused(ask: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="without zone"):
        ask(datetime.fromisoformat("2026-03-02T09:00"))


@pytest.mark.parametrize("count", [-1, float("nan"), float("inf")])
def test_a_limit_that_is_no_length_of_time_is_refused(count: float) -> None:
    with pytest.raises(ValueError, match="minutes must be"):
        due_at(here("2026-03-02 09:00"), count, OFFICE)


def test_years_far_away_are_refused_instead_of_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="1900"):
        due_at(datetime(1, 1, 1, tzinfo=UTC), 1, OFFICE)
    with pytest.raises(ValueError, match="2200"):
        due_at(datetime(2199, 12, 30, tzinfo=UTC), 10_000, OFFICE)
