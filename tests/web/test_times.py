"""Times in words: what stays together on a narrow screen, and what has only just run out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from gezhi.kernel.worktime import ROUND_THE_CLOCK, Periods, WorkCalendar
from gezhi.web import times
from gezhi.web.desk.listing.columns import USUAL

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("超时 5 小时 48 分", ["超时", "5 小时", "48 分"]),
        ("还剩 1 个工作日", ["还剩", "1 个工作日"]),
        ("暂停到 11月29日", ["暂停到", "11月29日"]),
        ("1 day 20 h late", ["1 day", "20 h", "late"]),
    ],
)
def test_a_line_breaks_beside_a_figure_with_its_unit_never_between(said: str, parts: list[str]) -> None:
    found = times.unbroken(said).split(" ")
    assert [part.replace("\N{NO-BREAK SPACE}", " ") for part in found] == parts


@pytest.mark.parametrize(
    ("seconds", "said"), [(-59, "刚过时限"), (-60, "超时 1 分"), (0, "还剩 0 分"), (61, "还剩 1 分")]
)
def test_what_ran_out_within_the_minute_is_just_late(seconds: int, said: str) -> None:
    due = NOON + timedelta(seconds=seconds)
    assert times.clock(due, at=NOON, soon=NOON, hours=ROUND_THE_CLOCK).text == said


OFFICE = WorkCalendar(Periods.on_weekdays((540, 720), (840, 1080)))
EVENING = datetime(2026, 3, 7, 12, tzinfo=UTC)  # Saturday, 20:00 in Weihai


def clock(hours: float) -> times.Clock:
    return times.clock(EVENING + timedelta(hours=hours), at=EVENING, soon=EVENING, hours=OFFICE)


@pytest.mark.parametrize(
    ("hours", "when", "left", "whole"),
    [
        (3.2, "今天 23:12", "还剩 3 小时 12 分", "还剩 3 小时 12 分（都不在工作时间）"),
        (18, "明天 14:00", "还剩 18 小时", "还剩 18 小时（都不在工作时间）"),
        (42, "周一 14:00", "还剩 1 天 18 小时", "还剩 1 天 18 小时（工作时间 3 小时）"),
        (142, "周五 18:00", "还剩 5 天 22 小时", "还剩 5 天 22 小时（工作时间 4 个工作日 3 小时）"),
        (23 * 24, "3月30日", "还剩 23 天", "还剩 23 天（工作时间 14 个工作日）"),
        (-1, "今天 19:00", "超时 1 小时", "超时 1 小时（都不在工作时间）"),
        (-30, "昨天 14:00", "超时 1 天 6 小时", "超时 1 天 6 小时（工作时间 4 小时）"),
        (-54, "3月5日", "超时 2 天 6 小时", "超时 2 天 6 小时（工作时间 1 个工作日 3 小时）"),
    ],
)
def test_a_list_says_by_when_and_what_is_left_day_and_night(
    hours: float, when: str, left: str, whole: str
) -> None:
    found = clock(hours)
    assert (found.when, found.text) == (when, left)
    assert found.whole == whole


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.01, "刚到"),
        (3, "下班后到的"),
        (36, "下班后到的"),
        (37.5, "工作时间 30 分"),
        (39, "工作时间 2 小时"),
        (64, "1 个工作日"),
    ],
)
def test_how_long_somebody_has_it_says_of_what_hours_it_speaks(hours: float, said: str) -> None:
    """「5 小时」 beside 「超时 1 天 14 小时」 explains nothing; nor is 「刚到」 what came fifteen hours ago."""
    assert times.brief(EVENING, EVENING + timedelta(hours=hours), OFFICE) == said


def test_day_and_night_hours_are_said_bare() -> None:
    assert times.brief(EVENING, EVENING + timedelta(hours=3)) == "3 小时"


def test_what_is_left_grows_as_the_due_moment_does() -> None:
    """A list by due moment is read as one: no 24 minutes on Saturday evening stand for Monday morning."""
    assert [clock(hours).text for hours in (13, 37, 40)] == [
        "还剩 13 小时",
        "还剩 1 天 13 小时",
        "还剩 1 天 16 小时",
    ]


@pytest.mark.parametrize(("language", "sign"), [("zh-hans", "："), ("zh-hant", "："), ("en", ": ")])
def test_a_clock_and_a_line_are_read_aloud_with_the_signs_of_their_language(language: str, sign: str) -> None:
    with translation.override(language):
        clocks = [
            render_to_string("ui/clock_chip.html", {"state": state, "text": "1"})
            for state in ("in_time", "due_soon", "overdue", "paused")
        ]
        line = render_to_string("desk/_line.html", {"columns": USUAL})
    assert all(f"{sign}</span>1</span>" in clock for clock in clocks)
    assert f"{sign}{{holder}}" in line
    if language == "en":
        assert not any("：" in one for one in (*clocks, line))


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (-28, -16, "昨天 08:00–20:00"),
        (-16, -4, "昨天 20:00–今天 08:00"),
        (20, 32, "明天 08:00–20:00"),
        (68, 80, "3月5日 周四 08:00–20:00"),
        (80, 92, "3月5日 周四 20:00–3月6日 周五 08:00"),
    ],
)
def test_a_shift_says_its_day_of_the_week_and_an_end_on_the_same_day_only_its_hour(
    starts: int, ends: int, said: str
) -> None:
    begun, over = (NOON + timedelta(hours=n) for n in (starts, ends))
    assert times.turn(begun, over, NOON) == said
