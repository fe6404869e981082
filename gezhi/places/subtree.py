"""A place with all below it: read as a range of paths, rewritten in one statement each."""

from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr

from gezhi.journal.queries import stories
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import onpath
from gezhi.places.models import Place


def open_place(place_id: UUID) -> Place:
    """A place that is not closed, with its parent. 1 statement. Raises NotFound, Invalid (place: closed)."""
    place: Place | None = Place.objects.filter(id=place_id).select_related("parent").first()
    if place is None:
        raise NotFound()
    if place.closed_on:
        raise Invalid("place", "closed")
    return place


def closed_place(place_id: UUID) -> Place:
    """A place that ended, with its parent. 1 statement. Raises NotFound, Invalid (place: not_closed)."""
    place: Place | None = Place.objects.filter(id=place_id).select_related("parent").first()
    if place is None:
        raise NotFound()
    if not place.closed_on:
        raise Invalid("place", "not_closed")
    return place


def ended_with(place: Place) -> list[Place]:
    """A closed place and those below it that were closed by the same deed. 3 statements."""
    below = {one.id: one for one in within(place.path).exclude(closed_on=None)}
    closings = {
        id: max(step.entry.at for step in steps if step.entry.event == "closed")
        for id, steps in stories("place", below).items()
    }
    deed = (closings[place.id], place.closed_on)
    return [one for id, one in below.items() if (closings[id], one.closed_on) == deed]


def within(path: str) -> QuerySet[Place]:
    """The rows of a subtree, its root included; "" and "/" are the whole jurisdiction."""
    rows: QuerySet[Place] = Place.objects.filter(onpath.within(path, "path"))
    return rows


def move(old_path: str, new_path: str, old_full_name: str, new_full_name: str) -> None:
    """Below a place that was moved, whose own row is already written: new paths, and full names where they hold its own."""
    if old_path == new_path:
        return
    below = within(old_path)
    rename(old_path, old_full_name, new_full_name)
    below.update(path=_with_new_head("path", old_path, new_path))


def rename(path: str, old_full_name: str, new_full_name: str) -> None:
    """Full names that begin with an old one begin with the new one. Those below a subdistrict do not hold its name."""
    old, new = f"{old_full_name} ", f"{new_full_name} "
    if old != new:
        rows = within(path).filter(full_name__startswith=old)
        rows.update(full_name=_with_new_head("full_name", old, new))


def change_grid(path: str, old_grid: UUID | None, new_grid: UUID | None) -> None:
    """Put a subtree into another cell: all of it, or only what is in the old cell when that is named."""
    rows = within(path).exclude(grid_id=new_grid)
    rows.filter(Q() if old_grid is None else Q(grid_id=old_grid)).update(grid_id=new_grid)


def _with_new_head(field: str, old: str, new: str) -> Concat:
    return Concat(Value(new), Substr(F(field), len(old) + 1))
