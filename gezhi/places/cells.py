"""New grid cells decided before they are written. A cell belongs to one community and its code begins with that one's."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from gezhi.journal.actions import Deed
from gezhi.journal.queries import entries_of, story
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.kernel.text import BadText, clean, clean_name
from gezhi.places.batches import batches, by_id
from gezhi.places.kinds import Kind
from gezhi.places.models import GridCell, Place
from gezhi.places.outlines import refuse_overlaps, tidy_outline
from gezhi.tenancy.clock import new_id

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrid:
    """A grid cell to be added. code: "" = the community's code and the next two-digit number."""

    community_id: UUID
    name: str
    outline: str = ""
    code: str = ""
    invented: bool = False
    id: UUID = field(default_factory=new_id)


def celled(new: Sequence[NewGrid]) -> list[GridCell]:
    """The rows for add_grids, unsaved. Raises what add_grids raises, overlaps apart."""
    communities = _open_communities(new)
    sisters = GridCell.objects.filter(community_id__in=communities)
    names, codes = set(), set()
    for community_id, name, code in sisters.values_list("community_id", "name", "code"):
        names.add((community_id, name))
        codes.add(code)
    cells = []
    for one in new:
        cell = _celled(one, communities[one.community_id].code, codes)
        if not cell.name or (cell.community_id, cell.name) in names:
            raise Invalid("name", "taken" if cell.name else "empty")
        names.add((cell.community_id, cell.name))
        codes.add(cell.code)
        cells.append(cell)
    return cells


def _celled(one: NewGrid, community_code: str, taken: set[str]) -> GridCell:
    code = one.code or _next_code(community_code, taken)
    if code in taken or not code.startswith(community_code):
        raise Invalid("code", "taken" if code in taken else "other_community")
    return GridCell(
        id=one.id,
        code=code,
        name=clean_name(one.name),
        community_id=one.community_id,
        outline=tidy_outline(one.outline),
        invented=one.invented,
    )


def _next_code(community_code: str, taken: set[str]) -> str:
    number = 1
    while (code := f"{community_code}-{number:02d}") in taken:
        number += 1
    return code


def _open_communities(new: Sequence[NewGrid]) -> dict[UUID, Place]:
    communities = by_id(Place, (one.community_id for one in new))
    if any(one.community_id not in communities for one in new):
        raise NotFound()
    if any(place.kind != Kind.COMMUNITY or place.closed_on for place in communities.values()):
        raise Invalid("community", "kind")
    return communities


def communities_of_grids(grid_ids: Iterable[UUID | None]) -> dict[UUID, UUID]:
    """The community of each grid cell. Raises NotFound when one is unknown, Invalid (grid: closed)."""
    wanted = {grid_id for grid_id in grid_ids if grid_id}
    cells = by_id(GridCell, wanted).values()
    if any(cell.closed_on for cell in cells):
        raise Invalid("grid", "closed")
    found = {cell.id: cell.community_id for cell in cells}
    if found.keys() != wanted:
        raise NotFound()
    return found


def open_cell(grid_id: UUID) -> GridCell:
    """A cell that may be changed. Raises NotFound, Invalid (grid: closed)."""
    return open_cells([grid_id])[0]


def open_cells(grid_ids: Collection[UUID]) -> list[GridCell]:
    """Cells that may be changed, in this order. 1 statement per 500. Raises NotFound, Invalid (grid: closed)."""
    known = by_id(GridCell, grid_ids)
    if any(id not in known for id in grid_ids):
        raise NotFound()
    if any(cell.closed_on is not None for cell in known.values()):
        raise Invalid("grid", "closed")
    return [known[id] for id in grid_ids]


def closed_cell(grid_id: UUID) -> GridCell:
    """A cell that ended. Raises NotFound, Invalid (grid: not_closed)."""
    cell: GridCell | None = GridCell.objects.filter(id=grid_id).first()
    if cell is None:
        raise NotFound()
    if cell.closed_on is None:
        raise Invalid("grid", "not_closed")
    return cell


def the_reason(reason: str) -> str:
    """The reason in one spelling. Raises Missing("reason"), Invalid (reason: too_long)."""
    if not reason.strip():
        raise Missing(["reason"])
    try:
        return clean(reason, REASON_LIMIT)
    except BadText as bad:
        raise Invalid("reason", bad.code, **bad.details) from bad


def refuse_heir(cell: GridCell, into: UUID | None, places: int) -> None:
    """Open places need another open cell of their community. Raises Invalid (into: places_left, other_community), NotFound."""
    if into is None and places:
        raise Invalid("into", "places_left", count=places)
    if into is not None and (into == cell.id or open_cell(into).community_id != cell.community_id):
        raise Invalid("into", "other_community")


def put_into(place_ids: Collection[UUID], old: UUID | None, new: UUID | None) -> list[Deed]:
    """Put these places from one cell into another; the deeds for the caller to journal. 1 statement per 500."""
    for batch in batches(place_ids):
        Place.objects.filter(id__in=batch).update(grid_id=new)
    return [Deed("place", id, "moved", {"grid": old}, {"grid": new}) for id in place_ids]


class Closing(NamedTuple):
    """How a cell ended: the border it had, the cell its places went into, and those that are there still and were not moved since."""

    outline: str
    into: UUID | None
    gone: list[UUID]


def closing_of(cell: GridCell) -> Closing:
    """The last end of a closed cell, as the journal has it. 2 queries, and 1 streamed over the places' journal."""
    last = next(step.entry for step in reversed(story("grid", cell.id)) if step.entry.event == "closed")
    into = UUID(last.after["into"]) if last.after.get("into") else None
    if into is None:
        return Closing(last.before["outline"], None, [])
    way = (str(cell.id), str(into))
    lie_there = set(Place.objects.filter(grid_id=into).values_list("id", flat=True))
    newest = {entry.subject_id: entry for entry in entries_of("place") if entry.event == "moved"}
    went = (id for id, entry in newest.items() if (entry.before.get("grid"), entry.after.get("grid")) == way)
    return Closing(last.before["outline"], into, [id for id in went if id in lie_there])


def border_still_free(cell: GridCell, outline: str) -> str:
    """The border a cell had, "" when a sister has drawn hers over that ground meanwhile."""
    cell.outline = outline
    try:
        refuse_overlaps([cell])
    except Invalid:
        return ""
    return outline


def grid_deeds(cells: Iterable[GridCell]) -> Iterator[Deed]:
    """What the journal keeps of a new grid cell."""
    for cell in cells:
        after = {
            "code": cell.code,
            "name": cell.name,
            "community": cell.community_id,
            "outline": cell.outline,
        }
        yield Deed("grid", cell.id, "added", after=after, is_first=True)
