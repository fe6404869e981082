"""When a party works: weekly periods, seasons, days off and make-up days, in its own time zone.

All times inside are wall-clock minutes after local midnight; `spans_on` turns a day into instants.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
MICRO = timedelta(microseconds=1)
MINUTE = 60_000_000  # microseconds, the unit of every instant in here
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MEMO_DAYS = 4096
LEAP_YEAR = tuple(date(2024, 1, 1) + timedelta(days=n) for n in range(366))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]  # microseconds since EPOCH, end not included
Day = tuple[tuple[int, int], ...]  # periods of one day: (start minute, end minute)


@dataclass(frozen=True)
class Periods:
    """One week of working periods, Monday first, each (start, end) in minutes after midnight.

    end > 1440 runs into the next day and belongs to the day it starts on. Raises ValueError when a
    period is empty or longer than 24 h, when two of a day overlap, or when the week has no working time.
    """

    week: tuple[Day, ...]

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week has seven days, not {len(self.week)}")
        for day in self.week:
            for start, end in day:
                if not (0 <= start < DAY_MINUTES and start < end <= start + DAY_MINUTES):
                    raise ValueError(f"not a working period: minutes {start} to {end}")
            if any(later[0] < earlier[1] for earlier, later in pairwise(day)):
                raise ValueError(f"periods overlap or are out of order: {day}")
        if not any(self.week):
            raise ValueError("a calendar without working time has no deadlines")

    @classmethod
    def on_weekdays(cls, *day: tuple[int, int]) -> "Periods":
        """The same periods Monday to Friday, nothing at the weekend."""
        return cls((day,) * 5 + ((), ()))

    @classmethod
    def every_day(cls, *day: tuple[int, int]) -> "Periods":
        return cls((day,) * 7)


@dataclass(frozen=True)
class Season:
    """Other periods between two (month, day), both included; may cross New Year."""

    first: tuple[int, int]
    last: tuple[int, int]
    periods: Periods

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            date(2024, month, day)  # a leap year: 29 February is allowed

    def covers(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True)
class WorkCalendar:
    """Working time of a party.

    holidays: dates off. makeup_days: dates worked; one without periods of its own takes those of the first
    working weekday. known_years: years whose holiday table is in here; other years run on the plain week and
    `is_provisional` says so. seven_day: serves every day, holidays and make-up days change nothing.
    A shift that began before a holiday is worked to its end. Build once and keep: days are remembered inside.
    """

    periods: Periods
    seasons: tuple[Season, ...] = ()
    seven_day: bool = False
    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    known_years: frozenset[int] = frozenset()
    zone: str = "Asia/Shanghai"
    tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _memo: dict[int, tuple[Span, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "tz", ZoneInfo(self.zone))
        except (KeyError, ValueError, OSError) as broken:
            raise ValueError(f"unknown time zone: {self.zone!r}") from broken
        if self.holidays & self.makeup_days:
            raise ValueError(f"both off and worked: {sorted(self.holidays & self.makeup_days)}")
        if self.seven_day and not all(all(p.week) for p in self._all_periods()):
            raise ValueError("a seven-day service has periods on all seven days")
        if len(self.seasons) > 1 and any(sum(s.covers(day) for s in self.seasons) > 1 for day in LEAP_YEAR):
            raise ValueError("two seasons share a day")

    def _all_periods(self) -> list[Periods]:
        return [self.periods, *(season.periods for season in self.seasons)]

    def periods_on(self, day: date) -> Day:
        """Periods that start on this local date, () when it is off."""
        week = next((s.periods for s in self.seasons if s.covers(day)), self.periods).week
        own = week[day.weekday()]
        if self.seven_day:
            return own
        if day in self.holidays:
            return ()
        if day in self.makeup_days and not own:
            return next(filter(None, week))
        return own

    def spans_on(self, ordinal: int) -> tuple[Span, ...]:
        """Working spans between two local midnights, in order, disjoint. ordinal: date.toordinal()."""
        known = self._memo.get(ordinal)
        if known is None:
            if len(self._memo) >= MEMO_DAYS:
                self._memo.clear()
            known = self._memo[ordinal] = self._spans(ordinal)
        return known

    def _spans(self, ordinal: int) -> tuple[Span, ...]:
        before, today = date.fromordinal(ordinal - 1), date.fromordinal(ordinal)
        wall = [(0, end - DAY_MINUTES) for _, end in self.periods_on(before) if end > DAY_MINUTES]
        wall += [(start, min(end, DAY_MINUTES)) for start, end in self.periods_on(today)]
        dawn, dusk = self._instant(today, 0), self._instant(today, DAY_MINUTES)
        if dusk - dawn == DAY_MINUTES * MINUTE:  # no change of clocks today
            return merged((dawn + start * MINUTE, dawn + end * MINUTE) for start, end in wall)
        return merged((self._instant(today, start), self._instant(today, end)) for start, end in wall)

    def _instant(self, day: date, minute: int) -> int:
        """Wall minute of a day as an instant; a minute skipped by the clocks is the next one that exists."""
        wall = datetime(day.year, day.month, day.day, tzinfo=self.tz) + timedelta(minutes=minute)  # wall sum
        while True:
            instant = (wall - EPOCH) // MICRO
            there = (EPOCH + instant * MICRO).astimezone(self.tz)
            if (there.date(), there.time()) == (wall.date(), wall.time()):
                return instant
            wall += timedelta(minutes=1)

    def is_provisional(self, first_year: int, last_year: int) -> bool:
        """True when a year of this stretch has no holiday table in here."""
        return not self.seven_day and not self.known_years.issuperset(range(first_year, last_year + 1))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as disjoint spans in order, empty ones dropped."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


ROUND_THE_CLOCK = WorkCalendar(Periods.every_day((0, DAY_MINUTES)), seven_day=True)


def with_holidays(
    calendar: WorkCalendar, year: int, off: Iterable[date], makeup: Iterable[date]
) -> WorkCalendar:
    """The calendar with this year's table put in the place of what it had for that year."""
    others = {d for d in calendar.holidays if d.year != year}
    other_makeup = {d for d in calendar.makeup_days if d.year != year}
    return replace(
        calendar,
        holidays=frozenset(others.union(off)),
        makeup_days=frozenset(other_makeup.union(makeup)),
        known_years=calendar.known_years | {year},
    )


