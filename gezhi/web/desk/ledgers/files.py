"""Large ledgers as files: asked for here, written by the worker, taken away by whoever asked."""

from typing import Any, Final
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.kernel.refusal import NotFound
from gezhi.ledger import files, months
from gezhi.ledger.export import MEDIA_TYPES
from gezhi.ledger.queries import LineFilter
from gezhi.web import times
from gezhi.web.desk.ledger import LedgerForm, file_name, sound
from gezhi.web.staff import actor_of, at_of, is_boosted, staff_required, uuid_or_none

MOST_QUERY = 1000  # signs
WHY: Final = {
    "too_many": gettext_noop("一张工作表放不下这么多行。请回到台账缩小范围，或者改要 CSV。"),
    "unreadable": gettext_noop("这份文件的筛选条件读不出来了。请回到台账重新选好条件，再要一次。"),
}
OTHERWISE: Final = gettext_noop(
    "生成时出了错，试了几次都没有成功。请回到台账再要一次；还是不行，请告诉管理员。"
)


@never_cache
@require_http_methods(["GET", "POST"])
@staff_required
def listed(request: HttpRequest) -> HttpResponse:
    """What this person asked for within a day, and what he came to ask for; POST asks for it."""
    actor, at = actor_of(request), at_of(request)
    if request.method == "POST":
        suffix = "." + request.POST.get("suffix", "")[:5]
        wanted = _wanted(QueryDict(request.POST.get("query", "")[:MOST_QUERY]), request)
        id = files.ask(wanted, suffix=suffix, actor=actor, language=get_language() or "", at=at)
        return redirect("desk:ledger_file", id)
    page = {
        "heading": _("台账文件"),
        "rows": [_row(one, at) for one in files.files(actor)],
        "query": request.GET.urlencode(),
        "is_asking": bool(request.GET),
    }
    return render(request, "desk/ledgers/files.html", page)


def _wanted(said: QueryDict, request: HttpRequest) -> LineFilter | months.BookRow:
    """The filter of the page he came from, or the month book. Raises as `ledger.sound`, NotFound."""
    if "book" in said:
        book_id = uuid_or_none(str(said["book"]))
        if book_id is None:
            raise NotFound("book")
        return months.book(book_id, actor=actor_of(request))
    return sound(LedgerForm(said))


def _row(one: files.FileRow, at: Any) -> dict[str, Any]:
    return {
        "file": one,
        "asked": times.moment(one.asked_at, at),
        "kind": {".xlsx": "Excel", ".csv": "CSV"}.get(one.suffix, one.suffix),
        "done": min(one.written, one.total) if one.total else 0,
        "why": _(WHY.get(one.problem, OTHERWISE)) if one.problem else "",
    }


@never_cache
@require_GET
@staff_required
def progress(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """How far it is, asked again every second by itself; then the file."""
    row = files.file(file_id, actor=actor_of(request))
    page = {"heading": _("台账文件"), "one": _row(row, at_of(request))}
    name = "desk/ledgers/_file.html" if is_boosted(request) else "desk/ledgers/file.html"
    return render(request, name, page)


@require_GET
@staff_required
def taken(request: HttpRequest, file_id: UUID) -> Any:
    """The file itself. 404 while there is none, and for everybody else."""
    row = files.file(file_id, actor=actor_of(request))
    if not row.is_ready:
        raise NotFound("file")
    return FileResponse(
        files.open_file(row),
        as_attachment=True,
        filename=file_name(row.asked_at, row.suffix),
        content_type=MEDIA_TYPES[row.suffix],
    )
