"""Closing a category or a grid cell: a day and a reason; what is still open in it is named and linked. And taking it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as book
from gezhi.catalogue.actions import reopen_category as reopen_leaf
from gezhi.flows import closing
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as grounds
from gezhi.web.casework import lists
from gezhi.web.desk import history
from gezhi.web.desk.keeper import deed_page, offer, tried
from gezhi.web.fields import day_field
from gezhi.web.punctuation import aside
from gezhi.web.staff import actor_of, at_of, duty_required, staff_required, uuid_or_none

MOST_SHOWN = 20  # of the open cases in the way


class ClosingForm(forms.Form):
    """From when, and why."""

    on = day_field(gettext_lazy("从哪天起停用"), help_text=gettext_lazy("今天或以前"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class CategoryForm(ClosingForm):
    """The revision that was seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class CellForm(ClosingForm):
    """Where the places of the cell go."""

    into = forms.ChoiceField(label=gettext_lazy("这里的位置改归哪个网格"), required=False)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def close_category(request: HttpRequest, code: str) -> HttpResponse:
    """Offer a leaf no longer; refused while cases are open in it."""
    one = book.by_code(code)
    if not one.is_leaf or one.closed_on is not None:
        raise NotFound("category")
    first = {"on": timezone.localdate(at_of(request)), "revision": one.revision}
    form = CategoryForm(request.POST or None, initial=first)

    def deed() -> bool:
        closing.close_category(one.id, **form.cleaned_data, actor=actor_of(request), at=at_of(request))
        return True

    if form.is_valid() and tried(form, deed):
        messages.success(request, _("已停用：%(name)s。") % {"name": one.label(get_language() or "")})
        return redirect("desk:category", one.code)
    page = {
        "heading": _("停用类别：%(name)s") % {"name": one.label(get_language() or "")},
        "goes": [_("居民上报、来电来访登记和更正类别时不再出现")],
        "stays": [_("已经办过的案件、台账和统计里的这个类别"), _("类别页、时限和改动历史")],
        "back": reverse("desk:category", args=[one.code]),
    }
    return _page(request, form, cases.open_in(category_id=one.id), page)


class ReopeningForm(forms.Form):
    """Why it is in use again."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200)


class CategoryReopeningForm(ReopeningForm):
    """And the revision that was seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def reopen_category(request: HttpRequest, code: str) -> HttpResponse:
    """Offer a closed leaf again."""
    one = book.by_code(code)
    if one.closed_on is None:
        raise NotFound("category")
    form = CategoryReopeningForm(request.POST or None, initial={"revision": one.revision})
    name = one.label(get_language() or "")

    def deed() -> Any:
        return reopen_leaf(one.id, **form.cleaned_data, actor=actor_of(request), at=at_of(request))

    return deed_page(
        request,
        form,
        deed,
        done=_("已恢复使用：%(name)s。") % {"name": name},
        heading=_("恢复使用：%(name)s") % {"name": name},
        submit=_("恢复使用"),
        back=reverse("desk:category", args=[one.code]),
        intro=_("居民上报、来电来访登记和更正类别时会重新出现，时限和结案凭证还是原来的。"),
    )


@require_GET
@staff_required
def cells(request: HttpRequest, code: str) -> HttpResponse:
    """The grid cells of a community, the closed ones last."""
    community = _community(code)
    rows = sorted(grounds.all_grids(community.id), key=lambda one: one.closed_on is not None)
    page = {
        "heading": _("%(place)s的网格") % {"place": community.name},
        "community": community,
        "rows": [{"cell": one, "places": grounds.open_places_in(one.id)} for one in rows],
        "may_keep": actor_of(request).has(Duty.ADMIN),
        "history": history.said(
            [("grid", one.id) for one in rows],
            now=at_of(request),
            until=at_of(request),
            called={one.id: one.name for one in rows},
        ),
    }
    return render(request, "desk/cells.html", page)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def close_cell(request: HttpRequest, code: str, cell_code: str) -> HttpResponse:
    """End a grid cell; its places go into another one of the community. Refused while cases are open in it."""
    community = _community(code)
    known = grounds.grids(community.id)
    cell = next((one for one in known if one.code == cell_code), None)
    if cell is None:
        raise NotFound("grid")
    form = CellForm(request.POST or None, initial={"on": timezone.localdate(at_of(request))})
    left = {"n": grounds.open_places_in(cell.id)}
    heirs = [(str(one.id), aside(one.name, one.code)) for one in known if one.id != cell.id]
    offer(form, "into", [("", _("请选择")), *heirs])
    if not left["n"]:
        del form.fields["into"]

    def deed() -> bool:
        said = form.cleaned_data | {"into": uuid_or_none(form.cleaned_data.get("into", ""))}
        closing.close_grid(cell.id, **said, actor=actor_of(request), at=at_of(request))
        return True

    if form.is_valid() and tried(form, deed):
        messages.success(request, _("已停用：%(name)s。") % {"name": cell.name})
        return redirect("desk:cells", community.code)
    page = {
        "heading": _("停用网格：%(name)s") % {"name": cell.name},
        "goes": [
            _("网格的边界；%(n)s 个位置改归您选的网格") % left if left["n"] else _("网格的边界"),
            _("定位和派单时不再用这个网格"),
        ],
        "stays": [_("这里办过的案件和台账"), _("网格组的服务和岗位：要结束的，请在单位页和账号页结束")],
        "back": reverse("desk:cells", args=[community.code]),
    }
    return _page(request, form, cases.open_in(grid_id=cell.id), page)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def reopen_cell(request: HttpRequest, code: str, cell_code: str) -> HttpResponse:
    """Take the end of a grid cell back."""
    community = _community(code)
    known = {one.code: one for one in grounds.all_grids(community.id) if one.closed_on is not None}
    if cell_code not in known:
        raise NotFound("grid")
    form, cell = ReopeningForm(request.POST or None), known[cell_code]

    def deed() -> bool:
        said = form.cleaned_data
        closing.reopen_grid(cell.id, **said, actor=actor_of(request), at=at_of(request))
        return True

    return deed_page(
        request,
        form,
        deed,
        done=_("已恢复使用：%(name)s。") % {"name": cell.name},
        heading=_("恢复使用：%(name)s") % {"name": cell.name},
        submit=_("恢复使用"),
        back=reverse("desk:cells", args=[community.code]),
        intro=_(
            "停用时改归别的网格、之后没有再动过的位置，连同那里正在办的案件一起回来；边界没有被别的网格占用的，也一起恢复。"
        ),
    )


def _community(code: str) -> grounds.PlaceRow:
    found = grounds.by_code(code)
    if found.community_id != found.id:
        raise NotFound("community")
    return found


def _page(request: HttpRequest, form: forms.Form, in_the_way: Any, page: dict[str, Any]) -> HttpResponse:
    """The form with what goes and what stays; while cases are open, they instead."""
    count, shown = in_the_way.count(), list(in_the_way[:MOST_SHOWN])
    context = {
        **page,
        "form": form,
        "count": count,
        "rows": lists.rows(shown, at=at_of(request)) if shown else [],
        "readable": cases.readable(shown, actor=actor_of(request)) if shown else set(),
        "more": max(0, count - MOST_SHOWN),
    }
    return render(request, "desk/closing.html", context, status=422 if form.errors else 200)
