"""Which cases were chosen in a list: those with a tick, a whole page of it, or all that fit its filter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import QueryDict

from gezhi.cases import lists as case_lists
from gezhi.cases.bulk import queries as bulk
from gezhi.cases.bulk.kinds import MOST
from gezhi.cases.floods import mark_of
from gezhi.kernel.actor import Actor
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.desk import filters, tallies
from gezhi.web.desk.inbox import FOLDING

if TYPE_CHECKING:
    from gezhi.cases.models import Case

TICKED, PAGE, ALL = "chosen", "page", "all"
LONGEST = 2000  # characters of a list's query


@dataclass(frozen=True, slots=True)
class Chosen:
    """cases: those that are there for this actor, in order. unseen: how many more were named. is_cut: more than the most fit the filter.

    again: (name, value) of the hidden fields that choose the same once more. back: the list's query.
    """

    cases: Sequence["Case"]
    unseen: int = 0
    is_cut: bool = False
    again: Sequence[tuple[str, str]] = ()
    back: str = ""


def chosen(request: Asked) -> Chosen:
    """What the bar of a list asks for. 2 queries for what is ticked, some more for all that fit."""
    said = request.GET
    which, back = said.get("which", TICKED), said.get("list", "")[:LONGEST]
    if which == ALL:
        found = _matching(QueryDict(back), actor=request.actor, at=request.now)
        return Chosen(found[:MOST], 0, len(found) > MOST, [("which", ALL), ("list", back)], back)
    typed = said.get("page_cases", "").split() if which == PAGE else said.getlist("cases")
    return ticked(request, typed, back)


def ticked(request: Asked, typed: Sequence[str], back: str) -> Chosen:
    """Those of these numbers, with or without the office's code before them. 2 queries."""
    numbers = list(dict.fromkeys(full(one, request) for one in typed))[: MOST + 1]
    found = bulk.visible(numbers[:MOST], actor=request.actor) if numbers else []
    again = [*(("cases", number) for number in map(short, numbers[:MOST])), ("list", back)]
    return Chosen(found, len(numbers[:MOST]) - len(found), len(numbers) > MOST, again, back)


def full(typed: str, request: Asked) -> str:
    """2026-0000001 as the number that it is in this office."""
    return typed if typed.count("-") > 1 else f"{request.jurisdiction.code}-{typed}"


def short(number: str) -> str:
    """A number without the office's code: fifty of them are an address."""
    return number.split("-", 1)[-1]


def _matching(query: QueryDict, *, actor: Actor, at: datetime) -> list["Case"]:
    """Every case that the list of this query would show on all its pages, most urgent first, one more than the most."""
    asked, soon = filters.chosen(query, filters.own_party(actor)), lists.soon_at(at)
    if asked.place_missed or asked.is_empty:
        return []
    _counts, floods = tallies.tallies(actor, at=at, soon=soon)
    unfolded = next((one for one in floods if mark_of(one.key) == query.get("alike")), None)
    wanted = asked.wanted
    if unfolded is not None:
        wanted = replace(wanted, flood=unfolded.key)
    elif asked.view in FOLDING and not asked.is_filtered:
        wanted = replace(wanted, without=tuple(one.key for one in floods))
    return list(case_lists.listed(wanted, actor=actor, at=at, soon=soon)[: MOST + 1])
