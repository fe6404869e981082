"""A move that is sent twice is written once."""

from datetime import datetime

import pytest

from gezhi.journal import queries as journal
from gezhi.kernel.actor import Actor
from gezhi.places import actions, paths
from tests.places.conftest import Town


class Unlike(str):
    """A path that is never the one that stands there: the protection against the same form twice looks away."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


def moved_twice(town: Town, who: Actor, at: datetime) -> int:
    """How often the journal says that the building was moved."""
    for _each in range(2):
        actions.move_place(town.building.id, parent_id=town.yuehai.id, reason="改划", actor=who, at=at)
    return [one.entry.event for one in journal.story("place", town.building.id)].count("moved")


def test_a_place_moved_twice_to_one_spot_was_moved_once(
    town: Town, admin_actor: Actor, noon: datetime
) -> None:
    assert moved_twice(town, admin_actor, noon) == 1


def test_sabotage_without_the_look_at_where_it_stands_it_would_be_moved_again(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = paths.joined
    monkeypatch.setattr(paths, "joined", lambda *given: Unlike(joined(*given)))
    assert moved_twice(town, admin_actor, noon) == 2
