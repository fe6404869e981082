"""Times for people: "今天 14:30", "还剩 1 天 16 小时（工作时间 4 小时）", "2 天 4 小时"; exact on hover."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, gettext_noop, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from gezhi.kernel.worktime import ROUND_THE_CLOCK, WORKING_DAY_MINUTES, WorkCalendar, due_at, working_minutes

DAY_MINUTES = 1440
SOON_MINUTES = WORKING_DAY_MINUTES // 2  # "soon" is within half a working day
FIGURE_AND_SPACE = re.compile(r"(\d) ")
WEEKDAYS = (
    pgettext_lazy("short", "周一"),
    pgettext_lazy("short", "周二"),
    pgettext_lazy("short", "周三"),
    pgettext_lazy("short", "周四"),
    pgettext_lazy("short", "周五"),
    pgettext_lazy("short", "周六"),
    pgettext_lazy("short", "周日"),
)
NEAR = {
    -1: gettext_lazy("昨天 %(clock)s"),
    0: gettext_lazy("今天 %(clock)s"),
    1: gettext_lazy("明天 %(clock)s"),
}
MINUTE = timedelta(minutes=1)
FAR = timedelta(days=30)  # farther away, working time is no longer counted out


class Clock(NamedTuple):
    """A clock as ui/clock_chip.html shows it. state: in_time, due_soon, overdue, paused or none.

    text: what is left, day and night, so that a list by due moment is also one by what is left; with_work: and how much of it
    is working time. when: the due moment in a word or two, "" where text says it. name: which deadline it is, "" for the one
    of the whole case (办结), which needs no name.
    """

    state: str
    text: str
    exact: str
    name: str = ""
    when: str = ""
    with_work: str = ""

    @property
    def whole(self) -> str:
        """With its name before it and its working time: 签收还剩 1 天 16 小时（工作时间 4 小时）."""
        return self._named(self.with_work or self.text)

    @property
    def narrow(self) -> str:
        """With its name, for a narrow chip: a figure and its unit stay on one line."""
        return unbroken(self._named(self.text))

    def _named(self, text: str) -> str:
        return _("%(name)s%(text)s") % {"name": self.name, "text": text} if self.name else text


NO_CLOCK = Clock("none", "", "")


def exact(at: datetime | None) -> str:
    """`2026-03-02 12:00`, local; "" for None."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def moment(at: datetime | None, now: datetime) -> str:
    """Today 14:30, yesterday, tomorrow, 3月2日 14:30, 2025年3月2日; "" for None."""
    if at is None:
        return ""
    zone = timezone.get_current_timezone()
    local, today = timezone.localtime(at, zone), timezone.localtime(now, zone)
    days = local.toordinal() - today.toordinal()
    if -1 <= days <= 1:
        return str(NEAR[days]) % {"clock": f"{local:%H:%M}"}
    if local.year == today.year:
        minute = local.replace(second=0, microsecond=0, tzinfo=None)
        return _in_figures(get_language() or "", gettext_noop("n月j日 H:i"), minute)
    return _in_figures(get_language() or "", gettext_noop("Y年n月j日"), local.date())


@lru_cache(maxsize=8192)
def _in_figures(_language: str, form: str, said: date) -> str:
    """Kept as `_span` is. form: the signs of Django's date filter in Chinese order. said: local, a day or a minute by the clock on the wall."""
    return date_format(said, _(form))


def near(at: datetime, now: datetime) -> str:
    """When something is due, as short as it is clear: 今天 23:12, 明天 14:00, 周一 14:00 (within six days), 11月30日, 2027年3月2日."""
    zone = timezone.get_current_timezone()
    due = at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    return _near(get_language() or "", due, now.astimezone(zone).date())


@lru_cache(maxsize=8192)
def _near(_language: str, due: datetime, today: date) -> str:
    """Kept as `_span` is. due: the minute, by the clock on the wall."""
    days = (due.date() - today).days
    clock = f"{due:%H:%M}"
    if -1 <= days <= 1:
        return str(NEAR[days]) % {"clock": clock}
    if 1 < days < 7:
        return _("%(day)s %(clock)s") % {"day": WEEKDAYS[due.weekday()], "clock": clock}
    return date_format(due, _("n月j日") if due.year == today.year else _("Y年n月j日"))


def which_day(at: datetime, now: datetime) -> str:
    """Today, yesterday, tomorrow, else 11月30日 周一: the day of a shift."""
    local = timezone.localtime(at)
    days = (local.date() - timezone.localtime(now).date()).days
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}
    return near.get(days) or with_weekday(local)


def with_weekday(day: date) -> str:
    """`11月30日 周一`."""
    weekday = str(WEEKDAYS[day.weekday()])
    return _("%(day)s %(weekday)s") % {"day": date_format(day, _("n月j日")), "weekday": weekday}


