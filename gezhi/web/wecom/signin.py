"""Logging in with WeCom: there and back. Only who is linked to an account and has work here today gets in; the second factor is asked for as
after a password. Nobody gets an account by it.
"""

from allauth.socialaccount.helpers import complete_social_login
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.channels.wecom import client, office
from gezhi.kernel.refusal import NotFound, Refusal
from gezhi.parties import wecom
from gezhi.web import limits
from gezhi.web.limits import TooOften
from gezhi.web.staff import at_of
from gezhi.web.wecom.provider import WecomProvider

MOST_CODE = 512
TRIES, TRIES_MINUTES = 60, 10  # of one address: an office shares one


@require_GET
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Away to WeCom. Raises NotFound while the office is not connected."""
    found: HttpResponse = WecomProvider(request).redirect_from_request(request)
    return found


@require_GET
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Back from WeCom with a code, which is good for one look and for the session that went away."""
    if not office.is_on():
        raise NotFound("wecom")
    provider = WecomProvider(request)
    try:
        state = provider.unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied:
        return _not_in(request, _("这次登录没有从这里开始，或者隔得太久。请再登录一次。"))
    code = request.GET.get("code", "")
    if not code or len(code) > MOST_CODE:
        return _not_in(request, _("没有登录：企业微信没有确认。"))
    try:
        limits.count(
            "wecom-login", limits.address(request), most=TRIES, minutes=TRIES_MINUTES, at=at_of(request)
        )
        userid = _who(code, request)
    except TooOften:
        raise
    except Refusal:
        return _not_in(
            request, _("企业微信现在没有答复，或者这个码已经用过。请再试一次，或用登录名和密码登录。")
        )
    if wecom.account_of(userid, at=at_of(request)) is None:
        return _not_in(
            request, _("您的企业微信没有与这里的账号关联，或者您今天没有岗位。请联系本单位管理员。")
        )
    found = provider.sociallogin_from_response(request, {"userid": userid})
    found.state = state
    answer: HttpResponse = complete_social_login(request, found)
    return answer


def _who(code: str, request: HttpRequest) -> str:
    app = office.living()
    return client.who(app, code, at=at_of(request)) if app else ""


def _not_in(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("account_login")
