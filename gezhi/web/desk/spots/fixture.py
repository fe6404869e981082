"""A fixture: what happened to it, who owns and maintains it with their phones; and which one a case is about."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.cases import queries as cases
from gezhi.cases.memory import things
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.parties import upkeep
from gezhi.places import queries as places
from gezhi.places.kinds import FixtureKind
from gezhi.web.desk.keeper import form_page, offer, tried
from gezhi.web.punctuation import aside
from gezhi.web.rail import KEEPERS
from gezhi.web.staff import actor_of, at_of, duty_required, staff_required, uuid_or_none

WHO = {upkeep.OWNER: gettext_lazy("谁的"), upkeep.MAINTAINER: gettext_lazy("谁维护")}


def head(fixture: places.FixtureRow, *, may_keep: bool) -> dict[str, Any]:
    """What it is, and who owns and maintains it. 1 query."""
    known = upkeep.of(fixture.id)
    return {
        "name": fixture.name,
        "code": fixture.code,
        "kind": FixtureKind(fixture.kind).label,
        "may_keep": may_keep,
        "upkeep": [
            {
                "label": label,
                "who": known.get(kind),
                "url": reverse("desk:upkeep", args=[fixture.code, kind]),
                "party_url": reverse("desk:party", args=[known[kind].party_id])
                if kind in known and known[kind].party_id
                else "",
            }
            for kind, label in WHO.items()
        ],
    }


class UpkeepForm(forms.Form):
    """A party that is here, or a firm with its phone."""

    party = forms.ChoiceField(label=gettext_lazy("单位"), required=False)
    name = forms.CharField(
        label=gettext_lazy("不在名单里的，写名称"), max_length=upkeep.SIGNS, required=False
    )
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=40, required=False)


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def keep(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Who owns it, or who maintains it."""
    if kind not in upkeep.KINDS:
        raise Http404
    row = places.fixture_by_code(code)
    known = upkeep.of(row.id).get(kind)
    first = {"party": str(known.party_id or ""), "name": "", "phone": ""} if known else {}
    if known and not known.party_id:
        first |= {"name": known.name, "phone": known.phone}
    form = UpkeepForm(request.POST or None, initial=first)
    offer(form, "party", [("", _("不选")), *((str(id), name) for id, name in parties.open_names())])
    back = reverse("desk:fixture", args=[row.code])
    if form.is_valid():
        said = form.cleaned_data
        done = tried(form, lambda: _keep(row, kind, said, request))
        if done:
            messages.success(request, _("已保存。"))
            return redirect(back)
    heading = aside(row.name, str(WHO[kind]))
    intro = _("选一个单位；不在名单里的，写名称和电话。都不填，就是不知道。")
    return form_page(request, form, heading=heading, submit=_("保存"), back=back, intro=intro)


def _keep(row: places.FixtureRow, kind: str, said: dict[str, str], request: HttpRequest) -> bool:
    upkeep.keep(
        row.id,
        kind,
        party=uuid_or_none(said["party"]),
        name=said["name"],
        phone=said["phone"],
        actor=actor_of(request),
        at=at_of(request),
    )
    return True


@require_POST
@staff_required
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """Which fixture this case is about; "" = none."""
    case = cases.by_number(number, actor=actor_of(request))
    said = request.POST.get("fixture", "")
    wanted = uuid_or_none(said)
    if said and wanted is None:
        raise Invalid("fixture", "unknown")
    things.name_fixture(case.id, wanted, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("已保存。"))
    return redirect("desk:case", case.number)


def may_keep(request: HttpRequest) -> bool:
    """Keepers of parties keep this, too."""
    return actor_of(request).has(*cast(tuple[Duty, ...], KEEPERS))
