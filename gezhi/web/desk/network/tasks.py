"""Tasks at the desk: the list, one of them, and each move on it. Who is nothing to a task gets 404."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, Stale
from gezhi.parties import queries as parties
from gezhi.web import kept, networkwords, refusals, words
from gezhi.web.asked import Asked
from gezhi.web.casework.network import taskpage
from gezhi.web.casework.network.shares import clock
from gezhi.web.casework.network.taskforms import ASKS, HINTS, TaskForm
from gezhi.web.casework.sent import papers_key, version_seen
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.staff import actor_of, at_of, is_boosted, staff_required
from gezhi.work import actions as work
from gezhi.work import queries as tasks
from gezhi.work.facing import facing
from gezhi.work.wording import TASK_STATES

if TYPE_CHECKING:
    from gezhi.work.models import Task

MOST = 200
VIEWS = {
    "mine": gettext_lazy("我要办的"),
    "party": gettext_lazy("本单位在办"),
    "sent": gettext_lazy("我们派出的"),
    "returned": gettext_lazy("退回来的"),
    "late": gettext_lazy("超期的"),
}


@never_cache
@require_GET
@staff_required
def listed(request: Asked) -> HttpResponse:
    """Tasks of one view, most urgent first; the others above it as links."""
    view = request.GET.get("view", "mine")
    if view not in VIEWS:
        raise NotFound("view")
    at = at_of(request)
    rows = tasks.rows_of(tasks.listed(actor_of(request), view, at=at), MOST)
    known = parties.parties_by_ids({row.party_id for row in rows}) if rows else {}
    faces = facing([row.id for row in rows])
    spots = taskpage.spots({one.place_id for one in faces.values() if one.place_id})
    page = {
        "heading": _("协办任务"),
        "views": [
            {"url": f"{reverse('desk:tasks')}?view={name}", "label": label, "is_here": name == view}
            for name, label in VIEWS.items()
        ],
        "rows": [
            {
                "id": row.id,
                "what": row.what,
                "party": known[row.party_id].name,
                "place": spots.get(faces[row.id].place_id, ""),
                "state": words.of(TASK_STATES, row.state),
                "clock": clock(row.due_at, row.sent_at, at),
                "number": row.number.split("-", 1)[1],
            }
            for row in rows
        ],
    }
    return render(request, "desk/tasks/list.html", page)


@never_cache
@require_GET
@staff_required
def task(request: Asked, task_id: UUID) -> HttpResponse:
    """One task: what, where, until when, which proof, who leads, and what this actor may do."""
    found = tasks.task(task_id, actor=actor_of(request), at=at_of(request))
    page = taskpage.context(found, actor=actor_of(request), at=at_of(request))
    return render(request, "desk/tasks/task.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_required
def move(request: Asked, task_id: UUID, event: str) -> HttpResponse:
    """The form of a move (page or sheet); POST does it. A refusal gives the form back with every word and picture."""
    found = tasks.task(task_id, actor=actor_of(request), at=at_of(request))
    if event not in ASKS:
        raise NotFound("move")
    if request.method == "POST":
        return _do(request, found, event)
    offers = tasks.offers_for(found, actor=actor_of(request), at=at_of(request))
    if event not in {offer.event for offer in offers}:
        raise NotFromHere("task_not_from_here", state=found.state, event=event)
    return _form_page(request, found, TaskForm(event, found, at_of(request)))


def _do(request: Asked, found: "Task", event: str) -> HttpResponse:
    form = TaskForm(event, found, at_of(request), request.POST)
    key, photos, papers = _pictures(request, form)
    came = key, photos, papers
    for problem in (*photos.refused, *papers.refused):
        form.add_error(None, problem)
    if not form.is_valid():
        return _form_page(request, found, form, came, status=422)
    wish = form.move(version=version_seen(request), photos=photos.ids, documents=papers.ids)
    try:
        moved = work.advance(found.id, wish, actor=actor_of(request), at=at_of(request))
    except (Stale, NotFromHere) as late:
        fresh = tasks.task(found.id, actor=actor_of(request), at=at_of(request))
        return _form_page(request, fresh, form, came, late=refusals.sentence(late), status=409)
    except (Missing, Invalid) as refused:
        form.refuse(refused)
        return _form_page(request, found, form, came, status=422)
    done = words.of(networkwords.TASK_DEEDS, event)
    messages.success(request, _("%(task)s：%(act)s") % {"task": moved.what, "act": done})
    return redirect("desk:task", moved.id)


def _pictures(request: Asked, form: TaskForm) -> tuple[str, Bag, Bag]:
    """The form's key and the pictures that came; they are on the disk when this returns."""
    key, at = request.POST.get("key", "")[:64] or fresh_key(), at_of(request)
    asks = ASKS[form.event]
    return (
        key,
        kept.gather(request, key, at=at) if "photos" in asks else Bag(),
        kept.gather(request, papers_key(key), name="documents", at=at) if form.wants_documents else Bag(),
    )


def _form_page(
    request: Asked,
    found: "Task",
    form: TaskForm,
    came: tuple[str, Bag, Bag] | None = None,
    *,
    late: str = "",
    status: int = 200,
) -> HttpResponse:
    key, photos, papers = came or (fresh_key(), Bag(), Bag())
    photos, papers, at = photos.without_claimed(), papers.without_claimed(), at_of(request)
    page: dict[str, Any] = {
        "task": found,
        "state": words.of(TASK_STATES, found.state),
        "form": form,
        "event": form.event,
        "title": words.of(networkwords.TASK_ACTS, form.event),
        "hint": HINTS.get(form.event, ""),
        "asks": ASKS[form.event],
        "key": key,
        "kept": {"photos": photos.shown(key, at), "documents": papers.shown(papers_key(key), at)},
        "late": late,
        "close_url": reverse("desk:task", args=[found.id]),
        "body": "desk/tasks/_move.html",
    }
    template = "ui/sheet.html" if is_boosted(request) else "desk/tasks/move.html"
    return render(request, template, page, status=status)
