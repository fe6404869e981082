"""The inbox: what is open, most urgent first, with views as counters and filters that combine. Says itself anew while it stands open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.cases import lists as case_lists
from gezhi.cases.floods import Flood, mark_of
from gezhi.insight.search.text import said_in
from gezhi.journal import queries as journal
from gezhi.kernel import counting
from gezhi.parties import queries as parties
from gezhi.parties import savedviews
from gezhi.web import rail, times, words
from gezhi.web.casework import lists
from gezhi.web.desk import filters, lines, tallies
from gezhi.web.desk.bulk import bar
from gezhi.web.desk.listing import chips, columns, counters, meant, paging
from gezhi.web.desk.listing.counters import Counter
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

FOLDING = frozenset({"open", "reported"})  # views in which a flood is one line
ROWS = "rows"  # the part of the page that is asked for while it stands open
STAMP_MINUTES = 5  # so often it is said anew without a deed: clocks run


class Listed(NamedTuple):
    """What was asked for and what came of it."""

    chosen: filters.Chosen
    counts: dict[str, int]
    saved: tuple[Counter, ...]
    active: Counter | None
    folded: Sequence[Flood]
    unfolded: Flood | None
    shown: paging.Shown


@require_GET
@staff_required
def inbox(request: HttpRequest) -> HttpResponse:
    """One page of the list, or what has changed of it. A case number or tracking code typed as words goes straight to the case."""
    actor, at = actor_of(request), at_of(request)
    chosen = filters.chosen(request.GET, filters.own_party(actor))
    if request.GET.get("part") == ROWS:
        return _anew(request, chosen)
    if found := meant.number_meant(chosen, request):
        return redirect("desk:case", found)
    listed = _listed(request, chosen)
    if not listed.shown.page.lines and ("after" in request.GET or "before" in request.GET):
        first = chosen.query(saved=request.GET.get("saved", ""))
        return redirect(reverse("desk:inbox") + first)  # the page has emptied meanwhile
    context = {
        **_rows(request, listed),
        "own_name": _own_name(chosen),
        "options": filters.options(chosen.typed),
        "states": _states(chosen),
        "chips": chips.chips(chosen, saved=listed.active.row.id.hex if listed.active else ""),
        "elsewhere": meant.elsewhere(chosen, listed.shown.total, actor=actor, at=at, soon=lists.soon_at(at)),
        "question": chosen.question.written(),
        "map_url": "" if chosen.view == filters.CLOSED else reverse("desk:map") + chosen.query(),
        "floods": [_flood(chosen, one, at) for one in listed.folded],
        "opened": _opened(request),
        "strip": bar.strip(request),
        "takes_calls": actor.has(*rail.DESK),
        "back": request.get_full_path(),
        "live": _live_url(request),
    }
    return render(request, "desk/inbox.html", context)


def _anew(request: HttpRequest, chosen: filters.Chosen) -> HttpResponse:
    """The rows and counters as they stand now; 204 where nothing has happened since they were said. 1 query then."""
    at: datetime = at_of(request)
    stamp = f"{journal.length()}.{int(at.timestamp()) // (60 * STAMP_MINUTES)}"
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    page = {**_rows(request, _listed(request, chosen)), "stamp": stamp}
    return render(request, "desk/listing/_rows.html", page)


def _listed(request: HttpRequest, chosen: filters.Chosen) -> Listed:
    actor, at = actor_of(request), at_of(request)
    soon = lists.soon_at(at)
    counts, floods = tallies.tallies(actor, at=at, soon=soon)
    saved = counters.counters(actor, at=at, soon=soon)
    asked = uuid_or_none(request.GET.get("saved", ""))
    active = next((one for one in saved if one.row.id == asked), None)
    unfolded = _unfolded(request, floods)
    is_whole = chosen.view in FOLDING and not chosen.is_filtered and unfolded is None
    folded = floods if is_whole else ()
    wanted = _wanted(chosen, unfolded, folded)
    is_counted = not chosen.is_filtered and unfolded is None and not floods
    known = counts.get(chosen.view) if is_counted else None
    # what may be dangerous and waits for a first look stands before everything else, however late that is
    parts = [replace(wanted, is_danger=True), replace(wanted, is_danger=False)] if is_whole else [wanted]
    shown = paging.listed(request, chosen, parts, known=known, soon=soon)
    return Listed(chosen, counts, saved, active, folded, unfolded, shown)


def _rows(request: HttpRequest, listed: Listed) -> dict[str, Any]:
    """What the page and its renewed part both show. 4 queries: places, parties, people, columns; 2 more where words are looked for."""
    actor, at, chosen = actor_of(request), at_of(request), listed.chosen
    rows = lists.rows(listed.shown.page.lines, at=at, actor=actor)
    active = listed.active.row if listed.active else None
    chose = savedviews.columns_of(actor, active.id if active else None)
    is_closed = chosen.view == filters.CLOSED
    asked = (chose, active.columns if active else ())
    shown = columns.shown(*asked, columns.OF_CLOSED if is_closed else ())
    labels = {**columns.COLUMNS, "who": columns.WHO_CLOSED} if is_closed else columns.COLUMNS
    more = {"alike": mark_of(listed.unfolded.key)} if listed.unfolded else {}
    return {
        "chosen": chosen,
        "views": _views(listed),
        "saved": [_saved(one, listed) for one in listed.saved],
        "active": active,
        "is_changed": listed.active is not None
        and listed.active.chosen.question.written() != chosen.question.written(),
        "unfolded": listed.unfolded,
        "heads": [(code, labels[code], code in columns.ROOMY) for code in shown],
        "all_columns": [
            (code, label, code in columns.shown(*asked)) for code, label in columns.COLUMNS.items()
        ],  # a choice holds for every list
        "lines": lines.as_html(rows, chosen.terms, _texts(chosen, rows), shown, at=at),
        "pager": paging.pager(chosen, listed.shown, saved=active.id.hex if active else "", **more),
        "other_page": listed.shown.note,
        "not_best": bool(chosen.terms)
        and chosen.typed["order"] == "best"
        and not listed.shown.is_best
        and bool(rows),
        "bulk": bar.bar(
            request,
            rows,
            count=listed.shown.total,
            is_whole=not (listed.shown.page.has_before or listed.shown.page.has_behind),
        ),
    }


def _own_name(chosen: filters.Chosen) -> str:
    """The party whose cases alone are shown because its reader works for it; "" for none. At most 1 query."""
    own = uuid_or_none(chosen.own)
    return parties.party(own).name if own and chosen.typed["party"] == chosen.own else ""


def _texts(chosen: filters.Chosen, shown: Sequence[lists.Row]) -> Mapping[UUID, Sequence[str]]:
    """What was said of these cases, as it was written, where their lines do not say the words themselves. At most 2 queries, none where nobody
    looks for words.
    """
    untold = lines.untold(shown, chosen.terms)
    return said_in(untold) if untold else {}


def _states(chosen: filters.Chosen) -> list[dict[str, object]]:
    """A box for each state."""
    table = words.STATES
    return [{"value": code, "label": name, "checked": code in chosen.states} for code, name in table.items()]


def _unfolded(request: HttpRequest, floods: Sequence[Flood]) -> Flood | None:
    """The one flood that is asked for by what it begins with; None for none, and when it is over."""
    asked = request.GET.get("alike")
    return next((one for one in floods if mark_of(one.key) == asked), None)


def _wanted(chosen: filters.Chosen, unfolded: Flood | None, folded: Sequence[Flood]) -> case_lists.CaseFilter:
    if unfolded is not None:
        return replace(chosen.wanted, flood=unfolded.key)
    return replace(chosen.wanted, without=tuple(one.key for one in folded))


def _flood(chosen: filters.Chosen, one: Flood, at: datetime) -> dict[str, object]:
    return {
        "opening": one.opening or _("只有照片"),
        "count": one.size,
        "since": times.moment(one.since, at),
        "url": chosen.query(alike=mark_of(one.key)),
    }


def _opened(request: HttpRequest) -> str:
    """The number of the case to show beside the list; what does not look like one is left out."""
    asked = request.GET.get("opened", "")
    return asked if re.fullmatch(r"[0-9-]{8,40}", asked) else ""


def _live_url(request: HttpRequest) -> str:
    """The same list, its rows alone."""
    query = request.GET.copy()
    for name in ("opened", "seen"):
        query.pop(name, None)
    query["part"] = ROWS
    return f"?{query.urlencode()}"


def _views(listed: Listed) -> list[dict[str, object]]:
    chosen, counts = listed.chosen, listed.counts
    kept = {"q": chosen.typed["q"], "party": filters.ALL if chosen.typed["party"] == filters.ALL else ""}
    more = "".join(f"&{name}={quote(value)}" for name, value in kept.items() if value)
    is_one = listed.active is None and not chosen.is_of_all
    found: list[dict[str, object]] = [
        {
            "url": f"?view={name}{more}",
            "label": label,
            "count": counts[name],
            "active": is_one and chosen.view == name,
            "overdue": name in {"overdue", "escalated", filters.TO_ME},
        }
        for name, (label, _one) in filters.VIEWS.items()
        if name != filters.TO_ME or counts[name] or chosen.view == name
    ]
    is_closed = is_one and chosen.view == filters.CLOSED
    return [*found, {"url": f"?view=closed{more}", "label": _("已结案"), "count": None, "active": is_closed}]


def _saved(one: Counter, listed: Listed) -> dict[str, object]:
    """A view that somebody keeps, as a counter; what of its filter is gone is said on its own list."""
    return {
        "url": f"?{one.row.query}&saved={one.row.id.hex}",
        "label": one.row.name,
        "count": counting.said(one.total),
        "active": listed.active is not None and one.row.id == listed.active.row.id,
        "overdue": False,
    }
