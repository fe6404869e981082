"""Whose report a case held at each of its steps, as its own story tells. PURE.

Rows of the first release name the case that was joined or released, but not the reports; for them stands what it had opened.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gezhi.cases.lifecycle import State

BIRTHS = {
    "reported": State.REPORTED,
    "split_from": State.OPENED,
}  # the first row of a story, and the state it makes
BESIDE = frozenset({"joined", "released", "rejoined"})  # what a join or a split does to the other case
COME = frozenset({"split_from", "joined", "rejoined", "undo_join"})
GO = frozenset({"join", "split", "undo_split", "released"})
CHANGE = COME | GO
Reports = frozenset[str]
NOBODY: Reports = frozenset()


class Held(NamedTuple):
    """One step: the reports the case holds after it, those that changed their case by it, and whether the row says which."""

    step: Any
    reports: Reports
    moved: Reports
    is_told: bool


def held(steps: Iterable[Any], opened: Reports, by_origin: Mapping[str, Reports]) -> Iterator[Held]:
    """Each step of one case, in order. opened: reports that opened it. by_origin: those that other cases opened."""
    now = NOBODY
    for step in steps:
        event, after = step.event, step.after
        is_told = "reports" in after
        if event == "reported":
            now = opened
        if event not in CHANGE:
            yield Held(step, now, NOBODY, True)
            continue
        moved = frozenset(after["reports"]) if is_told else _old(event, after, opened, by_origin)
        if event == "join":
            now = NOBODY
        else:
            now = now | moved if event in COME else now - moved
        yield Held(step, now, moved, is_told)


def _old(event: str, after: Mapping[str, Any], opened: Reports, by_origin: Mapping[str, Reports]) -> Reports:
    if event in {"join", "undo_join"}:
        return opened
    return by_origin.get(after.get("gained") or after.get("released") or "", NOBODY)
