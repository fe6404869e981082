"""Months. A table keeps one as a number, 202603; a form and an address write it 2026-03; a book has its first day. PURE."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from gezhi.kernel.moment import FIRST_YEAR, LAST_YEAR


class Span(NamedTuple):
    """From the first month to the last, as numbers, both included; first <= last."""

    first: int
    last: int

    def months(self) -> Sequence[int]:
        """All of them in order."""
        return [later(self.first, n) for n in range(self.length())]

    def length(self) -> int:
        return _since_year_0(self.last) - _since_year_0(self.first) + 1

    def a_year_before(self) -> "Span":
        """The same months last year."""
        return Span(later(self.first, -12), later(self.last, -12))

    def before(self) -> "Span":
        """As many months just before."""
        return Span(later(self.first, -self.length()), later(self.first, -1))

    def begins(self, zone: tzinfo) -> datetime:
        """Its first moment there."""
        return datetime.combine(day_of(self.first), datetime.min.time(), tzinfo=zone)

    def ends(self, zone: tzinfo) -> datetime:
        """The moment after it."""
        return Span(later(self.last, 1), self.last).begins(zone)


def bounds(month: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first moment of one month there, and that of the next."""
    span = Span(month, month)
    return span.begins(zone), span.ends(zone)


def month_of(day: date) -> int:
    """The month of a day."""
    return day.year * 100 + day.month


def month_at(at: datetime, zone: tzinfo) -> int:
    """The month it is there."""
    return month_of(at.astimezone(zone))


def day_of(month: int) -> date:
    """Its first day."""
    return date(month // 100, month % 100, 1)


def later(month: int, by: int) -> int:
    """So many months later; a negative number: earlier."""
    year, of_year = divmod(_since_year_0(month) + by, 12)
    return year * 100 + of_year + 1


def first_day(day: date, by: int = 0) -> date:
    """The first day of this day's month, or of the one so many later."""
    return day_of(later(month_of(day), by))


def back_from(day: date, many: int) -> list[date]:
    """The first days of so many months, this day's first, then those before it."""
    return [first_day(day, -n) for n in range(many)]


def written(month: int | date) -> str:
    """2026-03, the same in every language."""
    number = month_of(month) if isinstance(month, date) else month
    return f"{number // 100:04d}-{number % 100:02d}"


def read(text: str) -> date:
    """The first day of what `written` wrote. Raises ValueError, for years outside 1949-2099, too."""
    found = date.fromisoformat(f"{text}-01")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError("no such year")
    return found


def is_month(text: str) -> bool:
    """Whether this is a number of a month: 202603, of the years 2000 to 2099."""
    return (
        len(text) == 6 and text.isascii() and text.isdigit() and text[:2] == "20" and "01" <= text[4:] <= "12"
    )


def _since_year_0(month: int) -> int:
    return month // 100 * 12 + month % 100 - 1
