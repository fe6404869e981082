"""新到: what newly came to me or to the party I work for, newest first; one button opens the case and marks it as read."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gezhi.notices import actions
from gezhi.web.casework.news import flood_of, listed, read
from gezhi.web.staff import actor_of, at_of, staff_required


@require_GET
@staff_required
def notices(request: HttpRequest) -> HttpResponse:
    """The newest hundred; what waits and is unread stands out."""
    rows = listed(actor_of(request), at_of(request))
    page = {"heading": _("新到"), "rows": rows, "is_new": any(row["is_new"] for row in rows)}
    return render(request, "desk/notices.html", page)


@require_POST
@staff_required
def opened(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark one as read and go to its case or task; of a flood to its line of the list, opened."""
    kind, id = read(request, notice_id)
    if flood := flood_of(notice_id):
        return redirect(f"{reverse('desk:inbox')}?view=reported&alike={flood}")
    return redirect(f"desk:{kind}", id)


@require_POST
@staff_required
def all_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.read_all(actor=actor_of(request), at=at_of(request))
    messages.success(request, _("都标为看过了。要办的事还在列表里。"))
    return redirect("desk:notices")
