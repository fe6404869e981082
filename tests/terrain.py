"""The terrain that tests of places and parties stand on: 悦海社区 and 韩乐坊社区 with one grid cell each, and a compound with one building."""

from dataclasses import dataclass
from typing import Any

from gezhi.places import actions
from gezhi.places.kinds import Kind
from gezhi.places.models import GridCell, Place
from tests.standing import ADMIN, NOON


@dataclass
class Terrain:
    """Places from the district down. garden and its building lie in A1."""

    district: Place
    subdistrict: Place
    yuehai: Place
    hanlefang: Place
    a1: GridCell
    b2: GridCell
    garden: Place
    building: Place  # 3号楼


def planted(garden: str) -> Terrain:
    """Inside the office's scope. garden: what the compound is called."""
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
    compound = add(kind=Kind.COMPOUND, name=garden, parent_id=yuehai.id, grid_id=a1.id, **who)
    building = add(kind=Kind.BUILDING, name="3号楼", parent_id=compound.id, grid_id=a1.id, **who)
    return Terrain(district, subdistrict, yuehai, hanlefang, a1, b2, compound, building)
