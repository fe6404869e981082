"""Questions to WeCom's server: an access token for all processes, messages to its users, pictures by their number, who logs in.

Documents 91039 (token), 90236 (message/send), 90254 (media/get), 98176 (auth/getuserinfo) of developer.work.weixin.qq.com.
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO, Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q

from gezhi.channels import outward
from gezhi.channels.outward import Unreachable
from gezhi.channels.wecom.models import Application
from gezhi.channels.wecom.office import PURPOSE
from gezhi.journal.outbox import Hopeless
from gezhi.kernel.refusal import Refusal
from gezhi.tenancy.sealed import seal, unseal

EARLY: Final = timedelta(minutes=5)  # before its end a token is renewed
ASKING: Final = timedelta(seconds=20)  # no answer of WeCom takes longer (outward.WHOLE_SECONDS)
PATIENCE: Final = 3.0  # seconds for another process that is fetching
MOST_ANSWER: Final = 262_144
MOST_USERS: Final = 1000
MOST_BYTES: Final = 20_000_000  # of a picture
DUPLICATES: Final = 1800  # seconds in which WeCom itself passes over the same message to the same user

# errcode → what follows. Document 90313.
STALE_TOKEN: Final = frozenset({40001, 40014, 42001})
LATER: Final = frozenset({-1, 45009, 45033, 45011})
NEVER: Final = frozenset({93000, 81013, 60111, 60011, 301002, 48002, 40056, 41001, 50001, 60020})
NO_MEDIA: Final = frozenset({40007, 40004, 40005, 40008})


class NotTaken(Refusal):
    """WeCom answered, but did not take it. `.details`: status = what it said (errcode)."""

    code = "errcode"


class NoMedia(Refusal):
    """WeCom no longer has this file, or it is too large."""

    code = "no_media"


def send(app: Application, users: Sequence[str], kind: str, body: Mapping[str, Any], *, at: datetime) -> None:
    """One message to users. kind: text, markdown, textcard or news with its body as documented. Raises NotTaken, Hopeless, Unreachable."""
    message = {
        "touser": "|".join(users[:MOST_USERS]),
        "msgtype": kind,
        "agentid": app.agent_id,
        kind: body,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": DUPLICATES,
    }
    said = _asked(app, "message/send", {}, message, at=at)
    if said.get("invaliduser") and set(str(said["invaliduser"]).lower().split("|")) >= set(users):
        raise Hopeless("no_such_user", problem=str(said["invaliduser"]))


def who(app: Application, code: str, *, at: datetime) -> str:
    """The userid of whoever was sent back with this code; "" for somebody outside. Raises NotTaken, Unreachable."""
    said = _asked(app, "auth/getuserinfo", {"code": code}, None, at=at)
    found = said.get("userid") or said.get("UserId") or ""
    return found.lower() if isinstance(found, str) else ""


def media(app: Application, number: str, *, at: datetime) -> IO[bytes]:
    """A file somebody sent, at its beginning; the caller closes it. Raises NoMedia, NotTaken, Unreachable."""
    fresh = token(app, at=at)
    for is_last in (False, True):
        url = _url("media/get", {"access_token": fresh, "media_id": number})
        try:
            answer = outward.ask("GET", url, None, _HEADERS, most_bytes=MOST_BYTES)
        except Refusal as refused:
            if refused.code == "too_large":
                raise NoMedia("too_large") from None
            raise
        if answer.status == 200 and answer.media_type not in {"application/json", "text/plain", "text/html"}:
            return answer.body
        code = _errcode(_read(answer))
        if code in NO_MEDIA:
            raise NoMedia
        if code not in STALE_TOKEN or is_last:
            break
        fresh = token(app, at=at, stale=fresh)
    raise _refusal(code)


def token(app: Application, *, at: datetime, stale: str = "") -> str:
    """The access token that all processes share. stale: one that WeCom no longer takes. One process fetches, the others wait for it.

    Raises NotTaken, Unreachable.
    """
    until = time.monotonic() + PATIENCE
    while True:
        row = Application.objects.get(id=app.id)
        kept = unseal(PURPOSE, row.id, bytes(row.access_token)) if row.access_token else ""
        if kept and kept != stale and row.token_until is not None and row.token_until - EARLY > at:
            return kept
        free = Q(asking_until=None) | Q(asking_until__lte=at) | Q(asking_until__gt=at + ASKING)
        if Application.objects.filter(free, id=app.id).update(asking_until=at + ASKING):
            return _fetch(row, at)  # its turn ends at this very moment; who comes later has another
        if time.monotonic() > until:
            raise Unreachable("token_awaited")
        time.sleep(0.1)


def _fetch(app: Application, at: datetime) -> str:
    """Ask for a new one. The row is not locked meanwhile: nobody else waits for WeCom. Who was so slow that another has had a turn since
    writes nothing, for WeCom may have ended his token with the newer one.
    """
    mine = Application.objects.filter(id=app.id, asking_until=at + ASKING)
    try:
        query = {"corpid": app.corp_id, "corpsecret": unseal(PURPOSE, app.id, bytes(app.secret))}
        said = _read(outward.ask("GET", _url("gettoken", query), None, _HEADERS, most_bytes=MOST_ANSWER))
        fresh, seconds = said.get("access_token"), said.get("expires_in")
        if _errcode(said) or not isinstance(fresh, str) or not isinstance(seconds, int) or not fresh:
            raise _refusal(_errcode(said))
    except BaseException:
        mine.update(asking_until=None)
        raise
    ends = at + timedelta(seconds=max(0, min(seconds, 7200)))
    sealed = seal(PURPOSE, app.id, fresh)
    if mine.update(access_token=sealed, token_until=ends, asking_until=None):
        return fresh
    newer = Application.objects.filter(id=app.id, token_until__gt=at).first()
    return unseal(PURPOSE, app.id, bytes(newer.access_token)) if newer and newer.access_token else fresh


def _asked(
    app: Application, path: str, query: Mapping[str, str], body: Any, *, at: datetime
) -> Mapping[str, Any]:
    """One question with the token; once more with a fresh one when WeCom no longer takes it."""
    fresh = token(app, at=at)
    said = _once(path, {"access_token": fresh, **query}, body)
    if _errcode(said) in STALE_TOKEN:
        fresh = token(app, at=at, stale=fresh)
        said = _once(path, {"access_token": fresh, **query}, body)
    if code := _errcode(said):
        raise _refusal(code)
    return said


def _once(path: str, query: Mapping[str, str], body: Any) -> Mapping[str, Any]:
    return (
        post_json(_url(path, query), body)
        if body is not None
        else _read(outward.ask("GET", _url(path, query), None, _HEADERS, most_bytes=MOST_ANSWER))
    )


def post_json(url: str, body: Any) -> Mapping[str, Any]:
    """What WeCom answered to a JSON body. Raises NotTaken for what is no answer of its, Unreachable."""
    sent = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {**_HEADERS, "Content-Type": "application/json; charset=utf-8"}
    return _read(outward.ask("POST", url, sent, headers, most_bytes=MOST_ANSWER))


_HEADERS: Final = {"User-Agent": "Gezhi", "Accept": "*/*"}


def _url(path: str, query: Mapping[str, str]) -> str:
    return f"{settings.GEZHI_WECOM_URL}/cgi-bin/{path}?{urlencode(query)}"


def robot_url(key: str) -> str:
    """Where a group robot listens."""
    return _url("webhook/send", {"key": key})


def refuse(said: Mapping[str, Any]) -> None:
    """Raises what an answer's errcode means; nothing for 0."""
    if code := _errcode(said):
        raise _refusal(code)


def _read(answer: outward.Answered) -> Mapping[str, Any]:
    with answer.body as body:
        text = body.read(MOST_ANSWER)
    if answer.status >= 500:
        raise Unreachable("no_answer", problem=f"HTTP {answer.status}")
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if answer.status != 200 or not isinstance(said, dict):
        raise NotTaken(status=answer.status)
    return said


def _errcode(said: Mapping[str, Any]) -> int:
    found = said.get("errcode", 0)
    return found if isinstance(found, int) else -1


def _refusal(code: int) -> Refusal:
    if code in LATER:
        return Unreachable("too_often", problem=f"errcode {code}")
    if code in NEVER:
        return Hopeless("errcode", problem=str(code))
    return NotTaken("errcode", problem=str(code))
