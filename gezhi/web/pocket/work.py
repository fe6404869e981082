"""我的活: what I or my parties must take or do, what waits for my check, what came back to us. By clock, or by nearness."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.cases import queries as cases
from gezhi.cases.lists import CaseFilter, listed
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import Point
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.web import times, words
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.pocket import near
from gezhi.web.pocket.pages import page
from gezhi.web.staff import actor_of, at_of, staff_required

if TYPE_CHECKING:
    from gezhi.cases.models import Case

MOST = 100  # more is not a day's work: the desk has the whole list
VIEWS = {
    "todo": (gettext_lazy("要办"), gettext_lazy("现在没有要办的事")),
    "check": (gettext_lazy("核查"), gettext_lazy("现在没有等您核查的事")),
    "back": (gettext_lazy("退回件"), gettext_lazy("没有退回给我们的事")),
    "area": (gettext_lazy("片区内"), gettext_lazy("片区内没有新的事")),
}


@require_safe
@never_cache
@staff_required
def work(request: Asked) -> HttpResponse:
    """One list of cells; three others as counters above it."""
    actor, at = actor_of(request), at_of(request)
    soon = lists.soon_at(at)
    listed = {name: list(ask(actor, at, soon)) for name, ask in _ASK.items()}
    view = request.GET.get("view", "")
    view = view if view in VIEWS else _opened(listed)
    here = near.position(request.GET)
    context = {
        "views": [_counter(name, len(rows), name == view, here) for name, rows in listed.items()],
        "cells": cells(listed[view], at=at, here=here),
        "view": view,
        "is_near": here is not None,
        "by_clock": f"?view={view}",
        "nothing": VIEWS[view][1],
        "elsewhere": [
            _counter(name, len(rows), False, here) for name, rows in listed.items() if rows and name != view
        ],
    }
    return page(request, "work", context, tab="my_work")


def _opened(listed: Mapping[str, list[Any]]) -> str:
    """What a day begins with: what is to be done; to whoever has nothing to do but a check, the check."""
    return "check" if listed["check"] and not listed["todo"] else "todo"


def _back(actor: Actor, at: datetime, soon: datetime) -> list[Any]:
    """Failed checks come back to whoever has the work, returned dispatches to the desk that sent them. Most urgent first."""
    again = cases.my_work(actor, at=at).filter(round__gt=1)[:MOST]
    returned = listed(CaseFilter(states=("opened",), is_returned=True), actor=actor, at=at, soon=soon)
    ours = returned.filter(lead_id__in=actor.parties())[:MOST]
    return sorted([*again, *ours], key=lambda case: case.due_at)


def _area(actor: Actor, at: datetime, soon: datetime) -> Iterable[Any]:
    """New in my area and with nobody yet: what is small may be solved on the spot."""
    return listed(CaseFilter(states=("reported", "opened")), actor=actor, at=at, soon=soon)[:MOST]


_ASK: dict[str, Callable[[Actor, datetime, datetime], Iterable[Any]]] = {
    "todo": lambda actor, at, soon: cases.my_work(actor, at=at)[:MOST],
    "check": lambda actor, at, soon: cases.to_check(actor)[:MOST],
    "back": _back,
    "area": _area,
}


def _counter(name: str, count: int, is_active: bool, here: Point | None) -> dict[str, Any]:
    query = {"view": name} | ({"lon": f"{here.lon}", "lat": f"{here.lat}"} if here else {})
    return {
        "url": "?" + urlencode(query),
        "label": VIEWS[name][0],
        "count": count or None,  # a nought says nothing that the empty list does not
        "active": is_active,
    }


def cells(listed: list[Any], *, at: datetime, here: Point | None = None) -> list[dict[str, Any]]:
    """Lines for ui/cell.html, most urgent first or nearest first. 2 queries, 1 more with a position."""
    found = places.by_ids({case.place_id for case in listed if case.place_id})
    known = parties.parties_by_ids({id for case in listed for id in (case.lead_id, case.desk_id)})
    away = near.distances(here, list(found.values())) if here else {}
    if here:
        listed = sorted(listed, key=lambda case: near.sort_key(away, case))
    soon = lists.soon_at(at)
    return [_cell(case, found.get(case.place_id), known, away, at, soon) for case in listed]


def _cell(
    case: "Case", place: Any, known: dict[UUID, Any], away: dict[UUID, float], at: datetime, soon: datetime
) -> dict[str, Any]:
    clock: times.Clock = lists.clock_of(case, known, at=at, soon=soon)
    again = _("第 %(n)s 轮 · ") % {"n": case.round} if case.round > 1 else ""
    again += _("又出现 · ") if case.came_back_from_id else ""
    return {
        "url": reverse("my_case", args=[case.number]),
        "state": clock.state,
        "when": times.unbroken(clock.when),
        "clock": clock.narrow,
        "exact": clock.exact,
        "place": lists.short_name(place) if place else _("未定位"),
        "words": f"{again}{words.of(words.STATES, case.state)} · {lists.matter(case)}",
        "distance": near.said(lists.known_of(away, case.place_id)),
    }
