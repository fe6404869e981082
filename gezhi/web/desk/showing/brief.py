"""The brief of a week (本周情况): the page is the preview of the PDF and of the .docx, for all three show the same blocks."""

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.channels.orders.papers import MEDIA
from gezhi.channels.paper import brief as writing
from gezhi.channels.paper import setting, word
from gezhi.channels.paper.blocks import Block, Chart, Items, Paper, Paragraph, Photo, PhotoPair, Table
from gezhi.channels.paper.chart import as_svg
from gezhi.channels.poster import press
from gezhi.evidence import queries as evidence
from gezhi.insight.week import monday_of
from gezhi.kernel.refusal import Invalid, NotFound, Stale
from gezhi.ledger.albums import first_paragraph
from gezhi.parties.days import local_day
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction
from gezhi.web import refusals, words
from gezhi.web.desk.showing.weeks import week
from gezhi.web.links import address
from gezhi.web.rail import DESK
from gezhi.web.staff import actor_of, at_of, duty_required

WEEKS: Final = 26  # so far back one may look: farther, the ledger's books say it
STALE: Final = gettext_noop("别人刚刚也改了开头这段，现在是下面这样。您写的还在框里，要用就再按一次“保存”。")
FULL, SMALL = 1600, 400


class Asked(NamedTuple):
    """Which week of which ground. place None: everything that the actor sees."""

    monday: date
    place: PlaceRow | None
    ground: UUID

    @property
    def path(self) -> str:
        return self.place.path if self.place else paths.ROOT

    @property
    def query(self) -> str:
        said = {"week": self.monday.isoformat()} | ({"place": self.place.code} if self.place else {})
        return urlencode(said)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def brief(request: HttpRequest) -> HttpResponse:
    """The week as it stands; POST keeps the first paragraph, or comes back with it."""
    asked = _asked(request)
    text, version = first_paragraph.kept(asked.monday, asked.ground)
    typed, error, status, asks_names = text, "", 200, False
    if request.method == "POST":
        typed = request.POST.get("text", "")
        try:
            first_paragraph.keep(
                asked.monday,
                asked.ground,
                typed,
                names_confirmed=request.POST.get("nobody") == "1",
                version=_version(request),
                actor=actor_of(request),
                at=at_of(request),
            )
        except (Invalid, Stale) as refused:
            error = _(STALE) if isinstance(refused, Stale) else refusals.sentence(refused)
            status, asks_names = refusals.status(refused), refused.code == "to_confirm"
        else:
            messages.success(request, _("开头这段已经保存，PDF 和 Word 里也是它。"))
            return redirect(f"{reverse('desk:brief')}?{asked.query}")
    made = _paper(request, asked, text)
    page = {
        "heading": _("本周情况"),
        "paper": made,
        "blocks": [_seen(one) for one in made.blocks],
        "asked": asked,
        "weeks": _weeks(at_of(request), asked),
        "grounds": _grounds(request, asked),
        "lead": {
            "text": typed or writing_lead(made),
            "version": version,
            "is_own": bool(text),
            "limit": first_paragraph.LIMIT,
            "asks_names": asks_names,
        },
        "error": error,
    }
    return render(request, "desk/showing/brief.html", page, status=status)


@never_cache
@require_GET
@duty_required(*DESK)
def as_word(request: HttpRequest) -> Any:
    """The .docx, to go on writing in."""
    asked = _asked(request)
    data = word.as_docx(_paper(request, asked, first_paragraph.kept(asked.monday, asked.ground)[0]), _file)
    answer = HttpResponse(data, content_type=MEDIA["docx"])
    answer["Content-Disposition"] = _disposition(f"{_('本周情况')}-{asked.monday:%Y%m%d}.docx")
    return answer


@never_cache
@require_POST
@duty_required(*DESK)
def set_brief(request: HttpRequest) -> HttpResponse:
    """Begin to set the PDF; what is being set or set already is found."""
    asked = _asked(request)
    made = _paper(request, asked, first_paragraph.kept(asked.monday, asked.ground)[0])
    said = setting.as_json(made, _file, language=words.language(), has_contents=False)
    try:
        job = setting.start(said, by=asked.ground.hex)
    except Invalid:
        messages.error(request, _("正在做的文件排满了。请过一分钟再按一次，内容都还在。"))
        return redirect(f"{reverse('desk:brief')}?{asked.query}")
    return redirect(f"{reverse('desk:brief_job', args=[job])}?{asked.query}")


@never_cache
@require_GET
@duty_required(*DESK)
def job(request: HttpRequest, job: str) -> HttpResponse:
    """How far it is, asked again every second by itself; then the file."""
    asked = _asked(request)
    now = _own_job(asked, job)
    page = {"heading": _("本周情况"), "asked": asked, "job": job, "now": now}
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(
        request, "desk/showing/_brief_job.html" if is_fragment else "desk/showing/brief_job.html", page
    )


