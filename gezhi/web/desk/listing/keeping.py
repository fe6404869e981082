"""Views that people keep: save the list as it is asked for, change, share, order, drop; and which columns a list has."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.kernel import counting
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.parties import queries as parties
from gezhi.parties import savedviews
from gezhi.parties.savedviews import ViewRow
from gezhi.web.casework.lists import soon_at
from gezhi.web.desk import filters
from gezhi.web.desk.keeper import form_page, offer, tried
from gezhi.web.desk.listing import chips, columns, counters
from gezhi.web.desk.listing.question import Question, read, read_text
from gezhi.web.punctuation import series
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

OWN_LIST = re.compile(r"/desk/(\?[\w=&%.,+~-]*)?")


class ViewForm(forms.Form):
    """A view's name, whose it is, and its columns. query: the filter as it stood on the list."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=savedviews.MOST_SIGNS,
        help_text=gettext_lazy("几个字，例如：悦海积水。"),
    )
    owner = forms.ChoiceField(label=gettext_lazy("给谁看"), required=False, widget=forms.RadioSelect)
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("显示哪些列"),
        required=False,
        choices=[(code, label) for code, label in columns.COLUMNS.items() if code != columns.ALWAYS],
        widget=forms.CheckboxSelectMultiple,
    )
    query = forms.CharField(required=False, max_length=savedviews.MOST_QUERY, widget=forms.HiddenInput)

    def said(self) -> dict[str, Any]:
        """As the deed wants it."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "party": uuid_or_none(given["owner"]),
            "columns": columns.sound(given["columns"]),
            "query": given["query"],
        }


@require_GET
@staff_required
def listed(request: HttpRequest) -> HttpResponse:
    """All views that he sees, each with how many cases it has, what it asks for and what may be done about it."""
    actor, at = actor_of(request), at_of(request)
    rows = savedviews.seen_by(actor)
    totals = counters.totals(rows, actor, at=at, soon=soon_at(at))
    names = {
        id: one.name
        for id, one in parties.parties_by_ids({row.party_id for row in rows if row.party_id}).items()
    }
    chosen = counters.judged_all(rows)
    page = {
        "heading": _("视图"),
        "rows": [
            {
                "row": row,
                "url": f"{reverse('desk:inbox')}?{row.query}&saved={row.id.hex}",
                "asks": asks(one),
                "count": counting.said(totals.get(row.id)),
                "said": [*one.problems, *one.notes, *([_("位置找不到了。")] if one.place_missed else ())],
                "party": names.get(row.party_id, "") if row.party_id else "",
                "may_change": savedviews.may_change(row, actor),
                "is_beyond": number >= counters.MOST_SHOWN,
            }
            for number, (row, one) in enumerate(zip(rows, chosen, strict=True))
        ],
        "most": counters.MOST_SHOWN,
        "dropped": uuid_or_none(request.GET.get("dropped", "")),
    }
    return render(request, "desk/listing/views.html", page)


@require_http_methods(["GET", "POST"])
@staff_required
def new(request: HttpRequest) -> HttpResponse:
    """Keep the list that is asked for in the address under a name."""
    question = _settled(
        read_text(request.POST.get("query", "")) if request.POST else read(dict(request.GET.lists()))
    )
    first = {"query": question.written(), "columns": columns.USUAL, "owner": ""}
    form = _form(request, first)
    if form.is_valid():
        said = form.said() | {"query": question.written()}
        made = tried(form, lambda: savedviews.keep(**said, actor=actor_of(request), at=at_of(request)))
        if made is not None:
            messages.success(request, _("已存为视图，列在案件上方。"))
            return redirect(_url(savedviews.one(made, actor=actor_of(request))))
    return _page(request, form, question, heading=_("存为视图"), submit=_("存下"))


@require_http_methods(["GET", "POST"])
@staff_required
def view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Another name, owner, columns; and another filter, where the address brings one."""
    row = savedviews.one(view_id, actor=actor_of(request))
    if not savedviews.may_change(row, actor_of(request)):
        raise NotYours(deed="change_view")
    query = request.POST.get("query", "") if request.POST else request.GET.urlencode()
    question = _settled(read_text(query)) if query else read_text(row.query)
    first = {
        "name": row.name,
        "owner": str(row.party_id or ""),
        "columns": columns.shown(row.columns),
        "query": question.written(),
    }
    form = _form(request, first)
    if form.is_valid():
        said = form.said() | {"query": question.written()}
        if _did(form, lambda: savedviews.amend(view_id, **said, actor=actor_of(request), at=at_of(request))):
            messages.success(request, _("视图已改好。"))
            return redirect(_url(savedviews.one(view_id, actor=actor_of(request))))
    return _page(request, form, question, heading=_("视图：%(name)s") % {"name": row.name}, submit=_("保存"))


