"""Tokens for programs that work in one's own name: which there are, a new one shown once, and an end to one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gezhi.parties import tokens as parties
from gezhi.parties.tokens import SCOPE_NAMES, TokenRow
from gezhi.web import times, words
from gezhi.web.desk.keeper import tried
from gezhi.web.staff import actor_of, at_of, staff_required

DAYS = ((30, gettext_lazy("30 天")), (90, gettext_lazy("90 天")), (365, gettext_lazy("一年")))


class TokenForm(forms.Form):
    """What the program is called, what it may do, and how long."""

    name = forms.CharField(
        label=gettext_lazy("给哪个程序用"),
        max_length=60,
        help_text=gettext_lazy(
            "写一个以后认得出来的名字，例如：物业工单系统。一个程序一个令牌，停用时不牵连别的。"
        ),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("这个程序可以"),
        choices=list(SCOPE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("只选用得着的。它看到的和能办的，永远不会超过您自己的岗位。"),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("多久以后失效"), choices=DAYS, coerce=int, initial=90, widget=forms.RadioSelect
    )


@require_safe
@never_cache
@staff_required
def tokens(request: HttpRequest) -> HttpResponse:
    """All of one's own, living ones first."""
    return _page(request)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def new_token(request: HttpRequest) -> HttpResponse:
    """Make one; it is shown on the page that answers, and never again. Whoever found an open log-in is asked for the password first."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        said, at = form.cleaned_data, at_of(request)
        made = tried(
            form,
            lambda: parties.make_token(
                said["name"],
                said["scopes"],
                expires_at=at + timedelta(days=said["days"]),
                actor=actor_of(request),
                at=at,
            ),
        )
        if made:
            _id, secret = made
            return _page(request, secret=secret)
    return render(request, "account/new_token.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@staff_required
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """It opens nothing from now on."""
    parties.revoke_token(token_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("令牌已撤销。"))
    return redirect("account_tokens")


def _page(request: HttpRequest, *, secret: str = "") -> HttpResponse:
    at, actor = at_of(request), actor_of(request)
    rows = [_row(one, at) for one in parties.tokens_of(actor.id)] if actor.id else []
    page = {
        "secret": secret,
        "living": [row for row in rows if row["is_living"]],
        "ended": [row for row in rows if not row["is_living"]],
        "address": request.build_absolute_uri("/api/v1/"),
    }
    return render(request, "account/tokens.html", page)


def _row(one: TokenRow, at: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": [words.of(SCOPE_NAMES, scope.value) for scope in one.scopes],
        "made": times.exact(one.made_at),
        "expires": times.exact(one.expires_at),
        "revoked": times.exact(one.revoked_at),
        "used": one.last_used_on,
        "is_living": one.revoked_at is None and one.expires_at > at,
    }
