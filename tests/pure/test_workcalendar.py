"""Working calendars: what can be one, China's holidays in it, as JSON, and what it remembers."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gezhi.catalogue.holidays import china_holidays, holiday_table
from gezhi.kernel import workcalendar
from gezhi.kernel.worktime import (
    ROUND_THE_CLOCK,
    WORKING_DAY_MINUTES,
    Due,
    Periods,
    Season,
    WorkCalendar,
    calendar_from_json,
    calendar_to_json,
    due_at,
    with_holidays,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
HOURS = ((510, 720), (810, 1080))  # 08:30–12:00, 13:30–18:00
PLAIN = WorkCalendar(Periods.on_weekdays(*HOURS))
FESTIVAL = frozenset(date(2026, 2, day) for day in range(15, 24))
OFFICE = with_holidays(PLAIN, 2026, FESTIVAL, {date(2026, 2, 14), date(2026, 2, 28)})
OFFICE = with_holidays(OFFICE, 2025, {date(2025, 1, 1)}, {date(2025, 1, 26)})
NIGHT_SHIFT = WorkCalendar(Periods.every_day((1320, 1800)), seven_day=True, zone="America/New_York")
SUMMER = replace(OFFICE, seasons=(Season((6, 1), (9, 30), Periods.on_weekdays((510, 720), (840, 1110))),))
CALENDARS = (PLAIN, OFFICE, SUMMER, ROUND_THE_CLOCK, NIGHT_SHIFT)


def test_a_new_table_replaces_the_old_one_of_that_year_only() -> None:
    changed = with_holidays(OFFICE, 2026, {date(2026, 3, 3)}, {date(2026, 3, 7)})
    assert {day for day in changed.holidays if day.year == 2026} == {date(2026, 3, 3)}
    assert {day for day in changed.makeup_days if day.year == 2026} == {date(2026, 3, 7)}
    assert {d for d in changed.holidays if d.year == 2025} == {d for d in OFFICE.holidays if d.year == 2025}
    assert with_holidays(OFFICE, 2027, (), ()).known_years == {2025, 2026, 2027}


def test_the_package_answers_none_for_years_it_does_not_know() -> None:
    assert china_holidays(2099) is None
    assert holiday_table([2099]) == {"known_years": [], "holidays": [], "makeup_days": []}


def test_chinas_table_has_eight_days_off_for_the_national_day_of_2025() -> None:
    off, makeup = china_holidays(2025) or pytest.fail("no table")
    assert sorted(day.day for day in off if day.month == 10) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert sorted(makeup) == [
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
    ]


# --- refusals


@pytest.mark.parametrize(
    ("refusal", "build"),
    [
        ("without working time", lambda: Periods(((),) * 7)),
        ("seven days", lambda: Periods(((), ()))),
        ("not a working period", lambda: Periods.on_weekdays((600, 600))),
        ("not a working period", lambda: Periods.on_weekdays((600, 500))),
        ("not a working period", lambda: Periods.on_weekdays((-1, 500))),
        ("not a working period", lambda: Periods.on_weekdays((1440, 1500))),
        ("not a working period", lambda: Periods.on_weekdays((600, 2041))),
        ("overlap", lambda: Periods.on_weekdays((480, 720), (700, 800))),
        ("out of order", lambda: Periods.on_weekdays((800, 900), (480, 720))),
        ("unknown time zone", lambda: replace(PLAIN, zone="Asia/Huangguan")),
        ("unknown time zone", lambda: replace(PLAIN, zone="../etc/passwd")),
        ("unknown time zone", lambda: replace(PLAIN, zone="")),
        ("all seven days", lambda: replace(PLAIN, seven_day=True)),
        (
            "both off and worked",
            lambda: replace(
                PLAIN, holidays=frozenset({date(2026, 1, 4)}), makeup_days=frozenset({date(2026, 1, 4)})
            ),
        ),
        (
            "share a day",
            lambda: replace(
                PLAIN, seasons=(Season((6, 1), (9, 1), PLAIN.periods), Season((9, 1), (10, 1), PLAIN.periods))
            ),
        ),
        ("out of range", lambda: Season((2, 30), (3, 1), PLAIN.periods)),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_when_it_is_built(
    refusal: str, build: Callable[[], object]
) -> None:
    with pytest.raises(ValueError, match=refusal):
        build()


# --- as JSON


@pytest.mark.parametrize("calendar", CALENDARS)
def test_a_calendar_survives_json(calendar: WorkCalendar) -> None:
    assert calendar_from_json(json.loads(json.dumps(calendar_to_json(calendar)))) == calendar


def test_a_calendar_is_written_in_clock_times() -> None:
    assert calendar_from_json({"week": {"mon": ["22:00-06:00"], "tue": ["00:00-24:00"]}}) == WorkCalendar(
        Periods((((1320, 1800),), ((0, 1440),)) + ((),) * 5)
    )


@pytest.mark.parametrize(
    ("refusal", "data"),
    [
        ("at least", {}),
        ("at least", []),
        ("without working time", {"week": {}}),
        ("not a time", {"week": {"mon": ["8:30-12:00"]}}),
        ("not a time", {"week": {"mon": ["08:30"]}}),
        ("not a time", {"week": {"mon": ["08:60-12:00"]}}),
        ("not a time", {"week": {"mon": ["24:00-25:00"]}}),
        ("not a working calendar", {"week": {"mon": [830]}}),
        ("a working calendar has", {"week": {"funday": ["08:30-12:00"]}}),
        ("a working calendar has", {"week": {"mon": ["08:30-12:00"]}, "holiday": []}),
        ("day is out of range", {"week": {"mon": ["08:30-12:00"]}, "holidays": ["2026-02-30"]}),
        ("not a working calendar", {"week": {"mon": ["08:30-12:00"]}, "holidays": 5}),
        ("unknown time zone|not a working", {"week": {"mon": ["08:30-12:00"]}, "zone": 8}),
        ("seven_day", {"week": {"mon": ["08:30-12:00"]}, "seven_day": "no"}),
        (
            "day is out of range",
            {"week": {"mon": ["08:30-12:00"]}, "seasons": [{"from": "06-01", "to": "06-31", "week": {}}]},
        ),
    ],
)
def test_a_damaged_calendar_is_a_value_error(refusal: str, data: Any) -> None:
    with pytest.raises(ValueError, match=refusal):
        calendar_from_json(data)


# --- speed


def test_a_day_is_worked_out_once_and_then_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = WorkCalendar._spans

    def counted(calendar: WorkCalendar, day: int) -> tuple[tuple[int, int], ...]:
        asked.append(day)
        return real(calendar, day)

    monkeypatch.setattr(WorkCalendar, "_spans", counted)
    fresh = replace(OFFICE)
    answers = {due_at(MONDAY, 15 * WORKING_DAY_MINUTES, fresh) for _ in range(3)}
    assert answers == {Due(MONDAY + timedelta(days=21), provisional=False)}
    assert len(asked) == 22  # Monday to Monday three weeks later, each day once


def test_what_is_remembered_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workcalendar, "MEMO_DAYS", 10)
    fresh = replace(OFFICE)
    later = Due(MONDAY + timedelta(days=21), provisional=False)
    assert due_at(MONDAY, 15 * WORKING_DAY_MINUTES, fresh) == later
    assert len(fresh._memo) <= 10
