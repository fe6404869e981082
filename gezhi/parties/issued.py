"""Secrets that an administrator makes and ends: keys of applications (openkeys), addresses of screens (walls).

Each is shown once and stored as a keyed digest. It has no last day: an office ends it. Who may, and what else stands in a row, is the caller's.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import names
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived

SECRET_BYTES = 32
SIGNS = re.compile(r"[A-Za-z0-9_-]{43}")
NAME_LIMIT = 40
MOST_LIVING = 50  # of one office


@dataclass(frozen=True, slots=True)
class Issue:
    """table: with name, digest, made_at, made_by, ended_at. what: its name in the journal and in refusals; field: of too many of them.

    mark: so that one left in a file or a log is known for one. purpose: of the key under which digests are made.
    """

    table: type[models.Model]
    what: str
    field: str
    mark: str
    purpose: str


def make(
    issue: Issue, name: str, more: Mapping[str, Any], *, told: Mapping[str, Any], actor: Actor, at: datetime
) -> tuple[UUID, str]:
    """A new one: its id and its secret, which nobody can show again. more: of its row; told: in the journal beside its name. In a transaction.

    Raises Invalid: name (as names.name; taken by a living one), the issue's field (too_many).
    """
    said = names.name(name, limit=NAME_LIMIT)
    living = list(_rows(issue).select_for_update(no_key=True).filter(ended_at=None))
    if any(one.name == said for one in living):  # sent twice, or two that nobody could tell apart
        raise Invalid("name", "taken")
    if len(living) >= MOST_LIVING:
        raise Invalid(issue.field, "too_many", limit=MOST_LIVING)
    secret = issue.mark + secrets.token_urlsafe(SECRET_BYTES)
    by = actor.id if actor.kind is ActorKind.ACCOUNT else None
    row: Any = issue.table(
        id=new_id(), name=said, digest=_digest(issue, secret), made_at=at, made_by_id=by, **more
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # two at once
        raise Invalid("name", "taken") from None
    after = {"name": said, **told}
    record(Deed(issue.what, row.id, f"make_{issue.what}", after=after, is_first=True), actor=actor, at=at)
    return row.id, secret


def end(issue: Issue, id: UUID, *, actor: Actor, at: datetime) -> None:
    """It opens nothing from now on. Doing it again changes nothing. In a transaction. Raises NotFound."""
    row = _rows(issue).select_for_update(no_key=True).filter(id=id).first()
    if row is None:
        raise NotFound(issue.what)
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        record(Deed(issue.what, row.id, f"end_{issue.what}", after={"ended_at": at}), actor=actor, at=at)


def living(issue: Issue, secret: str) -> Any:
    """The rows that this secret opens: one or none. No query before they are read; none at all for what is no such secret."""
    if not secret.startswith(issue.mark) or not SIGNS.fullmatch(secret[len(issue.mark) :]):
        return _rows(issue).none()
    return _rows(issue).filter(digest=_digest(issue, secret), ended_at=None)


def _rows(issue: Issue) -> Any:
    return issue.table._default_manager


def _digest(issue: Issue, secret: str) -> str:
    return hmac.new(derived(issue.purpose), secret.encode(), hashlib.sha256).hexdigest()
