"""One page of the desk's list: which rows, how many there are, and where it goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from gezhi.cases import paged
from gezhi.cases.line import CaseLine
from gezhi.cases.lists import CaseFilter
from gezhi.cases.paged import Order, Page, Spot, Start
from gezhi.insight.search import finding
from gezhi.kernel import counting
from gezhi.web.desk import filters
from gezhi.web.desk.listing.question import Mark, mark, marked
from gezhi.web.staff import actor_of, at_of

PAGE = 50
NOTHING = Page([], [], False, False)


class Shown(NamedTuple):
    """A page of the list. number: which one, as far as one can tell, 0 for not at all. total: of all rows, None where nobody counted, COUNTED + 1 for more.

    order: how it is really sorted, which may be another way than somebody asked for. note: a sentence when it is another page than was asked for.
    """

    page: Page
    number: int
    total: int | None
    order: Order
    is_best: bool = False
    note: str = ""


def listed(
    request: HttpRequest,
    chosen: filters.Chosen,
    parts: Sequence[CaseFilter],
    *,
    known: int | None,
    soon: datetime,
) -> Shown:
    """The rows asked for. parts: the list in parts that follow each other. known: how many there are, from whoever counted.

    A list in one part is asked for all its cases at once where they are few: 1 query for that, 1 for the rows; any other is walked from row
    to row: 1 query for each part. The same for every page; one that is asked for by its number alone costs 1 more for each part.
    """
    start, number = _start(request)
    who = {"actor": actor_of(request), "at": at_of(request), "soon": soon}
    order = _order(chosen, parts)
    if chosen.place_missed or chosen.is_empty:
        return Shown(NOTHING, 1, 0, order)
    may_be_few = (
        len(parts) == 1
        and (known is None or known <= counting.COUNTED)
        and (known is not None or chosen.is_filtered)
    )
    # what some thousands of cases hold is known by their ids, and need not be walked for
    most = max(counting.COUNTED, chosen.listed)
    spots = paged.few(parts[0], order=order, most=most, **who) if may_be_few else None
    asked = number
    if spots is None:
        if start is None and number > 1:
            start, number = paged.jumped(parts, order=order, number=number, size=PAGE, **who)
        page = paged.walked(parts, order=order, start=start, size=PAGE, **who)
        total = known if known is not None or not may_be_few else counting.COUNTED + 1
        return Shown(page, number, total, order, note=_other_page(asked, number))
    ids, begins, is_best = _known_order(chosen, spots, start, order)
    if start is None:
        number = paged.begun(len(ids), number, PAGE)
        begins = (number - 1) * PAGE
    page = paged.cut(ids, start=start, begins=begins, size=PAGE)
    total = min(len(spots), counting.COUNTED + 1)
    return Shown(page, number, total, order, is_best, _other_page(asked, number))


def _other_page(asked: int, number: int) -> str:
    """Why another page is shown than was asked for."""
    if asked == number:
        return ""
    if number < paged.MOST_PAGES:
        return _("没有第 %(asked)s 页，这是最后一页，第 %(number)s 页。") % {"asked": asked, "number": number}
    return _("按页码最多直接到第 %(number)s 页。再往后请一页一页翻，或者再筛小一些。") % {"number": number}


def _known_order(
    chosen: filters.Chosen, spots: Sequence[Spot], start: Start | None, order: Order
) -> tuple[list[UUID], int, bool]:
    """All cases in order, and where the page begins. 1 query more for the best first."""
    ids = [spot.id for spot in spots]
    if not (is_best(chosen) and 0 < len(ids) <= counting.COUNTED):
        return ids, paged.begins(spots, start, order), False
    ids = finding.best_first(ids, chosen.terms)
    if start is None or start.spot.id not in ids:
        return ids, 0, True
    return ids, ids.index(start.spot.id) + (0 if start.is_backwards else 1), True


def is_best(chosen: filters.Chosen) -> bool:
    """Whether what fits the words best is to stand first."""
    return chosen.typed["order"] == "best" and bool(chosen.terms)


def _order(chosen: filters.Chosen, parts: Sequence[CaseFilter]) -> Order:
    """Closed cases have no deadline: a list with one of them is by receipt. What is best is told by receipt among equals."""
    asked, may_be_due = chosen.typed["order"], all(map(paged.may_be_due, parts))
    if asked == "newest" or is_best(chosen) or not may_be_due:
        return Order.NEWEST
    return Order.DUE


def _start(request: HttpRequest) -> tuple[Start | None, int]:
    """Behind which row it goes on, and which page that is, as the row's mark says (0: it does not say); without one, the page that is asked for."""
    for name in ("after", "before"):
        found: Mark | None = marked(request.GET.get(name, ""))
        if found is not None:
            return Start(Spot(found.at, found.id), name == "before", found.section), found.page
    return None, _number(request)


def _number(request: HttpRequest) -> int:
    """Which page is asked for by its number. Beside a row nobody reads it: only the row tells where one is."""
    typed = request.GET.get("page", "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 6
    return max(1, int(typed)) if is_number else 1


def pager(chosen: filters.Chosen, shown: Shown, **more: str) -> dict[str, object]:
    """For ui/pager.html. more: what the links say besides the filter."""
    page, number = shown.page, shown.number
    links = {"previous_url": "", "next_url": ""}
    if page.lines and page.has_behind:
        links["next_url"] = chosen.query(**_turned(shown, "after", -1, number and number + 1), **more)
    if page.lines and page.has_before:
        is_first = 0 < number <= 2
        earlier = {} if is_first else _turned(shown, "before", 0, number and number - 1)
        links["previous_url"] = chosen.query(**earlier, **more)
    return {**links, "text": _text(shown)}


def _turned(shown: Shown, way: str, place: int, number: int) -> dict[str, object]:
    """What an address says of the page before or behind this one. number: which one that is, 0 where nobody knows."""
    line: CaseLine = shown.page.lines[place]
    at = line.due_at if shown.order is Order.DUE else line.received_at
    said = mark(shown.page.sections[place], at or line.received_at, line.id, number)
    return ({"page": number} if number else {}) | {way: said}


def _text(shown: Shown) -> str:
    if not shown.page.lines:
        return ""
    if not shown.number:  # a row from who knows where: how many there are is known all the same
        return "" if shown.total is None else _("共 %(all)s 件") % {"all": counting.said(shown.total)}
    first = (shown.number - 1) * PAGE + 1
    if shown.total is not None and shown.total <= counting.COUNTED:  # whatever the address calls the page
        first = min(first, max(1, shown.total - len(shown.page.lines) + 1))
    span = {"first": first, "last": first + len(shown.page.lines) - 1, "all": counting.said(shown.total)}
    if shown.total is None:
        return _("第 %(first)s–%(last)s 件") % span
    return _("第 %(first)s–%(last)s 件，共 %(all)s 件") % span
