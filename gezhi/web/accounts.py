"""How allauth behaves here: nobody signs up by himself, accounts come from the office."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class OfficeAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up page; accounts come from a sheet or the desk."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
