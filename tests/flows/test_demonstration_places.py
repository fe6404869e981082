"""The demonstration stands on real names, and says of everything else that it is invented."""

import json
import time
from datetime import datetime
from typing import Any

import pytest

from gezhi.flows.demonstration.places import DATA, Names, build_places
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.places import check, queries
from gezhi.tenancy.models import Jurisdiction


@pytest.fixture
def built(office: Jurisdiction, admin_actor: Actor, noon: datetime) -> Names:
    """Huangguan, built by the administrator."""
    return build_places(actor=admin_actor, at=noon)


def test_huangguan_has_its_nineteen_communities_each_parted_into_two_to_four_cells(built: Names) -> None:
    communities = queries.children(built.subdistrict)
    assert len(communities) == 19
    assert (communities[0].code, communities[0].name) == ("371072008001", "皇冠花园社区")
    assert (communities[-1].code, communities[-1].name) == ("371072008019", "韩乐坊社区")
    assert {len(queries.grids(one.id)) for one in communities} == {2, 3, 4}
    assert list(check.findings()) == []


REAL = [
    "悦海社区 悦海花园小区 西门",
    "长峰馨安社区 威峰市场 中桥",
    "长峰馨安社区 海峰路",
    "长峰馨安社区 海峰北路",
    "金海湾社区 海滨路",
    "皇冠花园社区 木工小区 128号楼 东绿化带",
    "韩乐坊社区 韩乐坊 中街",
    "韩乐坊社区 韩乐坊 西街",
    "长峰馨安社区 馨安苑",
    "长峰怡安社区 怡安苑",
]


def test_the_places_the_report_names_are_there_and_only_they_are_not_invented(built: Names) -> None:
    real = queries.subtree("").filter(number__gt=0, invented=False).values_list("full_name", flat=True)
    above = {name.rsplit(" ", 1)[0] for name in REAL if name.count(" ") > 1}
    above |= {"皇冠花园社区 木工小区"}
    assert set(real) == set(REAL) | above
    assert all(cell.invented for cell in queries.grids())


def test_the_town_is_large_enough_to_live_in(built: Names) -> None:
    kinds = list(queries.subtree("").values_list("kind", flat=True))
    counts = {kind: kinds.count(kind) for kind in ("compound", "building", "stairwell")}
    assert counts == {"compound": 13, "building": 122, "stairwell": 300}
    assert len(queries.fixtures(built.places["万象城社区 万象家园 1号楼"])) == 2


def test_every_point_lies_in_the_cell_of_its_place(built: Names) -> None:
    rows = queries.subtree("").filter(lon__isnull=False).values_list("lon", "lat", "grid_id", "full_name")
    astray = [name for lon, lat, grid_id, name in rows if queries.locate(lon, lat).grid_id != grid_id]
    assert (astray, rows.count()) == ([], 444)


def test_the_fixed_cast_finds_its_cells(built: Names) -> None:
    a1, b2 = queries.grid(built.grids["悦海一格 A1"]), queries.grid(built.grids["韩乐坊二格 B2"])
    assert (a1.code, b2.code) == ("371072008015-01", "371072008019-02")
    garden = queries.by_ids([built.places["悦海社区 悦海花园小区"]]).popitem()[1]
    assert (garden.grid_id, garden.community_id) == (a1.id, built.places["悦海社区"])


def test_an_office_with_places_is_not_built_over(built: Names, admin_actor: Actor, noon: datetime) -> None:
    with pytest.raises(Invalid):
        build_places(actor=admin_actor, at=noon)


def test_the_data_file_says_what_is_real_and_where_it_comes_from() -> None:
    about: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))["about"]
    assert "National Bureau of Statistics" in about["source"]
    assert "MIT" in about["source"]
    assert "invented" in about["invented"]


def test_building_the_town_is_a_matter_of_seconds(
    office: Jurisdiction, admin_actor: Actor, noon: datetime
) -> None:
    began = time.process_time()
    build_places(actor=admin_actor, at=noon)
    assert time.process_time() - began < 3
