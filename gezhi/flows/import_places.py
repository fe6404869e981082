"""A community's places come in from one plain sheet: all of it, or nothing and a finding for every cell that was in the way.

The same sheet again adds nothing. What a sheet does not do: rename, move or close a place; those are deeds of their own.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.flows.cells import RowFinding, distinct
from gezhi.flows.place_plan import (
    Company,
    Known,
    Plan,
    Planner,
    Service,
    Spot,
    community_key,
    key,
    with_counts,
)
from gezhi.flows.place_sheet import read
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound
from gezhi.parties import actions as parties_book
from gezhi.parties import queries as parties
from gezhi.parties.actions import Ground
from gezhi.parties.days import zone
from gezhi.places import actions as places_book
from gezhi.places import queries as places
from gezhi.places.kinds import NATIONAL, Kind

PROPERTY = "property"  # the kind of party, and of service


class ImportResult(NamedTuple):
    """Rows: read = new + known + bad; with a bad one nothing was written, and new counts what would have been.

    new_grids: cells that were named for the first time and have no outline yet. changed_households: places counted anew.
    """

    read: int
    new: int
    known: int
    bad: int
    findings: tuple[RowFinding, ...]
    new_grids: tuple[str, ...] = ()
    changed_households: int = 0


def import_places(data: bytes, filename: str, *, actor: Actor, at: datetime) -> ImportResult:
    """Read and judge the whole sheet in memory, then write it in one transaction.

    Raises kernel.sheet.BadSheet (the file as a whole), NotYours. Statements: about 20 however many places there are, and 10 more for
    each other name, each new property company and each new property service.
    """
    reading = read(data, filename, zone())
    plan = Planner(reading, _known()).planned()
    findings = distinct(reading.findings)
    bad = {finding.row for finding in findings}
    if not bad:
        _write(plan, actor, at)
    new = len(plan.touched - bad)
    fresh = {place.id for place in plan.places}
    return ImportResult(
        reading.count,
        new,
        reading.count - new - len(bad),
        len(bad),
        findings,
        tuple(grid.name for grid in plan.grids),
        len(plan.households.keys() - fresh),
    )


def _known() -> Known:
    """The office's places and property companies. 4 statements, 1 more per compound that a company is named for."""
    communities: dict[str, UUID] = {}
    spots: dict[tuple[UUID, str], Spot] = {}
    compounds: dict[str, set[UUID]] = {}
    parents: dict[UUID, UUID] = {}
    fields = ("id", "kind", "code", "name", "folded", "parent_id", "grid_id", "households")
    for id, kind, code, name, folded, parent_id, *rest in (
        places.subtree("").filter(closed_on=None).values_list(*fields)
    ):
        if kind == Kind.COMMUNITY:
            communities |= {code: id, community_key(name): id}
        elif kind not in NATIONAL:
            spots[parent_id, folded] = Spot(id, name, *rest)
            parents[id] = parent_id
            if kind == Kind.COMPOUND:
                compounds.setdefault(folded, set()).add(parent_id)
    by_id = {spot.id: spot for spot in spots.values()}
    names = {(id, folded) for id, folded in places.all_other_names() if id in by_id}
    for id, folded in names:
        spots.setdefault((parents[id], folded), by_id[id])
    cells: dict[tuple[UUID, str], UUID] = {}
    for cell in places.grids():
        cells |= {(cell.community_id, key(cell.name)): cell.id, (cell.community_id, key(cell.code)): cell.id}
    companies = {
        key(one.name): Company(one.id, one.name, one.standing_phone) for one in parties.parties(PROPERTY)
    }
    return Known(communities, spots, names, compounds, cells, companies, _services_of)


def _services_of(place_id: UUID) -> Sequence[Service]:
    rows = parties.services_of(place_id)
    return [Service(row.party_id, row.starts_on, row.ends_on) for row in rows if row.kind == PROPERTY]


@transaction.atomic
def _write(plan: Plan, actor: Actor, at: datetime) -> None:
    """Cells, places, names, counts, companies, services: in the order in which they lean on one another."""
    fresh = {place.id for place in plan.places}
    if plan.grids:
        places_book.add_grids(plan.grids, actor=actor, at=at)
    if plan.places:
        places_book.add_places(with_counts(plan.places, plan.households), actor=actor, at=at)
    for place_id, name, kind in plan.names:
        places_book.add_name(place_id, name, kind, actor=actor, at=at)
    if recounted := {id: n for id, n in plan.households.items() if id not in fresh}:
        places_book.change_households(recounted, actor=actor, at=at)
    company_ids = _companies(plan, actor, at)
    for place_id, term in plan.services:
        ground = Ground(place_id)
        party_id = company_ids[key(term.company)]
        starts_on, ends_on = term.starts_on, term.ends_on
        parties_book.serve(
            party_id, PROPERTY, ground, starts_on=starts_on, ends_on=ends_on, actor=actor, at=at
        )


def _companies(plan: Plan, actor: Actor, at: datetime) -> dict[str, UUID]:
    """Every property company by key; the new ones are added under the desk of the first place they serve."""
    known = parties.parties(PROPERTY)
    ids, codes = {key(one.name): one.id for one in known}, {one.code for one in known}
    free = (code for number in count(1) if (code := f"WY{number:03d}") not in codes)
    for name_key, company in plan.companies.items():
        first = next((place_id for place_id, term in plan.services if key(term.company) == name_key), None)
        ids[name_key] = parties_book.add_party(
            PROPERTY, company.name, next(free), company.phone, parent_id=_desk(first, at), actor=actor, at=at
        )
    return ids


def _desk(place_id: UUID | None, at: datetime) -> UUID | None:
    """The community's desk at a place, None in an office that has no desk yet."""
    if place_id is None:
        return None
    try:
        return parties.desk_of(places.by_ids([place_id])[place_id].path, at)
    except NotFound:
        return None
