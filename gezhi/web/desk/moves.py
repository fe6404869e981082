"""One move on one case: its form, and the deed. A refusal gives the form back with every word and picture."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.flows.route import advance_and_route
from gezhi.flows.split_case import split_case
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, Stale
from gezhi.web import refusals, words
from gezhi.web.asked import Asked
from gezhi.web.casework import lists, spoken
from gezhi.web.casework.asks import ASKS
from gezhi.web.casework.moveform import MoveForm
from gezhi.web.casework.offers import choices, said
from gezhi.web.casework.picking import ground_of, place_options, typed_category
from gezhi.web.casework.sent import Gathered, gathered, papers_key, version_seen
from gezhi.web.casework.starts import condition_options, usually
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.staff import actor_of, at_of, came_from, is_boosted, staff_required, uuid_or_none

if TYPE_CHECKING:
    from gezhi.cases.models import Case

OWN_PAGE = re.compile(r"/desk/[\w/?=&%.+~-]*")


@require_http_methods(["GET", "POST"])
@staff_required
def move(request: Asked, number: str, event: str) -> HttpResponse:
    """The form of a move (page or sheet); POST does it and goes back to where it was begun."""
    case = cases.by_number(number, actor=actor_of(request))
    if event not in ASKS:
        raise NotFound("move")
    if request.method == "GET":
        offers = cases.offers_for(case, actor=actor_of(request), at=at_of(request))
        if event not in {offer.event for offer in offers}:
            raise NotFromHere(state=case.state, event=event)
        return _form_page(request, case, MoveForm(event, case, choices(request, case, event)))
    return _do(request, case, event)


def _do(request: Asked, case: "Case", event: str) -> HttpResponse:
    form = MoveForm(event, case, choices(request, case, event), request.POST)
    came = gathered(request, form)
    for problem in (*came.photos.refused, *came.papers.refused):
        form.add_error(None, problem)
    if "find" in request.POST:
        return _form_page(request, case, form, came)
    if not form.is_valid():
        return _form_page(request, case, form, came, status=422)
    try:
        into, papers = _into(request, form), came.papers.ids
        wish = form.move(version=version_seen(request), into=into, photos=came.photos.ids, documents=papers)
        deed = split_case if event == "split" else advance_and_route
        moved = deed(case.id, wish, actor=actor_of(request), at=at_of(request))
    except (Stale, NotFromHere) as late:
        fresh = cases.by_number(case.number, actor=actor_of(request))
        return _form_page(request, fresh, form, came, late=refusals.sentence(late), status=409)
    except (Missing, Invalid) as refused:
        form.refuse(refused)
        return _form_page(request, case, form, came, status=422)
    messages.success(request, said(moved, event))
    return redirect(_next_url(request, moved, event))


def _into(request: HttpRequest, form: MoveForm) -> UUID | None:
    """The case to join: a number typed, or one chosen from those nearby. Raises Invalid("into", "unknown")."""
    if "into" not in form.fields:
        return None
    typed = form.into_typed.strip() or str(form.data.get("into", ""))
    if not typed:
        raise Missing({"into"})
    try:
        other = cases.by_number(typed, actor=actor_of(request))
    except NotFound:
        raise Invalid("into", "unknown") from None
    return UUID(str(other.id))


def back_url(request: HttpRequest, number: str) -> str:
    """Where the person came from, when it is a page of ours; else the case."""
    wanted = request.POST.get("back", "")
    if OWN_PAGE.fullmatch(wanted) and ".." not in wanted:
        return wanted
    return reverse("desk:case", args=[number])


def _next_url(request: HttpRequest, moved: Any, event: str) -> str:
    """Back to where it was begun. What was accepted or split off in a list is open beside it: its next step is the same person's."""
    back = urlsplit(back_url(request, moved.number))
    kept = [(name, value) for name, value in parse_qsl(back.query) if name != "opened"]
    if event in {"accept", "split"} and back.path == reverse("desk:inbox"):
        kept.append(("opened", moved.number))
    return urlunsplit(back._replace(query=urlencode(kept)))


def _form_page(
    request: Asked,
    case: "Case",
    form: MoveForm,
    came: Gathered | None = None,
    *,
    late: str = "",
    status: int = 200,
) -> HttpResponse:
    key, photos, papers = came or (fresh_key(), Bag(), Bag())
    photos, papers, at = photos.without_claimed(), papers.without_claimed(), at_of(request)
    page = {
        "case": case,
        "row": lists.rows([case], at=at)[0],
        "form": form,
        "event": form.event,
        "title": words.of(words.ACTS, form.event),
        "hint": ASKS[form.event].hint,
        "asks": ASKS[form.event].fields,
        "key": key,
        "kept": {"photos": photos.shown(key, at), "documents": papers.shown(papers_key(key), at)},
        "late": late,
        "proof": _proof_sentence(case, form.event),
        "back": request.POST.get("back") or came_from(request),
        "close_url": reverse("desk:case", args=[case.number]),
        "body": "desk/case/_move.html",
        "said": {} if is_boosted(request) else spoken.said(case, actor=actor_of(request), at=at),
    }
    return render(
        request, "ui/sheet.html" if is_boosted(request) else "desk/case/move.html", page, status=status
    )


def _proof_sentence(case: "Case", event: str) -> str:
    if case.category_id is None or event not in {"done", "pass_check", "fail_check", "solve_on_spot"}:
        return ""
    return catalogue.proof(case.category_id).sentence(get_language() or "")


@require_GET
@staff_required
def find_places(request: HttpRequest) -> HttpResponse:
    """Fragment: places found while typing, as chips."""
    typed, chosen = (
        request.GET.get("place_words", "").strip()[:100],
        uuid_or_none(request.GET.get("place", "")),
    )
    options = place_options(typed, chosen, near=ground_of(actor_of(request)))
    page = {"options": options, "place_words": typed}
    return render(request, "desk/_place_options.html", page)


@require_GET
@staff_required
def find_conditions(request: HttpRequest) -> HttpResponse:
    """Fragment: the opening conditions of a category chosen in a form."""
    category = typed_category(request.GET)
    page = {"options": condition_options(category), "usually": usually(category)}
    return render(request, "desk/_condition_options.html", page)
