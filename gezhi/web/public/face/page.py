"""The public map and the list of the same. Without script the list is all of it."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.cases import face
from gezhi.cases.face import FaceRow
from gezhi.insight.mapping import boxes
from gezhi.insight.mapping.answer import box
from gezhi.insight.mapping.clusters import Sign, View, signs
from gezhi.insight.mapping.counts import Layer
from gezhi.insight.mapping.ground import Ground, ground
from gezhi.kernel.refusal import Invalid
from gezhi.parties.days import local_day
from gezhi.web import mapframe
from gezhi.web.asked import Asked
from gezhi.web.public.face import asked, matters

PAGE = 20
KINDS = ("solved", "open")


@require_safe
@never_cache
def page(request: Asked) -> HttpResponse:
    """The map, and a page of the list. At most 20 queries, whatever the number of cases."""
    asked.opened(request, "public-map")
    today = local_day(request.now)
    wanted, whole = asked.question(request, today), face.face(request.now)
    every = sorted(wanted.of(whole.rows), key=lambda one: one.is_open)  # what was solved comes first
    piece = boxes.read(request.GET.get("box", ""))
    rows = inside(every, piece) if piece else every
    number = _page_of(request.GET.get("page", ""), len(rows))
    layer = _layer(every, request)
    background = mapframe.frame(request.now)
    place = wanted.place
    context = {
        "wanted": wanted,
        "families": asked.family_options(wanted.family),
        "months": asked.months(today),
        "has_open": any(one.is_open for one in whole.rows),
        "is_cut": whole.is_cut,
        "total": len(every),
        "narrowed": {"n": len(rows), "url": f"{reverse('public_map')}{wanted.query()}#list"}
        if piece
        else None,
        "apart": sum(layer.counted.apart),
        "matters": matters.shown(rows[(number - 1) * PAGE : number * PAGE], today),
        "feed": request.build_absolute_uri(reverse("feed", args=[place.code])) if place else "",
        "pager": _pager(wanted, number, len(rows), piece),
        "public_map": json.dumps(_script(wanted, box(layer), len(every), piece), ensure_ascii=False),
        **background,
    }
    answer = render(request, "public/face/map.html", context)
    return mapframe.let_in(answer, background["map_background"])


@require_safe
@never_cache
def points(request: Asked) -> JsonResponse:
    """One view of the map: {"signs": [[lon, lat, [solved, open], places, code, name]]}. code: "" where there is no one place to ask for."""
    asked.opened(request, "public-points")
    try:
        view = mapframe.view_of(request.GET)
    except Invalid:
        return JsonResponse({"signs": []}, status=422)
    wanted = asked.question(request, local_day(request.now))
    rows = wanted.of(face.face(request.now).rows)
    return JsonResponse(
        {"signs": _signs(rows, view, request)},
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )


def inside(rows: Iterable[FaceRow], piece: boxes.Box) -> list[FaceRow]:
    """Those that the map shows in a piece of it: by the places that strangers are told, never by where something was."""
    told = list(rows)
    here = _ground(next((one.place.id for one in told if one.place), None))
    spots = here.spots_in(piece)
    return [one for one in told if one.place and here.spot_of.get(one.place.id, -1) in spots]


def _layer(rows: Iterable[FaceRow], request: Asked) -> Layer:
    """Counts by spot, of places that strangers are told. The rows are kept already, so this is not."""
    counts: Counter[tuple[UUID | None, bool]] = Counter(
        (one.place.id if one.place else None, one.is_open) for one in rows
    )
    of_places = [(id, (0, n) if is_open else (n, 0)) for (id, is_open), n in counts.items()]
    here = _ground(next((id for id, _ in of_places if id), None))
    return Layer(here, here.counted(of_places, len(KINDS)), request.now)


def _ground(strange: UUID | None) -> Ground:
    here = ground()
    return here if strange is None or strange in here.spot_of else ground(strange)


def _signs(rows: Iterable[FaceRow], view: View, request: Asked) -> list[list[Any]]:
    layer = _layer(rows, request)
    found = signs(layer.ground.points, layer.counted.by_spot, view, layer.counted.some)
    return [_sign(one, layer.ground) for one in found]


def _sign(one: Sign, here: Ground) -> list[Any]:
    spot = here.spots[one.spot]
    # the code of a cell's middle is that of any place in it
    code = "" if spot.is_cell or one.spots > 1 else spot.key
    return [round(one.lon, 5), round(one.lat, 5), list(one.counts), one.spots, code, spot.name]


def _page_of(typed: str, many: int) -> int:
    last = max(1, -(-many // PAGE))
    return (
        min(int(typed), last)
        if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 7 and int(typed)
        else 1
    )


def _pager(wanted: asked.Question, number: int, many: int, piece: boxes.Box | None) -> dict[str, Any]:
    held = {"box": boxes.written(piece)} if piece else {}
    first, last = (number - 1) * PAGE + 1, min(number * PAGE, many)
    return {
        "previous_url": f"{wanted.query(**held, page=number - 1)}#list" if number > 1 else "",
        "next_url": f"{wanted.query(**held, page=number + 1)}#list" if last < many else "",
        "text": _("第 %(first)s–%(last)s 件，共 %(many)s 件") % {"first": first, "last": last, "many": many}
        if many
        else "",
    }


def _script(
    wanted: asked.Question, around: list[float] | None, total: int, piece: boxes.Box | None
) -> dict[str, Any]:
    """What public-map.js needs to ask and to say."""
    return {
        "points": reverse("public_points"),
        "cells": reverse("find_cells"),
        "page": reverse("public_map"),
        "query": wanted.query().lstrip("?"),
        "spots": reverse("find_spots"),
        "box": list(piece) if piece else around,
        "isPiece": piece is not None,
        "total": total,
        "words": {
            "solved": _("办好了 {n} 件"),
            "open": _("正在办 {n} 件"),
            "several": _("{name} 等 {n} 处"),
            "inside": _("这一块地图上 {n} 件，共 {all} 件"),
        },
    }
