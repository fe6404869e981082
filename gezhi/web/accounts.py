"""How allauth behaves here: nobody signs up by himself, accounts come from the office."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from gezhi.parties import queries as parties
from gezhi.parties import wecom
from gezhi.web import limits
from gezhi.web.asked import Asked
from gezhi.web.rail import workplace

BACKEND = "gezhi.parties.login.PostBackend"


class OfficeAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up page; accounts come from a sheet or the desk."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom the tries of a second factor are counted by: the same as everywhere."""
        return limits.address(request)

    def get_login_redirect_url(self, request: Asked) -> str:
        """Who goes out and does it lands in the pocket, everybody else at the desk."""
        if not request.user.is_authenticated:
            return reverse("home")
        return workplace(parties.actor_of(request.user, request.now)) or reverse("my_work")


class LinkedAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Whoever comes from elsewhere is the account that an administrator linked; nobody becomes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: Asked, sociallogin: Any) -> None:
        """Say whose account it is. The library keeps no row of it, so an ended link opens nothing from that moment on."""
        account = wecom.account_of(sociallogin.account.uid, at=request.now)
        if account is None:
            raise ImmediateHttpResponse(redirect("account_login"))
        account.backend = BACKEND
        sociallogin.user = account

    def serialize_instance(self, instance: Any) -> dict[str, Any]:
        """What waits in the session for the second factor: of an account its id, no digest of its password."""
        if isinstance(instance, get_user_model()):
            return {"id": str(instance.pk)}
        found: dict[str, Any] = super().serialize_instance(instance)
        return found

    def deserialize_instance(self, model: Any, data: dict[str, Any]) -> Any:
        """As it is now; nobody, when it is no more."""
        if model is get_user_model():
            return model.objects.filter(pk=data["id"]).first()
        return super().deserialize_instance(model, data)
