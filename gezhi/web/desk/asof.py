"""One way to ask what stood registered on a day: `?on=2026-03-02` behind the address of a page, shareable as it is."""

from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from gezhi.kernel.moment import FIRST_YEAR, LAST_YEAR
from gezhi.kernel.refusal import NotFound
from gezhi.web.staff import View, at_of


class AsOf(NamedTuple):
    """The day looked at, and the moment at its end; is_now: today, so nothing is taken back and everything may be changed; is_ahead: a
    day to come, as it is planned today.
    """

    day: date
    moment: datetime
    is_now: bool
    is_ahead: bool = False


def asked(request: HttpRequest, *, may_be_ahead: bool = False) -> AsOf:
    """What a page is to show. Today for no day, for one that is none, and for one to come where nothing is planned ahead."""
    now: datetime = at_of(request)
    today = timezone.localdate(now)
    day = _day(request.GET.get("on", "")) or today
    if day == today or (day > today and not may_be_ahead):
        return AsOf(today, now, is_now=True)
    begins = datetime.combine(day, datetime.min.time(), timezone.get_current_timezone())
    return AsOf(day, begins + timedelta(days=1) - timedelta(microseconds=1), False, day > today)


def or_not_yet(view: View) -> View:
    """Where there was no such thing on the day that is looked at, the page says so; today it is simply not found."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = asked(request)
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            if shown.is_now:
                raise
            return render(
                request, "desk/not_yet.html", {"heading": _("那天还没有登记"), "asof": shown}, status=404
            )

    return guarded


def _day(text: str) -> date | None:
    try:
        found = parse_date(text[:10])
    except ValueError:  # 2026-02-30
        return None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None
