"""Everything that is written in this package. Each deed locks the register of the jurisdiction and is journalled.

Whoever does not keep places is refused with NotYours.
Where a write changes many places at once (a move, a new name), the subtree is rewritten in one statement.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import clean_name
from gezhi.places import cells as gridding
from gezhi.places import fixtures as fitting
from gezhi.places import paths, planting, policy, subtree
from gezhi.places.batches import batches, by_id
from gezhi.places.cells import NewGrid
from gezhi.places.fixtures import NewFixture
from gezhi.places.kinds import FixtureKind, Kind, NameKind
from gezhi.places.models import Fixture, GridCell, Place, PlaceName
from gezhi.places.outlines import map_changed, refuse_overlaps, tidy_outline
from gezhi.places.planting import NewPlace
from gezhi.places.register import locked_register
from gezhi.places.subtree import open_place, within
from gezhi.places.wording import keys_of
from gezhi.tenancy.updating import set_each

__all__ = [
    "NewFixture",
    "NewGrid",
    "NewPlace",
    "add_fixture",
    "add_fixtures",
    "add_grid",
    "add_grids",
    "add_name",
    "add_place",
    "add_places",
    "ask_keeper",
    "change_households",
    "close_grid",
    "close_place",
    "move_place",
    "redraw_grid",
    "redraw_grids",
    "rename_place",
    "reopen_grid",
    "reopen_place",
]


def ask_keeper(actor: Actor) -> None:
    """For flows that write later, or elsewhere first. Raises NotYours unless this actor keeps places."""
    policy.keeps_places(actor)


def add_place(
    *,
    kind: Kind,
    name: str,
    parent_id: UUID | None,
    grid_id: UUID | None = None,
    code: str = "",
    households: int | None = None,
    lon: float | None = None,
    lat: float | None = None,
    invented: bool = False,
    actor: Actor,
    at: datetime,
) -> Place:
    """One new place; code for national kinds, grid_id for all others. Refusals: see add_places."""
    new = NewPlace(
        kind=kind,
        name=name,
        parent_id=parent_id,
        grid_id=grid_id,
        code=code,
        households=households,
        lon=lon,
        lat=lat,
        invented=invented,
    )
    return add_places([new], actor=actor, at=at)[0]


@transaction.atomic
def add_places(new: Sequence[NewPlace], *, actor: Actor, at: datetime) -> list[Place]:
    """Many new places, parents before children, all or none; 5 statements and 1 more per 500 parents.

    Raises NotFound (a parent or grid cell) and Invalid: kind (not under this parent), parent (closed), name (taken by an
    open sibling), code (missing, foreign or taken), grid (missing, or of another community), lon.
    """
    policy.keeps_places(actor)
    register = locked_register()
    places = planting.planted(new, register)
    register.save(update_fields=["last_number"])
    Place.objects.bulk_create(places)
    PlaceName.objects.bulk_create(planting.named(new))
    record(*planting.place_deeds(places), actor=actor, at=at)
    return places


@transaction.atomic
def rename_place(
    place_id: UUID, name: str, *, actor: Actor, at: datetime, keep_old_as: NameKind | None = NameKind.FORMER
) -> Place:
    """Give a place another name; the old one stays findable unless keep_old_as is None. The subtree's full names follow."""
    policy.keeps_places(actor)
    locked_register()
    place = open_place(place_id)
    name, old, old_full = clean_name(name), place.name, place.full_name
    if name == old:
        return place
    planting.refuse_taken_names([(place.parent_id, name)])
    place.name, (place.folded, place.initials, place.pinyin) = name, keys_of(name)
    place.full_name = planting.full_name(place.kind, name, place.parent)
    place.save(update_fields=["name", "folded", "initials", "pinyin", "full_name"])
    subtree.rename(place.path, old_full, place.full_name)
    if keep_old_as:
        PlaceName.objects.filter(place=place, name=name).delete()
        planting.other_name(place.id, old, keep_old_as).save(force_insert=True)
    record(Deed("place", place.id, "renamed", {"name": old}, {"name": name}), actor=actor, at=at)
    return place


