"""A task is the fold of its journal (N1): which fields are folded, how a row looks as JSON values, and the fold itself."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from gezhi.kernel.folding import as_json
from gezhi.work.models import Task

KIND: Final = "task"  # of its journal
NOT_FOLDED = frozenset(
    {"id", "jurisdiction_id", "what", "proof_sentence", "place_path"}
)  # free text stands in the entry's words; the path is a copy
FOLDED = tuple(field.attname for field in Task._meta.concrete_fields if field.attname not in NOT_FOLDED)


def snapshot(task: Task) -> dict[str, Any]:
    """All folded fields of a row as JSON values."""
    return {name: as_json(getattr(task, name)) for name in FOLDED}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the fields that differ."""
    return [name for name in FOLDED if before[name] != after[name]]


def fold(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The row that the journal's `after` values add up to."""
    row: dict[str, Any] = {}
    for after in steps:
        row |= {name: value for name, value in after.items() if name in FOLDED}
    return row
