"""新到 in the hand: the same list as at the desk, in cells."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gezhi.notices import actions
from gezhi.web.asked import Asked
from gezhi.web.casework import news
from gezhi.web.pocket.pages import page
from gezhi.web.staff import actor_of, at_of, staff_required


@require_safe
@never_cache
@staff_required
def notices(request: Asked) -> HttpResponse:
    """The newest hundred; what waits and is unread stands out."""
    rows = news.listed(actor_of(request), at_of(request))
    context = {"rows": rows, "is_new": any(row["is_new"] for row in rows)}
    return page(request, "notices", context, tab="my_work", back=reverse("my_work"))


@require_POST
@staff_required
def opened(request: Asked, notice_id: UUID) -> HttpResponse:
    """Mark one as read and go to its case, or to its task."""
    kind, id = news.read(request, notice_id)
    return redirect("my_case", id) if kind == "case" else redirect(f"desk:{kind}", id)


@require_POST
@staff_required
def all_read(request: Asked) -> HttpResponse:
    """Mark everything as read."""
    actions.read_all(actor=actor_of(request), at=at_of(request))
    messages.success(request, _("都标为看过了。要办的事还在列表里。"))
    return redirect("my_notices")
