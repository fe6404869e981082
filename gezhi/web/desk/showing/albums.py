"""Albums for inspections (迎检影集): which there are, a new one, one with its lines and what lacks, and the file to print."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.catalogue import queries as catalogue
from gezhi.channels.paper import album as papers
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger.albums import actions, queries, standards
from gezhi.ledger.albums.queries import Album, AlbumLine
from gezhi.ledger.albums.standards import Draft
from gezhi.parties.days import local_day
from gezhi.places import queries as places
from gezhi.web import refusals, times, words
from gezhi.web.desk.keeper import MOST_SHEET_BYTES, form_page, in_turn, tried
from gezhi.web.fields import day_field
from gezhi.web.punctuation import series
from gezhi.web.rail import DESK
from gezhi.web.staff import actor_of, at_of, duty_required

STARTS = (
    ("families", gettext_lazy("用现成的：每个问题大类一条")),
    ("text", gettext_lazy("自己写，或从文件里粘贴")),
    ("sheet", gettext_lazy("从表格导入")),
)
FIRST_DAYS = 90  # of a new album's period
MOST_NAMED = 10


def nobody_field() -> forms.BooleanField:
    """A tick that is not seen until something typed reads like a name or a flat (`asking`)."""
    return forms.BooleanField(
        label=gettext_lazy("我看过了，里面没有人名和门牌"), required=False, widget=forms.HiddenInput
    )


def asking(form: forms.Form, deed: Callable[[], Any]) -> Any:
    """As `tried`; a doubt that somebody may settle shows the tick."""

    def judged() -> Any:
        try:
            return deed()
        except Invalid as refused:
            if refused.code == "to_confirm":
                form.fields["nobody"].widget = forms.CheckboxInput()
            raise

    return tried(form, judged)


class AlbumForm(forms.Form):
    """What it is called, of which time, and what is inspected."""

    name = forms.CharField(
        label=gettext_lazy("影集叫什么"),
        max_length=actions.NAME_LIMIT,
        help_text=gettext_lazy("例如：11月文明城市迎检"),
    )
    since = day_field(gettext_lazy("办结日期，从"))
    until = day_field(gettext_lazy("到（含当天）"))
    start = forms.ChoiceField(label=gettext_lazy("检查标准"), choices=STARTS, widget=forms.RadioSelect)
    lines = forms.CharField(
        label=gettext_lazy("标准条目"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("一行一条，最多 60 条。从 Excel 粘贴时，第二列可以是类别，第三列可以是位置。"),
    )
    sheet = forms.FileField(
        label=gettext_lazy("标准表格（.xlsx 或 .csv）"),
        required=False,
        help_text=gettext_lazy("要有一列“标准”或“检查内容”；可以有“类别”和“位置”。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.xls"}),
    )

    nobody = nobody_field()

    def drafts(self) -> list[Draft]:
        """Raises Invalid, BadSheet."""
        start = self.cleaned_data["start"]
        if start == "families":
            return standards.of_families(words.language())
        if start == "text":
            return standards.of_text(self.cleaned_data["lines"])
        file = self.cleaned_data["sheet"]
        if not file:
            raise Invalid("sheet", "required")
        if file.size > MOST_SHEET_BYTES:
            raise Invalid("sheet", "too_large", megabytes=MOST_SHEET_BYTES // 1_000_000)
        return in_turn(lambda: standards.of_sheet(file.read(), PurePath(file.name).name))


@never_cache
@require_GET
@duty_required(*DESK)
def albums(request: HttpRequest) -> HttpResponse:
    """Those of the own desk, newest first."""
    at = at_of(request)
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "period": _days(one),
            "made": times.moment(one.made_at, at),
            "file": times.moment(one.file_at, at) if one.file_at else "",
        }
        for one in queries.albums(actor_of(request))
    ]
    return render(request, "desk/showing/albums.html", {"heading": _("迎检影集"), "rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def new_album(request: HttpRequest) -> HttpResponse:
    """A new one; its lines are filled with the best pairs at once."""
    today = local_day(at_of(request))
    first = {"since": today - timedelta(days=FIRST_DAYS), "until": today, "start": "families"}
    form = AlbumForm(request.POST or None, request.FILES or None, initial=first)
    if form.is_valid():
        said = form.cleaned_data
        made = asking(
            form,
            lambda: actions.make(
                said["name"],
                said["since"],
                said["until"],
                form.drafts(),
                names_confirmed=said["nobody"],
                actor=actor_of(request),
                at=at_of(request),
            ),
        )
        if made:
            messages.success(request, _("影集建好了，能公开的照片已经先挑好。请逐条看一遍。"))
            return redirect("desk:album", made)
    return form_page(
        request,
        form,
        heading=_("新的影集"),
        submit=_("建影集"),
        back=reverse("desk:albums"),
        intro=_("写下要检查什么，系统从已办结的事里找出整改前后的照片。只用看过、可以公开的照片。"),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def album(request: HttpRequest, album_id: UUID) -> HttpResponse:
    """Its lines with how much each has, what lacks; POST print = have the file made, end = out of the list."""
    found = queries.album(album_id, actor=actor_of(request))
    if request.method == "POST" and request.POST.get("act") == "end":
        actions.end(found.id, actor=actor_of(request), at=at_of(request))
        papers.discard(found)
        messages.success(request, _("影集“%(name)s”已经移走。案件和照片都还在。") % {"name": found.name})
        return redirect("desk:albums")
    error, status = "", 200
    if request.method == "POST":
        try:
            actions.ask_print(found.id, words.language(), actor=actor_of(request), at=at_of(request))
        except Invalid as refused:
            error, status = refusals.sentence(refused), 422
        else:
            return redirect("desk:album", found.id)
    rows = queries.counted(found)
    clear, unclear = queries.clear_of(queries.picks(found))
    whole = {line.id: sum(1 for one in clear if one.line_id == line.id) for line, _n in rows}
    gaps = [line for line, _n in rows if not whole[line.id]]
    known = places.by_ids({line.place_id for line, _n in rows if line.place_id})
    page = {
        "heading": found.name,
        "album": found,
        "period": _days(found),
        "rows": [_row(line, taken, whole[line.id], known) for line, taken in rows],
        "pairs": len(clear),
        "gaps": len(gaps),
        "unclear": unclear[:MOST_NAMED],
        "unclear_more": max(0, len(unclear) - MOST_NAMED),
        "is_full": len(rows) >= standards.MOST_LINES,
        "error": error,
        **_printing(found, at_of(request)),
    }
    return render(request, "desk/showing/album.html", page, status=status)


@never_cache
@require_GET
@duty_required(*DESK)
def progress(request: HttpRequest, album_id: UUID) -> HttpResponse:
    """How far the file is, asked again each second by itself."""
    found = queries.album(album_id, actor=actor_of(request))
    page = {"album": found, **_printing(found, at_of(request))}
    return render(request, "desk/showing/_album_file.html", page)


@never_cache
@require_GET
@duty_required(*DESK)
def file(request: HttpRequest, album_id: UUID) -> Any:
    """The kept PDF, looked at once more before it is handed out; 404 while there is none, back to the album when a picture in it may not be shown any more."""
    found = queries.album(album_id, actor=actor_of(request))
    kept = papers.file_of(found)
    is_there = found.file_at is not None and kept.exists() and not queries.is_being_made(found)
    if not (is_there or queries.was_withdrawn(found)):
        raise NotFound("file")
    if not papers.may_be_taken(found):
        messages.error(request, _("里面有照片已经撤回或改了遮挡，旧文件不能再用。请重新制作。"))
        return redirect("desk:album", found.id)
    name = f"{found.name}-{found.file_at:%Y%m%d}.pdf"
    return FileResponse(kept.open("rb"), as_attachment=True, filename=name, content_type="application/pdf")


def _printing(found: Album, at: Any) -> dict[str, Any]:
    is_made = queries.is_being_made(found)
    has_file = found.file_at is not None and papers.file_of(found).exists() and not is_made
    return {
        "is_made": is_made,
        "is_lost": found.is_lost,
        "now": papers.progress(found) if is_made else None,
        "file": times.moment(found.file_at, at) if has_file else "",
        "is_stale": queries.was_withdrawn(found) or (has_file and not queries.still_holds(found)),
    }


def _row(line: AlbumLine, taken: int, whole: int, known: Any) -> dict[str, Any]:
    return {
        "id": line.id,
        "text": line.text,
        "about": about(line, known),
        "is_tied": queries.is_tied(line),
        "taken": taken,
        "whole": whole,
        "unclear": taken - whole,
    }


def about(line: AlbumLine, known: Any) -> str:
    """What a line is tied to, in words."""
    language, ids = words.language(), [UUID(id) for id in line.category_ids]
    names = [one.label(language) for one in (*catalogue.tops(), *catalogue.leaves()) if one.id in ids]
    place = known[line.place_id].name if line.place_id in known else ""
    days = f"{line.since or '…'}—{line.until or '…'}" if line.since or line.until else ""
    return " · ".join(part for part in (series(names), place, days) if part)


def _days(one: Album) -> str:
    return f"{one.since:%Y-%m-%d}—{one.until:%Y-%m-%d}"
