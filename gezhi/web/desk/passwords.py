"""Passwords: change one's own, choose one with a one-time code, and the page about oneself."""

from contextlib import suppress
from typing import Any, cast

from allauth.account.views import LoginView
from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from gezhi.channels.wecom import office
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as who
from gezhi.parties import staff as parties
from gezhi.parties.names import as_typed
from gezhi.web import limits, words
from gezhi.web.limits import TooOften
from gezhi.web.staff import actor_of, at_of

LONGEST = 200
WRONG_TRIES = 5  # of one caller at one account's code …
WRONG_TRIES_OF_ALL = 60  # … and at anybody's: an office shares one address
TRIES_MINUTES = 30  # as long as a code of the desk lives; the arithmetic stands in parties.codes


class Login(LoginView):  # type: ignore[misc]  # allauth ships no types
    """The log-in page, which also says whether WeCom leads in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """1 query more than the library's."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"has_wecom": office.is_on()}


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new = forms.CharField(
        label=gettext_lazy("新密码"),
        max_length=LONGEST,
        strip=False,
        widget=_secret("new-password"),
        help_text=gettext_lazy("至少 10 位。几个不相干的词连起来最好记。"),
    )
    again = forms.CharField(
        label=gettext_lazy("再输一次新密码"), max_length=LONGEST, strip=False, widget=_secret("new-password")
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("new") and found.get("again") and found["new"] != found["again"]:
            self.add_error("again", _("两次输入的不一样，请再输一次。"))
        return found

    def refuse(self, bad: Invalid) -> None:
        """Say beside the field why a password or code was not taken."""
        if bad.field == "password":
            self.add_error("new", _("这个密码太容易被猜到。请再长一些，不要与姓名或登录名相近。"))
        elif bad.field == "old_password":
            self.add_error("old", _("原密码不对。"))
        else:
            self.add_error("code", _("登录名或一次性码不对，或者已经过期。请向管理员要一个新码。"))


class ChangeForm(NewPasswordForm):
    """One's own password."""

    old = forms.CharField(
        label=gettext_lazy("原密码"), max_length=LONGEST, strip=False, widget=_secret("current-password")
    )
    field_order = ("old", "new", "again")


class CodeForm(NewPasswordForm):
    """A one-time code from the desk or from a slip."""

    username = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = forms.CharField(
        label=gettext_lazy("一次性码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none"}),
        help_text=gettext_lazy("管理员告诉您的，或印在纸条上的，例如 k7m2p-9xq4r。"),
    )
    field_order = ("username", "code", "new", "again")


@sensitive_post_parameters()
@never_cache
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; forced after a reset."""
    form = ChangeForm(request.POST or None)
    if form.is_valid():
        try:
            account = parties.choose_password(
                form.cleaned_data["old"], form.cleaned_data["new"], actor=actor_of(request), at=at_of(request)
            )
        except Invalid as bad:
            form.refuse(bad)
        else:
            update_session_auth_hash(request, account)
            messages.success(request, _("密码已更改。"))
            return redirect("desk:inbox")
    is_forced = cast(Any, request.user).must_change_password
    page = {
        "form": form,
        "is_forced": is_forced,
        "rules": password_validation.password_validators_help_texts(),
    }
    return render(request, "account/password_change.html", page, status=422 if form.errors else 200)


@sensitive_post_parameters()
@never_cache
def use_code(request: HttpRequest) -> HttpResponse:
    """Choose a password with a one-time code, then log in."""
    first = {"username": request.GET.get("username", "")[:60]}
    form = CodeForm(request.POST or None, initial=first)
    if form.is_valid():
        said = form.cleaned_data
        try:
            _stop_guessing(request, said["username"])
            parties.use_reset_code(said["username"], said["code"], said["new"], at=at_of(request))
        except TooOften as stopped:
            return _too_often(request, form, stopped)
        except Invalid as bad:
            form.refuse(bad)
            if bad.field == "code":
                _count_wrong_try(request, said["username"])
        else:
            messages.success(request, _("密码已设好，请用新密码登录。"))
            return redirect("account_login")
    return render(request, "account/use_code.html", {"form": form}, status=422 if form.errors else 200)


def _stop_guessing(request: HttpRequest, username: str) -> None:
    """Asked before a try, right or wrong: whoever guessed too often here learns nothing more. Raises TooOften."""
    for caller, most in _counted(request, username):
        limits.refuse_after("code", caller, most=most, minutes=TRIES_MINUTES, at=at_of(request))


def _count_wrong_try(request: HttpRequest, username: str) -> None:
    for caller, most in _counted(request, username):
        with suppress(TooOften):
            limits.count("code", caller, most=most, minutes=TRIES_MINUTES, at=at_of(request))


def _counted(request: HttpRequest, username: str) -> tuple[tuple[str, int], ...]:
    """One caller at one account however its name is spelled, and one caller at all of them."""
    caller = limits.address(request)
    return (f"{caller}\0{as_typed(username)}", WRONG_TRIES), (caller, WRONG_TRIES_OF_ALL)


def _too_often(request: HttpRequest, form: CodeForm, stopped: TooOften) -> HttpResponse:
    minutes = {"minutes": -(-stopped.seconds // 60)}
    form.add_error(
        "code",
        _("试错次数太多，请 %(minutes)s 分钟后再试。一次性码没有作废，过期了再向管理员要一个。") % minutes,
    )
    answer = render(request, "account/use_code.html", {"form": form}, status=429)
    answer["Retry-After"] = str(stopped.seconds)
    return answer


@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """About oneself: posts of today, password, second factor, look and language, log-out."""
    actor = actor_of(request)
    names = who.parties_by_ids(actor.parties())
    posts = {(words.of(words.DUTIES, post.duty.value), post.party) for post in actor.posts}
    rows = [
        {"duty": duty, "party": names[id].name if id in names else ""} for duty, id in sorted(posts, key=str)
    ]
    return render(request, "account/me.html", {"posts": rows})


def nowhere(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Pages of the log-in library that this office does not have: nobody has a mail address here."""
    raise Http404