def turn(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """`昨天 20:00–今天 08:00`; an end on the same day needs no second name of it."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    first = f"{which_day(start, now)} {start:%H:%M}"
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{which_day(end, now)} {end:%H:%M}"
    return f"{first}–{last}"


def short_day(at: datetime | None, now: datetime) -> str:
    """3月2日, 2027年3月2日 when it is another year; "" for None. The sign before it says whether it is until or since."""
    if at is None:
        return ""
    zone = timezone.get_current_timezone()
    local = timezone.localtime(at, zone)
    is_this_year = local.year == timezone.localtime(now, zone).year
    form = gettext_noop("n月j日") if is_this_year else gettext_noop("Y年n月j日")
    return _in_figures(get_language() or "", form, local.date())


def day(at: datetime | None) -> str:
    """`2026-03-02`, local; "" for None."""
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


def span(minutes: float, *, is_working: bool = False) -> str:
    """Two units at most: 40 分, 3 小时 20 分, 2 天 4 小时. is_working: a day is 480 minutes and is called a working day."""
    return _span(get_language() or "", max(0, int(minutes)), is_working)


@lru_cache(maxsize=8192)
def _span(_language: str, whole: int, is_working: bool) -> str:
    """Kept: a page of fifty cases says a hundred of them, mostly the same."""
    length = WORKING_DAY_MINUTES if is_working else DAY_MINUTES
    days, rest = divmod(whole, length)
    hours, minutes_left = divmod(rest, 60)
    counts = {"d": days, "h": hours, "m": minutes_left}
    if days and is_working and hours:
        return ngettext("%(d)s 个工作日 %(h)s 小时", "%(d)s 个工作日 %(h)s 小时", days) % counts
    if days and is_working:
        return ngettext("%(d)s 个工作日", "%(d)s 个工作日", days) % counts
    if days and hours:
        return ngettext("%(d)s 天 %(h)s 小时", "%(d)s 天 %(h)s 小时", days) % counts
    if days:
        return ngettext("%(d)s 天", "%(d)s 天", days) % counts
    if hours and minutes_left:
        return _("%(h)s 小时 %(m)s 分") % counts
    return (_("%(h)s 小时") if hours else _("%(m)s 分")) % counts


def unbroken(text: str) -> str:
    """The same words for a narrow chip: a figure and its unit stay on one line."""
    return FIGURE_AND_SPACE.sub("\\1\N{NO-BREAK SPACE}", text)


def between(start: datetime, end: datetime) -> str:
    """How long from start to end, day and night."""
    return span((end - start).total_seconds() / 60)


def brief(start: datetime, end: datetime, hours: WorkCalendar = ROUND_THE_CLOCK) -> str:
    """How long from start to end in these hours, in one unit: 工作时间 40 分, 工作时间 3 小时, 2 个工作日; day and night 3 小时, 2 天.

    刚到 in its first minute, 下班后到的 as long as no minute of these hours has passed since. Beyond thirty days in days as they are.
    """
    is_working = hours is not ROUND_THE_CLOCK and end - start < FAR
    whole = working_minutes(start, end, hours) if is_working else (end - start).total_seconds() / 60
    day = WORKING_DAY_MINUTES if is_working else DAY_MINUTES
    if whole < 1:
        return _("下班后到的") if end - start >= MINUTE else _("刚到")
    unit = day if whole >= day else 60 if whole >= 60 else 1
    said = span(int(whole) // unit * unit, is_working=is_working)
    return _("工作时间 %(span)s") % {"span": said} if is_working and unit < day else said


def soon(at: datetime, hours: WorkCalendar) -> datetime:
    """Until when a deadline is called soon: half a working day ahead."""
    found = due_at(at, SOON_MINUTES, hours)
    return found.at if found else at


def clock(
    due: datetime | None,
    *,
    at: datetime,
    soon: datetime,
    hours: WorkCalendar,
    is_paused: bool = False,
) -> Clock:
    """How a deadline stands. hours: the calendar of whoever must act."""
    if is_paused:
        until = _("挂账到 %(day)s") % {"day": short_day(due, at)} if due else _("挂账中")
        return Clock("paused", until, exact(due))
    if due is None:
        return NO_CLOCK
    first, last = min(due, at), max(due, at)
    minutes = int((last - first).total_seconds() / 60)
    is_working = hours is not ROUND_THE_CLOCK and abs(due - at) < FAR
    work = int(working_minutes(first, last, hours)) if is_working else minutes
    language = get_language() or ""
    state = "overdue" if due < at else "due_soon" if due < soon else "in_time"
    text, with_work = _left(language, minutes, due < at), _with_work(language, minutes, work, due < at)
    return Clock(state, text, exact(due), "", near(due, at), with_work)


@lru_cache(maxsize=8192)
def _left(language: str, whole: int, is_late: bool) -> str:
    """Kept as `_span` is."""
    if is_late and not whole:
        return _("刚过时限")
    return (_("超时 %(span)s") if is_late else _("还剩 %(span)s")) % {"span": _span(language, whole, False)}


@lru_cache(maxsize=8192)
def _with_work(language: str, whole: int, work: int, is_late: bool) -> str:
    """With the working time in it, where that is another figure."""
    left = _left(language, whole, is_late)
    if work == whole:
        return left
    if not work:  # 「工作时间 0 分」 is a number that nobody can explain
        return _("%(left)s（都不在工作时间）") % {"left": left}
    return _("%(left)s（工作时间 %(work)s）") % {"left": left, "work": _span(language, work, True)}
