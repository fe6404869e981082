"""Count lines anew from the journal: the one way in which they come to be, by whom ever they are asked for (I8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from gezhi.cases.models import CaseReport
from gezhi.journal.models import Entry
from gezhi.ledger.fold import line_of
from gezhi.ledger.models import Line

WITH_PICTURES = ("received", "added")  # deeds of a report that bring pictures


def recount(case_ids: Collection[UUID], position: int) -> dict[UUID, Line]:
    """Unsaved lines of these cases as the journal has them at a position; a case not opened by then is absent. 4 queries at most."""
    steps = Entry.objects.filter(
        subject_kind="case", subject_id__in=case_ids, position__lte=position
    ).order_by("subject_id", "seq")
    stories = groupby(steps, key=lambda step: step.subject_id)
    lines: dict[UUID, Line] = {}
    carried: dict[str, UUID] = {}
    for case_id, story in stories:
        told = list(story)
        if (line := line_of(told)) is not None:
            lines[case_id] = line
            carried |= dict.fromkeys(_carried(told), case_id)
    _reports(lines, position)
    _split_off(lines, carried)
    published = published_runs({line.run_id for line in lines.values() if line.run_id}, position)
    for line in lines.values():
        line.is_held = line.run_id is not None and line.run_id not in published
    return lines


class Lines(NamedTuple):
    """What the ledger says of some cases at a position of the journal. What is not published yet is not among them."""

    position: int
    lines: Sequence[Line]


def between(case_ids: Collection[UUID], was: int, now: int) -> tuple[Lines, Lines]:
    """The lines of these cases at one position and at a later one, by their own stories: said_at and pictures_said stay empty.

    3 queries at most, and one pass over each story's rows for both.
    """
    steps = Entry.objects.filter(subject_kind="case", subject_id__in=case_ids, position__lte=now)
    old: list[Line] = []
    new: list[Line] = []
    for _case, story in groupby(steps.order_by("subject_id", "seq"), key=lambda step: step.subject_id):
        told = list(story)
        old += _line([step for step in told if (step.position or 0) <= was])
        new += _line(told)
    return _shown(old, was), _shown(new, now)


def _line(told: Sequence[Entry]) -> list[Line]:
    """One line or none; a story that was altered so that it begins nowhere counts nowhere, the check of the ledger names it."""
    line = line_of(told)
    return [] if line is None or line.received_at is None else [line]


def _shown(lines: list[Line], position: int) -> Lines:
    published = published_runs({line.run_id for line in lines if line.run_id}, position)
    return Lines(position, [line for line in lines if line.run_id is None or line.run_id in published])


def _reports(lines: dict[UUID, Line], position: int) -> None:
    """When it was first said, and the pictures that came with the reports which a case began with; joined ones count where they began."""
    links = CaseReport.objects.filter(origin_id__in=lines).order_by("linked_at", "id")
    origin: dict[UUID, UUID] = {}
    for case_id, report_id, said_at in links.values_list("origin_id", "report_id", "report__said_at"):
        origin[report_id] = case_id
        line = lines[case_id]
        line.said_at = line.said_at or said_at
    brought = Entry.objects.filter(
        subject_kind="report", subject_id__in=origin, event__in=WITH_PICTURES, position__lte=position
    )
    for report_id, after in brought.values_list("subject_id", "after"):
        lines[origin[report_id]].pictures_said += len(after.get("evidence", ()))


def _carried(story: Sequence[Entry]) -> list[str]:
    """The reports that a case was split off with; they count their pictures where they began."""
    return list(story[0].after["reports"]) if story[0].event == "split_from" else []


def _split_off(lines: dict[UUID, Line], carried: Mapping[str, UUID]) -> None:
    """When it was first said, of cases that were split off. No query without any."""
    if not carried:
        return
    said = CaseReport.objects.filter(report_id__in=carried).exclude(report__said_at=None)
    for report_id, said_at in said.order_by("report__said_at").values_list("report_id", "report__said_at"):
        line = lines[carried[str(report_id)]]
        line.said_at = line.said_at or said_at


def published_runs(run_ids: Collection[UUID], position: int) -> set[UUID]:
    """Which of these imports were shown by then. No query without imports."""
    if not run_ids:
        return set()
    rows = Entry.objects.filter(
        subject_kind="import", event="published", subject_id__in=run_ids, position__lte=position
    )
    return set(rows.values_list("subject_id", flat=True))


def publishes(entry: Entry) -> bool:
    """Whether this entry shows what an import brought."""
    return entry.subject_kind == "import" and entry.event == "published"


def touched(entries: Iterable[Entry]) -> set[UUID]:
    """Cases whose lines these entries change. 1 query when reports are among them."""
    kinds: dict[str, set[UUID]] = {}
    for entry in entries:
        kinds.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    found = kinds.get("case", set())
    if reports := kinds.get("report"):
        origins = CaseReport.objects.filter(report_id__in=reports)
        found = found | set(origins.values_list("origin_id", flat=True))
    return found
