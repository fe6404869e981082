"""How allauth behaves here: nobody signs up by himself, accounts come from the office."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from gezhi.parties import queries as parties
from gezhi.web import limits
from gezhi.web.asked import Asked
from gezhi.web.rail import workplace


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
