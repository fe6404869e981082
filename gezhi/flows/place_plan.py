"""What a sheet of places would change, decided on values before anything is written."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from gezhi.flows.place_sheet import Reading, Term, Wanted
from gezhi.kernel.private import phone_key
from gezhi.places.actions import NewGrid, NewPlace
from gezhi.places.kinds import Kind, NameKind
from gezhi.places.wording import keys_of

_COMMUNITY_TAIL = re.compile("(社区)?(居民委员会|居委会)?$")
_GRID_CODE = re.compile(r"\d{9,}-\d+")


def key(name: str) -> str:
    """Names are the same when they are read the same: script, width, case, spaces and dashes do not matter."""
    return keys_of(name).folded


def community_key(name: str) -> str:
    """悦海, 悦海社区 and 悦海社区居委会 are one."""
    folded = key(name)
    return _COMMUNITY_TAIL.sub("", folded) or folded


class Spot(NamedTuple):
    """A place that stands or will."""

    id: UUID
    name: str
    grid_id: UUID | None
    households: int | None
    is_new: bool = False


class Company(NamedTuple):
    """A property company in the office's book. id: None = to be added."""

    id: UUID | None
    name: str
    phone: str


class Service(NamedTuple):
    """A company's time at a compound, as it stands. ends_on: the first day without."""

    company_id: UUID
    starts_on: date
    ends_on: date | None


@dataclass(slots=True)
class Known:
    """What the office has. spots: by parent and key of any name; cells: by community and key of name or code."""

    communities: dict[str, UUID]
    spots: dict[tuple[UUID, str], Spot]
    names: set[tuple[UUID, str]]
    compounds: dict[str, set[UUID]]
    cells: dict[tuple[UUID, str], UUID]
    companies: dict[str, Company]
    services_of: Callable[[UUID], Sequence[Service]]


@dataclass(slots=True)
class Plan:
    """The deeds a sheet asks for. touched: the rows that ask for at least one."""

    touched: set[int] = field(default_factory=set)
    grids: list[NewGrid] = field(default_factory=list)
    places: list[NewPlace] = field(default_factory=list)
    names: list[tuple[UUID, str, NameKind]] = field(default_factory=list)
    households: dict[UUID, int] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    services: list[tuple[UUID, Term]] = field(default_factory=list)


class _Refused(Exception):
    """This row goes no further; the finding is written."""


