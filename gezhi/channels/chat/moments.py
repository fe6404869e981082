"""Times as a chat writes them beside its messages: "2024/3/5 9:12", "3月5日 上午9:12", "昨天 09:12", "09:12". Pure."""

import re
from datetime import date, datetime, timedelta, tzinfo

_DATE = (
    r"(?:(?P<year>(?:19|20)\d\d)[-/.年])?(?P<month>1[0-2]|0?[1-9])[-/.月](?P<day>3[01]|[12]\d|0?[1-9])[日号]?"
)
_WEEKDAY = r"(?:星期|周|週)(?P<weekday>[一二三四五六日天])"
_RELATIVE = r"(?P<relative>今天|昨天|前天|today|yesterday)"
_HALF = r"(?P<half>凌晨|早上|清晨|上午|中午|下午|傍晚|晚上|夜里|am|pm)"
_TIME = rf"(?:{_HALF}\s*)?(?P<hour>2[0-4]|[01]?\d)[:：](?P<minute>[0-5]\d)(?:[:：][0-5]\d)?(?:\s*(?P<after>am|pm))?"
DAY = rf"(?:{_DATE}(?:\s*(?:星期|周|週)[一二三四五六日天])?|{_WEEKDAY}|{_RELATIVE})"
MOMENT = rf"(?:{DAY}[\sT]*)?{_TIME}"  # what stands beside a name; the day may be missing

_moment = re.compile(MOMENT, re.IGNORECASE)
_day = re.compile(DAY, re.IGNORECASE)
_WEEKDAYS = "一二三四五六日"
_LATE = frozenset({"下午", "傍晚", "晚上", "夜里", "pm"})
_BACK = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}


def day_of(text: str, today: date) -> date | None:
    """The day that a line names and nothing else; None when it names none. today: the reader's, for 昨天 and 星期二."""
    found = _day.fullmatch(text.strip(" \t\u3000—–-_=·"))
    return _day_in(found, today) if found else None


def moment_of(text: str, today: date, known: date | None, tz: tzinfo) -> datetime | None:
    """When something was said: an aware time in `tz`; None when the words name no day and none is known from above.

    known: the day of the lines above, for a time alone.
    """
    found = _moment.fullmatch(text.strip())
    if not found:
        return None
    day = _day_in(found, today) or known
    if day is None:
        return None
    hour, half = int(found["hour"]), (found["half"] or found["after"] or "").casefold()
    if half in _LATE and hour < 12:
        hour += 12
    elif half in ("凌晨", "am") and hour == 12:
        hour = 0
    return datetime(day.year, day.month, day.day, hour % 24, int(found["minute"]), tzinfo=tz)


def _day_in(found: re.Match[str], today: date) -> date | None:
    if found["relative"]:
        return today - timedelta(days=_BACK[found["relative"].casefold()])
    if found["weekday"]:
        wanted = _WEEKDAYS.index(found["weekday"].replace("天", "日"))
        return today - timedelta(days=(today.weekday() - wanted) % 7)
    if not found["month"]:
        return None
    try:
        day = date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
        return day if found["year"] or day <= today else day.replace(year=day.year - 1)
    except ValueError:  # 30 February
        return None
