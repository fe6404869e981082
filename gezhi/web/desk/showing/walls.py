"""Screens on a wall: which there are, a new one whose address is shown once, and an end to one. Administrators keep them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel.actor import Duty
from gezhi.parties import walls as keys
from gezhi.parties.issued import NAME_LIMIT
from gezhi.parties.walls import WallRow
from gezhi.places import queries as places
from gezhi.web import times
from gezhi.web.desk.keeper import PlaceField, form_page, tried
from gezhi.web.staff import actor_of, at_of, duty_required


class WallForm(forms.Form):
    """Where the screen hangs, and what it shows."""

    name = forms.CharField(
        label=gettext_lazy("这块屏叫什么"),
        max_length=NAME_LIMIT,
        help_text=gettext_lazy("写挂在哪里，例如：一楼大厅。一块屏一个地址，停用时不牵连别的。"),
    )
    place = PlaceField(
        label=gettext_lazy("显示哪里的事"),
        required=False,
        help_text=gettext_lazy("街道、社区或小区的名称或编号。不填就是全部。"),
    )


@never_cache
@require_GET
@duty_required(Duty.ADMIN)
def walls(request: HttpRequest) -> HttpResponse:
    """All screens, living ones first."""
    return _page(request)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def new_wall(request: HttpRequest) -> HttpResponse:
    """A new screen; its address is on the page that answers, and never again."""
    form = WallForm(request.POST or None)
    if form.is_valid():
        place = form.cleaned_data["place"]
        made = tried(
            form,
            lambda: keys.make_wall(
                form.cleaned_data["name"],
                place.id if place else None,
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if made:
            return _page(request, secret=made[1])
    return form_page(
        request,
        form,
        heading=_("新的大屏"),
        submit=_("生成地址"),
        back=reverse("desk:walls"),
        intro=_("拿到地址的人不用登录就能看。屏上只有数量、类别、小区和值班电话，没有人名，也没有谁的话。"),
    )


@require_POST
@duty_required(Duty.ADMIN)
def end_wall(request: HttpRequest, wall_id: UUID) -> HttpResponse:
    """It shows nothing from now on."""
    keys.end_wall(wall_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("大屏已停用，一分钟内变成空白。"))
    return redirect("desk:walls")


def _page(request: HttpRequest, *, secret: str = "") -> HttpResponse:
    rows, at = keys.walls(), at_of(request)
    names = {
        id: row.name for id, row in places.by_ids({one.place_id for one in rows if one.place_id}).items()
    }
    page = {
        "heading": _("大屏"),
        "address": request.build_absolute_uri(reverse("wall", args=[secret])) if secret else "",
        "living": [_row(one, names, at) for one in rows if one.ended_at is None],
        "ended": [_row(one, names, at) for one in rows if one.ended_at is not None],
    }
    return render(request, "desk/showing/walls.html", page)


def _row(one: WallRow, names: dict[UUID, str], at: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "place": names.get(one.place_id, "") if one.place_id else _("全部"),
        "made": times.moment(one.made_at, at),
        "ended": times.moment(one.ended_at, at) if one.ended_at else "",
    }
