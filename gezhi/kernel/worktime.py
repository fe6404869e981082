"""Working time: when something is due, and how long was worked on it. One working day is 480 working minutes.

Aware datetimes in, aware UTC out; a naive one is a ValueError. Exact to the microsecond.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from gezhi.kernel.workcalendar import (
    EPOCH,
    MICRO,
    MINUTE,
    ROUND_THE_CLOCK,
    Periods,
    Season,
    Span,
    WorkCalendar,
    calendar_from_json,
    calendar_to_json,
    merged,
    with_holidays,
)

__all__ = [
    "ROUND_THE_CLOCK",
    "WORKING_DAY_MINUTES",
    "Due",
    "Pause",
    "Periods",
    "Season",
    "WorkCalendar",
    "calendar_from_json",
    "calendar_to_json",
    "due_at",
    "is_working",
    "next_working",
    "with_holidays",
    "working_minutes",
]

WORKING_DAY_MINUTES = 480
FIRST_YEAR, LAST_YEAR = 1900, 2199
LAST_DAY = date(LAST_YEAR, 12, 31).toordinal()
NEVER = (datetime(LAST_YEAR + 2, 1, 1, tzinfo=UTC) - EPOCH) // MICRO


@dataclass(frozen=True)
class Pause:
    """A stretch that does not count; end None = still paused."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Due:
    """at: the moment (UTC). provisional: a year on the way has no holiday table, so it may still move."""

    at: datetime
    provisional: bool


def due_at(
    start: datetime, minutes: float, calendar: WorkCalendar, pauses: Iterable[Pause] = ()
) -> Due | None:
    """The first moment at which `minutes` of working time have passed since start; 0 minutes = start itself.

    None = a pause without end stands before that moment: as long as it is open nothing is due.
    Pauses may overlap and come in any order.
    Raises ValueError for naive times, minutes below 0 and years outside 1900–2199.
    """
    if not 0 <= minutes < float("inf"):
        raise ValueError(f"minutes must be 0 or more, not {minutes}")
    begin = _instant(start)
    left = round(minutes * MINUTE)
    if left == 0:
        return _due(begin, begin, calendar)
    for first, last in _counted(begin, calendar, pauses):
        if last - first >= left:
            return _due(begin, first + left, calendar)
        left -= last - first
    return None


def working_minutes(
    start: datetime, end: datetime, calendar: WorkCalendar, pauses: Iterable[Pause] = ()
) -> float:
    """Working minutes from start to end without the pauses; 0.0 when end is not after start.

    The inverse of `due_at`: working_minutes(start, due_at(start, n).at) == n.
    """
    begin, finish = _instant(start), _instant(end)
    total = 0
    if finish > begin:
        for first, last in _counted(begin, calendar, pauses):
            if first >= finish:
                break
            total += min(last, finish) - first
    return total / MINUTE


def is_working(at: datetime, calendar: WorkCalendar) -> bool:
    """Inside a working period; its first moment is, its last is not."""
    return next_working(at, calendar) == at


def next_working(at: datetime, calendar: WorkCalendar) -> datetime:
    """The moment itself when inside a working period, else the start of the next one."""
    first, _ = next(_counted(_instant(at), calendar, ()))
    return _moment(first)


def _instant(at: datetime) -> int:
    if at.utcoffset() is None:
        raise ValueError(f"a time without zone: {at.isoformat()}")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"working time is known for {FIRST_YEAR}–{LAST_YEAR}, not {at.isoformat()}")
    return (at - EPOCH) // MICRO


def _moment(instant: int) -> datetime:
    return EPOCH + instant * MICRO


def _due(begin: int, due: int, calendar: WorkCalendar) -> Due:
    at = _moment(due)
    first_year = _moment(begin).astimezone(calendar.tz).year
    return Due(at, calendar.is_provisional(first_year, at.astimezone(calendar.tz).year))


def _counted(begin: int, calendar: WorkCalendar, pauses: Iterable[Pause]) -> Iterator[Span]:
    """Working spans from begin on, without the pauses; ends only where a pause has no end."""
    shut = merged(_pause_span(pause) for pause in pauses)
    ordinal = _moment(begin).astimezone(calendar.tz).date().toordinal()
    while True:
        for opens, last in calendar.spans_on(ordinal):
            if last <= begin:
                continue
            first = max(opens, begin)
            if shut and first >= shut[-1][0] and shut[-1][1] == NEVER:
                return
            if shut:
                yield from _without(first, last, shut)
            else:
                yield first, last
        ordinal += 1
        if ordinal > LAST_DAY:
            raise ValueError(f"not due before the year {LAST_YEAR + 1}")


def _pause_span(pause: Pause) -> Span:
    return _instant(pause.start), NEVER if pause.end is None else _instant(pause.end)


def _without(first: int, last: int, shut: tuple[Span, ...]) -> Iterator[Span]:
    """What is left of one span when the shut ones (disjoint, in order) are cut out."""
    for shut_first, shut_last in shut:
        if shut_last <= first:
            continue
        if shut_first >= last:
            break
        if shut_first > first:
            yield first, shut_first
        first = shut_last
        if first >= last:
            return
    yield first, last
