"""Erase what cases keep of a reporter's words."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.cases.models import CallBack, Case, CaseReport
from gezhi.journal.actions import erase_words
from gezhi.journal.queries import story

# the desk writes down what a reporter said
TOLD_BY_MOUTH = frozenset({"call_back", "satisfied", "unsatisfied", "answer"})


@transaction.atomic
def forget_reporter(report_id: UUID, *, at: datetime) -> None:
    """Blank what cases keep of a reporter's words: the title of the one he opened, what he wrote in any, and what the desk
    wrote down of a talk with him, or with somebody it does not name. The chain stays valid (I14).
    """
    link = CaseReport.objects.get(report_id=report_id)
    Case.objects.filter(id=link.origin_id).update(title="")
    CallBack.objects.filter(report_id=report_id, done_at=None).update(done_at=at, outcome="settled")
    erase_words(kind="case", by=report_id, at=at)
    for case_id in _all_its_cases(link):
        talks = [step.entry for step in story("case", case_id) if step.entry.event in TOLD_BY_MOUTH]
        his = [entry.id for entry in talks if entry.after.get("heard") in (None, str(report_id))]
        erase_words(kind="case", id=case_id, entries=his, at=at)


def _all_its_cases(link: CaseReport) -> set[UUID]:
    """The case that a report opened, the one it belongs to, and those between that were joined one into the other."""
    found = {link.case_id}
    step: UUID | None = link.origin_id
    while step is not None and step not in found:
        found.add(step)
        step = Case.objects.filter(id=step).values_list("joined_into_id", flat=True).first()
    return found
