"""Times in words: what stays together on a narrow screen, and what has only just run out."""

from datetime import UTC, datetime, timedelta

import pytest

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
