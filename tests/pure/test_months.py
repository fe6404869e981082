"""Months as numbers, as first days and as they are written are the same months."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.insight.figures.asking import span_of
from gezhi.kernel.months import (
    Span,
    back_from,
    bounds,
    day_of,
    first_day,
    is_month,
    later,
    month_at,
    month_of,
    read,
    written,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(date(1950, 1, 1), date(2098, 12, 31))


def test_a_month_later_and_earlier_goes_over_the_end_of_a_year() -> None:
    assert [later(202512, by) for by in (-12, 0, 1, 13)] == [202412, 202512, 202601, 202701]
    assert first_day(date(2026, 1, 31), -1) == date(2025, 12, 1)
    assert back_from(date(2026, 2, 28), 3) == [date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1)]


def test_a_span_and_those_it_is_compared_with() -> None:
    span = Span(202504, 202603)
    assert (span.length(), span.before()) == (12, Span(202404, 202503))
    assert Span(202605, 202605).a_year_before() == Span(202505, 202505)
    assert Span(202511, 202602).months() == [202511, 202512, 202601, 202602]


def test_the_spans_that_a_figure_is_asked_of() -> None:
    assert span_of("year", 202603) == Span(202504, 202603)
    assert span_of("quarter", 202605) == Span(202604, 202605)
    assert span_of("month", 202605) == Span(202605, 202605)


def test_a_month_begins_at_midnight_of_its_own_zone() -> None:
    assert bounds(202603, SHANGHAI) == (
        datetime(2026, 2, 28, 16, tzinfo=UTC),
        datetime(2026, 3, 31, 16, tzinfo=UTC),
    )
    assert month_at(datetime(2026, 2, 28, 16, tzinfo=UTC), SHANGHAI) == 202603
    assert month_at(datetime(2026, 2, 28, 15, 59, tzinfo=UTC), SHANGHAI) == 202602


@given(DAYS)
def test_a_month_is_the_same_in_all_its_three_forms(day: date) -> None:
    first = first_day(day)
    assert (first.day, day_of(month_of(day)), read(written(day)), written(month_of(day))) == (
        1,
        first,
        first,
        written(first),
    )
    assert first <= day < first_day(day, 1)
    assert month_of(first - timedelta(days=1)) == later(month_of(day), -1)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-3", "202603", "9999-12", "0001-01", "２０２６-03x"]
)
def test_what_is_no_month_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"no such year|isoformat|month must be"):
        read(text)


def test_a_number_of_a_month_has_six_plain_digits() -> None:
    asked = ("202603", "202613", "２０２６０３", "2026", "190001")
    assert [text for text in asked if is_month(text)] == ["202603"]
