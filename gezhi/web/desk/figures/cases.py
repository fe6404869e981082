"""The cases behind one number of the figures: the same predicate, asked of the ledger, newest first, page by page from behind a case."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.insight.figures.asking import Question, question
from gezhi.insight.figures.clicks import behind, following
from gezhi.insight.figures.counts import PLACE_OF
from gezhi.insight.figures.figures import count
from gezhi.insight.figures.reading import read, total
from gezhi.insight.rollups.following import reached
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.ledger import queries as book
from gezhi.web import times
from gezhi.web.desk.figures import wording
from gezhi.web.desk.figures.page import WORDS, where
from gezhi.web.desk.ledger import shown_row
from gezhi.web.staff import actor_of, at_of, staff_required

PAGE = 50


@require_GET
@staff_required
def cases(request: HttpRequest) -> HttpResponse:
    """One page of them. 404 for a count that there is not; what cannot be read of the question is 422."""
    actor, at = actor_of(request), at_of(request)
    name = request.GET.get("count", "")
    if name not in PLACE_OF:
        raise NotFound("count")
    asked = question({word: request.GET.get(word, "") for word in WORDS}, actor=actor, at=at)
    return render(
        request, "desk/figures/cases.html", _page(asked, name, request.GET.get("after", ""), actor, at)
    )


def _page(asked: Question, name: str, after: str, actor: Actor, at: datetime) -> dict[str, Any]:
    stood = reached()
    lines = behind(name, asked.asked, asked.span, stood.edition, actor=actor)
    shown = list(following(lines, _after(after))[: PAGE + 1])
    by_month = read(asked.asked.place, asked.asked.axis, asked.span, stood.edition)
    counted = count(total(by_month, asked.asked.key, asked.span), name)
    found = lines.order_by().values("case_id")[: counting.COUNTED + 1].count()
    ledger = book.position()
    here = wording.address(asked, count=name)
    last = shown[PAGE - 1] if len(shown) > PAGE else None
    return {
        "heading": wording.count_name(name),
        "where": where(asked),
        "span_text": wording.span(asked.span),
        "back": wording.address(asked),
        "here": here,
        "counted": counted,
        "found": counting.said(found),
        "differs": found <= counting.COUNTED and found != counted,
        "position": stood.position,
        "moved_on": ledger.number if ledger.number != stood.position else None,
        "reached": times.moment(ledger.reached_at, at),
        "rows": [
            shown_row(one, at)
            for one in book.rows(shown[:PAGE], actor=actor, language=get_language() or "", at=at)
        ],
        "next": f"?{here}&{urlencode({'after': _cursor(last.received_at, last.number)})}" if last else "",
        "first": f"?{here}" if after else "",
        "may_exclude": actor.has(Duty.CLERK, Duty.OFFICER) and name != "excluded",
        "title": _("%(count)s的案件") % {"count": wording.count_name(name)},
    }


def _cursor(at: datetime, number: str) -> str:
    return f"{at.isoformat()}~{number}"


def _after(cursor: str) -> tuple[datetime, str] | None:
    """Where the page before ended; the first page for what is no cursor of ours."""
    moment, tilde, number = cursor.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (
        (found, number[:24]) if tilde and found.tzinfo and number.isascii() and number.isprintable() else None
    )
