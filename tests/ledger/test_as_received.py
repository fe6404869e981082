"""Of a place that has many lines the first are met along the order of receipt: the same lines as in any order, and none is sorted for it."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from gezhi.kernel import counting
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import queries as ledger
from gezhi.ledger.queries import LineFilter
from gezhi.places import paths
from tests.cast import Cast
from tests.plans import on_sqlite, plan
from tests.showing import follow

pytestmark = pytest.mark.django_db
GROUNDS = ("community_a", "community_b", "compound", "building", "stairwell")


@pytest.fixture
def several(cast: Cast, noon: datetime) -> None:
    """Five lines, received one after the other."""
    for n in range(5):
        cast.lin_reports(noon + timedelta(minutes=n), f"路灯不亮 {n}")
    follow(noon + timedelta(hours=1))


def path_of(cast: Cast, ground: str) -> str:
    return str(cast.town.row(getattr(cast.town, ground)).path)


@pytest.mark.parametrize("ground", GROUNDS)
def test_many_are_the_same_lines_as_few(
    cast: Cast, several: None, monkeypatch: pytest.MonkeyPatch, ground: str
) -> None:
    wanted = LineFilter(place_path=path_of(cast, ground))
    few, _ = ledger.few_or_many(wanted, actor=cast.zhou)
    numbers = [line.number for line in few]
    monkeypatch.setattr(counting, "COUNTED", 0)
    many, _ = ledger.few_or_many(wanted, actor=cast.zhou)
    assert [line.number for line in many] == numbers
    assert len(numbers) == (0 if ground == "community_b" else 5)


@pytest.mark.parametrize(("ground", "size"), list(product(GROUNDS[:1], (1, 2, 5, 6))))
def test_read_in_pieces_no_line_is_left_out_and_none_comes_twice(
    cast: Cast, several: None, ground: str, size: int
) -> None:
    found = ledger.lines(LineFilter(place_path=path_of(cast, ground)), actor=SYSTEM)
    assert [line.number for line in ledger.in_pieces(found, size)] == [line.number for line in found]


@on_sqlite
@pytest.mark.parametrize(
    ("ground", "index"),
    [("community_a", "ledger_of_a_community"), ("compound", "ledger_of_a_compound"), ("building", "ledger_of_a_building")],
)  # fmt: skip
def test_a_ground_with_many_lines_is_read_as_they_were_received(
    cast: Cast, several: None, monkeypatch: pytest.MonkeyPatch, ground: str, index: str
) -> None:
    """The twin asks for a range of paths, as for few: then they are sorted."""
    monkeypatch.setattr(counting, "COUNTED", 0)
    wanted = LineFilter(place_path=path_of(cast, ground))
    found, _ = ledger.few_or_many(wanted, actor=cast.zhou)
    assert index in plan(found[:50])
    assert "TEMP B-TREE FOR ORDER BY" not in plan(found[:50])
    assert paths.depth(wanted.place_path) <= paths.BUILDING
    assert "TEMP B-TREE FOR ORDER BY" in plan(ledger.lines(wanted, actor=cast.zhou)[:50])
