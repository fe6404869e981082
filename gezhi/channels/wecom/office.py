"""The office's application in WeCom: kept by administrators, journalled under "wecom" without any secret. What is secret is sealed."""

import secrets
import string
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
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
DRAFT: Final = "wecom.draft"  # on the road, for its pictures lie there; key: the id of its first message
PICTURES: Final = (
    "wecom.pictures"  # on the road, of a report that went ahead of them; key: its id; payload: media, heard
)
SPOKEN: Final = (DRAFT, PICTURES)  # what somebody said: it is filed with or without a connection
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
    wanted = _Wanted(corp_id.strip(), agent_id, secret.strip(), token.strip(), encoding_key.strip())
    one: Application | None = _there().select_for_update(no_key=True).first()
    if one is not None:
        _judge(wanted)
        _change(one, wanted, actor, at)
        return Fresh("", "")
    if not wanted.secret:
        raise Invalid("secret", "empty")
    whole = wanted._replace(token=wanted.token or _fresh(32), encoding_key=wanted.encoding_key or _fresh(43))
    _judge(whole)
    _connect(whole, actor, at)
    return Fresh("" if wanted.token else whole.token, "" if wanted.encoding_key else whole.encoding_key)


class _Wanted(NamedTuple):
    """How the office is to be connected. Of a secret "" = as it is."""

    corp_id: str
    agent_id: int
    secret: str
    token: str
    encoding_key: str

    @property
    def plain(self) -> dict[str, Any]:
        return {"corp_id": self.corp_id, "agent_id": self.agent_id}

    @property
    def secrets(self) -> dict[str, str]:
        said = {"secret": self.secret, "token": self.token, "encoding_key": self.encoding_key}
        return {name: value for name, value in said.items() if value}


def _connect(whole: _Wanted, actor: Actor, at: datetime) -> None:
    id = new_id()
    sealed = {name: seal(PURPOSE, id, value) for name, value in whole.secrets.items()}
    try:
        with transaction.atomic():
            Application(id=id, made_at=at, **whole.plain, **sealed).save(force_insert=True)
    except IntegrityError:  # two at once
        raise Invalid("corp_id", "taken") from None
    record(Deed("wecom", id, "connect_wecom", after=whole.plain, is_first=True), actor=actor, at=at)


def _change(one: Application, wanted: _Wanted, actor: Actor, at: datetime) -> None:
    """What is as it was already is not written again; a token of WeCom's is dropped with any change."""
    before = {name: getattr(one, name) for name in wanted.plain}
    kept = {name: unseal(PURPOSE, one.id, bytes(getattr(one, name))) for name in wanted.secrets}
    other = {name: value for name, value in wanted.secrets.items() if value != kept[name]}
    if before == wanted.plain and not other:
        return
    sealed = {name: seal(PURPOSE, one.id, value) for name, value in other.items()}
    fields = {**wanted.plain, **sealed, "access_token": None, "token_until": None, "asking_until": None}
    Application.objects.filter(id=one.id).update(**fields)
    after = wanted.plain | {"changed": sorted(other)}
    record(Deed("wecom", one.id, "change_wecom", before, after), actor=actor, at=at)


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
    """The connection ends and its secrets are forgotten; who is linked stays linked, and what was said is filed without its pictures.

    Raises NotYours, NotFound.
    """
    _keeps(actor)
    one = _held()
    gone: dict[str, Any] = {"secret": b"", "token": b"", "encoding_key": b"", "access_token": None}
    Application.objects.filter(id=one.id).update(removed_at=at, is_on=False, last_error="", **gone)
    record(Deed("wecom", one.id, "remove_wecom", {"is_on": one.is_on}, {"is_on": False}), actor=actor, at=at)
    outbox.call_off(ROAD, why="removed", at=at, but=SPOKEN)
    _file_now(at)


def _file_now(at: datetime) -> None:
    """What waits for its pictures, or was given up for them, waits no longer; a draft under way keeps its clock."""
    outbox.hurry(ROAD, at=at)
    for one in outbox.parked(ROAD):
        outbox.release(one.id, at=at)


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


def _judge(wanted: _Wanted) -> None:
    corp, secret, key = wanted.corp_id, wanted.secret, wanted.encoding_key
    if not corp or len(corp) > 64 or not (corp.isascii() and corp.isalnum()):
        raise Invalid("corp_id", "malformed")
    if not 0 < wanted.agent_id < 10**9:
        raise Invalid("agent_id", "malformed")
    if len(secret) > MOST_SECRET or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise Invalid("secret", "malformed")
    if wanted.token and not crypto.is_token(wanted.token):
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
