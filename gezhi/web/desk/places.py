"""The tree of places: find one, see who serves it, print its poster."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases.lists import OPEN, CaseFilter, listed
from gezhi.duty import queries as duty
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, Duty
from gezhi.parties import queries as who
from gezhi.places import actions, past
from gezhi.places import queries as grounds
from gezhi.places.kinds import PARENTS, FixtureKind, Kind, NameKind
from gezhi.web.asked import Asked
from gezhi.web.desk import asof, history
from gezhi.web.desk.keeper import form_page, offer, tried
from gezhi.web.punctuation import aside
from gezhi.web.staff import actor_of, at_of, duty_required, staff_required, uuid_or_none

FOUND = 30
AT_WORK = frozenset(Duty) - {Duty.ADMIN}  # who reads cases at all
ON_A_POSTER = 4  # parties whose phones stand there
ONLY_HERE = re.compile(r"(localhost|.*\.localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?")  # no phone gets there


@require_GET
@staff_required
def places(request: HttpRequest) -> HttpResponse:
    """Search; else what lies in one's own community, or the children of the root (?all=1, and for whoever has none)."""
    typed, wants_all = request.GET.get("q", "").strip()[:100], "all" in request.GET
    own = None if typed or wants_all else _own_community(actor_of(request))
    roots = [] if typed else [own] if own else grounds.children(None)
    rows = (
        grounds.find(typed, FOUND) if typed else [one for root in roots for one in grounds.children(root.id)]
    )
    page = {
        "heading": _("位置"),
        "typed": typed,
        "roots": roots,
        "rows": [_line(one) for one in rows],
        "is_own": own is not None,
        "may_keep": actor_of(request).has(Duty.ADMIN),
    }
    return render(request, "desk/places.html", page)


def _own_community(actor: Actor) -> grounds.PlaceRow | None:
    """The one community in which all posts of this actor lie; None for the whole office and for several. 1 query per post's place."""
    paths = {post.path for post in actor.posts if post.path}
    above = {one.id: one for path in paths for one in grounds.ancestors(path)}
    found = [one for one in above.values() if one.kind == Kind.COMMUNITY]
    return found[0] if len(found) == 1 and "/" not in paths else None


def _line(one: grounds.PlaceRow) -> dict[str, Any]:
    return {
        "url": reverse("desk:place", args=[one.code]),
        "name": one.full_name,
        "kind": Kind(one.kind).label,
        "code": one.code,
        "number": one.number,
        "households": one.households,
        "invented": one.invented,
        "closed": one.closed_on,
    }


@require_GET
@staff_required
@asof.or_not_yet
def place(request: HttpRequest, code: str) -> HttpResponse:
    """One place: names, grid, who serves it and when, fixtures, what is open here, what lies below; or as it stood on a day."""
    now, at, actor, shown = grounds.by_code(code), at_of(request), actor_of(request), asof.asked(request)
    then = past.place_on(now.id, shown.moment)
    row = then.place
    page = {
        "heading": row.name,
        "place": row,
        "kind": Kind(row.kind).label,
        "trail": [_line(one) for one in grounds.ancestors(now.path)[:-1]] if shown.is_now else [],
        "trail_then": then.trail,
        "grid": then.grid,
        "names": [{"name": name, "kind": NameKind(kind).label} for name, kind in then.other_names],
        "served": _served(row, shown.moment, is_now=shown.is_now),
        "asof": shown,
        "history": history.said([("place", row.id)], now=at, until=shown.moment),
        "may_keep": shown.is_now and actor.has(Duty.ADMIN),
        "has_poster": shown.is_now and row.closed_on is None,
    }
    if shown.is_now:
        here = CaseFilter(states=OPEN, place_path=row.path)
        page |= {
            "fixtures": [
                {"name": one.name, "code": one.code, "kind": FixtureKind(one.kind).label}
                for one in grounds.fixtures(row.id)
            ],
            "below": [_line(one) for one in grounds.children(row.id)],
            "open": _open(here, actor, at) if actor.has(*AT_WORK) else None,
        }
    return render(request, "desk/place.html", page)


def _open(here: CaseFilter, actor: Actor, at: datetime) -> str:
    """How many are open there."""
    rows = listed(here, actor=actor, at=at, soon=at).order_by().values_list("id")
    return counting.said(len(rows[: counting.COUNTED + 1]))