def calendar_from_json(data: Mapping[str, Any]) -> WorkCalendar:
    """Read what `calendar_to_json` writes. Raises ValueError naming what is wrong.

    {"week": {"mon": ["08:30-12:00", …], …}, "zone"?, "seven_day"?, "known_years"?: [2026],
    "seasons"?: [{"from": "06-01", "to": "09-30", "week": {…}}], "holidays"?, "makeup_days"?: ["2026-01-01"]}
    A period that ends at or before its start ends on the next day; "24:00" is midnight.
    """
    _known_keys(
        data, {"week", "zone", "seven_day", "seasons", "holidays", "makeup_days", "known_years"}, {"week"}
    )
    try:
        return WorkCalendar(
            periods=_periods_from_json(data["week"]),
            seasons=tuple(_season_from_json(season) for season in data.get("seasons", ())),
            seven_day=_yes_or_no(data.get("seven_day", False)),
            holidays=frozenset(date.fromisoformat(day) for day in data.get("holidays", ())),
            makeup_days=frozenset(date.fromisoformat(day) for day in data.get("makeup_days", ())),
            known_years=frozenset(int(year) for year in data.get("known_years", ())),
            zone=data.get("zone", "Asia/Shanghai"),
        )
    except (TypeError, AttributeError) as broken:
        raise ValueError(f"not a working calendar: {broken}") from broken


def calendar_to_json(calendar: WorkCalendar) -> dict[str, Any]:
    """The calendar as plain lists and strings, in stable order; `calendar_from_json` gives it back equal."""
    return {
        "zone": calendar.zone,
        "seven_day": calendar.seven_day,
        "week": _periods_to_json(calendar.periods),
        "seasons": [
            {"from": _month_day(s.first), "to": _month_day(s.last), "week": _periods_to_json(s.periods)}
            for s in calendar.seasons
        ],
        "known_years": sorted(calendar.known_years),
        "holidays": [day.isoformat() for day in sorted(calendar.holidays)],
        "makeup_days": [day.isoformat() for day in sorted(calendar.makeup_days)],
    }


def _known_keys(data: Mapping[str, Any], allowed: set[str], needed: set[str]) -> None:
    if not isinstance(data, Mapping) or set(data) - allowed or needed - set(data):
        raise ValueError(f"a working calendar has {sorted(allowed)}, at least {sorted(needed)}")


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"seven_day is true or false, not {value!r}")
    return value


def _season_from_json(data: Mapping[str, Any]) -> Season:
    _known_keys(data, {"from", "to", "week"}, {"from", "to", "week"})
    first, last = (date.fromisoformat(f"2024-{data[key]}") for key in ("from", "to"))
    return Season((first.month, first.day), (last.month, last.day), _periods_from_json(data["week"]))


def _periods_from_json(week: Mapping[str, Sequence[str]]) -> Periods:
    _known_keys(week, set(WEEKDAYS), set())
    return Periods(tuple(tuple(map(_period_from_text, week.get(day, ()))) for day in WEEKDAYS))


def _periods_to_json(periods: Periods) -> dict[str, list[str]]:
    return {
        name: [
            f"{_clock(start)}-{_clock(end if end <= DAY_MINUTES else end - DAY_MINUTES)}"
            for start, end in day
        ]
        for name, day in zip(WEEKDAYS, periods.week, strict=True)
    }


def _period_from_text(text: str) -> tuple[int, int]:
    start, dash, end = text.partition("-")
    first, last = _minute(start), _minute(end)
    if not dash or first >= DAY_MINUTES:
        raise ValueError(f"not a working period: {text!r}")
    return first, last if last > first else last + DAY_MINUTES


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (len(hour) == len(minute) == 2 and hour.isdecimal() and minute.isdecimal()):
        raise ValueError(f"not a time like 08:30: {text!r}")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > DAY_MINUTES:
        raise ValueError(f"not a time like 08:30: {text!r}")
    return total


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _month_day(day: tuple[int, int]) -> str:
    return f"{day[0]:02d}-{day[1]:02d}"
