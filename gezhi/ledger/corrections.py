"""What the ledger says otherwise now than a month book said when it was frozen: which line, which column, then → now, when, why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from gezhi.cases.policy import visible_to
from gezhi.cases.queries import is_visible
from gezhi.journal.models import Entry, Words
from gezhi.kernel.actor import Actor, ActorKind
from gezhi.kernel.text import mask_private
from gezhi.ledger.columns import COLUMNS, Column, Value
from gezhi.ledger.fold import line_of
from gezhi.ledger.keyed import KEY_OF, LOOKED_UP
from gezhi.ledger.models import Line
from gezhi.ledger.months import WHOLE, BookRow, frozen_lines, part_of, span
from gezhi.ledger.packing import NAMES
from gezhi.ledger.rows import Row, rows

TOLD = 500  # lines whose stories are read at a time
REASONS = ("reason", "note")


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell. column: None = the whole line came or went (`is_added`). at, event, reason: of the deed that changed it last; at None: no deed of the
    case itself, a picture that came later.
    """

    number: str
    column: Column | None
    then: Value
    now: Value
    at: datetime | None
    event: str
    reason: str
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """One line as it was and as it is; one of them may be missing."""

    then: Line | None
    now: Line | None

    @property
    def number(self) -> str:
        """Of its case."""
        line = self.then or self.now
        return line.number if line else ""


def then_rows(row: BookRow, *, actor: Actor, language: str) -> Iterator[Row]:
    """The frozen lines that this actor may see, as they were; names as they are today, nothing of an ending that came later."""
    for part in frozen_lines(row.id):
        seen = _seen([line.case_id for line in part], actor)
        mine = [line for line in part if line.case_id in seen]
        yield from as_they_were(mine, actor=actor, language=language, at=row.frozen_at)


class Spot(NamedTuple):
    """Where in a book: a part, and a line in it, from 0."""

    part: int = 0
    line: int = 0


def then_page(
    row: BookRow, spot: Spot, most: int, *, actor: Actor, language: str
) -> tuple[list[Row], Spot | None]:
    """As `then_rows`, so many of them from a spot on, and where the next ones begin (None: behind the last one).

    Two parts are read at most: a page of few lines is followed by one more. The same number of queries wherever the spot lies.
    """
    found: list[Line] = []
    part, at = spot
    for _part in range(2):
        lines = part_of(row.id, part)
        if not lines:
            return _page_of(found, row, actor, language), None
        seen = _seen([line.case_id for line in lines[at:]], actor)
        for number, line in enumerate(lines[at:], start=at):
            if line.case_id in seen:
                if len(found) == most:
                    return _page_of(found, row, actor, language), Spot(part, number)
                found.append(line)
        part, at = part + 1, 0
    return _page_of(found, row, actor, language), Spot(part)


def _page_of(lines: Sequence[Line], row: BookRow, actor: Actor, language: str) -> list[Row]:
    return list(as_they_were(lines, actor=actor, language=language, at=row.frozen_at))


def as_they_were(lines: Sequence[Line], *, actor: Actor, language: str, at: datetime) -> Iterator[Row]:
    """Rows of frozen lines. The reason of an ending is asked of the case; it is left out where the case was ended otherwise since."""
    current = {
        case_id: (ending, closed_at)
        for case_id, ending, closed_at in Line.objects.filter(
            case_id__in=[line.case_id for line in lines]
        ).values_list("case_id", "ending", "closed_at")
    }
    for one in rows(lines, actor=actor, language=language, at=at):
        is_same = current.get(one.line.case_id) == (one.line.ending, one.line.closed_at)
        yield one if is_same and one.line.ending else replace(one, reason="")


def changed(row: BookRow, *, actor: Actor, after: str = "") -> Iterator[Pair]:
    """Lines that differ, in the order of the book, then those that came into the month later. after: the number of the last one seen.

    2 queries a thousand lines.
    """
    known: set[UUID] = set()
    is_behind = not after
    for part in frozen_lines(row.id):
        ids = [line.case_id for line in part]
        known.update(ids)
        now = {line.case_id: line for line in Line.objects.filter(case_id__in=ids)}
        seen = _seen(ids, actor)
        for line in part:
            is_one = line.case_id in seen and _differs(line, now.get(line.case_id))
            if is_one and is_behind:
                yield Pair(line, now.get(line.case_id))
            is_behind = is_behind or line.number == after
    for line in _added(row, known, actor):  # a query for each `TOLD` of them
        if is_behind:
            yield Pair(None, line)
        is_behind = is_behind or line.number == after


def _seen(ids: Sequence[UUID], actor: Actor) -> set[UUID]:
    if actor.kind is ActorKind.SYSTEM:
        return set(ids)
    return set(visible_to(actor).filter(id__in=ids).values_list("id", flat=True))


