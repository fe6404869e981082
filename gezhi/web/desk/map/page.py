"""The map and the list of the same, side by side."""

import json
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from gezhi.cases import lists as case_lists
from gezhi.insight.mapping import boxes
from gezhi.insight.mapping.answer import box, most, names, seen
from gezhi.insight.mapping.ground import Ground, ground
from gezhi.kernel.actor import Duty
from gezhi.places import queries as places
from gezhi.tenancy.many import among
from gezhi.web import mapframe, times
from gezhi.web.casework import lists
from gezhi.web.desk import filters
from gezhi.web.desk.listing import chips
from gezhi.web.desk.map import asked, pin
from gezhi.web.staff import actor_of, at_of, staff_required

FIRST = 50  # places in the list before the script has looked
AT_A_SPOT = 20  # cases shown of one place


@require_GET
@staff_required
def page(request: HttpRequest) -> HttpResponse:
    """The page; without script its list is all of it."""
    wanted, at = asked.shown(request), at_of(request)
    layer = asked.layer(request, wanted)
    context = {
        "chosen": wanted.chosen,
        "shown": wanted,
        "chips": _chips(wanted),
        "question": wanted.chosen.question.written(),
        "options": filters.options(wanted.chosen.typed),
        "months": asked.months(at),
        "rows": [_row(one, wanted) for one in most(layer, FIRST)],
        "apart": sum(layer.counted.apart),
        "least": "" if layer.is_whole else _least(),
        "total": int(layer.counted.by_spot.sum()) + sum(layer.counted.apart),
        "list_url": _list_url(wanted) or reverse("desk:inbox") + wanted.chosen.query(),
        "apart_url": _list_url(wanted, box=boxes.OFF),
        "may_keep": actor_of(request).has(Duty.ADMIN),
        "desk_map": json.dumps(
            _script(wanted, box(layer)) | pin.told(request.GET.get("pin", "")), ensure_ascii=False
        ),
        **mapframe.frame(at),
    }
    return mapframe.let_in(render(request, "desk/map/map.html", context), context["map_background"])


def _row(one: list[Any], wanted: asked.Shown) -> dict[str, Any]:
    return {
        "name": one[5],
        "url": reverse("desk:map_spot", args=[one[4]]) + wanted.query(),
        "counts": [
            {"kind": kind, "name": _names()[kind], "icon": ICONS[kind], "n": n}
            for kind, n in zip(wanted.kinds, one[2], strict=True)
            if n
        ],
        "n": sum(one[2]),
    }


def _least() -> str:
    """What is said where it may be more."""
    said = {"most": case_lists.MOST_CLOSED}
    return (
        _(
            "至少这么多：带着条件看，那以后只数到最先办结的 %(most)s 件。只按位置筛选，或选近一些的月份，就是全的。"
        )
        % said
    )


def _chips(wanted: asked.Shown) -> list[chips.Chip]:
    """What is asked for, each with the map without it, in the same month. At most 1 query."""
    stays = f"&month={wanted.month}&mode={wanted.mode}" if wanted.month else ""
    return [one._replace(url=one.url + stays) for one in chips.chips(wanted.chosen)]


def _list_url(wanted: asked.Shown, **changes: str) -> str:
    """The list of exactly these cases; "" where there is none."""
    listed = wanted.listed
    if listed is None:
        return ""
    found = QueryDict(listed.lstrip("?"), mutable=True)
    for name, value in changes.items():
        found[name] = value
    return f"{reverse('desk:inbox')}?{found.urlencode()}"


ICONS = {
    "in_time": "clock",
    "due_soon": "timer",
    "overdue": "alert-triangle",
    "paused": "pause",
    "received": "inbox",
    "open": "circle-dot",
}


def _names() -> dict[str, str]:
    return {
        "in_time": _("时限内"),
        "due_soon": _("即将到期"),
        "overdue": _("已超时"),
        "paused": pgettext("clock", "挂账"),
        "received": _("收到"),
        "open": _("当时在办"),
    }


def _script(wanted: asked.Shown, box: list[float] | None) -> dict[str, Any]:
    """What desk-map.js needs to ask and to say."""
    return {
        "points": reverse("desk:map_points"),
        "cells": reverse("desk:map_cells"),
        "spot": reverse("desk:map_spot", args=["CODE"]),
        "query": wanted.query().lstrip("?"),
        "icons": ICONS,
        "box": box,
        "words": {
            **_names(),
            "several": _("{name} 等 {n} 处"),
            "count": _("{n} 件"),
            "closer": _("放大看"),
            "inside": _("这一块地图上 {n} 件，共 {all} 件"),
            "listed": _("看这 {n} 件的列表"),
            "nothing": _nothing(wanted),
            "now": _("现在"),
            "heat": _("{name}：{n} 件"),
        },
    }


