"""Rows of a case list: everything a line shows, gathered for the whole page at once. The same number of queries for any page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases import queries, timing
from gezhi.cases.ahead import next_of
from gezhi.cases.deadlines import is_nearly_due
from gezhi.cases.lifecycle import State
from gezhi.cases.line import CaseLine
from gezhi.cases.titles import SPOKEN
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import VISITOR, Actor
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WorkCalendar
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.reports import vocabulary
from gezhi.web import times, words
from gezhi.web.routes import route

if TYPE_CHECKING:
    from gezhi.cases.models import Case

CLOCK_ICONS = {
    "in_time": "clock",
    "due_soon": "timer",
    "overdue": "alert-triangle",
    "paused": "pause",
    "none": "minus",
}
OFFICE = "office"  # the calendar by which "soon" is judged
ON_BOTH_CLOCKS = frozenset(
    {State.REPORTED, State.OPENED, State.DISPATCHED, State.IN_HAND}
)  # beside that of the step
UNNAMED = frozenset({"fix", "review"})  # the whole case's own, and what says itself which it is
ANY = "0-0"  # stands for a number while the address of all cases is worked out

Value = TypeVar("Value")
Say = Callable[[Mapping[str, Any], str], str]  # words.of, or one that looks up each word but once


class _Words:
    """The words of codes and the names of categories, each looked up once a page: fifty lines say the same dozen."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], str] = {}
        self._labels: dict[UUID, str] = {}

    def label(self, category: UUID) -> str:
        """What staff call it."""
        found = self._labels.get(category)
        if found is None:
            found = self._labels[category] = label(category)
        return found

    def of(self, table: Mapping[str, Any], code: str) -> str:
        """As words.of, for tables that stay."""
        found = self._known.get((id(table), code))
        if found is None:
            found = self._known[id(table), code] = words.of(table, code)
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. danger: in a word what its words make one fear and whom to call, as long as nobody has looked. spot: the place without its community, which every line would repeat. turn: who must act, when not who. held: how long, in working time of whoever has it. closed_on: its day, in short, of a case that has ended. is_yours: what comes next is for whoever looks. channel, level: their codes."""

    url: str
    number: str
    short: str
    place: str
    spot: str
    matter: str
    state: str
    state_label: str
    clock: times.Clock
    clock_icon: str
    who: str
    person: str
    turn: str
    held: str
    closed_on: str
    next: str
    danger: str
    is_escalated: bool
    came_back: bool
    id: UUID
    is_yours: bool
    received_at: datetime
    channel: str
    level: str
    round: int


def known_of(rows: Mapping[UUID, Value], id: UUID | None) -> Value | None:
    """What is known of an id that may be missing."""
    return rows.get(id) if id is not None else None


def soon_at(at: datetime) -> datetime:
    """Until when a deadline is "soon" in this office."""
    return times.soon(at, catalogue.calendar(OFFICE))


def rows(cases: Sequence["Case | CaseLine"], *, at: datetime, actor: Actor = VISITOR) -> list[Row]:
    """The lines of these cases, in order; actor: whose next thing to do is said. 3 queries: places, parties, people."""
    found = places.by_ids({case.place_id for case in cases if case.place_id})
    known = parties.parties_by_ids({id for case in cases for id in (case.lead_id, case.desk_id)})
    names = parties.account_names({case.handler_id for case in cases if case.handler_id})
    soon, case_url, said = soon_at(at), route("desk:case", ANY), _Words()
    return [
        _row(
            case,
            known_of(found, case.place_id),
            known,
            names,
            next_of(case, actor),
            clock_of(case, known, at=at, soon=soon, of=said.of),
            at=at,
            case_url=case_url,
            said=said,
        )
        for case in cases
    ]


def row(
    case: "Case",
    place: Any,
    known: dict[UUID, Any],
    names: dict[UUID, str],
    clock: times.Clock,
    *,
    at: datetime,
) -> Row:
    """The line of one case, for whoever has read what it shows. No query."""
    ahead, case_url = next_of(case, VISITOR), route("desk:case", ANY)
    return _row(case, place, known, names, ahead, clock, at=at, case_url=case_url, said=_Words())


def _row(
    case: "Case | CaseLine",
    place: Any,
    known: dict[UUID, Any],
    names: dict[UUID, str],
    ahead: str,
    clock: times.Clock,
    *,
    at: datetime,
    case_url: str,
    said: _Words,
) -> Row:
    lead, of = known.get(case.lead_id), said.of
    is_closed = case.closed_at is not None
    return Row(
        url=case_url.replace(ANY, case.number),
        number=case.number,
        short=case.number.split("-", 1)[1],
        place=place.full_name if place else _("未定位"),
        spot=short_name(place) if place else _("未定位"),
        matter=matter(case, said.label),
        state=case.state,
        state_label=state_label(case, of),
        clock=clock,
        clock_icon=CLOCK_ICONS[clock.state],
        who=lead.name if lead else "",
        person=known_of(names, case.handler_id) or "",
        turn=turn(case, known, of),
        held=held(case, known, at),
        closed_on=times.short_day(case.closed_at, at),
        next=of(words.AHEAD, ahead) if ahead in words.AHEAD else of(words.NEXT, case.state),
        danger=danger_mark(case),
        is_escalated=queries.is_escalated(case) and not is_closed,
        came_back=case.came_back_from_id is not None,
        id=case.id,
        is_yours=bool(ahead),
        received_at=case.received_at,
        channel=case.channel,
        level=case.level,
        round=case.round,
    )


def brief_row(case: "Case | CaseLine", found: Mapping[UUID, Any]) -> dict[str, str]:
    """Of the same line number, short, place, spot, matter and state_label alone. found: its place (places.by_ids). No query."""
    place = known_of(found, case.place_id)
    return {
        "number": case.number,
        "short": case.number.split("-", 1)[1],
        "place": place.full_name if place else _("未定位"),
        "spot": short_name(place) if place else _("未定位"),
        "matter": matter(case),
        "state_label": state_label(case),
    }


def state_label(case: "Case | CaseLine", of: Say = words.of) -> str:
    """In which state it is, or how it ended."""
    return of(words.STATES, case.state) if case.closed_at is None else of(words.ENDINGS, case.ending)


def held(case: "Case | CaseLine", known: dict[UUID, Any], at: datetime) -> str:
    """How long its step takes by now, in one unit, in the working time of whoever must act; of a closed case how long ago it ended."""
    if case.closed_at is not None:
        return times.between(case.closed_at, at)
    if case.state == State.TO_CONFIRM or case.state == State.ASKED:
        return times.brief(case.entered_at, at)  # a reporter has no office hours
    return times.brief(case.entered_at, at, calendar_of(case, known))


def danger_mark(case: "Case | CaseLine") -> str:
    """The same in a word, for a line: 煤气味 119. No query as a rule."""
    if not queries.is_danger(case):
        return ""
    found = vocabulary.lexicon().danger(case.title)
    return f"{found.said} {found.call}" if found else _("可能有危险")


def danger_of(case: "Case | CaseLine", words_said: str = "") -> str:
    """What is feared, and the number to call now; "" once somebody has looked. words_said: all of them, where the title does not say it. No query as a rule."""
    if not queries.is_danger(case):
        return ""
    found = vocabulary.lexicon().danger(case.title) or vocabulary.lexicon().danger(words_said)
    if found is None:
        return _("可能有危险")
    return _("可能有危险：%(said)s，先打 %(call)s") % {"said": found.said, "call": found.call}


def turn(case: "Case | CaseLine", known: Mapping[UUID, Any], of: Say = words.of) -> str:
    """Who must act where it is not the accountable party; "" where it is. An objection is the desk's to look into."""
    if case.state == State.TO_CONFIRM and case.has_objection:
        desk = known.get(case.desk_id)
        return str(desk.name) if desk else ""
    return of(words.TURNS, case.state) if case.state in words.TURNS else ""