@never_cache
@require_GET
@duty_required(*DESK)
def file(request: HttpRequest, job: str) -> Any:
    """The PDF. 404 while there is none."""
    asked = _asked(request)
    now = _own_job(asked, job)
    if now.file is None or not setting.still_holds(job):
        raise NotFound("job")
    name = f"{_('本周情况')}-{asked.monday:%Y%m%d}.pdf"
    return FileResponse(
        now.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf"
    )


def _own_job(asked: Asked, job: str) -> press.Progress:
    """Raises NotFound, also for a job that was begun for another ground: its name alone opens nothing."""
    now = press.found(job)
    if now is None or press.begun_by(job) != asked.ground.hex:
        raise NotFound("job")
    return now


def writing_lead(made: Paper) -> str:
    """What stands in the form: the first paragraph as it is shown."""
    return next(one.text for one in made.blocks if isinstance(one, Paragraph))


def _paper(request: HttpRequest, asked: Asked, lead: str) -> Paper:
    office = jurisdiction(current())
    found = week(asked.monday, asked.path, actor=actor_of(request), at=at_of(request))
    return writing.paper(
        found,
        ground=asked.place.full_name if asked.place else "",
        office=office.name,
        lead=lead,
        language=words.language(),
        at=at_of(request),
        note=_("演示数据，不是真实情况") if office.demonstration else "",
    )


def _asked(request: HttpRequest) -> Asked:
    """Out of the query: ?week= a day of it, ?place= a code. Raises NotFound for what is not this actor's, or too long ago."""
    today = monday_of(local_day(at_of(request)))
    monday = _monday(request.GET.get("week", ""), today)
    if not today - timedelta(weeks=WEEKS) <= monday <= today:
        raise NotFound("week")
    areas = first_paragraph.areas_of(actor_of(request))
    code = request.GET.get("place", "")
    if code:
        place = places.by_code(code)
        if not first_paragraph.is_open_to(place, areas):
            raise NotFound("place")
        return Asked(monday, place, place.id)
    if areas and paths.ROOT not in areas:
        place = places.ancestors(areas[0])[-1]
        return Asked(monday, place, place.id)
    return Asked(monday, None, first_paragraph.own_ground(actor_of(request)))


def _monday(text: str, today: date) -> date:
    if not text:
        return today
    try:
        return monday_of(date.fromisoformat(text))
    except ValueError:
        raise NotFound("week") from None


def _weeks(at: Any, asked: Asked) -> list[dict[str, Any]]:
    today = monday_of(local_day(at))
    mondays = [today - timedelta(weeks=n) for n in range(9)]
    mondays += [asked.monday] if asked.monday not in mondays else []
    return [
        {"value": one.isoformat(), "label": _week_label(one, today), "is_chosen": one == asked.monday}
        for one in mondays
    ]


def _week_label(monday: date, today: date) -> str:
    days = f"{date_format(monday, _('n月j日'))}—{date_format(monday + timedelta(days=6), _('n月j日'))}"
    if monday == today:
        return _("本周（%(days)s）") % {"days": days}
    return _("上周（%(days)s）") % {"days": days} if today - monday == timedelta(weeks=1) else days


def _grounds(request: HttpRequest, asked: Asked) -> list[dict[str, Any]]:
    """What may be chosen: the grounds of one's posts, and their communities. At most 3 queries."""
    areas = first_paragraph.areas_of(actor_of(request))
    rows: dict[UUID, PlaceRow] = {}
    for area in areas:
        inside = places.subtree(area).filter(kind__in=first_paragraph.KINDS, closed_on=None)
        rows |= places.by_ids(inside.values_list("id", flat=True))
        rows |= {} if area == paths.ROOT else {(own := places.ancestors(area)[-1]).id: own}
    found = (
        [{"value": "", "label": _("全部"), "is_chosen": asked.place is None}]
        if paths.ROOT in areas or not areas
        else []
    )
    ordered = sorted(rows.values(), key=lambda row: row.code)
    return found + [
        {"value": row.code, "label": row.name, "is_chosen": bool(asked.place and row.id == asked.place.id)}
        for row in ordered
    ]


def _version(request: HttpRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def _file(id: UUID) -> Path | None:
    return evidence.served_path(id, FULL)


def _seen(block: Block) -> dict[str, Any]:
    """A block as the page shows it: charts drawn, pictures by their addresses, cases as links."""
    said = asdict(block)
    if isinstance(block, Chart):
        said["svg"] = mark_safe(as_svg(block))  # numbers and escaped words alone
    if isinstance(block, PhotoPair):
        said["photos"] = [_picture(block.before), _picture(block.after)]
    if isinstance(block, Items):
        said["rows"] = list(zip(block.lines, block.numbers or [""] * len(block.lines), strict=True))
    if isinstance(block, Table):  # each figure with its head, for a phone
        said["rows"] = [list(zip(row, block.heads, strict=True)) for row in block.rows]
    return said


def _picture(one: Photo) -> dict[str, str]:
    return {
        "url": address(one.id, FULL, mark=one.mark),
        "thumb": address(one.id, SMALL, mark=one.mark),
        "label": one.label,
        "day": one.day,
    }


def _disposition(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"
