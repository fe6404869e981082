"""What a case list shows: the saved views, and the filters of its form as one `CaseFilter`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.catalogue import queries as catalogue
from gezhi.insight.search.finding import look_for
from gezhi.kernel.actor import Actor, Duty
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.web import words
from gezhi.web.staff import uuid_or_none

FIRST_VIEW = "open"
TO_ME = "to_me"  # only shown to whom something was escalated
VIEWS: Mapping[str, tuple[Any, CaseFilter]] = {
    TO_ME: (gettext_lazy("督办到我"), CaseFilter(states=OPEN, is_to_me=True)),
    "open": (gettext_lazy("全部在办"), CaseFilter(states=OPEN)),
    "reported": (gettext_lazy("待受理"), CaseFilter(states=("reported", "asked"))),
    "unlocated": (gettext_lazy("未定位"), CaseFilter(states=OPEN, is_unlocated=True)),
    "opened": (gettext_lazy("待派遣"), CaseFilter(states=("opened",), is_returned=False)),
    "returned": (gettext_lazy("已退回"), CaseFilter(states=("opened",), is_returned=True)),
    "to_check": (gettext_lazy("待核查"), CaseFilter(states=("to_check",))),
    "to_confirm": (gettext_lazy("待回访"), CaseFilter(states=("to_confirm",))),
    "due_soon": (gettext_lazy("即将到期"), CaseFilter(states=OPEN, clock="due_soon")),
    "overdue": (gettext_lazy("已超时"), CaseFilter(states=OPEN, clock="overdue")),
    "escalated": (gettext_lazy("提级督办"), CaseFilter(states=OPEN, is_escalated=True)),
    "paused": (pgettext_lazy("clock", "挂账"), CaseFilter(states=OPEN, clock="paused")),
}
CLOSED = "closed"  # a view too, but nobody needs its number
CLOCKS = {
    "overdue": gettext_lazy("已超时"),
    "due_soon": gettext_lazy("即将到期"),
    "paused": gettext_lazy("挂账中"),
}
OF_A_PARTY = frozenset({Duty.MANAGER, Duty.WORKER})
ALL = "all"  # parties, said by whoever begins with his own
SELECTED = mark_safe(" selected")
FIELDS = ("q", "place", "category", "party", "clock", "channel")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The list that was asked for. place_missed: no place is called that. own: the party it begins with, "" of none. terms: what was looked for, folded."""

    view: str
    wanted: CaseFilter
    typed: dict[str, str]
    place_name: str = ""
    place_code: str = ""
    terms: tuple[str, ...] = ()
    place_missed: bool = False
    own: str = ""

    @property
    def is_filtered(self) -> bool:
        return any(value for name, value in self.typed.items() if name != "party" or value != self.own)

    def query(self, **changes: Any) -> str:
        """`?view=…&q=…` for a link to this list with changes; empty values are left out."""
        values = {"view": self.view, **self.typed, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})


def own_party(actor: Actor) -> UUID | None:
    """Whose cases somebody begins with who works for one party only, without a desk and without a grid; None for everybody else."""
    if any(post.duty not in OF_A_PARTY or post.grid for post in actor.posts):
        return None
    found = actor.parties()
    return next(iter(found)) if len(found) == 1 else None


def chosen(query: QueryDict, own: UUID | None = None) -> Chosen:
    """The view and filters of a query string; what it does not know it leaves out. At most 2 queries for the place, 3 for words.

    own: the party whose cases are shown as long as nothing else is said.
    """
    view = query.get("view", FIRST_VIEW)
    base = VIEWS[view][1] if view in VIEWS else CaseFilter(states=(CLOSED,)) if view == CLOSED else None
    if base is None:
        view, base = FIRST_VIEW, VIEWS[FIRST_VIEW][1]
    typed = {name: query.get(name, "").strip()[:100] for name in FIELDS}
    if own is not None:
        typed["party"] = typed["party"] or (ALL if "party" in query else str(own))
    sought = look_for(typed["q"])
    wanted = replace(
        base,
        holds=sought.holds if sought else None,
        party=uuid_or_none(typed["party"]),
        clock=typed["clock"] if typed["clock"] in CLOCKS else base.clock,
        channel=typed["channel"] if typed["channel"] in words.CHANNELS else "",
        category_ids=catalogue.covered_by(typed["category"]),
    )
    terms = sought.terms if sought else ()
    found = places.find(typed["place"], 1) if typed["place"] else []
    first = Chosen(view, wanted, typed, terms=terms, own=str(own or ""))
    if not typed["place"]:
        return first
    if not found:
        return replace(first, place_missed=True)
    place = found[0]
    wanted = replace(wanted, place_path=place.path)
    return replace(first, wanted=wanted, place_name=place.full_name, place_code=place.code)


def options(typed: Mapping[str, str]) -> dict[str, SafeString]:
    """The options of the filter form as HTML, what was chosen selected. 1 query."""
    return {field: _as_options(tuple(pairs), typed.get(field, "")) for field, pairs in _choices().items()}


@lru_cache(maxsize=256)
def _as_options(pairs: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """Kept by what they say: writing two hundred of them anew takes as long as asking for the page's fifty cases."""
    options = ((value, SELECTED if value == chosen else "", label) for value, label in pairs)
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "category": [("", _("全部类别")), *catalogue.choices(get_language() or "")],
        "party": [("", _("全部单位")), *((str(id), name) for id, name in parties.open_names())],
        "clock": [("", _("不限时限")), *((code, str(name)) for code, name in CLOCKS.items())],
        "channel": [("", _("全部来源")), *((code, str(name)) for code, name in words.CHANNELS.items())],
    }