def short_name(place: places.PlaceRow) -> str:
    """Without the community: whoever works there knows where he is. What is no smaller than a community keeps its name."""
    is_inside = place.community_id not in (None, place.id)
    _community, _space, rest = place.full_name.partition(" ")
    return rest if is_inside and rest else place.full_name


def label(category: UUID) -> str:
    """What staff call a category, in the language in force."""
    return catalogue.category(category).label(get_language() or "")


def matter(case: "Case | CaseLine", named: Callable[[UUID], str] = label) -> str:
    """Category and the first words of what was said."""
    title = _("（一段录音）") if case.title == SPOKEN else str(case.title)
    if case.category_id is None:
        return title or _("（只有照片）")
    name = named(case.category_id)
    return f"{name} · {title}" if title else name


def soon_for(case: "Case | CaseLine", due: datetime | None, *, at: datetime, soon: datetime) -> datetime:
    """Until when this deadline of the case is called soon: not before the last quarter of its time. `at` is never."""
    begun_at = case.received_at if due in (case.fix_due, case.make_safe_due) else case.entered_at
    return soon if due and is_nearly_due(begun_at, due, at) else at


def clock_of(
    case: "Case | CaseLine", known: dict[UUID, Any], *, at: datetime, soon: datetime, of: Say = words.of
) -> times.Clock:
    """The earliest deadline that counts; hovering says which one it is and the working time of whoever must act."""
    if case.closed_at is not None:
        return times.NO_CLOCK
    hours, soon = hours_of(case, known), soon_for(case, case.due_at, at=at, soon=soon)
    found = times.clock(case.due_at, at=at, soon=soon, hours=hours, is_paused=case.review_at is not None)
    which = deadline_of(case)
    name = of(words.CLOCKS, which)
    hover = " · ".join(filter(None, [f"{name} {found.exact}", found.with_work]))
    return found._replace(exact=hover, name="" if which in UNNAMED else name)


def deadline_of(case: "Case | CaseLine") -> str:
    """Which one runs out next, as `words.CLOCKS` calls them."""
    if case.review_at is not None:
        return "review"
    if case.state in ON_BOTH_CLOCKS and case.due_at in (case.fix_due, case.make_safe_due):
        return "fix" if case.due_at == case.fix_due else "make_safe"
    if case.order_due is not None and case.due_at == case.order_due:
        return "order"
    return step_of(case)


def step_of(case: "Case | CaseLine") -> str:
    """The present step, as `words.CLOCKS` calls it."""
    is_objected = case.state == State.TO_CONFIRM and case.has_objection
    return "objected" if is_objected else str(case.state)


def hours_of(case: "Case | CaseLine", known: dict[UUID, Any]) -> WorkCalendar:
    """Working time that the present deadline is counted in; day and night where days or such a limit decide."""
    if case.state == State.TO_CONFIRM:
        return ROUND_THE_CLOCK
    limits, which = timing.limits_of(case), deadline_of(case)
    if (which == "make_safe" and limits.round_make_safe) or (which == "fix" and limits.round_fix):
        return ROUND_THE_CLOCK
    return calendar_of(case, known)


def calendar_of(case: "Case | CaseLine", known: dict[UUID, Any]) -> WorkCalendar:
    """The working time of whoever must act."""
    party = known.get(timing.acting_party(case))
    return catalogue.calendar(party.calendar if party else OFFICE)
