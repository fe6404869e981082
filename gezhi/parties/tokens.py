"""Access tokens: a program acts as a person, sees and does no more than that person, and no more than the token's scopes.

A token is shown once and stored as a keyed digest. It ends with its day, when it is revoked, and when the account is switched off
or gets a new password from the desk; while no post of the person holds, it opens nothing.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.parties import names
from gezhi.parties.days import local_day
from gezhi.parties.models import AccessToken, Account
from gezhi.parties.queries import actor_of
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived

MARK: Final = "gezhi_"  # so that a token left in a file is known for one
SECRET_BYTES = 32
LONGEST_DAYS = 366
MOST_LIVING = 20  # of one person: one for each program, not one for each run
_TOKEN = re.compile(rf"{MARK}[A-Za-z0-9_-]{{43}}")


class Scope(StrEnum):
    """What a token may be used for."""

    REPORTS_WRITE = "reports:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"


SCOPE_NAMES: Mapping[str, Any] = {
    Scope.REPORTS_WRITE: _("以我的名义登记上报"),
    Scope.CASES_READ: _("查看我能看到的案件"),
    Scope.CASES_WRITE: _("办理归我办的案件"),
    Scope.ORDERS_READ: _("查看我能看到的来件"),
    Scope.ORDERS_WRITE: _("以我的名义登记来件、记来件单位的评价"),
}


class TokenRow(NamedTuple):
    """A token as its owner sees it; the token itself is not kept."""

    id: UUID
    name: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who knocks with a valid token."""

    token_id: UUID
    actor: Actor
    scopes: frozenset[Scope]


@transaction.atomic
def make_token(
    name: str, scopes: Iterable[str], *, expires_at: datetime, actor: Actor, at: datetime
) -> tuple[UUID, str]:
    """A token for oneself: its id, and what the program sends, which nobody can show again.

    Raises NotYours without a post, Invalid: name (as names.name), scopes (empty, unknown), expires_at (not_in_the_future, too_late:
    more than a year), token (too_many living ones).
    """
    wanted = _judged(scopes)
    if expires_at <= at:
        raise Invalid("expires_at", "not_in_the_future")
    if expires_at > at + timedelta(days=LONGEST_DAYS):
        raise Invalid("expires_at", "too_late", days=LONGEST_DAYS)
    account = _own(actor)
    living = AccessToken.objects.filter(account=account, revoked_at=None, expires_at__gt=at)
    if living.count() >= MOST_LIVING:
        raise Invalid("token", "too_many", limit=MOST_LIVING)
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken(
        id=new_id(),
        account=account,
        name=names.name(name),
        digest=_digest(secret),
        scopes=" ".join(wanted),
        made_at=at,
        expires_at=expires_at,
    )
    token.save(force_insert=True)
    after = {"account": account.id, "scopes": list(wanted), "expires_at": expires_at}
    deed = Deed("token", token.id, "make_token", after=after, words={"name": token.name}, is_first=True)
    record(deed, actor=actor, at=at)
    return token.id, secret


@transaction.atomic
def revoke_token(token_id: UUID, *, actor: Actor, at: datetime) -> None:
    """It opens nothing from now on. Doing it again changes nothing. Raises NotFound for anybody else's."""
    rows = AccessToken.objects.select_for_update(no_key=True)
    token: AccessToken | None = rows.filter(id=token_id, account=actor.id).first()
    if token is None or actor.kind is not ActorKind.ACCOUNT:
        raise NotFound("token")
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        record(Deed("token", token.id, "revoke_token", after={"revoked_at": at}), actor=actor, at=at)


def end_all(account_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Whoever gets a new password from the desk, or is switched off, begins anew: what he had given to programs opens nothing more.

    Inside the caller's transaction, which holds the account.
    """
    living = list(
        AccessToken.objects.select_for_update(no_key=True).filter(account=account_id, revoked_at=None)
    )
    if living:
        AccessToken.objects.filter(id__in=[one.id for one in living]).update(revoked_at=at)
        deeds = [Deed("token", one.id, "revoke_token", after={"revoked_at": at}) for one in living]
        record(*deeds, actor=actor, at=at)


def tokens_of(account_id: UUID) -> list[TokenRow]:
    """Everything this person ever made, newest first. 1 query."""
    rows = AccessToken.objects.filter(account=account_id).order_by("-id")
    return [
        TokenRow(
            one.id,
            one.name,
            _scopes(one.scopes),
            one.made_at,
            one.expires_at,
            one.revoked_at,
            one.last_used_on,
        )
        for one in rows
    ]


def bearer(secret: str, *, at: datetime) -> Bearer | None:
    """Whose valid token of this office this is; None for every reason alike. 2 queries, 1 UPDATE more on its first use of a day."""
    if not _TOKEN.fullmatch(secret):
        return None
    rows = AccessToken.objects.select_related("account")
    token = rows.filter(digest=_digest(secret), revoked_at=None, expires_at__gt=at).first()
    if token is None or token.account.must_change_password:
        return None
    actor = actor_of(token.account, at)
    if not actor.posts:
        return None
    day = local_day(at)
    if token.last_used_on != day:
        AccessToken.objects.filter(id=token.id).update(last_used_on=day)
    return Bearer(token.id, actor, frozenset(_scopes(token.scopes)))


def _judged(scopes: Iterable[str]) -> tuple[Scope, ...]:
    wanted = sorted(set(scopes))
    if not wanted:
        raise Invalid("scopes", "empty")
    if not set(wanted) <= set(Scope):
        raise Invalid("scopes", "unknown")
    return tuple(Scope(one) for one in wanted)


def _own(actor: Actor) -> Account:
    """The account of whoever makes a token for himself, held until the end: two at once do not pass the limit together."""
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None or not actor.posts:
        raise NotYours(deed="make_token")
    return Account.objects.select_for_update(no_key=True).get(id=actor.id)


def _scopes(stored: str) -> tuple[Scope, ...]:
    return tuple(Scope(one) for one in stored.split())


def _digest(secret: str) -> str:
    return hmac.new(derived("access-token"), secret.encode(), hashlib.sha256).hexdigest()
