"""Orders from above 来件: to whom an answer is due and by when, the answer itself, and what the issuer says of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role, reads_full_words
from gezhi.cases.orders import actions, life
from gezhi.cases.orders import forms as own_forms
from gezhi.cases.orders import queries as orders
from gezhi.cases.orders.kinds import ANSWER_NAMES, ISSUER_NAMES, STATE_NAMES, Answer, Issuer
from gezhi.cases.orders.queries import Standing
from gezhi.channels.orders import papers, telling
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere
from gezhi.kernel.text import visible
from gezhi.kernel.worktime import ROUND_THE_CLOCK
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.reports import queries as reports
from gezhi.web import refusals, times
from gezhi.web.casework import course, lists
from gezhi.web.desk.order_story import story
from gezhi.web.fields import moment_field
from gezhi.web.staff import actor_of, at_of, duty_required

MOST = 100
ANY = UUID(int=0)  # stands for an order while the address of all is worked out
SOON = timedelta(hours=4)
DONE = "done"
GROUPS = {
    "overdue": gettext_lazy("已过时限"),
    "today": gettext_lazy("今天到期"),
    "week": gettext_lazy("七天之内"),
    "later": gettext_lazy("以后"),
}
PAPER_OF = {"answer": "answer", "return": "return", "ask_extension": "extend"}
VERDICTS = {
    "responded": gettext_lazy("是否响应"),
    "resolved": gettext_lazy("是否解决"),
    "satisfied": gettext_lazy("是否满意"),
}


@never_cache
@require_GET
@duty_required(Duty.CLERK, Duty.OFFICER)
def listed(request: HttpRequest) -> HttpResponse:
    """Who waits for an answer until when, by issuer. At most 7 queries."""
    actor, at = actor_of(request), at_of(request)
    asked = request.GET.get("issuer", "")
    issuer = asked if asked in Issuer.values else ""
    shows_done = DONE in request.GET
    if shows_done:
        rows = list(orders.listed(actor).exclude(done_at=None).order_by("-done_at", "-id")[:MOST])
    else:
        rows = list(orders.waiting(actor, issuer=issuer)[:MOST])
    counts = orders.counts(actor)
    shown = _rows(orders.with_cases(rows), at)
    page = {
        "heading": _("来件"),
        "groups": [(_("已答复的来件"), shown)] if shows_done else _grouped(shown),
        "is_any": bool(shown),
        "views": _views(counts, issuer, shows_done=shows_done),
        "may_keep": own_forms.may_keep(actor),
    }
    return render(request, "desk/orders.html", page)


def _views(counts: dict[str, int], issuer: str, *, shows_done: bool) -> list[dict[str, Any]]:
    url = reverse("desk:orders")
    found = [
        {
            "url": f"{url}?issuer={one}",
            "label": ISSUER_NAMES[one],
            "count": counts[one],
            "active": one == issuer,
        }
        for one in Issuer.values
        if counts.get(one)
    ]
    is_all = not issuer and not shows_done
    first = {"url": url, "label": _("待答复"), "count": sum(counts.values()), "active": is_all}
    return [
        first,
        *found,
        {"url": f"{url}?{DONE}=1", "label": _("已答复"), "count": None, "active": shows_done},
    ]


def _rows(found: Sequence[Standing], at: datetime) -> list[dict[str, Any]]:
    """1 query: places. Of the case no more than stands in the line: who has it, how long and by which of our clocks would take as long again."""
    known = places.by_ids({case.place_id for _order, case in found if case.place_id})
    url = reverse("desk:order", args=[ANY])
    return [
        {
            "url": url.replace(str(ANY), str(order.id)),
            "issuer": ISSUER_NAMES[order.issuer],
            "number": order.number,
            "state": STATE_NAMES[order.state],
            "is_asked": order.state == "asked",
            "case": lists.brief_row(case, known),
            "clock": _clock(order, at),
            "group": _group(order.due_at, at),
            "verdict": _verdict(order),
        }
        for order, case in found
    ]


def _clock(order: Any, at: datetime) -> times.Clock:
    """Their time runs day and night; of an answered one, whether it was in time."""
    if order.done_at is None:
        return times.clock(order.due_at, at=at, soon=at + SOON, hours=ROUND_THE_CLOCK)
    is_late = order.done_at > order.due_at
    said = _("%(when)s，超时") if is_late else "%(when)s"
    return times.Clock(
        "overdue" if is_late else "in_time",
        said % {"when": times.moment(order.done_at, at)},
        times.exact(order.done_at),
    )


def _group(due: datetime, at: datetime) -> str:
    if due < at:
        return "overdue"
    today, day = timezone.localtime(at).date(), timezone.localtime(due).date()
    if day == today:
        return "today"
    return "week" if day <= today + timedelta(days=7) else "later"


def _grouped(rows: Iterable[dict[str, Any]]) -> list[tuple[Any, list[dict[str, Any]]]]:
    by = (
        {name: [row for row in rows if row["group"] == name] for name in GROUPS}
        if (rows := list(rows))
        else {}
    )
    return [(GROUPS[name], found) for name, found in by.items() if found]


def _verdict(order: Any) -> str:
    said = [
        f"{label}{_('：')}{ANSWER_NAMES[value]}"
        for name, label in VERDICTS.items()
        if (value := getattr(order, name))
    ]
    return _("；").join(said)


class DeedForm(forms.Form):
    """One deed on an order: words, and until when where that is asked."""

    deed = forms.ChoiceField(choices=[(one.deed, one.deed) for one in life.ARROWS], widget=forms.HiddenInput)
    text = forms.CharField(
        required=False, max_length=actions.WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 5})
    )
    until = moment_field(gettext_lazy("延期至"), required=False)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order; POST does one deed on it. What was typed comes back with a refusal."""
    found = orders.acting(order_id, actor=actor_of(request))
    if request.method == "GET":
        return _page(request, found)
    form = DeedForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, error=_first(form), status=422)
    said = form.cleaned_data
    if warned := _warned(found, said["deed"], said["text"], request.POST.get("sure", "")):
        return _page(request, found, form=form, warned=warned, status=422)
    try:
        actions.do(
            order_id,
            said["deed"],
            said["text"],
            until=said["until"],
            actor=actor_of(request),
            at=at_of(request),
        )
    except NotFromHere:
        fresh = orders.acting(order_id, actor=actor_of(request))
        return _page(
            request,
            fresh,
            form=form,
            error=_("来件的状态刚刚变了，请看最新情况。您写的内容还在下面。"),
            status=409,
        )
    except (Missing, Invalid) as refused:
        return _page(request, found, form=form, error=sentence(refused), status=422)
    messages.success(request, DID[said["deed"]])
    return redirect("desk:order", order_id)


