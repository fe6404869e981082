"""A page of a list of cases, from behind a row by the order's own columns: the first and the fortieth cost the same, and what happens meanwhile neither repeats a row nor hides one.

A filter that fits few cases is asked for all of them at once, along the index that narrows it; one that fits many is walked along the order.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.line import CaseLine
from gezhi.cases.lists import OPEN, CaseFilter, Lasting, fitting_but, fitting_each, hidden_from
from gezhi.cases.models import Case
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor
from gezhi.tenancy.prepared import Answer, Prepared, answer_of

MOST_PAGES = 40  # that can be jumped to by number: their rows are counted off in an index


class Order(StrEnum):
    """What stands first. Only open cases are ever due."""

    DUE = "due"
    NEWEST = "newest"


KEYS = {Order.DUE: "due_at", Order.NEWEST: "received_at"}


class Spot(NamedTuple):
    """Where a row stands in an order: by its moment, of several at one moment by their ids."""

    at: datetime
    id: UUID


class Start(NamedTuple):
    """From behind which row a page goes on, or, backwards, before which. section: of a list in parts, the part this row is in."""

    spot: Spot
    is_backwards: bool = False
    section: int = 0


class Page(NamedTuple):
    """The lines, and which part each is in; whether the list goes on before and behind them."""

    lines: list[CaseLine]
    sections: list[int]
    has_before: bool
    has_behind: bool


class Jump(NamedTuple):
    """Where a page begins that was asked for by its number. number: the page it really is, the last one where there are not so many."""

    start: Start | None
    number: int


def may_be_due(wanted: CaseFilter) -> bool:
    """Whether every case that fits has a deadline to be sorted by: closed ones have none."""
    return bool(wanted.states) and State.CLOSED not in wanted.states


def walked(
    parts: Sequence[CaseFilter],
    *,
    order: Order,
    start: Start | None,
    size: int,
    actor: Actor,
    at: datetime,
    soon: datetime,
) -> Page:
    """One page of a list in parts, one behind the other. At most 1 query for each part."""
    is_backwards = start is not None and start.is_backwards
    who = {"actor": actor, "at": at, "soon": soon}
    found: list[CaseLine] = []
    sections: list[int] = []
    for section in reversed(range(len(parts))) if is_backwards else range(len(parts)):
        if start is not None and (section > start.section if is_backwards else section < start.section):
            continue
        here = start.spot if start is not None and start.section == section else None
        way = _Way(order, here, is_backwards, size + 1 - len(found))
        more = _along(parts[section], way, **who)
        found, sections = [*found, *more], [*sections, *[section] * len(more)]
        if len(found) > size:
            break
    goes_on = len(found) > size
    found, sections = found[:size], sections[:size]
    if is_backwards:
        return Page(found[::-1], sections[::-1], goes_on, True)
    return Page(found, sections, start is not None, goes_on)


def jumped(
    parts: Sequence[CaseFilter],
    *,
    order: Order,
    number: int,
    size: int,
    actor: Actor,
    at: datetime,
    soon: datetime,
) -> Jump:
    """The beginning of a page by its number, from 1 to `MOST_PAGES`; of a list that is shorter, its last page. Moments and ids alone are read,
    those before the page: at most 1 query for each part.
    """
    number = min(number, MOST_PAGES)
    wanted = (number - 1) * size + 1  # the rows before it, and one that stands on it
    who: dict[str, Any] = {"actor": actor, "at": at, "soon": soon}
    before, found = 0, list[tuple[int, Answer]]()  # of each part: how many stood before it, its rows
    for part in parts:
        if before >= wanted or number == 1:
            break
        found.append((before, _asked(_Asked(part, (KEYS[order], "id"), order, most=wanted - before), **who)))
        before += len(found[-1][1])
    number = begun(before, number, size)
    last = (number - 1) * size - 1  # the row before the page
    for section, (first, rows) in enumerate(found):
        if number > 1 and last < first + len(rows):
            return Jump(Start(Spot(*rows[last - first]), section=section), number)
    return Jump(None, 1)


def begun(count: int, number: int, size: int) -> int:
    """Which page it is in a list of so many rows: the last one where it is shorter; never less than 1."""
    return max(1, min(number, -(-count // size)))


class _Way(NamedTuple):
    """How rows are read: from behind which, which way, how many."""

    order: Order
    spot: Spot | None
    is_backwards: bool
    most: int


def _along(wanted: CaseFilter, way: _Way, **who: Any) -> list[CaseLine]:
    """Read along the order. 1 query."""
    asked = _Asked(
        wanted, CaseLine._fields, way.order, way.is_backwards, most=way.most, is_behind=way.spot is not None
    )
    return [CaseLine(*row) for row in _asked(asked, way.spot, **who).rows()]


class _Asked(NamedTuple):
    """What is asked of a list, without the moments and the row that change from page to page. order: None = in none, of all that is there."""

    wanted: CaseFilter
    columns: tuple[str, ...]
    order: Order | None
    is_backwards: bool = False
    most: int = 0
    is_behind: bool = False

    def rows(self, hidden: tuple[UUID, ...], spot: Spot | None, **who: Any) -> QuerySet[Any, Any]:
        """The question itself. Lazy."""
        found = fitting_but(self.wanted, hidden, **who)
        found = found.order_by() if self.order is None else in_order(found, self.order, self.is_backwards)
        if spot is not None and self.order is not None:
            found = found.filter(_behind(spot, self.order, self.is_backwards))
        return found.values_list(*self.columns)[: self.most]


TIMES = {"overdue": 1, "due_soon": 2, "safe": 2}  # clocks that hang on now, and on what is soon


def _asked(asked: _Asked, spot: Spot | None = None, *, actor: Actor, at: datetime, soon: datetime) -> Answer:
    """The answer; what somebody else's condition asks is put together anew each time, all else once for each filter and reader. 1 query and that of `hidden_from`."""
    hidden, wanted = hidden_from(actor), asked.wanted
    if wanted.holds is not None and type(wanted.holds) is not Lasting:
        return answer_of(asked.rows(hidden, spot, actor=actor, at=at, soon=soon))
    times = (at, soon)[: TIMES.get(wanted.clock, 0)]
    named = (wanted.named,) if wanted.named else ()
    if named:
        asked = asked._replace(wanted=replace(wanted, named=_ANY))
    try:
        return _prepared(asked, actor, hidden).answer(*named, *times, *(spot or ()))
    except EmptyResultSet:
        return answer_of(Case.objects.none().values_list("id"))


