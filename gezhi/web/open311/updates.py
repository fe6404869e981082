"""An extension: how far one request has come, in the four plain words, with its moments."""

from typing import Any

from django.http import HttpResponse

from gezhi.cases import public
from gezhi.cases.public import PlainStep
from gezhi.web import georeport
from gezhi.web.asked import Asked
from gezhi.web.open311.door import opened
from gezhi.web.open311.requests import moment_of, notes_of, public_case, status_of


@opened("GET", "HEAD")
def updates(request: Asked, number: str, form: str) -> HttpResponse:
    """All of them, oldest first. 404 for a request that is not for everybody's eyes."""
    case = public_case(number)
    rows = [_update(case.number, one) for one in public.plain_steps(case)]
    return georeport.answer(form, "service_request_updates", rows)


def _update(number: str, one: PlainStep) -> dict[str, Any]:
    return {
        "update_id": f"{number}-{one.seq}",
        "service_request_id": number,
        "status": status_of(one.step),
        "updated_datetime": moment_of(one.at),
        "description": notes_of(one.step, one.ending),
        "media_url": None,
    }
