"""Times in words: what stays together on a narrow screen, and what has only just run out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from gezhi.kernel.worktime import ROUND_THE_CLOCK
from gezhi.web import times

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


@pytest.mark.parametrize(("language", "sign"), [("zh-hans", "："), ("zh-hant", "："), ("en", ": ")])
def test_a_clock_and_a_line_are_read_aloud_with_the_signs_of_their_language(language: str, sign: str) -> None:
    with translation.override(language):
        clocks = [
            render_to_string("ui/clock_chip.html", {"state": state, "text": "1"})
            for state in ("in_time", "due_soon", "overdue", "paused")
        ]
        line = render_to_string("desk/_line.html")
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
