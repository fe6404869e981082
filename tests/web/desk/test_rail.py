"""The figures beside the menu: as fresh as they can be had on every page."""

from datetime import datetime, timedelta

import pytest

from gezhi.web import rail
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many orders wait: the last of this list."""
    counts = [rail.MANY - 1]
    monkeypatch.setattr(rail.orders, "count", lambda actor: counts[-1])
    return counts


def test_few_orders_are_counted_on_each_page(cast: Cast, noon: datetime, waiting: list[int]) -> None:
    assert rail.orders_waiting(cast.zhou, noon) == rail.MANY - 1
    waiting.append(3)
    assert rail.orders_waiting(cast.zhou, noon) == 3


def test_the_figure_of_many_is_some_seconds_old_and_ones_own(
    cast: Cast, noon: datetime, waiting: list[int]
) -> None:
    waiting.append(rail.MANY)
    assert rail.orders_waiting(cast.zhou, noon) == rail.MANY
    waiting.append(5)
    almost = noon + rail.FRESH - timedelta(seconds=1)
    assert [rail.orders_waiting(one, almost) for one in (cast.zhou, cast.chen)] == [rail.MANY, 5]
    assert rail.orders_waiting(cast.zhou, noon + rail.FRESH) == 5
    assert rail.orders_waiting(cast.zhou, noon - timedelta(days=1)) == 5  # a clock that jumped back