# What is said once before an answer is written down; pressed again it is.
WARNINGS = {
    "not_begun": gettext_lazy(
        "这件事还是已上报，没有受理也没有办理，还没有记为已答复。确实要现在答复，请再按一次。"
    ),
    "names": gettext_lazy("答复里好像有姓名、电话或证件号，还没有记为已答复。请去掉；确实要写，请再按一次。"),
}


def _warned(found: Standing, deed: str, text: str, sure: str) -> list[str]:
    """Keys of WARNINGS that this answer calls for and that nobody has waved away yet."""
    if deed != "answer" or not text.strip():
        return []
    due = {"not_begun": cases.public_step(found.case) == 1, "names": telling.names_somebody(text)}
    new = [name for name, is_due in due.items() if is_due]
    return [] if set(new) <= set(sure.split()) else new


DID = {
    "answer": gettext_lazy("已记为答复。请把答复交给来件单位：下载文件，或复制文字。"),
    "return": gettext_lazy("已记为退回。请把退件说明交给来件单位。"),
    "ask_extension": gettext_lazy("已记下延期申请。来件单位答复之前，原时限不变。"),
    "grant_extension": gettext_lazy("时限已按来件单位的同意改了。"),
    "refuse_extension": gettext_lazy("已记下：来件单位不同意延期，原时限不变。"),
    "send_back": gettext_lazy("已记下：来件单位要求再办，这件来件重新待答复。"),
}


def sentence(refused: Missing | Invalid) -> str:
    """Why it was refused; of a return after the window, when that ended."""
    if refused.code == "window_over":
        until = times.exact(cast("datetime", refused.details["until"]))
        return _("退回的期限 %(until)s 已过，不能再退。可以答复，或申请延期。") % {"until": until}
    return refusals.sentence(refused)


def _first(form: forms.Form) -> str:
    return str(next(iter(form.errors.values()))[0])


