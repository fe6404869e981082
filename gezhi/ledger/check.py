"""Prove I8 on live data: every line equals a recount from the journal at the position the ledger states."""

from collections.abc import Collection, Iterator
from uuid import UUID

from gezhi.journal.models import Entry
from gezhi.journal.queries import sealed_position
from gezhi.kernel.finding import Finding
from gezhi.ledger.actions import NEWEST, cases_with_lines, in_batches, opened_cases
from gezhi.ledger.models import Cursor, Line
from gezhi.ledger.recount import recount


def findings() -> Iterator[Finding]:
    """What is wrong with the ledger of the jurisdiction in force: lines that are missing, surplus or say something else."""
    reached = Cursor.objects.values_list("position", flat=True).first() or 0
    if reached > sealed_position():
        yield Finding("I8", f"position {reached}", "the ledger has read farther than the journal goes")
    found: list[Finding] = []
    in_batches(opened_cases, lambda ids, position: found.extend(_unlike(ids, position)))
    in_batches(cases_with_lines, lambda ids, position: found.extend(_surplus(ids, position)))
    yield from found


def _unlike(case_ids: Collection[UUID], position: int) -> Iterator[Finding]:
    kept = {line.case_id: line for line in Line.objects.filter(case_id__in=case_ids)}
    for case_id, counted in recount(case_ids, position).items():
        line = kept.get(case_id)
        if line is None:
            yield Finding("I8", f"case {counted.number}", "has no line in the ledger")
        elif names := [name for name in NEWEST if getattr(line, name) != getattr(counted, name)]:
            yield Finding(
                "I8", f"line {counted.number}", f"differs from the journal at {position}: {', '.join(names)}"
            )


def _surplus(case_ids: Collection[UUID], position: int) -> Iterator[Finding]:
    opened = Entry.objects.filter(subject_kind="case", subject_id__in=case_ids, seq=1, position__lte=position)
    unknown = set(case_ids) - set(opened.values_list("subject_id", flat=True))
    for line in Line.objects.filter(case_id__in=unknown).order_by("case_id"):
        yield Finding("I8", f"line {line.number}", "the journal knows no such case")
