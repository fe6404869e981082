"""Names on the map: where a place is named, from which zoom on, and which stand first."""

from uuid import UUID

import numpy as np

from gezhi.insight.mapping.clusters import View
from gezhi.insight.mapping.named import AREA, GROUND, HOUSE, MOST, Named, Place, gathered, within

AREA_ID, FRESH, OLD, HOUSE_1, HOUSE_2 = (UUID(int=at) for at in range(1, 6))
PLACES = (
    Place(AREA_ID, None, AREA, "悦海社区", None),
    Place(OLD, AREA_ID, GROUND, "海湾苑", (122.19, 37.41)),
    Place(FRESH, AREA_ID, GROUND, "悦海花园", None),
    Place(HOUSE_1, FRESH, HOUSE, "1号楼", (122.18, 37.40)),
    Place(HOUSE_2, FRESH, HOUSE, "2号楼", (122.182, 37.402)),
    Place(UUID(int=9), FRESH, HOUSE, "3号楼", None),
)
MIDDLES = {AREA_ID: (122.2, 37.4)}
SPOTS = {OLD: 0, HOUSE_1: 1, HOUSE_2: 2, AREA_ID: 3}
COUNTED = np.array([1, 0, 5, 0])


def _told(zoom: int, named: Named | None = None) -> list[str]:
    every = named or gathered(PLACES, MIDDLES, SPOTS)
    return [one[2] for one in within(every, COUNTED, View(122, 37, 123, 38, zoom))]


def test_a_place_is_named_at_its_point_else_amid_its_houses_else_amid_its_ground() -> None:
    found = within(gathered(PLACES, MIDDLES, SPOTS), COUNTED, View(122, 37, 123, 38, 15))
    assert [one for one in found if one[3] < HOUSE] == [
        [122.2, 37.4, "悦海社区", AREA],
        [122.19, 37.41, "海湾苑", GROUND],
        [122.181, 37.401, "悦海花园", GROUND],
    ]


def test_each_is_named_at_the_zooms_that_have_room_for_it() -> None:
    assert [_told(zoom) for zoom in (9, 12, 14, 18)] == [
        [],
        ["悦海社区"],
        ["悦海社区", "海湾苑", "悦海花园"],
        ["海湾苑", "悦海花园", "2号楼", "1号楼"],
    ]


def test_what_lies_beyond_the_view_is_not_named() -> None:
    assert within(gathered(PLACES, MIDDLES, SPOTS), COUNTED, View(10, 10, 11, 11, 15)) == []


def test_of_too_many_those_where_most_is_counted_are_named() -> None:
    crowd = [Place(UUID(int=at), None, HOUSE, f"{at}号楼", (122.5, 37.5)) for at in range(1, MOST + 40)]
    named = gathered(crowd, {}, {one.id: at for at, one in enumerate(crowd)})
    found = within(named, np.arange(len(crowd)), View(122, 37, 123, 38, 18))
    assert [one[2] for one in found] == [one.name for one in reversed(crowd[39:])]


def test_an_office_without_places_has_no_names() -> None:
    assert _told(15, gathered((), {}, {})) == []
