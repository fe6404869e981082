"""What a place remembers, on rows that can be counted by hand."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from gezhi.insight.memory import sums
from gezhi.insight.memory.sums import Back, Month, Seen, Span

TODAY = date(2026, 3, 2)
PLACE, OTHER = UUID(int=1), UUID(int=2)
LAMP, LIFT = UUID(int=11), UUID(int=12)


def seen(number: int, came: int, closed: int | None = None, **more: object) -> Seen:
    """Came and was closed so many days ago."""
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    came_at = noon - timedelta(days=came)
    closed_at = None if closed is None else noon - timedelta(days=closed)
    known: dict[str, object] = {
        "state": "in_hand" if closed is None else "closed",
        "place_id": PLACE,
        "category_id": LAMP,
        "ending": "" if closed is None else "solved",
        "is_confirmed": closed is not None,
        "came_back_from": None,
        "hours": None if closed is None else 24.0 * (came - closed),
    }
    return Seen(
        case_id=UUID(int=100 + number),
        number=f"371072-2026-{number:07}",
        came_at=came_at,
        came_on=came_at.date(),
        closed_at=closed_at,
        closed_on=closed_at.date() if closed_at else None,
        **(known | more),
    )


def test_months_say_what_came_and_what_was_closed_and_which_are_not_whole() -> None:
    rows = [seen(1, 0), seen(2, 1), seen(3, 2, 1), seen(4, 40, 30)]
    months = sums.months(rows, TODAY, date(2026, 1, 15))
    assert len(months) == sums.MONTHS
    assert months[-3:] == [
        Month(date(2026, 1, 1), 1, 1, is_whole=False),
        Month(date(2026, 2, 1), 1, 0, is_whole=True),
        Month(date(2026, 3, 1), 2, 1, is_whole=True),
    ]
    assert months[0].first == date(2025, 4, 1)


def test_categories_and_endings_stand_most_first() -> None:
    rows = [seen(1, 9, 8), seen(2, 9, 8, ending="not_found"), seen(3, 5, 4), seen(4, 1, category_id=LIFT)]
    assert sums.categories(rows) == [(LAMP, 3), (LIFT, 1)]
    assert sums.endings(rows) == [("solved", 2), ("not_found", 1)]


def test_the_same_category_at_the_same_place_within_ninety_days_has_likely_come_back() -> None:
    first, second = seen(1, 70, 60), seen(2, 40, 39)
    assert sums.came_back([second, first]) == [Back(first, second, 20, is_linked=False)]


@pytest.mark.parametrize(
    ("closed", "days", "count"), [(40, 30, 1), (41, 30, 0), (41, 90, 1), (100, 90, 1), (101, 90, 0)]
)
def test_back_is_counted_to_the_day(closed: int, days: int, count: int) -> None:
    assert len(sums.came_back([seen(1, 120, closed), seen(2, 10)], days)) == count


def test_a_link_counts_whatever_the_category_and_is_said_to_be_one() -> None:
    first = seen(1, 70, 60)
    again = seen(2, 40, category_id=LIFT, came_back_from=first.case_id)
    assert sums.came_back([again, first]) == [Back(first, again, 20, is_linked=True)]


@pytest.mark.parametrize(
    "other", [{"place_id": OTHER}, {"category_id": LIFT}, {"place_id": None}, {"category_id": None}]
)
def test_another_spot_has_not_come_back(other: dict[str, object]) -> None:
    assert sums.came_back([seen(1, 70, 60), seen(2, 40, **other)]) == []


def test_what_was_declined_or_came_before_the_closing_has_not_come_back() -> None:
    assert sums.came_back([seen(1, 70, 60, ending="declined"), seen(2, 40)]) == []
    assert sums.came_back([seen(1, 70, 60), seen(2, 61)]) == []


def test_what_worked_was_confirmed_and_did_not_come_back_for_a_month() -> None:
    lasting, young, undone, unchecked = (
        seen(1, 70, 60),
        seen(2, 9, 8, category_id=LIFT),
        seen(3, 90, 80, place_id=OTHER),
        seen(4, 50, 45, category_id=LIFT, is_confirmed=False),
    )
    again = seen(5, 70, place_id=OTHER)
    rows = [lasting, young, undone, unchecked, again]
    assert sums.worked(rows, sums.came_back(rows), TODAY) == [lasting]


def test_a_place_is_set_beside_its_own_past() -> None:
    rows = [seen(n, 10 + n, 8 + n) for n in range(3)] + [seen(9, 95, 94), seen(10, 460, 459)]
    found = sums.past(rows, TODAY, None)
    assert found.now == Span(date(2025, 12, 3), date(2026, 3, 3), 3, 48.0)
    assert found.before == Span(date(2025, 9, 4), date(2025, 12, 3), 1, None)
    assert found.year_ago is not None
    assert found.year_ago.came == 0


def test_what_was_not_read_as_a_whole_is_not_compared() -> None:
    found = sums.past([seen(1, 10, 9), seen(2, 95)], TODAY, date(2025, 11, 1))
    assert (found.before, found.year_ago) == (None, None)
