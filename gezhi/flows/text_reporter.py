"""Tell a reporter by short message what needs no answer: accepted, declined, more time, paused, reopened, closed. Story: ADR 0026.

The call stays on the desk's list until the gateway has taken the message: what does not arrive is still said by phone (I12).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from gezhi.cases.calls import TEXTED
from gezhi.journal import outbox
from gezhi.reports import queries as reports

SMS = "sms"  # errand kind, and its road: one gateway
REPORT = "report"


def follow(message: Mapping[str, Any], key: str, *, at: datetime) -> None:
    """Queue the short message of one message to a reporter, under the same key; nothing while SMS is off, or without a mobile number."""
    if settings.GEZHI_SMS is None or message["what"] not in TEXTED:
        return
    report = UUID(message[REPORT])
    if not reports.own_mobile(report):
        return
    told = {"what": message["what"], "number": message["number"], REPORT: message[REPORT]}
    outbox.queue(outbox.Following(SMS, key, at, told, (REPORT, report), SMS))
