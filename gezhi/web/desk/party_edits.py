"""Change a party, make it the intake desk, close it, take the closing back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import queries as catalogue
from gezhi.flows import closing
from gezhi.parties import actions
from gezhi.parties import queries as who
from gezhi.web.desk.keeper import deed_page, offer
from gezhi.web.rail import KEEPERS
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none


class AmendForm(forms.Form):
    """What may change about a party."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    parent = forms.ChoiceField(label=gettext_lazy("上一级"), required=False)
    calendar = forms.ChoiceField(label=gettext_lazy("作息"))


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def amend(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Another name, calendar, or party one level up."""
    row = who.party(party_id)
    first = {"name": row.name, "parent": str(row.parent_id or ""), "calendar": row.calendar}
    form, language = AmendForm(request.POST or None, initial=first), get_language() or ""
    others = [(str(one.id), one.name) for one in who.parties() if one.id != party_id]
    offer(form, "parent", [("", _("没有")), *others])
    offer(form, "calendar", [(one.code, one.label(language)) for one in catalogue.calendars()])

    def deed() -> Any:
        said = form.cleaned_data
        changes = {"name": said["name"], "calendar": said["calendar"]}
        parent = uuid_or_none(said["parent"])
        return actions.amend_party(
            party_id, **changes, parent_id=parent, actor=actor_of(request), at=at_of(request)
        )

    return deed_page(
        request,
        form,
        deed,
        done=_("已保存，改动记在下面的历史里。"),
        heading=_("修改 %(name)s") % {"name": row.name},
        submit=_("保存"),
        back=reverse("desk:party", args=[party_id]),
        intro=_("换了作息，从现在起新算的时限按新的作息算。"),
    )


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def intake(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """From now on this party takes what nobody else does."""
    return _confirmed(
        request,
        party_id,
        actions.make_intake,
        heading=_("设 %(name)s 为总受理席"),
        submit=_("设为总受理席"),
        intro=_("不知道在哪里的、没有受理席的上报，以后都到这里。现在的总受理席同时卸下。"),
    )


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def close(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Out of use from today; refused while it serves, has people, open cases, or stands above others."""
    return _confirmed(
        request,
        party_id,
        closing.close_party,
        heading=_("停用 %(name)s"),
        submit=_("停用单位"),
        intro=_(
            "从今天起不能再派给它；还有没办完的案件时，不能停用。它办过的案件、台账和历史都留着；停错了，可以恢复。"
        ),
    )


@require_http_methods(["GET", "POST"])
@duty_required(*KEEPERS)
def reopen(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """Take the closing back."""
    return _confirmed(
        request,
        party_id,
        actions.reopen_party,
        heading=_("恢复 %(name)s"),
        submit=_("恢复使用"),
        intro=_("恢复以后，它服务哪里、谁在岗，要重新登记。"),
    )


def _confirmed(
    request: HttpRequest, party_id: UUID, deed: Callable[..., Any], *, heading: str, submit: str, intro: str
) -> HttpResponse:
    """A page that says what follows, and one button."""
    row = who.party(party_id)
    form = forms.Form(request.POST if request.method == "POST" else None)
    back = reverse("desk:party", args=[party_id])
    said = heading % {"name": row.name}
    return deed_page(
        request,
        form,
        lambda: deed(party_id, actor=actor_of(request), at=at_of(request)),
        done=_("已保存，改动记在下面的历史里。"),
        heading=said,
        submit=submit,
        back=back,
        intro=intro,
    )
