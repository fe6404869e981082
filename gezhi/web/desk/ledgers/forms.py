"""Forms that others send: uploaded as they are, mapped once, filled every time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.channels.sheetforms import filling, finding
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.months import back_from, first_day, read, written
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.sheet import letters
from gezhi.ledger import forms as kept
from gezhi.ledger import queries
from gezhi.ledger.export import MEDIA_TYPES
from gezhi.ledger.keyed import BY_KEY, LATE
from gezhi.parties.days import zone
from gezhi.web import times
from gezhi.web.desk import filters
from gezhi.web.desk.keeper import SheetForm, in_turn, tried, why
from gezhi.web.desk.ledger import LedgerForm, sound
from gezhi.web.desk.ledgers import byview
from gezhi.web.desk.ledgers.months import said as month_words
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none

DESK = (Duty.CLERK, Duty.OFFICER)
CONSTANT: Final = "constant"
MONTHS = 13


class UploadForm(SheetForm):
    """The superior's file."""

    sheet = forms.FileField(label=gettext_lazy("上级发来的表（.xlsx）"))
    suffixes = ".xlsx"
    most_bytes = finding.MOST_BYTES


class FillForm(LedgerForm):
    """Which lines: of one month, or of the days that are written down."""

    month = forms.CharField(max_length=7, required=False)
    view = forms.CharField(max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """A month stands for its days."""
        cleaned = super().clean() or self.cleaned_data
        if month := cleaned.get("month"):
            try:
                first = read(month)
            except ValueError:
                raise forms.ValidationError(_("请从列出的月份里选一个。")) from None
            cleaned["since"] = first
            cleaned["until"] = first_day(first, 1) - timedelta(days=1)
        return cleaned


@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def listed(request: HttpRequest) -> HttpResponse:
    """The forms there are; POST keeps one. What is known by its heads goes straight to its filling."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (kept_one := tried(form, lambda: _keep(request, form.cleaned_data["sheet"]))):
        id, is_known = kept_one
        if is_known:
            messages.success(request, _("认出来了：表头和以前的一样，各列照旧，换成了新的这一份。"))
        return redirect("desk:sheet_form" if is_known else "desk:map_sheet_form", id)
    at = at_of(request)
    page = {
        "heading": _("上级表式"),
        "form": form,
        "rows": [
            {"form": one, "kept": times.moment(one.kept_at, at), "filled": sum(map(bool, one.fields))}
            for one in kept.forms()
        ],
    }
    return render(request, "desk/ledgers/forms.html", page, status=422 if form.errors else 200)


def _keep(request: HttpRequest, file: Any) -> tuple[UUID, bool]:
    data = file.read()
    found = in_turn(lambda: finding.judged(data, file.name, known=kept.known_fields()))
    upload = kept.Upload(
        filename=file.name,
        data=data,
        layout=found.layout,
        sheet=found.sheet,
        heads=found.heads,
        head_row=found.head_row,
        first_row=found.first_row,
        last_row=found.last_row,
        fields=found.fields,
    )
    return kept.keep(upload, actor=actor_of(request), at=at_of(request))


# ---- what belongs in each column ----


@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def mapped(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """A select for each column; what was chosen stays on the page when something is refused."""
    row, refused, said = kept.form(form_id), "", request.POST
    fields = _chosen(said, len(row.heads)) if request.method == "POST" else row.fields
    if request.method == "POST":
        try:
            view = byview.typed(said.get("view", ""))
            kept.confirm(
                row.id,
                name=said.get("name", ""),
                fields=fields,
                rows=(_number(said.get("first", "")), _number(said.get("last", ""))),
                is_fixed="fixed" in said,
                view=byview.sound(view, actor=actor_of(request)),
                actor=actor_of(request),
                at=at_of(request),
            )
            return redirect("desk:sheet_form", row.id)
        except Refusal as problem:
            refused = why(problem)
    page = {
        "heading": _("每一列填什么"),
        "form": row,
        "refused": refused,
        "name": said.get("name", row.name),
        "first": said.get("first", row.first_row),
        "last": said.get("last", row.last_row),
        "fixed": "fixed" in said if said else row.is_fixed,
        "views": byview.offered(actor_of(request), uuid_or_none(said.get("view", "")) if said else row.view),
        "asked": [_asked(at, head, fields[at]) for at, head in enumerate(row.heads)],
    }
    return render(request, "desk/ledgers/form_columns.html", page, status=422 if refused else 200)


def _asked(at: int, head: str, field: str) -> dict[str, Any]:
    is_constant = field.startswith("=")
    chosen = CONSTANT if is_constant else field
    options = [
        ("", _("不填（留着原样）")),
        (finding.SERIAL, _("序号 1、2、3…")),
        (LATE, _("是否超期（和“处置按时”相反）")),
        *((key, str(column.head)) for key, column in BY_KEY.items()),
        (CONSTANT, _("固定文字（写在下面）")),
    ]
    return {
        "name": f"c{at}",
        "head": head or _("%(letter)s 列（没有表头）") % {"letter": letters(at)},
        "letter": letters(at),
        "options": [(key, label, key == chosen) for key, label in options],
        "constant": field[1:] if is_constant else "",
    }


def _chosen(said: Any, count: int) -> list[str]:
    fields = []
    for at in range(count):
        field = said.get(f"c{at}", "")
        fields.append("=" + said.get(f"t{at}", "").strip() if field == CONSTANT else field)
    return fields


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


# ---- filling ----


@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def fill(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """Which lines it takes; POST gives the filled file."""
    row, actor, at = kept.form(form_id), actor_of(request), at_of(request)
    if not row.is_confirmed:
        return redirect("desk:map_sheet_form", row.id)
    form, refused = FillForm(request.POST if request.method == "POST" else _last(row, at)), ""
    if request.method == "POST":
        try:
            return _filled(row, form, actor, at)
        except Refusal as problem:
            refused = why(problem)
    view = byview.seen(uuid_or_none(form.data.get("view", "")), actor=actor)
    page = {
        "heading": row.name,
        "row": row,
        "form": form,
        "refused": refused,
        "options": filters.options(form.data),
        "months": _months(at, str(form.data.get("month", ""))),
        "view": view,
        "views": byview.offered(actor, view.id),
        "count": None if view.problem else _count(form, view.id, actor, at),
        "most": filling.MOST_LINES,
        "filled": [
            (head, _field_words(field)) for head, field in zip(row.heads, row.fields, strict=True) if field
        ],
        "kept": times.moment(row.kept_at, at),
    }
    return render(request, "desk/ledgers/form.html", page, status=422 if refused else 200)


def _count(form: FillForm, view: UUID | None, actor: Actor, at: datetime) -> int:
    """How many lines it takes, no further than a form may hold."""
    wanted = byview.narrowed(form.wanted(), view, actor=actor, at=at)
    return queries.lines(wanted, actor=actor)[: filling.MOST_LINES + 1].count()


def _filled(row: kept.FormRow, form: FillForm, actor: Actor, at: datetime) -> HttpResponse:
    wanted = sound(form)
    view = byview.typed(form.cleaned_data["view"])
    lines = queries.lines(byview.narrowed(wanted, view, actor=actor, at=at), actor=actor)
    found = lines[: filling.MOST_LINES + 1]
    shown = list(queries.rows(found, actor=actor, language=get_language() or "", at=at))
    shown.reverse()  # a report to somebody above begins with what came first
    made = in_turn(
        lambda: filling.filled(
            kept.data_of(row.id),
            sheet=row.sheet,
            first=row.first_row,
            last=row.last_row,
            fields=row.fields,
            rows=shown,
            tz=zone(),
            is_fixed=row.is_fixed,
            month=_month_of(form.cleaned_data),
        )
    )
    kept.remember_filter(row.id, wanted)
    answer = HttpResponse(made, content_type=MEDIA_TYPES[".xlsx"])
    name = f"{row.name}-{timezone.localtime(at):%Y%m%d-%H%M}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


def _month_of(said: dict[str, Any]) -> date | None:
    """The month that all its days lie in; None of several, or of no bounds."""
    since, until = said.get("since"), said.get("until")
    if since is None or until is None or first_day(since) != first_day(until):
        return None
    return first_day(since)


def _last(row: kept.FormRow, at: datetime) -> dict[str, str]:
    """What the form begins with: last month, and for the rest what was chosen the last time."""
    wanted = row.filter
    last = first_day(timezone.localdate(at), -1)
    said = {"month": written(last), "state": wanted.state, "words": wanted.words}
    if wanted.party:
        said["party"] = str(wanted.party)
    if row.view:
        said["view"] = row.view.hex
    return said


def _months(at: datetime, chosen: str) -> Sequence[tuple[str, str, bool]]:
    months = back_from(timezone.localdate(at), MONTHS)
    return [(written(one), month_words(one), written(one) == chosen) for one in months]


def _field_words(field: str) -> str:
    if field == finding.SERIAL:
        return _("序号 1、2、3…")
    if field == LATE:
        return _("是否超期（和“处置按时”相反）")
    return f"“{field[1:]}”" if field.startswith("=") else str(BY_KEY[field].head)


@require_POST
@duty_required(*DESK)
def drop(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """It is no longer offered."""
    kept.drop(form_id, actor=actor_of(request), at=at_of(request))
    messages.success(request, _("表式已删除。以后上传同样表头的，各列还认得。"))
    return redirect("desk:sheet_forms")
