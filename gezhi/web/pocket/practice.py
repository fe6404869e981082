"""In the pocket: a practice was tried on a case, and helped or did not."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gezhi.cases import queries as cases
from gezhi.flows.practices import say_whether_it_helped
from gezhi.web.asked import Asked
from gezhi.web.staff import actor_of, at_of, staff_required


@require_POST
@staff_required
def used(request: Asked, number: str, practice_id: UUID) -> HttpResponse:
    """Counted once for each case."""
    case = cases.by_number(number, actor=actor_of(request))
    helped = request.POST.get("helped") == "1"
    say_whether_it_helped(case.id, practice_id, helped=helped, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("谢谢，记下了。"))
    return redirect("my_case", case.number)
