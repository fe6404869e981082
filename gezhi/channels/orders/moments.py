"""When an order is due, as issuers write it: a moment, a day, a moment in a sentence, so many working days. PURE."""

import re
import unicodedata
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple

from gezhi.kernel.moment import BadMoment, as_moment
from gezhi.kernel.worktime import WORKING_DAY_MINUTES, WorkCalendar, due_at

LAST_MINUTE = time(23, 59)
MOST_SIGNS = 200  # of a part in which a moment is looked for
MOST_DAYS = 366
_BEFORE = re.compile(r"\s*(?:之前|以前|前|止|截止|为止)?[。.；;，,]?\s*$")
_DAY_ONLY = re.compile(r"\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}[日号])|\d{8}")
_MINUTES = re.compile(r"(\d)\s*时\s*(\d{1,2})\s*分")
_STAMP = re.compile(
    r"(?<!\d)(?:(?P<year>\d{4})(?:[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号])"
    r"|(?P<m3>\d{1,2})月(?P<d3>\d{1,2})[日号])"
    r"(?:[ T]{0,2}(?P<half>上午|下午|晚上|中午|凌晨)?[ ]?(?P<clock>\d{1,2}[:时点](?:\d{1,2}(?::\d{1,2})?分?|整)?))?"
)
_COUNT = re.compile(
    r"(?P<count>\d{1,3}|[一二两三四五六七八九]?十?[一二两三四五六七八九]?)个?(?P<unit>工作日|自然日|小时|日|天)(?:之?内|以内)?(?:办结|答复|回复|反馈|办理)?"
)
_ASKED = re.compile(
    r"(?:请|须|需|应|务必|务请)[于在]?[^。；;\n]{0,6}?(?P<when>(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}[^。；;，,\n]{0,16}?)(?:之前|以前|前)[^。；;，,\n]{0,8}(?:办结|办理|答复|回复|反馈|报送|上报)"
)
_HAN = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}


class Here(NamedTuple):
    """Where and when an order is read. at: now; None = days without a year are not read. hours: the office's working time."""

    tz: tzinfo
    at: datetime | None = None
    hours: WorkCalendar | None = None


def moment(text: str, tz: tzinfo, *, is_end: bool = False) -> datetime | None:
    """An aware moment, None when none can be read. is_end: a bare day lasts until its last minute."""
    plain = _MINUTES.sub(r"\1:\2", _BEFORE.sub("", text[:60].strip()))
    try:
        found = as_moment(plain, tz)
    except BadMoment:
        return None
    if found is None or not is_end or not _DAY_ONLY.fullmatch(plain):
        return found
    return datetime.combine(found.date(), LAST_MINUTE, tzinfo=found.tzinfo)


def limit(text: str, here: Here, since: datetime | None = None) -> datetime | None:
    """By when, out of a part that says it: as `moment`; else the one moment in its sentence; else so many days or hours from `since`.

    since: when the issuer sent it; without it they count from now.
    """
    if found := moment(text, here.tz, is_end=True):
        return found
    said = unicodedata.normalize("NFKC", text[:MOST_SIGNS])
    stamps = {one for match in _STAMP.finditer(said) if (one := _stamped(match, here, since))}
    if stamps or _STAMP.search(said):
        return stamps.pop() if len(stamps) == 1 else None  # two moments: nobody guesses which
    start = since or here.at
    return _counted(said, here, start) if start else None


def asked(text: str, here: Here, since: datetime | None = None) -> datetime | None:
    """请于12月1日17:30前办结, anywhere in a text; None when it says none, or two."""
    said = unicodedata.normalize("NFKC", text[: 10 * MOST_SIGNS])
    found = {one for match in _ASKED.finditer(said) if (one := limit(match["when"], here, since))}
    return found.pop() if len(found) == 1 else None


def _stamped(match: re.Match[str], here: Here, since: datetime | None) -> datetime | None:
    month, day = (match[f"{name}1"] or match[f"{name}2"] or match[f"{name}3"] for name in "md")
    clock = f" {match['half'] or ''}{match['clock'].replace('整', '')}" if match["clock"] else ""
    if match["year"]:
        return moment(f"{match['year']}-{month}-{day}{clock}", here.tz, is_end=True)
    start = since or here.at
    if start is None:
        return None
    first = start.astimezone(here.tz)
    for year in (first.year, first.year + 1):  # the nearest one that is still to come
        found = moment(f"{year}-{month}-{day}{clock}", here.tz, is_end=True)
        if found and found >= first:
            return found
    return None


def _counted(said: str, here: Here, start: datetime) -> datetime | None:
    found = list(_COUNT.finditer(said))
    counts = [
        (count, match["unit"]) for match in found if 0 < (count := _number(match["count"])) <= MOST_DAYS
    ]
    if len(counts) != 1:
        return None
    (count, unit), local = counts[0], start.astimezone(here.tz)
    if unit == "小时":
        return local + timedelta(hours=count)
    if unit == "工作日":
        due = due_at(start, count * WORKING_DAY_MINUTES, here.hours) if here.hours else None
        return due.at.astimezone(here.tz) if due else None
    return datetime.combine(local.date() + timedelta(days=count), LAST_MINUTE, tzinfo=here.tz)


def _number(text: str) -> int:
    """Of digits or of Chinese words up to ninety-nine; 0 for none."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_HAN.get(tens, 1) * 10 if ten else 0) + _HAN.get(ones, 0)
