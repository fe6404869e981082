"""Read tallies: of one place along one axis for some months, of several places at once. Each 1 query, by the index of a place."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Substr

from gezhi.insight.figures import cells
from gezhi.insight.figures.cells import Cell, Sum
from gezhi.insight.figures.tally import NOTHING, SIZE
from gezhi.insight.models import Tally
from gezhi.kernel.months import Span
from gezhi.places import paths

NONE = Sum([0] * SIZE, {}, {})
LONGEST = 36  # months of one question
ByMonth = dict[int, dict[str, Cell]]


class Asked(NamedTuple):
    """Of what figures are wanted. place: None = the whole office, with what has no place. axis "all" with key ""; party: an id's hex;
    category: a leaf's or a top class's; channel: its word.
    """

    place: UUID | None
    axis: str = "all"
    key: str = NOTHING


def read(place: UUID | None, axis: str, span: Span, edition: int) -> ByMonth:
    """month → key → cell. What a place holds from before it was moved under another is added to what it holds now."""
    rows = Tally.objects.filter(
        edition=edition, axis=axis, place_id=place, month__gte=span.first, month__lte=span.last
    )
    return _by_month(rows.values_list("month", "cells"))


def read_many(places: Collection[UUID], axis: str, span: Span, edition: int) -> Mapping[UUID, ByMonth]:
    """The same of several places; none for those of which nothing is known."""
    rows = Tally.objects.filter(
        edition=edition, axis=axis, place_id__in=places, month__gte=span.first, month__lte=span.last
    )
    found: dict[UUID, list[tuple[int, str]]] = {}
    for place, month, text in rows.values_list("place_id", "month", "cells"):
        found.setdefault(place, []).append((month, text))
    return {place: _by_month(some) for place, some in found.items()}


def came_below(path: str, month: int, edition: int) -> dict[UUID, int]:
    """How many cases every place below a path, down to the compound, received in a month; without those that got none. 1 query along the
    paths: as many rows as there are such places.
    """
    low, high = paths.span(path)
    rows = Tally.objects.filter(
        edition=edition,
        axis="all",
        place_path__gt=low,
        place_path__lt=high,
        month=month,
        place_id__isnull=False,
    )
    found: dict[UUID, int] = {}
    for place, text in rows.values_list("place_id", Substr("cells", cells.FIRST, cells.FIRST_SIGNS)):
        found[place] = found.get(place, 0) + cells.first_count(text)
    return found


def _by_month(rows: Iterable[tuple[int, str]]) -> ByMonth:
    found: ByMonth = {}
    for month, text in rows:
        here = found.setdefault(month, {})
        for key, cell in cells.from_json(text).items():
            if key in here:
                cells.add(here[key], cell)
            else:
                here[key] = cell
    return found


def first_month(edition: int) -> int | None:
    """The first month of which the office has anything. 1 query."""
    rows = Tally.objects.filter(edition=edition, axis="all", place_id=None).order_by("month")
    found: int | None = rows.values_list("month", flat=True).first()
    return found


def paths_of(place: UUID, edition: int) -> list[str]:
    """Under which paths cases of this place were counted: one, and those from before it was moved. 1 query."""
    rows = Tally.objects.filter(edition=edition, axis="all", place_id=place).order_by()
    # each path once here: asked for distinct ones, in order, SQLite reads all places of the office
    return sorted(set(rows.values_list("place_path", flat=True)))


def total(by_month: ByMonth, key: str, span: Span) -> Sum:
    """All months of a span added up."""
    cell: Cell = {}
    for month, keys in by_month.items():
        if span.first <= month <= span.last and key in keys:
            cells.add(cell, keys[key])
    return cells.as_sum(cell, SIZE)


def each(by_month: ByMonth, key: str, span: Span) -> list[Sum]:
    """Each month of a span, empty ones too."""
    return [
        cells.as_sum(by_month[month][key], SIZE) if key in by_month.get(month, {}) else NONE
        for month in span.months()
    ]


def keys(by_month: ByMonth, span: Span) -> set[str]:
    """Under which keys anything is counted in a span."""
    return {key for month, found in by_month.items() if span.first <= month <= span.last for key in found}
