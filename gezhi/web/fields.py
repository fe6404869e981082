"""Days and moments in forms, as the browser's own pickers."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from gezhi.kernel.moment import FIRST_YEAR, LAST_YEAR


def in_the_calendar(day: date) -> None:
    """Refuses years that no clock here can count with. Raises ValidationError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise forms.ValidationError(_("请填 %(first)s 年至 %(last)s 年之间的日期。") % years)


IN_THE_CALENDAR = [in_the_calendar]


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day as the browser's own picker."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=IN_THE_CALENDAR,
        **kwargs,
    )


def moment_field(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """A local moment as the browser's own picker."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label,
        widget=widget,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        validators=IN_THE_CALENDAR,
        **kwargs,
    )
