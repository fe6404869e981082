"""Days as people write them in a ledger, and rows that only add up."""

from datetime import datetime
from typing import Any

import pytest

from gezhi.channels.excel import mapping
from gezhi.flows.ledger_sheet import year_of
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.flows.test_import_ledger import HEADS, brought, row, sheet


@pytest.mark.parametrize("written", ["11.6", "11月6号", "11/6", "11-6", "11月6日"])
def test_a_day_without_its_year_is_the_newest_that_has_been(written: str, cast: Cast, noon: datetime) -> None:
    brought(sheet(row("1", 上报时间=written)), noon)
    assert (
        f"{Report.objects.get().said_at:%Y-%m-%d}" == "2025-11-05"
    )  # in UTC: at midnight of the sixth, here


def test_what_is_no_day_is_said_with_what_stands_there(cast: Cast, noon: datetime) -> None:
    result = brought(sheet(row("1", 上报时间="2026-13-08"), row("2"), row("3")), noon)
    assert [one.sentence() for one in result.findings] == [
        "第 2 行，上报时间：“2026-13-08”不是日期，请写成 2026-11-06 这样"
    ]


def test_a_row_that_only_adds_up_is_no_case_and_is_counted(cast: Cast, noon: datetime) -> None:
    total = ("合计", "38", *([None] * (len(HEADS) - 2)))
    result = brought(sheet(row("1"), row("2", "合计38户停水"), total), noon)
    assert (result.read, result.new, result.totals) == (2, 2, 1)
    assert sorted(Report.objects.values_list("external_number", flat=True)) == ["1", "2"]


@pytest.mark.parametrize(
    ("cells", "adds_up"),
    [
        (("合计", None, 38), True),
        (("本月合计：38件", None), True),
        ((None, "小计", "12 件"), True),
        (("1", "合计38户停水"), False),
        (("合计", "路灯不亮"), False),
        ((1, None), False),
    ],
)
def test_a_total_is_told_from_a_matter(cells: tuple[Any, ...], adds_up: bool) -> None:
    assert mapping.is_total(cells) is adds_up


def test_the_year_is_read_off_the_title_where_it_says_one() -> None:
    assert year_of("2026年11月问题台账") == 2026
    assert year_of("台账2025.xlsx") == 2025
    assert year_of("2025-2026台账") is None
    assert year_of("20260301.xlsx") is None
