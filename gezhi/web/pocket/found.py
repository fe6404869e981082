"""随手办: found on a walk, mended, shown, closed, in one breath (scenario S1). What cannot be mended goes to the desk as it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gezhi.cases import queries as cases
from gezhi.flows.found_and_solved import found as found_only
from gezhi.flows.found_and_solved import found_and_solved
from gezhi.flows.presence import is_named, presence
from gezhi.flows.receive_report import Voice
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours, Refusal
from gezhi.kernel.text import BadText
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.places.register import tidy_code
from gezhi.reports.intake import Intake
from gezhi.web import kept, things
from gezhi.web.answers import SeeOther
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.casework.picking import ground_of
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.pocket import near
from gezhi.web.pocket.found_form import FoundForm
from gezhi.web.pocket.pages import page
from gezhi.web.refusals import status
from gezhi.web.staff import actor_of, at_of, staff_required
from gezhi.web.words import DUTIES

if TYPE_CHECKING:
    from gezhi.cases.models import Case

FOUND_PLACES, OWN_PLACES = 12, 400


@dataclass(slots=True)
class Draft:
    """What was found, on its way through: where, what was typed, pictures of before and after, under which key."""

    place: PlaceRow
    form: FoundForm
    key: str
    before: Bag
    after: Bag
    hindered: str = ""  # why he cannot close it on the spot


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def found(request: Asked) -> HttpResponse:
    """Where first; then the form of this place. `place` = the code scanned or typed at the door, `pick` = chosen from a list."""
    said = request.POST if request.method == "POST" else request.GET
    code = said.get("place", "") or said.get("pick", "")
    if not code.strip():
        return _where(request)
    try:
        place, thing = places.scanned(code)
    except NotFound:
        return _where(request, unknown=code[:40])
    if request.method == "POST":
        return _posted(request, place)
    if place.closed_on is not None:
        return _where(request, closed=place)
    first = {"typed": place.code} if request.GET.get("place") else {}
    first |= {things.NAME: thing.code} if thing else {}
    hindered = _hindered(request, place)
    draft = Draft(place, _form(place, initial=first), fresh_key(), Bag(), Bag(), hindered)
    return _page(request, draft, 200, is_scanned="typed" in first)


def _where(request: Asked, unknown: str = "", closed: PlaceRow | None = None) -> HttpResponse:
    """Which place: by name, or by the number on its plate. closed: the place meant is no more, the nearest above it is offered.

    A number that was typed here is a search: 3 may be a building's. Only a whole code says which plate was read.
    """
    typed = request.GET.get("q", "").strip()[:60]
    rows = places.find(typed, FOUND_PLACES, near=ground_of(actor_of(request))) if typed else []
    left = ""
    if typed and not rows:
        rows, left = places.find_around(typed, FOUND_PLACES)
    if closed and (above := places.nearest_open(closed)):
        rows = [above]
    if plate := next((row for row in rows if tidy_code(typed) == row.code), None):
        return redirect(reverse("my_found") + f"?place={plate.code}")
    if len(rows) == 1:  # the compound is known: which of its buildings?
        rows += places.children(rows[0].id)
    context = {
        "q": typed,
        "left": left,
        "numbered": next((row.id for row in rows if is_named(row, typed)), None),
        "rows": rows,
        "unknown": unknown,
        "closed": closed,
        "is_missed": bool(typed) and not rows,
        "own": _own_places(request),
    }
    return page(request, "found_where", context, tab="my_found", status=404 if unknown else 200)


def _hindered(request: Asked, place: PlaceRow) -> str:
    """Why whoever asks cannot close on the spot what he finds here, "" when he can. Said before he begins. No query."""
    actor = actor_of(request)
    if cases.works_at(actor, place.path, place.grid_id):
        return ""
    if actor.has(Duty.WORKER):
        return _("这里不在您的片区，不能当场办结")
    return _("当场办结由%(duty)s岗位的人做，您没有这个岗位") % {"duty": DUTIES[Duty.WORKER.value]}


def _own_places(request: Asked) -> list[PlaceRow]:
    """Of my areas, for whoever has no network to ask for others. 1 query, none for whoever has the whole jurisdiction."""
    posts = actor_of(request).posts
    grids = {post.grid for post in posts if post.grid}
    grounds = {post.path for post in posts if not post.grid and post.path not in {"", paths.ROOT}}
    return places.on_ground(grids, grounds, limit=OWN_PLACES) if grids or grounds else []


def _form(place: PlaceRow, sent: QueryDict | None = None, **more: Any) -> FoundForm:
    return FoundForm(sent, things_here=things.asked_of(place.path, sent), **more)


def _posted(request: Asked, place: PlaceRow) -> HttpResponse:
    form, at = _form(place, request.POST), at_of(request)
    key = form.form_key
    before = kept.gather(request, f"{key}.before", name="before", at=at)
    after = kept.gather(request, f"{key}.after", name="after", at=at)
    draft = Draft(place, form, key, before, after)
    if not form.is_valid() or before.refused or after.refused:
        return _page(request, draft, 422)
    try:
        return _reported(request, draft) if "report" in request.POST else _solved(request, draft)
    except NotFound:  # somebody else's area: he may not even see the case that he opened
        return _refused(request, draft, NotYours(deed="solve_on_spot"))
    except (Invalid, Missing, NotYours, NotFromHere, BadText) as refusal:
        return _refused(request, draft, refusal)


def _solved(request: Asked, draft: Draft) -> HttpResponse:
    here = near.position(request.POST)
    done = found_and_solved(
        Voice(_intake(request, draft, draft.before), draft.place),
        after=draft.after.ids,
        presence=presence(draft.place, typed=draft.form.cleaned_data["typed"], position=here),
        actor=actor_of(request),
        at=at_of(request),
    )
    return kept.done(SeeOther(reverse("my_found_result", args=[done.number])), request.POST)


def _reported(request: Asked, draft: Draft) -> HttpResponse:
    """Not to be mended here and now: every picture goes along."""
    together = Bag([*draft.before.photos, *draft.after.photos])
    voice = Voice(_intake(request, draft, together), draft.place)
    done = found_only(voice, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("已交给社区，编号 %(number)s。社区会派人来修。") % {"number": done.number})
    return kept.done(SeeOther(reverse("my_found")), request.POST)


def _intake(request: Asked, draft: Draft, pictures: Bag) -> Intake:
    leaf = draft.form.leaf
    return Intake(
        channel="staff",
        text=draft.form.words,
        place=draft.place.id,
        place_path=draft.place.path,
        category=leaf.id if leaf else None,
        evidence=pictures.ids,
        pictures=pictures.digests,
        said_at=kept.waited(request.POST, at=at_of(request)),
        key=draft.key,
        maker=f"pocket:{actor_of(request).id}",
        fixture=things.chosen(draft.form, draft.form.things_here),
    )


def _refused(request: Asked, draft: Draft, refusal: Refusal) -> HttpResponse:
    """The form as it was, with the sentence where it belongs. Somebody else's area: the way to report it stays open."""
    draft.before, draft.after = draft.before.without_claimed(), draft.after.without_claimed()
    if isinstance(refusal, NotYours):
        draft.hindered = _hindered(request, draft.place) or _("这里不在您的片区，不能当场办结")
    elif draft.place.closed_on is not None and isinstance(refusal, Invalid) and refusal.field == "place":
        _move_up(draft)
    else:
        draft.form.take(refusal)
    if isinstance(refusal, Invalid) and refusal.code == "other_body":
        draft.key = fresh_key()
    return _page(request, draft, status(refusal))