@transaction.atomic
def move_place(
    place_id: UUID,
    *,
    parent_id: UUID,
    actor: Actor,
    at: datetime,
    grid_id: UUID | None = None,
    reason: str,
) -> Place:
    """Put a place with all below it under another parent, or (same parent) into another grid cell.

    grid_id: needed when the community changes, then all below go into it; else those follow that shared the old cell.
    Where it stands already nothing is written. Raises NotFound, Missing("reason") and Invalid: parent (itself or below: circle; closed; kind), name (taken), grid (missing, foreign).
    """
    policy.keeps_places(actor)
    locked_register()
    place, parent, why = open_place(place_id), open_place(parent_id), gridding.the_reason(reason)
    before = {"parent": place.parent_id, "path": place.path, "grid": place.grid_id}
    planting.refuse_kind(place.kind, parent)
    if paths.is_within(parent.path, place.path):
        raise Invalid("parent", "circle")
    if parent.id != place.parent_id:
        planting.refuse_taken_names([(parent.id, place.name)])
    old_path, old_full, old_grid = place.path, place.full_name, place.grid_id
    place.parent, place.path = parent, paths.joined(parent.path, place.id)
    place.full_name = planting.full_name(place.kind, place.name, parent)
    is_new_community = paths.community_id(place.path) != paths.community_id(old_path)
    place.grid_id = old_grid if grid_id is None and not is_new_community else grid_id
    planting.refuse_grid(place, gridding.communities_of_grids([place.grid_id]))
    if (place.path, place.grid_id) == (old_path, old_grid):  # the same form twice
        return place
    place.save(update_fields=["parent", "path", "full_name", "grid"])
    subtree.move(old_path, place.path, old_full, place.full_name)
    if place.grid_id != old_grid:
        subtree.change_grid(place.path, None if is_new_community else old_grid, place.grid_id)
    after = {"parent": place.parent_id, "path": place.path, "grid": place.grid_id}
    record(Deed("place", place.id, "moved", before, after, words={"reason": why}), actor=actor, at=at)
    return place


@transaction.atomic
def close_place(place_id: UUID, *, on: date, actor: Actor, at: datetime) -> Place:
    """End a place and all below it from a day on. The rows stay: what was reported there keeps its place.

    on: the first day it is no more. Raises NotFound, Invalid (place: closed).
    """
    policy.keeps_places(actor)
    locked_register()
    place = open_place(place_id)
    ended = list(within(place.path).filter(closed_on=None).order_by("path"))
    within(place.path).filter(closed_on=None).update(closed_on=on)
    deeds = (Deed("place", one.id, "closed", {"closed_on": None}, {"closed_on": str(on)}) for one in ended)
    record(*deeds, actor=actor, at=at)
    place.closed_on = on
    return place


@transaction.atomic
def reopen_place(place_id: UUID, *, actor: Actor, at: datetime) -> Place:
    """Take a closing back: the place, and what ended with it below. What had ended before stays closed.

    Raises NotFound, Invalid (place: not_closed; parent: closed; name: taken by an open sibling; grid: closed).
    """
    policy.keeps_places(actor)
    locked_register()
    place = subtree.closed_place(place_id)
    if place.parent is not None and place.parent.closed_on:
        raise Invalid("parent", "closed")
    planting.refuse_taken_names([(place.parent_id, place.name)])
    back = subtree.ended_with(place)
    gridding.communities_of_grids({one.grid_id for one in back})
    before = str(place.closed_on)
    for batch in batches([one.id for one in back]):
        Place.objects.filter(id__in=batch).update(closed_on=None)
    deeds = (Deed("place", one.id, "reopened", {"closed_on": before}, {"closed_on": None}) for one in back)
    record(*deeds, actor=actor, at=at)
    place.closed_on = None
    return place


@transaction.atomic
def change_households(counts: Mapping[UUID, int], *, actor: Actor, at: datetime) -> list[Place]:
    """How many households each of these places has by a newer count; returns those that changed. Raises NotFound, Invalid."""
    policy.keeps_places(actor)
    locked_register()
    known = by_id(Place, counts)
    if known.keys() != counts.keys():
        raise NotFound()
    changed = [place for place in known.values() if place.households != counts[place.id]]
    deeds = []
    for place in changed:
        before, place.households = place.households, counts[place.id]
        after = {"households": place.households}
        deeds.append(Deed("place", place.id, "counted", {"households": before}, after))
    Place.objects.bulk_update(changed, ["households"])
    record(*deeds, actor=actor, at=at)
    return changed


@transaction.atomic
def add_name(place_id: UUID, name: str, kind: NameKind, *, actor: Actor, at: datetime) -> PlaceName:
    """Another name that people use or used. Raises NotFound, Invalid (name: taken, when this place has it already)."""
    policy.keeps_places(actor)
    locked_register()
    place, name = open_place(place_id), clean_name(name)
    if name == place.name or PlaceName.objects.filter(place=place, name=name).exists():
        raise Invalid("name", "taken")
    kept = planting.other_name(place.id, name, kind)
    kept.save(force_insert=True)
    record(Deed("place", place.id, "named", {}, {"name": name, "kind": kind.value}), actor=actor, at=at)
    return kept


def add_grid(
    *,
    community_id: UUID,
    name: str,
    outline: str = "",
    code: str = "",
    invented: bool = False,
    actor: Actor,
    at: datetime,
) -> GridCell:
    """One new grid cell of a community. Refusals: see add_grids."""
    new = NewGrid(community_id=community_id, name=name, outline=outline, code=code, invented=invented)
    return add_grids([new], actor=actor, at=at)[0]


