"""Turns people and a daily pattern into shifts, and finds what is left uncovered. Pure; moments are aware."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import lcm
from typing import Generic, NamedTuple, TypeVar

Person = TypeVar("Person")
LONGEST = timedelta(hours=24)


class Turn(NamedTuple):
    """One turn of every day by the wall clock; an end at or before the start is on the next day."""

    start: time
    end: time


class Span(NamedTuple):
    """[starts_at, ends_at), aware."""

    starts_at: datetime
    ends_at: datetime


class Planned(NamedTuple, Generic[Person]):
    """Somebody on a span."""

    person: Person
    starts_at: datetime
    ends_at: datetime


DAY_AND_NIGHT = (Turn(time(8), time(20)), Turn(time(20), time(8)))


def rotate(
    people: Sequence[Person], pattern: Sequence[Turn], first: date, days: int, zone: tzinfo
) -> list[Planned[Person]]:
    """The shifts of `days` local days, in order: each next turn goes to the next person.

    Counts differ by at most one. With three people or more nobody has two turns in a row, and the row moves on by one
    after each full round, so that nobody keeps the nights. Two people keep their turns: a change would cost one of them 24 h.
    Raises ValueError without people or pattern.
    """
    if not people or not pattern:
        raise ValueError("a rotation needs people and turns")
    round_length = lcm(len(people), len(pattern))
    planned = []
    for running in range(days * len(pattern)):
        day, turn = divmod(running, len(pattern))
        drift = running // round_length if len(people) > 2 else 0
        span = on_day(pattern[turn], first + timedelta(days=day), zone)
        planned.append(Planned(people[(running + drift) % len(people)], *span))
    return planned


def on_day(turn: Turn, day: date, zone: tzinfo) -> Span:
    """One turn on one local day, in UTC."""
    last = day if turn.end > turn.start else day + timedelta(days=1)
    starts, ends = datetime.combine(day, turn.start, zone), datetime.combine(last, turn.end, zone)
    return Span(starts.astimezone(UTC), ends.astimezone(UTC))


def gaps(taken: Iterable[Span], starts_at: datetime, ends_at: datetime) -> list[Span]:
    """The parts of [starts_at, ends_at) that no span covers, in order."""
    found, reached = [], starts_at
    for span in sorted(taken):
        if span.starts_at >= ends_at:
            break
        if span.starts_at > reached:
            found.append(Span(reached, span.starts_at))
        reached = max(reached, span.ends_at)
    if reached < ends_at:
        found.append(Span(reached, ends_at))
    return found


def overlaps(spans: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Pairs (the longest-lasting earlier one, the later one) that share time."""
    found: list[tuple[Span, Span]] = []
    reaching: Span | None = None
    for span in sorted(spans):
        if reaching is not None and span.starts_at < reaching.ends_at:
            found.append((reaching, span))
        if reaching is None or span.ends_at > reaching.ends_at:
            reaching = span
    return found
