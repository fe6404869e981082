"""Borders drawn in the browser: judged as a map that comes as a file, saved as a new version today or on a day to come.

Places stay in the cell they were put in (ADR 12), unless whoever draws says that they follow the new borders: then they are moved as by hand.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple
from uuid import UUID

import shapely
from django.db import transaction
from django.utils import timezone
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.ops import split

from gezhi.cases import queries as cases
from gezhi.flows.import_outlines import planned, write
from gezhi.flows.move_place import move_place
from gezhi.flows.outline_plan import OutlinePlan
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.journal.queries import deeds
from gezhi.kernel import geojson
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.geo import CellIndex
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import actions as book
from gezhi.places import cells, paths
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.tenancy.clock import new_id

AHEAD: Final = "cells.redraw"  # errand kind. Payload: community, outlines, name, outline, reason, carries
MOST_DAYS: Final = 366
AROUND: Final = 0.0003  # degrees: some 30 m


class Drawing(NamedTuple):
    """What was drawn of one community. outlines: GeoJSON geometries by the code of their cell; name, outline: of a new cell, "" for none."""

    community: UUID
    outlines: Mapping[str, str]
    name: str = ""
    outline: str = ""


class Change(NamedTuple):
    """A place that lies in another cell as drawn than the one it was put in. open: cases there and below that are not closed."""

    place: PlaceRow
    old: str
    new: str
    open: int


class Judged(NamedTuple):
    """plan: what is wrong, worth a look, and what would be written; changes: of the cells of places."""

    plan: OutlinePlan
    changes: list[Change]


def judge(drawing: Drawing) -> Judged:
    """Look at the drawing; nothing is written. Raises kernel.geojson.BadGeoJson, NotFound."""
    plan = planned(geojson.read(_as_map(drawing)))
    plan.warnings[:] = [one for one in plan.warnings if one.at is None or _is_near(one.at, plan)]
    return Judged(plan, [] if plan.findings else _changes(drawing, plan))


def _is_near(at: tuple[float, float], plan: OutlinePlan) -> bool:
    """Whether a place lies beside what was drawn: gaps that have been elsewhere for long are no news."""
    drawn = [outline for _, outline in plan.redrawn.values()] + [one.outline for one in plan.new.values()]
    return any(
        west - AROUND <= at[0] <= east + AROUND and south - AROUND <= at[1] <= north + AROUND
        for west, south, east, north in (shape(json.loads(one)).bounds for one in drawn)
    )


def _as_map(drawing: Drawing) -> bytes:
    """The drawing as the file it could have come in."""
    community = places.by_ids([drawing.community])[drawing.community]
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": _loaded(outline)}
        for code, outline in drawing.outlines.items()
    ]
    if drawing.outline:
        named = {"name": drawing.name, "community": community.code}
        features.append({"type": "Feature", "properties": named, "geometry": _loaded(drawing.outline)})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _loaded(outline: str) -> Any:
    try:
        return json.loads(outline)
    except (ValueError, RecursionError):
        return None


def _changes(drawing: Drawing, plan: OutlinePlan) -> list[Change]:
    """Places of the community with a point of their own, the upper ones only where those below follow. 4 queries, 1 more per change."""
    known = {one.id: one for one in places.grids(drawing.community)}
    lying = {id: outline for id, outline in places.outlines().items() if id in known}
    names = {id: one.name for id, one in known.items()}
    lying |= dict(plan.redrawn.values())
    for new in plan.new.values():
        lying[new.id], names[new.id] = new.outline, new.name
    index = CellIndex((str(id), json.loads(outline)) for id, outline in lying.items() if outline)
    found: list[Change] = []
    upper: list[tuple[str, UUID | None, UUID]] = []  # what moved already, from which cell into which
    community = places.by_ids([drawing.community])[drawing.community]
    for row in places.page(community.path, after=None, limit=100_000):
        if row.lon is None or row.lat is None or row.grid_id is None:
            continue
        at = index.at(row.lon, row.lat)
        new_id = UUID(at) if at else None
        follows = any(
            paths.is_within(row.path, path) and row.grid_id == old and new_id == new
            for path, old, new in upper
        )
        if new_id is None or new_id == row.grid_id or follows:
            continue
        upper.append((row.path, row.grid_id, new_id))
        open_here = cases.open_in(place_path=row.path).count()
        found.append(Change(row, names.get(row.grid_id, ""), names[new_id], open_here))
    return found


@transaction.atomic
def save(drawing: Drawing, *, reason: str, carries: bool, actor: Actor, at: datetime) -> Judged:
    """Write the new version; with carries also put the places into the cells they lie in. With a finding nothing is written.

    Raises NotYours, Missing("reason"), BadGeoJson, and what `redraw_grids` and `move_place` raise.
    """
    book.ask_keeper(actor)
    why, judged = cells.the_reason(reason), judge(drawing)
    if judged.plan.findings:
        return judged
    write(judged.plan, actor=actor, at=at)
    if not carries:
        return judged
    by_name = {one.name: one.id for one in places.grids(drawing.community)}
    for one in judged.changes:
        parent = one.place.parent_id
        if parent is not None:
            move_place(
                one.place.id, parent_id=parent, grid_id=by_name[one.new], reason=why, actor=actor, at=at
            )
    return judged


@transaction.atomic
def save_on(drawing: Drawing, day: date, *, reason: str, carries: bool, actor: Actor, at: datetime) -> Judged:
    """As save, at the beginning of a day to come; today it is saved at once. Raises Invalid("on", "in_the_past" | "too_far"), else as save."""
    today = timezone.localtime(at).date()
    if day < today or (day - today).days > MOST_DAYS:
        raise Invalid("on", "in_the_past" if day < today else "too_far")
    if day == today:
        return save(drawing, reason=reason, carries=carries, actor=actor, at=at)
    book.ask_keeper(actor)
    why, judged = cells.the_reason(reason), judge(drawing)
    if judged.plan.findings:
        return judged
    id = new_id()
    payload = {
        "community": str(drawing.community),
        "outlines": dict(drawing.outlines),
        "name": drawing.name,
        "outline": drawing.outline,
        "reason": why,
        "carries": carries,
    }
    due_at = timezone.make_aware(datetime.combine(day, time()))
    outbox.queue(
        outbox.Following(AHEAD, str(id), due_at, payload=payload, subject=("place", drawing.community))
    )
    after = {"on": str(day), "cells": sorted(drawing.outlines), "new": drawing.name, "key": str(id)}
    record(
        Deed("place", drawing.community, "cells_ahead", {}, after, words={"reason": why}), actor=actor, at=at
    )
    return judged


class Ahead(NamedTuple):
    """A new version that waits for its day. cells: codes of those that are drawn anew; new: name of the one that comes."""

    key: str
    on: str
    cells: list[str]
    new: str


def ahead(community: UUID) -> list[Ahead]:
    """What waits for its day in a community, the nearest first. 1 query, 1 more for each that was ever planned."""
    planned_ones = [one.after for one in deeds("place", community) if one.event == "cells_ahead"]
    found = [Ahead(one["key"], one["on"], one["cells"], one["new"]) for one in planned_ones]
    return sorted((one for one in found if outbox.waiting(AHEAD, one.key)), key=lambda one: one.on)


@transaction.atomic
def call_off(community: UUID, key: str, *, actor: Actor, at: datetime) -> None:
    """Take a new version back before its day. Raises NotYours, NotFound."""
    book.ask_keeper(actor)
    one = next((one for one in ahead(community) if one.key == key), None)
    if one is None:
        raise NotFound("cells_ahead")
    outbox.reschedule(AHEAD, key, due_at=None)
    record(Deed("place", community, "cells_called_off", {"on": one.on}, {}), actor=actor, at=at)


def come_due(payload: Mapping[str, Any], *, at: datetime) -> None:
    """One errand: the day has come. What no longer fits the book is parked as an alarm, with nothing written. Raises Invalid."""
    drawing = Drawing(UUID(payload["community"]), payload["outlines"], payload["name"], payload["outline"])
    judged = save(drawing, reason=payload["reason"], carries=payload["carries"], actor=SYSTEM, at=at)
    if judged.plan.findings:
        raise Invalid("outline", judged.plan.findings[0].code)


def cut(outline: str, line: Sequence[tuple[float, float]]) -> tuple[str, str] | None:
    """The two parts of an outline along a line, the larger first; None unless the line goes right through it once."""
    if len(line) < 2:
        return None
    area = json.loads(outline)
    try:
        whole = split(shape(area), shapely.LineString(line)).geoms
    except (ShapelyError, ValueError):  # it crosses itself, or runs along the line: no library splits that
        return None
    parts = [one for one in whole if one.area > 0]
    if len(parts) != 2:
        return None
    larger, smaller = sorted(parts, key=lambda one: -one.area)
    return json.dumps(mapping(larger)), json.dumps(mapping(smaller))
