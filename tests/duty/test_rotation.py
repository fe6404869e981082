"""The roster by turns: no gap in 24 hours by 7 days, nobody twice in a row, everybody alike."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.duty.rotation import DAY_AND_NIGHT, Planned, Span, Turn, gaps, on_day, overlaps, rotate

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)

hours = st.lists(st.integers(0, 23), min_size=1, max_size=6, unique=True).map(sorted)
zones = st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), UTC])
days = st.dates(date(2024, 1, 1), date(2030, 1, 1))
staff = st.integers(1, 9)


def round_the_clock(starts: list[int]) -> list[Turn]:
    """Turns that begin at these hours and together make a day."""
    return [Turn(time(one), time(next_one)) for one, next_one in pairwise([*starts, starts[0]])]


@given(people=staff, starts=hours, first=days, zone=zones)
def test_a_rotation_leaves_no_gap_in_a_week(people: int, starts: list[int], first: date, zone) -> None:
    planned = rotate(range(people), round_the_clock(starts), first, 7, zone)
    spans = [Span(one.starts_at, one.ends_at) for one in planned]
    assert gaps(spans, spans[0].starts_at, spans[-1].ends_at) == []
    assert overlaps(spans) == []
    assert spans[-1].ends_at.astimezone(zone).date() == first + timedelta(days=7)


@given(people=staff, starts=hours, first=days, zone=zones)
def test_sabotage_a_rotation_without_one_shift_has_just_that_gap(
    people: int, starts: list[int], first: date, zone
) -> None:
    planned = rotate(range(people), round_the_clock(starts), first, 7, zone)
    spans = [Span(one.starts_at, one.ends_at) for one in planned]
    left_out = spans.pop(len(spans) // 2)
    assert gaps(spans, spans[0].starts_at, planned[-1].ends_at) == [left_out]


@given(people=staff, starts=hours, weeks=st.integers(1, 8))
def test_everybody_has_as_many_turns_within_one(people: int, starts: list[int], weeks: int) -> None:
    planned = rotate(range(people), round_the_clock(starts), MONDAY, 7 * weeks, SHANGHAI)
    counts = Counter(dict.fromkeys(range(people), 0))
    counts.update(one.person for one in planned)
    assert max(counts.values()) - min(counts.values()) <= 1


@given(people=st.integers(3, 9), starts=hours)
def test_of_three_or_more_nobody_has_two_turns_in_a_row(people: int, starts: list[int]) -> None:
    planned = rotate(range(people), round_the_clock(starts), MONDAY, 60, SHANGHAI)
    assert not [one for one, following in pairwise(planned) if one.person == following.person]


def test_of_four_people_nobody_keeps_the_nights() -> None:
    planned = rotate("魏陈赵孙", DAY_AND_NIGHT, MONDAY, 8, SHANGHAI)
    nights = Counter(one.person for one in planned if one.starts_at.astimezone(SHANGHAI).hour == 20)
    assert nights == {"陈": 2, "孙": 2, "赵": 2, "魏": 2}


def test_two_people_keep_their_turns() -> None:
    planned = rotate("魏陈", DAY_AND_NIGHT, MONDAY, 3, SHANGHAI)
    assert "".join(one.person for one in planned) == "魏陈魏陈魏陈"


def test_a_night_ends_on_the_next_morning() -> None:
    assert rotate("魏", [Turn(time(20), time(8))], MONDAY, 1, SHANGHAI) == [
        Planned("魏", datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 0, tzinfo=UTC))
    ]


def test_the_night_the_clocks_change_lasts_nine_hours() -> None:
    night = on_day(Turn(time(22), time(6)), date(2026, 10, 24), ZoneInfo("Europe/Berlin"))
    assert night.ends_at - night.starts_at == timedelta(hours=9)


@pytest.mark.parametrize(("people", "pattern"), [("", DAY_AND_NIGHT), ("魏", ())])
def test_a_rotation_needs_people_and_turns(people: str, pattern) -> None:
    with pytest.raises(ValueError, match="needs people and turns"):
        rotate(people, pattern, MONDAY, 7, SHANGHAI)


def test_gaps_stand_in_order_and_inside_the_window() -> None:
    at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(10)]
    taken = [Span(at[6], at[7]), Span(at[0], at[2]), Span(at[1], at[3]), Span(at[9], at[9])]
    assert gaps(taken, at[1], at[8]) == [Span(at[3], at[6]), Span(at[7], at[8])]
    assert gaps([], at[1], at[8]) == [Span(at[1], at[8])]


def test_a_shift_within_a_longer_one_is_seen_behind_a_short_one() -> None:
    at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(10)]
    long, short, late = Span(at[0], at[9]), Span(at[1], at[2]), Span(at[3], at[4])
    assert overlaps([late, long, short]) == [(long, short), (long, late)]
