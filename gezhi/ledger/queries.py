"""Read the ledger: lines that somebody may see, and how far it covers the journal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import Exact

from gezhi.cases.models import Case
from gezhi.cases.policy import sees_all, visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.refusal import Invalid
from gezhi.ledger.models import Cursor, Line
from gezhi.ledger.rows import Row, rows
from gezhi.places import paths
from gezhi.places.onpath import key, on_path, within

__all__ = ["LineFilter", "Position", "Row", "few_or_many", "in_pieces", "lines", "position", "rows"]

WORDS_LIMIT = 100  # characters


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What is wanted. place_path: that place and all below. category: a leaf, or a top class with its leaves.

    rounds: (the first that is wanted, the last; None = all that follow).
    party: the accountable one, now or at the end. since, until: aware moments of receipt, since <= receipt < until.
    words: part of the case's title or number. holds: whatever else must be true of its case, from whoever knows more than this package, such as
    which cases hold these words (insight.search); then words say only what was asked. cases: these alone.
    """

    state: str = ""
    place_path: str = ""
    category: UUID | None = None
    party: UUID | None = None
    channel: str = ""
    level: str = ""
    rounds: tuple[int, int | None] | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    cases: frozenset[UUID] | None = None
    holds: Q | None = None


LookFor = Callable[
    [str], Q | None
]  # what must be true of a case that holds these words; None = nothing to look for


def as_values(wanted: LineFilter) -> dict[str, str]:
    """A filter as text values, to be kept; what is not asked for is left out. Of `holds` only the words are kept, which are looked for anew.

    Raises Invalid("filter", "not_kept") for a condition that no words say.
    """
    if wanted.holds is not None and not wanted.words.strip():
        raise Invalid("filter", "not_kept")
    said = {name: getattr(wanted, name) for name in LineFilter.__dataclass_fields__}
    return {
        name: _WRITTEN.get(name, str)(value)
        for name, value in said.items()
        if value or (name == "cases" and value is not None)
    }


def from_values(said: Mapping[str, str], look_for: LookFor | None = None) -> LineFilter:
    """The filter of `as_values`. look_for: what finds words anew (insight.search); without it only what was typed comes back.

    Raises Invalid("filter", "unreadable") for what was not written by it.
    """
    read = dict(said)
    try:
        is_looked_for = read.pop("holds", None)
        if is_looked_for not in {None, LOOKED_FOR}:
            raise ValueError("a condition was kept as text")
        wanted = LineFilter(**{name: _READ.get(name, str)(value) for name, value in read.items()})
    except (ValueError, TypeError, AttributeError) as wrong:
        raise Invalid("filter", "unreadable") from wrong
    return replace(wanted, holds=look_for(wanted.words)) if is_looked_for and look_for else wanted


LOOKED_FOR = "words"  # kept in the place of a condition: look for the words
_WRITTEN: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("since", "until"), datetime.isoformat),
    "rounds": lambda value: f"{value[0]}-{value[1] or ''}",
    "cases": lambda value: ",".join(sorted(one.hex for one in value)),
    "holds": lambda _value: LOOKED_FOR,
}


def _rounds(text: str) -> tuple[int, int | None]:
    first, _dash, last = text.partition("-")
    return int(first), int(last) if last else None


_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("category", "party"), UUID),
    **dict.fromkeys(("since", "until"), datetime.fromisoformat),
    "rounds": _rounds,
    "cases": lambda text: frozenset(UUID(one) for one in text.split(",") if one),
}


class Position(NamedTuple):
    """How far the ledger covers the journal, and when it got there (None: it has not begun)."""

    number: int
    reached_at: datetime | None


def lines(wanted: LineFilter, *, actor: Actor) -> QuerySet[Line]:
    """Lines of the cases this actor may see, newest first; a lazy queryset. What an unpublished import brought is not among them."""
    return _along(wanted, actor).order_by("-received_at", "-number")