class Planner:
    """Goes through the rows in order; later rows see what earlier ones will have added."""

    def __init__(self, reading: Reading, known: Known) -> None:
        self.reading, self.known, self.plan = reading, known, Plan()
        self._counts: dict[UUID, tuple[int, int]] = {}
        self._terms: dict[UUID, dict[Term, int]] = defaultdict(dict)
        self._phones: dict[str, tuple[int, str]] = {}
        self._with_cell: dict[str, set[UUID]] = defaultdict(set)
        self._cells_of: dict[UUID, set[UUID]] = defaultdict(set)
        for (community_id, cell_key), cell_id in known.cells.items():
            self._remember_cell(community_id, cell_key, cell_id)

    def planned(self) -> Plan:
        """The whole sheet decided; findings go to the reading."""
        for wanted in self.reading.rows:
            try:
                self._row(wanted)
            except _Refused:
                continue
        for compound_id, terms in self._terms.items():
            self._services(compound_id, terms)
        return self.plan

    def _refuse(self, row: int, column: str, code: str, **params: object) -> None:
        self.reading.refuse(row, column, code, **params)
        raise _Refused

    def _row(self, wanted: Wanted) -> None:
        community_id = self._community(wanted)
        grid_id = self._cell(wanted, community_id)
        target = compound = self._spot(wanted, Kind.COMPOUND, community_id, wanted.compound, grid_id)
        self.known.compounds.setdefault(key(wanted.compound), set()).add(community_id)
        if wanted.building:
            target = self._spot(
                wanted, Kind.BUILDING, compound.id, wanted.building, grid_id or compound.grid_id
            )
        for name in wanted.stairs:
            self._spot(wanted, Kind.STAIRWELL, target.id, name, target.grid_id)
        if grid_id and target.grid_id != grid_id:
            self._refuse(wanted.row, "grid", "other_grid", place=target.name)
        self._count(wanted, target)
        parent_id = compound.id if wanted.building else community_id
        for name in wanted.other_names:
            self._name(wanted, target, parent_id, name, NameKind.COMMON)
        for name in wanted.former_names:
            self._name(wanted, target, parent_id, name, NameKind.FORMER)
        if wanted.term:
            self._company(wanted.row, wanted.term)
            self._terms[compound.id].setdefault(wanted.term, wanted.row)

    # ---- where ----

    def _community(self, wanted: Wanted) -> UUID:
        """Named, or meant by the grid cell, or by the compound, or the only one there is."""
        if wanted.community:
            found = self.known.communities.get(community_key(wanted.community))
            if found is None:
                self._refuse(wanted.row, "community", "no_such_community", value=wanted.community)
            assert found is not None
            return found
        candidates = (
            self._with_cell.get(key(wanted.grid))
            or self.known.compounds.get(key(wanted.compound))
            or set(self.known.communities.values())
        )
        if len(candidates) != 1:
            self._refuse(wanted.row, "community", "needed", compound=wanted.compound)
        return next(iter(candidates))

    def _cell(self, wanted: Wanted, community_id: UUID) -> UUID | None:
        """The cell named in the row; one named for the first time is added without an outline."""
        if not wanted.grid:
            return None
        found = self.known.cells.get((community_id, key(wanted.grid)))
        if found is None and _GRID_CODE.fullmatch(wanted.grid):
            self._refuse(wanted.row, "grid", "unknown", value=wanted.grid)
        if found is None:
            new = NewGrid(community_id=community_id, name=wanted.grid)
            self.plan.grids.append(new)
            self.plan.touched.add(wanted.row)
            found = self.known.cells[community_id, key(wanted.grid)] = new.id
            self._remember_cell(community_id, key(wanted.grid), found)
        return found

    def _spot(self, wanted: Wanted, kind: Kind, parent_id: UUID, name: str, grid_id: UUID | None) -> Spot:
        """The place of this name under the parent, planned when there is none."""
        known = self.known.spots.get((parent_id, key(name)))
        if known:
            return known
        grid_id = grid_id or self._only_cell(parent_id)
        if grid_id is None:
            self._refuse(wanted.row, "grid", "needed", place=name)
        new = NewPlace(kind=kind, name=name, parent_id=parent_id, grid_id=grid_id)
        self.plan.places.append(new)
        self.plan.touched.add(wanted.row)
        spot = self.known.spots[parent_id, key(name)] = Spot(new.id, name, grid_id, None, is_new=True)
        return spot

    def _only_cell(self, community_id: UUID) -> UUID | None:
        cells = self._cells_of[community_id]
        return next(iter(cells)) if len(cells) == 1 else None

    def _remember_cell(self, community_id: UUID, cell_key: str, cell_id: UUID) -> None:
        self._with_cell[cell_key].add(community_id)
        self._cells_of[community_id].add(cell_id)

    # ---- what is said of it ----

    def _count(self, wanted: Wanted, target: Spot) -> None:
        if wanted.households is None:
            return
        row, count = self._counts.setdefault(target.id, (wanted.row, wanted.households))
        if count != wanted.households:
            self._refuse(wanted.row, "households", "contradicts", first_row=row, value=count)
        if target.households != count and row == wanted.row:
            self.plan.households[target.id] = count
            self.plan.touched.add(wanted.row)

    def _name(self, wanted: Wanted, target: Spot, parent_id: UUID, name: str, kind: NameKind) -> None:
        column = "former_names" if kind is NameKind.FORMER else "other_names"
        other = self.known.spots.setdefault((parent_id, key(name)), target)
        if other.id != target.id:
            self._refuse(wanted.row, column, "name_of_another", value=name)
        if key(name) != key(target.name) and (target.id, key(name)) not in self.known.names:
            self.known.names.add((target.id, key(name)))
            self.plan.names.append((target.id, name, kind))
            self.plan.touched.add(wanted.row)

    # ---- who serves it ----

    def _company(self, row: int, term: Term) -> None:
        company = self.known.companies.get(key(term.company))
        phone = phone_key(term.phone) or ""
        first, said = self._phones.get(key(term.company), (row, phone))
        if phone and said and phone != said:
            self._refuse(row, "phone", "contradicts", first_row=first, value=said)
        if company and company.id and phone and phone_key(company.phone) != phone:
            self._refuse(row, "phone", "other_phone", company=company.name)
        self._phones[key(term.company)] = (first, said or phone)
        if company is None or company.id is None:
            new = Company(None, company.name if company else term.company, said or phone)
            self.known.companies[key(term.company)] = self.plan.companies[key(term.company)] = new

    def _services(self, compound_id: UUID, terms: dict[Term, int]) -> None:
        """Each term against the ones that stand and the ones before it in the sheet."""
        standing = list(self.known.services_of(compound_id))
        taken: list[tuple[date, date | None, int | None]] = [
            (one.starts_on, one.ends_on, None) for one in standing
        ]
        seen = set()
        for term, row in terms.items():
            company = self.known.companies[key(term.company)]
            if not company.phone:
                self.reading.refuse(row, "phone", "required_with", other="company")
            same = (key(term.company), term.starts_on, term.ends_on)
            if same in seen or (company.id and Service(company.id, *same[1:]) in standing):
                continue
            seen.add(same)
            clash = next((one for one in taken if _meet(one[:2], same[1:])), None)
            if clash:
                self.reading.refuse(row, "starts", "served", first_row=clash[2] or "")
                continue
            taken.append((term.starts_on, term.ends_on, row))
            self.plan.services.append((compound_id, term))
            self.plan.touched.add(row)


def with_counts(places: Iterable[NewPlace], households: dict[UUID, int]) -> list[NewPlace]:
    """New places carry their household counts from the start."""
    return [replace(one, households=households.get(one.id)) for one in places]


def _meet(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])
