"""Where a place stands on the map: tapped, stepped, or written as two numbers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.places import pins
from gezhi.places import queries as grounds
from gezhi.web import mapframe
from gezhi.web.desk.keeper import tried
from gezhi.web.staff import actor_of, at_of, duty_required


class PinForm(forms.Form):
    """A point, or none."""

    lon = forms.FloatField(
        label=gettext_lazy("经度"),
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    lat = forms.FloatField(
        label=gettext_lazy("纬度"),
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=gettext_lazy("WGS-84。两格都空着，就是地图上没有点。"),
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def pin(request: HttpRequest, code: str) -> HttpResponse:
    """Put one place somewhere else on the map; its grid cell stays, and is named when the point lies in another."""
    row, at = grounds.by_code(code), at_of(request)
    if row.closed_on is not None:
        raise NotFound("place")
    form = PinForm(request.POST or None, initial={"lon": row.lon, "lat": row.lat})

    def deed() -> Any:
        said = form.cleaned_data
        return pins.pin_place(row.id, said["lon"], said["lat"], actor=actor_of(request), at=at)

    if form.is_valid() and (pinned := tried(form, deed)):
        messages.success(request, _("已改：%(place)s 在地图上的点。") % {"place": row.full_name})
        if other := _other_cell(pinned.lon, pinned.lat, row):
            messages.warning(
                request, _("这个点落在 %(cell)s，位置还归原来的网格。要改归，请用“移动”。") % {"cell": other}
            )
        return redirect("desk:place", row.code)
    page = {
        "heading": _("%(place)s 在地图上的点") % {"place": row.name},
        "form": form,
        "place": row,
        "back": reverse("desk:place", args=[row.code]),
        **mapframe.frame(at, near=row.id),
    }
    answer = render(request, "desk/map/pin.html", page, status=422 if form.errors else 200)
    return mapframe.let_in(answer, page["map_background"])


def _other_cell(lon: float | None, lat: float | None, row: grounds.PlaceRow) -> str:
    """The name of the cell a point lies in when it is not the place's own; "" else."""
    found = grounds.locate(lon, lat) if lon is not None and lat is not None else None
    if found is None or row.grid_id is None or found.grid_id == row.grid_id:
        return ""
    return grounds.grid(found.grid_id).name
