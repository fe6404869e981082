"""The chosen cases as lines of the ledger, taken away as .xlsx or .csv."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gezhi.cases.bulk.kinds import MOST
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger import export as book_export
from gezhi.ledger import queries as book
from gezhi.web import times
from gezhi.web.answers import to_take_away
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.desk.bulk import wording
from gezhi.web.desk.bulk.choosing import Chosen, short, ticked
from gezhi.web.staff import staff_required


def page(request: Asked, found: Chosen) -> HttpResponse:
    """Which of them the file will hold. 6 queries for any number."""
    wanted = book.LineFilter(cases=frozenset(one.id for one in found.cases))
    held = (
        set(book.lines(wanted, actor=request.actor).values_list("case_id", flat=True))
        if found.cases
        else set()
    )
    rows = [
        {
            "row": row,
            "value": short(case.number),
            "will": _("台账里的一行"),
            "cannot": "" if case.id in held else _("刚收到，台账里还没有，几秒后再试"),
        }
        for case, row in zip(found.cases, lists.rows(found.cases, at=request.now), strict=True)
    ]
    context = {
        "heading": wording.TITLES[wording.EXPORT],
        "deed": wording.EXPORT,
        "can": [one for one in rows if not one["cannot"]],
        "cannot": [one for one in rows if one["cannot"]],
        "chosen": found,
        "most": MOST,
        "reached": times.moment(book.position().reached_at, request.now),
    }
    return render(request, "desk/bulk/preview.html", context)


@require_POST
@staff_required
def export(request: Asked) -> Any:
    """The file. Lines of cases that he may not see are not in it."""
    ending = f".{request.POST.get('suffix', '')}"
    if ending not in book_export.WRITERS:
        raise NotFound("suffix")
    found = ticked(request, request.POST.getlist("cases"), "")
    if not found.cases:
        raise Invalid("cases", "required")
    write = partial(
        book_export.export_ledger,
        book.LineFilter(cases=frozenset(one.id for one in found.cases)),
        suffix=ending,
        actor=request.actor,
        language=get_language() or "",
        at=request.now,
    )
    name = _("选中的案件") + f"-{timezone.localtime(request.now):%Y%m%d-%H%M}{ending}"
    return to_take_away(write, name=name, media_type=book_export.MEDIA_TYPES[ending])
