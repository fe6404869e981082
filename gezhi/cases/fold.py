"""State = fold of the journal (I7): which fields are folded, how a row looks as JSON values, and the fold itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from gezhi.cases.models import Case
from gezhi.kernel.folding import as_json

# free text stands in the entry's words
NOT_FOLDED = frozenset({"id", "jurisdiction_id", "title", "ending_reason"})
FOLDED = tuple(field.attname for field in Case._meta.concrete_fields if field.attname not in NOT_FOLDED)


def snapshot(case: Case) -> dict[str, Any]:
    """All folded fields of a row as JSON values."""
    return {name: as_json(getattr(case, name)) for name in FOLDED}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ."""
    return [name for name in FOLDED if before[name] != after[name]]


def fold(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The row that the journal's `after` values add up to."""
    row: dict[str, Any] = {}
    for after in steps:
        row |= {name: value for name, value in after.items() if name in FOLDED}
    return row
