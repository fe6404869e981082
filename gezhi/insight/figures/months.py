"""Months as numbers, 202603: a span of them, the spans it is compared with, and the moments at which it begins and ends here. PURE but for the zone."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

LONGEST = 36  # months of one question


class Span(NamedTuple):
    """From the first month to the last, both included; first <= last."""

    first: int
    last: int

    def months(self) -> Sequence[int]:
        """All of them in order."""
        return [later(self.first, n) for n in range(self.length())]

    def length(self) -> int:
        return number_of(self.last) - number_of(self.first) + 1

    def a_year_before(self) -> "Span":
        """The same months last year."""
        return Span(later(self.first, -12), later(self.last, -12))

    def before(self) -> "Span":
        """As many months just before."""
        return Span(later(self.first, -self.length()), later(self.first, -1))

    def begins(self, zone: ZoneInfo) -> datetime:
        return datetime(self.first // 100, self.first % 100, 1, tzinfo=zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The moment after it."""
        return Span(later(self.last, 1), self.last).begins(zone)


def number_of(month: int) -> int:
    """Months since the year 0."""
    return month // 100 * 12 + month % 100 - 1


def later(month: int, by: int) -> int:
    """So many months later."""
    year, of_year = divmod(number_of(month) + by, 12)
    return year * 100 + of_year + 1


def month_at(at: datetime, zone: ZoneInfo) -> int:
    """The month it is here."""
    here = at.astimezone(zone)
    return here.year * 100 + here.month


def is_month(text: str) -> bool:
    """Whether this is a month as it is written in an address: 202603, of the years 2000 to 2099."""
    return (
        len(text) == 6 and text.isascii() and text.isdigit() and text[:2] == "20" and "01" <= text[4:] <= "12"
    )


def span_of(name: str, today: int) -> Span:
    """month: this one; quarter: this calendar quarter; year: the last twelve months, this one included. Raises KeyError for others."""
    begins = {"month": today, "quarter": today - (today % 100 - 1) % 3, "year": later(today, -11)}
    return Span(begins[name], today)
