"""What a place remembers: what happened there by month and category, what is open, how it ended, what worked, what came back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.cases import lists as case_lists
from gezhi.cases.memory import things
from gezhi.catalogue import queries as catalogue
from gezhi.insight.memory import lines, notes, sums
from gezhi.insight.memory.sums import Seen
from gezhi.kernel import counting
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.register import tidy_code
from gezhi.web import times, words
from gezhi.web.casework import lists
from gezhi.web.desk import history
from gezhi.web.desk import lines as case_lines
from gezhi.web.desk.spots import chart, fixture, worked
from gezhi.web.desk.spots.called import category_name
from gezhi.web.staff import actor_of, at_of, staff_required

FIRST = 8  # open cases, pairs that came back, notes
CATEGORIES = 8
PLACES = 6


@require_GET
@staff_required
def spot(request: HttpRequest, code: str) -> HttpResponse:
    """The page of one place; a fixture's code leads to the fixture's. At most 30 queries, whatever happened there."""
    if is_fixture_code(code):
        return redirect("desk:fixture", code)
    place = places.by_code(code)
    found = lines.happened(place.path, actor=actor_of(request))
    page = {
        "heading": _("%(place)s：这里发生过什么") % {"place": place.name},
        "place": place,
        "kind": Kind(place.kind).label,
        "trail": _trail(places.ancestors(place.path)[:-1]),
        "open": _open(place, request),
        "places": _places(found.rows, place),
    }
    return render(request, "desk/spots/page.html", page | _told(found, place.code, at_of(request)))


def is_fixture_code(code: str) -> bool:
    """`371072-F00012`: the letter tells it from a place's."""
    return "-F" in tidy_code(code)


