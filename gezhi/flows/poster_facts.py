"""What stands on the posters of many places: who answers there, the grid cells, what was solved last month.

Everybody reads a poster: phones that answer day and night, places and categories; nothing that a reporter or a handler wrote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.months import first_day
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.parties.days import local_day, midnight
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow

MOST_PHONES = 4
MOST_SOLVED = 5
DOORS = (Kind.BUILDING.value, Kind.STAIRWELL.value)


@dataclass(frozen=True)
class Solved:
    """What was solved in the month before: where it was counted, how many, (category, where) of the last ones, each once."""

    where: str
    month: date
    count: int
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Cells:
    """The open grid cells of a community by code: names, and the outlines of those that are drawn."""

    names: dict[str, str] = field(default_factory=dict)
    outlines: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """One place for its poster. above: its community; phones: (whose, phone), the desk first; cell: its grid cell's code."""

    place: PlaceRow
    above: str
    phones: Sequence[tuple[str, str]]
    community_id: UUID | None
    cell: str
    solved: Solved


def chosen(path: str, kinds: Iterable[str], limit: int) -> list[PlaceRow]:
    """Open places of these kinds at and below a path, by spoken number. Raises Invalid (places: too_many) above `limit`."""
    rows = places.subtree(path).filter(closed_on=None, kind__in=[*kinds]).order_by("number", "code")
    if (count := rows.count()) > limit:
        raise Invalid("places", "too_many", count=count, limit=limit)
    found = places.by_ids(rows.values_list("id", flat=True))
    return sorted(found.values(), key=lambda row: (row.number or 0, row.code))


def gather(rows: Sequence[PlaceRow], *, language: str, at: datetime) -> tuple[list[Facts], dict[str, Cells]]:
    """The facts of each place in order, and the cells of their communities by id. A few queries, and a few per compound."""
    above = _names({id for row in rows if (id := row.community_id)})
    codes = {one.id: one.code for one in places.all_grids()}
    solved: dict[str, Solved] = {}
    facts = []
    for row, phones in zip(rows, _phones(rows, at), strict=True):
        here = paths.upper(row.path, paths.COMPOUND)
        if here not in solved:
            solved[here] = _solved(here, language, at)
        community = row.community_id
        cell = codes.get(row.grid_id, "") if row.grid_id else ""
        name = above.get(community, "") if community else ""
        facts.append(Facts(row, name, phones, community, cell, solved[here]))
    return facts, {id.hex: _cells(id) for id in above}


def _names(ids: set[UUID]) -> dict[UUID, str]:
    return {id: row.name for id, row in places.by_ids(ids).items()}


def _phones(rows: Sequence[PlaceRow], at: datetime) -> list[list[tuple[str, str]]]:
    """By place the desk, then who serves it, nearest first: their standing phones, which are right when it has hung for a year."""
    answering = parties.answering([(row.path, row.grid_id) for row in rows], at)
    return [[(one.name, one.standing_phone) for one in found[:MOST_PHONES]] for found in answering]


def _cells(community_id: UUID) -> Cells:
    rows, drawn = places.grids(community_id), places.outlines()
    return Cells(
        {one.code: one.name for one in rows}, {one.code: drawn[one.id] for one in rows if one.id in drawn}
    )


def _solved(path: str, language: str, at: datetime) -> Solved:
    since, until = first_day(local_day(at), -1), first_day(local_day(at))
    count, rows = cases.solved_between(path, midnight(since), midnight(until), 4 * MOST_SOLVED)
    place = paths.ids(path)[-1]
    where = places.by_ids({place})[place].name
    # a stairwell is so few homes that the matter would say whose it was
    spots = {row.id: paths.ids(row.place_path)[: paths.BUILDING][-1] for row in rows}
    names = _names(set(spots.values()))
    said = dict.fromkeys((_category(row.category_id, language), names.get(spots[row.id], "")) for row in rows)
    return Solved(where, since, count, [line for line in said if line[0]][:MOST_SOLVED])


def _category(id: UUID | None, language: str) -> str:
    return catalogue.category(id).plain_label(language) if id else ""
