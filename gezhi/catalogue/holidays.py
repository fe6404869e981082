"""China's public holidays and make-up days, from the chinesecalendar package (MIT).

`python -m gezhi.catalogue.holidays 2026 2027` prints the lines for data/calendars.json.
"""

import json
import sys
from datetime import date, timedelta


def china_holidays(year: int) -> tuple[frozenset[date], frozenset[date]] | None:
    """(dates off, make-up days worked) of one year; None when the package has no table for it yet."""
    import chinese_calendar  # on first use: most processes never ask

    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1)]
    try:
        named = {day: off for day in days for off, name in [chinese_calendar.get_holiday_detail(day)] if name}
    except NotImplementedError:
        return None
    return frozenset(day for day in named if named[day]), frozenset(day for day in named if not named[day])


def holiday_table(years: list[int]) -> dict[str, list[int] | list[str]]:
    """The three lists of data/calendars.json for these years; years without a table are left out."""
    tables = {year: table for year in years if (table := china_holidays(year)) is not None}
    return {
        "known_years": sorted(tables),
        "holidays": sorted(day.isoformat() for off, _ in tables.values() for day in off),
        "makeup_days": sorted(day.isoformat() for _, makeup in tables.values() for day in makeup),
    }


if __name__ == "__main__":
    print(json.dumps(holiday_table([int(year) for year in sys.argv[1:]]), indent=1))
