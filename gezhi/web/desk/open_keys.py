"""Keys of applications that report through Open311: which there are, a new one shown once, and an end to one. Administrators keep them."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Duty
from gezhi.parties import openkeys
from gezhi.parties.issued import NAME_LIMIT
from gezhi.parties.openkeys import OpenKeyRow
from gezhi.web import times
from gezhi.web.desk.keeper import form_page, tried
from gezhi.web.staff import actor_of, at_of, duty_required


class OpenKeyForm(forms.Form):
    """What the application is called."""

    name = forms.CharField(
        label=gettext_lazy("应用的名称"),
        max_length=NAME_LIMIT,
        help_text=gettext_lazy(
            "它会写在每条上报旁边，例如：市民随手拍。一个应用一个密钥，停用时不牵连别的。"
        ),
    )


@never_cache
@require_GET
@duty_required(Duty.ADMIN)
def open_keys(request: HttpRequest) -> HttpResponse:
    """All keys, living ones first."""
    return _page(request)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def new_open_key(request: HttpRequest) -> HttpResponse:
    """A new key; it is on the page that answers, and never again."""
    form = OpenKeyForm(request.POST or None)
    if form.is_valid():
        made = tried(
            form,
            lambda: openkeys.make_key(form.cleaned_data["name"], actor=actor_of(request), at=at_of(request)),
        )
        if made:
            return _page(request, secret=made[1])
    return form_page(
        request,
        form,
        heading=_("新的 Open311 密钥"),
        submit=_("生成密钥"),
        back=reverse("desk:open_keys"),
        intro=_("有密钥的应用可以替居民上报。它看不到任何不公开的内容，也不能办理案件。"),
    )


@require_POST
@duty_required(Duty.ADMIN)
def end_open_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """It opens nothing from now on."""
    openkeys.end_key(key_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("密钥已停用。"))
    return redirect("desk:open_keys")


def _page(request: HttpRequest, *, secret: str = "") -> HttpResponse:
    rows, at = openkeys.keys(), at_of(request)
    page = {
        "heading": _("Open311 密钥"),
        "secret": secret,
        "living": [_row(one, at) for one in rows if one.ended_at is None],
        "ended": [_row(one, at) for one in rows if one.ended_at is not None],
        "address": request.build_absolute_uri("/open311/v2"),
        "needs_key": catalogue.rule("open311_key") == 1,
        "is_public": catalogue.rule("public_list") == 1,
    }
    return render(request, "desk/open_keys.html", page)


def _row(one: OpenKeyRow, at: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "made": times.moment(one.made_at, at),
        "ended": times.moment(one.ended_at, at) if one.ended_at else "",
        "used": one.last_used_on,
    }