@require_POST
@duty_required(Duty.CLERK, Duty.OFFICER)
def verdict(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What the issuer says, a line at a time: two taps."""
    said = {name: request.POST.get(name, "") for name in VERDICTS}
    try:
        actions.note_verdict(
            order_id, said, request.POST.get("text", ""), actor=actor_of(request), at=at_of(request)
        )
    except (Missing, Invalid) as refused:
        found = orders.acting(order_id, actor=actor_of(request))
        return _page(request, found, verdict_error=refusals.sentence(refused), status=422)
    messages.success(request, _("来件单位的评价已记下。"))
    return redirect("desk:order", order_id)


@never_cache
@require_POST
@duty_required(Duty.CLERK, Duty.OFFICER)
def paper(request: HttpRequest, order_id: UUID, suffix: str) -> HttpResponse:
    """The issuer's form, filled with the words of the form that was sent, or those on file. Nothing is kept of it."""
    if suffix not in papers.SUFFIXES:
        raise NotFound("suffix")
    found = orders.acting(order_id, actor=actor_of(request))
    form = DeedForm(request.POST)
    deed = request.POST.get("deed", "")
    if deed not in PAPER_OF or not form.is_valid():
        return _page(
            request,
            found,
            form=form,
            error=_first(form) if form.errors else _("请选择要出哪种文件。"),
            status=422,
        )
    kind, said = PAPER_OF[deed], form.cleaned_data
    values = _values(request, found, said["text"].strip() or orders.words_of(order_id, deed), said["until"])
    blank = own_forms.form_of(found.order.issuer, kind, suffix) or papers.own(kind, suffix)
    try:
        data = papers.filled(blank, suffix, values)
    except Invalid as refused:
        return _page(request, found, form=form, error=refusals.sentence(refused), status=422)
    answer = HttpResponse(data, content_type=papers.MEDIA[suffix])
    name = f"order-{found.order.number}-{kind}.{suffix}"
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    answer["Content-Disposition"] = f'attachment; filename="{safe}"'
    return answer


def _values(request: HttpRequest, found: Standing, text: str, until: datetime | None) -> dict[str, str]:
    case, order = found.case, found.order
    known = parties.parties_by_ids({case.lead_id, case.desk_id})
    place = places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None
    until = until or order.asked_until
    return {
        "number": order.number,
        "issuer": str(ISSUER_NAMES[order.issuer]),
        "category": order.category,
        "received": times.exact(order.received_at),
        "due": times.exact(order.due_at),
        "case": case.number,
        "place": place.full_name if place else "",
        "party": known[case.lead_id].name,
        "text": text,
        "until": times.exact(until),
        "office": known[case.desk_id].name,
        "phone": known[case.desk_id].standing_phone,
        "today": times.day(at_of(request)),
    }


def _page(
    request: HttpRequest,
    found: Standing,
    *,
    form: forms.Form | None = None,
    error: str = "",
    verdict_error: str = "",
    warned: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    actor, at = actor_of(request), at_of(request)
    order, case = found.order, found.case
    roles = cases.roles(case, actor=actor)
    may_act = bool(roles & {Role.DESK, Role.APPROVER})
    reads = reports.for_desk if reads_full_words(roles) else reports.for_handlers
    said = reads([order.report_id])[0].text
    offered = life.offers(order.state, return_until=order.return_until, at=at) if may_act else ()
    steps = orders.steps(order.id)
    page = {
        "heading": f"{ISSUER_NAMES[order.issuer]} {order.number}",
        "order": order,
        "issuer": ISSUER_NAMES[order.issuer],
        "state": STATE_NAMES[order.state],
        "clock": _clock(order, at),
        **{name: times.exact(moment) for name, moment in _moments(order).items()},
        "text": visible(said),
        "is_secret": telling.wants_secrecy(said),
        "response": telling.response(said),
        "row": lists.rows([case], at=at)[0],
        "offered": offered,
        "window_is_over": order.done_at is None and "return" not in offered and may_act,
        "draft": course.plain(case) if "answer" in offered else "",
        "typed": form.data if form is not None else {},
        "error": error,
        "warnings": [WARNINGS[one] for one in warned],
        "warned": " ".join(warned),
        "verdict_error": verdict_error,
        "may_judge": may_act,
        "verdicts": _judging(order),
        "recorded": _recorded(order, steps),
        "story": story(steps, at),
    }
    return render(request, "desk/order.html", page, status=status)


def _moments(order: Any) -> dict[str, datetime | None]:
    return {
        "due": order.due_at,
        "window": order.return_until,
        "asked_until": order.asked_until,
        "received": order.received_at,
    }


def _judging(order: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": label,
            "said": ANSWER_NAMES[value] if (value := getattr(order, name)) else "",
            "options": [(one, ANSWER_NAMES[one]) for one in Answer.values],
        }
        for name, label in VERDICTS.items()
    ]


def _recorded(order: Any, steps: Sequence[Any]) -> dict[str, str]:
    """The deed that stands, with its words, for the paper that follows it; {} while none does."""
    wanted = {"answered": "answer", "returned": "return", "asked": "ask_extension"}.get(order.state)
    said = [step.words.get("text", "") for step in steps if step.entry.event == f"order_{wanted}"]
    return {"deed": wanted, "text": said[-1]} if wanted and said else {}
