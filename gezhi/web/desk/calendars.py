"""A working calendar as seven plain rows: a day, its periods, the days off; works without script."""

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import actions, past
from gezhi.catalogue import queries as book
from gezhi.catalogue.book import Words
from gezhi.catalogue.edits import ROUND_THE_CLOCK
from gezhi.catalogue.views import CalendarView
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.kernel.worktime import calendar_to_json
from gezhi.web.desk import asof, history
from gezhi.web.desk.book_changes import DAYS, LISTS
from gezhi.web.desk.catalogue_edits import WordsForm
from gezhi.web.desk.keeper import form_page, offer, tried
from gezhi.web.punctuation import series
from gezhi.web.staff import actor_of, at_of, duty_required

PERIODS = 2  # morning and afternoon; a day that has more keeps its places
MIDNIGHT = "24:00"  # a time field ends at 23:59: 00:00 as an end is understood as midnight


class CalendarForm(forms.Form):
    """Each day with its periods from and to, and days off by year as lists of days."""

    known_years = forms.CharField(
        label=gettext_lazy("已有节假日表的年份"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("用空格分开，例如 2026 2027"),
    )
    holidays = forms.CharField(
        label=gettext_lazy("放假的日子"),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        help_text=gettext_lazy("每行一个，例如 2027-01-01"),
    )
    makeup_days = forms.CharField(
        label=gettext_lazy("调休上班的日子"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, week: dict[str, list[str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.periods = max(PERIODS, *(len(day) for day in week.values()))
        for day, label in DAYS.items():
            for name in self.names(day):
                widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
                self.fields[name] = forms.TimeField(label=label, required=False, widget=widget)
            self.fields[f"{day}_overnight"] = forms.BooleanField(label=_("到第二天"), required=False)
            self.initial.update(zip(self.names(day), _ends(week.get(day, [])), strict=False))
            self.initial[f"{day}_overnight"] = any(map(_ends_next_day, _pairs(_ends(week.get(day, [])))))

    def names(self, day: str) -> list[str]:
        """The names of a day's fields: from and to of each period."""
        return [f"{day}_{side}_{n}" for n in range(1, self.periods + 1) for side in ("from", "to")]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The seven rows as the page draws them."""
        return [
            {
                "day": label,
                "periods": _pairs([self[name] for name in self.names(day)]),
                "overnight": self[f"{day}_overnight"],
                "errors": [line for name in self.names(day) for line in self[name].errors],
            }
            for day, label in DAYS.items()
        ]

    @property
    def other_fields(self) -> list[Any]:
        """What stands below the week."""
        return [self[name] for name in ("known_years", "holidays", "makeup_days")]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        found["week"] = {day: self._periods(day, found) for day in DAYS}
        return found

    def _periods(self, day: str, found: dict[str, Any]) -> list[str]:
        """The day's periods as the calendar writes them; what does not fit is said at the day."""
        sides = [f"{value:%H:%M}" if (value := found.get(name)) else "" for name in self.names(day)]
        pairs = [pair for pair in _pairs(sides) if any(pair)]
        ends = zip(self.names(day)[1::2], _pairs(sides), strict=True)
        nights = [name for name, pair in ends if _ends_next_day(pair)]
        if any(not all(pair) for pair in pairs):
            self.add_error(self.names(day)[0], _("从几点和到几点要一起填；这一天不上班就都不填。"))
        elif any(not first[0] < first[1] <= then[0] for first, then in pairwise(pairs)):
            self.add_error(self.names(day)[0], _("前一段要在后一段开始之前结束。"))
        elif nights and not found[f"{day}_overnight"]:
            self.add_error(nights[0], _("结束不晚于开始。要上到第二天的，请勾选“到第二天”。"))
        elif found[f"{day}_overnight"] and not any(end <= start for start, end in pairs):
            self.add_error(self.names(day)[0], _("这一天没有上到第二天，请不要勾选“到第二天”。"))
        return [f"{start}-{end}" for start, end in pairs]

    def clean_known_years(self) -> list[int]:
        """Years of four digits."""
        typed = self.cleaned_data["known_years"].replace("、", " ").replace(",", " ").split()
        if not all(one.isascii() and one.isdigit() and len(one) == 4 for one in typed):
            raise forms.ValidationError(_("请填四位年份。"))
        return [int(one) for one in typed]


def _pairs(ends: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(ends[::2], ends[1::2], strict=True))


def _ends_next_day(period: tuple[str, str]) -> bool:
    """Only a tick makes it so on purpose: 13:30 to 09:30 would be twenty hours. 00:00 as an end is midnight."""
    start, end = period
    return bool(end) and end <= start and end != "00:00"


def _ends(periods: list[str]) -> list[str]:
    return [end.replace(MIDNIGHT, "00:00") for period in periods for end in period.split("-")]


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
@asof.or_not_yet
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """Change a working calendar: the week, the days off, the make-up days; or see it as it stood on a day."""
    now = next((one for one in book.calendars() if one.code == code), None)
    if now is None:
        raise NotFound("calendar")
    shown = asof.asked(request)
    then = now if shown.is_now else past.calendar_on(code, shown.moment)
    hours = calendar_to_json(then.hours)
    form = CalendarForm(hours["week"], request.POST or None, initial=_first(then, hours))
    if form.is_valid():
        said = form.cleaned_data
        days = {name: said[name].split() for name in ("holidays", "makeup_days")}
        changes = {"hours": {**hours, **days, "known_years": said["known_years"], "week": said["week"]}}
        deed = tried(
            form,
            lambda: actions.change_calendar(
                code, changes, revision=said["revision"], actor=actor_of(request), at=at_of(request)
            ),
        )
        if deed:
            messages.success(request, _("已保存，改动记在下面的历史里。"))
            return redirect("desk:calendar", code)
    page = {
        "form": form,
        "heading": then.label(get_language() or ""),
        "has_seasons": bool(hours["seasons"]),
        "back": reverse("desk:catalogue"),
        "week": [
            {"day": label, "periods": series(hours["week"].get(day, []))} for day, label in DAYS.items()
        ],
        "lists": _lists(hours),
        "asof": shown,
        "history": history.said([("calendar", now.id)], now=at_of(request), until=shown.moment),
    }
    return render(request, "desk/calendar.html", page, status=422 if form.errors else 200)


def _first(then: CalendarView, hours: dict[str, Any]) -> dict[str, Any]:
    return {
        "revision": then.revision,
        "known_years": " ".join(map(str, hours["known_years"])),
        "holidays": "\n".join(hours["holidays"]),
        "makeup_days": "\n".join(hours["makeup_days"]),
    }


def _lists(hours: dict[str, Any]) -> list[dict[str, Any]]:
    """The lists of days as a day of the past shows them."""
    return [{"label": label, "said": series(hours[name])} for name, label in LISTS.items()]


class NewCalendarForm(WordsForm):
    """A name, and whose hours to begin with."""

    like = forms.ChoiceField(label=gettext_lazy("先照搬哪一种作息"))

    def __init__(self, language: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["revision"]
        self.ask_words("name", _("名称"), Words("", "", ""))
        kept = (one for one in book.calendars() if one.code != ROUND_THE_CLOCK)
        offer(self, "like", [(one.code, one.label(language)) for one in kept])
        self.order_fields([*(name for name in self.fields if name != "like"), "like"])


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def new_calendar(request: HttpRequest) -> HttpResponse:
    """A calendar of the office's own; its hours are changed on its page."""
    form = NewCalendarForm(get_language() or "", request.POST or None)
    if form.is_valid():
        like = form.cleaned_data["like"]
        made = tried(
            form,
            lambda: actions.add_calendar(
                form.words("name"), like=like, actor=actor_of(request), at=at_of(request)
            ),
        )
        if made:
            messages.success(request, _("已添加。请在这里改成它自己的作息。"))
            return redirect("desk:calendar", made.code)
    return form_page(
        request,
        form,
        heading=_("添加作息"),
        submit=_("添加"),
        back=reverse("desk:catalogue"),
        intro=_("添加以后，单位页可以选它；用哪种作息，时限就按哪种算。"),
    )
