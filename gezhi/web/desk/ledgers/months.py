"""Month books: which are frozen, freezing one, what one said and what changed since."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Duty
from gezhi.kernel.months import read, written
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger import corrections, files, freezing, months, monthsheet
from gezhi.ledger.export import MEDIA_TYPES, WRITERS
from gezhi.parties import queries as parties
from gezhi.web import times, words
from gezhi.web.answers import to_take_away
from gezhi.web.desk.ledger import PAGE, shown_row
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

SHOWN = 30  # lines with corrections on a page


@require_http_methods(["GET", "POST"])
@staff_required
def listed(request: HttpRequest) -> HttpResponse:
    """The books there are, and those that are being made; POST has the worker freeze a month. `?part=books`: the books alone, while one waits."""
    actor, at = actor_of(request), at_of(request)
    if request.method == "POST":
        freezing.ask(_month(request), _desk(request), actor=actor, at=at)
        messages.success(request, _("已经交给系统去冻结。可以离开这一页，冻好就列在“已冻结的”里。"))
        return redirect("desk:month_books")
    desks, under_way, rows = months.desks_of(actor), freezing.under_way(actor), months.books(actor)
    there = {(one.desk, one.month) for one in rows}
    under_way = [one for one in under_way if (one.desk, one.month) not in there]  # its book is there already
    names = _names([*desks, *(one.desk for one in rows)])
    part = {
        "rows": [_row(one, names, at) for one in rows],
        "under_way": [_under_way(one, names) for one in under_way],
        "waits": any(not one.problem for one in under_way),
    }
    if request.GET.get("part") == "books":
        return render(request, "desk/ledgers/_months.html", part)
    waited_for = {(one.desk, one.month) for one in under_way if not one.problem}
    page = {
        **part,
        "heading": _("月台账"),
        "freezing": [
            {
                "desk": desk,
                "name": names[desk],
                "months": [
                    (written(one), said(one))
                    for one in months.to_freeze(desk, at=at)
                    if (desk, one) not in waited_for
                ],
            }
            for desk in desks
        ],
        "day": catalogue.rule("freeze_month_day"),
        "may_set": actor.has(Duty.ADMIN),
    }
    return render(request, "desk/ledgers/months.html", page)


def _under_way(one: freezing.FreezingRow, names: dict[UUID, str]) -> dict[str, Any]:
    """A book that is being made. why: what it came to nothing for."""
    return {
        "month": said(one.month),
        "desk": names.get(one.desk, ""),
        "done": min(one.read, one.total),
        "of": one.total,
        "why": _("冻结时出了错，试了几次都没有成功。请再冻结一次；还是不行，请告诉管理员。")
        if one.problem
        else "",
    }


def _month(request: HttpRequest) -> date:
    try:
        return read(request.POST.get("month", ""))
    except ValueError:
        raise Invalid("month", "unreadable") from None


def _desk(request: HttpRequest) -> UUID:
    found = uuid_or_none(request.POST.get("desk", ""))
    if found is None:
        raise NotFound("desk")
    return found


def said(month: date) -> str:
    """2026年10月."""
    return date_format(month, _("Y年n月"))


def _names(desks: list[UUID]) -> dict[UUID, str]:
    known = parties.parties_by_ids({one for one in desks if one != months.WHOLE})
    return {months.WHOLE: _("全辖区"), **{id: one.name for id, one in known.items()}}


def _row(one: months.BookRow, names: dict[UUID, str], at: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "month": said(one.month),
        "desk": names.get(one.desk, ""),
        "count": one.lines,
        "frozen": times.moment(one.frozen_at, at),
    }


@require_GET
@staff_required
def month(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """What changed since it was frozen, some lines a page, in the order of the book."""
    actor, at = actor_of(request), at_of(request)
    row = months.book(book_id, actor=actor)
    after = request.GET.get("after", "")[:24]
    pairs = list(islice(corrections.changed(row, actor=actor, after=after), SHOWN + 1))
    language = get_language() or ""
    head = monthsheet.month_heading(row, actor=actor, language=language, at=at)
    found = corrections.corrections(pairs[:SHOWN], row, actor=actor, language=language, at=at)
    people = parties.account_names({row.by_id}) if row.by_id else {}
    page = {
        "heading": _("%(month)s台账") % {"month": said(row.month)},
        "book": row,
        "of": _row(row, _names([row.desk]), at),
        "exact": times.exact(row.frozen_at),
        "by": people.get(row.by_id, "") if row.by_id else _("系统按设定的日子"),
        "lines": list(_by_line(found, head, at)),
        "next": pairs[SHOWN - 1].number if len(pairs) > SHOWN else "",
        "is_first": not after,
    }
    return render(request, "desk/ledgers/month.html", page)


@require_GET
@staff_required
def frozen(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """The lines as they were frozen, to be read, some a page: `?after=PART.LINE`."""
    actor, at = actor_of(request), at_of(request)
    row = months.book(book_id, actor=actor)
    spot = _spot(request.GET.get("after", ""))
    lines, ahead = corrections.then_page(row, spot, PAGE, actor=actor, language=get_language() or "")
    page = {
        "heading": _("冻结的%(month)s台账") % {"month": said(row.month)},
        "book": row,
        "of": _row(row, _names([row.desk]), at),
        "exact": times.exact(row.frozen_at),
        "rows": [shown_row(one, at) for one in lines],
        "next": f"{ahead.part}.{ahead.line}" if ahead else "",
        "is_first": spot == corrections.Spot(),
    }
    return render(request, "desk/ledgers/frozen.html", page)


def _spot(text: str) -> corrections.Spot:
    """What is none is the beginning."""
    part, _dot, line = text[:20].partition(".")
    if not (text.isascii() and part.isdigit() and line.isdigit() and len(part) < 7 and len(line) < 7):
        return corrections.Spot()
    return corrections.Spot(int(part), int(line))


def _by_line(found: Iterator[corrections.Correction], head: Any, at: Any) -> Iterator[dict[str, Any]]:
    """One entry for each line, its cells below it."""
    line: dict[str, Any] = {}
    for one in found:
        if line.get("number") != one.number:
            if line:
                yield line
            line = {"number": one.number, "url": reverse("desk:case", args=[one.number]), "cells": []}
        column, then, now = monthsheet.said(one, head)
        line["cells"].append(
            {
                "column": column,
                "then": then,
                "now": now,
                "when": times.moment(one.at, at),
                "deed": words.of(words.DEEDS, one.event) if one.event else "",
                "reason": one.reason,
            }
        )
    if line:
        yield line


@require_GET
@staff_required
def download(request: HttpRequest, book_id: UUID, suffix: str) -> Any:
    """The frozen lines as a file, with the corrections in a sheet of their own; a large one is made beside."""
    actor, at, ending = actor_of(request), at_of(request), f".{suffix}"
    if ending not in WRITERS:
        raise NotFound("suffix")
    row = months.book(book_id, actor=actor)
    if row.lines > files.STRAIGHT:
        return redirect(f"{reverse('desk:ledger_files')}?book={row.id}")
    language, deeds = get_language() or "", words.DEEDS

    def write(to: BinaryIO) -> None:
        for _count in monthsheet.writing(
            row, to, suffix=ending, actor=actor, language=language, at=at, deeds=deeds
        ):
            pass

    name = _("%(month)s台账") % {"month": written(row.month)} + ending
    return to_take_away(write, name=name, media_type=MEDIA_TYPES[ending])