@require_GET
@staff_required
def fixture_page(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a fixture: what happened to it, and who owns and maintains it."""
    actor, at, row = actor_of(request), at_of(request), places.fixture_by_code(code)
    place = places.by_ids([row.place_id])[row.place_id]
    found = lines.of_cases(things.about(row.id, counting.COUNTED), actor=actor)
    ids = [one.case_id for one in found.rows if one.closed_on is None]
    page = {
        "heading": _("%(name)s：发生过什么") % {"name": row.name},
        "place": place,
        "has_door": place.closed_on is None,
        "trail": _trail(places.ancestors(place.path)),
        "fixture": fixture.head(row, may_keep=fixture.may_keep(request)),
        "open": _shown_open(len(ids), ids, "", request),
        "history": history.said([("fixture", row.id)], now=at, until=at),
    }
    return render(request, "desk/spots/page.html", page | _told(found, place.code, at))


def _trail(above: Sequence[places.PlaceRow]) -> list[dict[str, str]]:
    return [{"url": reverse("desk:spot", args=[one.code]), "name": one.name} for one in above]


def _told(found: lines.Happened, code: str, at: datetime) -> dict[str, Any]:
    """Everything that the rows tell. At most 5 queries."""
    today = timezone.localtime(at).date()
    backs = sums.came_back(found.rows)
    lasting, said = _notes(found.rows, sums.worked(found.rows, backs, today))
    return {
        "count": len(found.rows),
        "since": date_format(found.since, _("Y年n月j日")) if found.since else "",
        "past": _past(sums.past(found.rows, today, found.since)),
        "soon": sum(one.days <= sums.SOON for one in backs),
        "later": len(backs),
        "chart": chart.shown(sums.months(found.rows, today, found.since)),
        "categories": _categories(found.rows, code),
        "endings": [(words.of(words.ENDINGS, ending), n) for ending, n in sums.endings(found.rows)],
        "said": said,
        "worked": worked.shown(lasting, at),
        "backs": [_back(one, at) for one in backs[:FIRST]],
    }


def _notes(rows: Sequence[Seen], lasting: Sequence[Seen]) -> tuple[list[Any], list[dict[str, Any]]]:
    """(what worked with its note, the newest notes of the other closings). 1 query."""
    closed = [row for row in rows if row.closed_on]
    first = lasting[: worked.LOOKED_AT]
    wanted = {row.case_id for row in (*first, *closed[: 3 * FIRST])}
    told = notes.at_the_end(wanted) if wanted else {}
    best = [(row, told.get(row.case_id, "")) for row in first]
    best.sort(key=lambda pair: not pair[1])  # what says something first, the newest of these first
    chosen = best[: worked.SHOWN]
    rest = [row for row in closed if row.case_id in told and row not in {one for one, _ in chosen}]
    return chosen, [
        {"category": category_name(row.category_id), "note": told[row.case_id], **_link(row)}
        for row in rest[:FIRST]
    ]


def _open(place: places.PlaceRow, request: HttpRequest) -> dict[str, Any]:
    """What is open here and with whom, most urgent first. At most 7 queries."""
    found = lines.open_at(place.path, actor=actor_of(request), first=FIRST)
    url = f"{reverse('desk:inbox')}?{urlencode({'view': 'open', 'place': place.code})}"
    return _shown_open(found.number, found.case_ids, url, request)


def _shown_open(count: int, ids: Sequence[UUID], url: str, request: HttpRequest) -> dict[str, Any]:
    actor, at = actor_of(request), at_of(request)
    wanted = case_lists.CaseFilter(states=case_lists.OPEN, holds=Q(id__in=list(ids)))
    listed = case_lists.listed(wanted, actor=actor, at=at, soon=at)[:FIRST] if ids else None
    cases = case_lists.as_lines(listed) if listed is not None else []
    return {
        "count": counting.said(count),
        "lines": case_lines.as_html(lists.rows(cases, at=at), at=at, is_chosen=False) if cases else "",
        "more": bool(url) and count > len(cases),
        "url": url,
    }


def _past(found: sums.Past) -> dict[str, Any]:
    spans = [
        (_("最近 90 天"), found.now),
        (_("再往前 90 天"), found.before),
        (_("去年同期"), found.year_ago),
    ]
    return {
        "now": found.now.came,
        "before": found.before.came if found.before else None,
        "rows": [
            {
                "label": label,
                "from": date_format(span.since, _("Y年n月j日")) if span else "",
                "came": span.came if span else None,
                "hours": times.span(span.hours * 60) if span and span.hours is not None else "",
            }
            for label, span in spans
        ],
    }


def _categories(rows: Sequence[Seen], place: str) -> list[dict[str, Any]]:
    found = sums.categories(rows)
    most = max((n for _, n in found), default=1)
    return [
        {
            "name": category_name(id),
            "count": n,
            "most": most,
            "url": _ledger(place, catalogue.category(id).code) if id else "",
        }
        for id, n in found[:CATEGORIES]
    ]


def _ledger(place: str, category: str) -> str:
    return f"{reverse('desk:ledger')}?{urlencode({'place': place, 'category': category})}"


def _places(rows: Sequence[Seen], place: places.PlaceRow) -> list[dict[str, Any]]:
    """Where below this place most happened. 1 query."""
    found = sums.by_place(row for row in rows if row.place_id != place.id)[:PLACES]
    known = places.by_ids([id for id, _ in found])
    return [
        {"name": known[id].full_name, "url": reverse("desk:spot", args=[known[id].code]), "count": n}
        for id, n in found
        if id in known
    ]


def _back(one: sums.Back, at: datetime) -> dict[str, Any]:
    return {
        "category": category_name(one.after.category_id),
        "before": _link(one.before),
        "after": _link(one.after),
        "days": one.days,
        "is_linked": one.is_linked,
        "closed": times.short_day(one.before.closed_at, at),
        "came": times.short_day(one.after.came_at, at),
    }


def _link(row: Seen) -> dict[str, str]:
    return {"url": reverse("desk:case", args=[row.number]), "number": row.number.split("-", 1)[1]}
