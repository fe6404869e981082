"""The counter of the map's past: received and closed, by place and month (rollups.counting)."""

from collections import Counter as Adding
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from gezhi.insight.models import Spot
from gezhi.journal.models import Entry
from gezhi.kernel.months import month_at
from gezhi.ledger.recount import Lines
from gezhi.parties.days import zone

RECEIVED, CLOSED = "received", "closed"
AT_ONCE = 500  # rows a statement
NOWHERE = UUID(int=0)  # the place of what has none

Sums = Adding[tuple[int, UUID, str]]  # (month, place, what) → how many


def add(sums: Sums, found: Lines, sign: int, here: ZoneInfo) -> None:
    """What these lines contribute (sign -1: take it away)."""
    for line in found.lines:
        place = line.place_id or NOWHERE
        moments = {RECEIVED: line.received_at, CLOSED: line.closed_at}
        for what, moment in moments.items():
            if moment is not None:
                sums[month_at(moment, here), place, what] += sign


class SpotCounter:
    """Counter of rollups.counting."""

    def touched(self, entries: Iterable[Entry]) -> set[UUID]:
        """None besides those whose own story goes on."""
        return set()

    def change(self, old: Lines, new: Lines, edition: int) -> None:
        """1 query and 1 write a batch; none when nothing that is counted moved."""
        here, sums = zone(), Adding[tuple[int, UUID, str]]()
        add(sums, old, -1, here)
        add(sums, new, 1, here)
        moved = {key: by for key, by in sums.items() if by}
        if moved:
            _apply(moved, edition)

    def anew(self) -> "SpotsAnew":
        return SpotsAnew()

    def clear(self, edition: int) -> Iterator[None]:
        while ids := list(Spot.objects.filter(edition__lt=edition).values_list("id", flat=True)[:AT_ONCE]):
            Spot.objects.filter(id__in=ids).delete()
            yield


class SpotsAnew:
    """All lines in memory: one number for each place, month and what."""

    def __init__(self) -> None:
        self.zone = zone()
        self.sums: Sums = Adding()

    def change(self, old: Lines, new: Lines) -> None:
        add(self.sums, old, -1, self.zone)
        add(self.sums, new, 1, self.zone)

    def write(self, edition: int) -> Iterator[None]:
        rows = list(_rows(self.sums, edition).values())
        for at in range(0, len(rows), AT_ONCE):
            Spot.objects.bulk_create(rows[at : at + AT_ONCE])
            yield


def _rows(sums: Mapping[tuple[int, UUID, str], int], edition: int) -> dict[tuple[int, UUID], Spot]:
    """Unsaved rows by month and place."""
    found: dict[tuple[int, UUID], Spot] = {}
    for (month, place, what), by in sums.items():
        row = found.get((month, place))
        if row is None:
            row = found[month, place] = Spot(edition=edition, month=month, place_id=place)
        setattr(row, what, getattr(row, what) + by)
    return found


def _apply(moved: Mapping[tuple[int, UUID, str], int], edition: int) -> None:
    wanted = _rows(moved, edition)
    months, places = {month for month, _ in wanted}, {place for _, place in wanted}
    there = {
        (row.month, row.place_id): row
        for row in Spot.objects.filter(edition=edition, month__in=months, place_id__in=places)
        if (row.month, row.place_id) in wanted
    }
    for key, row in there.items():
        row.received += wanted[key].received
        row.closed += wanted[key].closed
    Spot.objects.bulk_update(there.values(), ["received", "closed"], batch_size=AT_ONCE)
    Spot.objects.bulk_create([row for key, row in wanted.items() if key not in there])