def _added(row: BookRow, known: set[UUID], actor: Actor) -> Iterator[Line]:
    """Lines of the month that are not in its book. Of the month the ids alone are read; of the few that are new, whether he may see each."""
    since, until = span(row.month)
    lines = Line.objects.filter(received_at__gte=since, received_at__lt=until, is_held=False)
    if row.desk != WHOLE:
        lines = lines.filter(desk_id=row.desk)
    lines = lines.order_by("-received_at", "-number")
    ids = iter([id for id in lines.values_list("case_id", flat=True) if id not in known])
    seen = Q() if actor.kind is ActorKind.SYSTEM else Q(is_visible(actor, "case_id"))
    while some := list(islice(ids, TOLD)):
        yield from lines.filter(seen, case_id__in=some)


def _differs(then: Line, now: Line | None) -> bool:
    return now is None or any(getattr(then, name) != getattr(now, name) for name in NAMES)


def corrections(
    pairs: Iterable[Pair], row: BookRow, *, actor: Actor, language: str, at: datetime
) -> Iterator[Correction]:
    """Cell by cell, in the order of the columns. About 12 queries for each `TOLD` lines."""
    left = iter(pairs)
    while some := list(islice(left, TOLD)):
        told = _told([pair.now.case_id for pair in some if pair.now], row.position)
        thens = [pair.then for pair in some if pair.then]
        before = {
            one.line.case_id: one
            for one in as_they_were(thens, actor=actor, language=language, at=row.frozen_at)
        }
        nows = [pair.now for pair in some if pair.now]
        after = {one.line.case_id: one for one in rows(nows, actor=actor, language=language, at=at)}
        for pair in some:
            yield from _of_pair(pair, before, after, told)


def _of_pair(
    pair: Pair, before: Mapping[UUID, Row], after: Mapping[UUID, Row], told: Mapping[UUID, Sequence["_Deed"]]
) -> Iterator[Correction]:
    if pair.then is None or pair.now is None:
        yield Correction(pair.number, None, None, None, None, "", "", is_added=pair.then is None)
        return
    case_id = pair.now.case_id
    fields = {name for name in NAMES if getattr(pair.then, name) != getattr(pair.now, name)}
    deeds = told.get(case_id, ())
    for column in COLUMNS:
        was, is_ = column.value(before[case_id]), column.value(after[case_id])
        if was == is_:
            continue
        deed = next((one for one in reversed(deeds) if _speaks_of(one, column, before[case_id])), None)
        last = deed or next((one for one in reversed(deeds) if one.fields & fields), None)
        yield Correction(
            pair.number,
            column,
            was,
            is_,
            last.at if last else None,
            last.event if last else "",
            last.reason if last else "",
        )


@dataclass(frozen=True, slots=True)
class _Deed:
    """One deed after the freezing: which fields of the line it changed, and the line then."""

    at: datetime
    event: str
    reason: str
    fields: frozenset[str]
    line: Line
    earlier: Line


def _speaks_of(deed: _Deed, column: Column, like: Row) -> bool:
    """Whether this deed changed what stands in the column."""
    if fields := LOOKED_UP.get(KEY_OF[id(column)]):
        return bool(fields & deed.fields)
    made, before = replace(like, line=deed.line), replace(like, line=deed.earlier)
    return column.value(made) != column.value(before)


def _told(case_ids: Sequence[UUID], position: int) -> dict[UUID, list[_Deed]]:
    """The deeds on these cases behind a position, each with what it changed. 2 queries."""
    steps = list(
        Entry.objects.filter(subject_kind="case", subject_id__in=case_ids).order_by("subject_id", "seq")
    )
    later = [step.id for step in steps if step.position is None or step.position > position]
    said: dict[UUID, dict[str, str]] = {}
    kept = Words.objects.filter(entry_id__in=later, name__in=REASONS, erased_at=None)
    for entry_id, name, text in kept.values_list("entry_id", "name", "text"):
        said.setdefault(entry_id, {})[name] = text
    stories: dict[UUID, list[Entry]] = {}
    for step in steps:
        stories.setdefault(step.subject_id, []).append(step)
    return {case_id: list(_deeds(story, set(later), said)) for case_id, story in stories.items()}


def _deeds(
    story: Sequence[Entry], later: set[UUID], said: Mapping[UUID, Mapping[str, str]]
) -> Iterator[_Deed]:
    for number, step in enumerate(story):
        if step.id not in later:
            continue
        earlier, line = line_of(story[:number]), line_of(story[: number + 1])
        if earlier is None or line is None:
            continue
        fields = frozenset(name for name in NAMES if getattr(earlier, name) != getattr(line, name))
        words: Mapping[str, Any] = said.get(step.id, {})
        # what a reporter said is on the case, for those who may read it there
        is_ours = step.actor_kind == ActorKind.ACCOUNT
        reason = next((words[name] for name in REASONS if is_ours and words.get(name)), "")
        yield _Deed(step.at, step.event, mask_private(reason), fields, line, earlier)
