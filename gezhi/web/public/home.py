"""The front door: say something, or see what became of it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gezhi.cases import face
from gezhi.cases import queries as cases
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import NotFound, Refusal
from gezhi.kernel.text import TooLong, code_key
from gezhi.places import queries as places
from gezhi.reports import queries as reports
from gezhi.web import limits
from gezhi.web.answers import SeeOther, private
from gezhi.web.asked import Asked
from gezhi.web.limits import TooOften
from gezhi.web.public import trust
from gezhi.web.refusals import sentence

FOUND_PLACES, MOST_PLACES = 8, 60
TRIES_PER_HOUR = 30  # of one address, whatever it asks
TRIES_PER_NUMBER = 5  # of anybody, for one case number: four digits are soon guessed
LONGEST_SEARCH = 60
SERIAL = 7  # digits of the end of a case number
LONGEST_END = 4 + SERIAL + 1  # with its year, as the lists of the desk show it
LONGEST_NUMBER = 6 + LONGEST_END  # with the office's code
NOBODY = UUID(int=0)


@require_safe
@never_cache
def home(request: Asked) -> HttpResponse:
    """Two doors: report, or look up. The search box finds places."""
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    return _page(request, 200, {"q": words, **looked_up(words, is_whole="all" in request.GET)})


def looked_up(words: str, *, is_whole: bool = False) -> dict[str, object]:
    """found: the places that the words mean; left: what of the words no place is called; has_more: whether there are others."""
    limit = MOST_PLACES if is_whole else FOUND_PLACES
    found = places.find(words, limit + 1) if words else []
    left = ""
    if words and not found:
        found, left = places.find_around(words, limit + 1)
    return {"found": found[:limit], "left": left if found else "", "has_more": len(found) > limit}


@require_POST
@never_cache
def find_report(request: Asked) -> HttpResponse:
    """By tracking code, or by case number and the last four digits of the phone number that was left. One field takes either.

    Posted, so that no code stands in an address that is logged. Whatever is wrong, the answer is the same.
    """
    code, number, tail = (request.POST.get(name, "").strip()[:100] for name in ("code", "number", "tail"))
    if not number and _is_number(code):
        code, number = "", code
    if number and not tail:
        return _again(request, 422, None)
    try:
        limits.count("lookup", limits.address(request), most=TRIES_PER_HOUR, minutes=60, at=request.now)
        report_id = _by_number(request, number, tail) if number else reports.by_code(code).id
    except TooOften as refusal:
        answer = _again(request, 429, refusal)
        answer["Retry-After"] = str(refusal.seconds)
        return answer
    except NotFound as refusal:
        return _again(request, 404, refusal)
    return private(SeeOther(reverse("status", args=[reports.tracking_code(report_id)])))


def _is_number(typed: str) -> bool:
    """Whether somebody wrote a case number, or the end of one, where a tracking code could stand: codes are longer."""
    try:
        key = code_key(typed)
    except TooLong:
        return False
    return key.isdecimal() and len(key) <= LONGEST_NUMBER


def _by_number(request: Asked, number: str, tail: str) -> UUID:
    """Asks as much whether the case exists or not, so that the time it takes tells nothing.

    Each number that was meant counts as tried, however it was written: the end of one is no way around the limit.
    """
    found = []
    for meant in _meant(number, request):
        try:
            limits.count("tail", code_key(meant), most=TRIES_PER_NUMBER, minutes=60, at=request.now)
            case_id = cases.by_number(meant, actor=SYSTEM).id
        except (NotFound, TooLong):
            case_id = NOBODY
        found.append(reports.by_tail(cases.report_ids([case_id]).get(case_id, []), tail))
    ids = {one.id for one in found if one}
    if len(ids) != 1:
        raise NotFound("report")
    return ids.pop()


def _meant(number: str, request: Asked) -> list[str]:
    """Which case numbers somebody means by this one: the whole, `2026-0000128`, or `128` of this year or the last."""
    try:
        key = code_key(number)
    except TooLong:
        return [number]
    office, year = request.jurisdiction.code, timezone.localtime(request.now).year
    if not key.isdecimal() or len(key) > LONGEST_END:
        return [number]
    if len(key) > SERIAL:
        return [f"{office}-{key[:4]}-{key[4:]}"]
    return [f"{office}-{this}-{key.zfill(SERIAL)}" for this in (year, year - 1)]


def _again(request: Asked, number: int, refusal: Refusal | None) -> HttpResponse:
    """refusal: None when it was a number without the digits of the phone, whether such a case exists or not."""
    not_there = _("没有找到。请核对查询码，或者编号和电话后四位，再试一次。")
    lacks = _("这是编号。请再填留过的电话的后四位；没有留过电话，请用查询码查。")
    error = lacks if refusal is None else sentence(refusal) if number == 429 else not_there
    typed = {name: request.POST.get(name, "")[:100] for name in ("code", "number", "tail")}
    typed["code"] = typed["code"] or typed["number"]
    return private(
        _page(request, number, {"lookup_error": error, "lacks_tail": refusal is None, "typed": typed})
    )


def _page(request: Asked, number: int, more: dict[str, object]) -> HttpResponse:
    answering = trust.desk_answering("", request.now)
    return render(
        request,
        "public/home.html",
        {
            "office": request.jurisdiction,
            "answering": answering,
            "has_face": face.is_shown(),
            **more,
        },
        status=number,
    )
