"""Posters of many doors at once: choose what lies below a place, wait for the one PDF, take it away."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.channels.poster import press
from gezhi.channels.poster.filling import sheets
from gezhi.channels.poster.sheet import MOST
from gezhi.flows.poster_facts import chosen
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import queries as grounds
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.web import words
from gezhi.web.desk.places import ONLY_HERE
from gezhi.web.staff import actor_of, at_of, staff_required

TICKS = 50  # on one page: a form has sixty fields at most
DOORS: dict[str, tuple[Sequence[str], str]] = {
    "stairs": ((Kind.STAIRWELL,), gettext_noop("每个单元一张")),
    "buildings": ((Kind.BUILDING,), gettext_noop("每栋楼一张")),
    "both": ((Kind.BUILDING, Kind.STAIRWELL), gettext_noop("楼栋和单元都要")),
    "all": (
        (Kind.COMPOUND, Kind.STREET, Kind.MARKET, Kind.BUILDING, Kind.STAIRWELL, Kind.SPOT),
        gettext_noop("每个位置一张"),
    ),
}


@require_http_methods(["GET", "POST"])
@staff_required
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Ticks for what lies directly below, or for the place alone; all are set at first. More than one file holds is refused with a sentence,
    ticks kept.
    """
    place = grounds.by_code(code)
    if place.closed_on is not None:
        raise NotFound("place")
    children = grounds.children(place.id)
    below, part = _part(children or [place], request.GET.get("part", ""))
    first = "stairs" if children else "all"
    ticked = request.POST.getlist("below") if request.method == "POST" else [one.code for one in below]
    doors = request.POST.get("doors", first)
    error = ""
    if request.method == "POST":
        try:
            return redirect("desk:posters_job", place.code, _started(request, below, ticked, doors))
        except Invalid as refused:
            error = _sentence(refused)
    page = {
        "heading": _("打印%(place)s的海报") % {"place": place.name},
        "place": place,
        "rows": [{"code": one.code, "name": one.name, "is_ticked": one.code in ticked} for one in below],
        "part": part,
        "doors": [{"key": key, "label": _(label)} for key, (_kinds, label) in DOORS.items()],
        "doors_chosen": doors if doors in DOORS else first,
        "error": error,
        "only_here": ONLY_HERE.fullmatch(request.get_host()),
        "address": _origin(request),
        "most": MOST,
    }
    return render(request, "desk/posters.html", page, status=422 if error else 200)


def _part(rows: Sequence[PlaceRow], asked: str) -> tuple[Sequence[PlaceRow], dict[str, Any]]:
    """So many as one form holds, and which part of how many that is."""
    count = max(1, -(-len(rows) // TICKS))
    number = min(int(asked), count) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
    number = max(1, number)
    return rows[(number - 1) * TICKS : number * TICKS], {"number": number, "all": range(1, count + 1)}


def _started(request: HttpRequest, below: Sequence[PlaceRow], ticked: Sequence[str], doors: str) -> str:
    """The name of the job. Raises Invalid (places: none, too_many, own_first, others_first; doors: not_allowed)."""
    if doors not in DOORS:
        raise Invalid("doors", "not_allowed")
    kinds, rows = DOORS[doors][0], list[PlaceRow]()
    for one in (one for one in below if one.code in ticked):
        rows += chosen(one.path, kinds, MOST)
        if len(rows) > MOST:
            raise Invalid("places", "too_many", limit=MOST)
    if not rows:
        raise Invalid("places", "none")
    origin = _origin(request)
    asked = sheets(
        rows,
        lambda code: origin + reverse("report", args=[code]),
        language=words.language(),
        at=at_of(request),
    )
    return press.start(asked, len(rows), by=_desk(actor_of(request)))


def _desk(actor: Actor) -> str:
    """Whose posters these are: the office somebody works for, himself where he has none."""
    return min((party.hex for party in actor.parties()), default=actor.id.hex if actor.id else "")


def _sentence(refused: Invalid) -> str:
    said = {
        "none": _("勾选的位置下面没有这样的门。请勾选别的，或换一种张贴办法。"),
        "too_many": _("一次最多 %(limit)s 张，您选的超过了。请少勾几个，分几次打印。"),
        "own_first": _("你们还有 %(count)s 份海报正在做。等做好一份再开始，勾选都还在。"),
        "others_first": _("现在有 %(count)s 份海报正在做，排满了。请过几分钟再按一次，勾选都还在。"),
        "not_allowed": _("请选每个单元一张，还是每栋楼一张。"),
    }
    return said[refused.code] % refused.details


def _origin(request: HttpRequest) -> str:
    said = urlsplit(request.build_absolute_uri("/"))
    return f"{said.scheme}://{said.netloc}"


@require_GET
@never_cache
@staff_required
def job(request: HttpRequest, code: str, job: str) -> HttpResponse:
    """How far it is, asked again every second by itself; then the file."""
    place, now = grounds.by_code(code), press.found(job)
    if now is None:
        raise NotFound("job")
    page = {
        "heading": _("打印%(place)s的海报") % {"place": place.name},
        "place": place,
        "job": job,
        "now": now,
        "is_setting": now.done == now.of and now.file is None,
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "desk/_posters_job.html" if is_fragment else "desk/posters_job.html", page)


@require_GET
@staff_required
def file(request: HttpRequest, code: str, job: str) -> Any:
    """The PDF. 404 while there is none."""
    place, now = grounds.by_code(code), press.found(job)
    if now is None or now.file is None:
        raise NotFound("job")
    name = _("海报") + f"-{place.code}-{localtime(at_of(request)):%Y%m%d}.pdf"
    return FileResponse(
        now.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf"
    )
