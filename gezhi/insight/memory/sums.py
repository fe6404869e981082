"""What can be told from the things that happened at a place: by month, by category, how they ended, what came back. Pure."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, TypeVar
from uuid import UUID

from gezhi.kernel.months import back_from, first_day

Key = TypeVar("Key")

SOLVED = frozenset({"solved", "solved_on_spot_unchecked", "no_answer"})  # as cases.spots
SOON, LATER = 30, 90  # days within which something is said to have come back
LASTS = 30  # days without the same again after which a closing is said to have worked
MONTHS = 12


class Seen(NamedTuple):
    """One thing that happened here: ids, moments with their local days, how it stands. hours: from receipt until it was done."""

    case_id: UUID
    number: str
    state: str
    place_id: UUID | None
    category_id: UUID | None
    came_at: datetime
    came_on: date
    closed_at: datetime | None
    closed_on: date | None
    ending: str
    is_confirmed: bool
    came_back_from: UUID | None
    hours: float | None


class Month(NamedTuple):
    """One month: how many came, how many were closed. is_whole: nothing of it lies before what was read."""

    first: date
    came: int
    closed: int
    is_whole: bool


class Back(NamedTuple):
    """Something that came back. days: from the closing to the next receipt. is_linked: somebody said that it is the same; else it is likely."""

    before: Seen
    after: Seen
    days: int
    is_linked: bool


class Span(NamedTuple):
    """What came in a stretch of days, until the day before `until`. hours: the median from receipt until done, None below three."""

    since: date
    until: date
    came: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class Past:
    """A place beside its own past: the last 90 days, those before, and the same days a year ago; None where not all of it was read."""

    now: Span
    before: Span | None
    year_ago: Span | None


def months(rows: Iterable[Seen], today: date, since: date | None) -> list[Month]:
    """The last twelve months, the one under way last. since: the day from which on everything was read; None: all there ever was."""
    firsts = back_from(today, MONTHS)[::-1]
    came: Counter[date] = Counter()
    closed: Counter[date] = Counter()
    for row in rows:
        came[first_day(row.came_on)] += 1
        if row.closed_on is not None:
            closed[first_day(row.closed_on)] += 1
    return [Month(one, came[one], closed[one], since is None or since <= one) for one in firsts]


def categories(rows: Iterable[Seen]) -> list[tuple[UUID | None, int]]:
    """(category, how many), most first."""
    return _most(Counter(row.category_id for row in rows))


def by_place(rows: Iterable[Seen]) -> list[tuple[UUID, int]]:
    """(place, how many), most first."""
    return _most(Counter(row.place_id for row in rows if row.place_id is not None))


def endings(rows: Iterable[Seen]) -> list[tuple[str, int]]:
    """(ending, how many) of what is closed, most first."""
    return _most(Counter(row.ending for row in rows if row.ending))


def _most(found: "Counter[Key]") -> list[tuple[Key, int]]:
    return sorted(found.items(), key=lambda pair: (-pair[1], str(pair[0])))


def came_back(rows: Iterable[Seen], days: int = LATER) -> list[Back]:
    """What came back within so many days of its closing, the newest first: what is linked, and the same category at the same place."""
    by_id, by_spot = {}, defaultdict(list)
    for row in rows:
        by_id[row.case_id] = row
        if row.place_id and row.category_id:
            by_spot[row.place_id, row.category_id].append(row)
    found: dict[UUID, Back] = {}
    for row in by_id.values():
        before = by_id.get(row.came_back_from) if row.came_back_from else None
        if before is not None and before.closed_on is not None:
            found[row.case_id] = Back(before, row, _days(before, row), is_linked=True)
    for spot in by_spot.values():
        for before, row in _one_after_another(spot):
            found.setdefault(row.case_id, Back(before, row, _days(before, row), is_linked=False))
    return sorted(
        (one for one in found.values() if 0 <= one.days <= days),
        key=lambda one: (one.after.came_at, one.after.number),
        reverse=True,
    )


def _one_after_another(spot: Sequence[Seen]) -> Iterable[tuple[Seen, Seen]]:
    """(what was solved last before it came, it) of one spot."""
    solved = sorted(
        (row.closed_at, row.number, row) for row in spot if row.ending in SOLVED and row.closed_at
    )
    moments = [at for at, _, _ in solved]
    for row in spot:
        behind = bisect_right(moments, row.came_at)
        if behind and solved[behind - 1][2].case_id != row.case_id:
            yield solved[behind - 1][2], row


def _days(before: Seen, after: Seen) -> int:
    return (after.came_at - before.closed_at) // timedelta(days=1) if before.closed_at else -1


def worked(rows: Iterable[Seen], backs: Iterable[Back], today: date) -> list[Seen]:
    """What was solved and confirmed, and for 30 days and more nothing of it came back; the newest first."""
    undone = {one.before.case_id for one in backs}
    lasting = [
        row
        for row in rows
        if row.is_confirmed
        and row.ending in SOLVED
        and row.closed_on is not None
        and row.closed_on <= today - timedelta(days=LASTS)
        and row.case_id not in undone
    ]
    return sorted(lasting, key=lambda row: (row.closed_on or today, row.number), reverse=True)


def past(rows: Sequence[Seen], today: date, since: date | None) -> Past:
    """The last 90 days beside the place's own past."""
    until = today + timedelta(days=1)
    days = [until - timedelta(days=LATER * back) for back in (0, 1, 2)]
    year = timedelta(days=365)
    spans = [_span(rows, first, last) for last, first in pairwise(days)]
    ago = _span(rows, days[1] - year, until - year)
    return Past(spans[0], _if_read(spans[1], since, rows), _if_read(ago, since, rows))


def _span(rows: Iterable[Seen], since: date, until: date) -> Span:
    here = [row for row in rows if since <= row.came_on < until]
    return Span(since, until, len(here), _median([row.hours for row in here if row.hours is not None]))


def _if_read(span: Span, since: date | None, rows: Sequence[Seen]) -> Span | None:
    """None where it was not read as a whole, or the office had nothing yet."""
    first = min((row.came_on for row in rows), default=None)
    begins = since or first
    return span if begins is not None and begins <= span.since else None


def _median(hours: list[float]) -> float | None:
    if len(hours) < 3:  # of fewer it says nothing
        return None
    ordered, half = sorted(hours), len(hours) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
