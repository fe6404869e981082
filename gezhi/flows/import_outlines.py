"""The borders of grid cells come in from one GeoJSON file: all of them, or nothing and a finding for every shape in the way.

The same file again changes nothing. Places stay in the cell they were put in.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Min

from gezhi.flows.outline_plan import Cell, Community, OutlineFinding, OutlinePlan, OutlinePlanner
from gezhi.kernel import geojson
from gezhi.kernel.actor import Actor
from gezhi.kernel.outline import Position
from gezhi.places import actions as book
from gezhi.places import queries as places
from gezhi.places.kinds import Kind

SUFFIXES = (".geojson", ".json")


class OutlineResult(NamedTuple):
    """Shapes: read = new + redrawn + known + bad; with a bad one nothing was written, and the others count what would have been.

    warnings: gaps between cells and overlaps across communities; they keep nothing out.
    """

    read: int
    new: int
    redrawn: int
    known: int
    bad: int
    findings: tuple[OutlineFinding, ...]
    warnings: tuple[OutlineFinding, ...] = ()


def import_outlines(data: bytes, *, actor: Actor, at: datetime) -> OutlineResult:
    """Read and judge the whole map in memory, then write it in one transaction.

    Raises kernel.geojson.BadGeoJson (the file as a whole), NotYours. Statements: about 20 however many cells there are.
    """
    reading = geojson.read(data)
    plan = planned(reading)
    bad = {finding.number for finding in plan.findings}
    if not bad:
        write(plan, actor=actor, at=at)
    return OutlineResult(
        reading.total,
        len(plan.new.keys() - bad),
        len(plan.redrawn.keys() - bad),
        len(plan.known - bad),
        len(bad),
        tuple(plan.findings),
        tuple(plan.warnings),
    )


def planned(reading: geojson.Reading) -> OutlinePlan:
    """What a map would change, judged against the book as it is now. 4 queries."""
    return OutlinePlanner(_communities(), _cells()).planned(reading.shapes, reading.faults, _corners())


def _communities() -> list[Community]:
    rows = places.subtree("").filter(kind=Kind.COMMUNITY, closed_on=None)
    return [Community(*row) for row in rows.values_list("id", "code", "name")]


def _cells() -> list[Cell]:
    drawn = places.outlines()
    return [
        Cell(one.id, one.code, one.name, one.community_id, one.closed_on is not None, drawn.get(one.id, ""))
        for one in places.all_grids()
    ]


def _corners() -> list[Position]:
    """The south-western and north-eastern corner of all places that have a point."""
    west, south, east, north = (
        places.subtree("")
        .filter(closed_on=None)
        .aggregate(west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat"))
        .values()
    )
    return [] if west is None else [(west, south), (east, north)]


@transaction.atomic
def write(plan: OutlinePlan, *, actor: Actor, at: datetime) -> None:
    """Borders that change first: a new cell may lie on ground that a sister gives up."""
    if plan.redrawn:
        book.redraw_grids(dict(plan.redrawn.values()), actor=actor, at=at)
    if plan.new:
        book.add_grids(list(plan.new.values()), actor=actor, at=at)