@lru_cache(maxsize=256)
def _prepared(asked: _Asked, actor: Actor, hidden: tuple[UUID, ...]) -> Prepared:
    """Kept by filter and actor: putting the question together takes longer than fifty rows."""

    def ask(*values: Any) -> QuerySet[Any, Any]:
        given = deque(values)
        question = asked
        if asked.wanted.named:
            question = asked._replace(wanted=replace(asked.wanted, named=given.popleft()))
        spot = Spot(id=given.pop(), at=given.pop()) if asked.is_behind else None
        times = given or (_NEVER,)
        return question.rows(hidden, spot, actor=actor, at=times[0], soon=times[-1])

    return Prepared(ask)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # where no clock is asked for
_ANY = "any"  # stands for the ids that change from question to question


def _lines(ids: Sequence[UUID]) -> list[CaseLine]:
    """The lines of these cases, in order. 1 query, none for none."""
    known = {row[0]: CaseLine(*row) for row in _LINES.rows(tuple(ids))} if ids else {}
    return [known[id] for id in ids if id in known]


_LINES = Prepared(lambda ids: Case.objects.filter(id__in=ids).values_list(*CaseLine._fields))


def in_order(rows: QuerySet[Case], order: Order, is_backwards: bool = False) -> QuerySet[Case]:
    """Along the index of the order: open cases by due moment, all of them by receipt."""
    sign = "-" if (order is Order.NEWEST) is not is_backwards else ""
    return rows.order_by(f"{sign}{KEYS[order]}", f"{sign}id")


