"""A moment somebody wrote or a spreadsheet stored. Year first, or refused: day and month are never guessed."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from gezhi.kernel.refusal import Refusal

FIRST_YEAR, LAST_YEAR = 1949, 2099
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's own count, without a zone


class BadMoment(Refusal, ValueError):
    """No moment can be read from this. `.code`: unreadable, year, no_such_time. `.details["value"]` = as given."""

    code = "unreadable"


_DATE = (
    r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})|年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号])"
)
_CLOCK = r"(?P<hour>\d{1,2})[:时点](?:(?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2})(?:\.\d{1,9})?秒?|分)?)?"
_ZONE = r"(?P<zone>z|[+-]\d{2}:?\d{2})"
_WRITTEN = re.compile(
    rf"{_DATE}(?:(?:t| |,)*(?P<half>上午|下午|晚上|中午|凌晨)? *{_CLOCK} *{_ZONE}?)?", re.IGNORECASE
)
# hours spoken with each word of the day, and what is added to them
_HALVES = {
    "凌晨": (range(0, 7), 0),
    "上午": (range(0, 12), 0),
    "中午": (range(1, 3), 12),
    "下午": (range(1, 12), 12),
    "晚上": (range(5, 12), 12),
}
_NOON = 12
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")


def as_moment(cell: object, tz: tzinfo) -> datetime | None:
    """An aware moment; None for an empty cell. Without a zone of its own the cell is in `tz`.

    Reads dates, datetimes, Excel serials, 2019/2/28 11:25:05, 2019-02-28T11:25+08:00, 2019年2月28日 下午3:25,
    20190228. 24:00 is the next midnight. Refuses years outside 1949-2099, hours that a zone skips, 1/2/2019.
    Raises BadMoment.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    try:
        moment = _read(cell)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise BadMoment("year", value=_shown(cell))
        if moment.tzinfo is not None:
            return moment
        placed = moment.replace(tzinfo=tz)
        if placed.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != moment:
            raise BadMoment("no_such_time", value=_shown(cell))
    except (ValueError, OverflowError) as error:
        if isinstance(error, BadMoment):
            raise
        raise BadMoment(value=_shown(cell)) from error
    return placed


_NO_YEAR = re.compile(
    r"(?P<month>\d{1,2})(?:[./-]|月)(?P<day>\d{1,2})(?:日|号)?(?P<rest>(?:[ ,t上下晚中凌].*)?)", re.IGNORECASE
)
_RELATIVE = re.compile(r"^(?:今|昨|前|大前)[天日晚早]|^(?:上|本|这)?(?:周|星期|礼拜)[一二三四五六日天]|^刚才")


def without_year(cell: object, latest: date, year: int | None = None) -> str | None:
    """「11.3」, 「11月6号」 and 「11/6」 with their year in front, for `as_moment`; None for what is no day and month.

    year: as the sheet says; else the newest that is not behind `latest`. A number that ends in .1, .2 or .3 may have lost a nought:
    raises BadMoment("day_or_tens"). 昨天 in a ledger is no day: raises BadMoment("relative").
    """
    if isinstance(cell, str) and _RELATIVE.search(cell.strip()):
        raise BadMoment("relative", value=_shown(cell))
    if isinstance(cell, bool) or not isinstance(cell, str | float):
        return None
    found = _NO_YEAR.fullmatch(unicodedata.normalize("NFKC", str(cell)[:60]).strip())
    if found is None:
        return None
    if isinstance(cell, float) and found["day"] in {"1", "2", "3"}:
        raise BadMoment("day_or_tens", value=_shown(cell))
    months = int(found["month"]), int(found["day"])
    if year is None:
        year = latest.year if months <= (latest.month, latest.day) else latest.year - 1
    return f"{year}-{found['month']}-{found['day']}{found['rest']}"


def _shown(cell: object) -> str:
    return str(cell)[:40] if isinstance(cell, str | float | date) else "…"


def _read(cell: object) -> datetime:
    """Naive or aware; ValueError when there is no moment in it."""
    if isinstance(cell, datetime):
        return _to_second(cell)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - placed in its zone by the caller
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise ValueError("no moment")
    if isinstance(cell, str):
        return _written(unicodedata.normalize("NFKC", cell[:60]).strip())
    if isinstance(cell, int) and 10**7 <= cell < 10**8:
        return _written(str(cell))
    return _to_second(EXCEL_EPOCH + timedelta(days=cell))


def _to_second(moment: datetime) -> datetime:
    """Spreadsheets keep a day as a fraction: the nearest second is what was typed."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def _written(text: str) -> datetime:
    if compact := _COMPACT.fullmatch(text):
        return datetime(*(int(part) for part in compact.groups(default="0")))  # type: ignore[arg-type] # noqa: DTZ001
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError("no moment")
    part = {
        name: int(value or 0) for name, value in found.groupdict().items() if name not in ("half", "zone")
    }
    hour = _hour(part["hour"], found["half"])
    is_midnight = hour == 24 and not part["minute"] and not part["second"]
    day = datetime(
        part["year"], part["month"] or part["m"], part["day"] or part["d"], tzinfo=_zone(found["zone"])
    )
    if is_midnight:
        return day + timedelta(days=1)
    return day.replace(hour=hour, minute=part["minute"], second=part["second"])


def _hour(hour: int, half: str | None) -> int:
    """The hour of 24; 晚上12点 could be either midnight and is refused like 下午25点."""
    if half is None:
        return hour
    spoken, added = _HALVES[half]
    if hour in spoken:
        return hour + added
    is_noon = hour == _NOON and half in ("中午", "下午")
    if not is_noon and hour - added not in spoken:
        raise ValueError("no moment")
    return hour


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    if written in "zZ":
        return UTC
    minutes = int(written[1:3]) * 60 + int(written[-2:])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))
