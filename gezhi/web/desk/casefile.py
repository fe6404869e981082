"""The whole file of one case as a PDF, as this reader may see it: what the page of the case shows, no more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.cases import queries as cases
from gezhi.channels.casefile import press
from gezhi.channels.casefile.sheet import MOST_PHOTOS, CaseFile, Step
from gezhi.channels.poster.filling import SCRIPTS
from gezhi.evidence import queries as evidence
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction
from gezhi.web import times, words
from gezhi.web.casework import casepage
from gezhi.web.casework.photos import FULL
from gezhi.web.staff import actor_of, at_of, staff_required


@never_cache
@require_GET
@staff_required
def case_file(request: HttpRequest, number: str) -> HttpResponse:
    """A4, with photos and story. 404 for whoever may not open the case."""
    actor, at = actor_of(request), at_of(request)
    case = cases.by_number(number, actor=actor)
    page = casepage.context(case, actor=actor, at=at)
    photos = _photos(page)
    made = press.pdf(
        _file(case, page, {key: alt for key, (alt, _path) in photos.items()}, at),
        {key: path for key, (_alt, path) in photos.items()},
    )
    answer = HttpResponse(made, content_type="application/pdf")
    name = _("案件%(number)s") % {"number": case.number} + ".pdf"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


def _shown(page: dict[str, Any]) -> Iterator[Any]:
    """Pictures of the reports, then of the story, as the page has them."""
    for report in page["said"]["reports"]:
        yield from report["photos"]
    for step in reversed(page["timeline"]):
        yield from step["photos"]


def _photos(page: dict[str, Any]) -> dict[str, tuple[str, Path]]:
    """Key → what it shows, and the copy that people see: faces and plates that were covered stay so."""
    found: dict[str, tuple[str, Path]] = {}
    for one in _shown(page):
        if (
            one.id.hex not in found
            and len(found) < MOST_PHOTOS
            and (path := evidence.served_path(one.id, FULL))
        ):
            found[one.id.hex] = (str(one.alt), path)
    return found


def _file(case: Any, page: dict[str, Any], photos: dict[str, str], at: Any) -> CaseFile:
    office = jurisdiction(current()).name
    printed = _("打印于 %(time)s") % {"time": times.exact(at)}
    language = words.language()
    return CaseFile(
        title=_("案件档案"),
        number=case.number,
        about=f"{office} · {printed}",
        facts=list(_facts(case, page)),
        said=[
            (one["exact"], _words_of(one), [photo.id.hex for photo in one["photos"]])
            for one in page["said"]["reports"]
        ],
        steps=[
            Step(
                one["title"], one["who"], one["exact"], one["text"], [photo.id.hex for photo in one["photos"]]
            )
            for one in reversed(page["timeline"])
        ],
        photos=photos,
        words={"said": _("上报人的话"), "story": _("办理经过")},
        lang=SCRIPTS.get(language, language),
    )


def _words_of(report: dict[str, Any]) -> str:
    """As this reader may read them: the desk's wording first where it said it otherwise."""
    if report["erased"]:
        return _("（个人信息已清除）")
    said = [report["restatement"] or report["text"]]
    said += [one["text"] for one in report["added"]]
    return "\n".join(one for one in said if one) or _("（没有文字）")


def _facts(case: Any, page: dict[str, Any]) -> Iterator[tuple[str, str]]:
    where, what, holder = page["where"], page["what"], page["holder"]
    state = words.of(words.STATES, case.state)
    if case.ending:
        state += f" · {words.of(words.ENDINGS, case.ending)}"
    yield _("状态"), state
    yield (
        _("位置"),
        " · ".join(filter(None, (where.get("name"), where.get("code"), where.get("grid")))) or _("未定位"),
    )
    yield _("类别"), " · ".join(filter(None, (what.get("category"), what.get("condition")))) or _("未分类")
    yield _("责任单位"), f"{holder['party']} · {holder['phone']}"
    yield _("收到时间"), times.exact(case.received_at)
    if case.fix_due:
        yield _("办结时限"), times.exact(case.fix_due)
    if case.closed_at:
        yield _("结案时间"), times.exact(case.closed_at)
    if case.ending_reason:
        yield _("结案说明"), case.ending_reason
    if page["pauses"]:
        yield _("暂停合计"), str(page["pauses"]["total"])
