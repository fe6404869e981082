"""Say something, keep a picture for it, and see what became of it. No token needed; who shows one says it in his name."""

from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from ninja import File, Header, Router
from ninja.files import UploadedFile
from ninja.responses import Status

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.evidence.actions import Refused
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import Invalid
from gezhi.parties.tokens import Scope
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports.intake import Intake
from gezhi.web import limits, problems, refusals
from gezhi.web.api.describing import described
from gezhi.web.api.door import JSON, MULTIPART, Door, maker_of
from gezhi.web.api.shapes import EvidenceOut, Key, Receipt, ReportIn, ReportOut, Step
from gezhi.web.asked import Asked
from gezhi.web.kept import keep_in_turn
from gezhi.web.naming import fixture_named, leaf, place_named, point_of, standing_at

PICTURES_PER_HOUR = 9 * limits.REPORTS_PER_HOUR  # of one address without a token: nine for each report
STEPS = tuple(Step)
router = Router()


@router.post(
    "reports",
    auth=Door(scope=Scope.REPORTS_WRITE, is_open=True, body=JSON),
    response={201: Receipt},
    url_name="reports",
    **described("send_report", 400, 401, 403, 413, 415, 422, 429),
)
def send_report(
    request: Asked, body: ReportIn, key: Annotated[Key | None, Header(alias="Idempotency-Key")] = None
) -> Status[Any]:
    """Say something. The same Idempotency-Key gives the same receipt for ever."""
    if request.actor == VISITOR:
        limits.count(
            "report", limits.address(request), most=limits.REPORTS_PER_HOUR, minutes=60, at=request.now
        )
    received = receive_report(_voice(body, key, maker_of(request)), actor=request.actor, at=request.now)
    return Status(201, {"code": received.code, "url": _page(request, received.code)})


@router.get(
    "reports/{code}",
    auth=Door(is_open=True),
    response=ReportOut,
    url_name="report",
    **described("read_report", 401, 404, 429),
)
def read_report(request: Asked, code: str) -> dict[str, object]:
    """What became of it. 4 queries at most."""
    report = reports.by_code(code)
    case = cases.of_report(report.id)
    place = places.by_ids([report.place_id]).get(report.place_id) if report.place_id else None
    category = case.category_id or report.category_id
    plain = reports.tracking_code(report.id)
    return {
        "code": plain,
        "url": _page(request, plain),
        "step": STEPS[cases.public_step(case) - 1],
        "received_at": report.received_at,
        "place": {"code": place.code, "name": place.full_name} if place else None,
        "category": catalogue.category(category).code if category else None,
        "due_at": case.fix_due,
        "closed_at": case.closed_at,
        "ending": case.ending or None,
        "case": {"number": case.number, "state": case.state},
    }


@router.post(
    "evidence",
    auth=Door(is_open=True, body=MULTIPART),
    response={201: EvidenceOut},
    url_name="evidence",
    **described("keep_evidence", 400, 401, 413, 415, 422, 429),
)
def keep_evidence(request: Asked, file: File[UploadedFile]) -> object:
    """Keep a picture (JPEG, PNG, WebP, HEIC, 20 MB). One report or event may claim it, within 24 hours."""
    if strange := sorted({*request.POST, *request.FILES} - {"file"}):
        raise Invalid(strange[0][:40], "not_for_this")
    if request.actor == VISITOR:
        limits.count(
            "api-evidence", limits.address(request), most=PICTURES_PER_HOUR, minutes=60, at=request.now
        )
    (kept,) = keep_in_turn([file], at=request.now)
    if isinstance(kept, Refused):
        number = (
            413 if kept.code == "too_large" else 415 if kept.code in {"not_a_picture", "unsupported"} else 422
        )
        detail = refusals.photo_sentence(kept.name, kept.code)
        return problems.answer(number, code=kept.code, detail=detail, field="file")
    return Status(201, {"id": kept.id})


def _voice(body: ReportIn, key: str | None, maker: str) -> Voice:
    """What a body says, with the place it means: the one it names, else the community around its point, else none."""
    category: UUID | None = leaf(body.category) if body.category is not None else None
    at = point_of(body.point) if body.point is not None else None
    place: PlaceRow | None = place_named(body.place) if body.place is not None else None
    fixture = fixture_named(body.fixture, place) if body.fixture is not None else None
    if place is None and fixture is not None:
        place = standing_at(fixture)
    if place is None and at is not None:
        place = places.community_around(at)
    intake = Intake(
        channel="api",
        text=body.text,
        place=place.id if place else None,
        place_path=place.path if place else "",
        lon=at.lon if at else None,
        lat=at.lat if at else None,
        category=category,
        contact=body.contact or "",
        evidence=tuple(body.evidence),
        key=key,
        maker=maker,
        fixture=fixture.id if fixture else None,
    )
    return Voice(intake, place)


def _page(request: Asked, code: str) -> str:
    return request.build_absolute_uri(reverse("status", args=[code]))