def _served(row: grounds.PlaceRow, at: datetime, *, is_now: bool) -> list[dict[str, Any]]:
    """Who serves this spot on that day, nearest first, with who answers there now."""
    near = who.candidates(row.path, row.grid_id, at)
    answering = duty.answering_for([one.id for one in near], at) if is_now else {}
    return [
        {
            "url": reverse("desk:party", args=[one.id]),
            "name": one.name,
            "kind": one.kind,
            "answers": _name_of(answering.get(one.id)),
            "phone": answering[one.id].phone if is_now else "",
        }
        for one in near
    ]


def _name_of(answering: duty.Answering | None) -> str:
    return "" if answering is None or answering.is_standing else answering.name


@require_GET
@staff_required
def poster(request: Asked, code: str) -> HttpResponse:
    """One sheet of A4 for a door: the QR, the spoken number, and phones that are still right when it has hung for a year."""
    row, at = grounds.by_code(code), at_of(request)
    desk = who.party(who.desk_of(row.path, at))
    near = who.candidates(row.path, row.grid_id, at)[:ON_A_POSTER]
    page = {
        "heading": _("海报"),
        "place": row,
        "phones": [one for one in near if one.id != desk.id],
        "desk": desk,
        "address": request.build_absolute_uri(reverse("report", args=[row.code])),
        "only_here": ONLY_HERE.fullmatch(request.get_host()),
        "is_demonstration": request.jurisdiction.demonstration,
    }
    return render(request, "desk/poster.html", page)


class PlaceForm(forms.Form):
    """A place below another one."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    code = forms.CharField(
        label=gettext_lazy("国家统一代码"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("只有街道和社区要填。"),
    )
    grid = forms.ChoiceField(label=gettext_lazy("网格"), required=False)
    households = forms.IntegerField(
        label=gettext_lazy("户数"), min_value=0, max_value=100_000, required=False
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add a place below this one."""
    above = grounds.by_code(code)
    form = PlaceForm(request.POST or None, initial={"grid": str(above.grid_id or "")})
    offer(form, "kind", [(kind.value, kind.label) for kind in Kind if Kind(above.kind) in PARENTS[kind]])
    cells = grounds.grids(above.community_id) if above.community_id else []
    offer(form, "grid", [("", _("不选")), *((str(one.id), aside(one.name, one.code)) for one in cells)])
    if form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: actions.add_place(
                kind=Kind(said["kind"]),
                name=said["name"],
                parent_id=above.id,
                grid_id=uuid_or_none(said["grid"]),
                code=said["code"],
                households=said["households"],
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if made:
            messages.success(
                request, _("已添加 %(name)s，编号 %(code)s。") % {"name": made.full_name, "code": made.code}
            )
            return redirect("desk:place", above.code)
    heading = _("在 %(place)s 下添加") % {"place": above.name}
    return form_page(
        request, form, heading=heading, submit=_("添加"), back=reverse("desk:place", args=[above.code])
    )


class NameForm(forms.Form):
    """What a place is called."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def rename(request: HttpRequest, code: str) -> HttpResponse:
    """Another name; the old one stays findable."""
    row = grounds.by_code(code)
    form = NameForm(request.POST or None, initial={"name": row.name})
    if form.is_valid():
        name = form.cleaned_data["name"]
        if tried(
            form, lambda: actions.rename_place(row.id, name, actor=actor_of(request), at=at_of(request))
        ):
            messages.success(request, _("已改名，旧名仍能找到。"))
            return redirect("desk:place", row.code)
    return form_page(
        request, form, heading=_("改名"), submit=_("改名"), back=reverse("desk:place", args=[row.code])
    )


class FixtureForm(forms.Form):
    """A fixture at a place."""

    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=FixtureKind.choices)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def fixture(request: HttpRequest, code: str) -> HttpResponse:
    """Add a lift, hydrant, lamp or manhole."""
    row = grounds.by_code(code)
    form = FixtureForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        made = tried(
            form,
            lambda: actions.add_fixture(
                place_id=row.id,
                kind=FixtureKind(said["kind"]),
                name=said["name"],
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if made:
            messages.success(request, _("已添加设施。"))
            return redirect("desk:place", row.code)
    return form_page(
        request, form, heading=_("添加设施"), submit=_("添加"), back=reverse("desk:place", args=[row.code])
    )
