"""Short messages, behind an adapter: `Texting` is all that the product asks of a gateway, `HttpGateway` the one we have (docs/running.md).

POST {"id", "to", "pieces"}: each piece has at most 70 signs, so that it is one message. id: the same at every try. Signed as webhooks are
(HMAC-SHA256 over "id.timestamp.body"), or with a bearer token. 2xx: taken. No words of anybody, no names: what happened, number, link.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from gezhi.cases.calls import texted
from gezhi.channels import outward
from gezhi.channels.addresses import outside
from gezhi.channels.mail import LANGUAGE
from gezhi.channels.webhook import WELL, NotTaken
from gezhi.journal.outbox import Leased
from gezhi.reports import queries as reports

MOST_SIGNS: Final = 70
SAID: Final = {
    "accepted": gettext_noop("您反映的事已受理，编号%(number)s。"),
    "declined": gettext_noop("您反映的事没有受理，编号%(number)s，理由请看进度页。"),
    "extended": gettext_noop("您反映的事时限延长了，编号%(number)s。"),
    "paused": gettext_noop("您反映的事暂时不能办，编号%(number)s，理由请看进度页。"),
    "reopened": gettext_noop("您反映的事重新办理，编号%(number)s。"),
    "closed": gettext_noop("您反映的事已办结，编号%(number)s。"),
}


class Texting(Protocol):
    """What the product asks of a gateway."""

    def send(self, id: str, to: str, pieces: list[str], at: datetime) -> None:
        """Hand one message over. id: the same at every try. Raises NotTaken, Unreachable."""
        ...


class HttpGateway:
    """The documented POST."""

    def __init__(self, url: str, secret: str, *, is_bearer: bool) -> None:
        self._url, self._secret, self._is_bearer = url, secret, is_bearer

    def send(self, id: str, to: str, pieces: list[str], at: datetime) -> None:
        """As Texting.send. Raises Invalid("url", …) for an address that may not be reached."""
        said = {"id": id, "to": to, "pieces": pieces}
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        status = outward.post(self._url, body, self._heads(id, body, at))
        if status not in WELL:
            raise NotTaken(status=status)

    def _heads(self, id: str, body: bytes, at: datetime) -> dict[str, str]:
        heads = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Gezhi-SMS/1",
            "webhook-id": id,
        }
        if self._is_bearer:
            return heads | {"Authorization": f"Bearer {self._secret}"}
        moment = str(int(at.timestamp()))
        return heads | {
            "webhook-timestamp": moment,
            "webhook-signature": sign(self._secret, id, moment, body),
        }


def sign(secret: str, id: str, moment: str, body: bytes) -> str:
    """The value of webhook-signature."""
    digest = hmac.digest(secret.encode(), f"{id}.{moment}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def gateway() -> Texting | None:
    """The office's; None while short messages are off."""
    found = settings.GEZHI_SMS
    return HttpGateway(found.url, found.secret, is_bearer=found.is_bearer) if found else None


def deliver(errand: Leased, at: datetime) -> None:
    """One try; then the call that was owed is off the desk's list. Who was forgotten meanwhile hears nothing. Raises NotTaken, Unreachable."""
    through, report, what = gateway(), UUID(errand.payload["report"]), errand.payload["what"]
    to = reports.own_mobile(report)
    if through is None or not to:
        return
    through.send(
        message_id(errand.key), to, pieces(what, errand.payload["number"], reports.tracking_code(report)), at
    )
    texted(report, what, at=at)


def message_id(key: str) -> str:
    """The stable id: says nothing of case or person."""
    return f"sms_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def pieces(what: str, number: str, code: str) -> list[str]:
    """What is said, and where the rest stands; at most MOST_SIGNS signs each."""
    with override(LANGUAGE):
        first = _("【格治】") + _(SAID[what]) % {"number": number}
        second = _link(code) or _("凭编号和电话后四位可以查进度。")
    joined = f"{first} {second}"
    found = [joined] if len(joined) <= MOST_SIGNS else [first, second]
    return [piece[at : at + MOST_SIGNS] for piece in found for at in range(0, len(piece), MOST_SIGNS)]


def _link(code: str) -> str:
    """The reporter's own page, where the office has a name of its own."""
    return outside(reverse("status", args=[code]))


__all__ = ["SAID", "HttpGateway", "Texting", "deliver", "gateway", "pieces", "sign"]
