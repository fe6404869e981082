"""The counter of figures: what each line adds to the tallies of its month, at its place and at every place above it (rollups.counting).

A place is named by the first ids of the line's own path, down to the compound, so that a closed case stays where it was closed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from gezhi.catalogue import queries as catalogue
from gezhi.insight.figures import cells
from gezhi.insight.figures.cells import CLOSED, COUNTS, Cell
from gezhi.insight.figures.counts import NAMES, PLACE_OF, WITHIN, Around, counted, lasted
from gezhi.insight.figures.standing import Standing, concerned, standing
from gezhi.insight.histogram import bin_of
from gezhi.insight.models import Tally
from gezhi.journal.models import Entry
from gezhi.kernel.months import month_at
from gezhi.ledger.models import Line
from gezhi.ledger.recount import Lines
from gezhi.parties import queries as parties
from gezhi.parties.days import zone
from gezhi.places import paths

AXES = ("all", "party", "category", "channel")
DEPTH = paths.COMPOUND  # the lowest place that has figures
SIZE = len(NAMES)
AT_ONCE = 200  # rows a statement
WRITTEN = 1000  # rows a transaction when all is written anew: about 100 ms
NOTHING = ""  # key of `all`, and of what has no category yet
Spot = tuple[int, str]  # month, place_path
Sums = dict[Spot, dict[str, dict[str, Cell]]]
ONE = {name: 1 << (cells.BITS * place) for name, place in PLACE_OF.items()}


class Counting:
    """Adds lines up, each at the deepest place that counts. The office's zone, parties and categories are asked once."""

    def __init__(self) -> None:
        self.zone: ZoneInfo = zone()
        self.within = frozenset(one.id for kind in WITHIN for one in parties.parties(kind, with_closed=True))
        self.sums: Sums = {}

    def add(self, found: Lines, sign: int = 1) -> None:
        """Add what these lines contribute at their position (sign -1: take it away)."""
        said = standing(found)
        for line in found.lines:
            self._add(line, said, sign)

    def _add(self, line: Line, said: Standing, sign: int) -> None:
        cell = self._contribution(line, said, sign)
        spot = month_at(line.received_at, self.zone), node_of(line.place_path)
        here = self.sums.get(spot)
        if here is None:
            here = self.sums[spot] = {axis: {} for axis in AXES}
        for axis, key in keys_of(line):
            kept = here[axis].get(key)
            if kept is None:
                here[axis][key] = dict(cell)
            else:
                cells.add(kept, cell)

    def _contribution(self, line: Line, said: Standing, sign: int) -> Cell:
        around = Around(self.within, line.case_id in said.excluded, said.verdicts.get(line.case_id, {}))
        names = counted(line, around)
        cell = {COUNTS: sign * sum(ONE[name] for name in names)}
        if "ours" in names:
            for base, time in zip((0, CLOSED), lasted(line), strict=True):
                if time is not None:
                    cell[base + bin_of(time)] = sign
        return cell


def node_of(place_path: str) -> str:
    """The path of the deepest place that counts, "/" of what has no place."""
    return paths.upper(place_path, DEPTH) if place_path else paths.ROOT


def keys_of(line: Line) -> Iterator[tuple[str, str]]:
    """Under which keys of which axes a line counts."""
    yield "all", NOTHING
    yield "party", line.lead_id.hex
    yield "channel", line.channel
    if line.category_id is None:
        yield "category", NOTHING
        return
    yield "category", line.category_id.hex
    if (top := catalogue.category(line.category_id).parent_id) is not None:
        yield "category", top.hex


def raised(sums: Sums) -> Sums:
    """The same with every place above added up too."""
    found: Sums = {}
    for (month, path), axes in sums.items():
        for place in nodes(path):
            here = found.setdefault((month, place), {axis: {} for axis in AXES})
            for axis, kept in axes.items():
                for key, cell in kept.items():
                    cells.add(here[axis].setdefault(key, {}), cell)
    return found


def nodes(path: str) -> list[str]:
    """The places that a path counts for: all, those above it, itself."""
    return [paths.ROOT] if path == paths.ROOT else [paths.ROOT, *paths.above(path), path]


