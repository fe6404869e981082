"""New places decided before they are written: codes, paths, full names, and every reason to refuse one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from gezhi.journal.actions import Deed
from gezhi.kernel.geo import point
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.kernel.text import clean_name
from gezhi.places import paths, register
from gezhi.places.batches import batches, by_id
from gezhi.places.cells import communities_of_grids
from gezhi.places.kinds import NATIONAL, PARENTS, Kind, NameKind
from gezhi.places.models import Place, PlaceName, PlaceRegister
from gezhi.places.wording import keys_of
from gezhi.tenancy.clock import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A place to be added. parent_id: one that stands or one before it in the same list, named by its id.

    code: for national kinds only. grid_id: for all others. other_names: with their kind.
    """

    kind: Kind
    name: str
    parent_id: UUID | None
    grid_id: UUID | None = None
    code: str = ""
    households: int | None = None
    lon: float | None = None
    lat: float | None = None
    invented: bool = False
    other_names: tuple[tuple[str, NameKind], ...] = ()
    id: UUID = field(default_factory=new_id)


# ---- places ----


def planted(new: Sequence[NewPlace], numbers: PlaceRegister) -> list[Place]:
    """The rows for add_places, unsaved. Raises what add_places raises."""
    known = by_id(Place, (one.parent_id for one in new))
    grids = communities_of_grids(one.grid_id for one in new)
    places = []
    for one in new:
        place = _planted(one, known, numbers)
        refuse_grid(place, grids)
        known[place.id] = place
        places.append(place)
    refuse_taken_names([(place.parent_id, place.name) for place in places])
    _refuse_taken_codes([place.code for place in places if place.number is None])
    return places


def _planted(one: NewPlace, known: Mapping[UUID, Place], numbers: PlaceRegister) -> Place:
    parent = known.get(one.parent_id) if one.parent_id else None
    if one.parent_id and parent is None:
        raise NotFound()
    refuse_kind(one.kind, parent)
    _refuse_point(one.lon, one.lat)
    name = clean_name(one.name)
    if not name:
        raise Invalid("name", "empty")
    number = None if one.kind in NATIONAL else register.next_number(numbers)
    keys = keys_of(name)
    return Place(
        id=one.id,
        code=_national_code(one.code) if number is None else register.place_code(number),
        number=number,
        kind=one.kind,
        name=name,
        full_name=full_name(one.kind, name, parent),
        folded=keys.folded,
        initials=keys.initials,
        pinyin=keys.pinyin,
        parent=parent,
        path=paths.joined(parent.path if parent else paths.ROOT, one.id),
        grid_id=one.grid_id,
        households=one.households,
        lon=one.lon,
        lat=one.lat,
        invented=one.invented,
    )


def full_name(kind: str, name: str, parent: Place | None) -> str:
    """`悦海社区 悦海花园小区 3号楼`: from the community down; the name alone from the community up."""
    return name if kind in NATIONAL or parent is None else f"{parent.full_name} {name}"


def refuse_kind(kind: str, parent: Place | None) -> None:
    """Invalid("parent", …) unless a place of this kind may stand there."""
    allowed = PARENTS[Kind(kind)]
    if (parent is None) != (not allowed) or (parent is not None and Kind(parent.kind) not in allowed):
        raise Invalid("parent", "kind")
    if parent is not None and parent.closed_on:
        raise Invalid("parent", "closed")


def refuse_grid(place: Place, communities: Mapping[UUID, UUID]) -> None:
    """Invalid("grid", …) unless the place below a community is in a cell of it. communities: by grid cell."""
    if place.kind in NATIONAL:
        if place.grid_id:
            raise Invalid("grid", "above_grids")
    elif place.grid_id is None:
        raise Invalid("grid", "missing")
    elif communities[place.grid_id] != paths.community_id(place.path):
        raise Invalid("grid", "other_community")


def refuse_taken_names(wanted: Sequence[tuple[UUID | None, str]]) -> None:
    """Invalid("name", "taken") when two of these, or one of these and an open place, have one parent and one name."""
    if len(set(wanted)) < len(wanted):
        raise Invalid("name", "taken")
    names = set(wanted)
    for batch in batches({parent for parent, _ in wanted if parent}):
        open_siblings = Place.objects.filter(parent_id__in=batch, closed_on=None)
        for taken in open_siblings.values_list("parent_id", "name"):
            if taken in names:
                raise Invalid("name", "taken", name=taken[1])


def _national_code(code: str) -> str:
    if not code.isascii() or not code.isdigit() or not code.startswith(register.jurisdiction_code()):
        raise Invalid("code", "national")
    return code


def _refuse_taken_codes(codes: Sequence[str]) -> None:
    if len(set(codes)) < len(codes) or (codes and Place.objects.filter(code__in=codes).exists()):
        raise Invalid("code", "taken")


def _refuse_point(lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise Invalid("lon", "half_a_point")
    if lon is not None:
        point(lon, lat)


def place_deeds(places: Iterable[Place]) -> Iterator[Deed]:
    """What the journal keeps of a new place."""
    for one in places:
        after = {
            "code": one.code,
            "kind": str(one.kind),
            "name": one.name,
            "path": one.path,
            "grid": one.grid_id,
        }
        yield Deed("place", one.id, "added", after=after, is_first=True)


# ---- other names ----


def named(new: Sequence[NewPlace]) -> list[PlaceName]:
    """The rows for the other names of new places, unsaved."""
    return [other_name(one.id, name, kind) for one in new for name, kind in one.other_names]


def other_name(place_id: UUID, name: str, kind: NameKind) -> PlaceName:
    """One other name, unsaved."""
    name = clean_name(name)
    if not name:
        raise Invalid("name", "empty")
    keys = keys_of(name)
    return PlaceName(place_id=place_id, name=name, kind=kind, **keys._asdict())