def _behind(spot: Spot, order: Order, is_backwards: bool) -> Q:
    """Said twice, so that both engines read along the index from there on."""
    key, step = KEYS[order], "lt" if (order is Order.NEWEST) is not is_backwards else "gt"
    beyond = Q(**{f"{key}__{step}": spot.at}) | Q(**{f"id__{step}": spot.id})
    return Q(**{f"{key}__{step}e": spot.at}) & beyond


def few(
    wanted: CaseFilter, *, order: Order, actor: Actor, at: datetime, soon: datetime, most: int | None = None
) -> list[Spot] | None:
    """All that fit, in order, when they are no more than `most` (COUNTED, when nothing is said); None when they are. 1 query, which no order keeps from
    the index that narrows most.
    """
    most = counting.COUNTED if most is None else most
    asked = _Asked(wanted, (KEYS[order], "id"), None, most=most + 1)
    found = _asked(asked, actor=actor, at=at, soon=soon)
    if len(found) > most:
        return None
    return sorted((Spot(*row) for row in found.rows()), reverse=order is Order.NEWEST)


def newest(
    wanted: CaseFilter, *, before: UUID | None, size: int, actor: Actor, at: datetime, soon: datetime
) -> tuple[list[Case], bool]:
    """The newest cases that fit, by their ids, from behind one, and whether there are more. For reading through page by page: ids never change, so
    whatever happens meanwhile no row comes twice and none that stays is left out. 2 queries where nothing but words narrows; else 1 more each for open and closed
    ones, whose indexes narrow.
    """
    is_narrowed = replace(wanted, states=(), holds=None) != CaseFilter()
    parts = _open_and_closed(wanted) if is_narrowed else []
    rows, *each = fitting_each([wanted, *parts], actor=actor, at=at, soon=soon)
    if each and (ids := _few_ids(each)) is not None:
        behind = sorted((id for id in ids if before is None or id < before), reverse=True)[: size + 1]
        known = Case.objects.in_bulk(behind) if behind else {}
        found = [known[id] for id in behind if id in known]
        return found[:size], len(behind) > size
    found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: size + 1])
    return found[:size], len(found) > size


def _few_ids(parts: Iterable[QuerySet[Case]]) -> list[UUID] | None:
    """All of them when they are no more than are counted; None when they are. 1 query a part."""
    found: list[UUID] = []
    for rows in parts:
        found += rows.order_by().values_list("id", flat=True)[: counting.COUNTED + 1 - len(found)]
        if len(found) > counting.COUNTED:
            return None
    return found


def _open_and_closed(wanted: CaseFilter) -> list[CaseFilter]:
    """The same filter in two: an index that narrows holds open cases or closed ones. A clock runs for open ones alone."""
    states = wanted.states or (*OPEN, State.CLOSED.value)
    is_open = tuple(state for state in states if state != State.CLOSED.value)
    parts = [replace(wanted, states=is_open)] if is_open else []
    if not wanted.clock and State.CLOSED.value in states:
        parts.append(replace(wanted, states=(State.CLOSED.value,)))
    return parts


def cut(spots: Sequence[UUID], *, start: Start | None, begins: int, size: int) -> Page:
    """One page of cases that are all known, by their ids in order. begins: where `start` stands among them, or the page itself. 1 query."""
    first = max(0, begins - size) if start is not None and start.is_backwards else begins
    lines = _lines(spots[first : first + size])
    return Page(lines, [0] * len(lines), first > 0, first + size < len(spots))


def begins(spots: Sequence[Spot], start: Start | None, order: Order) -> int:
    """The place of the first row behind where a page goes on; of the row itself, where it goes backwards. Whether it is still there or not."""
    if start is None:
        return 0
    here = start.spot
    before = sum(one > here if order is Order.NEWEST else one < here for one in spots)
    return before if start.is_backwards else before + (here in spots)
