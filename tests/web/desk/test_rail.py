"""The figures beside the menu: as fresh as they can be had on every page."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from gezhi.kernel.actor import Actor
from gezhi.kernel.counting import COUNTED
from gezhi.web import rail
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many orders wait: the last of this list."""
    counts = [rail.MANY - 1]
    monkeypatch.setattr(rail.orders, "count", lambda actor: counts[-1])
    return counts


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        (rail.notices_new, "gezhi.web.rail.notices.count"),
        (rail.calls_owed, "gezhi.web.rail.cases.count_of_owed_calls"),
    ],
)
def test_what_is_counted_exactly_is_counted_on_each_page_and_more_stands_for_some_seconds(
    cast: Cast,
    noon: datetime,
    monkeypatch: pytest.MonkeyPatch,
    asked: Callable[[Actor, datetime], int],
    counts: str,
) -> None:
    said = [COUNTED]
    monkeypatch.setattr(counts, lambda actor: said[-1])
    assert asked(cast.zhou, noon) == COUNTED
    said.append(COUNTED + 1)
    assert asked(cast.zhou, noon) == COUNTED + 1
    said.append(7)
    assert [asked(one, noon) for one in (cast.zhou, cast.chen)] == [COUNTED + 1, 7]
    assert asked(cast.zhou, noon + rail.FRESH) == 7


def test_what_was_counted_of_one_thing_is_not_said_of_another(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n, name in enumerate(("notices.count", "cases.count_of_owed_calls", "orders.count")):
        monkeypatch.setattr(f"gezhi.web.rail.{name}", lambda actor, n=n: COUNTED + 1 + n)
    asked = (rail.notices_new, rail.calls_owed, rail.orders_waiting)
    assert [one(cast.zhou, noon) - COUNTED - 1 for one in asked * 2] == [0, 1, 2, 0, 1, 2]


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
