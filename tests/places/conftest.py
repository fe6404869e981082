"""悦海社区 and 韩乐坊社区 with one grid cell each, and a compound with one building."""

from dataclasses import dataclass
from typing import Any

import pytest

from gezhi.places import actions
from gezhi.places.kinds import Kind
from gezhi.places.models import GridCell, Place
from gezhi.tenancy.models import Jurisdiction
from tests.standing import ADMIN, NOON, Keeper, World


@dataclass
class Town:
    """The places that the tests of this folder stand on."""

    district: Place
    subdistrict: Place
    yuehai: Place
    hanlefang: Place
    a1: GridCell
    b2: GridCell
    garden: Place  # 悦海花园小区, in A1
    third: Place  # 3号楼
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
    who: dict[str, Any] = {"actor": ADMIN, "at": NOON}
    add = actions.add_place
    district = add(kind=Kind.DISTRICT, name="威海经济技术开发区", parent_id=None, code="371072", **who)
    subdistrict = add(kind=Kind.SUBDISTRICT, name="皇冠街道", parent_id=district.id, code="371072008", **who)
    yuehai, hanlefang = (
        add(kind=Kind.COMMUNITY, name=name, parent_id=subdistrict.id, code=code, **who)
        for name, code in (("悦海社区", "371072008015"), ("韩乐坊社区", "371072008019"))
    )
    a1 = actions.add_grid(community_id=yuehai.id, name="悦海一格 A1", **who)
    b2 = actions.add_grid(community_id=hanlefang.id, name="韩乐坊二格 B2", **who)
    garden = add(kind=Kind.COMPOUND, name="悦海花园小区", parent_id=yuehai.id, grid_id=a1.id, **who)
    third = add(kind=Kind.BUILDING, name="3号楼", parent_id=garden.id, grid_id=a1.id, **who)
    stairs = add(kind=Kind.STAIRWELL, name="2单元", parent_id=third.id, grid_id=a1.id, **who)
    return Town(district, subdistrict, yuehai, hanlefang, a1, b2, garden, third, stairs)
