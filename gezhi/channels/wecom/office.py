"""The office's application in WeCom: kept by administrators, journalled under "wecom" without any secret. What is secret is sealed."""

import secrets
import string
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from gezhi.channels.wecom import crypto
from gezhi.channels.wecom.models import Application, Heard
from gezhi.flows.herald import WECOM_ROAD
from gezhi.journal import outbox
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.sealed import seal, unseal

PURPOSE: Final = "wecom"
ROAD: Final = WECOM_ROAD
TEST: Final = "wecom.test"  # errand kind; payload: account
MOST_SECRET: Final = 128
_LETTERS: Final = string.ascii_letters + string.digits


class ApplicationRow(NamedTuple):
    """The application as administrators see it."""

    id: UUID
    corp_id: str
    agent_id: int
    is_on: bool
    made_at: datetime
    last_ok_at: datetime | None
    failing_since: datetime | None
    last_error: str


class Callback(NamedTuple):
    """What the callback's door needs to open an envelope."""

    corp_id: str
    agent_id: int
    token: str
    key: bytes


class Fresh(NamedTuple):
    """What was made here and is shown once, to be copied into WeCom; "" where the administrator brought his own."""

    token: str
    encoding_key: str


def application() -> ApplicationRow | None:
    """The office's application; None while there is none. 1 query."""
    row = _there().values_list(*ApplicationRow._fields).first()
    return ApplicationRow(*row) if row else None


def is_on() -> bool:
    """Whether the office speaks and listens by WeCom now. 1 query."""
    return bool(_there().filter(is_on=True).exists())


def callback() -> Callback | None:
    """For the door alone; None while nobody may knock. 1 query."""
    one = living()
    if one is None:
        return None
    token, key = (unseal(PURPOSE, one.id, bytes(sealed)) for sealed in (one.token, one.encoding_key))
    return Callback(one.corp_id, one.agent_id, token, crypto.key_of(key))


def living() -> Application | None:
    """The row, for this channel's own use; None when it is off or not there. 1 query."""
    found: Application | None = _there().filter(is_on=True).first()
    return found


def heard_last() -> datetime | None:
    """When WeCom last sent something. 1 query."""
    found: datetime | None = Heard.objects.aggregate(last=Max("received_at"))["last"]
    return found


@transaction.atomic
def set_up(
    corp_id: str,
    agent_id: int,
    secret: str,
    token: str = "",
    encoding_key: str = "",
    *,
    actor: Actor,
    at: datetime,
) -> Fresh:
    """Connect the office, or change how it is connected. "" for a secret: as it is; for token and key of a new one: made here.

    Raises NotYours, Invalid: corp_id, agent_id, secret, token, encoding_key.
    """
    _keeps(actor)
    one: Application | None = _there().select_for_update(no_key=True).first()
    if one is None and not secret.strip():
        raise Invalid("secret", "empty")
    made = Fresh(token.strip() or _fresh(32), encoding_key.strip() or _fresh(43)) if one is None else None
    asked = {"secret": secret.strip(), "token": token.strip(), "encoding_key": encoding_key.strip()}
    said = asked | ({"token": made.token, "encoding_key": made.encoding_key} if made else {})
    _judge(corp_id.strip(), agent_id, said)
    id = one.id if one else new_id()
    fields: dict[str, Any] = {"corp_id": corp_id.strip(), "agent_id": agent_id}
    before = {name: getattr(one, name) for name in fields} if one else {}
    sealed = {name: seal(PURPOSE, id, value) for name, value in said.items() if value}
    if one is None:
        Application(id=id, made_at=at, **fields, **sealed).save(force_insert=True)
    else:
        Application.objects.filter(id=id).update(**fields, **sealed, access_token=None, token_until=None)
    after = fields | {"changed": sorted(sealed)}
    event = "change_wecom" if one else "connect_wecom"
    record(Deed("wecom", id, event, before, after, is_first=one is None), actor=actor, at=at)
    brought = Fresh(
        "" if asked["token"] else said["token"], "" if asked["encoding_key"] else said["encoding_key"]
    )
    return brought if one is None else Fresh("", "")


@transaction.atomic
def switch(*, is_on: bool, actor: Actor, at: datetime) -> None:
    """Off: nobody may knock, nothing is sent, what waits ends in silence. Raises NotYours, NotFound."""
    _keeps(actor)
    one = _held()
    if one.is_on == is_on:
        return
    Application.objects.filter(id=one.id).update(is_on=is_on, failing_since=None, last_error="")
    record(Deed("wecom", one.id, "switch_wecom", {"is_on": one.is_on}, {"is_on": is_on}), actor=actor, at=at)


@transaction.atomic
def remove(*, actor: Actor, at: datetime) -> None:
    """The connection ends and its secrets are forgotten; who is linked stays linked. Raises NotYours, NotFound."""
    _keeps(actor)
    one = _held()
    gone: dict[str, Any] = {"secret": b"", "token": b"", "encoding_key": b"", "access_token": None}
    Application.objects.filter(id=one.id).update(removed_at=at, is_on=False, last_error="", **gone)
    record(Deed("wecom", one.id, "remove_wecom", {"is_on": one.is_on}, {"is_on": False}), actor=actor, at=at)
    outbox.call_off(ROAD, why="removed", at=at)


@transaction.atomic
def send_test(*, actor: Actor, at: datetime) -> None:
    """Queue a message to whoever asks. Raises NotYours, NotFound."""
    _keeps(actor)
    _held()
    outbox.queue(outbox.Following(TEST, str(new_id()), at, {"account": str(actor.id)}, road=ROAD))


def went_well(id: UUID, *, at: datetime) -> None:
    """WeCom took what was sent. 1 UPDATE."""
    Application.objects.filter(id=id).update(last_ok_at=at, failing_since=None, last_error="")


def went_wrong(id: UUID, *, why: str, at: datetime) -> None:
    """WeCom did not take it; since when that is so stays. 1 UPDATE."""
    Application.objects.filter(id=id).update(
        failing_since=Coalesce("failing_since", at), last_error=why[:200]
    )


def _judge(corp_id: str, agent_id: int, said: Mapping[str, str]) -> None:
    if not corp_id or len(corp_id) > 64 or not (corp_id.isascii() and corp_id.isalnum()):
        raise Invalid("corp_id", "malformed")
    if not 0 < agent_id < 10**9:
        raise Invalid("agent_id", "malformed")
    secret, token, key = said["secret"], said["token"], said["encoding_key"]
    if secret and not (
        len(secret) <= MOST_SECRET and secret.isascii() and secret.isprintable() and " " not in secret
    ):
        raise Invalid("secret", "malformed")
    if token and not crypto.is_token(token):
        raise Invalid("token", "not_a_token")
    if key:
        try:
            crypto.key_of(key)
        except ValueError:
            raise Invalid("encoding_key", "not_a_key") from None


def _fresh(signs: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(signs))


def _keeps(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Duty.ADMIN):
        raise NotYours(deed="keep_wecom")


def _held() -> Application:
    found: Application | None = _there().select_for_update(no_key=True).first()
    if found is None:
        raise NotFound("wecom")
    return found


def _there() -> QuerySet[Application]:
    rows: QuerySet[Application] = Application.objects.filter(removed_at=None)
    return rows