def few_or_many(wanted: LineFilter, *, actor: Actor) -> tuple[QuerySet[Line], int]:
    """The same lines, and how many, COUNTED + 1 for more. Few are named by their ids, so that no line of anybody else's is looked at; of many the
    first are met soon. 1 query, 2 before it as `visible_to` asks, and that of the lines when they are read.
    """
    sought: QuerySet[Any, Any]
    if wanted.holds is None and sees_all(actor):
        sought = _along(wanted, actor, below=_in_an_index).order_by().values_list("case_id", flat=True)
    else:
        line = Line.objects.filter(_fits(wanted), is_held=False, case_id=OuterRef("id"))
        cases = visible_to(actor).filter(wanted.holds or Q())
        sought = cases.filter(Exists(line)).order_by().values_list("id", flat=True)
    found = list(sought[: counting.COUNTED + 1])
    if len(found) > counting.COUNTED:
        walked = _along(wanted, actor, below=_as_received).order_by("-received_at", "-number")
        return walked, len(found)
    return Line.objects.filter(case_id__in=found).order_by("-received_at", "-number"), len(found)


def _as_received(path: str) -> Q:
    """At a place or below it, said so that lines are read as they were received, along the index of a building or compound, or all of them, and
    not sorted: for a place that has many.
    """
    depth = paths.depth(path)
    return within(path) if depth > paths.BUILDING else Q(Exact(on_path(depth), key(path, depth)))


def _in_an_index(path: str) -> Q:
    """The same, said so that what has an index of its own is read in it."""
    has_own = paths.COMMUNITY <= paths.depth(path) <= paths.BUILDING
    return _as_received(path) if has_own else within(path)


def _along(wanted: LineFilter, actor: Actor, *, below: Callable[[str], Q] = within) -> QuerySet[Line]:
    """Line by line, its case looked up: a list of all cases that somebody may see would be read through first."""
    found: QuerySet[Line] = Line.objects.filter(_fits(wanted, below), is_held=False)
    cases = _cases(wanted, actor)
    return found if cases is None else found.filter(Exists(cases.filter(id=OuterRef("case_id"))))


def _cases(wanted: LineFilter, actor: Actor) -> QuerySet[Case] | None:
    """The cases whose lines are wanted; None = all."""
    if actor.kind is ActorKind.SYSTEM and wanted.holds is None:
        return None
    return visible_to(actor).filter(wanted.holds or Q())


def _fits(wanted: LineFilter, below: Callable[[str], Q] = within) -> Q:
    fits = Q()
    if wanted.state:
        fits &= Q(state=wanted.state)
    if wanted.place_path not in {"", paths.ROOT}:
        fits &= below(wanted.place_path)
    if wanted.category:
        of_top = [leaf.id for leaf in catalogue.leaves(wanted.category)]
        fits &= Q(category_id__in=[wanted.category, *of_top])
    if wanted.party:
        fits &= Q(lead_id=wanted.party)
    if wanted.channel:
        fits &= Q(channel=wanted.channel)
    if wanted.level:
        fits &= Q(level=wanted.level)
    if wanted.rounds:
        first, last = wanted.rounds
        fits &= Q(round__gte=first) & (Q(round__lte=last) if last else Q())
    if wanted.since:
        fits &= Q(received_at__gte=wanted.since)
    if wanted.until:
        fits &= Q(received_at__lt=wanted.until)
    if wanted.cases is not None:
        fits &= Q(case_id__in=wanted.cases)
    words = wanted.words.strip()[:WORDS_LIMIT]
    if words and wanted.holds is None:
        fits &= Q(number__contains=words) | Q(case__title__contains=words)
    return fits


def in_pieces(found: QuerySet[Line], size: int) -> Iterator[Line]:
    """Lines in the order by receipt and number, both falling, so many at a time behind the last one: no statement stays open between two turns."""
    rows, last = found.order_by("-received_at", "-number"), None
    while True:
        piece = list((rows if last is None else rows.filter(_behind(last)))[:size])
        yield from piece
        if len(piece) < size:
            return
        last = piece[-1]


def _behind(last: Line) -> Q:
    """The first half lets the index find where to begin."""
    same = Q(received_at=last.received_at, number__lt=last.number)
    return Q(received_at__lte=last.received_at) & (Q(received_at__lt=last.received_at) | same)


def position() -> Position:
    """What a figure of the ledger states beside itself. 1 query."""
    found = Cursor.objects.values_list("position", "reached_at").first()
    return Position(*found) if found else Position(0, None)
