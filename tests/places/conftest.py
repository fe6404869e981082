"""悦海社区 and 韩乐坊社区 with one grid cell each, and a compound with one building."""

from dataclasses import dataclass

import pytest

from gezhi.places import actions
from gezhi.places.kinds import Kind
from gezhi.places.models import Place
from gezhi.tenancy.models import Jurisdiction
from tests.standing import ADMIN, NOON, Keeper, World
from tests.terrain import Terrain, planted


@dataclass
class Town(Terrain):
    """The places that the tests of this folder stand on. garden: 悦海花园小区."""

    stairs: Place  # 2单元


@pytest.fixture(scope="session")
def standing_town(keep_world: Keeper) -> World[Town]:
    """The tree as it is laid down for each test."""
    return keep_world(settled)


@pytest.fixture
def town(standing_town: World[Town], office: Jurisdiction) -> Town:
    """The tree as an office begins it."""
    return standing_town.lay()


def settled() -> Town:
    """Run inside the office's scope."""
    made = planted("悦海花园小区")
    stairs = actions.add_place(
        kind=Kind.STAIRWELL,
        name="2单元",
        parent_id=made.building.id,
        grid_id=made.a1.id,
        actor=ADMIN,
        at=NOON,
    )
    return Town(**vars(made), stairs=stairs)