def _nothing(wanted: asked.Shown) -> str:
    """What stands below a view without a case; of a place that nobody knows, the list's sentences."""
    if wanted.chosen.place_missed:
        return f"{_('没有叫这个名字的位置')} · {_('请检查写法，也可以输入位置编号或拼音首字母。')}"
    return _("这一块地图上没有。缩小看看，或者放宽条件。")


@require_GET
@staff_required
def points(request: HttpRequest) -> HttpResponse:
    """One view of the map as JSON: signs, heat, sums. At most 60 kB."""
    view, wanted = mapframe.view_of(request.GET), asked.shown(request)
    layer = asked.layer(request, wanted)
    found = seen(layer, view, cells=mapframe.codes(), with_boxes=True)
    found |= {
        "names": names(layer, view),
        "kinds": wanted.kinds,
        "counted": times.exact(layer.at),
        "least": "" if layer.is_whole else _least(),
        "list": _list_url(wanted),
    }
    within = boxes.read(wanted.chosen.typed["box"])
    here = boxes.both(boxes.Box(*view[:4]), within) if within else boxes.Box(*view[:4])
    found["here"] = _list_url(wanted, box=boxes.written(here)) if here and sum(found["inside"]) else ""
    return _json(found)


@require_GET
@staff_required
def cells(request: HttpRequest) -> HttpResponse:
    """Borders of the open grid cells, as GeoJSON."""
    return _json(mapframe.borders())


def _json(values: dict[str, Any]) -> HttpResponse:
    body = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    answer = HttpResponse(body, content_type="application/json")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
@staff_required
def spot(request: HttpRequest, code: str) -> HttpResponse:
    """What is counted at one point of the map: its cases, each a way to its sheet. A fragment for the script, else a page."""
    place, at, actor = places.by_code(code), at_of(request), actor_of(request)
    wanted = asked.shown(request)
    here = ground(place.id)
    index = here.spot_of.get(place.id)
    holds = Q(place_id__in=among(here.places_at(place.id) or [place.id]))
    narrow = replace(wanted.wanted, holds=wanted.wanted.holds & holds if wanted.wanted.holds else holds)
    if wanted.month:
        found = _of_month(narrow, wanted, request)
    else:
        found = case_lists.listed(narrow, actor=actor, at=at, soon=lists.soon_at(at))
    shown = [] if wanted.is_nothing else case_lists.as_lines(found[: AT_A_SPOT + 1])
    alone = index is not None and _is_alone(here, index)
    context = {
        "heading": here.spots[index].name if index is not None else place.full_name,
        "place": place,
        "chosen": wanted.chosen,
        "rows": lists.rows(shown[:AT_A_SPOT], at=at),
        "has_more": len(shown) > AT_A_SPOT,
        "list_url": _list_url(wanted, box=_point(here, index)) if index is not None and alone else "",
        "inbox": reverse("desk:inbox") + wanted.chosen.query(place=place.code),
        "back": reverse("desk:map") + wanted.query(),
    }
    is_part = getattr(request, "htmx", False) or "part" in request.GET
    return render(request, f"desk/map/{'_spot' if is_part else 'spot'}.html", context)


def _point(here: Ground, index: int) -> str:
    """The smallest piece of the map that a spot lies in."""
    lon, lat = float(here.points.lon[index]), float(here.points.lat[index])
    return boxes.written(boxes.Box(lon, lat, lon, lat))


def _is_alone(here: Ground, index: int) -> bool:
    """Whether no other spot lies at the same point."""
    found = boxes.read(_point(here, index))
    return found is not None and here.spots_in(found) == {index}


def _of_month(narrow: case_lists.CaseFilter, wanted: asked.Shown, request: HttpRequest) -> Any:
    since, until = asked.span(wanted.month)
    who = {"actor": actor_of(request)}
    if wanted.mode == asked.OPEN:
        return case_lists.open_at(narrow, moment=min(until, at_of(request) + asked.JUST_NOW), **who).order_by(
            "-received_at", "id"
        )
    return case_lists.received_in(narrow, since=since, until=until, **who).order_by("-received_at", "id")
