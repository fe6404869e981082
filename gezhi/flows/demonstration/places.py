"""Huangguan subdistrict with its 19 real communities, the places the report names, and invented ones marked as such."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from gezhi.kernel.actor import Actor
from gezhi.places.actions import NewFixture, NewGrid, NewPlace, add_fixtures, add_grids, add_places
from gezhi.places.kinds import FixtureKind, Kind, NameKind

DATA = Path(__file__).with_name("data") / "huangguan.json"  # its "about" says what is real and what is not


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of what was built. places: by full name ("悦海社区 悦海花园小区 西门"); grids: by name ("悦海一格 A1")."""

    district: UUID
    subdistrict: UUID
    places: Mapping[str, UUID]
    grids: Mapping[str, UUID]


@transaction.atomic
def build_places(*, actor: Actor, at: datetime) -> Names:
    """Build them in an office that has no places yet. Raises Invalid (code: taken) in one that has."""
    told = json.loads(DATA.read_text(encoding="utf-8"))
    upper = list(_upper(told))
    places = {place.name: place.id for place in upper}
    add_places(upper, actor=actor, at=at)
    cells = [cell for community in told["communities"] for cell in _cells(community, places)]
    add_grids(cells, actor=actor, at=at)
    grids = {cell.name: cell.id for cell in cells}
    lower = [pair for community in told["communities"] for pair in _lower(community, places, grids)]
    places |= {full_name: place.id for full_name, place in lower}
    add_places([place for _, place in lower], actor=actor, at=at)
    fixtures = [
        NewFixture(places[one["at"]], FixtureKind(one["kind"]), one["name"]) for one in told["fixtures"]
    ]
    add_fixtures(fixtures, actor=actor, at=at)
    return Names(upper[0].id, upper[1].id, places, grids)


def _upper(told: dict[str, Any]) -> Iterator[NewPlace]:
    """The district, the subdistrict and its communities: all real."""
    district = NewPlace(kind=Kind.DISTRICT, parent_id=None, **told["district"])
    subdistrict = NewPlace(kind=Kind.SUBDISTRICT, parent_id=district.id, **told["subdistrict"])
    yield from (district, subdistrict)
    for one in told["communities"]:
        yield NewPlace(kind=Kind.COMMUNITY, name=one["name"], code=one["code"], parent_id=subdistrict.id)


def _cells(community: dict[str, Any], places: Mapping[str, UUID]) -> Iterator[NewGrid]:
    for cell in community["cells"]:
        outline = json.dumps({"type": "Polygon", "coordinates": [cell["outline"]]})
        yield NewGrid(
            community_id=places[community["name"]], name=cell["name"], outline=outline, invented=True
        )


def _lower(
    community: dict[str, Any], places: Mapping[str, UUID], grids: Mapping[str, UUID]
) -> Iterator[tuple[str, NewPlace]]:
    """(full name, place) of everything in a community, parents first."""
    cells = [grids[cell["name"]] for cell in community["cells"]]
    for one in community["places"]:
        yield from _planted(one, community["name"], places[community["name"]], cells)


def _planted(
    one: dict[str, Any], above: str, parent_id: UUID, cells: list[UUID]
) -> Iterator[tuple[str, NewPlace]]:
    place = NewPlace(
        kind=Kind(one["kind"]),
        name=one["name"],
        parent_id=parent_id,
        grid_id=cells[one["cell"]],
        households=one.get("households"),
        lon=one["point"][0],
        lat=one["point"][1],
        invented=one["invented"],
        other_names=tuple((name, NameKind(kind)) for name, kind in one.get("other_names", ())),
    )
    full_name = f"{above} {place.name}"
    yield full_name, place
    for number in range(1, one.get("stairs", 0) + 1):
        stairwell = {"kind": Kind.STAIRWELL, "name": f"{number}单元", "invented": True}
        yield from _planted(
            {"cell": one["cell"], "point": one["point"], **stairwell}, full_name, place.id, cells
        )
    for inner in one.get("places", ()):
        yield from _planted(inner, full_name, place.id, cells)
