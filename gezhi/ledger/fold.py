"""One case's story becomes one line: what each deed in the journal adds to it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models

from gezhi.journal.models import Entry
from gezhi.ledger.models import Line

OWN = frozenset(
    {
        "id", "jurisdiction_id", "case_id", "held_by", "said_at", "accepted_at", "dispatched_at", "taken_at",
        "paused_since", "paused_minutes", "verdict", "pictures_said", "pictures_before", "pictures_after", "is_held",
    }
)  # fmt: skip
TAKEN_OVER = tuple(field for field in Line._meta.concrete_fields if field.attname not in OWN)

WHERE = ("place_path", "grid_id")
TAKEN_IN = frozenset({"accept", "split_from"})  # what is split off was taken in with the case it came from
HANDS_ON = frozenset({"dispatch", "raise", "hand_over"})
AT_THE_END = frozenset({"done", "solve_on_spot", "not_found"})
AT_THE_CHECK = frozenset({"pass_check", "fail_check", "satisfied", "unsatisfied", "uphold", "call_back"})


class Verdict(StrEnum):
    """What the reporter said at the end."""

    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    SILENT = "silent"


VERDICTS = {
    "satisfied": Verdict.SATISFIED,
    "unsatisfied": Verdict.UNSATISFIED,
    "confirm_lapses": Verdict.SILENT,
}


def line_of(steps: Iterable[Entry]) -> Line | None:
    """The line that one case's entries, in order, add up to; None when its opening is not among them.

    What stands outside the case's own story (said_at, pictures_said, is_held) is for the caller to fill in. A closed case keeps the
    community and the cell it was closed in, wherever its place goes; when it is reopened it is where its place is.
    """
    line: Line | None = None
    moved: dict[str, Any] = {}  # where its place went while it was closed
    for step in steps:
        if line is None and "number" in step.after:
            line = Line(case_id=step.subject_id)
        if line is not None:
            _take_over(line, _where_it_counts(line, step, moved))
            _tell(line, step)
    return line


def _where_it_counts(line: Line, step: Entry, moved: dict[str, Any]) -> dict[str, Any]:
    """What a deed says, where its place went put aside while the case is closed and handed out when it is reopened."""
    said = dict(step.after)
    if step.event == "relocate" and line.closed_at is not None:
        moved |= {name: said.pop(name) for name in WHERE if name in said}
    elif said.get("closed_at", line.closed_at) is None:
        said = moved | said
        moved.clear()
    return said


def _take_over(line: Line, said: Mapping[str, Any]) -> None:
    for field in TAKEN_OVER:
        if field.attname in said:
            setattr(line, field.attname, _value(field, said[field.attname]))


def _tell(line: Line, step: Entry) -> None:
    _hands(line, step)
    _pause(line, step)
    _pictures(line, step)
    if step.event in VERDICTS:
        line.verdict = VERDICTS[step.event].value


def _value(field: "models.Field[Any, Any]", value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    return UUID(value) if isinstance(field, models.UUIDField) else value


def _hands(line: Line, step: Entry) -> None:
    """Who got it, and when. A third return goes one level up: that is a dispatch too."""
    lead = step.after.get("lead_id")
    if lead and lead not in line.held_by:
        line.held_by = [*line.held_by, lead]
    if step.event in TAKEN_IN:
        line.accepted_at = line.accepted_at or step.at
    if step.event in HANDS_ON or (step.event == "return" and line.state == "dispatched"):
        line.dispatched_at = step.at
    if step.event == "take":
        line.taken_at = step.at


def _pause(line: Line, step: Entry) -> None:
    """A pause lasts as long as a review date stands on the case."""
    if "review_at" not in step.after:
        return
    if step.after["review_at"] and line.paused_since is None:
        line.paused_since = step.at
    elif not step.after["review_at"] and line.paused_since is not None:
        line.paused_minutes += (step.at - line.paused_since) // timedelta(minutes=1)
        line.paused_since = None


def _pictures(line: Line, step: Entry) -> None:
    shown = int(step.after.get("shown") or 0)
    if step.event in AT_THE_END:
        line.pictures_after += shown
    elif step.event not in AT_THE_CHECK:
        line.pictures_before += shown
