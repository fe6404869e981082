"""The page of one case, as a page or as the sheet beside the list; a phone number; the desk's own wording; erasing a reporter."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import queries as cases
from gezhi.cases.orders import queries as orders
from gezhi.cases.orders.kinds import ISSUER_NAMES, STATE_NAMES
from gezhi.flows import reach_reporter
from gezhi.kernel.refusal import Invalid, Missing, Refusal
from gezhi.web import refusals, times
from gezhi.web.casework import casepage
from gezhi.web.casework.moveform import MoveForm
from gezhi.web.casework.network import sections
from gezhi.web.casework.offers import choices
from gezhi.web.desk import publicly
from gezhi.web.routes import route
from gezhi.web.staff import actor_of, at_of, came_from, is_boosted, staff_required


@never_cache
@require_GET
@staff_required
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: what was said, where, who has it, clocks, story, and what this actor may do."""
    return render(
        request,
        "desk/case/sheet.html" if is_boosted(request) else "desk/case/page.html",
        _page(request, number),
    )


def _page(request: HttpRequest, number: str) -> dict[str, Any]:
    found = cases.by_number(number, actor=actor_of(request))
    page = casepage.context(found, actor=actor_of(request), at=at_of(request))
    back = came_from(request)
    first = page["deeds"][0]["event"] if page["deeds"] else ""
    inline = MoveForm(first, found, choices(request, found, first)) if first == "dispatch" else None
    return {
        **page,
        "inline": inline,
        "back": back,
        "is_sheet": is_boosted(request),
        "orders": _orders(found, request),
        "public": publicly.section(request, found, page["said"]["first"]),
        **sections.context(found, actor=actor_of(request), at=at_of(request)),
        "close_url": back or route("desk:inbox"),
        "title": page["row"].place,
        "body": "desk/case/_body.html",
        "offers": "desk/case/_offers.html",
    }


def _orders(case: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """The orders from above on this case, for those who answer them. 1 query."""
    return [
        {
            "url": route("desk:order", one.id),
            "issuer": ISSUER_NAMES[one.issuer],
            "number": one.number,
            "state": STATE_NAMES[one.state],
            "due": times.exact(one.due_at) if one.done_at is None else "",
        }
        for one in (orders.of_case(case.id) if orders.sees_orders(actor_of(request)) else ())
    ]


@never_cache
@require_http_methods(["GET", "POST"])
@staff_required
def reveal(request: HttpRequest, number: str, report_id: UUID) -> HttpResponse:
    """Why the phone number is needed; then the number. The reporter sees who looked, when and why."""
    found = cases.by_number(number, actor=actor_of(request))
    page: dict[str, Any] = {"case": found, "reason": request.POST.get("reason", "")}
    if request.method == "GET":
        reach_reporter.ask_to_reveal(found.id, report_id, actor=actor_of(request))
        return render(request, "desk/case/reveal.html", page)
    try:
        phone = reach_reporter.reveal_contact(
            found.id, report_id, page["reason"], actor=actor_of(request), at=at_of(request)
        )
    except (Missing, Invalid) as refused:
        return _again(request, "reveal", page, refused)
    return render(request, "desk/case/reveal.html", {**page, "phone": phone})


@require_http_methods(["GET", "POST"])
@staff_required
def restate(request: HttpRequest, number: str, report_id: UUID) -> HttpResponse:
    """Say in the desk's words what was said; handlers read this from then on."""
    found = cases.by_number(number, actor=actor_of(request))
    page: dict[str, Any] = {"case": found, "text": request.POST.get("text", "")}
    if request.method == "GET":
        reach_reporter.ask_to_restate(found.id, report_id, actor=actor_of(request))
        return render(request, "desk/case/restate.html", page)
    try:
        reach_reporter.restate(found.id, report_id, page["text"], actor=actor_of(request), at=at_of(request))
    except (Missing, Invalid) as refused:
        return _again(request, "restate", page, refused)
    messages.success(request, _("处置人今后看到的是您转述的话。"))
    return redirect("desk:case", found.number)


def _again(request: HttpRequest, name: str, page: dict[str, Any], refused: Refusal) -> HttpResponse:
    said = {**page, "error": refusals.sentence(refused)}
    return render(request, f"desk/case/{name}.html", said, status=422)


@require_http_methods(["GET", "POST"])
@staff_required
def forget(request: HttpRequest, number: str, report_id: UUID) -> HttpResponse:
    """Erase a reporter who asks for it: first why and what, then what goes and what stays, then the deed, which nobody can undo."""
    found = cases.by_number(number, actor=actor_of(request))
    reach_reporter.ask_to_restate(found.id, report_id, actor=actor_of(request))
    reason, pictures = request.POST.get("reason", ""), "pictures" in request.POST
    page: dict[str, Any] = {"case": found, "reason": reason, "pictures": pictures}
    if request.method == "GET":
        return render(request, "desk/case/forget.html", page)
    if reason.strip() and "sure" not in request.POST:
        return render(request, "desk/case/forget.html", {**page, "asks": True})
    try:
        reach_reporter.forget(
            found.id, report_id, reason, with_pictures=pictures, actor=actor_of(request), at=at_of(request)
        )
    except (Missing, Invalid) as refused:
        return render(
            request, "desk/case/forget.html", {**page, "error": refusals.sentence(refused)}, status=422
        )
    messages.success(request, _("这位上报人的话和电话已经清除。"))
    return redirect("desk:case", found.number)
