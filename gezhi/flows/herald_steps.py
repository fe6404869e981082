"""What one journal row changed: the row before and after it, as the journal adds up to it."""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from gezhi.cases.fold import FOLDED
from gezhi.journal.queries import stories_until
from gezhi.kernel.actor import ActorKind

KNOWN = frozenset({*FOLDED, "supervisor"})  # of a case


class Step(NamedTuple):
    """One journal row of a case, or of another thing, with the row before and after it. id, position, at: the entry's. case: the subject's id."""

    id: UUID
    position: int
    case: UUID
    event: str
    at: datetime
    by: UUID | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def steps_of(
    cases: Iterable[UUID], position: int, *, kind: str = "case", known: Set[str] = KNOWN
) -> Iterator[Step]:
    """All steps of these subjects up to a position, one after the other, in order. 1 query."""
    for case, entries in groupby(stories_until(kind, cases, position), key=lambda entry: entry.subject_id):
        yield from steps(case, entries, known)


def steps(case: UUID, entries: Iterable[Any], known: Set[str] = KNOWN) -> Iterator[Step]:
    """One subject's journal rows, in order, each with what they add up to before and after it. known: the fields that are kept."""
    row: dict[str, Any] = {}
    for entry in entries:
        after = row | {name: value for name, value in entry.after.items() if name in known}
        by = entry.actor_id if entry.actor_kind == ActorKind.ACCOUNT else None
        yield Step(entry.id, entry.position or 0, case, entry.event, entry.at, by, row, after)
        row = after
