"""Practices at the desk: write one down from a closed case, say whether one helped, change, offer and withdraw them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.cases import queries as cases
from gezhi.catalogue import practices
from gezhi.catalogue import queries as catalogue
from gezhi.flows import practices as flow
from gezhi.kernel.refusal import NotFound, NotYours
from gezhi.places.kinds import Kind
from gezhi.web.desk import history
from gezhi.web.desk.keeper import form_page, tried
from gezhi.web.staff import actor_of, at_of, staff_required

HELP = gettext_lazy(
    "写做了什么、为什么管用。不写人名、门牌和电话；写了的，存的时候会换成“某人”“某户”和星号。"
)
STATES = {
    practices.DRAFTED: gettext_lazy("草稿，等受理席放出来"),
    practices.OFFERED: gettext_lazy("同类的案件里会提示"),
    practices.WITHDRAWN: gettext_lazy("已撤下"),
}
ACTS = {"offer": practices.OFFERED, "withdraw": practices.WITHDRAWN}


class PracticeForm(forms.Form):
    """What worked."""

    practice = forms.CharField(
        label=gettext_lazy("做法"),
        max_length=practices.SIGNS,
        help_text=HELP,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "POST"])
@staff_required
def learn(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what worked in a closed case; what was noted when it was done stands there already."""
    actor, at = actor_of(request), at_of(request)
    case = cases.by_number(number, actor=actor)
    if not cases.roles(case, actor=actor) & flow.AT_WORK:
        raise NotYours(deed="practice")
    back = reverse("desk:case", args=[case.number])
    form = PracticeForm(request.POST or None)
    if form.is_valid():
        text = form.cleaned_data["practice"]
        made = tried(form, lambda: flow.learn(case.id, text, actor=actor, at=at))
        if made is not None:
            is_offered = made.state == practices.OFFERED
            messages.success(
                request,
                _("记下了。同类的案件里会提示这条做法。")
                if is_offered
                else _("记下了，等受理席看过再提示给别人。"),
            )
            return redirect(back)
    return form_page(request, form, heading=_("把这次的做法记下来"), submit=_("记下来"), back=back)


@require_POST
@staff_required
def used(request: HttpRequest, number: str, practice_id: UUID) -> HttpResponse:
    """It was tried on this case: it helped, or it did not."""
    actor, at = actor_of(request), at_of(request)
    case = cases.by_number(number, actor=actor)
    flow.say_whether_it_helped(
        case.id, practice_id, helped=request.POST.get("helped") == "1", actor=actor, at=at
    )
    messages.success(request, _("谢谢，记下了。"))
    return redirect("desk:case", case.number)


@require_http_methods(["GET", "POST"])
@staff_required
def practice(request: HttpRequest, practice_id: UUID) -> HttpResponse:
    """One practice: its words, where it came from, how often it helped, its history; who keeps them changes it here."""
    actor, at = actor_of(request), at_of(request)
    row = practices.one(practice_id)
    form = PracticeForm(
        request.POST if request.POST.get("act") == "save" else None, initial={"practice": row.text}
    )
    revision = _revision(request)
    if (act := request.POST.get("act", "")) in ACTS:
        practices.turn(row.id, ACTS[act], revision=revision, actor=actor, at=at)
        messages.success(request, _("已保存，改动记在下面的历史里。"))
        return redirect("desk:practice", row.id)
    if form.is_valid():
        text = form.cleaned_data["practice"]
        if tried(form, lambda: practices.change(row.id, text, revision=revision, actor=actor, at=at)):
            messages.success(request, _("已保存，改动记在下面的历史里。"))
            return redirect("desk:practice", row.id)
    leaf = catalogue.category(row.category_id)
    page: dict[str, Any] = {
        "heading": _("做法"),
        "practice": row,
        "category": leaf,
        "category_name": leaf.label(get_language() or ""),
        "kind": Kind(row.place_kind).label if row.place_kind in Kind.values else "",
        "state": STATES[row.state],
        "source": _source(row, request),
        "form": form,
        "may_keep": practices.may_keep(actor),
        "history": history.said([(practices.KIND, row.id)], now=at, until=at),
    }
    return render(request, "desk/spots/practice.html", page, status=422 if form.errors else 200)


def _source(row: Any, request: HttpRequest) -> str:
    """The number of the case it came from, where the reader may open it. At most 3 queries."""
    if row.source_kind != flow.CASE:
        return ""
    try:
        return str(cases.by_id(row.source_id, actor=actor_of(request)).number)
    except NotFound:
        return ""


def _revision(request: HttpRequest) -> int:
    """What was seen; one that nothing has when it is no figure."""
    said = request.POST.get("revision", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def of_category(category_id: UUID) -> list[dict[str, Any]]:
    """What is known for a category, as its page lists it. 1 query."""
    return [
        {
            "url": reverse("desk:practice", args=[one.id]),
            "text": one.text,
            "kind": Kind(one.place_kind).label if one.place_kind in Kind.values else "",
            "state": STATES[one.state],
            "is_offered": one.state == practices.OFFERED,
            "useful": one.useful,
            "useless": one.useless,
        }
        for one in practices.of_category(category_id)
    ]
