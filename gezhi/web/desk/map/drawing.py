"""Drawing the grid cells of a community: on the map, or as lines of numbers; judged before it is saved, kept as a new version."""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gezhi.flows import draw_cells
from gezhi.flows.draw_cells import Drawing, Judged
from gezhi.kernel import corners
from gezhi.kernel.actor import Duty
from gezhi.kernel.corners import BadCorners
from gezhi.kernel.geojson import BadGeoJson
from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as grounds
from gezhi.web import mapframe
from gezhi.web.desk.keeper import tried, why
from gezhi.web.fields import day_field
from gezhi.web.staff import actor_of, at_of, duty_required

NEW = "new"  # stands for the code of a cell that is drawn for the first time


class DrawingForm(forms.Form):
    """The new version as a whole. The corners of each cell stand in fields of their own (`corners-<code>`)."""

    name = forms.CharField(
        label=gettext_lazy("新网格的名称"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("画了新网格才填"),
    )
    on = day_field(gettext_lazy("从哪天起"), help_text=gettext_lazy("今天，或者以后的一天"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=200, required=False)
    carries = forms.BooleanField(
        label=gettext_lazy("落在新边界里的位置，连同正在办的案件，改归新网格"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "checkbox"}),
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """Show, look at, cut or save. Whatever is refused, every corner comes back."""
    community = grounds.by_code(code)
    if community.community_id != community.id:
        raise NotFound("community")
    book = _book(community)
    form = DrawingForm(request.POST or None, initial={"on": timezone.localdate(at_of(request))})
    typed = {one: _typed(request.POST, one, book) for one in (*book, NEW)}
    if request.method != "POST":
        return _page(request, community, form, book, typed)
    if "call_off" in request.POST:
        draw_cells.call_off(
            community.id, request.POST["call_off"], actor=actor_of(request), at=at_of(request)
        )
        messages.success(request, _("已取消，到那天不会改画。"))
        return redirect("desk:draw_cells", community.code)
    if "cut" in request.POST:
        _cut(form, request.POST, typed)
        return _page(request, community, form, book, typed)
    drawing = _drawing(form, community, book, typed)
    judged = tried_judge(form, drawing) if drawing else None
    mark = _mark(typed, request.POST)
    is_seen = request.POST.get("seen") == mark
    is_clear = bool(judged and not judged.plan.findings)
    is_wanted = "look" not in request.POST and (is_seen or bool(judged and not _is_heavy(judged)))
    saved = _saved(request, form, drawing) if drawing and is_clear and is_wanted else None
    if saved:
        return saved  # else the page below says why not
    return _page(request, community, form, book, typed, judged=judged, seen=mark if is_clear else "")


def _book(community: grounds.PlaceRow) -> dict[str, dict[str, Any]]:
    """The open cells of a community by code: name, lines of corners (None = has holes, not drawn here), geometry. 2 queries."""
    drawn = grounds.outlines()
    found = {}
    for one in grounds.grids(community.id):
        geometry = json.loads(drawn[one.id]) if one.id in drawn else None
        lines = corners.as_lines(geometry) if geometry else ""
        found[one.code] = {"name": one.name, "lines": lines, "geometry": geometry}
    return found


def _typed(sent: QueryDict, code: str, book: dict[str, dict[str, Any]]) -> str:
    known = book[code]["lines"] if code in book else ""
    return str(sent.get(f"corners-{code}", known or "")).replace("\r\n", "\n").strip()


def _drawing(
    form: DrawingForm,
    community: grounds.PlaceRow,
    book: dict[str, dict[str, Any]],
    typed: dict[str, str],
) -> Drawing | None:
    """What differs from the book; None when a line cannot be read, or the form is not valid."""
    outlines, new = {}, ""
    for code, lines in typed.items():
        if code in book and (book[code]["lines"] is None or lines == (book[code]["lines"] or "")):
            continue
        called = book[code]["name"] if code in book else _("新网格")
        try:
            geometry = corners.as_geometry(lines)
        except BadCorners as bad:
            said = _("%(name)s 第 %(line)s 行写的是“%(written)s”，要写成“经度, 纬度”两个数。")
            form.add_error(None, said % {"name": called, "line": "", "written": "", **bad.details})
            return None
        if geometry is None and code in book:
            form.add_error(None, _("%(name)s 的边界空了。不要这个网格，请到网格页停用。") % {"name": called})
            return None
        if geometry is not None and code in book:
            outlines[code] = json.dumps(geometry, separators=(",", ":"))
        elif geometry is not None:
            new = json.dumps(geometry, separators=(",", ":"))
    if not form.is_valid():
        return None
    if new and not form.cleaned_data["name"].strip():
        form.add_error("name", _("新网格要有名称。"))
        return None
    if not outlines and not new:
        form.add_error(None, _("边界和原来一样，没有要保存的。"))
        return None
    return Drawing(community.id, outlines, form.cleaned_data["name"].strip() if new else "", new)


def tried_judge(form: DrawingForm, drawing: Drawing) -> Judged | None:
    """What the drawing would do; None when it cannot even be looked at, and the form says why."""
    try:
        return draw_cells.judge(drawing)
    except BadGeoJson as bad:
        form.add_error(None, why(bad))
        return None


def _is_heavy(judged: Judged) -> bool:
    """Whether somebody has to look before it is saved."""
    return bool(judged.plan.warnings or judged.changes)


def _saved(request: HttpRequest, form: DrawingForm, drawing: Drawing) -> HttpResponse | None:
    said = form.cleaned_data
    how = {"reason": said["reason"], "carries": said["carries"]}
    who = {"actor": actor_of(request), "at": at_of(request)}
    done = tried(form, lambda: draw_cells.save_on(drawing, said["on"], **how, **who))
    if not done or done.plan.findings:
        return None
    today = timezone.localdate(at_of(request))
    messages.success(
        request,
        _("新的边界已保存。")
        if said["on"] == today
        else _("已定下：%(on)s 起用新的边界。") % {"on": said["on"]},
    )
    return redirect("desk:draw_cells", grounds.by_ids([drawing.community])[drawing.community].code)


def _mark(typed: dict[str, str], sent: QueryDict) -> str:
    """Of the drawing that was looked at; another one has to be looked at anew."""
    whole = json.dumps([typed, sent.get("name", ""), sent.get("on", ""), "carries" in sent], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def _cut(form: DrawingForm, sent: QueryDict, typed: dict[str, str]) -> None:
    """Put the smaller part of a cell along a line into the fields of the new one."""
    code = sent.get("cut", "")
    try:
        area, line = corners.as_geometry(typed.get(code, "")), corners.as_geometry(sent.get("line", ""))
        points = (
            [(lon, lat) for lon, lat in line["coordinates"][0][:-1]]
            if line and line["type"] == "Polygon"
            else []
        )
        parts = draw_cells.cut(json.dumps(area), points) if area else None
    except BadCorners:
        parts = None
    if parts is None:
        form.add_error(None, _("这条线没有正好把网格切成两块。请从边界外面画到另一边外面。"))
        return
    if typed[NEW]:
        form.add_error(None, _("已经画了一个新网格，先保存它，再切下一个。"))
        return
    typed[code], typed[NEW] = (corners.as_lines(json.loads(part)) or "" for part in parts)


def _page(
    request: HttpRequest,
    community: grounds.PlaceRow,
    form: DrawingForm,
    book: dict[str, dict[str, Any]],
    typed: dict[str, str],
    *,
    judged: Judged | None = None,
    seen: str = "",
) -> HttpResponse:
    cells = [
        {"code": code, "name": one["name"], "lines": typed[code], "is_fixed": one["lines"] is None}
        for code, one in book.items()
    ]
    cells.append({"code": NEW, "name": _("新网格"), "lines": typed[NEW], "is_fixed": False})
    findings = judged.plan.findings if judged else []
    page = {
        "heading": _("画%(place)s的网格") % {"place": community.name},
        "community": community,
        "form": form,
        "cells": cells,
        "findings": [one.sentence() for one in findings],
        "warnings": [one.sentence() for one in judged.plan.warnings] if judged else [],
        "changes": judged.changes[:200] if judged else [],
        "change_count": len(judged.changes) if judged else 0,
        "case_count": sum(one.open for one in judged.changes) if judged else 0,
        "is_looked": judged is not None and not findings,
        "seen": seen,
        "line": request.POST.get("line", ""),
        "ahead": draw_cells.ahead(community.id),
        "back": reverse("desk:cells", args=[community.code]),
        "neighbours": json.dumps(_neighbours(book), ensure_ascii=False, separators=(",", ":")),
        **mapframe.frame(at_of(request)),
    }
    bad = bool(form.errors or findings)
    answer = render(request, "desk/map/drawing.html", page, status=422 if bad else 200)
    return mapframe.let_in(answer, page["map_background"])


def _neighbours(book: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Borders of other communities' cells and of those with holes: shown, and corners stick to them."""
    whole = mapframe.borders()
    kept = [one for one in whole["features"] if one["properties"]["code"] not in book]
    return {**whole, "features": kept}