@transaction.atomic
def add_grids(new: Sequence[NewGrid], *, actor: Actor, at: datetime) -> list[GridCell]:
    """Many new grid cells, all or none; a cell may be named before anybody has drawn it.

    Raises NotFound (a community), Invalid: community (no community), name (taken), outline (a code of kernel.outline, or overlap).
    """
    policy.keeps_places(actor)
    register = locked_register()
    cells = gridding.celled(new)
    refuse_overlaps(cells)
    GridCell.objects.bulk_create(cells)
    map_changed(register)
    record(*gridding.grid_deeds(cells), actor=actor, at=at)
    return cells


def redraw_grid(grid_id: UUID, outline: str, *, actor: Actor, at: datetime) -> GridCell:
    """Draw one cell's border anew. Refusals: see redraw_grids."""
    return redraw_grids({grid_id: outline}, actor=actor, at=at)[0]


@transaction.atomic
def redraw_grids(outlines: Mapping[UUID, str], *, actor: Actor, at: datetime) -> list[GridCell]:
    """Draw the borders of these cells anew ("" = not drawn), all or none. Places stay in the cell they were put in.

    Raises NotFound, Invalid (grid: closed; outline: a code of kernel.outline, or overlap with a sister cell).
    """
    policy.keeps_places(actor)
    register = locked_register()
    cells = gridding.open_cells(outlines)
    deeds = []
    for cell in cells:
        before, cell.outline = cell.outline, tidy_outline(outlines[cell.id])
        deeds.append(Deed("grid", cell.id, "redrawn", {"outline": before}, {"outline": cell.outline}))
    refuse_overlaps(cells)
    set_each(GridCell, "outline", {cell.id: cell.outline for cell in cells})
    map_changed(register)
    record(*deeds, actor=actor, at=at)
    return cells


@transaction.atomic
def close_grid(
    grid_id: UUID, *, on: date, reason: str, into: UUID | None = None, actor: Actor, at: datetime
) -> GridCell:
    """End a grid cell; its border goes, its places go into a sister cell. Whether cases are open there, the flow asks.

    on: the first day it is no more, today or before. into: a cell of the same community, needed while open places lie in this one.
    Raises NotFound, Missing("reason"), Invalid (grid: closed; on: in_the_future; into: places_left, other_community).
    """
    policy.keeps_places(actor)
    register = locked_register()
    cell, why = gridding.open_cell(grid_id), gridding.the_reason(reason)
    if on > timezone.localtime(at).date():
        raise Invalid("on", "in_the_future")
    gridding.refuse_heir(cell, into, Place.objects.filter(grid_id=cell.id, closed_on=None).count())
    # places that ended go along: a case there may be reopened
    moved = list(Place.objects.filter(grid_id=cell.id).values_list("id", flat=True)) if into else []
    outline, cell.closed_on, cell.outline = cell.outline, on, ""
    cell.save(update_fields=["closed_on", "outline"])
    map_changed(register)
    before, after = {"closed_on": None, "outline": outline}, {"closed_on": str(on), "into": into}
    closed = Deed("grid", cell.id, "closed", before, after, words={"reason": why})
    record(closed, *gridding.put_into(moved, cell.id, into), actor=actor, at=at)
    return cell


@transaction.atomic
def reopen_grid(grid_id: UUID, *, reason: str, actor: Actor, at: datetime) -> GridCell:
    """Take a closing back: the cell has its border again, where no sister has drawn hers since, and the places that went out of
    it and were not moved since. Raises NotFound, Missing("reason"), Invalid (grid: not_closed; place: closed, the community).
    """
    policy.keeps_places(actor)
    register = locked_register()
    cell, why = gridding.closed_cell(grid_id), gridding.the_reason(reason)
    open_place(cell.community_id)
    closing = gridding.closing_of(cell)
    before = {"closed_on": str(cell.closed_on), "outline": ""}
    cell.closed_on, cell.outline = None, gridding.border_still_free(cell, closing.outline)
    cell.save(update_fields=["closed_on", "outline"])
    map_changed(register)
    after = {"closed_on": None, "outline": cell.outline}
    reopened = Deed("grid", cell.id, "reopened", before, after, words={"reason": why})
    record(reopened, *gridding.put_into(closing.gone, closing.into, cell.id), actor=actor, at=at)
    return cell


def add_fixture(place_id: UUID, kind: FixtureKind, name: str, *, actor: Actor, at: datetime) -> Fixture:
    """One lift, hydrant, lamp or manhole at a place. Raises NotFound, Invalid (place: closed)."""
    return add_fixtures([NewFixture(place_id, kind, name)], actor=actor, at=at)[0]


@transaction.atomic
def add_fixtures(new: Sequence[NewFixture], *, actor: Actor, at: datetime) -> list[Fixture]:
    """Many fixtures, all or none. Raises NotFound, Invalid (place: closed)."""
    policy.keeps_places(actor)
    register = locked_register()
    fixtures = fitting.fitted(new, register)
    register.save(update_fields=["last_fixture"])
    Fixture.objects.bulk_create(fixtures)
    record(*fitting.fixture_deeds(fixtures), actor=actor, at=at)
    return fixtures
