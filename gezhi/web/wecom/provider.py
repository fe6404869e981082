"""WeCom as a provider of the log-in library: where it sends people, and what comes back. Who they are here, `LinkedAdapter` says.

Documents 98152 (企业微信登录, in a browser) and 91022 (网页授权, inside WeCom itself) of developer.work.weixin.qq.com.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from gezhi.channels.wecom import office
from gezhi.kernel.refusal import NotFound

IN_A_BROWSER: Final = ("https://login.work.weixin.qq.com", "/wwlogin/sso/login")
INSIDE: Final = ("https://open.weixin.qq.com", "/connect/oauth2/authorize")
MARK: Final = "wxwork"  # in the user agent of WeCom's own browser


class WecomProvider(Provider):  # type: ignore[misc]  # allauth ships no types
    """The office's one application. Nothing of it stands in the library's own tables."""

    id = "wecom"
    name = "企业微信"
    account_class = ProviderAccount
    uses_apps = False
    supports_redirect = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Where logging in begins."""
        return reverse("wecom_login") + (f"?{urlencode(kwargs)}" if kwargs else "")

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Away to WeCom, with a state that only this session knows. Raises NotFound while the office is not connected."""
        state = self.stash_redirect_state(request, process, next_url=next_url, data=data, **kwargs)
        return HttpResponseRedirect(self.address(request, str(state)))

    def address(self, request: HttpRequest, state: str) -> str:
        """WeCom's page: a code to be scanned in a browser, nothing to be done inside WeCom."""
        known = office.application()
        if known is None or not known.is_on:
            raise NotFound("wecom")
        back = request.build_absolute_uri(reverse("wecom_back"))
        if MARK in request.headers.get("User-Agent", "").lower():
            asked = {
                "appid": known.corp_id,
                "redirect_uri": back,
                "response_type": "code",
                "scope": "snsapi_base",
            }
            asked |= {"state": state, "agentid": str(known.agent_id)}
            return f"{_page(INSIDE)}?{urlencode(asked)}#wechat_redirect"
        asked = {"login_type": "CorpApp", "appid": known.corp_id, "agentid": str(known.agent_id)}
        return f"{_page(IN_A_BROWSER)}?{urlencode(asked | {'redirect_uri': back, 'state': state})}"

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        """The userid."""
        return str(data["userid"])

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing: we ask WeCom for no name, phone or picture."""
        return {}


def _page(of_tencent: tuple[str, str]) -> str:
    """WeCom's own page, or the same path at a WeCom that an installation has of its own."""
    host, path = of_tencent
    return f"{settings.GEZHI_WECOM_LOGIN_URL or host}{path}"


provider_classes = [WecomProvider]
