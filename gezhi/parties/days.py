"""Local days of the jurisdiction in force, and which rows hold on one."""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction


class Period(NamedTuple):
    """[starts_on, ends_on); ends_on None = open end."""

    starts_on: date
    ends_on: date | None = None

    def meets(self, other: "Period") -> bool:
        """Whether they share at least one day; `meets` below asks the database the same."""
        days = (self.starts_on, other.starts_on), (self.ends_on or date.max, other.ends_on or date.max)
        return max(days[0]) < min(days[1])


def zone() -> ZoneInfo:
    """The time zone of the jurisdiction in force."""
    return ZoneInfo(jurisdiction(current()).time_zone)


def local_day(at: datetime) -> date:
    """The day it is here at this moment. Raises ValueError on a naive moment."""
    if at.tzinfo is None:
        raise ValueError("which day it is depends on an aware moment")
    return at.astimezone(zone()).date()


def midnight(day: date) -> datetime:
    """The moment at which this day begins here."""
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def holds_on(day: date) -> Q:
    """Rows whose period has begun and not ended on this day."""
    return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day))


def meets(period: Period) -> Q:
    """Rows whose period shares at least one day with this one. Empty rows (ended the day they began) meet nothing."""
    begins_before_end = Q() if period.ends_on is None else Q(starts_on__lt=period.ends_on)
    return (
        begins_before_end
        & (Q(ends_on__isnull=True) | Q(ends_on__gt=period.starts_on))
        & ~Q(ends_on=F("starts_on"))
    )