def _move_up(draft: Draft) -> None:
    """The place was closed while the form was filled: the same form for the nearest open one above it."""
    closed = draft.place
    draft.place = places.nearest_open(closed) or closed
    said = {"closed": closed.full_name, "place": draft.place.full_name}
    draft.form.add_error(None, _("“%(closed)s”已经停用，改记在“%(place)s”。请核对后再按一次。") % said)


def _page(request: Asked, draft: Draft, number: int, is_scanned: bool = False) -> HttpResponse:
    form, at = draft.form, at_of(request)
    typed = form.data.get("typed", "") if form.is_bound else ""
    context = {
        "place": draft.place,
        "form": form,
        "key": draft.key,
        "kept_before": draft.before.shown(f"{draft.key}.before", at),
        "kept_after": draft.after.shown(f"{draft.key}.after", at),
        "before_error": " ".join(draft.before.refused),
        "after_error": " ".join([*draft.after.refused, *filter(None, [form.photo_words])]),
        "is_plated": is_scanned or (bool(typed) and is_named(draft.place, typed)),
        "hindered": draft.hindered,
        "here": near.position(request.POST),
    }
    return page(request, "found", context, tab="my_found", status=number, back=reverse("my_found"))


@require_safe
@never_cache
@staff_required
def result(request: Asked, number: str) -> HttpResponse:
    """What became of it: closed, or drawn for a re-check by somebody else."""
    case: Case = cases.by_number(number, actor=actor_of(request))
    place = places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None
    context = {
        "case": case,
        "place": place,
        "matter": lists.matter(case),
        "is_closed": case.closed_at is not None,
    }
    return page(request, "found_done", context, tab="my_found")
