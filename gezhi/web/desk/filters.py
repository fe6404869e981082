"""What a case list shows: the desk's own views, and the filters of its form as one `CaseFilter`, with a sentence for each that cannot be used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from gezhi.cases import lists
from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.catalogue import queries as catalogue
from gezhi.insight.mapping import boxes
from gezhi.insight.mapping.ground import ground
from gezhi.insight.search.finding import Found, look_for
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.moment import FIRST_YEAR, LAST_YEAR
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.tenancy.many import among
from gezhi.web import words
from gezhi.web.desk.listing.question import Question, day, read
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
    "safe": gettext_lazy("还早"),
    "overdue": gettext_lazy("已超时"),
    "due_soon": gettext_lazy("即将到期"),
    "paused": gettext_lazy("挂账中"),
}
OF_A_PARTY = frozenset({Duty.MANAGER, Duty.WORKER})
MOST_PLACES = 20_000  # of a piece of the map
ALL = "all"  # parties, said by whoever begins with his own
SELECTED = mark_safe(" selected")
ANY_STATE = frozenset({"open", CLOSED})  # views in which a state is asked for as such
ROUNDS: Mapping[str, tuple[Any, tuple[int, int | None]]] = {
    "1": (gettext_lazy("第一轮"), lists.ROUNDS["1"]),
    "2": (gettext_lazy("返工过"), lists.ROUNDS["2"]),
    "3": (gettext_lazy("返工两次以上"), lists.ROUNDS["3"]),
}
ORDERS: Mapping[str, Any] = {
    "due": gettext_lazy("最急的在前"),
    "newest": gettext_lazy("最新的在前"),
    "best": gettext_lazy("最像的在前"),
}
TABLES: Mapping[str, Mapping[str, Any]] = {
    "channel": words.CHANNELS,
    "level": words.LEVELS,
    "round": ROUNDS,
}  # of the ledger, too
NAMES: Mapping[str, Any] = {
    "q": gettext_lazy("内容或编号"),
    "place": gettext_lazy("位置"),
    "state": gettext_lazy("状态"),
    "category": gettext_lazy("类别"),
    "party": gettext_lazy("单位"),
    "clock": gettext_lazy("时限"),
    "channel": gettext_lazy("来源"),
    "level": gettext_lazy("层级"),
    "round": gettext_lazy("轮次"),
    "since": gettext_lazy("收到日期，从"),
    "until": gettext_lazy("到（含当天）"),
    "order": gettext_lazy("排列"),
    "box": gettext_lazy("地图"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The list that was asked for. place_missed: no place is called that. own: the party it begins with, "" of none. terms: what was looked for, folded.
    ids: all cases that hold it, where no more than a thousand do. listed: how many do, where some thousands do.

    problems: a sentence for each answer that cannot be used. notes: what is good to know of those that can. is_empty: nothing can fit.
    """

    question: Question
    wanted: CaseFilter
    place_name: str = ""
    place_code: str = ""
    terms: tuple[str, ...] = ()
    ids: tuple[UUID, ...] | None = None
    listed: int = 0
    place_missed: bool = False
    is_empty: bool = False
    own: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def view(self) -> str:
        """The desk's own list that it begins with."""
        return self.question.view

    @property
    def typed(self) -> Mapping[str, str]:
        """What stands in the form."""
        return self.question.typed

    @property
    def states(self) -> frozenset[str]:
        """The states that are ticked."""
        return frozenset(self.question.states)

    @property
    def is_of_all(self) -> bool:
        """Whether every state is asked for, closed ones too: a list of another kind than all views."""
        return self.states >= frozenset(words.STATES)

    @property
    def is_filtered(self) -> bool:
        return any(
            value
            for name, value in self.typed.items()
            if name != "order" and (name != "party" or value != self.own)
        )

    def query(self, **changes: Any) -> str:
        """`?view=…&q=…` for a link to this list with changes; empty values are left out."""
        return "?" + self.question.written(**changes)


