"""Who handles a category and who next: an ordered list of choices, one row a party; works without script."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import actions
from gezhi.catalogue import queries as book
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound
from gezhi.web import chains, words
from gezhi.web.desk.keeper import tried
from gezhi.web.staff import actor_of, at_of, duty_required

SPARE, LEAST = 2, 4  # rows to add, rows at all
JOINS = (("then", gettext_lazy("然后")), ("or", gettext_lazy("或者")), ("with", gettext_lazy("会同")))
WHERE = (("", gettext_lazy("不分")), ("compound", gettext_lazy("小区内")), ("street", gettext_lazy("街面")))


class LinkForm(forms.Form):
    """One party of the chain; a row without a party is left out."""

    place = forms.IntegerField(label=gettext_lazy("次序"), min_value=1, max_value=99, required=False)
    join = forms.ChoiceField(label=gettext_lazy("与前一家"), choices=JOINS, required=False)
    party = forms.ChoiceField(
        label=pgettext_lazy("chain", "单位"),
        choices=[("", "—"), *words.PARTY_LEVELS.items()],
        required=False,
    )
    agency = forms.CharField(
        label=gettext_lazy("具体哪家"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"list": "agencies"}),
    )
    where = forms.ChoiceField(label=gettext_lazy("在哪一边"), choices=WHERE, required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=60, required=False)


class ChainForm(forms.Form):
    """The revision that was seen; what is wrong with the whole."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def chain(request: HttpRequest, code: str) -> HttpResponse:
    """Change who is asked, in which order."""
    one = book.by_code(code)
    if not one.is_leaf or one.refer_out:
        raise NotFound("chain")
    form = ChainForm(request.POST or None, initial={"revision": one.revision})
    rows = _rows(one, request.POST or None)
    if form.is_valid() and all(row.is_valid() for row in rows):
        deed = tried(
            form,
            lambda: actions.change_category(
                one.id,
                {"chain": _links(rows)},
                revision=form.cleaned_data["revision"],
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if deed:
            messages.success(request, _("已保存，改动记在下面的历史里。"))
            return redirect("desk:category", code)
    page = {
        "heading": _("由谁办：%(name)s") % {"name": one.label(get_language() or "")},
        "form": form,
        "rows": rows,
        "agencies": [_(name) for name in chains.NAMES],
        "back": reverse("desk:category", args=[code]),
    }
    is_bad = form.errors or any(row.errors for row in rows)
    return render(request, "desk/chain.html", page, status=422 if is_bad else 200)


def _rows(one: Any, data: Any) -> list[LinkForm]:
    """The links that stand there, and room for more."""
    found = [{**vars(link), "place": place} for place, link in enumerate(one.chain, 1)]
    count = max(LEAST, len(found) + SPARE)
    found += [{"place": place} for place in range(len(found) + 1, count + 1)]
    return [LinkForm(data, prefix=f"link{n}", initial=first) for n, first in enumerate(found)]


def _links(rows: list[LinkForm]) -> list[dict[str, str]]:
    """The chain as the catalogue takes it: by the order that was typed; the first stands for itself."""
    said = [row.cleaned_data for row in rows if row.cleaned_data.get("party")]
    links = [
        {"join": "then"} | {name: one[name] or "" for name in ("party", "agency", "where", "note", "join")}
        for one in sorted(said, key=lambda one: one["place"] or len(rows) + 1)
    ]
    return [
        {**link, "join": link["join"] if place and link["join"] else "then"}
        for place, link in enumerate(links)
    ]
