"""Close a place, take it back, and other names that people use for it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gezhi.flows.closing import close_place
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.places import actions
from gezhi.places import queries as grounds
from gezhi.places.kinds import NameKind
from gezhi.web.desk.keeper import deed_page
from gezhi.web.fields import day_field
from gezhi.web.staff import actor_of, at_of, duty_required


class ClosingForm(forms.Form):
    """The first day on which the place is no more."""

    on = day_field(gettext_lazy("从哪天起停用"), help_text=gettext_lazy("今天或以前"))


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """End a place with all below it; refused while cases are open there."""
    row, at = grounds.by_code(code), at_of(request)
    if row.closed_on is not None or row.parent_id is None:
        raise NotFound("place")
    form = ClosingForm(request.POST or None, initial={"on": timezone.localdate(at)})

    def deed() -> bool:
        close_place(row.id, on=form.cleaned_data["on"], actor=actor_of(request), at=at)
        return True

    below = grounds.open_below(row.path)
    return deed_page(
        request,
        form,
        deed,
        done=_("已停用：%(name)s。") % {"name": row.full_name},
        heading=_("停用位置：%(name)s") % {"name": row.name},
        submit=_("停用位置"),
        back=reverse("desk:place", args=[row.code]),
        intro=_(
            "下面的 %(n)s 个位置一起停用，不能再在这里上报。办过的案件、台账和编号都留着；停错了，可以恢复。"
        )
        % {"n": below},
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Take the closing back."""
    row = grounds.by_code(code)
    if row.closed_on is None:
        raise NotFound("place")
    form = forms.Form(request.POST if request.method == "POST" else None)

    def deed() -> Any:
        return actions.reopen_place(row.id, actor=actor_of(request), at=at_of(request))

    return deed_page(
        request,
        form,
        deed,
        done=_("已恢复使用：%(name)s。") % {"name": row.full_name},
        heading=_("恢复使用：%(name)s") % {"name": row.name},
        submit=_("恢复使用"),
        back=reverse("desk:place", args=[row.code]),
        intro=_("和它一起停用的下面的位置，也一起恢复；更早停用的不动。"),
    )


class OtherNameForm(forms.Form):
    """What else people call it."""

    name = forms.CharField(label=gettext_lazy("别名"), max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("是哪一种"), choices=NameKind.choices, initial=NameKind.COMMON
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def other_name(request: HttpRequest, code: str) -> HttpResponse:
    """Another name under which a place is found."""
    row = grounds.by_code(code)
    form = OtherNameForm(request.POST or None)

    def deed() -> Any:
        said = form.cleaned_data
        kind = NameKind(said["kind"])
        return actions.add_name(row.id, said["name"], kind, actor=actor_of(request), at=at_of(request))

    return deed_page(
        request,
        form,
        deed,
        done=_("已加上，按这个名字也能找到。"),
        heading=_("%(name)s 的别名") % {"name": row.name},
        submit=_("加别名"),
        back=reverse("desk:place", args=[row.code]),
    )