def own_party(actor: Actor) -> UUID | None:
    """Whose cases somebody begins with who works for one party only, without a desk and without a grid; None for everybody else."""
    if any(post.duty not in OF_A_PARTY or post.grid for post in actor.posts):
        return None
    found = actor.parties()
    return next(iter(found)) if len(found) == 1 else None


def chosen(query: QueryDict, own: UUID | None = None) -> Chosen:
    """The view and filters of a query string; what it does not know it leaves out, and says so. At most 2 queries for the place, 3 for words.

    own: the party whose cases are shown as long as nothing else is said.
    """
    question = read(dict(query.lists()))
    if own is not None and not question.typed["party"]:
        question = question.changed(party=ALL if "party" in query else str(own))
    place = place_of(question.typed["place"])
    return judged(question, place, look_for(question.typed["q"]), own=str(own or ""))


def judged(question: Question, place: PlaceRow | None, sought: Found | None, *, own: str = "") -> Chosen:
    """What a question asks for, where its place and its words have been looked up. No query; of a piece of the map what `ground` takes."""
    problems: list[str] = []
    if question.view not in VIEWS and question.view != CLOSED:
        problems.append(_("没有这个视图，先看全部在办。"))
        question = Question(FIRST_VIEW, question.typed)
    base = VIEWS[question.view][1] if question.view in VIEWS else CaseFilter(states=(CLOSED,))
    typed = question.typed
    states, is_empty = _states(question, base, problems)
    since, until = _days(typed, problems)
    here = _on_map(typed["box"], problems)
    is_empty |= here is not None and not here
    is_empty |= sought is not None and sought.ids == ()
    wanted = replace(
        base,
        states=states,
        holds=_both(sought.holds if sought and not sought.is_named else None, here),
        named=sought.named if sought else "",
        party=uuid_or_none(typed["party"]),
        clock=_known(typed, "clock", CLOCKS, problems) or base.clock,
        channel=_known(typed, "channel", words.CHANNELS, problems),
        level=_known(typed, "level", words.LEVELS, problems),
        rounds=ROUNDS[found][1] if (found := _known(typed, "round", ROUNDS, problems)) else None,
        category_ids=_category(typed["category"], problems),
        since=since,
        until=until,
        place_path=place.path if place else "",
    )
    if typed["party"] not in ("", ALL) and wanted.party is None:
        problems.append(_("单位没有认出来，没有按单位筛选。"))
    _known(typed, "order", ORDERS, problems)
    return Chosen(
        question,
        wanted,
        place_name=place.full_name if place else "",
        place_code=place.code if place else "",
        terms=sought.terms if sought else (),
        ids=sought.ids if sought else None,
        listed=len(sought.listed) if sought else 0,
        place_missed=bool(typed["place"]) and place is None,
        is_empty=is_empty,
        own=own,
        problems=tuple(problems),
        notes=tuple(_notes(typed["category"], place)),
    )


def place_of(typed: str) -> PlaceRow | None:
    """The place somebody means; one that is gone by its code alone, as a view keeps it. At most 2 queries as a rule."""
    if not typed:
        return None
    if found := places.find(typed, 1):
        return found[0]
    return places.by_codes([typed]).get(typed)


def _states(question: Question, base: CaseFilter, problems: list[str]) -> tuple[tuple[str, ...], bool]:
    """Which states, and whether no case can have one of them. All in hand and closed are where any may be asked for; in a narrower view only its own."""
    typed = question.states
    asked = tuple(one for one in words.STATES if one in typed)
    if len(asked) < len(typed):
        problems.append(_("有的状态没有认出来，没有按它筛选。"))
    if not asked or question.view in ANY_STATE:
        return asked or tuple(base.states), False
    both = tuple(one for one in asked if one in base.states)
    if not both:
        problems.append(_("视图“%(view)s”里没有这样的状态。") % {"view": VIEWS[question.view][0]})
    return both or asked, not both


