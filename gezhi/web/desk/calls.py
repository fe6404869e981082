"""The call-back list: whom the desk rings up, what to say, and what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import calls as call_backs
from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.flows import reach_reporter
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.web import refusals, times, words
from gezhi.web.casework import lists
from gezhi.web.staff import actor_of, at_of, duty_required

MOST = 100
ABOUT_NUMBERS = frozenset({"joined", "apart", "split"})  # whoever asks by phone needs the number of now


@never_cache
@require_GET
@duty_required(Duty.CLERK, Duty.OFFICER)
def calls(request: HttpRequest) -> HttpResponse:
    """Calls owed, oldest first. No phone number stands here."""
    owed, at = list(cases.owed_calls(actor_of(request))[:MOST]), at_of(request)
    known = {row.id: row for row in lists.rows([one.case for one in owed], at=at)}
    rows = [
        {
            "id": one.id,
            "what": words.of(words.CALLS, one.kind),
            "case": known[one.case_id],
            "tries": one.tries,
            "last": times.moment(one.last_try_at, at),
            "since": times.between(one.made_at, at),
        }
        for one in owed
    ]
    return render(request, "desk/calls.html", {"heading": _("电话回访"), "rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """One call: POST show = the number (journalled), POST outcome = what came of it. Who is too late gets back what he wrote."""
    owed = cases.call(call_id, actor=actor_of(request))
    if owed.done_at is not None:
        return _too_late(request, owed)
    if "outcome" in request.POST:
        return _noted(request, owed)
    phone, error = "", ""
    if request.method == "POST":
        try:
            reason = _("回访：%(what)s") % {"what": words.of(words.CALLS, owed.kind)}
            phone = reach_reporter.reveal_contact(
                owed.case_id, owed.report_id, reason, actor=actor_of(request), at=at_of(request)
            )
        except Invalid as none:
            error = refusals.sentence(none)
    return _page(request, owed, phone=phone, error=error)


def _noted(request: HttpRequest, owed: Any) -> HttpResponse:
    outcome, note = request.POST["outcome"], request.POST.get("note", "")
    try:
        call_backs.note_call(owed.id, outcome, note, actor=actor_of(request), at=at_of(request))
    except NotFound:  # settled just now
        return _too_late(request, cases.call(owed.id, actor=actor_of(request)))
    except (Missing, Invalid) as refused:
        return _page(request, owed, note=note, error=refusals.sentence(refused), status=422)
    messages.success(
        request,
        _("%(number)s：%(what)s")
        % {"number": owed.case.number, "what": words.of(words.CALL_OUTCOMES, outcome)},
    )
    return redirect("desk:calls")


def _too_late(request: HttpRequest, call: Any) -> HttpResponse:
    """What became of it meanwhile; 404 for whoever has written nothing yet."""
    if request.method != "POST":
        raise NotFound("call")
    page = {
        "heading": words.of(words.CALLS, call.kind),
        "row": lists.rows([call.case], at=at_of(request))[0],
        "outcome": words.of(words.CALL_OUTCOMES, call.outcome),
        "when": times.moment(call.done_at, at_of(request)),
        "note": request.POST.get("note", "").strip(),
        "ending": call.case.ending_reason,
    }
    return render(request, "desk/call_over.html", page, status=409)


def _page(
    request: HttpRequest, owed: Any, *, phone: str = "", note: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    outcomes = (
        ("satisfied", "unsatisfied", "not_reached")
        if owed.kind == "please_confirm"
        else ("told", "not_reached")
    )
    most = catalogue.rule("call_tries")
    page = {
        "heading": words.of(words.CALLS, owed.kind),
        "call": owed,
        "row": lists.rows([owed.case], at=at_of(request))[0],
        "phone": phone,
        "note": note,
        "error": error,
        "outcomes": [(code, words.of(words.CALL_OUTCOMES, code)) for code in outcomes],
        "try_number": owed.tries + 1,
        "most": most,
        "is_last": owed.tries + 1 >= most,
        "ending": owed.case.ending_reason,
        "goes_on_as": cases.of_report(owed.report_id).number if owed.kind in ABOUT_NUMBERS else "",
    }
    return render(request, "desk/call.html", page, status=status)
