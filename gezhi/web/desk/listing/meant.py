"""What somebody looks for, wherever it lies: the one case that a number or code names, and how many more hold his words in the other lists."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _

from gezhi.cases import lists
from gezhi.cases import queries as cases
from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.insight.search import coded, numbers
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound
from gezhi.kernel.text import TooLong, code_key
from gezhi.web.desk import filters
from gezhi.web.staff import actor_of, at_of

CLOSED = filters.CLOSED  # the state, and the view of it
NOT_NARROW: dict[str, Any] = {
    "clock": "",
    "is_unlocated": False,
    "is_returned": None,
    "is_escalated": False,
    "is_to_me": False,
}


class Elsewhere(NamedTuple):
    """Another list: its name, how many cases there hold the words ("" where nobody counted), and its address."""

    name: str
    held: str
    url: str


def number_meant(chosen: filters.Chosen, request: HttpRequest) -> str:
    """The number of the one case that is called so, whatever list it lies in: a tracking code, the whole number, the one without the office, or its
    last digits where no other case holds them. "" for anything else, and for what is not his to see. At most 3 queries.
    """
    typed = chosen.typed["q"]
    try:
        key = code_key(typed)
        if not key.isdecimal():
            found = coded.case_of(typed)
            return str(cases.by_id(found, actor=actor_of(request)).number) if found else ""
        if number := numbers.whole(key):
            return str(cases.by_number(number, actor=actor_of(request)).number)
    except (NotFound, TooLong):
        return ""
    return _only(chosen, key, actor_of(request), at_of(request))


def _only(chosen: filters.Chosen, digits: str, actor: Actor, at: datetime) -> str:
    """The one case that holds these digits at all, when its number ends with them."""
    if not chosen.ids:
        return ""
    rows = lists.fitting(CaseFilter(named=chosen.wanted.named), actor=actor, at=at, soon=at).order_by()
    found = list(rows.values_list("number", flat=True)[:2])
    return str(found[0]) if len(found) == 1 and found[0].replace("-", "").endswith(digits) else ""


def elsewhere(
    chosen: filters.Chosen, total: int | None, *, actor: Actor, at: datetime, soon: datetime
) -> list[Elsewhere]:
    """Which other lists hold the words, under the filters that may be kept there. total: what the list itself has, None where nobody counted. 2 queries
    where somebody looks for words that no more than a thousand cases hold, else none.
    """
    others = _others(chosen)
    if chosen.ids is None:
        return [Elsewhere(_name(view), "", _url(chosen, view)) for view in others]
    is_part = CLOSED not in chosen.wanted.states  # of all that is in hand
    asked = [replace(chosen.wanted, **NOT_NARROW, states=states) for states in others.values()]
    counts = lists.counted(asked, actor=actor, at=at, soon=soon, most=counting.COUNTED) if asked else []
    return [
        Elsewhere(_name(view), counting.said(count), _url(chosen, view))
        for view, count in zip(others, counts, strict=True)
        if count and not (is_part and view == filters.FIRST_VIEW and count == total)
    ]


def _others(chosen: filters.Chosen) -> dict[str, Sequence[str]]:
    """All in hand, and what is closed, where the list is not that already: view → its states."""
    states = set(chosen.wanted.states)
    if not chosen.terms or chosen.place_missed or {CLOSED, *OPEN} <= states:
        return {}
    is_whole = chosen.view == filters.FIRST_VIEW and set(OPEN) <= states and not chosen.wanted.clock
    found: dict[str, Sequence[str]] = {} if is_whole else {filters.FIRST_VIEW: OPEN}
    return found if CLOSED in states else {**found, filters.CLOSED: (CLOSED,)}


def _name(view: str) -> str:
    return _("已结案") if view == filters.CLOSED else str(filters.VIEWS[view][0])


def _url(chosen: filters.Chosen, view: str) -> str:
    return chosen.query(view=view, state="", clock="")