def _known(typed: Mapping[str, str], field: str, table: Mapping[str, Any], problems: list[str]) -> str:
    """A code of the table; "" for nothing, and for what is none, which is said."""
    if typed[field] and typed[field] not in table:
        problems.append(_("%(field)s没有认出来，没有按它筛选。") % {"field": NAMES[field]})
    return typed[field] if typed[field] in table else ""


def _days(typed: Mapping[str, str], problems: list[str]) -> tuple[datetime | None, datetime | None]:
    """From the first midnight to the one behind the last day."""
    since, until = day(typed["since"]), day(typed["until"])
    for text, found in ((typed["since"], since), (typed["until"], until)):
        if text and (found is None or not FIRST_YEAR <= found.year <= LAST_YEAR):
            problems.append(_("日期“%(day)s”看不懂，没有按它筛选。请写成 2026-03-02。") % {"day": text})
    if since and until and since > until:
        problems.append(_("收到日期的起始晚于截止，没有一天符合。"))
    return _midnight(since), _midnight(until, days=1)


def _midnight(one: date | None, days: int = 0) -> datetime | None:
    if one is None or not FIRST_YEAR <= one.year <= LAST_YEAR:
        return None
    return timezone.make_aware(datetime.combine(one, time())) + timedelta(days=days)


def _on_map(typed: str, problems: list[str]) -> Q | None:
    """Cases that the map shows inside of a box, or nowhere; None where nothing is asked of it, false where nothing can lie there."""
    box = boxes.read(typed)
    if not typed or (box is None and typed != boxes.OFF):
        _known({"box": typed}, "box", {}, problems)
        return None
    here = ground()
    if box is None:
        return Q(place_id=None) | Q(place_id__in=among(here.nowhere))
    found = here.places_in(box)
    if len(found) > MOST_PLACES:
        problems.append(_("地图上这一块的位置太多，没有按它筛选。请先放大地图。"))
        return None
    return Q(place_id__in=among(found)) if found else Q()


def _both(one: Q | None, other: Q | None) -> Q | None:
    return Q(one, other) if one and other else one or other


def _category(code: str, problems: list[str]) -> tuple[UUID, ...]:
    found = catalogue.covered_by(code)
    if code and not found:
        problems.append(_("没有编号为“%(code)s”的类别，没有按类别筛选。") % {"code": code})
    return found


def _notes(category: str, place: PlaceRow | None) -> Iterator[str]:
    if catalogue.covered_by(category) and (kind := catalogue.by_code(category)).closed_on:
        yield _("类别“%(name)s”已停用，列出的是以前归在里面的。") % {"name": kind.label(get_language() or "")}
    if place and place.closed_on:
        yield _("位置“%(name)s”已停用，列出的是以前在那里的。") % {"name": place.full_name}


def options(typed: Mapping[str, str]) -> dict[str, SafeString]:
    """The options of the filter form as HTML, what was chosen selected. 1 query."""
    return {field: _as_options(tuple(pairs), typed.get(field, "")) for field, pairs in _choices().items()}


@lru_cache(maxsize=256)
def _as_options(pairs: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """Kept by what they say: writing two hundred of them anew takes as long as asking for the page's fifty cases."""
    options = ((value, SELECTED if value == chosen else "", label) for value, label in pairs)
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


def _choices() -> dict[str, Sequence[tuple[str, str]]]:
    language = get_language() or ""
    return {
        "category": [("", _("全部类别")), *catalogue.choices(language)],
        "party": [("", _("全部单位")), *((str(id), name) for id, name in parties.open_names())],
        **_fixed(language),
    }


@lru_cache(maxsize=16)
def _fixed(_language: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The choices that are the same in every office."""
    named = {
        "level": (_("全部层级"), words.LEVELS),
        "round": (_("不限轮次"), {code: name for code, (name, _rounds) in ROUNDS.items()}),
        "order": (_("通常的排列"), ORDERS),
        "clock": (_("不限时限"), CLOCKS),
        "channel": (_("全部来源"), words.CHANNELS),
    }
    return {
        field: (("", every), *((code, str(name)) for code, name in table.items()))
        for field, (every, table) in named.items()
    }
