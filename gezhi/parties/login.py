"""Logging in: user name and password, and a post that holds today."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from gezhi.parties.models import Account
from gezhi.parties.names import as_typed
from gezhi.parties.queries import has_current_post
from gezhi.tenancy.current import current_or_none, scope
from gezhi.tenancy.prepared import PreparedRows


class PostBackend(BaseBackend):
    """No log-in without a current post in the account's own jurisdiction. `request.now` is the moment it is asked at."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_other: Any
    ) -> Account | None:
        """The account, or None for every reason alike. A password is checked for unknown names too: same work, no oracle."""
        account = Account.objects.filter(username=as_typed(username)).first()
        if account is None:
            Account().set_password(password)
            return None
        is_right = account.check_password(password)
        at = getattr(request, "now", None)
        if not isinstance(at, datetime):
            raise ValueError("a log-in has a moment: the middleware sets request.now")
        return account if is_right and may_enter(account, at) else None

    def get_user(self, user_id: UUID) -> Account | None:
        """The account of a session; an account that was switched off is nobody."""
        return next(iter(_ACTIVE.found(user_id)), None)


_ACTIVE = PreparedRows(Account, lambda id: Account.objects.filter(id=id, is_active=True), everywhere=True)


def may_enter(account: Account, at: datetime) -> bool:
    """Whether this account has work today, here: it is on, at home in the jurisdiction in force, and a post of it holds. 1 query."""
    if not account.is_active or current_or_none() not in (None, account.home_id):
        return False
    with scope(account.home_id):
        return has_current_post(account.id, at)
