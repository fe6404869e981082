"""A place comes under another one, or into another grid cell: what goes along, what stays, and why it is done."""

from contextlib import suppress
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
from gezhi.flows.move_place import move_place
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as grounds
from gezhi.places.kinds import NATIONAL
from gezhi.web.desk.keeper import PlaceField, offer, tried
from gezhi.web.punctuation import aside
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none


class MovingForm(forms.Form):
    """Where to, and why."""

    parent = PlaceField(label=gettext_lazy("移到哪个位置之下"))
    grid = forms.ChoiceField(label=gettext_lazy("网格"), required=False)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Move one place with all below it; asked again for the cell when the new place is in another community."""
    row = grounds.by_code(code)
    if row.closed_on is not None or row.parent_id is None:
        raise NotFound("place")
    above = grounds.by_ids([row.parent_id])[row.parent_id]
    form = MovingForm(request.POST or None, initial={"parent": above.code, "grid": str(row.grid_id or "")})
    _offer_cells(form, row, above)

    def deed() -> grounds.PlaceRow:
        said = form.cleaned_data
        where = {"parent_id": said["parent"].id, "grid_id": uuid_or_none(said.get("grid", ""))}
        who = {"actor": actor_of(request), "at": at_of(request)}
        return move_place(row.id, **where, reason=said["reason"], **who)

    if form.is_valid() and (moved := tried(form, deed)):
        messages.success(
            request, _("已移动：%(place)s。案件会在几分钟内跟着走。") % {"place": moved.full_name}
        )
        return redirect("desk:place", row.code)
    page = {"heading": _("移动 %(place)s") % {"place": row.name}, "form": form, "place": row, **_along(row)}
    return render(request, "desk/place_move.html", page, status=422 if form.errors else 200)


def _offer_cells(form: forms.Form, row: grounds.PlaceRow, above: grounds.PlaceRow) -> None:
    """The cells of the community it would come into. One of the old community, chosen before the new place was named, is no answer."""
    with suppress(KeyError, forms.ValidationError):
        above = form.fields["parent"].clean(form.data["parent"])
    if row.kind in NATIONAL or above.community_id is None:
        del form.fields["grid"]
        return
    cells = {str(one.id): aside(one.name, one.code) for one in grounds.grids(above.community_id)}
    offer(form, "grid", [("", _("请选择")), *cells.items()])
    if form.is_bound and form.data.get("grid") not in cells:
        form.data = {**{name: form.data.get(name, "") for name in form.fields}, "grid": ""}


def _along(row: grounds.PlaceRow) -> dict[str, Any]:
    below = grounds.open_below(row.path)
    open_here = cases.open_in(place_path=row.path).count()
    return {
        "goes": [
            _("下面的 %(n)s 个位置，和这里的全部上报") % {"n": below},
            _("正在办的 %(n)s 件：还没有派出的，转给新地方的受理席；已经派出的，由原来的人办完")
            % {"n": open_here},
            _("谁能看到这里的案件：以后按新的地方算"),
        ],
        "stays": [
            _("已经结案的，在台账里仍算原来的社区和网格"),
            _("编号和海报不变；移错了，可以再移回来"),
        ],
        "back": reverse("desk:place", args=[row.code]),
    }