class FigureCounter:
    """Counter of rollups.counting."""

    def touched(self, entries: Iterable[Entry]) -> set[UUID]:
        """Cases of orders that got a verdict, and of exclusions that were reviewed."""
        return concerned(entries)

    def change(self, old: Lines, new: Lines, edition: int) -> None:
        """3 queries and one write a batch, whatever it holds; none when nothing that is counted moved."""
        counting = Counting()
        counting.add(old, -1)
        counting.add(new)
        apply(_moved(raised(_moved(counting.sums))), edition)

    def anew(self) -> "FiguresAnew":
        return FiguresAnew()

    def clear(self, edition: int) -> Iterator[None]:
        while ids := list(Tally.objects.filter(edition__lt=edition).values_list("id", flat=True)[:WRITTEN]):
            Tally.objects.filter(id__in=ids).delete()
            yield


class FiguresAnew:
    """All lines in memory, month by month."""

    def __init__(self) -> None:
        self.counting = Counting()

    def change(self, old: Lines, new: Lines) -> None:
        self.counting.add(old, -1)
        self.counting.add(new)

    def write(self, edition: int) -> Iterator[None]:
        months = sorted(self.counting.sums)
        for _month, spots in groupby(months, key=lambda spot: spot[0]):
            rows = rows_of(raised({spot: self.counting.sums.pop(spot) for spot in spots}), edition)
            for at in range(0, len(rows), WRITTEN):
                Tally.objects.bulk_create(rows[at : at + WRITTEN])
                yield


def rows_of(sums: Sums, edition: int) -> list[Tally]:
    """Unsaved rows; nothing for what is empty."""
    found = []
    for (month, path), axes in sums.items():
        for axis, kept in axes.items():
            if (text := cells.as_json(kept, SIZE)) != "{}":
                found.append(_row((month, path), axis, text, edition))
    return found


def _row(spot: Spot, axis: str, text: str, edition: int) -> Tally:
    month, path = spot
    ids = paths.ids(path)
    place = ids[-1] if ids else None
    return Tally(edition=edition, month=month, axis=axis, place_id=place, place_path=path, cells=text)


def _moved(sums: Sums) -> Sums:
    """Without what comes to nothing."""
    found: Sums = {}
    for spot, axes in sums.items():
        kept = {
            axis: {key: cell for key, cell in keys.items() if not cells.is_empty(cell)}
            for axis, keys in axes.items()
        }
        if any(kept.values()):
            found[spot] = kept
    return found


@transaction.atomic
def apply(sums: Sums, edition: int) -> None:
    """Add differences to the rows that there are. 1 query and 1 statement for every 200 rows, and one for those that became empty."""
    wanted = [(spot, axis) for spot, axes in sums.items() for axis, kept in axes.items() if kept]
    for at in range(0, len(wanted), AT_ONCE):
        _apply(wanted[at : at + AT_ONCE], sums, edition)


def _apply(wanted: Sequence[tuple[Spot, str]], sums: Sums, edition: int) -> None:
    there = _there(wanted, edition)
    rows: list[Tally] = []
    gone: list[Tally] = []
    for (month, path), axis in wanted:
        row = there.get((month, path, axis)) or _row((month, path), axis, "{}", edition)
        kept = cells.from_json(row.cells)
        for key, cell in sums[month, path][axis].items():
            cells.add(kept.setdefault(key, {}), cell)
        row.cells = cells.as_json(kept, SIZE)
        (gone if row.cells == "{}" else rows).append(row)
    Tally.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["jurisdiction", "edition", "axis", "place_path", "month"],
        update_fields=["cells"],
    )
    if gone:
        Tally.objects.filter(id__in=[row.id for row in gone]).delete()


def _there(wanted: Sequence[tuple[Spot, str]], edition: int) -> Mapping[tuple[int, str, str], Tally]:
    """The rows of these by month, path and axis. 1 query: by the months and paths, which are few."""
    months, places = {spot[0] for spot, _ in wanted}, {spot[1] for spot, _ in wanted}
    rows = Tally.objects.filter(edition=edition, axis__in=AXES, place_path__in=places, month__in=months)
    return {(row.month, row.place_path, row.axis): row for row in rows}
