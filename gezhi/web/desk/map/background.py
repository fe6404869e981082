"""What lies below the map, kept by the administrator: an address of tiles, and scanned plans."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.evidence.actions import Refused
from gezhi.flows import map_plan
from gezhi.kernel.actor import Duty
from gezhi.kernel.mooring import Mark
from gezhi.places import backgrounds
from gezhi.places.backgrounds import Background
from gezhi.web import mapframe
from gezhi.web.asked import Asked
from gezhi.web.desk.keeper import tried
from gezhi.web.links import link
from gezhi.web.refusalwords import PHOTOS
from gezhi.web.staff import actor_of, at_of, duty_required

SYSTEMS = (
    ("wgs84", gettext_lazy("WGS-84 或 CGCS2000（OpenStreetMap、天地图）")),
    ("gcj02", gettext_lazy("GCJ-02（高德、腾讯）")),
    ("bd09", gettext_lazy("BD-09（百度）")),
)
MARKS = range(1, 4)


class TilesForm(forms.Form):
    """An address of tiles, or none."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)
    tiles = forms.CharField(
        label=gettext_lazy("底图地址"),
        max_length=500,
        required=False,
        help_text=gettext_lazy(
            "留空就不用底图。里面要有 {x}、{y}、{z}，例如 https://tile.example.org/{z}/{x}/{y}.png"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    labels = forms.CharField(
        label=gettext_lazy("注记地址"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("可不填。盖在底图上的地名，要和底图在同一个主机（天地图分成两层）。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    attribution = forms.CharField(
        label=gettext_lazy("来源说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("写在地图角上，例如：© OpenStreetMap 贡献者。用底图就要写。"),
    )
    system = forms.ChoiceField(
        label=gettext_lazy("底图的坐标系"),
        choices=SYSTEMS,
        help_text=gettext_lazy("选错了，点位会偏几百米。格治里存的一直是 WGS-84。"),
    )
    most_zoom = forms.IntegerField(
        label=gettext_lazy("底图最大级别"), min_value=1, max_value=22, help_text=gettext_lazy("一般是 18")
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def background(request: HttpRequest) -> HttpResponse:
    """Tiles as a form, plans as a list, and the map as it looks with them."""
    set_now = backgrounds.background()
    first = {name: getattr(set_now, name) for name in TilesForm.base_fields}
    form = TilesForm(request.POST or None, initial=first)

    def deed() -> Background:
        wanted = Background(**{name: _tidy(value) for name, value in form.cleaned_data.items()})
        return backgrounds.set_tiles(wanted, actor=actor_of(request), at=at_of(request))

    if form.is_valid() and tried(form, deed) is not None:
        messages.success(request, _("底图已保存。下面就是现在的样子。"))
        return redirect("desk:map_background")
    return _page(request, form, 422 if form.errors else 200)


def _tidy(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _page(request: HttpRequest, form: forms.Form, number: int, upload_error: str = "") -> HttpResponse:
    page = {
        "heading": _("底图与图纸"),
        "form": form,
        "plans": backgrounds.plans(),
        "upload_error": upload_error,
        **mapframe.frame(at_of(request)),
    }
    answer = render(request, "desk/map/background.html", page, status=number)
    return mapframe.let_in(answer, page["map_background"])


@require_POST
@duty_required(Duty.ADMIN)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep one picture; the next page lays it."""
    file = request.FILES.get("plan")
    said = _("请先选一张图片。")
    if file is not None:
        kept = map_plan.keep(file, actor=actor_of(request), at=at_of(request))
        if not isinstance(kept, Refused):
            return redirect("desk:lay_plan", kept.id)
        words = {"name": kept.name, "megabytes": 20, "photos": 1}
        said = _(PHOTOS.get(kept.code, PHOTOS["broken"])) % words
    set_now = backgrounds.background()
    first = {name: getattr(set_now, name) for name in TilesForm.base_fields}
    return _page(request, TilesForm(initial=first), 422, said)


class MarksForm(forms.Form):
    """Two or three points that are on both. x, y: pixels of the picture from its upper left corner."""

    name = forms.CharField(label=gettext_lazy("图纸名称"), max_length=60)
    residents = forms.BooleanField(
        label=gettext_lazy("也给居民看"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "checkbox"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number in MARKS:
            self.fields[f"x{number}"] = _number(gettext_lazy("图上 横"), number)
            self.fields[f"y{number}"] = _number(gettext_lazy("图上 竖"), number)
            self.fields[f"lon{number}"] = _number(gettext_lazy("经度"), number)
            self.fields[f"lat{number}"] = _number(gettext_lazy("纬度"), number)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields by point."""
        return [
            {"number": number, "fields": [self[f"{name}{number}"] for name in ("x", "y", "lon", "lat")]}
            for number in MARKS
        ]

    def clean(self) -> dict[str, Any]:
        """A point is whole or not there. Raises ValidationError."""
        said = super().clean() or {}
        for number in MARKS:
            parts = [said.get(f"{name}{number}") for name in ("x", "y", "lon", "lat")]
            if any(part is None for part in parts) and any(part is not None for part in parts):
                self.add_error(f"x{number}", _("这个点还没有填完：图上的位置和经纬度都要有。"))
        return said

    def marks(self) -> list[Mark]:
        """The points that are there. The form is valid."""
        said = self.cleaned_data
        return [
            Mark(*(said[f"{name}{number}"] for name in ("x", "y", "lon", "lat")))
            for number in MARKS
            if said[f"x{number}"] is not None
        ]


def _number(label: Any, number: int) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, required=False, widget=widget, min_value=-1e6, max_value=1e6)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def lay(request: Asked, picture: UUID) -> HttpResponse:
    """Tap a point on the picture, then the same on the map: twice or three times; or write the numbers."""
    sheet = map_plan.waiting(picture)
    form = MarksForm(request.POST or None)

    def deed() -> Any:
        said, who = form.cleaned_data, {"actor": actor_of(request), "at": at_of(request)}
        return map_plan.lay(picture, said["name"], form.marks(), is_public=said["residents"], **who)

    if form.is_valid() and tried(form, deed):
        messages.success(request, _("图纸已放到地图上。"))
        return redirect("desk:map_background")
    page = {
        "heading": _("把图纸对到地图上"),
        "form": form,
        "sheet": sheet,
        "picture_url": link(picture, map_plan.SHOWN, at=at_of(request)),
        "back": reverse("desk:map_background"),
        **mapframe.frame(at_of(request)),
    }
    answer = render(request, "desk/map/lay.html", page, status=422 if form.errors else 200)
    return mapframe.let_in(answer, page["map_background"])


@require_POST
@duty_required(Duty.ADMIN)
def show(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Whether residents see a plan, too: `residents=1`, or nothing."""
    is_public = bool(request.POST.get("residents"))
    backgrounds.show_plan(plan_id, is_public=is_public, actor=actor_of(request), at=at_of(request))
    messages.success(
        request, _("居民的地图上也有这张图纸了。") if is_public else _("居民的地图上没有这张图纸了。")
    )
    return redirect("desk:map_background")


@require_POST
@duty_required(Duty.ADMIN)
def remove(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Take a plan off the map."""
    backgrounds.remove_plan(plan_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("图纸已从地图上拿下。"))
    return redirect("desk:map_background")
