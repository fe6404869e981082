"""Tell another program of a case: a signed POST as Standard Webhooks describes it (standardwebhooks.com, specification 1.0).

webhook-id: the same at every try, so that a receiver can pass over what it has. webhook-timestamp: of this try, in seconds.
webhook-signature: "v1," and base64 of HMAC-SHA256 over "id.timestamp.body" with the receiver's secret.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gezhi.channels import outward
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal
from gezhi.notices import receivers, secret

GONE = 410
WELL = range(200, 300)


class NotTaken(Refusal):
    """The receiver answered, but did not take it (status)."""

    code = "not_taken"


def deliver(errand: Leased, at: datetime) -> None:
    """One try. Whoever switched the receiver off meanwhile hears nothing. Raises NotTaken, Unreachable, Invalid("url", …)."""
    receiver = UUID(errand.road.removeprefix("hook:"))
    known = receivers.address_and_secret(receiver)
    if known is None:
        return
    url, signing = known
    try:
        status = send(url, render(errand), message_id(errand), signing, at)
        if status not in WELL and status != GONE:
            raise NotTaken(status=status)
    except Refusal as refused:
        receivers.went_wrong(receiver, why=said(refused), at=at)
        raise
    if status == GONE:
        receivers.is_gone(receiver, at=at)
    else:
        receivers.went_well(receiver, at=at)


def render(errand: Leased) -> bytes:
    """The body: the same bytes at every try."""
    payload: Mapping[str, Any] = errand.payload
    body = {"type": payload["type"], "timestamp": payload["at"], "data": payload["data"]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def message_id(errand: Leased) -> str:
    """The stable id: of the step, the same for every receiver."""
    return f"msg_{UUID(errand.key.partition(':')[0]).hex}"


def send(url: str, body: bytes, id: str, signing: str, at: datetime) -> int:
    """POST the body, signed now; the status that came back."""
    moment = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Gezhi-Webhook/1",
        "webhook-id": id,
        "webhook-timestamp": moment,
        "webhook-signature": sign(signing, id, moment, body),
    }
    return outward.post(url, body, headers)


def sign(signing: str, id: str, moment: str, body: bytes) -> str:
    """The value of webhook-signature."""
    key = base64.b64decode(signing.removeprefix(secret.PREFIX))
    digest = hmac.digest(key, f"{id}.{moment}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def said(refused: Refusal) -> str:
    """Why it did not go, in a few words for the administrator: a status, or a code with what the system said."""
    status = refused.details.get("status")
    problem = refused.details.get("problem", "")
    return f"HTTP {status}" if status else f"{refused.code} {problem}".strip()
