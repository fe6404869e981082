"""A place as it stood at an earlier moment: its names, what it lay in, its grid cell; today's rows with the changes since taken back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gezhi.journal.past import earlier, put_back
from gezhi.journal.queries import story
from gezhi.kernel.refusal import NotFound
from gezhi.places.kinds import NATIONAL
from gezhi.places.models import Place
from gezhi.places.queries import PLACE_FIELDS, GridRow, PlaceRow, grid, other_names

ABOVE_COMMUNITIES = 2  # district, subdistrict: not part of a full name


@dataclass(frozen=True)
class Standing:
    """A place then. trail: the names of what it lay in, the district first. other_names: (name, kind) as `queries.other_names`."""

    place: PlaceRow
    trail: tuple[str, ...]
    grid: GridRow | None
    other_names: list[tuple[str, str]]


def place_on(id: UUID, moment: datetime) -> Standing:
    """One place as it stood: 2 queries for each level of the tree, 4 more. Raises NotFound, also before it was added."""
    row = _stood(id, moment)
    trail, above = list[str](), row.parent_id
    while above is not None:
        parent = _stood(above, moment)
        trail.insert(0, parent.name)
        above = parent.parent_id
    row.full_name = row.name if row.kind in NATIONAL else " ".join([*trail[ABOVE_COMMUNITIES:], row.name])
    later = _names_since(id, moment)
    return Standing(
        PlaceRow(*(getattr(row, name) for name in PLACE_FIELDS)),
        tuple(trail),
        grid(row.grid_id) if row.grid_id else None,
        [(name, kind) for name, kind in other_names(id) if name not in later],
    )


def _stood(id: UUID, moment: datetime) -> Place:
    row: Place | None = Place.objects.filter(id=id).first()
    fields = earlier("place", [id], moment)[id]
    if row is None or fields is None:
        raise NotFound
    put_back(row, fields)
    return row


def _names_since(id: UUID, moment: datetime) -> frozenset[str]:
    """Other names that this place got after the moment: given to it, or left behind by a new name."""
    later = [step.entry for step in story("place", id) if step.entry.at > moment]
    given = {entry.after["name"] for entry in later if entry.event == "named"}
    return frozenset(given | {entry.before["name"] for entry in later if entry.event == "renamed"})
