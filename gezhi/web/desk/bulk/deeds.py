"""The clerk presses: many cases are done, watched, stopped, taken back; and what he did to many before."""

from time import monotonic
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gezhi.cases.bulk import actions, queries
from gezhi.cases.bulk.actions import Wanted, Wish
from gezhi.cases.bulk.kinds import UNDO, BulkDeed, ItemState
from gezhi.cases.bulk.queries import BulkRow
from gezhi.flows import bulk
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.web import kept, refusals, times
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.desk.bulk import wording
from gezhi.web.desk.bulk.choosing import full, short, ticked
from gezhi.web.desk.bulk.preview import DESK, Said, page
from gezhi.web.staff import duty_required, is_boosted, uuid_or_none

AT_ONCE = 5  # cases between two looks at the clock
SECONDS = 0.8  # of a request for the first of them; the worker does the others


@require_POST
@duty_required(*DESK)
def do(request: Asked) -> HttpResponse:
    """Exactly what the preview showed. What fits into a moment is done when this answers; a refusal gives the preview back with what was typed."""
    said = request.POST
    if said.get("deed") not in BulkDeed.values:
        raise NotFound("deed")
    deed, back = BulkDeed(said["deed"]), said.get("list", "")
    typed = said.getlist("cases")
    if not typed:
        messages.warning(request, _("没有勾选案件，什么都没有办。"))
        return redirect(_list_url(back))
    try:
        wish = _wish(request, deed)
        id = actions.begin(wish, key=kept.key_of(said), actor=request.actor, at=request.now)
    except Invalid as refused:
        again = ticked(
            request, [one.partition(":")[0] for one in [*typed, said.get("into", "")] if one], back
        )
        came = Said(_one_party(typed), said.get("into", ""), said.get("note", ""), _why(refused))
        return page(request, deed, again, came, status=409 if refused.field == "key" else 422)
    return _after(request, id, _list_url(back, bulk=str(id)))


def _wish(request: Asked, deed: BulkDeed) -> Wish:
    """Each value as the preview wrote it: number:version:party. Raises Invalid("cases" | "into", "unknown")."""
    asked: dict[str, tuple[int, UUID | None]] = {}
    for one in request.POST.getlist("cases"):
        number, version, party = [*one.split(":"), "", ""][:3]
        if not (version.isascii() and version.isdigit() and len(version) < 9):
            raise Invalid("cases", "unknown")
        asked[full(number, request)] = (
            int(version),
            uuid_or_none(party) if deed == BulkDeed.DISPATCH else None,
        )
    into = None
    if deed == BulkDeed.JOIN:
        target = queries.visible([full(request.POST.get("into", ""), request)], actor=request.actor)
        if not target:
            raise Invalid("into", "unknown")
        into = target[0].id
    found = queries.visible(asked, actor=request.actor)
    items = tuple(Wanted(one.id, *asked[one.number]) for one in found)
    note = request.POST.get("note", "")
    return Wish(deed, items, into=into, note=note, unseen=len(asked) - len(found))


def _one_party(typed: list[str]) -> UUID | None:
    """The party that all were to go to, where it was one."""
    named = {one.rpartition(":")[2] for one in typed}
    return uuid_or_none(next(iter(named))) if len(named) == 1 else None


def _why(refused: Invalid) -> str:
    if refused.field == "key":
        return _("这张表已经交过一次，那一次办的是另一批。下面是现在的情况，请再看一遍。")
    return refusals.sentence(refused)


def _list_url(query: str, **more: str) -> str:
    """The list that it was begun in."""
    asked = QueryDict(query, mutable=True)
    asked.pop("bulk", None)
    for name, value in more.items():
        asked[name] = value
    return reverse("desk:inbox") + (f"?{asked.urlencode()}" if asked else "")


def _after(request: Asked, id: UUID, done_url: str) -> HttpResponse:
    """The first moment's worth of it, then the list when that was all, else the page that says how far it is."""
    until, more = monotonic() + SECONDS, True
    while more and monotonic() < until:
        more = bulk.go_on(id, at=request.now, most=AT_ONCE)
    return redirect("desk:bulk_deed", id) if more else redirect(done_url)


@require_GET
@duty_required(*DESK)
def deed(request: Asked, bulk_id: UUID) -> HttpResponse:
    """How far it is, then what became of each case."""
    row = queries.bulk(bulk_id, actor=request.actor)
    if is_boosted(request) and row.is_under_way:
        return render(request, "desk/bulk/_progress.html", _progress(row))
    found = queries.items(row.id)
    seen = {one.id: one for one in queries.visible_ids((item.case_id for item in found), actor=request.actor)}
    shown = {one.id: one for one in lists.rows(list(seen.values()), at=request.now)}
    lines: list[dict[str, Any]] = [
        {
            "short": short(item.case.number),
            "row": shown.get(item.case_id),
            "state": item.state,
            "why": wording.why(item.why),
        }
        for item in found
    ]
    missed = {ItemState.LEFT, ItemState.KEPT}
    context = {
        "heading": wording.TITLES[row.deed],
        "summary": wording.summary(row),
        "begun": times.moment(row.begun_at, request.now),
        "missed": [one for one in lines if one["state"] in missed],
        "others": [one for one in lines if one["state"] not in missed and one["state"] != ItemState.WAITING],
        "may_undo": row.may_undo(request.now),
        "until": times.moment(row.ended_at + UNDO, request.now) if row.ended_at else "",
        **_progress(row),
    }
    answer = render(request, "desk/bulk/deed.html", context)
    if is_boosted(request):
        answer["HX-Refresh"] = "true"  # it came to its end: the page is another one now
    return answer


def _progress(row: BulkRow) -> dict[str, Any]:
    is_undo = row.undo_at is not None
    done = row.undone + row.kept if is_undo else row.done + row.left
    whole = row.done + row.undone + row.kept if is_undo else row.done + row.left + row.waiting
    return {
        "bulk": row,
        "label": _("正在撤销") if is_undo else _("正在%(deed)s") % {"deed": wording.SHORT[row.deed]},
        "value": done,
        "whole": max(whole, 1),
        "text": _("%(done)s / %(total)s") % {"done": done, "total": whole},
        "stop_url": "" if is_undo else reverse("desk:stop_bulk", args=[row.id]),
    }


@require_GET
@duty_required(*DESK)
def deeds(request: Asked) -> HttpResponse:
    """What this person did to many cases, newest first."""
    rows = [
        {
            "id": row.id,
            "title": wording.TITLES[row.deed],
            "when": times.moment(row.begun_at, request.now),
            "summary": wording.summary(row),
            "is_under_way": row.is_under_way,
            "may_undo": row.may_undo(request.now),
        }
        for row in queries.recent(request.actor)
    ]
    return render(request, "desk/bulk/deeds.html", {"heading": _("最近的批量操作"), "rows": rows})


@require_POST
@duty_required(*DESK)
def undo(request: Asked, bulk_id: UUID) -> HttpResponse:
    """Take it back, within ten minutes."""
    actions.ask_undo(bulk_id, actor=request.actor, at=request.now)
    return _after(request, bulk_id, reverse("desk:bulk_deed", args=[bulk_id]))


@require_POST
@duty_required(*DESK)
def stop(request: Asked, bulk_id: UUID) -> HttpResponse:
    """Leave what has not had its turn."""
    actions.stop(bulk_id, actor=request.actor, at=request.now)
    return redirect("desk:bulk_deed", bulk_id)
