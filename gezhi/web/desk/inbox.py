"""The inbox: what is open, most urgent first, with saved views as counters and filters that combine."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.cases import lists as case_lists
from gezhi.cases import queries as cases
from gezhi.cases.floods import Flood, mark_of
from gezhi.cases.line import CaseLine
from gezhi.insight.search import finding
from gezhi.kernel.refusal import NotFound
from gezhi.parties import queries as parties
from gezhi.web import rail, times
from gezhi.web.casework import lists
from gezhi.web.desk import filters, lines, tallies
from gezhi.web.desk.bulk import bar
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

PAGE = 50
FOLDING = frozenset({"open", "reported"})  # views in which a flood is one line


@require_GET
@staff_required
def inbox(request: HttpRequest) -> HttpResponse:
    """One page of the list. A whole case number typed as words goes straight to the case."""
    actor, at = actor_of(request), at_of(request)
    chosen = filters.chosen(request.GET, filters.own_party(actor))
    if found := _numbered(chosen.typed["q"], request):
        return redirect("desk:case", found)
    soon = lists.soon_at(at)
    counts, floods = tallies.tallies(actor, at=at, soon=soon)
    page = _page(request)
    unfolded = _unfolded(request, floods)
    is_whole = chosen.view in FOLDING and not chosen.is_filtered and unfolded is None
    folded = floods if is_whole else ()
    wanted = _wanted(chosen, unfolded, folded)
    listed = _page_of(wanted, page, request, soon, dangers_first=is_whole)
    shown = lists.rows([] if chosen.place_missed else listed[:PAGE], at=at)
    context = {
        "chosen": chosen,
        "views": _views(chosen, counts),
        "own_name": _own_name(chosen),
        "lines": lines.as_html(shown, chosen.terms, _texts(chosen, shown)),
        "options": filters.options(chosen.typed),
        "pager": _pager(chosen, page, len(shown), len(listed) > PAGE, {} if floods else counts, unfolded),
        "floods": [_flood(chosen, one, at) for one in folded],
        "unfolded": unfolded,
        "opened": _opened(request),
        "bulk": bar.bar(
            request,
            shown,
            count=None if floods or chosen.is_filtered else counts.get(chosen.view),
            is_whole=page == 1 and len(listed) <= PAGE,
        ),
        "strip": bar.strip(request),
        "takes_calls": actor.has(*rail.DESK),
        "back": request.get_full_path(),
    }
    return render(request, "desk/inbox.html", context)


def _own_name(chosen: filters.Chosen) -> str:
    """The party whose cases alone are shown because its reader works for it; "" for none. At most 1 query."""
    own = uuid_or_none(chosen.own)
    return parties.party(own).name if own and chosen.typed["party"] == chosen.own else ""


def _texts(chosen: filters.Chosen, shown: Sequence[lists.Row]) -> dict[UUID, str]:
    """What the words were found in. 1 query where somebody looks for words."""
    return finding.texts([row.id for row in shown]) if chosen.terms and shown else {}


def _unfolded(request: HttpRequest, floods: Sequence[Flood]) -> Flood | None:
    """The one flood that is asked for by what it begins with; None for none, and when it is over."""
    asked = request.GET.get("alike")
    return next((one for one in floods if mark_of(one.key) == asked), None)


def _wanted(chosen: filters.Chosen, unfolded: Flood | None, folded: Sequence[Flood]) -> case_lists.CaseFilter:
    if unfolded is not None:
        return replace(chosen.wanted, flood=unfolded.key)
    return replace(chosen.wanted, without=tuple(one.key for one in folded))


def _page_of(
    wanted: case_lists.CaseFilter, page: int, request: HttpRequest, soon: datetime, *, dangers_first: bool
) -> list[CaseLine]:
    """The lines of one page and one more. dangers_first: what may be dangerous and waits for a first look stands before everything else,
    however late that is, and takes as many pages as it needs. 1 query, 3 with dangers first.
    """
    who = {"actor": actor_of(request), "at": at_of(request), "soon": soon}
    start, end = (page - 1) * PAGE, page * PAGE + 1
    if not dangers_first:
        return case_lists.as_lines(case_lists.listed(wanted, **who)[start:end])
    dangers = case_lists.listed(replace(wanted, is_danger=True), **who)
    many = dangers.count()
    first = case_lists.as_lines(dangers[start:end]) if start < many else []
    others = case_lists.listed(replace(wanted, is_danger=False), **who)
    return [*first, *case_lists.as_lines(others[max(0, start - many) : end - many])] if end > many else first


def _flood(chosen: filters.Chosen, one: Flood, at: datetime) -> dict[str, object]:
    return {
        "opening": one.opening or _("只有照片"),
        "count": one.size,
        "since": times.moment(one.since, at),
        "url": chosen.query(alike=mark_of(one.key)),
    }


def _numbered(typed: str, request: HttpRequest) -> str:
    """The number of the one case that is called exactly that; "" for anything else."""
    if sum(sign.isdigit() for sign in typed) < 17:
        return ""
    try:
        return str(cases.by_number(typed, actor=actor_of(request)).number)
    except NotFound:
        return ""


def _opened(request: HttpRequest) -> str:
    """The number of the case to show beside the list; what does not look like one is left out."""
    asked = request.GET.get("opened", "")
    return asked if re.fullmatch(r"[0-9-]{8,40}", asked) else ""


def _page(request: HttpRequest) -> int:
    typed = request.GET.get("page", "1")
    return min(max(int(typed), 1), 2000) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def _views(chosen: filters.Chosen, counts: dict[str, int]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {
            "url": f"?view={name}"
            + (f"&party={filters.ALL}" if chosen.typed["party"] == filters.ALL else ""),
            "label": label,
            "count": counts[name],
            "active": chosen.view == name,
            "overdue": name in {"overdue", "escalated", filters.TO_ME},
        }
        for name, (label, _one) in filters.VIEWS.items()
        if name != filters.TO_ME or counts[name] or chosen.view == name
    ]
    return [
        *found,
        {"url": "?view=closed", "label": _("已结案"), "count": None, "active": chosen.view == "closed"},
    ]


def _pager(
    chosen: filters.Chosen,
    page: int,
    shown: int,
    has_more: bool,
    counts: dict[str, int],
    unfolded: Flood | None = None,
) -> dict[str, object]:
    alike = {"alike": mark_of(unfolded.key)} if unfolded else {}
    first = (page - 1) * PAGE + 1
    text = ""
    if shown:
        span = {"first": first, "last": first + shown - 1, "all": counts.get(chosen.view)}
        is_whole = chosen.view in counts and not chosen.is_filtered
        text = (
            _("第 %(first)s–%(last)s 件，共 %(all)s 件") if is_whole else _("第 %(first)s–%(last)s 件")
        ) % span
    return {
        "previous_url": chosen.query(page=page - 1 if page > 2 else "", **alike) if page > 1 else "",
        "next_url": chosen.query(page=page + 1, **alike) if has_more else "",
        "text": text,
    }
