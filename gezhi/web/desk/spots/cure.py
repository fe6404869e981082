"""What keeps coming back at a spot: its desk raises a case to cure it, or says that it does not want to now."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role
from gezhi.cases.memory import series
from gezhi.flows.root_cause import raise_cure
from gezhi.kernel.refusal import NotFromHere, NotYours
from gezhi.places import queries as places
from gezhi.web import times
from gezhi.web.casework import learned
from gezhi.web.desk.keeper import tried
from gezhi.web.staff import actor_of, at_of, staff_required

SIGNS = 120  # of a case's title
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


class CureForm(forms.Form):
    """What the new case is called, and to which meeting it is put."""

    note = forms.CharField(
        label=gettext_lazy("叫什么"), max_length=SIGNS, widget=forms.Textarea(attrs={"rows": 2})
    )
    meeting = forms.DateTimeField(
        label=gettext_lazy("哪天的会上议"),
        required=False,
        input_formats=FORMATS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=FORMATS[0]),
        help_text=gettext_lazy(
            "写了日子，就由您的单位先拿着，提交到那天的会议；不写，就像分出的另一件那样派出去。"
        ),
    )


@require_http_methods(["GET", "POST"])
@staff_required
def cure(request: HttpRequest, number: str) -> HttpResponse:
    """The form, with what was solved here before; POST raises the case, or keeps that the desk does not want to now."""
    actor, at = actor_of(request), at_of(request)
    case = cases.by_number(number, actor=actor)
    if Role.DESK not in cases.roles(case, actor=actor):
        raise NotYours(deed=series.EVENT)
    if request.POST.get("act") == "not_now":
        series.not_now(case.id, actor=actor, at=at)
        messages.success(request, _("记下了：现在不根治，一年内不再问。"))
        return redirect("desk:case", case.number)
    found = series.of(case, at=at)
    if found is None or found.answer:
        raise NotFromHere("root_cause_answered" if found else "no_series")
    place = places.by_ids([case.place_id])[case.place_id].full_name if case.place_id else ""
    words = learned.proposed(case, place, len(found.before))[:SIGNS]
    form = CureForm(request.POST or None, initial={"note": words})
    if form.is_valid():
        said = form.cleaned_data
        made = tried(form, lambda: raise_cure(case.id, said["note"], said["meeting"], actor=actor, at=at))
        if made is not None:
            messages.success(request, _("已立根治件 %(number)s。") % {"number": made.number})
            return redirect("desk:case", made.number)
    page: dict[str, Any] = {
        "heading": _("这里反复出现：立一件根治"),
        "case": case,
        "place": place,
        "form": form,
        "before": [
            {
                "url": reverse("desk:case", args=[one.number]),
                "number": one.number,
                "day": times.short_day(one.closed_at, at),
            }
            for one in found.before
        ],
    }
    return render(request, "desk/spots/cure.html", page, status=422 if form.errors else 200)