@require_POST
@staff_required
def act(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """One of the buttons: earlier, later, drop, bring back."""
    who = {"actor": actor_of(request), "at": at_of(request)}
    match request.POST.get("act"):
        case "up" | "down" as way:
            savedviews.move(view_id, earlier=way == "up", **who)
        case "drop":
            name = savedviews.one(view_id, actor=actor_of(request)).name
            savedviews.drop(view_id, **who)
            messages.success(request, _("视图“%(name)s”已删去，案件都还在。") % {"name": name})
            return redirect(f"{reverse('desk:views')}?dropped={view_id}")
        case "restore":
            savedviews.restore(view_id, **who)
            messages.success(request, _("视图已恢复。"))
        case _other:
            raise Invalid("act", "unknown")
    return redirect("desk:views")


@require_POST
@staff_required
def choose_columns(request: HttpRequest) -> HttpResponse:
    """From now on the list has these columns, for this person alone; back to where he was."""
    asked = uuid_or_none(request.POST.get("saved", ""))
    of = savedviews.one(asked, actor=actor_of(request)).id if asked else None
    codes = () if "usual" in request.POST else columns.sound(request.POST.getlist("columns"))
    savedviews.choose_columns(actor_of(request), of, codes)
    back = request.POST.get("back", "")
    return redirect(back if OWN_LIST.fullmatch(back) else reverse("desk:inbox"))


def asks(chosen: filters.Chosen) -> str:
    """What a view asks for, in one line."""
    view = chosen.view
    first = filters.VIEWS[view][0] if view in filters.VIEWS else _("已结案")
    return series([str(first), *(one.whole for one in chips.chips(chosen))])


def _settled(question: Question) -> Question:
    """With the place by its code, which stays when a name is given to another. At most 2 queries."""
    found = filters.place_of(question.typed["place"])
    return question.changed(place=found.code) if found else question


def _form(request: HttpRequest, first: dict[str, Any]) -> ViewForm:
    form = ViewForm(request.POST or None, initial=first)
    own = parties.parties_by_ids(actor_of(request).parties()).values()
    everybody = [
        (str(one.id), _("%(party)s的人都能看") % {"party": one.name}) for one in own if one.closed_on is None
    ]
    offer(form, "owner", [("", _("只给自己")), *everybody])
    return form


def _did(form: ViewForm, deed: Any) -> bool:
    """Whether the deed went through; else the form says why not."""

    def done() -> bool:
        deed()
        return True

    return bool(tried(form, done))


def _page(
    request: HttpRequest, form: ViewForm, question: Question, *, heading: str, submit: str
) -> HttpResponse:
    chosen = filters.judged(question, filters.place_of(question.typed["place"]), None)
    intro = _("条件：%(asks)s") % {"asks": asks(chosen)}
    return form_page(request, form, heading=heading, submit=submit, back=reverse("desk:views"), intro=intro)


def _url(row: ViewRow) -> str:
    return f"{reverse('desk:inbox')}?{row.query}&saved={row.id.hex}"
