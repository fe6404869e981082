"""The printed work slip (派工单), and QR codes as pictures of our own."""

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.cases import queries as cases
from gezhi.kernel.refusal import NotFound
from gezhi.places import queries as places
from gezhi.web import times
from gezhi.web.casework import casepage
from gezhi.web.staff import actor_of, at_of, staff_required

DAY = 86400


@require_GET
@staff_required
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """One sheet of A4 for people without a phone: what, where, by when, the proof asked, boxes to sign, a QR to the case."""
    case, at = cases.by_number(number, actor=actor_of(request)), at_of(request)
    page = casepage.context(case, actor=actor_of(request), at=at)
    page |= {
        "heading": _("派工单"),
        "printed": times.exact(at),
        "make_safe": times.exact(case.make_safe_due) if not case.made_safe_at else "",
        "fix": times.exact(case.fix_due),
    }
    return render(request, "desk/slip.html", page)


@require_GET
@staff_required
def case_qr(request: HttpRequest, number: str) -> HttpResponse:
    """The case's own address as a QR code."""
    case = cases.by_number(number, actor=actor_of(request))
    return qr(request.build_absolute_uri(reverse("desk:case", args=[case.number])))


@require_GET
@staff_required
def place_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The address at which people report from this place."""
    place = places.by_code(code)
    if place.closed_on is not None:
        raise NotFound("place")
    return qr(request.build_absolute_uri(reverse("report", args=[place.code])))


@require_GET
@staff_required
def fixture_qr(request: HttpRequest, code: str) -> HttpResponse:
    """The address at which people report about this lift or lamp: its place's form, where it is chosen already."""
    place, fixture = places.scanned(code)
    if fixture is None or place.closed_on is not None:
        raise NotFound("fixture")
    return qr(request.build_absolute_uri(reverse("report", args=[fixture.code])))


def qr(text: str) -> HttpResponse:
    """A QR code as SVG, error correction M, four quiet modules."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", scale=8, border=4, xmldecl=False, svgns=True
    )
    answer = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    answer["Cache-Control"] = f"private, max-age={DAY}"
    return answer
