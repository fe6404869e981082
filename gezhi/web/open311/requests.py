"""Service requests: many, one, a new one, and which one a token stands for. What is listed is public and reduced (cases/public.py)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.cases import public
from gezhi.cases import queries as cases
from gezhi.cases.public import PublicCase
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import NotFound
from gezhi.kernel.text import mask_private
from gezhi.parties import queries as parties
from gezhi.reports import queries as reports
from gezhi.web import georeport, limits, words
from gezhi.web.asked import Asked
from gezhi.web.open311 import media
from gezhi.web.open311.door import key_of, opened
from gezhi.web.open311.posting import post
from gezhi.web.open311.wanted import wanted
from gezhi.web.words import language

DONE: Final = 4
LISTS_PER_MINUTE: Final = 60  # of one address: a thousand rows take a third of a second
STEPS: Final = (
    gettext_noop("已收到"),
    gettext_noop("处理中"),
    gettext_noop("请您确认"),
    gettext_noop("已办结"),
)
STEP_NAMES: Final = ("received", "being_solved", "please_confirm", "done")


@opened("GET", "HEAD", "POST")
def requests(request: Asked, form: str) -> HttpResponse:
    """The public list, newest first, or a new request. A list costs 9 queries at most, whatever its size."""
    if request.method == "POST":
        return _received(request, form)
    limits.count("open311-list", limits.address(request), most=LISTS_PER_MINUTE, minutes=1, at=request.now)
    asked = wanted(request.GET, at=request.now)
    found = public.listed(asked.filter, page=asked.page, size=asked.size) if is_public() else []
    return georeport.answer(form, "service_requests", _rows(found, request, asked.has_extensions))


@opened("GET", "HEAD")
def request_of(request: Asked, number: str, form: str) -> HttpResponse:
    """One of the public list. 404 for what is not for everybody's eyes, as for what is not there."""
    found = public_case(number)
    has_extensions = request.GET.get("extensions", "").casefold() in {"true", "1"}
    return georeport.answer(form, "service_requests", _rows([found], request, has_extensions))


@opened("GET", "HEAD")
def token(request: Asked, token: str, form: str) -> HttpResponse:
    """The number of the request that a token stands for: whoever has the tracking code may ask."""
    report = reports.by_code(token)
    found = {
        "service_request_id": cases.of_report(report.id).number,
        "token": reports.tracking_code(report.id),
    }
    return georeport.answer(form, "service_requests", [found])


def is_public() -> bool:
    """Whether this office lets strangers list cases. No query as a rule."""
    return catalogue.rule("public_list") == 1


def public_case(number: str) -> PublicCase:
    """One of the public list. Raises NotFound."""
    if not is_public():
        raise NotFound("case")
    return public.one(number)


def status_of(step: int) -> str:
    """The specification knows two."""
    return "closed" if step == DONE else "open"


def notes_of(step: int, ending: str) -> str:
    """The plain step, and how it ended."""
    said = _(STEPS[step - 1])
    return (
        _("%(step)s：%(ending)s") % {"step": said, "ending": words.of(words.ENDINGS, ending)}
        if ending and step == DONE
        else said
    )


def moment_of(at: datetime | None) -> str | None:
    """W3C, with the office's offset."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def _received(request: Asked, form: str) -> HttpResponse:
    received = post(request, key_of(request))
    page = request.build_absolute_uri(reverse("status", args=[received.code]))
    answer: dict[str, Any] = {
        "service_request_id": cases.of_report(received.report_id).number,
        "service_notice": _("已收到。进度页只交给上报的人：%(page)s") % {"page": page},
        "account_id": None,
    }
    if (request.GET.get("extensions") or request.POST.get("extensions") or "").casefold() in {"true", "1"}:
        answer["extended_attributes"] = {"token": received.code, "status_url": page}
    return georeport.answer(form, "service_requests", [answer], status=201)


def _rows(found: Sequence[PublicCase], request: Asked, has_extensions: bool) -> list[dict[str, Any]]:
    leads = parties.parties_by_ids(case.lead_id for case in found if case.lead_id)
    pictures = media.of_cases((case.id for case in found), request)
    rows = []
    for case in found:
        lead, urls = leads.get(case.lead_id) if case.lead_id else None, pictures.get(case.id, [])
        row = _row(case, lead.name if lead else None, urls)
        if has_extensions:
            row["extended_attributes"] = _extended(case, urls)
        rows.append(row)
    return rows


def _row(case: PublicCase, agency: str | None, urls: Sequence[str]) -> dict[str, Any]:
    category = catalogue.category(case.category_id)
    name = category.label(language())
    return {
        "service_request_id": case.number,
        "status": status_of(case.step),
        "status_notes": notes_of(case.step, case.ending),
        "service_name": name,
        "service_code": category.code,
        "description": _description(case, name),
        "agency_responsible": agency,
        "service_notice": None,
        "requested_datetime": moment_of(case.received_at),
        "updated_datetime": moment_of(case.stepped_at),
        "expected_datetime": moment_of(case.due_at),
        "address": case.place.full_name if case.place else None,
        "address_id": case.place.code if case.place else None,
        "zipcode": None,
        "lat": case.point.lat if case.point else None,
        "long": case.point.lon if case.point else None,
        "media_url": urls[0] if urls else None,
    }


def _description(case: PublicCase, name: str) -> str:
    """Words that somebody has looked at, numbers of persons masked; else what it is and where."""
    if case.words:
        return mask_private(case.words)
    return _("%(what)s，%(where)s") % {"what": name, "where": case.place.full_name} if case.place else name


def _extended(case: PublicCase, urls: Iterable[str]) -> dict[str, Any]:
    return {"step": STEP_NAMES[case.step - 1], "ending": case.ending or None, "media_urls": list(urls)}
