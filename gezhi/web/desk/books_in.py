"""A ledger kept elsewhere comes in: upload, choose what each column is, try it out, bring it in, take it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.cases import queries as cases
from gezhi.channels import books as channel
from gezhi.channels.excel import mapping
from gezhi.channels.excel.book import Book, read_book
from gezhi.channels.excel.heads import FIELDS
from gezhi.flows.cells import RowFinding
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFromHere, Refusal
from gezhi.kernel.sheet import ENCODINGS, BadSheet
from gezhi.parties import queries as parties
from gezhi.places import paths
from gezhi.reports import bookfiles, books
from gezhi.reports.books import BookRow
from gezhi.reports.kinds import UNDER_WAY, BookStage, BookStep, Finished
from gezhi.web import times
from gezhi.web.desk.book_findings import as_csv, grouped
from gezhi.web.desk.keeper import SheetForm, in_turn, tried, why
from gezhi.web.staff import actor_of, at_of, duty_required, is_boosted

MOST_BYTES = 20_000_000
MOST_ASKED = 40  # columns of one form; those behind them are not taken, and it is said
SHOWN = 50  # findings on a page; the download has all
DESK = (Duty.CLERK, Duty.OFFICER)
FIELD_NAMES: Final = {
    "": gettext_noop("不导入"),
    "number": gettext_noop("编号（原台账）"),
    "text": gettext_noop("问题描述"),
    "area": gettext_noop("社区或村"),
    "place": gettext_noop("地点（可以几列）"),
    "category": gettext_noop("类别"),
    "said_at": gettext_noop("上报时间"),
    "received_at": gettext_noop("收到时间"),
    "contact": gettext_noop("联系电话（加密保存）"),
    "status": gettext_noop("办理情况"),
    "party": gettext_noop("责任单位"),
    "closed_at": gettext_noop("办结时间"),
    "note": gettext_noop("备注"),
}
REASONS: Final = {
    "same": gettext_noop("表头就是“%(like)s”"),
    "bare": gettext_noop("表头就是“%(like)s”，多了括号或分组"),
    "near": gettext_noop("表头像“%(like)s”，请核对"),
    "cells": gettext_noop("格子里是电话号码，请核对"),
    "remembered": gettext_noop("上次这样确认过"),
    "personal": gettext_noop("是个人信息，不导入"),
    "count": gettext_noop("是行的序号，不需要"),
    "unknown": gettext_noop("没有认出来，请选择或不导入"),
    "weaker": gettext_noop("已有另一列更合适"),
    "disagrees": gettext_noop("表头像“%(like)s”，格子里的内容却不像，请核对"),
    "said": gettext_noop("您选的"),
}
FINISHED: Final = (
    (Finished.LEAVE_OUT, gettext_lazy("不导入"), gettext_lazy("只带进没办完的")),
    (Finished.WAIT, gettext_lazy("导入，等受理席处理"), gettext_lazy("和没办完的一样，时限从导入时算起")),
    (
        Finished.DECLINE,
        gettext_lazy("导入，随即记为不予受理"),
        gettext_lazy("注明是原台账办结的，本系统没有经手"),
    ),
)
PROBLEMS: Final = {
    "bad_rows": gettext_noop("有几行要改，什么都没有写入。请改好再上传。"),
    "not_found": gettext_noop("上传的文件已经清除，请重新上传。"),
    "lost_staging": gettext_noop("导入中途停下，超过一天没有继续，什么都没有写入。请重新上传。"),
    "lost_closing": gettext_noop(
        "案件都已导入，但原台账记为已办结的没有全部记为不予受理，超过一天没有继续。请到案件列表里逐件处理。"
    ),
    "lost_withdrawing": gettext_noop(
        "撤回中途停下，超过一天没有继续：有的已经撤回，有的还在。请到案件列表里逐件处理。"
    ),
}


class BookForm(SheetForm):
    """One file, and how its text is written when that cannot be seen."""

    sheet = forms.FileField(label=gettext_lazy("台账文件（.xlsx、.xls 或 .csv）"))
    encoding = forms.ChoiceField(
        label=gettext_lazy("文字编码（只用于 .csv）"),
        required=False,
        choices=[
            ("", gettext_lazy("自动辨认")),
            ("utf-8", "UTF-8"),
            ("gb18030", "GBK / GB18030"),
            ("utf-16", "UTF-16"),
            ("big5", "Big5"),
        ],
    )
    suffixes = ".xlsx,.xlsm,.xls,.csv,.tsv,.txt"
    most_bytes = MOST_BYTES


@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def books_in(request: HttpRequest) -> HttpResponse:
    """Upload a book; below, what this person brought before."""
    form, actor, at = BookForm(request.POST or None, request.FILES or None), actor_of(request), at_of(request)
    if form.is_valid():
        file, encoding = form.cleaned_data["sheet"], form.cleaned_data["encoding"]
        if id := tried(form, lambda: _taken_in(file.read(), file.name, encoding, actor, at)):
            return _next_page(books.book(id, actor=actor))
    return _uploads(request, form)


def _taken_in(data: bytes, name: str, encoding: str, actor: Actor, at: datetime) -> UUID:
    """Looked into at once, or kept until another book is read: nobody chooses his file twice."""
    try:
        return in_turn(lambda: channel.take_in(data, name, encoding=encoding, actor=actor, at=at))
    except NotFromHere:
        return channel.keep(data, name, encoding=encoding, actor=actor, at=at)


def _next_page(row: BookRow) -> HttpResponse:
    is_known = bool(row.layout) and books.remembered(row.layout) is not None
    return redirect("desk:book_trial" if is_known else "desk:book_in", row.id)


def _uploads(request: HttpRequest, form: BookForm) -> HttpResponse:
    actor, at = actor_of(request), at_of(request)
    rows = [
        {"book": one, "when": times.moment(one.brought_at, at), "stage": _stage_of(one)}
        for one in books.recent(actor)
    ]
    page = {"heading": _("导入原有台账"), "form": form, "rows": rows}
    return render(request, "desk/books.html", page, status=422 if form.errors else 200)


STAGES: Final = {
    BookStage.MAPPING: gettext_noop("待确认"),
    BookStage.STAGING: gettext_noop("正在导入"),
    BookStage.CLOSING: gettext_noop("正在收尾"),
    BookStage.DONE: gettext_noop("已导入"),
    BookStage.FAILED: gettext_noop("没有导入"),
    BookStage.WITHDRAWING: gettext_noop("正在撤回"),
    BookStage.WITHDRAWN: gettext_noop("已撤回"),
}


STEPS: Final = {
    BookStep.READING: gettext_noop("正在读表"),
    BookStep.JUDGING: gettext_noop("正在逐行核对"),
    BookStep.WRITING: gettext_noop("正在写入"),
}


def _stage_of(row: BookRow) -> str:
    if row.stage == BookStage.MAPPING and not row.layout:
        return _("等着读")
    if row.stage == BookStage.FAILED and row.run:
        return _("没有做完")
    return _(STAGES[BookStage(row.stage)])


@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def book_in(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """The columns of a book that has not begun; how far it is of one that has."""
    row = books.book(book_id, actor=actor_of(request))
    if row.stage != BookStage.MAPPING:
        return _progress(request, row)
    if not row.layout:
        return _waiting(request, row)
    if request.method == "POST":
        return _chosen(request, row)
    return _columns(request, row, in_turn(lambda: channel.sheet_of(row)))


def _waiting(request: HttpRequest, row: BookRow) -> HttpResponse:
    """A file that was kept while another was being read: looked into as soon as that is over, by this page that asks again."""
    try:
        in_turn(lambda: channel.look_into(row), seconds=0.2)
    except NotFromHere:
        name = "desk/_book_waits.html" if is_boosted(request) else "desk/book_waits.html"
        return render(request, name, {"heading": row.filename, "row": row})
    except Refusal as refused:
        if not isinstance(refused, BadSheet):
            raise
        if is_boosted(request):
            return render(request, "desk/_book_unread.html", {"row": row, "why": why(refused)})
        form = BookForm(data={}, files={})
        form.errors.clear()
        form.add_error(None, f"{row.filename}: {why(refused)}")
        return _uploads(request, form)
    answer = _next_page(books.book(row.id, actor=actor_of(request)))
    if is_boosted(request):
        answer = HttpResponse(headers={"HX-Redirect": answer["Location"]})
    return answer


def _progress(request: HttpRequest, row: BookRow) -> HttpResponse:
    at = at_of(request)
    is_under_way = row.stage in UNDER_WAY
    may_undo = row.stage == BookStage.DONE and row.ended_at is not None and at - row.ended_at <= books.KEPT
    page = {
        "heading": row.filename,
        "row": row,
        "run": row.run,
        "stage": _(STEPS[BookStep(row.step)])
        if row.stage == BookStage.STAGING and row.step
        else _stage_of(row),
        "findings": [RowFinding(*one).sentence() for one in row.findings[:SHOWN]],
        "more": max(0, len(row.findings) - SHOWN),
        "seen": cases.seen_among(row.stayed, actor=actor_of(request)) if row.stayed else (),
        "is_under_way": is_under_way,
        "may_undo": may_undo,
        "problem": _(PROBLEMS.get(row.problem, gettext_noop("文件读不下去了，什么都没有写入。请重新上传。"))),
        "ended": times.moment(row.ended_at, at),
        "text": _("%(done)s / %(total)s") % {"done": row.done, "total": row.total} if row.total else "",
    }
    name = "desk/_book_progress.html" if is_boosted(request) and is_under_way else "desk/book.html"
    answer = render(request, name, page)
    if is_boosted(request) and not is_under_way:
        answer["HX-Refresh"] = "true"  # it came to its end: the page is another one now
    return answer


def _columns(
    request: HttpRequest,
    row: BookRow,
    book: Book,
    refused: Refusal | None = None,
    fields: Sequence[str] = (),
) -> HttpResponse:
    proposals, is_remembered = channel.fields_for(book)
    fields = fields or row.fields
    asked = [
        {
            "name": f"c{one.column}",
            "head": one.name,
            "samples": one.samples,
            "reason": reason(one, fields[one.column]),
            "options": [(code, _(name), code == fields[one.column]) for code, name in FIELD_NAMES.items()],
        }
        for one in proposals[:MOST_ASKED]
    ]
    page = {
        "heading": _("每一列是什么"),
        "row": row,
        "book": book,
        "asked": asked,
        "beyond": len(proposals) - len(asked),
        "is_remembered": is_remembered,
        "count": len(book.rows),
        "refused": why(refused) if refused else "",
        "finished": [
            {"value": value, "label": label, "hint": hint, "checked": value == row.finished}
            for value, label, hint in FINISHED
        ],
        "encodings": ENCODINGS if row.encoding else (),
    }
    return render(request, "desk/book_columns.html", page, status=422 if refused else 200)


def reason(one: mapping.Proposal, field: str) -> str:
    """Why a column is taken as this field, or as none."""
    return _(REASONS[one.why if one.field == field else "said"]) % {"like": one.like}


def _chosen(request: HttpRequest, row: BookRow) -> HttpResponse:
    said = request.POST
    sheet, encoding = said.get("sheet", row.sheet)[:100], said.get("encoding", row.encoding)[:12]
    choices: dict[str, Any] = {"finished": said.get("finished", row.finished), "skip_bad": "skip_bad" in said}
    book = in_turn(lambda: channel.sheet_of(row))
    if (sheet, encoding) != (row.sheet, row.encoding):
        try:
            return _another_sheet(row, sheet, encoding, choices)
        except BadSheet as refused:
            return _columns(request, row, book, refused)
    fields = [said.get(f"c{at}", "") if at < len(book.heads) else "" for at in range(len(book.heads))]
    try:
        chosen = mapping.judged(fields, len(book.heads))
        same: dict[str, Any] = {"layout": row.layout, "sheet": sheet, "encoding": encoding}
        books.choose(row.id, fields=chosen, **same, **choices)
    except Invalid as refused:
        known = [field if field in FIELDS else "" for field in fields]
        return _columns(request, row, book, refused, known)
    return redirect("desk:book_trial", row.id)


def _another_sheet(row: BookRow, sheet: str, encoding: str, choices: dict[str, Any]) -> HttpResponse:
    """The same file read otherwise: its columns are proposed anew. Raises BadSheet."""
    book = in_turn(lambda: read_book(bookfiles.read(row.id), row.filename, sheet=sheet, encoding=encoding))
    proposals, _is_remembered = channel.fields_for(book)
    books.choose(
        row.id,
        layout=mapping.layout_digest(book.heads),
        fields=mapping.as_fields(proposals, len(book.heads)),
        sheet=book.sheet,
        encoding=book.encoding,
        **choices,
    )
    return redirect("desk:book_in", row.id)


def _unlocated_at(request: HttpRequest) -> parties.PartyRow | None:
    """The desk that gets what has no place, when whoever brings the book in does not see it there. At most 2 queries."""
    desk, actor = parties.intake_desk(), actor_of(request)
    sees = desk in actor.parties(Duty.CLERK, Duty.OFFICER) or any(
        post.path == paths.ROOT for post in actor.posts
    )
    return None if sees else parties.party(desk)


@require_GET
@duty_required(*DESK)
def trial(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """What would come in, and what is wrong by row. Nothing is written."""
    row = books.book(book_id, actor=actor_of(request))
    if row.stage != BookStage.MAPPING or not row.layout:
        return redirect("desk:book_in", row.id)
    try:
        result, rows = in_turn(lambda: channel.trial(row, at_of(request)))
    except Invalid as refused:
        return _columns(request, row, in_turn(lambda: channel.sheet_of(row)), refused)
    remarks = grouped(result.remarks)
    page = {
        "heading": _("试一遍，还没有写入"),
        "row": row,
        "result": result,
        "rows": rows,
        "is_whole": result.read >= rows,
        "unlocated_at": _unlocated_at(request) if result.unlocated else None,
        "findings": [one.sentence() for one in result.findings[:SHOWN]],
        "remarks": remarks[:SHOWN],
        "remarked": len(result.remarks),
        "more": max(0, len(result.findings) - SHOWN) + max(0, len(remarks) - SHOWN),
        "has_findings": bool(result.findings or result.remarks),
        "may_begin": (result.new > 0 or result.read < rows) and (not result.bad or row.skip_bad),
        "declines": row.finished == Finished.DECLINE,
    }
    return render(
        request, "desk/book_trial.html", page, status=422 if result.bad and not row.skip_bad else 200
    )


@require_GET
@duty_required(*DESK)
def findings(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """All findings and remarks of the dry run as a table: row, column, what is so."""
    row = books.book(book_id, actor=actor_of(request))
    if row.stage != BookStage.MAPPING or not row.layout:
        return redirect("desk:book_in", row.id)
    result, rows = in_turn(lambda: channel.trial(row, at_of(request)))
    table = as_csv(result.findings, result.remarks, result.read if result.read < rows else None)
    answer = HttpResponse(table.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="findings.csv"'
    return answer


@require_POST
@duty_required(*DESK)
def begin(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """Have it brought in. The page then shows how far it is."""
    row = books.book(book_id, actor=actor_of(request))
    channel.begin(row, actor=actor_of(request), at=at_of(request))
    return redirect("desk:book_in", row.id)


@require_POST
@duty_required(*DESK)
def take_back(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """Take back what it brought, within a day."""
    row = books.book(book_id, actor=actor_of(request))
    channel.begin_taking_back(row, at=at_of(request))
    messages.success(request, _("开始撤回。"))
    return redirect("desk:book_in", row.id)
