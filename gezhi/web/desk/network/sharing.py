"""分工: whoever leads a case asks others to do a share of it. One form, one press; what was typed stays."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import queries as cases
from gezhi.flows import share_out as flow
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere, NotYours
from gezhi.web import refusals
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.casework.network.shareform import ShareForm
from gezhi.web.casework.network.shares import may_send
from gezhi.web.kept import fresh_key
from gezhi.web.staff import actor_of, at_of, is_boosted, staff_required
from gezhi.work.facts import CASE_AT_WORK

if TYPE_CHECKING:
    from gezhi.cases.models import Case


@never_cache
@require_http_methods(["GET", "POST"])
@staff_required
def share_out(request: Asked, number: str) -> HttpResponse:
    """The rows of a sending (page or sheet); POST sends them, or gives one row more."""
    case = cases.by_number(number, actor=actor_of(request))
    if request.method == "POST":
        return _sent(request, case)
    if case.state not in CASE_AT_WORK:
        raise NotFromHere("case_not_at_work")
    if not may_send(case, actor_of(request)):
        raise NotYours(deed="send")
    return _page(request, case, ShareForm(case, at_of(request)))


def _sent(request: Asked, case: "Case") -> HttpResponse:
    form = ShareForm(case, at_of(request), request.POST)
    if "add" in request.POST:
        return _page(request, case, form)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    key = request.POST.get("key", "")[:64]
    if not key:
        form.errors.append(refusals.sentence(Invalid("key", "malformed")))
        return _page(request, case, form, status=422)
    try:
        made = flow.send(case.id, form.tasks(), key=key, actor=actor_of(request), at=at_of(request))
    except NotFromHere as late:
        form.refuse(late)
        return _page(request, case, form, status=409)
    except (Missing, Invalid) as refused:
        form.refuse(refused)
        return _page(request, case, form, status=422)
    said = ngettext("已派出 %(n)s 份协办。", "已派出 %(n)s 份协办。", len(made)) % {"n": len(made)}
    messages.success(request, said)
    return redirect("desk:case", case.number)


def _page(request: Asked, case: "Case", form: ShareForm, *, status: int = 200) -> HttpResponse:
    page = {
        "case": case,
        "row": lists.rows([case], at=at_of(request))[0],
        "form": form,
        "key": request.POST.get("key", "")[:64] or fresh_key(),
        "title": _("还要谁一起办"),
        "heading": _("还要谁一起办"),
        "close_url": reverse("desk:case", args=[case.number]),
        "body": "desk/case/_share_out.html",
    }
    template = "ui/sheet.html" if is_boosted(request) else "desk/case/share_out.html"
    return render(request, template, page, status=status)
